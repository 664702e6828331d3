/** From what was computed per grouping set to one input in the plan's layout. */
import { type Plan, signedBits } from '@sluis/model';
import type { Committee, SecretBits, SecretColumn } from '@sluis/technique';
import { most } from './extreme-integers.ts';
import type { CellTotals } from './many-cells.ts';
import { resized } from './summands.ts';

/**
 * No cell has rows or organisations where anything had too little room. Opened, that bit would tell who repeats a key, or
 * fills groups up to the last one, whether others have that key, or one more group. Run by: all three compute parties, in
 * step. Learns: nobody anything.
 */
export async function emptyWithoutRoom(
  committee: Committee,
  parts: readonly CellTotals[],
  fits: readonly SecretBits[],
): Promise<CellTotals[]> {
  if (fits.length === 0) return [...parts];
  let open = fits[0] as SecretBits;
  for (const bit of fits.slice(1)) open = await committee.and(open, bit);
  const columns = parts.flatMap((part) => [...part.counts, ...part.present]);
  const all = committee.concat(columns);
  const kept = await committee.mask(committee.gatherBits(open, new Uint32Array(all.length)), all);
  let at = 0;
  const next = (column: SecretColumn) => {
    at += column.length;
    return committee.slice(kept, at - column.length, column.length);
  };
  return parts.map((part) => ({ ...part, counts: part.counts.map(next), present: part.present.map(next) }));
}

/** One column per entry of the layout, the grouping sets one behind the other. */
export async function layOut(committee: Committee, plan: Plan, parts: readonly CellTotals[]): Promise<SecretColumn[]> {
  const columns: SecretColumn[] = [];
  const whole = (of: (part: CellTotals) => SecretColumn) =>
    parts.length === 1 ? of(parts[0] as CellTotals) : committee.concat(parts.map(of));
  plan.contributions.forEach((_, c) => {
    columns.push(
      whole((p) => p.counts[c] as SecretColumn),
      whole((p) => p.present[c] as SecretColumn),
    );
  });
  for (const [i, a] of plan.accumulators.entries()) {
    const magnitude = most(-BigInt(a.minimum), BigInt(a.maximum));
    const sized: CellTotals[] = [];
    for (const part of parts) {
      const found = part.accumulators.get(i);
      if (found === undefined) throw new RangeError('the rows of a plan give all its accumulators');
      const column = await resized(committee, found, Math.min(64 * found.words, signedBits(magnitude + 1n)), a.words);
      sized.push({ ...part, accumulators: new Map([[i, column]]) });
    }
    columns.push(
      sized.length === 1
        ? (sized[0]?.accumulators.get(i) as SecretColumn)
        : committee.concat(sized.map((p) => p.accumulators.get(i) as SecretColumn)),
    );
  }
  return columns;
}
