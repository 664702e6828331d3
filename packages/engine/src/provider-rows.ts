/** Rows of a station's own dataset as numbers that can be shared: all rows, those that a condition leaves out marked. */
import type { DuckDBDataChunk } from '@duckdb/node-api';
import {
  type CellCodec,
  cellCodec,
  columnsOfTerms,
  type Column,
  type ColumnEncoding,
  encodingsOf,
  isMatchingColumn,
  type PlanRowSource,
  type RecordTerms,
  scaleOf,
  type Table,
  tableColumn,
  type Vectors,
} from '@sluis/model';
import type { EncodedRows } from '@sluis/flow';
import type { TextColumn } from '@sluis/matching';
import { type Database, quoteName } from './database.ts';
import { type MadeMatching, makeMatching, type MatchingContext } from './matching-columns.ts';

/** A source of a plan, with the table and the matchings that the agreement declares for it. */
export interface RowsOfSource {
  readonly table: Table;
  readonly source: PlanRowSource;
  readonly matchings: readonly RecordTerms[];
}

/** How one column is read: as the number itself, or as text whose number is looked up or hashed here. */
interface Reader {
  readonly encoding: ColumnEncoding;
  readonly codec: CellCodec;
  readonly column: Column;
  readonly asText: boolean;
}

/**
 * Encodes the rows of the view of a shared table. Run by: a provider whose rows are shared, in its own engine.
 *
 * @returns vectors in the order of `rowVectors`; as many rows as the view has, whatever the source's condition.
 * @throws InvalidError `matching/…` where the agreement's conditions on keys are not met.
 * @throws RangeError on a value outside its column's bounds: the view has none.
 */
export async function encodeRows(
  database: Database,
  context: MatchingContext,
  { table, source, matchings }: RowsOfSource,
  signal: AbortSignal,
): Promise<EncodedRows> {
  const { collaboration } = context;
  const encodings = encodingsOf(table, source.columns);
  const readers = encodings
    .filter((e) => e.kind !== 'matching')
    .map((encoding): Reader => {
      const column = table.columns[tableColumn(encoding.column)] as Column;
      return { encoding, codec: cellCodec(collaboration, encoding.column, column), column, asText: encoding.kind !== 'number' };
    });
  const texts = new Map([...new Set(matchings.flatMap(columnsOfTerms))].map((name) => [name, [] as (string | null)[]]));
  const parts: BigUint64Array[][] = [];
  for await (const chunk of database.chunks(statementOf(readers, source, [...texts.keys()]))) {
    signal.throwIfAborted();
    parts.push(encodeChunk(readers, chunk));
    for (const [i, values] of [...texts.values()].entries())
      for (const value of chunk.getColumnValues(readers.length + 1 + i)) values.push(value as string | null);
  }
  return withMatchings(joined(parts, readers), encodings, matchings, texts, context);
}

/** Columns of matchings come after those of the table, before the flag of the row, as `encodingsOf` has them. */
function withMatchings(
  { cells, columns }: Vectors,
  encodings: readonly ColumnEncoding[],
  matchings: readonly RecordTerms[],
  texts: ReadonlyMap<string, TextColumn>,
  context: MatchingContext,
): EncodedRows {
  const made = matchings.map((terms): MadeMatching => makeMatching(terms, encodings, texts, context));
  const further = encodings
    .filter((e) => isMatchingColumn(e.column))
    .flatMap(({ column }) => {
      const vectors = made.map((m) => m.columns.get(column)).find((v) => v !== undefined);
      if (vectors === undefined) throw new RangeError('a column of a matching that the plan does not explain');
      return vectors;
    });
  return { vectors: { cells, columns: [...columns.slice(0, -1), ...further, ...columns.slice(-1)] }, own: made.map((m) => m.own) };
}

function statementOf(readers: readonly Reader[], source: PlanRowSource, texts: readonly string[]): string {
  const columns = readers.map((r) => (r.asText ? quoteName(tableColumn(r.encoding.column)) : numberSql(r.encoding.column, r.column)));
  const valid = source.stationWhere === '' ? 'TRUE' : `coalesce((${source.stationWhere}), FALSE)`;
  const asText = texts.map((name) => `CAST(${quoteName(name)} AS VARCHAR)`);
  return `SELECT ${[...columns, valid, ...asText].join(', ')} FROM ${quoteName(source.table)}`;
}

/** The encoded number, as `cellCodec` makes it from the value's text. */
function numberSql(name: string, column: Column): string {
  const value = quoteName(name);
  if (column.type === 'DATE') return `CAST(date_diff('day', DATE '1970-01-01', ${value}) AS BIGINT)`;
  if (column.type === 'TIMESTAMP') return `epoch_us(${value})`;
  if (column.type === 'DOUBLE') return `CAST(${value} * 1e${scaleOf(column)} AS BIGINT)`;
  if (column.type.startsWith('DECIMAL')) return `CAST(replace(CAST(${value} AS VARCHAR), '.', '') AS BIGINT)`;
  return `CAST(${value} AS BIGINT)`;
}

function encodeChunk(readers: readonly Reader[], chunk: DuckDBDataChunk): BigUint64Array[] {
  const vectors = readers.flatMap((reader, i) => encodeColumn(reader, chunk.getColumnValues(i)));
  return [...vectors, BigUint64Array.from(chunk.getColumnValues(readers.length), (v) => (v === true ? 1n : 0n))];
}

function encodeColumn({ encoding, codec, column, asText }: Reader, given: readonly unknown[]): BigUint64Array[] {
  const values = new BigUint64Array(given.length);
  const present = new BigUint64Array(given.length);
  for (let i = 0; i < given.length; i++) {
    const value = given[i];
    if (value === null) {
      if (!column.nullable) throw new RangeError('a value is missing');
      continue;
    }
    const number = asText ? codec.encode(value as string) : (value as bigint);
    if (typeof number !== 'bigint' || number < encoding.minimum || number > encoding.maximum)
      throw new RangeError('a value is outside its bounds');
    values[i] = BigInt.asUintN(64, number);
    present[i] = 1n;
  }
  return encoding.nullable ? [values, present] : [values];
}

function joined(parts: readonly BigUint64Array[][], readers: readonly Reader[]): Vectors {
  const vectors = readers.reduce((n, r) => n + (r.encoding.nullable ? 2 : 1), 1);
  const cells = parts.reduce((n, p) => n + (p[0]?.length ?? 0), 0);
  const columns = Array.from({ length: vectors }, (_, v) => {
    const out = new BigUint64Array(cells);
    let at = 0;
    for (const part of parts) {
      out.set(part[v] as BigUint64Array, at);
      at += part[v]?.length ?? 0;
    }
    return out;
  });
  return { cells, columns };
}
