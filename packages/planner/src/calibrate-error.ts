/** From the error that an analyst can live with to what it costs: `WITHIN 20 AT 95 PERCENT`. Nothing is looked at for it. */
import { type Rational, addRationals, divideRationals, multiplyRationals, parseRational, rational } from '@sluis/math';
import { decimalText, downward, nothing } from './exact-decimal.ts';
import { type AddedNoise, decimalAbove, epsilonForMargin, epsilonForNoise, epsilonOf, type MarginTarget } from '@sluis/budget';
import { type Calibrated, eventsOfAll, type Target } from './calibrate.ts';
import { isTooSmall } from './noise-limits.ts';
import { ADDED, ENOUGH } from './noise-parts.ts';
import { type Found, rowsOff } from './rows-off.ts';
import type { NoiseKind } from '@sluis/model';

/** Most that each part may be off, in its own grid, in so many percent of cases. */
export interface ErrorWanted {
  readonly margins: readonly bigint[];
  /** Of the bins of a histogram, what is found in them: the margin is in rows. Null for other parts. */
  readonly found: readonly (readonly Found[] | null)[];
  readonly percent: string;
}

/**
 * Null where the mechanism can't: Gaussian noise needs a δ. Throws RefusedError `budget/margin-too-small` where no noise that
 * protects anybody is this small.
 */
export function calibratedFor(mechanism: NoiseKind, target: Target, error: ErrorWanted): Calibrated | null {
  if (mechanism === 'discrete-laplace') return laplaceFor(target, error);
  return target.delta.numerator === 0n ? null : gaussianFor(target, error);
}

/** Share of cases in which something may be further off. */
export const outsideOf = (percent: string): number => downward(divideRationals(hundredLess(percent), rational(100n)));

const hundredLess = (percent: string): Rational => addRationals(rational(100n), multiplyRationals(parseRational(percent), rational(-1n)));

/** The largest noise with which part i is as little off as is wanted. */
function leastCost(target: MarginTarget, { margins, found, percent }: ErrorWanted, i: number): ReturnType<typeof epsilonForMargin> {
  const confidence = decimalText(divideRationals(parseRational(percent), rational(100n)));
  const [margin, searched] = [margins[i] ?? 0n, found[i] ?? null];
  if (searched === null) return epsilonForMargin(target, margin, confidence);
  const outside = outsideOf(percent);
  const within = (noise: AddedNoise): boolean => searched.every((one) => rowsOff(noise, one, outside) <= margin);
  return epsilonForNoise(target, within, margin, confidence);
}

function laplaceFor(target: Target, error: ErrorWanted): Calibrated {
  const shared = target.generation === 'shares';
  const found = target.parts.map(({ l1 }, i) =>
    leastCost({ kind: 'discrete-laplace', l1, added: shared ? ADDED : 1, complete: shared ? ENOUGH : 1 }, error, i),
  );
  const parameters = found.map((f) => f.parameter);
  const events = eventsOfAll(target, 'discrete-laplace', parameters);
  const total = found.reduce(
    (sum, f, i) => addRationals(sum, multiplyRationals(parseRational(f.epsilon), rational(BigInt(target.parts[i]?.sets ?? 0)))),
    nothing,
  );
  const together = target.delta.numerator === 0n ? Number.POSITIVE_INFINITY : epsilonOf(events, downward(target.delta));
  const usesDelta = together < 0.97 * downward(total);
  const epsilon = usesDelta ? decimalAbove(together) : decimalText(total);
  return { mechanism: 'discrete-laplace', epsilon, usesDelta, parameters, events };
}

function gaussianFor(target: Target, error: ErrorWanted): Calibrated | null {
  const shared = target.generation === 'shares';
  const parameters = target.parts.map((_, i): Rational => {
    // What a part costs alone is not asked here: parts are priced together.
    const { parameter } = leastCost({ kind: 'discrete-gaussian', added: shared ? ADDED : 1, epsilonAt: () => 1 }, error, i);
    return shared ? multiplyRationals(parameter, rational(BigInt(ENOUGH))) : parameter;
  });
  if (parameters.some((p) => isTooSmall('discrete-gaussian', target.generation, p))) return null;
  const events = eventsOfAll(target, 'discrete-gaussian', parameters);
  const cost = epsilonOf(events, downward(target.delta));
  const epsilon = decimalAbove(Math.min(cost, NO_PROTECTION));
  return { mechanism: 'discrete-gaussian', epsilon, usesDelta: true, parameters, events };
}

/** A cost that any other is better than, and no budget allows. */
const NO_PROTECTION = 1e8;
