/** The view `cells` that a plan's final statement reads: opened values by column, in the types in which they were computed. */
import type { DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { type CellColumn, cellText } from '@sluis/planner';
import type { Database } from './database.ts';

export interface TableColumn {
  readonly name: string;
  /** DuckDB's type of the column. */
  readonly type: string;
  readonly values: CellColumn | { readonly kind: 'boolean'; readonly cells: readonly boolean[] };
}

/** Rows of a chunk: DuckDB's own. */
const CHUNK = 2048;

/** Makes the view, with the given cells of all columns as rows. */
export async function createCellTable(database: Database, columns: readonly TableColumn[], cells: readonly number[]): Promise<void> {
  const { DuckDBDataChunk } = await import('@duckdb/node-api');
  const brought = await Promise.all(columns.map((column) => bring(column, cells)));
  await database.run(`CREATE TABLE opened (${columns.map(({ name }, i) => `${name} ${String(brought[i]?.type)}`).join(', ')})`);
  const appender = await database.connection.createAppender('opened');
  for (let at = 0; at < cells.length; at += CHUNK) {
    const rows = Math.min(CHUNK, cells.length - at);
    const chunk = DuckDBDataChunk.create(
      brought.map((b) => b.type),
      rows,
    );
    for (const [i, { values }] of brought.entries()) chunk.setColumnValues(i, values.slice(at, at + rows));
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
  await database.run(
    `CREATE VIEW cells AS SELECT ${columns.map((c) => `CAST(${c.name} AS ${c.type}) AS ${c.name}`).join(', ')} FROM opened`,
  );
}

interface Brought {
  readonly type: DuckDBType;
  readonly values: DuckDBValue[];
}

/** Integers and decimals of more digits than 64 bits surely have go as text. */
const DIGITS = 18;
const MOST = 10n ** BigInt(DIGITS);

async function bring({ values }: TableColumn, cells: readonly number[]): Promise<Brought> {
  const { BIGINT, BOOLEAN, DECIMAL, DOUBLE, DuckDBDecimalValue, VARCHAR } = await import('@duckdb/node-api');
  if (values.kind === 'boolean') return { type: BOOLEAN, values: cells.map((cell) => values.cells[cell] ?? null) };
  // Without the sign of zero, which no answer shows.
  if (values.kind === 'double') return { type: DOUBLE, values: cells.map((cell) => plainZero(values.cells[cell] ?? null)) };
  if (values.kind === 'text' || values.scale > DIGITS) return { type: VARCHAR, values: cells.map((cell) => cellText(values, cell)) };
  const { scale } = values;
  const integers = cells.map((cell) => values.cells[cell] ?? null);
  if (integers.some((v) => v !== null && (v >= MOST || v <= -MOST)))
    return { type: VARCHAR, values: cells.map((cell) => cellText(values, cell)) };
  if (scale === 0) return { type: BIGINT, values: integers };
  return { type: DECIMAL(DIGITS, scale), values: integers.map((v) => (v === null ? null : new DuckDBDecimalValue(v, DIGITS, scale))) };
}

const plainZero = (x: number | null): number | null => (x === 0 ? 0 : x);
