/** Statistics of pairs as sums that can be pushed down: Σx, Σy, Σxy, Σx², Σy² over the rows that have both values. */
import { pairSums, type PairKind, type PlanAggregate } from '@sluis/model';
import { centresOf, summedWhole } from './centred-sums.ts';
import { requireOneTerm } from './dominance-terms.ts';
import type { AggregateNode, Bound } from './expression.ts';
import type { Making } from './parts.ts';
import { addDominance, addProducts, addSquares, addSum } from './split-sums.ts';

export interface PairParts {
  readonly accumulators: readonly number[];
  readonly dominance: number | null;
  readonly centres?: NonNullable<PlanAggregate['centres']>;
  /** An average of y whose rules must pass too: where there is a dominance rule, it holds for both values. */
  readonly companion: AggregateNode | null;
}

/** `filter` leaves out the rows that lack a value. */
export function pairParts(node: AggregateNode, y: Bound, x: Bound, filter: Bound | null, making: Making): PairParts {
  const [wx, wy] = [summedWhole(x, filter, making, true), summedWhole(y, filter, making, true)];
  const make = {
    x: () => addSum(wx, filter, making, false),
    y: () => addSum(wy, filter, making, false),
    xy: () => addProducts(wx, wy, filter, making),
    xx: () => addSquares(wx, filter, making),
    yy: () => addSquares(wy, filter, making),
  };
  const accumulators = pairSums(node.aggregate as PairKind).map((sum) => make[sum]());
  const dominance = addDominance(wx, filter, making);
  if (dominance !== null) for (const argument of [y, x]) requireOneTerm(node.aggregate, argument);
  const alone = dominance === null || wx.text === wy.text;
  return {
    accumulators,
    dominance,
    ...centresOf([wy, wx]),
    companion: alone ? null : { kind: 'aggregate', aggregate: 'avg', argument: y, filter, type: 'DOUBLE', interval: null, nullable: true },
  };
}
