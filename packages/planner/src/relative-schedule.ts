/**
 * A relative error, `WITH NOISE (epsilon = 1) WITHIN 5 PERCENT AT 95 PERCENT`, as a sequence of ordinary questions. Run by:
 * the asking side alone; stations see each question by itself, plan it, and charge it before its noise is drawn.
 *
 * The steps and their prices are fixed before anything is looked at; only whether to go on depends on what was released.
 * After each step the answers so far, combined, are two to three times as exact as after the one before. Each step's intervals may
 * miss in an equal part of the cases in which the last one may: at whichever step it ends, by a union bound, a value lies
 * within its interval as often as asked (looked at k times, an interval that holds in 95 % of cases would not).
 *
 * Source: Ligett, Neel, Roth, Waggoner & Wu 2017, "Accuracy first"; Whitehouse et al. 2022. What is not there: a price that
 * depends on an answer (which a union bound over fixed steps could not cover), and noise of which a part is taken away
 * again, which the compute parties would have to keep.
 */
import { RefusedError, SluisError } from '@sluis/base';
import { allowed, decimalAbove, epsilonOf } from '@sluis/budget';
import {
  addRationals,
  compareRationals,
  divideRationals,
  floorRational,
  multiplyRationals,
  parseRational,
  type Rational,
  rational,
  rationalText,
} from '@sluis/math';
import { type Agreement, type NoiseKind, type PrivacyEvent, SAMPLING_DELTA } from '@sluis/model';
import { combinedDeviation } from './combined-answers.ts';
import { decimalText, downward, left, nothing } from './exact-decimal.ts';
import { type NoiseClause, noiseClauseText, splitNoiseClause } from './noise-clause.ts';
import { type Asking, prepare } from './prepare.ts';
import type { Prepared } from './prepared.ts';
import type { SqlEngine } from './ports.ts';
import { unsupported } from './refusal.ts';
import { requireCombinable } from './relative-checks.ts';

export interface RelativeStep {
  /** An ordinary question. */
  readonly sql: string;
  readonly prepared: Prepared;
}

export interface RelativePlan {
  /** Largest error, as a part of the exact value, and in percent as it was asked. */
  readonly share: Rational;
  readonly error: string;
  /** Cases, in percent, in which every value is to lie within its interval. */
  readonly percent: string;
  /** Most that all steps together cost, by the rule of privacy budgets. */
  readonly ceiling: { readonly epsilon: string; readonly delta: string };
  readonly steps: readonly RelativeStep[];
  /** Part of the cases in which a value may lie outside its interval, at each step. */
  readonly outside: Rational;
}

/** Whether the question ends with a relative error. Throws RefusedError `plan/syntax` for a clause that is wrong. */
export const asksRelativeError = (sql: string): boolean => splitNoiseClause(sql).clause?.within?.relative === true;

/** Steps at most: the first costs about a sixteenth of the ceiling. Fewer where noise that large can't be drawn. */
const MOST_STEPS = 4;

/**
 * Plans every step, as stations will. Nothing is asked.
 *
 * @throws RefusedError `plan/no-ceiling` where neither question nor agreement says how much may be spent, `plan/unsupported`
 *   for what can't be combined, and whatever `prepare` refuses.
 */
export async function prepareRelative(asking: Asking, engine: SqlEngine): Promise<RelativePlan> {
  const { sql, clause } = splitNoiseClause(asking.sql);
  const within = clause?.within;
  if (clause === null || within?.relative !== true) throw new RangeError('the question asks for no relative error');
  const ceiling = ceilingOf(clause, asking.agreement);
  const share = divideRationals(parseRational(within.error), rational(100n));
  const misses = divideRationals(left(rational(100n), parseRational(within.percent)) ?? nothing, rational(100n));
  const found: { steps: readonly RelativeStep[]; deviation: number }[] = [];
  const refusals: SluisError[] = [];
  for (const mechanism of mechanismsOf(clause, asking.agreement)) {
    try {
      const steps = await stepsOf({ asking, question: sql, engine, ceiling, mechanism });
      found.push({ steps, deviation: combinedDeviation(steps.map((s) => s.prepared.plan)) });
    } catch (thrown) {
      if (!(thrown instanceof SluisError)) throw thrown;
      refusals.push(thrown);
    }
  }
  const [best] = found.sort((a, b) => a.deviation - b.deviation);
  if (best === undefined) throw refusals[0] ?? new RangeError('there is a mechanism');
  const outside = divideRationals(misses, rational(BigInt(best.steps.length)));
  return { share, error: within.error, percent: within.percent, ceiling, steps: best.steps, outside };
}

