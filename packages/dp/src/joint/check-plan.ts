/** What noise on secrets can be added to; whatever is opened without noise, or without room for it, is refused. */
import { compareRationals, parseRational, rational } from '@sluis/math';
import {
  inputsOf,
  MOST_BINS,
  openingMasks,
  type Plan,
  type PlanAccumulator,
  type PlanQuantile,
  rowsOfCell,
  SAMPLING_DELTA,
  signedBits,
} from '@sluis/model';
import { noisyCountsOf, noisyQuantileBits } from './add-noise.ts';
import { checkUnit } from './check-unit.ts';
import { decisionBits } from './decide.ts';
import { noiseGroups, isNoisy, noiseOf, noisyNumbers, reachOn } from './noisy-values.ts';
import { ENOUGH_SHARES, shareVariance } from './own-share.ts';
import { canBeSampled } from './recipes.ts';
import { refuse } from './refuse.ts';

/**
 * Below it, a sum of two shares can differ from one discrete Gaussian by more than a thousandth in a probability
 * (4·exp(−π²·v)): the accountant refuses it as well.
 */
const LEAST_SHARE_VARIANCE = rational(21n, 25n);
/** Polya shares are drawn up to this scale. */
const LARGEST_SCALE = rational(2n ** 42n);
/** Numbers sampled on bits: the error is stated for up to so many. */
const MOST_NUMBERS = 2 ** 30;

export function checkPlan(plan: Plan): void {
  if (plan.noise === undefined)
    refuse('The plan adds no noise.', 'Ask with noise, or use the exact mechanism where the agreement allows it.');
  checkShape(plan);
  checkParameters(plan);
  checkRows(plan);
  checkUnit(plan);
  checkOpened(plan);
  checkRoom(plan);
  checkGeneration(plan);
}

function checkShape(plan: Plan): void {
  const { counts, accumulators, histograms, threshold } = noiseOf(plan);
  const alike =
    counts.length === plan.contributions.length &&
    accumulators.length === plan.accumulators.length &&
    histograms.length === (plan.histograms?.length ?? 0);
  if (!alike) refuse('The plan does not say for every value how much noise it gets.');
  const inputs = inputsOf(plan);
  if (new Set(inputs).size !== inputs.length || inputs.length === 0)
    refuse('Every provider is named once, and there is something to combine.');
  for (const [i, a] of plan.accumulators.entries()) {
    const kind = plan.rows?.accumulators[i]?.kind ?? a.kind;
    if (!['sum', 'histogram', 'distinct', 'key'].includes(kind) || (a.kind !== 'sum' && a.kind !== 'histogram'))
      refuse(`Noise can’t be added to ${a.sql}: a single row can change it by any amount.`, 'Ask for sums, averages, counts or quantiles.');
    if ((kind === 'histogram') !== (a.kind === 'histogram')) refuse(`The plan does not say how shared rows give ${a.sql}.`);
    if ((a.kind === 'histogram') !== (a.quantile !== undefined)) refuse(`The plan of ${a.sql} does not say which quantile is meant.`);
  }
  if (plan.rows !== undefined && (plan.rows.histograms?.length ?? 0) !== (plan.histograms?.length ?? 0))
    refuse('The plan does not say where in its histograms shared rows are.');
  if (plan.histograms?.some(({ size }) => !Number.isSafeInteger(size) || size < 1 || size > MOST_BINS))
    refuse(`A histogram has 1 to ${MOST_BINS} values.`);
  if (threshold !== null && !isNoisy(counts[threshold.contribution])) refuse('Cells are selected by a count that gets noise.');
  if (threshold !== null && !/^\d{1,18}$/.test(threshold.atLeast)) refuse('The threshold of cells that are shown is no whole number.');
}

