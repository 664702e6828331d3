/** Histograms of shared rows: how many rows of each declared cell have each value, for noise that is added to all of them. */
import type { Plan } from '@sluis/model';
import type { Committee, SecretColumn } from '@sluis/technique';
import { fewEnough } from './few-cells.ts';
import { cellNumbers, groupRows } from './grouped-rows.ts';
import type { CellTotals } from './many-cells.ts';
import { type Digit, oneHotSums } from './one-hot-sums.ts';
import type { Placed, RowFacts } from './row-facts.ts';
import { widthOf } from './row-values.ts';
import { partOf } from './summands.ts';

/** Whether the counts of a histogram are cheaper without sorting: values and cells are one grid, with the values outermost. */
export const fewBins = (size: number, cells: readonly number[], rows: number): boolean =>
  fewEnough(
    [size, ...cells].filter((s) => s > 1),
    rows,
    1,
  );

/**
 * Adds them to the totals of one grouping set. Run by: all three compute parties, in step. Learns: nobody anything. Cost: an
 * equality for each row, value and key where they are few; else a sort of the rows and of one row more for each count.
 */
export async function withBins(
  committee: Committee,
  plan: Plan,
  facts: RowFacts,
  digits: readonly Digit[],
  totals: CellTotals,
): Promise<CellTotals> {
  if (facts.places.length === 0) return totals;
  const further = new Map(totals.further);
  for (const [h, place] of facts.places.entries()) {
    const counts = await binCounts(committee, place, plan.histograms?.[h]?.size ?? 0, digits, facts.length);
    const size = counts.length / totals.cells;
    for (let bin = 0; bin < size; bin++) further.set(partOf.bin(h, bin), committee.slice(counts, bin * totals.cells, totals.cells));
  }
  plan.accumulators.forEach(({ kind }, a) => {
    // Found once noise has been added to the counts.
    if (kind === 'histogram') further.set(partOf.accumulator(a), committee.constant(totals.cells, 1, 0n));
  });
  return { ...totals, further };
}

/** Values outermost. */
async function binCounts(
  committee: Committee,
  { column, bits, counts }: Placed,
  size: number,
  cells: readonly Digit[],
  length: number,
): Promise<SecretColumn> {
  const digits = [{ column, bits, size }, ...cells].filter((d) => d.size > 1);
  const grid = digits.reduce((n, d) => n * d.size, 1);
  const sizes = cells.map((d) => d.size);
  if (fewBins(size, sizes, length)) {
    const [found] = await oneHotSums(committee, digits, [{ column: await committee.inject(counts, 1), ownerOf: null }], 1, length);
    return found ?? committee.constant(grid, 1, 0n);
  }
  const key = { column: cellNumbers(committee, digits, length), bits: widthOf(0n, BigInt(grid)) };
  return (await groupRows(committee, { keys: [key], valid: counts, slots: grid, declared: true }, [], [])).rows;
}