/** Whether the ceiling allows all these steps, by their places, one of them perhaps more than once. */
export const withinCeiling = ({ steps, ceiling }: RelativePlan, charged: readonly number[]): boolean =>
  paysFor(
    charged.map((i) => noiseOf(steps[i] as RelativeStep).events),
    ceiling,
  );

/** What the question says, or else the agreement's default. */
function ceilingOf(clause: NoiseClause, { output }: Agreement): RelativePlan['ceiling'] {
  const fallback = output.noise?.default;
  if (clause.epsilon !== null) return { epsilon: clause.epsilon, delta: clause.delta ?? '0' };
  if (fallback !== undefined) return { epsilon: fallback.epsilon, delta: clause.delta ?? fallback.delta };
  throw new RefusedError('plan/no-ceiling', {
    stage: 'plan',
    message: 'The question asks for a relative error and does not say how much it may cost at most; neither does the agreement.',
    remedy: 'Give a ceiling: SELECT … WITH NOISE (epsilon = 1) WITHIN 5 PERCENT AT 95 PERCENT.',
  });
}

function mechanismsOf({ mechanism }: NoiseClause, { output }: Agreement): readonly NoiseKind[] {
  const agreed = output.noise?.mechanism ?? 'cheapest';
  if (mechanism !== null) return [mechanism];
  return agreed === 'cheapest' ? ['discrete-laplace', 'discrete-gaussian'] : [agreed];
}

interface Sequence {
  readonly asking: Asking;
  /** Without its clause. */
  readonly question: string;
  readonly engine: SqlEngine;
  readonly ceiling: RelativePlan['ceiling'];
  readonly mechanism: NoiseKind;
}

async function stepsOf(sequence: Sequence): Promise<readonly RelativeStep[]> {
  const whole = await step(sequence, sequence.ceiling.epsilon);
  requireCombinable(whole.prepared);
  for (let count = MOST_STEPS; count > 1; count--) {
    const steps = await affordable(sequence, whole, count).catch((thrown: unknown) => {
      // Noise that is too large for a small step may fit a larger one.
      if (count > 2 && thrown instanceof SluisError && thrown.code === 'plan/noise-too-large') return null;
      throw thrown;
    });
    if (steps !== null) return steps;
  }
  throw new RangeError('two steps are planned or refused');
}

async function step({ asking, question, engine, ceiling, mechanism }: Sequence, epsilon: string): Promise<RelativeStep> {
  const clause = { epsilon, delta: ceiling.delta === '0' ? null : ceiling.delta, mechanism, within: null };
  // On a line of its own: what stands before may end in a comment.
  const sql = `${question.trimEnd()}\n${noiseClauseText(clause)}`;
  return { sql, prepared: await prepare({ ...asking, sql }, engine) };
}

/** Parts of the whole by which prices are found. */
const UNITS = 256n;

