/** Keys of a station's own dataset for intersections: distinct, in ascending order, encoded one after the other. */
import { RefusedError } from '@sluis/base';
import { ItemCollector, type OwnItems } from '@sluis/flow';
import { type Database, quoteName } from './database.ts';

/**
 * Reads the distinct keys of the view of a shared table. Run by: a side of an intersection, in its own engine. Rows that lack a part
 * of the key are counted and left out. Keys are text as DuckDB writes the column's type.
 *
 * @throws RefusedError `intersection/too-many-items` beyond `limit`.
 */
export async function readKeys(
  database: Database,
  table: string,
  columns: readonly string[],
  limit: number,
  signal: AbortSignal,
): Promise<OwnItems> {
  const key = columns.map((c) => `CAST(${quoteName(c)} AS VARCHAR)`);
  const present = columns.map((c) => `${quoteName(c)} IS NOT NULL`).join(' AND ');
  const from = quoteName(table);
  const [counts] = await database.text(`SELECT count(*), count(*) FILTER (WHERE ${present}) FROM ${from}`);
  const [rows, whole] = [Number(counts?.[0]), Number(counts?.[1])];
  // By bytes, whatever the collation: the same order wherever it is made, since commitments cover it.
  const order = key.map((k) => `encode(${k})`).join(', ');
  const statement = `SELECT ${key.join(', ')} FROM ${from} WHERE ${present} GROUP BY ${key.map((_, i) => i + 1).join(', ')} ORDER BY ${order}`;
  const result = await database.connection.stream(statement);
  const collector = new ItemCollector();
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    signal.throwIfAborted();
    const parts = columns.map((_, i) => chunk.getColumnValues(i) as string[]);
    for (let row = 0; row < chunk.rowCount; row++) collector.addKey(parts.map((p) => p[row] ?? ''));
    if (collector.count > limit) throw tooMany(table, limit);
  }
  return { items: collector.items(), rows, missing: rows - whole };
}

const tooMany = (table: string, limit: number): RefusedError =>
  new RefusedError('intersection/too-many-items', {
    stage: 'contribution',
    message: `"${table}" has more than ${limit} different keys, which is all that the agreement allows.`,
    remedy: 'Connect fewer rows, or agree on more (limits.maximum_items).',
  });
