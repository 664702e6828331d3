/**
 * Discrete Gaussian noise on several whole numbers that change together by a vector m of squared length at most s, exactly
 * enough where the variance v of each is well above s/20.
 *
 * The loss (|m|² − 2·m·x)/(2v) depends on y = m·x alone. Let g be the greatest common divisor of m, n = |m|²/g². Over all x with
 * m·x = g·y', Σ e^{−|x|²/(2v)} = e^{−y'²/(2nv)}·(Σ over a coset of the lattice Λ = Zᵈ ∩ m^⊥), and by Poisson summation the last
 * factor is constant up to 1 ± S, S = Σ e^{−2π²v·|w|²} over the non-zero w of Λ's dual, which is the projection of Zᵈ along m.
 * So the pair is, up to S, discrete Gaussian noise of variance nv on one number that changes by ng. Dropping a changed value
 * costs nothing, so for every g only the largest n = ⌊s/g²⌋ matters, and what dominates all is the maximum over g of curves.
 *
 * S: |w|² ≥ 1/n, since n·|w|² is a positive whole number. With a = 2π²v and b = π, S ≤ e^{−(a−b)/n}·Σ e^{−π|w|²}, and by
 * Poisson summation again Σ e^{−π|w|²} = √n·Σ_{u∈Λ} e^{−π|u|²} ≤ √n·(Σ_{k∈Z} e^{−πk²})^n < √n·1.0865^n (d ≤ n changed values).
 */
import type { Atoms, Fineness } from './loss-atoms.ts';
import { tailReach } from './normal.ts';

const MOST_SQUARED = 1024;

/**
 * Most by which log-probabilities differ from the pairs above, thrice: real vectors from theirs, and those of fewer changed
 * values from those of more, which takes a real vector in between. Infinity where nothing is known.
 */
export function latticeCloseness(squaredL2: number, variance: number): number {
  if (squaredL2 === 1) return 0;
  if (squaredL2 > MOST_SQUARED) return Number.POSITIVE_INFINITY;
  const n = squaredL2;
  const s = Math.exp(0.5 * Math.log(n) + n * Math.log(1.0865) - (2 * Math.PI * Math.PI * variance - Math.PI) / n);
  return s < 0.1 ? 3 * (Math.log1p(s) - Math.log1p(-s)) : Number.POSITIVE_INFINITY;
}

/** The dominating distribution on a grid of this step: dots of the largest curve, connected (Doroshenko et al. 2022). */
export function latticeGaussian(squaredL2: number, variance: number, { step, logTail }: Fineness): Atoms {
  const reach = tailReach(logTail);
  // Losses are (n·g² − 2·g·y')/(2v), with standard deviation about √(s/v).
  const last = Math.ceil((squaredL2 / (2 * variance) + reach * Math.sqrt(squaredL2 / variance)) / step) + 1;
  const curve = new Float64Array(last + 1);
  for (let g = 1; g * g <= squaredL2; g++) raise(curve, Math.floor(squaredL2 / (g * g)), g, variance, step, reach);
  return connected(curve, step);
}

/** curve[j] becomes at least δ(j·step) of variance nv on a number that changes by ng, rounded up. */
function raise(curve: Float64Array, n: number, g: number, v: number, step: number, reach: number): void {
  const most = Math.ceil((reach + 2) * Math.sqrt(n * v) + n * g) + 1;
  const weight = (y: number): number => Math.exp(-(y * y) / (2 * n * v));
  let all = 1;
  for (let y = 1; y <= most; y++) all += 2 * weight(y);
  // From the largest loss (the smallest y) on: P and Q of everything above the threshold.
  let [p, q, y] = [0, 0, -most];
  for (let j = curve.length - 1; j >= 0; j--) {
    for (; (n * g * g - 2 * g * y) / (2 * v) > j * step; y++) {
      p += weight(y);
      q += weight(y - n * g);
    }
    const delta = (p * (1 + 1e-13) - Math.exp(j * step) * q * (1 - 1e-13)) / all;
    curve[j] = Math.max(curve[j] as number, delta);
  }
}

/** p_j = (y_{j+1} − y_j)/(e^h − 1) − (y_j − y_{j−1})/(1 − e^{−h}) above 0, p_{−j} = p_j·e^{−jh} by symmetry, the rest at 0. */
function connected(curve: Float64Array, step: number): Atoms {
  const last = curve.length - 1;
  const [loss, mass] = [new Float64Array(2 * last + 1), new Float64Array(2 * last + 1)];
  const [up, down] = [Math.expm1(step), -Math.expm1(-step)];
  const infinite = curve[last] as number;
  let rest = 1 - infinite;
  for (let j = 1; j <= last; j++) {
    const here = curve[j] as number;
    const right = j === last ? 0 : ((curve[j + 1] as number) - here) / up;
    const p = Math.max(0, right - (here - (curve[j - 1] as number)) / down);
    [loss[last + j], loss[last - j]] = [j * step, -j * step];
    [mass[last + j], mass[last - j]] = [p, p * Math.exp(-j * step)];
    rest -= p * (1 + Math.exp(-j * step));
  }
  mass[last] = Math.max(0, rest);
  return { loss, mass, infinite };
}