/** Steps that cost as much as the ceiling allows together, and no more, by what their own plans say. */
async function affordable(sequence: Sequence, whole: RelativeStep, count: number): Promise<readonly RelativeStep[] | null> {
  const shape = shapeOf(sequence.mechanism, count);
  const { events } = noiseOf(whole);
  const fits = (units: bigint): boolean =>
    paysFor(
      shape.map((part) => events.map((e) => scaled(e, multiplyRationals(part, rational(units, UNITS))))),
      sequence.ceiling,
    );
  // None is larger than the whole.
  const most = floorRational(divideRationals(rational(UNITS), shape.at(-1) ?? rational(1n)));
  let [low, high] = [0n, most + 1n];
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  for (let tries = 0; low > 0n && tries < 20; tries++) {
    const steps: RelativeStep[] = [];
    for (const part of shape) steps.push(await step(sequence, priceOf(sequence, events, multiplyRationals(part, rational(low, UNITS)))));
    if (
      paysFor(
        steps.map((s) => noiseOf(s).events),
        sequence.ceiling,
      )
    )
      return steps;
    // The planner rounds prices and noise: a little less then fits.
    low -= low / 40n + 1n;
  }
  throw unsupported(
    `A relative error at a ceiling of epsilon ${sequence.ceiling.epsilon} and delta ${sequence.ceiling.delta}`,
    'Thresholds and noise from bits take a part of delta at every step: give a larger delta, or an epsilon alone.',
  );
}

const noiseOf = ({ prepared: { plan } }: RelativeStep) => {
  if (plan.noise === undefined) throw new RangeError('every step has noise');
  return plan.noise;
};

const paysFor = (charges: readonly (readonly PrivacyEvent[])[], ceiling: RelativePlan['ceiling']): boolean =>
  allowed(charges.slice(0, -1), charges.at(-1) ?? [], ceiling);

/**
 * Each step's part of what the whole costs: of ε for Laplace noise, of ρ for Gaussian noise. Of four steps the first costs
 * 1/16 of the ε, all up to the second 3/16, up to the third 7/16; of Gaussian noise the squares of these in ρ, so that
 * the noise of the mean shrinks in the same proportions. No two steps cost the same: their texts tell them apart.
 */
function shapeOf(mechanism: NoiseKind, count: number): readonly Rational[] {
  const whole = 2n ** BigInt(count);
  const upTo = Array.from({ length: count + 1 }, (_, i) => (i === count ? whole : 2n ** BigInt(i) - 1n));
  const power = mechanism === 'discrete-laplace' ? 1n : 2n;
  return upTo.slice(1).map((sum, i) => rational(sum ** power - (upTo[i] ?? 0n) ** power, whole ** power));
}

/** The event with noise such that it costs so much less: in ε of Laplace noise, in ρ of Gaussian noise. */
function scaled(event: PrivacyEvent, part: Rational): PrivacyEvent {
  const larger = (text: string): string => rationalText(divideRationals(parseRational(text), part));
  if (event.kind === 'guarantee') return event;
  return event.kind === 'discrete-laplace' ? { ...event, scale: larger(event.scale) } : { ...event, variance: larger(event.variance) };
}

/** The ε with which the planner adds such noise. */
function priceOf({ ceiling, asking }: Sequence, events: readonly PrivacyEvent[], part: Rational): string {
  const own = pureEpsilon(events);
  const epsilon = parseRational(ceiling.epsilon);
  if (own !== null && compareRationals(own, epsilon) <= 0) return decimalDown(multiplyRationals(epsilon, part));
  const distance = asking.agreement.output.noise?.generation === 'bits' ? parseRational(SAMPLING_DELTA) : nothing;
  const delta = left(parseRational(ceiling.delta), distance) ?? nothing;
  const noise = events.filter((e) => e.kind !== 'guarantee').map((e) => scaled(e, part));
  return decimalAbove(epsilonOf(noise, downward(delta)));
}

/** The sum of all ε; null where there is noise that has none. */
function pureEpsilon(events: readonly PrivacyEvent[]): Rational | null {
  let sum = nothing;
  for (const event of events) {
    if (event.kind === 'guarantee') continue;
    if (event.kind !== 'discrete-laplace') return null;
    sum = addRationals(
      sum,
      multiplyRationals(rational(BigInt(event.times)), divideRationals(parseRational(event.l1), parseRational(event.scale))),
    );
  }
  return sum;
}

const PLACES = 30n;

/** Decimal text of so many places at most, not above. */
function decimalDown(value: Rational): string {
  const units = floorRational(multiplyRationals(value, rational(10n ** PLACES)));
  return decimalText(rational(units > 0n ? units : 1n, 10n ** PLACES));
}
