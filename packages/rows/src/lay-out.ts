/** From what was computed per grouping set to one input in the plan's layout. */
import { type LayoutColumn, layoutOf, type Plan, rowsOfCell, signedBits } from '@sluis/model';
import type { Committee, SecretBits, SecretColumn } from '@sluis/technique';
import { most } from './extreme-integers.ts';
import type { CellTotals } from './many-cells.ts';
import type { RowFacts } from './row-facts.ts';
import { partOf, resized } from './summands.ts';

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
export async function layOut(committee: Committee, plan: Plan, facts: RowFacts, parts: readonly CellTotals[]): Promise<SecretColumn[]> {
  const columns: SecretColumn[] = [];
  for (const l of layoutOf(plan)) {
    const { of, bits } = entryOf(plan, facts, l);
    const sized: SecretColumn[] = [];
    for (const part of parts) {
      const found = of(part);
      if (found === undefined) throw new RangeError('the rows of a plan give everything that it adds up');
      sized.push(await resized(committee, found, Math.min(64 * found.words, bits), l.words));
    }
    columns.push(sized.length === 1 ? (sized[0] as SecretColumn) : committee.concat(sized));
  }
  return columns;
}

interface Entry {
  readonly of: (part: CellTotals) => SecretColumn | undefined;
  /** Width of its values. */
  readonly bits: number;
}

/** What stands for an entry of the layout among what was computed. */
function entryOf(plan: Plan, { placeOf }: RowFacts, l: LayoutColumn): Entry {
  const further = (name: string, bits: number): Entry => ({ of: (part) => part.further.get(name), bits });
  const place = 'contribution' in l ? (placeOf[l.contribution] as number) : 0;
  const largest = 'dominance' in l ? BigInt(plan.dominances[l.dominance]?.maximum ?? 0) : 0n;
  switch (l.kind) {
    case 'count':
      return { of: (part) => part.counts[place], bits: 64 };
    case 'present':
      return { of: (part) => part.present[place], bits: 64 };
    case 'accumulator': {
      const { minimum, maximum } = plan.accumulators[l.accumulator] as Plan['accumulators'][number];
      return further(partOf.accumulator(l.accumulator), signedBits(most(-BigInt(minimum), BigInt(maximum)) + 1n));
    }
    case 'absolute':
      return further(partOf.absolute(l.dominance), signedBits(largest * rowsOfCell(plan)));
    case 'top':
      return further(partOf.top(l.dominance, l.rank), signedBits(largest));
    case 'rows-of':
      return further(partOf.rowsOf(plan.rules.countedSources?.indexOf(l.source) ?? 0, place), 64);
    case 'bin':
      return further(partOf.bin(l.histogram, l.bin), 64);
  }
}
