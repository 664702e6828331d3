/** What taking a sample costs: the steps of `sample-rows.ts`, on shapes. */
import type { PlanRows } from '@sluis/model';
import type { RowsMeter } from '@sluis/technique';
import { type ColumnShapes, programCost } from './cost-of-program.ts';
import { lowerNumber } from './lower.ts';
import { sized } from './row-values.ts';
import { firstBit, SAMPLE_BITS, WORD } from './sample-rows.ts';

export function sampleCost(meter: RowsMeter, rows: PlanRows, shapes: ColumnShapes, n: number): void {
  const keys = rows.sample?.keys ?? [];
  if (keys.length === 0) return;
  let from = 0;
  programCost(meter, shapes, n, ({ program, ...lowering }) => {
    const values = keys.map((e) => lowerNumber({ program, ...lowering }, e));
    from = firstBit(values);
    return values.map((key) => program.mask(key.present, sized(program, key, 1)));
  });
  meter.fromBits(keys.length + 1, WORD, 1);
  for (const _ of keys) meter.multiply(n, 1);
  meter.toBits(n, from + SAMPLE_BITS);
  meter.fromBits(n, SAMPLE_BITS, 1);
  meter.negative(n, SAMPLE_BITS + 2);
  meter.and(n);
}
