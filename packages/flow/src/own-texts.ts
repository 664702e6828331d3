/** Texts of a receiver's own data behind the hashes that were opened to it. */
import { type Agreement, encodingsOf, type Plan, type Released, type Table, tableColumn } from '@sluis/model';
import { openedTexts } from '@sluis/planner';
import type { Attempt, StationContext } from './context.ts';

/**
 * Looks through what this station has connected under the run's agreement: columns of text without declared values that the
 * question uses, or that are called as a key is. Run by: each receiver, after the release was opened to it.
 *
 * @returns texts whose hashes are opened keys, one for each hash, in the order of their code units; none for a plan without
 *   such keys.
 *
 * Learns: the receiver, which of its own texts are among the groups. Cost: one pass over each such column, hashed here.
 */
export async function ownTexts(station: StationContext, run: Attempt, released: Released): Promise<string[]> {
  const { plan } = run.prepared;
  const hashOf = openedTexts(plan, released);
  if (hashOf === null) return [];
  const wanted = (text: string) => hashOf(text) !== null;
  const found = new Set<string>();
  for (const dataset of await station.store.datasets()) {
    if (dataset.collaboration !== plan.collaboration || dataset.agreement !== plan.agreement) continue;
    const columns = columnsToRead(plan, run.agreement, dataset.table);
    if (columns.length === 0) continue;
    for (const text of await station.engine.texts(run.prepared, { table: dataset.table, columns }, wanted, dataset, run.signal))
      found.add(text);
  }
  return onePerHash([...found], hashOf);
}

/** In the order of their code units; of two texts that somebody made with one hash the first: a receipt with both is none. */
export function onePerHash(texts: readonly string[], hashOf: (text: string) => string | null): string[] {
  const byHash = new Map<string | null, string>();
  // Backwards, so that the first stays.
  for (const text of [...texts].sort().reverse()) byHash.set(hashOf(text), text);
  return [...byHash.values()].reverse();
}

function columnsToRead({ keys, rows }: Plan, { tables }: Agreement, name: string): string[] {
  const table: Table | undefined = tables[name];
  if (table === undefined) return [];
  const used = (rows?.sources ?? []).flatMap((s) => (s.table === name ? s.columns.map(tableColumn) : []));
  const wanted = new Set([...used, ...keys.flatMap((k) => k.text?.column ?? [])]);
  return encodingsOf(table)
    .filter((e) => e.kind === 'hash' && e.of === undefined && wanted.has(e.column))
    .map((e) => e.column);
}
