/** What histograms of shared rows cost: the steps of `bins.ts`, on shapes. */
import type { RowsMeter } from '@sluis/technique';
import { fewBins } from './bins.ts';
import { groupCost } from './cost-of-groups.ts';
import { type DigitShape, oneHotCost } from './cost-of-one-hot-sums.ts';
import { placeBits, widthOf } from './row-values.ts';

/** @param sizes - numbers of values, histogram by histogram. @param cells - digits of the grouping set's cells. */
export function binsCost(meter: RowsMeter, sizes: readonly number[], cells: readonly DigitShape[], n: number): void {
  for (const size of sizes) {
    const digits = [{ size, bits: placeBits(size) }, ...cells].filter((d) => d.size > 1);
    const grid = digits.reduce((product, d) => product * d.size, 1);
    const few = fewBins(
      size,
      cells.map((d) => d.size),
      n,
    );
    if (few) {
      meter.inject(n, 1);
      oneHotCost(meter, digits, n, [1], () => 1);
    } else groupCost(meter, { n, keys: [{ bits: widthOf(0n, BigInt(grid)), words: 1 }], slots: grid, declared: true }, [], []);
  }
}
