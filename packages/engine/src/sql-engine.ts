/** Parsing, printing and evaluating SQL by DuckDB itself, so that local and joint SQL are one language. */
import { RefusedError, StationError } from '@sluis/base';
import type { SqlEngine, SqlTable } from '@sluis/planner';
import { type Database, openDatabase, quoteText } from './database.ts';

const MAXIMUM_CHARACTERS = 100_000;

interface Serialized {
  readonly error: boolean;
  readonly error_type?: string;
  readonly error_message?: string;
  readonly position?: string;
  readonly statements?: readonly unknown[];
}

/**
 * An SQL engine over one empty, locked, in-memory database: no tables, files, network or settings. It is opened on
 * first use and shared by all calls.
 */
export function createSqlEngine(): SqlEngine {
  let opening: Promise<Database> | null = null;
  const database = () => {
    opening ??= openDatabase({ threads: 2 }).catch((error: unknown) => {
      opening = null;
      throw error;
    });
    return opening;
  };
  return {
    parse: async (sql) => parse(await database(), sql),
    print: async (ast) => printAst(await database(), ast),
    evaluate: async (sql) => evaluate(await database(), sql),
  };
}

/**
 * Parses exactly one SELECT.
 *
 * @returns DuckDB's `json_serialize_sql` document.
 * @throws RefusedError `plan/syntax` with the parser's message and position: the text is the reader's own.
 */
export async function parse(database: Database, sql: string): Promise<unknown> {
  if (sql.length > MAXIMUM_CHARACTERS) throw syntax(`The statement is longer than ${MAXIMUM_CHARACTERS} characters.`);
  if (!sql.isWellFormed() || sql.includes('\0')) throw syntax('The statement holds characters that are no text.');
  const serialized = readAst(await scalar(database, `SELECT json_serialize_sql(${quoteText(sql)})`)) as Serialized;
  if (serialized.error) {
    if (serialized.error_type === 'not implemented') throw syntax('Only SELECT statements can be asked.');
    throw syntax(`The SQL does not parse: ${serialized.error_message ?? 'unknown fault'}${place(sql, serialized.position)}.`);
  }
  const count = serialized.statements?.length ?? 0;
  if (count === 0) throw syntax('There is no statement.');
  if (count > 1) throw syntax(`There are ${count} statements; ask one at a time.`);
  return serialized;
}

export async function printAst(database: Database, ast: unknown): Promise<string> {
  try {
    return await scalar(database, `SELECT json_deserialize_sql(${quoteText(writeAst(ast))}::JSON)`);
  } catch (cause) {
    throw new StationError('engine/cannot-print', { stage: 'plan', message: 'DuckDB could not print the planned statement.', cause });
  }
}

async function evaluate(database: Database, sql: string): Promise<SqlTable> {
  await parse(database, sql);
  try {
    // Described first, since every column is then read as DuckDB's own text.
    const described = await database.text(`DESCRIBE ${sql}`);
    const columns = described.map(([name, type]) => ({ name: name ?? '', type: type ?? '' }));
    const names = columns.map((_, i) => `c${i}`);
    const texts = names.map((name) => `CAST(${name} AS VARCHAR)`);
    const rows = await database.text(`SELECT ${texts.join(', ')} FROM (${sql}) AS evaluated(${names.join(', ')})`);
    return { columns, rows };
  } catch (cause) {
    throw new RefusedError('plan/cannot-evaluate', {
      stage: 'plan',
      message: `DuckDB could not evaluate an expression of the question: ${firstLine(cause)}`,
      remedy: 'Check types and arguments of the functions used.',
      cause,
    });
  }
}

/** DuckDB's "nowhere"; as a JavaScript number it would round to what DuckDB refuses. */
const NOWHERE = /"query_location":18446744073709551615/g;

/** Whole numbers beyond 2^53 become BigInt: rounding them would silently ask another question. */
function readAst(text: string): unknown {
  return JSON.parse(text.replace(NOWHERE, '"query_location":0'), (_key, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
      ? BigInt(context?.source ?? value)
      : value,
  );
}

const writeAst = (ast: unknown): string =>
  JSON.stringify(ast, (_key, value: unknown) =>
    typeof value === 'bigint' ? (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(String(value)) : value,
  );

async function scalar(database: Database, sql: string): Promise<string> {
  const value = (await database.text(sql))[0]?.[0];
  if (value === null || value === undefined) throw new TypeError('a statement gave no value');
  return value;
}

function place(sql: string, position: string | undefined): string {
  const at = Number(position);
  if (position === undefined || !Number.isInteger(at)) return '';
  const before = sql.slice(0, at).split('\n');
  return ` (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`;
}

const syntax = (message: string): RefusedError =>
  new RefusedError('plan/syntax', { stage: 'plan', message, remedy: "Write one SELECT in DuckDB's SQL; see docs/sql.md." });

/** The first line of a DuckDB error: what follows only draws the statement. */
export const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
