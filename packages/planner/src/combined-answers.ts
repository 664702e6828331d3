/**
 * Several noisy answers to one question as one answer with less noise. Run by: an asker that received them, and whoever has
 * their receipts. Looks at released values only: nothing is learnt that they do not say.
 *
 * Every opened number is averaged with weights inverse to its variances, before anything is computed of it: averages, ends
 * of intervals, HAVING and LIMIT then follow as from a single answer. Of Gaussian noise that is as good as one answer that
 * spent the sum of all ρ (the mean of independent Gaussians, weighted so, is the sufficient statistic: Whitehouse, Wu,
 * Ramdas & Rogers 2022, "Brownian noise reduction", gives the same path of variances); of Laplace noise, whose ε add up and
 * not their squares, several answers are worse than one of the sum of their ε, 1.58 times in the schedule used here.
 */
import { canonicalText, RefusedError } from '@sluis/base';
import { surelyWithin, type WeightedNoise, weightedMargin } from '@sluis/budget';
import { divideRationals, multiplyRationals, parseRational, type Rational, rational } from '@sluis/math';
import type { NoiseKind, Plan, PlanMargin, PlanNoise, PlanNoiseOn, Released } from '@sluis/model';
import { downward } from './exact-decimal.ts';
import { addedNoise } from './noise-parts.ts';
import type { Prepared } from './prepared.ts';

/** One answer as it was opened. */
export interface NoisyAnswer {
  readonly prepared: Prepared;
  readonly released: Released;
}

type PartKind = 'counts' | 'accumulators';

/** Rarer than this is what weighted margins can't tell. */
const RAREST = 1e-8;
/** Chance that answers about the same rows are taken for answers about others. */
const FALSE_ALARM = 1e-9;

/**
 * The weighted mean of all answers, with a plan whose intervals hold in all but `outside` of cases. The last answer's
 * sentences and names stay.
 *
 * @throws RefusedError `plan/other-question` unless all are answers to one question, however much noise each has.
 */
export function combineAnswers(answers: readonly NoisyAnswer[], outside: Rational): NoisyAnswer {
  const last = answers.at(-1);
  if (last === undefined) throw new RangeError('there is no answer');
  for (const { prepared } of answers) requireSame(prepared.plan, last.prepared.plan);
  const { plan } = last.prepared;
  const margins = marginsOf(answers, plan, outside);
  const released: Released = {
    passed: last.released.passed,
    counts: last.released.counts.map((_, index) => meanOf(answers, 'counts', index)),
    accumulators: last.released.accumulators.map((_, index) => meanOf(answers, 'accumulators', index)),
  };
  return { prepared: { ...last.prepared, plan: { ...plan, noise: { ...noiseOf(plan), margins } } }, released };
}

/**
 * Throws RefusedError `plan/answers-differ` where the last answer is further from the mean of those before than noise puts
 * it: then it is about other rows. Answers about the same rows are so far apart with a chance below 10^-9.
 */
export function requireAlike(answers: readonly NoisyAnswer[]): void {
  const last = answers.at(-1);
  const before = answers.slice(0, -1);
  if (last === undefined || before.length === 0) return;
  const parts = (['counts', 'accumulators'] as const).flatMap((kind) => last.released[kind].map((_, index) => ({ kind, index })));
  const values = parts.length * Math.max(1, last.prepared.plan.cellCount);
  for (const { kind, index } of parts) {
    const own = weightedNoise([last], kind, index);
    const others = weightedNoise(before, kind, index);
    if (own.length === 0 || others.length === 0) continue;
    // One more for rounding the mean.
    const most = surelyWithin([...own, ...others], FALSE_ALARM / values) + 1n;
    const mean = meanOf(before, kind, index);
    for (const [cell, value] of (last.released[kind][index] ?? []).entries()) {
      const other = mean[cell] ?? null;
      if (value !== null && other !== null && size(value - other) > most) throw answersDiffer();
    }
  }
}

const size = (x: bigint): bigint => (x < 0n ? -x : x);

const noiseOf = ({ noise }: Plan): PlanNoise => {
  if (noise === undefined) throw new RangeError('an answer without noise needs no other');
  return noise;
};

const onOf = ({ prepared }: NoisyAnswer, kind: PartKind, index: number): PlanNoiseOn | undefined => noiseOf(prepared.plan)[kind][index];

/** In proportion to the inverse of the variance: of Laplace noise that is its scale squared, but for what discreteness adds. */
function precision(mechanism: NoiseKind, parameter: Rational): Rational {
  const one = divideRationals(rational(1n), parameter);
  return mechanism === 'discrete-laplace' ? multiplyRationals(one, one) : one;
}

/** Whole numbers in proportion to the answers' weights; null for a part that has no noise, because it is not opened. */
function wholeWeights(answers: readonly NoisyAnswer[], kind: PartKind, index: number): readonly bigint[] | null {
  const parameters = answers.map((a) => onOf(a, kind, index));
  if (parameters.some((on) => on === undefined || on.sensitivity === '0')) return null;
  const precisions = parameters.map((on, i) =>
    precision(noiseOf((answers[i] as NoisyAnswer).prepared.plan).mechanism, parseRational(on?.parameter ?? '1')),
  );
  const common = precisions.reduce((all, { denominator }) => (all / gcd(all, denominator)) * denominator, 1n);
  return precisions.map(({ numerator, denominator }) => numerator * (common / denominator));
}

