/** Keys of a station's own dataset for intersections: distinct, in ascending order, encoded one after the other. */
import { RefusedError } from '@sluis/base';
import { decodeItem, ItemCollector, type KeysWanted, type OwnItems } from '@sluis/flow';
import { anyOf, joinKeys, type PreparedKey, prepareKey, type TextColumn } from '@sluis/matching';
import { type Database, quoteName } from './database.ts';

/**
 * Reads the distinct keys of the view of a shared table. Run by: a side of an intersection, in its own engine. Rows that lack a part
 * of the key are counted and left out; with `equal` none are. Keys are text as DuckDB writes the column's type.
 *
 * @throws RefusedError `intersection/too-many-items` beyond `limit`.
 */
export async function readKeys(
  database: Database,
  table: string,
  { columns, missing }: Pick<KeysWanted, 'columns' | 'missing'>,
  limit: number,
  signal: AbortSignal,
): Promise<OwnItems> {
  const key = columns.map((c) => `CAST(${quoteName(c)} AS VARCHAR)`);
  const present = missing === 'equal' ? 'TRUE' : columns.map((c) => `${quoteName(c)} IS NOT NULL`).join(' AND ');
  const from = quoteName(table);
  const [counts] = await database.text(`SELECT count(*), count(*) FILTER (WHERE ${present}) FROM ${from}`);
  const [rows, whole] = [Number(counts?.[0]), Number(counts?.[1])];
  // By bytes, whatever the collation: the same order wherever it is made, since commitments cover it.
  const order = key.map((k) => `encode(${k})`).join(', ');
  const statement = `SELECT ${key.join(', ')} FROM ${from} WHERE ${present} GROUP BY ${key.map((_, i) => i + 1).join(', ')} ORDER BY ${order}`;
  const collector = new ItemCollector();
  for await (const chunk of database.chunks(statement)) {
    signal.throwIfAborted();
    const parts = columns.map((_, i) => chunk.getColumnValues(i) as (string | null)[]);
    for (let row = 0; row < chunk.rowCount; row++) collector.addKey(parts.map((p) => p[row] ?? null));
    if (collector.count > limit) throw tooMany(table, limit);
  }
  const items = collector.items();
  const found = (positions: Uint32Array) => Array.from(positions, (p) => decodeItem(items, p));
  return { items, rows, missing: rows - whole, keys: [], found };
}

/**
 * Reads the keys of a declared matching, brought into normal form by its recipes. Run by: as `readKeys`.
 *
 * @returns items of all keys; a match is shown as the row's own values of all columns that keys are made of.
 * @throws InvalidError `matching/rejected`, `matching/repeated` where the agreement's conditions are not met.
 */
export async function readMatchingKeys(
  database: Database,
  table: string,
  { keys }: NonNullable<KeysWanted['matching']>,
  limit: number,
  signal: AbortSignal,
): Promise<OwnItems> {
  const columns = [...new Set(keys.flatMap((k) => k.columns))];
  const texts = await readColumns(database, table, columns, signal);
  const column = (name: string): TextColumn => texts[columns.indexOf(name)] ?? [];
  const prepared = keys.map((k) => prepareKey(k.definition, k.columns.map(column), k.conditions));
  const joint = joinKeys(prepared);
  if (joint.offsets.length - 1 > limit) throw tooMany(table, limit);
  const rows = texts[0]?.length ?? 0;
  let missing = 0;
  for (let row = 0; row < rows; row++) if (prepared.every((p) => (p.keyOfRow[row] ?? -1) < 0)) missing++;
  const shown = (row: number) => texts.map((t) => t[row] ?? '');
  return {
    items: { bytes: joint.bytes, offsets: joint.offsets },
    rows,
    missing,
    keys: prepared.map(({ report: { key, accepted, rejected, distinct, repeated, reasons } }) => ({
      ...{ key, accepted, rejected, distinct, repeated },
      reasons: reasons.map((r) => ({ ...r })),
    })),
    found: (positions) => matchedRows(prepared, joint.starts, positions).map(shown),
  };
}

/** Rows, ascending, of which a key stands at one of these positions. */
function matchedRows(prepared: readonly PreparedKey[], starts: readonly number[], positions: Uint32Array): number[] {
  const hits = prepared.map((p) => new Uint8Array(p.report.distinct));
  let kind = 0;
  for (const position of positions) {
    while (position >= (starts[kind + 1] ?? Number.POSITIVE_INFINITY)) kind++;
    const own = hits[kind];
    if (own !== undefined) own[position - (starts[kind] ?? 0)] = 1;
  }
  const { by } = anyOf(prepared, hits);
  return [...by.keys()].filter((row) => by[row] !== -1);
}

async function readColumns(
  database: Database,
  table: string,
  columns: readonly string[],
  signal: AbortSignal,
): Promise<(string | null)[][]> {
  const statement = `SELECT ${columns.map((c) => `CAST(${quoteName(c)} AS VARCHAR)`).join(', ')} FROM ${quoteName(table)}`;
  const texts = columns.map((): (string | null)[] => []);
  for await (const chunk of database.chunks(statement)) {
    signal.throwIfAborted();
    for (const [i, text] of texts.entries()) for (const value of chunk.getColumnValues(i)) text.push(value as string | null);
  }
  return texts;
}

const tooMany = (table: string, limit: number): RefusedError =>
  new RefusedError('intersection/too-many-items', {
    stage: 'contribution',
    message: `"${table}" has more than ${limit} different keys, which is all that the agreement allows.`,
    remedy: 'Connect fewer rows, or agree on more (limits.maximum_items).',
  });
