/** What finding partners under a declared matching costs: the steps of `match-rows.ts`, on shapes. */
import { flagsCost, linkCost } from '@sluis/linkage';
import type { PlanMatching } from '@sluis/model';
import type { RowsMeter } from '@sluis/technique';
import { type ColumnShapes, programCost } from './cost-of-program.ts';
import { keyBitsOf, matchingNodes } from './match-rows.ts';

/** @returns how many bits say that there was room. */
export function matchingCost(
  meter: RowsMeter,
  index: number,
  matching: PlanMatching,
  shapes: ColumnShapes,
  left: number,
  right: number,
): number {
  for (const [n, source] of [
    [left, matching.source],
    [right, index + 1],
  ] as const)
    programCost(meter, shapes, n, (lowering, valid) =>
      matchingNodes(lowering, valid, matching, source).flatMap((key) => [key.valid, ...key.parts]),
    );
  const keys = keyBitsOf(matching).map((bits) => ({ bits, words: 1 }));
  for (let k = 0; k < matching.keys; k++) meter.joinToLeft('semi', left, { length: right, words: [], bits: 0 }, keys, 0);
  const { likeness } = matching;
  if (likeness !== undefined) {
    linkCost(meter, likeness, left, right);
    flagsCost(meter, likeness, left);
  }
  for (let open = matching.keys + (likeness === undefined ? 0 : 1); open > 1; open -= open >> 1) meter.and((open >> 1) * left);
  meter.and(left);
  return likeness === undefined ? 0 : 1;
}
