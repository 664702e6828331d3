/** The least noise for an ε, or the least ε for an error: by each mechanism, of which the better one is taken. */
import { type Rational, divideRationals, multiplyRationals, parseRational, rational } from '@sluis/math';
import { downward, nothing } from './exact-decimal.ts';
import { SluisError } from '@sluis/base';
import { epsilonOf } from '@sluis/budget';
import type { NoiseGeneration, NoiseKind, PrivacyEvent } from '@sluis/model';
import { isTooSmall } from './noise-limits.ts';
import { marginWithin } from './noise-margins.ts';
import { addedNoise, eventsOf, type NoisePart } from './noise-parts.ts';

export interface Target {
  readonly parts: readonly NoisePart[];
  readonly generation: NoiseGeneration;
  /** What noise itself may cost in δ. */
  readonly delta: Rational;
}

/** Noise on every part, in their order. */
export interface Calibrated {
  readonly mechanism: NoiseKind;
  /** Of all parts together, decimal text. */
  readonly epsilon: string;
  /** Whether it holds with a δ above 0 only. */
  readonly usesDelta: boolean;
  readonly parameters: readonly Rational[];
  readonly events: readonly PrivacyEvent[];
}

/** Null where the mechanism can't: Gaussian noise needs a δ. */
export function calibrated(mechanism: NoiseKind, target: Target, epsilon: string): Calibrated | null {
  return mechanism === 'discrete-laplace' ? laplaceFor(target, epsilon) : gaussianFor(target, epsilon);
}

export const eventsOfAll = ({ parts, generation }: Target, mechanism: NoiseKind, parameters: readonly Rational[]): PrivacyEvent[] =>
  parts.flatMap((part, i) => eventsOf(part, mechanism, generation, parameters[i] ?? nothing));

/** ε is split evenly over all releases. With a δ, many of them together cost less than their sum. */
function laplaceFor(target: Target, epsilon: string): Calibrated {
  const mechanism = 'discrete-laplace';
  const releases = target.parts.reduce((n, p) => n + p.sets, 0);
  const at = (share: Rational): Rational[] => target.parts.map((p) => multiplyRationals(rational(p.l1), share));
  const whole = divideRationals(rational(BigInt(releases)), parseRational(epsilon));
  const enough = (share: Rational): boolean => holds(target, mechanism, at(share), epsilon);
  // What gains less than a tenth by a δ does not use one.
  const usesDelta = target.delta.numerator > 0n && releases > 1 && enough(multiplyRationals(whole, rational(9n, 10n)));
  const found = usesDelta ? leastFactor(whole, enough, 6n) : whole;
  const parameters = at(found);
  return { mechanism, epsilon, usesDelta, parameters, events: eventsOfAll(target, mechanism, parameters) };
}

/** The variance of each part is in proportion to its squared sensitivity, so that each costs the same. */
function gaussianFor(target: Target, epsilon: string): Calibrated | null {
  const mechanism = 'discrete-gaussian';
  if (target.delta.numerator === 0n) return null;
  const at = (factor: Rational): Rational[] => target.parts.map((p) => multiplyRationals(rational(p.squaredL2), factor));
  const enough = (factor: Rational): boolean => holds(target, mechanism, at(factor), epsilon);
  let most = rational(1n);
  for (let tries = 0; !enough(most); tries++) {
    if (tries > 200) return null;
    most = multiplyRationals(most, rational(4n));
  }
  const found = leastFactor(most, enough, 9n);
  return { mechanism, epsilon, usesDelta: true, parameters: at(found), events: eventsOfAll(target, mechanism, at(found)) };
}

/** Whether the accountant proves that all parts together cost no more. */
function holds(target: Target, mechanism: NoiseKind, parameters: readonly Rational[], epsilon: string): boolean {
  if (parameters.some((p) => isTooSmall(mechanism, target.generation, p))) return false;
  try {
    return epsilonOf(eventsOfAll(target, mechanism, parameters), downward(target.delta)) <= downward(parseRational(epsilon));
  } catch (error) {
    if (error instanceof SluisError && error.code === 'budget/shares-too-small') return false;
    throw error;
  }
}

/** A factor of so many bits that suffices, where one less in the last does not: from one that does, downwards. */
function leastFactor(most: Rational, enough: (factor: Rational) => boolean, bits: bigint): Rational {
  let high = most;
  for (let halved = divideRationals(high, rational(2n)); enough(halved); halved = divideRationals(high, rational(2n))) high = halved;
  const step = divideRationals(high, rational(2n ** bits));
  let [from, to] = [2n ** (bits - 1n), 2n ** bits];
  while (to - from > 1n) {
    const middle = (from + to) / 2n;
    if (enough(multiplyRationals(step, rational(middle)))) to = middle;
    else from = middle;
  }
  return multiplyRationals(step, rational(to));
}

/** Half the width, in sensitivities, of what values lie within in 95 % of cases: smaller is better. All parts are alike in it. */
export function errorOf({ parts, generation }: Target, { mechanism, parameters }: Calibrated): number {
  const [part] = parts;
  if (part === undefined) return 0;
  return Number(marginWithin(addedNoise(mechanism, generation, parameters[0] ?? nothing), 0.05)) / Number(part.sensitivity);
}
