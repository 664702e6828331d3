/** What bounding the rows of a unit costs: the steps of `bounded-units.ts`, on shapes. */
import { type Plan, type PlanRows, wordsForBits } from '@sluis/model';
import type { RowsMeter } from '@sluis/technique';
import { unitNumber } from './bounded-units.ts';
import { type ColumnShapes, programCost } from './cost-of-program.ts';
import { aggregatedColumns } from './expressions-of.ts';
import { lowerNumber } from './lower.ts';
import { takingPart } from './row-facts.ts';

export function boundedCost(meter: RowsMeter, plan: Plan, shapes: ColumnShapes, n: number): void {
  const rows = plan.rows as PlanRows;
  const { bound } = rows;
  if (bound === undefined) return;
  const fewer = n <= bound.rows;
  let bits = 1;
  programCost(meter, shapes, n, (lowering, valid) => {
    const takes = takingPart(lowering, valid, plan);
    const unit = unitNumber(lowering.program, lowerNumber(lowering, bound.key), takes);
    bits = unit.bits;
    return fewer ? [takes] : [takes, unit.node];
  });
  if (fewer) return;
  const kept = [...aggregatedColumns(rows)];
  const key = { bits, words: wordsForBits(bits) };
  const nullable = kept.filter((name) => shapes.get(name)?.nullable === true).length;
  const table = { length: n, words: [key.words, ...kept.map(() => 1)], bits: 1 + nullable };
  meter.shuffle(table);
  meter.sort(table, [key]);
  meter.equal(n - bound.rows, bits);
  meter.and(n - bound.rows);
}
