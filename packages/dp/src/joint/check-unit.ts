/** Whom the noise of a plan protects, against what its shared rows may hold of one unit. */
import {
  MORE_HASH_BITS,
  moreOf,
  type Plan,
  type PlanNoise,
  type PlanRowJoin,
  type PlanRows,
  pushdownProviders,
  type RowExpression,
} from '@sluis/model';
import { isNoisy, noiseOf } from './noisy-values.ts';
import { refuse } from './refuse.ts';

/**
 * Throws InvalidError `plan/unsupported-shape` for a plan on shared rows whose noise protects more than one row, unless all
 * rows of a unit are bounded there: by its column, to as many as the noise is for, with nothing added that is not bounded.
 */
export function checkUnit(plan: Plan): void {
  const { rows } = plan;
  const noise = noiseOf(plan);
  if (rows === undefined) return;
  const { bound } = rows;
  if (noise.unit.kind === 'organisation') refuse('How much an organisation counts for is not bounded on shared rows.');
  if (noise.unit.kind === 'row') {
    if (bound !== undefined || noise.bounds !== null) refuse('The plan bounds the rows of units although each row is one.');
    return;
  }
  const { column } = noise.unit;
  if (bound === undefined) refuse(`The plan protects all rows with the same ${column}, and does not bound how many of them count.`);
  if (!isUnit(bound.key, column)) refuse(`The plan protects all rows with the same ${column}, and bounds those of something else.`);
  if (pushdownProviders(plan).length > 0)
    refuse('The rows of a unit are bounded together only where all providers share them.', 'Ask again with this release of Sluis.');
  checkJoins(rows, column);
  checkAmounts(noise, bound.rows);
}

/** Every part that gets noise gets it for at least so many rows, each of which changes it by 1 or more. */
function checkAmounts({ bounds, occurrences, counts, accumulators, histograms }: PlanNoise, rows: number): void {
  if (bounds === null || occurrences !== 1 || BigInt(bounds.groups) * BigInt(bounds.rowsPerGroup) !== BigInt(rows))
    refuse('The plan bounds another number of rows of a unit than its noise is for.');
  if ([...counts, ...accumulators, ...histograms].some((on) => isNoisy(on) && BigInt(on.sensitivity) < BigInt(rows)))
    refuse('Noise is made for fewer rows of a unit than count.');
}

/** A joined row is of one unit only where the unit's columns of both sides are equal. */
function checkJoins({ joins }: PlanRows, column: string): void {
  const same = ({ kind, on }: PlanRowJoin): boolean =>
    (kind === 'inner' || kind === 'semi') && on.some(({ left, right }) => isUnit(left, column) && isUnit(right, column));
  if (!joins.every(same))
    refuse(`The plan joins rows of several units.`, `Join on ${column}, among others, with JOIN or SEMI JOIN, as the columns stand.`);
}

/** The column, both parts of its hash as one number, its position in a list, or NULL where a row may not be joined. */
function isUnit(e: RowExpression, column: string): boolean {
  if (e.op === 'column') return e.column === column;
  if (e.op === 'add') return isWholeHash(e.args, column);
  if (e.op === 'position') return isUnit(e.args[0], column);
  return e.op === 'case' && e.else.op === 'null' && e.when.every((w) => isUnit(w.then, column));
}

function isWholeHash([high, low]: readonly [RowExpression, RowExpression], column: string): boolean {
  if (high.op !== 'multiply' || low.op !== 'column' || low.column !== moreOf(column)) return false;
  const [first, room] = high.args;
  return isUnit(first, column) && room.op === 'number' && BigInt(room.value) === 1n << MORE_HASH_BITS;
}
