/** What of a plan on rows can be computed; everything else is refused by name before anything runs. */
import { InvalidError } from '@sluis/base';
import { ITEMS, MOST_BINS, type Plan, type PlanMatching, type PlanRowJoin, type PlanRows, type RowExpression } from '@sluis/model';
import { columnsIn, finalExpressions, mergedExpressions, partsOf } from './expressions-of.ts';
import { least, most } from './extreme-integers.ts';
import { membershipTests, positionTests } from './lower-lists.ts';
import { columnKey } from './row-table.ts';
import { widthOf } from './row-values.ts';
import { SAMPLE_BITS } from './sample-rows.ts';

const MOST_SLOTS = 1_000_000;
const MOST_NODES = 20_000;
const MOST_VALUES = 2_000_000;
const MOST_TOPS = 100;
const MOST_KEYS = 16;
const MOST_BLOCKS = 8;
const MOST_PAIRS = 10_000_000;

const refusal = (message: string) =>
  new InvalidError('plan/unsupported-shape', {
    stage: 'plan',
    message,
    remedy: 'Ask a simpler question, or narrower columns, or change the bounds in the agreement.',
  });

function refuse(message: string): never {
  throw refusal(message);
}

/** Throws InvalidError `plan/unsupported-shape`. */
export function checkRowsPlan(plan: Plan): void {
  const { rows } = plan;
  if (rows === undefined) throw refusal('The plan has nothing that runs on shared rows.');
  if (rows.sources.length === 0 || rows.joins.length !== rows.sources.length - 1) refuse('Every source but the first is joined once.');
  if (rows.keys.length !== plan.keys.length || rows.contributions.length !== plan.contributions.length)
    refuse('The plan does not say for every key and count how rows give it.');
  if (rows.accumulators.length !== plan.accumulators.length) refuse('The plan does not say for every aggregate how rows give it.');
  if ((rows.dominances ?? []).length !== plan.dominances.length)
    refuse('The plan does not say for every dominance rule whose size it tests.');
  if (plan.dominances.some((d) => !(Number.isInteger(d.top) && d.top >= 1 && d.top <= MOST_TOPS)))
    refuse(`Dominance looks at 1 to ${MOST_TOPS} rows.`);
  if (!Number.isSafeInteger(rows.maximumRows) || rows.maximumRows < 1 || rows.maximumRows >= 2 ** 31)
    refuse('Shared rows are at most 2 147 483 647.');
  if ((rows.histograms ?? []).length !== (plan.histograms ?? []).length)
    refuse('The plan does not say for every histogram where in it rows are.');
  if (plan.histograms?.some(({ size }) => !whole(size, 1, MOST_BINS)) || (rows.secretSlots !== null && rows.histograms !== undefined))
    refuse(`Rows are counted by at most ${MOST_BINS} values, in declared groups.`);
  checkKeys(plan, rows);
  checkJoins(rows);
  checkCounted(plan, rows);
  checkBound(plan, rows);
  checkMerged(rows);
  checkSample(rows);
  const nodes = allExpressions(rows).reduce((n, e) => n + checkExpression(rows, e), 0);
  if (nodes > MOST_NODES) refuse(`The expressions of a question on shared rows have at most ${MOST_NODES} parts.`);
  for (const a of rows.accumulators) {
    if (a.kind.startsWith('quantile') && !(Number.isInteger(a.quantile) && a.quantile >= 0 && a.quantile <= 10_000))
      refuse('A quantile lies between 0 and 1, in ten-thousandths.');
  }
}

function checkKeys(plan: Plan, rows: PlanRows): void {
  if (rows.secretSlots === null) {
    if (rows.accumulators.some((a) => a.kind === 'key')) refuse('Only secret keys have values that are opened.');
    return;
  }
  const { secretSlots: slots } = rows;
  if (!Number.isInteger(slots) || slots < 1 || slots > MOST_SLOTS || slots !== plan.cellCount)
    refuse(`Groups with secret keys have 1 to ${MOST_SLOTS} slots, one per cell.`);
  if (plan.keys.length === 0 || plan.groupingSets.length !== 1 || plan.groupingSets[0]?.length !== plan.keys.length)
    refuse('Secret keys are grouped by all together.');
  for (const key of plan.keys) {
    if (key.accumulator !== undefined && rows.accumulators[key.accumulator]?.kind !== 'key')
      refuse(`The value of ${key.sql} has no place in the plan.`);
  }
}

function checkJoins(rows: PlanRows): void {
  rows.joins.forEach((join, i) => {
    if (join.matching !== undefined) {
      checkMatching(join, join.matching, i);
      return;
    }
    if (join.on.length === 0) refuse('A join needs a pair of keys.');
    const bounded = Number.isInteger(join.maximumRows) && join.maximumRows >= 1;
    if (!join.rightUnique && (join.kind === 'inner' || join.kind === 'left') && !bounded)
      refuse('A join in which keys may occur several times on both sides needs a bound on its rows.');
  });
}

const whole = (n: number, low: number, high: number) => Number.isInteger(n) && n >= low && n <= high;

