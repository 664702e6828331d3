/** What grouping by sorting costs: the steps of `grouped-rows.ts`, on shapes. */
import type { KeyShape, RowsMeter } from '@sluis/technique';

export interface ExtremeShape {
  readonly words: number;
  readonly bits: number;
}

export function groupCost(
  meter: RowsMeter,
  { n, keys, slots, declared }: { n: number; keys: readonly KeyShape[]; slots: number; declared: boolean },
  sums: readonly number[],
  extremes: readonly ExtremeShape[],
): void {
  const aggregates = [
    ...sums.map((words) => ({ kind: 'sum' as const, words })),
    ...extremes.map(({ words, bits }) => ({ kind: 'min' as const, words, bits })),
  ];
  meter.groupAggregate(n + (declared ? slots : 0), keys, aggregates, slots);
  if (declared || slots >= n) return;
  meter.inject(n, 1);
  meter.equal(1, 64);
}
