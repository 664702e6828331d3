/** How close sums of discrete Gaussians are to one discrete Gaussian, and that to a processed continuous one. */

/** Below this no sum is accepted: a number's probability would be off by more than a thousandth. */
const FARTHEST = 1e-3;

/**
 * Most by which the log of Σ_k exp(−(k − c)²/(2v)), over all whole k, varies with c. By Poisson summation the sum is
 * √(2πv)·(1 + 2·Σ_{j≥1} e^{−2π²v·j²}·cos(2πjc)), so it lies within 1 ± 2·Σ_j e^{−2π²v·j²} of a constant.
 * Infinity where v is too small to say.
 */
export function ripple(v: number): number {
  let sum = 0;
  for (let j = 1; j < 1000; j++) {
    const term = Math.exp(-2 * Math.PI * Math.PI * v * j * j);
    sum += term;
    if (term < 1e-18 * sum || term === 0) break;
  }
  const swing = 2 * sum * (1 + 1e-12) + 1e-300;
  return swing >= 1 ? Number.POSITIVE_INFINITY : (Math.log1p(swing) - Math.log1p(-swing)) * (1 + 1e-12);
}

/**
 * Most by which log-probabilities differ between the sum of `shares` discrete Gaussians of variance v and one discrete
 * Gaussian of variance shares·v; null where that is above a thousandth.
 *
 * Proof, as in Kairouz, Liu & Steinke 2021, §4: P(X + Y = x) for discrete Gaussians of variances a and b is proportional to
 * e^{−x²/(2(a+b))}·Σ_k exp(−(k − c)²/(2h)) with h = ab/(a + b); the second factor varies by `ripple(h)`. Adding the
 * (k+1)-th share to k of them: a = kv, b = v, h = v·k/(k + 1). A ratio that varies by at most r between two probability
 * distributions is within e^{±r} of 1, and convolving both with the same share keeps that bound.
 */
export function summedCloseness(shares: number, variance: number): number | null {
  let sum = 0;
  for (let k = 1; k < shares && sum <= FARTHEST; k++) sum += ripple(((variance * k) / (k + 1)) * (1 - 1e-15));
  return sum <= FARTHEST ? sum * (1 + 1e-12) : null;
}
