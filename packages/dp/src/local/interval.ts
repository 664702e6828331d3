/** Confidence intervals of estimates that are sums of many independent reports. */

export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly level: number;
}

/** RangeError unless 0 < level < 1. */
export function normalInterval(value: number, standardError: number, level: number): Interval {
  const reach = standardError * normalReach(level);
  return { low: value - reach, high: value + reach, level };
}

/** How many standard deviations around the mean hold this much of a normal distribution: by bisection. */
function normalReach(level: number): number {
  if (!(level > 0 && level < 1)) throw new RangeError('a level is between 0 and 1');
  let [low, high] = [0, 9];
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (held(middle) < level) low = middle;
    else high = middle;
  }
  return high;
}

/** P(|Z| < z), by Simpson's rule: within 1e-9. */
function held(z: number): number {
  const steps = 200;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const weight = i === 0 || i === steps ? 1 : 2 + 2 * (i % 2);
    sum += weight * Math.exp(-(((z * i) / steps) ** 2) / 2);
  }
  return (Math.sqrt(2 / Math.PI) * z * sum) / (3 * steps);
}