/** Where room for groups or joined rows runs out nothing is shown: whether it does would be told without noise. */
function checkRows({ rows, keys, accumulators }: Plan): void {
  if (rows === undefined) return;
  if (rows.joins.some((j) => !j.rightUnique && (j.kind === 'inner' || j.kind === 'left')))
    refuse(
      'With noise, rows are joined only to tables whose keys are unique.',
      'Declare the keys of the joined table unique in the agreement.',
    );
  if (rows.secretSlots === null) return;
  const combinations = keys.reduce((n, k) => n * (k.size > 0 ? k.size : widthOf(accumulators[k.accumulator ?? -1])), 1);
  const enough = rows.secretSlots >= rows.maximumRows || (combinations > 0 && rows.secretSlots >= combinations);
  if (!enough)
    refuse(
      'With noise there has to be room for as many groups as there can be rows.',
      'Group by columns with fewer values, or agree on fewer rows.',
    );
}

/** How many values a key without declared ones can have. */
const widthOf = (a: PlanAccumulator | undefined): number => (a === undefined ? 0 : Number(BigInt(a.maximum) - BigInt(a.minimum) + 1n));

/** Every parameter is read here, so that nothing fails later. */
function checkParameters(plan: Plan): void {
  const { counts, accumulators, histograms } = noiseOf(plan);
  for (const on of [...counts, ...accumulators, ...histograms]) {
    if (!/^(0|[1-9]\d{0,60})$/.test(on.sensitivity)) refuse('A sensitivity is a whole number of at most 61 digits.');
    if (isNoisy(on) && parseRational(on.parameter).numerator <= 0n)
      refuse('Noise on a value that one unit can change has a scale or variance above 0.');
  }
}

/** Keys may be opened without noise only where cells are selected by a noisy count. */
function checkOpened(plan: Plan): void {
  const { counts, accumulators, histograms, threshold } = noiseOf(plan);
  const opened = openingMasks(
    { ...plan, cellCount: 1 },
    plan.outputs.map(() => Uint8Array.of(1)),
  );
  opened.counts.forEach(([shown], c) => {
    if (shown === 1 && !isNoisy(counts[c])) refuse('A number of rows would be opened without noise.');
  });
  opened.accumulators.forEach(([shown], i) => {
    if (shown !== 1) return;
    const a = plan.accumulators[i] as PlanAccumulator;
    if (plan.rows?.accumulators[i]?.kind === 'key' && threshold !== null) return;
    const on = a.quantile === undefined ? accumulators[i] : histograms[a.quantile.histogram];
    if (!isNoisy(on)) refuse(`The value of ${a.sql} would be opened without noise.`);
  });
}

/** Noisy values fit their rings, and comparisons their widths. */
function checkRoom(plan: Plan): void {
  const noise = noiseOf(plan);
  const inputs = BigInt(inputsOf(plan).length);
  for (const on of noise.counts)
    if (signedBits(rowsOfCell(plan) + reachOn(noise.mechanism, on)) > 64)
      refuse('So many rows with so much noise can’t be counted in 64 bits.');
  plan.accumulators.forEach((a, i) => {
    if (a.kind !== 'sum') return;
    const [low, high] = [-BigInt(a.minimum), BigInt(a.maximum)];
    if (signedBits(inputs * (low > high ? low : high) + reachOn(noise.mechanism, noise.accumulators[i])) > 64 * a.words)
      refuse(`The total of ${a.sql} over all providers and its noise do not fit in ${a.words} words.`);
  });
  for (const on of [...noise.counts, ...noise.accumulators, ...noise.histograms])
    if (reachOn(noise.mechanism, on) > 2n ** 62n)
      refuse('The noise does not fit in 64 bits.', 'Ask for a coarser value, such as the sum of CAST(x / 1000 AS INTEGER).');
  for (const { quantile, sql, words } of plan.accumulators) {
    if (quantile === undefined) continue;
    const histogram = plan.histograms?.[quantile.histogram];
    if (histogram === undefined) refuse(`The plan of ${sql} refers to what it does not hold.`);
    if (!Number.isInteger(quantile.at) || quantile.at < 0 || quantile.at > 10_000)
      refuse('A quantile lies between 0 and 1, with four decimals.');
    checkRank(plan, quantile);
    checkEnd(plan, quantile, histogram.size);
    if (noisyQuantileBits(plan, quantile) > 64) refuse('So many rows with so much noise can’t be searched in 64 bits.');
    const [low, scale] = [BigInt(quantile.low), quantile.continuous ? 10_000n : 1n];
    const most = scale * ((low < 0n ? -low : low) + BigInt(histogram.size));
    if (signedBits(most) > 64 * words) refuse(`The values of ${sql} don’t fit in ${words} words.`);
  }
  if (decisionBits(plan) > 64) refuse('A threshold and counts with so much noise can’t be compared in 64 bits.');
}

