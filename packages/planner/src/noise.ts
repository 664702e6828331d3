/**
 * Pass 6a, noise: how much of it every opened value gets, so that the question costs what was asked, or errs as little as
 * was asked; and from which noisy count on a group with secret keys is shown.
 */
import { type Rational, addRationals, divideRationals, parseRational, rational, rationalText } from '@sluis/math';
import { decimalText, downward, left, nothing } from './exact-decimal.ts';
import { RefusedError, SluisError } from '@sluis/base';
import { thresholdEvent, thresholdFor } from '@sluis/budget';
import type { NoiseKind, PlanNoise, PlanNoiseOn } from '@sluis/model';
import { type Calibrated, calibrated, errorOf, type Target } from './calibrate.ts';
import { calibratedFor, type ErrorWanted } from './calibrate-error.ts';
import { errorWanted } from './error-wanted.ts';
import { isTooLarge, tooLarge } from './noise-limits.ts';
import { marginsOf } from './noise-margins.ts';
import { addedNoise, type NoiseOn, type NoisePart, partsOf } from './noise-parts.ts';
import type { NoiseWanted } from './noise-terms.ts';
import type { Outputs } from './outputs.ts';
import type { Question } from './question.ts';
import { rowChanges, type RowChanges } from './sensitivity.ts';
import type { Split } from './split.ts';
import type { Stability } from './stability.ts';

export interface Noising {
  readonly wanted: NoiseWanted;
  readonly stability: Stability;
  readonly question: Question;
  readonly split: Split;
  readonly outputs: Outputs;
  /** Contribution whose noisy count decides which groups with secret keys are shown; null where keys are declared. */
  readonly watched: number | null;
  /** Accumulators after the question's own, which hold secret keys: opened as they are, for groups that are shown. */
  readonly unchanged: number;
}

/** Throws RefusedError `plan/noise-needs-delta`, `budget/margin-too-small`, `budget/not-reachable`. */
export function noiseOf({ wanted, stability, question, split, outputs, watched, unchanged }: Noising): PlanNoise {
  const changes = rowChanges(split, outputs, watched);
  const parts = partsOf(changes, stability);
  const deltas = deltasOf(wanted, watched !== null);
  const error = wanted.within === null ? null : errorWanted(wanted.within, parts, question, split);
  const target: Target = { parts, generation: wanted.generation, delta: deltas.noise };
  const found = best(wanted, target, error);
  const values = valuesOf(changes, parts, found.parameters, unchanged);
  const threshold =
    watched === null
      ? null
      : { contribution: watched, atLeast: atLeast(values.counts[watched], found.mechanism, wanted, stability, deltas) };
  return {
    unit: stability.unit,
    occurrences: stability.occurrences,
    bounds: stability.bounds,
    epsilon: found.epsilon,
    delta: decimalText(deltaOf(found, deltas)),
    mechanism: found.mechanism,
    generation: wanted.generation,
    ...values,
    threshold,
    margins: marginsOf(split, outputs, values, found.mechanism, wanted.generation),
    events: [
      ...found.events,
      ...(threshold === null ? [] : [thresholdEvent(rationalText(deltas.threshold))]),
      ...(wanted.generation === 'bits' ? [thresholdEvent(rationalText(DISTANCE))] : []),
    ],
  };
}

/** What noise from secret bits may differ from its true distribution. */
const DISTANCE = rational(1n, 10n ** 12n);

interface Deltas {
  readonly noise: Rational;
  readonly threshold: Rational;
  readonly distance: Rational;
}

/** Thresholds get half of δ where noise may use the rest. */
function deltasOf({ delta, generation, mechanism }: NoiseWanted, secretKeys: boolean): Deltas {
  const distance = generation === 'bits' ? DISTANCE : nothing;
  const spare = left(parseRational(delta), distance) ?? nothing;
  if (secretKeys && spare.numerator === 0n)
    throw new RefusedError('plan/noise-needs-delta', {
      stage: 'plan',
      message: 'Which groups exist is secret in this question, and showing some needs a delta above 0.',
      remedy: 'Write: WITH NOISE (epsilon = 1, delta = 1e-6). Or group by columns with a declared list or range of values.',
    });
  if (!secretKeys) return { noise: spare, threshold: nothing, distance };
  if (mechanism === 'discrete-laplace') return { noise: nothing, threshold: spare, distance };
  const half = divideRationals(spare, rational(2n));
  return { noise: half, threshold: half, distance };
}

/** Laplace noise of few releases uses no δ, whatever was offered. */
const deltaOf = ({ usesDelta }: Calibrated, { noise, threshold, distance }: Deltas): Rational =>
  [threshold, distance].reduce(addRationals, usesDelta ? noise : nothing);

/** The mechanism asked for, or the one that errs less (of an ε), or costs less (of an error). */
function best(wanted: NoiseWanted, target: Target, error: ErrorWanted | null): Calibrated {
  const kinds: readonly NoiseKind[] = wanted.mechanism === 'cheapest' ? ['discrete-laplace', 'discrete-gaussian'] : [wanted.mechanism];
  const refusals: SluisError[] = [];
  const found = kinds.flatMap((kind): Calibrated[] => {
    try {
      const one = error === null ? calibrated(kind, target, wanted.epsilon ?? '') : calibratedFor(kind, target, error);
      if (one?.parameters.some((p) => isTooLarge(kind, target.generation, p))) throw tooLarge(kind);
      return one === null ? [] : [one];
    } catch (thrown) {
      if (!(thrown instanceof SluisError)) throw thrown;
      refusals.push(thrown);
      return [];
    }
  });
  const [first, second] = found;
  if (first === undefined) throw refusals.at(-1) ?? needsDelta();
  if (second === undefined) return first;
  const cost = (c: Calibrated): number => (error === null ? errorOf(target, c) : downward(parseRational(c.epsilon)));
  return cost(second) < cost(first) ? second : first;
}

const needsDelta = (): RefusedError =>
  new RefusedError('plan/noise-needs-delta', {
    stage: 'plan',
    message: 'Gaussian noise needs a delta above 0.',
    remedy: 'Write: WITH NOISE (epsilon = 1, delta = 1e-6, mechanism = gaussian). Or use mechanism = laplace.',
  });

function valuesOf(changes: RowChanges, parts: readonly NoisePart[], parameters: readonly Rational[], unchanged: number): NoiseOn {
  const of = (kind: keyof RowChanges): PlanNoiseOn[] =>
    changes[kind].map((_, index) => {
      const at = parts.findIndex((p) => p.kind === kind && p.index === index);
      const [part, parameter] = [parts[at], parameters[at]];
      return part === undefined || parameter === undefined
        ? { sensitivity: '0', parameter: '0' }
        : { sensitivity: String(part.sensitivity), parameter: rationalText(parameter) };
    });
  const keys = Array.from({ length: unchanged }, (): PlanNoiseOn => ({ sensitivity: '0', parameter: '0' }));
  return { counts: of('counts'), accumulators: [...of('accumulators'), ...keys], histograms: of('histograms') };
}

function atLeast(
  on: PlanNoiseOn | undefined,
  mechanism: NoiseKind,
  { generation }: NoiseWanted,
  { sets }: Stability,
  { threshold }: Deltas,
): string {
  const [reach] = sets;
  if (on === undefined || reach === undefined) throw new RangeError('a threshold is on a noisy count');
  const noise = addedNoise(mechanism, generation, parseRational(on.parameter));
  return String(thresholdFor({ noise, delta: rationalText(threshold), groups: Number(reach.cells), count: Number(reach.rowsPerCell) }));
}