function checkMatching(join: PlanRowJoin, { source, keys, likeness }: PlanMatching, index: number): void {
  const plain = join.kind === 'semi' || join.kind === 'anti';
  if (!plain || join.on.length > 0 || join.distinct === true || join.leftUnique === true)
    refuse('A matching stands alone in a semi or anti join.');
  if (!whole(source, 0, index) || !whole(keys, 0, MOST_KEYS) || (keys === 0 && likeness === undefined))
    refuse('A matching has keys or filters of a table on the left.');
  if (likeness === undefined) return;
  const { bits, blocks, maximumPairs, threshold, perKey = 1 } = likeness;
  const known =
    [256, 512, 1024].includes(bits) &&
    whole(blocks, 1, MOST_BLOCKS) &&
    whole(maximumPairs, 1, MOST_PAIRS) &&
    whole(perKey, 1, maximumPairs);
  if (!known || !whole(threshold.denominator, 1, 1000) || !whole(threshold.numerator, 1, threshold.denominator))
    refuse('The terms of likeness are not ones that can be computed.');
}

/** Different rows are counted of what joins bring in. */
function checkCounted({ rules }: Plan, rows: PlanRows): void {
  for (const source of rules.countedSources ?? []) {
    const kind = source === 0 ? 'inner' : rows.joins[source - 1]?.kind;
    if (rows.joins.length === 0 || (kind !== 'inner' && kind !== 'left')) refuse('Rows are counted of sources that joins bring in.');
  }
  if (rows.joins.some((join) => join.distinct === true && join.kind !== 'semi' && join.kind !== 'anti'))
    refuse('Equal rows stay once on the left of semi and anti joins only.');
  if (rows.joins.some((join, i) => join.leftUnique === true && i > 0))
    refuse('Only the first source can be declared to have every key once.');
}

/** Bounded rows have no owner any more that rules could look at. */
function checkBound({ noise, rules }: Plan, { bound, dominances }: PlanRows): void {
  if (bound === undefined) return;
  if (!Number.isSafeInteger(bound.rows) || bound.rows < 1) refuse('At least one row of a unit counts.');
  if (noise?.unit.kind !== 'column') refuse('The rows of a unit are bounded where noise protects the values of a column.');
  if ((dominances ?? []).length > 0 || (rules.countedSources ?? []).length > 0)
    refuse('Where the rows of a unit are bounded, noise takes the place of rules.');
}

/** What is asked of items can only be about their keys and what was counted of them. */
function checkMerged(rows: PlanRows): void {
  const { merged } = rows;
  const after = new Set(finalExpressions(rows).flatMap((e) => [...columnsIn(e)]));
  if (merged === undefined) {
    if ([...after].some((name) => name.startsWith(columnKey(ITEMS, ''))))
      refuse('The plan asks of items and does not say which rows are one.');
    return;
  }
  if (rows.sources.length !== 1 || rows.bound !== undefined) refuse('Rows are merged to items of one table, without bounds on units.');
  if (merged.keys.length === 0 || merged.keys.some((k) => k.op !== 'column' || k.source !== 0))
    refuse('Items are rows with equal values in columns of their table.');
  const known = new Set([
    ...merged.keys.flatMap((k) => [...columnsIn(k)]),
    ...['#organisations', '#rows', ...merged.sums.map((_, i) => `#sum${i}`)].map((name) => columnKey(ITEMS, name)),
  ]);
  if ([...after].some((name) => !known.has(name))) refuse('The plan asks of items what only their rows have.');
  const wide = merged.sums.some((s) => widthOf(least(BigInt(s.minimum), 0n), most(BigInt(s.maximum), 0n)) > 63);
  if (wide) refuse('Sums of an item have at most 63 bits.');
}

function checkSample({ sample, bound }: PlanRows): void {
  if (sample === undefined) return;
  const { keys, threshold } = sample;
  if (keys.length === 0 || !Number.isInteger(threshold) || threshold < 1 || threshold > 2 ** SAMPLE_BITS || bound !== undefined)
    refuse('A sample is a share of rows by their keys, without bounds on units.');
}

function allExpressions(rows: PlanRows): RowExpression[] {
  const maybe = [rows.where, rows.bound?.key ?? null, ...(rows.sample?.keys ?? []), ...rows.contributions].filter((e) => e !== null);
  const joined = rows.joins.flatMap((j) => j.on.flatMap((on) => [on.left, on.right]));
  return [
    ...maybe,
    ...mergedExpressions(rows),
    ...rows.keys,
    ...rows.accumulators.map((a) => a.expression),
    ...(rows.histograms ?? []),
    ...(rows.dominances ?? []),
    ...joined,
  ];
}

/** Number of parts. */
function checkExpression(rows: PlanRows, e: RowExpression): number {
  const items = rows.merged === undefined ? Number.NaN : ITEMS;
  if (e.op === 'column' && e.source !== items && rows.sources[e.source] === undefined)
    refuse('The plan refers to a source that it does not have.');
  if (e.op === 'rescale' && BigInt(e.divisor) < 1n) refuse('Numbers are rescaled by a positive whole number.');
  if ((e.op === 'in' || e.op === 'position') && e.values.length > MOST_VALUES) refuse(`A list has at most ${MOST_VALUES} values.`);
  // Neighbouring values are one test, however many they are.
  const own = e.op === 'in' ? membershipTests(e.values) : e.op === 'position' ? positionTests(e.values) : 0;
  return partsOf(e).reduce((n, part) => n + checkExpression(rows, part), 1 + own);
}