/** A rank counts rows from one of both ends, and comparisons have room for it. */
function checkRank(plan: Plan, { rank, at, continuous, histogram }: PlanQuantile): void {
  if (rank === undefined) return;
  if (continuous || (at !== 0 && at !== 10_000)) refuse('A rank counts rows from the smallest or the largest value.');
  if (!/^[1-9]\d{0,18}$/.test(rank) || BigInt(rank) > noisyCountsOf(plan, histogram))
    refuse('A rank is a number of rows that noisy counts can reach.');
}

/** Every value but the last has a margin, and comparisons room for it. */
function checkEnd(plan: Plan, { end, histogram }: PlanQuantile, size: number): void {
  if (end === undefined) return;
  const whole = end.margins.every(({ values, by }) => Number.isSafeInteger(values) && values > 0 && /^(0|[1-9]\d{0,60})$/.test(by));
  if (!whole || end.margins.reduce((n, { values }) => n + values, 0) !== size - 1 || !/^(low|high)$/.test(end.side))
    refuse('An end of a quantile’s interval has a margin for every value but the last.');
  if (end.margins.some(({ by }) => BigInt(by) > 10_000n * noisyCountsOf(plan, histogram)))
    refuse('A margin of a quantile is larger than its noisy counts can be.');
}

function checkGeneration(plan: Plan): void {
  const { generation, mechanism, events } = noiseOf(plan);
  if (generation === 'bits') {
    if (noisyNumbers(plan) > MOST_NUMBERS) refuse(`Noise can be sampled on secret bits for at most ${MOST_NUMBERS} numbers.`);
    const charged = events.some(
      (e) => e.kind === 'guarantee' && e.epsilon === '0' && compareRationals(parseRational(e.delta), parseRational(SAMPLING_DELTA)) >= 0,
    );
    if (!charged)
      refuse('The plan does not charge the error of noise sampled on secret bits.', 'Add a guarantee with δ = 2^-40 to its events.');
    if (!canBeSampled(plan))
      refuse(
        'So little noise beside what one unit can change can’t be sampled on secret bits.',
        'Ask with a smaller epsilon, or agree on generation: shares.',
      );
    return;
  }
  for (const { parameter } of noiseGroups(plan)) {
    if (mechanism === 'discrete-laplace') {
      if (compareRationals(parameter, LARGEST_SCALE) > 0)
        refuse('The noise is too large to be made of shares.', 'Ask for a coarser value.');
      continue;
    }
    const variance = shareVariance(parameter);
    if (compareRationals(variance, LEAST_SHARE_VARIANCE) < 0)
      refuse(
        'Shares of Gaussian noise would be so small that their sum is no Gaussian any more.',
        'Ask with a smaller epsilon or with Laplace noise, or agree on generation: bits.',
      );
    const accounted = events.some(
      (e) =>
        e.kind === 'summed-discrete-gaussian' && e.shares === ENOUGH_SHARES && compareRationals(parseRational(e.variance), variance) === 0,
    );
    if (!accounted) refuse('The plan does not account for its Gaussian noise as a sum of shares.');
  }
}
