/** The exact privacy curve of continuous Gaussian noise, which is also that of any number of them together. */
import { density, mills, NORMAL_SLACK } from './normal.ts';

/**
 * δ(ε) of N(0, 1) against N(μ, 1), rounded up: Φ(μ/2 − ε/μ) − e^ε·Φ(−μ/2 − ε/μ). Source: Balle & Wang 2018, Theorem 8.
 * Written with Mills' ratio R, since e^ε·φ(b) = φ(a): δ = φ(a)·(R(−a) − R(−b)), free of overflow. Several Gaussians of
 * μ₁, μ₂, … compose to one of √(Σμᵢ²) exactly.
 */
export function gaussianDelta(mu: number, epsilon: number): number {
  if (mu === 0) return epsilon >= 0 ? 0 : -Math.expm1(epsilon);
  const a = mu / 2 - epsilon / mu;
  const b = -mu / 2 - epsilon / mu;
  if (a > 30) return 1;
  const [high, low] = [mills(-a), mills(-b)];
  // The difference loses what both have in common: the slack is relative to them, not to it.
  const lost = NORMAL_SLACK * high;
  // Rounding a itself moves φ(a) by a factor e^{|a|·|error of a|}.
  const moved = 1 + NORMAL_SLACK + 4e-16 * Math.abs(a) * (mu / 2 + Math.abs(epsilon) / mu);
  return Math.max(0, Math.min(1, density(a) * (high - low + lost) * moved));
}

/** Smallest ε ≥ 0 with δ(ε) ≤ delta, rounded up; Infinity at δ = 0. */
export function gaussianEpsilon(mu: number, delta: number): number {
  if (mu === 0) return 0;
  if (delta <= 0) return Number.POSITIVE_INFINITY;
  return smallest((epsilon) => gaussianDelta(mu, epsilon) <= delta, 0, (mu * mu) / 2 + mu * 8 + 1);
}

/**
 * Smallest σ for which N(0, σ²) on values of this L2 sensitivity is (ε, δ)-private.
 * Source: Balle & Wang 2018, Algorithm 1 (the analytic Gaussian mechanism): ε = 1, δ = 1e-5 gives 3.7306….
 */
export function analyticGaussianSigma(epsilon: number, delta: number, sensitivity = 1): number {
  if (!(epsilon >= 0 && delta > 0 && delta < 1 && sensitivity > 0))
    throw new RangeError('ε ≥ 0, 0 < δ < 1 and a sensitivity above 0 are needed');
  return sensitivity * smallest((sigma) => gaussianDelta(1 / sigma, epsilon) <= delta, 0, 1);
}

/** Smallest x in [low, ∞) at which a condition that stays true becomes true, to the last few bits and never below. */
export function smallest(holds: (x: number) => boolean, low: number, guess: number): number {
  if (low > 0 ? holds(low) : low === 0 && holds(Number.MIN_VALUE)) return low;
  let high = guess;
  while (!holds(high)) {
    low = high;
    high *= 2;
    if (high === Number.POSITIVE_INFINITY) return high;
  }
  while (high - low > 2e-16 * high) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) break;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
