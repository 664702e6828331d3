/** What merging rows to items costs: the steps of `merge-rows.ts`, on shapes. */
import type { PlanRows } from '@sluis/model';
import type { KeyShape, RowsMeter } from '@sluis/technique';
import { type ColumnShapes, programCost } from './cost-of-program.ts';
import { mergedParts, type MergedParts, PER_COLUMN } from './merge-rows.ts';
import { widthOf } from './row-values.ts';

export function mergedCost(meter: RowsMeter, rows: PlanRows, shapes: ColumnShapes, n: number, givers: number): void {
  let parts: MergedParts = { takes: 0, keys: [], present: [], sums: [] };
  programCost(meter, shapes, n, (lowering, valid) => {
    parts = mergedParts(lowering.program, lowering, valid, rows);
    return [parts.takes, ...parts.present, ...[...parts.keys, ...parts.sums].map((p) => p.node)];
  });
  const [flags, marks, sums] = [parts.present.length, Math.ceil(Math.max(1, givers) / PER_COLUMN), parts.sums.length];
  meter.inject(n * (flags + 1), 1);
  const giver: KeyShape = { bits: widthOf(0n, BigInt(Math.max(1, givers) - 1)), words: 1 };
  const keys: KeyShape[] = [{ bits: flags + 2, words: 1 }, ...parts.keys.map((k) => ({ bits: k.bits, words: 1 })), giver];
  const words = new Array<number>(parts.keys.length + 1 + marks + sums).fill(1);
  meter.sort({ length: n, words, bits: 1 + flags }, keys);
  if (n > 1) {
    for (let flag = 0; flag < flags; flag++) meter.and(n - 1);
    for (const key of parts.keys) {
      meter.equal(n - 1, key.bits);
      meter.and(n - 1);
    }
    meter.equal(n - 1, giver.bits);
    meter.and(n);
  }
  meter.inject(n, 1);
  for (let mark = 0; mark < marks; mark++) meter.multiply(n, 1);
  meter.partition({ length: n, words: new Array<number>(parts.keys.length + marks + sums + 2).fill(1), bits: 1 + flags });
  for (let mark = 0; mark < marks; mark++) meter.toBits(n, Math.min(PER_COLUMN, Math.max(1, givers) - mark * PER_COLUMN));
}
