/** Proposes columns of a shared table from local files: types, bounds and domains found. It looks at the data in the clear. */
import { resolve } from 'node:path';
import type { ColumnProposal } from '@sluis/model';
import { ownersFault, plainName } from './bind-dataset.ts';
import { decimalText, floorUnits } from './column-check.ts';
import { type Database, openDatabase, quoteName, quoteText } from './database.ts';
import { fileSource } from './source.ts';

export interface InspectOptions {
  /** Where relative paths start. */
  readonly folder?: string;
  /** A column with more distinct values gets no list of them. */
  readonly maximumDistinct?: number;
  /**
   * For proposals that others will read: a value is listed if at least so many rows have it, and a column has a list if
   * all but a tenth of its rows have such values. Amounts and times have none, days their range. 1 lists whatever is found.
   */
  readonly leastRows?: number;
}

export interface Inspection {
  readonly columns: readonly ColumnProposal[];
  readonly files: readonly { readonly path: string; readonly rows: number; readonly columns: readonly string[] }[];
}

const DOUBLE_SCALE = 6;
const WHOLE = '^\\s*-?(0|[1-9][0-9]*)\\s*$';
const DECIMAL = `^\\s*-?(0|[1-9][0-9]*)(\\.[0-9]{1,${DOUBLE_SCALE}})?\\s*$`;
const NUMBER = '^\\s*-?(0|[1-9][0-9]*)?(\\.[0-9]*)?([eE][+-]?[0-9]+)?\\s*$';
const DAY = '^[0-9]{4}-[0-9]{2}-[0-9]{2}$';
const MOMENT = '^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]+)?)?Z?$';

/**
 * Inspects all files together as one table. Run by: whoever drafts an agreement, over files that person may read.
 *
 * @returns columns of all files by name (letters, digits and "_"); a column that some file lacks is nullable.
 * @throws InvalidError `dataset/source` or `dataset/unknown-format` naming the file.
 */
export async function inspectFiles(files: readonly string[], options: InspectOptions = {}): Promise<Inspection> {
  const folder = options.folder ?? process.cwd();
  const sources = files.map((file) => fileSource(resolve(folder, file), folder));
  using database = await openDatabase({ files: sources.flatMap((s) => s.files), memoryLimit: '1GB' });
  const counted: { path: string; rows: number; columns: string[] }[] = [];
  const types = new Map<string, string>();
  for (const [i, source] of sources.entries()) {
    await ownersFault(() => database.run(`CREATE TABLE t${i} AS ${source.sql}`));
    const described = await database.text(`DESCRIBE t${i}`);
    const rows = Number((await database.text(`SELECT count(*) FROM t${i}`))[0]?.[0]);
    counted.push({ path: files[i] ?? '', rows, columns: described.map(([name]) => plainName(name ?? '')) });
    for (const [name, type] of described) {
      // Files that disagree on a type are read as text together.
      const before = types.get(name ?? '');
      types.set(name ?? '', before === undefined || before === type ? (type ?? 'VARCHAR') : 'VARCHAR');
    }
  }
  const parts = await Promise.all(sources.map((_, i) => selectAs(database, `t${i}`, types)));
  await database.run(`CREATE VIEW pooled AS ${parts.join(' UNION ALL ')}`);
  const columns: ColumnProposal[] = [];
  const used = new Set<string>();
  for (const [name, type] of types) {
    const proposal = await propose(database, name, type, { maximum: options.maximumDistinct ?? 1_000, leastRows: options.leastRows ?? 1 });
    let unique = proposal.name;
    for (let n = 2; used.has(unique.toLowerCase()); n++) unique = `${proposal.name}_${n}`;
    used.add(unique.toLowerCase());
    columns.push({ ...proposal, name: unique });
  }
  return { columns, files: counted };
}

async function selectAs(database: Database, table: string, types: ReadonlyMap<string, string>): Promise<string> {
  const present = new Set((await database.text(`DESCRIBE ${table}`)).map(([name]) => name));
  const columns = [...types].map(
    ([name, type]) => `${present.has(name) ? `CAST(${quoteName(name)} AS ${type})` : `CAST(NULL AS ${type})`} AS ${quoteName(name)}`,
  );
  return `SELECT ${columns.join(', ')} FROM ${table}`;
}

async function propose(database: Database, source: string, sourceType: string, lists: Lists): Promise<ColumnProposal> {
  const raw = quoteName(source);
  const type = sourceType === 'VARCHAR' ? await typeOfText(database, raw) : await typeOfNative(database, raw, sourceType);
  const value = `CAST(${raw} AS ${type})`;
  const [facts] = await database.text(
    `SELECT count(*) - count(${raw}), CAST(min(${value}) AS VARCHAR), CAST(max(${value}) AS VARCHAR), approx_count_distinct(${raw}) FROM pooled`,
  );
  const [nulls, low, high, approximate] = facts ?? [];
  const common = { name: plainName(source), type, nullable: nulls !== '0' || low === null };
  if (low === null || low === undefined || high === null || high === undefined || type === 'BOOLEAN') return common;
  const bounds =
    type === 'DOUBLE' ? await doubleBounds(database, value) : /^(INTEGER|BIGINT|DECIMAL)/.test(type) ? ([low, high] as const) : null;
  const numbers = { ...common, ...(bounds === null ? {} : { bounds }), ...(type === 'DOUBLE' ? { scale: DOUBLE_SCALE } : {}) };
  if (type === 'DOUBLE') return numbers;
  const few = Number(approximate) <= 2 * lists.maximum;
  const listed = few && (lists.leastRows === 1 || /^(VARCHAR|INTEGER|BIGINT)$/.test(type)) ? await listOf(database, value, lists) : {};
  if (listed.domain !== undefined || type !== 'DATE') return { ...numbers, ...listed };
  return { ...numbers, domain: { range: [low, high] } };
}

