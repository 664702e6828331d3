/** Rows of a station's own dataset as numbers that can be shared: all rows, those that a condition leaves out marked. */
import type { DuckDBDataChunk } from '@duckdb/node-api';
import {
  type CellCodec,
  cellCodec,
  type Column,
  type ColumnEncoding,
  encodingsOf,
  type PlanRowSource,
  scaleOf,
  type Table,
  tableColumn,
  type Vectors,
} from '@sluis/model';
import { type Database, quoteName } from './database.ts';

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
 * @throws RangeError on a value outside its column's bounds: the view has none.
 */
export async function encodeRows(
  database: Database,
  collaboration: string,
  table: Table,
  source: PlanRowSource,
  signal: AbortSignal,
): Promise<Vectors> {
  const readers = encodingsOf(table, source.columns).map((encoding): Reader => {
    const column = table.columns[tableColumn(encoding.column)] as Column;
    return { encoding, codec: cellCodec(collaboration, encoding.column, column), column, asText: encoding.kind !== 'number' };
  });
  const parts: BigUint64Array[][] = [];
  const result = await database.connection.stream(statementOf(readers, source));
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    signal.throwIfAborted();
    parts.push(encodeChunk(readers, chunk));
  }
  return joined(parts, readers);
}

function statementOf(readers: readonly Reader[], source: PlanRowSource): string {
  const columns = readers.map((r) => (r.asText ? quoteName(tableColumn(r.encoding.column)) : numberSql(r.encoding.column, r.column)));
  const valid = source.stationWhere === '' ? 'TRUE' : `coalesce((${source.stationWhere}), FALSE)`;
  return `SELECT ${[...columns, valid].join(', ')} FROM ${quoteName(source.table)}`;
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