function gcd(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

/** By cell, rounded to the nearest whole number: what noise was added to is whole. */
function meanOf(answers: readonly NoisyAnswer[], kind: PartKind, index: number): readonly (bigint | null)[] {
  const columns = answers.map(({ released }) => released[kind][index] ?? []);
  const last = columns.at(-1) ?? [];
  const weights = wholeWeights(answers, kind, index);
  if (weights === null) return last;
  const total = weights.reduce((a, b) => a + b, 0n);
  return last.map((_, cell) => {
    let sum = 0n;
    for (const [i, column] of columns.entries()) {
      const value = column[cell] ?? null;
      if (value === null) return null;
      sum += value * (weights[i] ?? 0n);
    }
    return nearest(sum, total);
  });
}

function nearest(a: bigint, b: bigint): bigint {
  const doubled = 2n * a + b;
  const quotient = doubled / (2n * b);
  return doubled < 0n && quotient * 2n * b !== doubled ? quotient - 1n : quotient;
}

function weightedNoise(answers: readonly NoisyAnswer[], kind: PartKind, index: number): WeightedNoise[] {
  const weights = wholeWeights(answers, kind, index);
  if (weights === null) return [];
  const total = weights.reduce((a, b) => a + b, 0n);
  return answers.map((answer, i) => {
    const { mechanism, generation } = noiseOf(answer.prepared.plan);
    const noise = addedNoise(mechanism, generation, parseRational(onOf(answer, kind, index)?.parameter ?? '1'));
    return { noise, weight: Number((10n ** 30n * (weights[i] ?? 0n)) / total) / 1e30 };
  });
}

/** As those of the plan (see `PlanMargin`), for the noise of the weighted mean and another share of cases. */
function marginsOf(answers: readonly NoisyAnswer[], plan: Plan, outside: Rational): PlanMargin[] {
  const known = new Map<string, string>();
  const marginOf = (kind: PartKind, index: number, share: Rational): string => {
    const noise = weightedNoise(answers, kind, index);
    if (noise.length === 0) return '0';
    const key = [...answers.map((a) => onOf(a, kind, index)?.parameter), share.numerator, share.denominator].join(' ');
    const probability = downward(share);
    const found =
      known.get(key) ?? String(probability < RAREST ? surelyWithin(noise, probability) + 1n : weightedMargin(noise, probability));
    known.set(key, found);
    return found;
  };
  return noiseOf(plan).margins.map(({ aggregate, among, count, accumulators }) => {
    const { contribution = -1, accumulators: places = [] } = plan.aggregates[aggregate] ?? {};
    const parts = places.length + (count === null ? 0 : 1);
    const share = divideRationals(outside, rational(BigInt(among * parts)));
    return {
      aggregate,
      among,
      count: count === null ? null : marginOf('counts', contribution, share),
      accumulators: accumulators.map((_, i) => marginOf('accumulators', places[i] ?? -1, share)),
    };
  });
}

/** Everything but how much noise there is, and the room that it needs. */
function questionOf(plan: Plan): string {
  const { unit, occurrences, bounds, mechanism, generation } = noiseOf(plan);
  const accumulators = plan.accumulators.map((a) => ({ ...a, words: 0 }));
  return canonicalText({
    ...JSON.parse(JSON.stringify({ ...plan, sql: '', accumulators })),
    noise: JSON.parse(JSON.stringify({ unit, occurrences, bounds, mechanism, generation })),
  });
}

function requireSame(plan: Plan, other: Plan): void {
  if (plan === other || questionOf(plan) === questionOf(other)) return;
  throw new RefusedError('plan/other-question', {
    stage: 'plan',
    message: 'These are answers to different questions, or under different agreements: they can’t be combined.',
    remedy: 'Combine answers that differ in their epsilon only.',
  });
}

const answersDiffer = (): RefusedError =>
  new RefusedError('plan/answers-differ', {
    stage: 'release',
    message: 'The last answer differs from the ones before by more than noise explains: the data were changed in between.',
    remedy: 'Ask the question from its beginning.',
  });

/** About the standard deviation of the mean of answers with such plans, in sensitivities: all parts are alike in it. */
export function combinedDeviation(plans: readonly Plan[]): number {
  const [first] = plans;
  const kind = first?.noise?.counts.some((on) => on.sensitivity !== '0') === true ? 'counts' : 'accumulators';
  const index = first?.noise?.[kind].findIndex((on) => on.sensitivity !== '0') ?? -1;
  let precisions = 0;
  for (const { noise } of plans) {
    const on = noise?.[kind][index];
    if (noise === undefined || on === undefined) continue;
    const parameter = downward(parseRational(on.parameter)) / Number(on.sensitivity) ** (noise.mechanism === 'discrete-laplace' ? 1 : 2);
    precisions += noise.mechanism === 'discrete-laplace' ? 1 / (2 * parameter ** 2) : 1 / parameter;
  }
  return precisions === 0 ? Number.POSITIVE_INFINITY : 1 / Math.sqrt(precisions);
}