interface Lists {
  readonly maximum: number;
  readonly leastRows: number;
}

/** The list of a column's values, or how many values are too rare for one. */
async function listOf(
  database: Database,
  value: string,
  { maximum, leastRows }: Lists,
): Promise<Pick<ColumnProposal, 'domain' | 'unlisted'>> {
  const found = await database.text(
    `SELECT CAST(v AS VARCHAR), n FROM (SELECT ${value} AS v, count(*) AS n FROM pooled GROUP BY v) WHERE v IS NOT NULL ORDER BY v LIMIT ${2 * maximum + 1}`,
  );
  const rows = (some: typeof found): number => some.reduce((sum, [, n]) => sum + Number(n), 0);
  const listed = found.filter(([, n]) => Number(n) >= leastRows);
  const unlisted = found.length - listed.length;
  const usual = listed.length <= maximum && found.length <= 2 * maximum && 10 * rows(listed) >= 9 * rows(found);
  const domain = usual && (leastRows > 1 || found.length <= maximum) ? { domain: { values: listed.map(([text]) => text ?? '') } } : {};
  return { ...domain, ...(unlisted > 0 ? { unlisted } : {}) };
}

/** The type of a column of the view `pooled`: its own, or of text the one that all values have. */
export const typeOfColumn = (database: Database, name: string, type: string): Promise<string> =>
  type === 'VARCHAR' ? typeOfText(database, quoteName(name)) : typeOfNative(database, quoteName(name), type);

async function typeOfText(database: Database, raw: string): Promise<string> {
  const all = (condition: string) => `coalesce(bool_and(${condition}), false)`;
  const like = (pattern: string) => `regexp_matches(${raw}, ${quoteText(pattern)})`;
  const decimals = `length(regexp_extract(${raw}, '\\.([0-9]+)', 1))`;
  const whole = `length(regexp_extract(${raw}, '([0-9]+)', 1))`;
  const [facts] = await database.text(
    `SELECT ${[
      all(`lower(${raw}) IN ('true', 'false')`),
      all(`${like(WHOLE)} AND TRY_CAST(${raw} AS BIGINT) IS NOT NULL`),
      all(like(DECIMAL)),
      // An infinite value stands for text that no DOUBLE holds.
      all(`${like(NUMBER)} AND coalesce(isfinite(TRY_CAST(${raw} AS DOUBLE)), false)`),
      all(`${like(DAY)} AND TRY_CAST(${raw} AS DATE) IS NOT NULL`),
      all(`(${like(DAY)} OR ${like(MOMENT)}) AND TRY_CAST(${raw} AS TIMESTAMP) IS NOT NULL`),
      `max(${decimals})`,
      `max(${whole})`,
    ].join(', ')} FROM pooled WHERE ${raw} IS NOT NULL`,
  );
  const [boolean, integer, decimal, double, day, moment] = (facts ?? []).map((f) => f === 'true');
  const [scale, digits] = [Number(facts?.[6] ?? 0), Number(facts?.[7] ?? 0)];
  if (boolean) return 'BOOLEAN';
  if (integer) return 'BIGINT';
  if (decimal && digits + scale <= 18) return `DECIMAL(18,${scale})`;
  if (double && !(decimal && scale === 0)) return 'DOUBLE';
  if (day) return 'DATE';
  return moment ? 'TIMESTAMP' : 'VARCHAR';
}

async function typeOfNative(database: Database, raw: string, type: string): Promise<string> {
  if (/^(BOOLEAN|DATE|DOUBLE|INTEGER|BIGINT)$/.test(type)) return type;
  if (/^(TINYINT|SMALLINT|UTINYINT|USMALLINT)$/.test(type)) return 'INTEGER';
  if (/^(UINTEGER|UBIGINT|HUGEINT|UHUGEINT)$/.test(type)) return (await fits(database, raw, 'BIGINT')) ? 'BIGINT' : 'VARCHAR';
  if (type === 'FLOAT') return 'DOUBLE';
  if (type.startsWith('TIMESTAMP')) return 'TIMESTAMP';
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(type);
  if (decimal === null) return 'VARCHAR';
  if (Number(decimal[1]) <= 18) return type;
  const narrow = `DECIMAL(18,${Math.min(18, Number(decimal[2]))})`;
  return (await fits(database, raw, narrow)) ? narrow : 'DOUBLE';
}

async function fits(database: Database, raw: string, type: string): Promise<boolean> {
  return (
    (
      await database.text(`SELECT coalesce(bool_and(TRY_CAST(${raw} AS ${type}) = ${raw}), true) FROM pooled WHERE ${raw} IS NOT NULL`)
    )[0]?.[0] === 'true'
  );
}

/** Bounds on the summing grid, rounded outwards; null where they are too large to be written as decimals. */
async function doubleBounds(database: Database, value: string): Promise<readonly [string, string] | null> {
  const grid = `DECIMAL(38,12)`;
  const [row] = await database.text(
    `SELECT CAST(TRY_CAST(min(${value}) AS ${grid}) AS VARCHAR), CAST(TRY_CAST(max(${value}) AS ${grid}) AS VARCHAR) FROM pooled WHERE isfinite(${value})`,
  );
  const [low, high] = row ?? [];
  if (low === null || low === undefined || high === null || high === undefined) return null;
  const negated = high.startsWith('-') ? high.slice(1) : `-${high}`;
  return [decimalText(floorUnits(low, DOUBLE_SCALE), DOUBLE_SCALE), decimalText(-floorUnits(negated, DOUBLE_SCALE), DOUBLE_SCALE)];
}
