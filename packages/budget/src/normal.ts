/** The normal distribution in double precision, to about 1e-14 relative also far out in its tails. */

const ROOT_HALF_PI = Math.sqrt(Math.PI / 2);
const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);

/** Relative error that callers add on the safe side: far more than what the expansions below leave. */
export const NORMAL_SLACK = 1e-13;

export const density = (x: number): number => Math.exp((-x * x) / 2) / ROOT_TWO_PI;

/**
 * Mills' ratio R(x) = P(N > x) / density(x), which neither under- nor overflows for x ≥ −37.
 * Source: series for small |x| and Laplace's continued fraction, Abramowitz & Stegun 26.2.10 and 26.2.14.
 */
export function mills(x: number): number {
  if (x < -2.5) return 1 / density(x) - mills(-x);
  if (x <= 2.5) {
    let [term, sum] = [x, x];
    for (let k = 3; Math.abs(term) > 1e-18 * Math.abs(sum); k += 2) {
      term *= (x * x) / k;
      sum += term;
    }
    return ROOT_HALF_PI * Math.exp((x * x) / 2) - sum;
  }
  // Steed's evaluation from a depth at which the fraction has converged for x > 2.5.
  let tail = x;
  for (let k = Math.ceil(30 + 1500 / (x * x)); k >= 1; k--) tail = x + k / tail;
  return 1 / tail;
}

/** P(N > x). */
export const upperTail = (x: number): number => (x < -37 ? 1 : mills(x) * density(x));

/** log P(N > x), finite however far out. */
export const logUpperTail = (x: number): number =>
  x < -5 ? Math.log1p(-upperTail(-x)) : Math.log(mills(x)) - (x * x) / 2 - Math.log(ROOT_TWO_PI);

/** Least z, in steps of 1/8, beyond which the normal distribution has no more than this probability. */
export function tailReach(logTail: number): number {
  let z = 1;
  while (logUpperTail(z) > logTail && z < 38) z += 0.125;
  return z;
}
