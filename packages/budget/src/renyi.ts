/** Rényi divergences of events, their sums, and the conversion to (ε, δ). Zero-concentrated privacy is the case α·ρ. */
import type { Loss } from './claim.ts';

/** Orders beyond which a sampled mechanism is not looked at: its sum has as many terms. */
const MOST_SAMPLED_ORDER = 512;
/** What rounding in the closed forms below may lose, relative. */
const SLACK = 1e-12;

/** Events of one kind. */
export interface Repeated {
  readonly loss: Loss;
  readonly times: number;
}

/** A bound, and the order that gives it. */
export interface Bound {
  readonly value: number;
  readonly alpha: number;
}

/**
 * Upper bound on (α − 1)·D_α, the log of a moment, for α > 1 and in either direction of the pair (all noise here is symmetric).
 * Randomised response's revealing part (δ) is left to the caller.
 *
 * Sources: Gaussian, Mironov 2017, Corollary 3, and discrete, Canonne, Kamath & Steinke 2020, Theorem 4; Laplace,
 * Mironov 2017, Proposition 6; randomised response, there, Proposition 5.
 */
export function logMoment(loss: Loss, alpha: number): number {
  const power = alpha - 1;
  switch (loss.kind) {
    case 'gaussian':
    case 'discrete-gaussian':
      return power * alpha * loss.rho * (1 + SLACK);
    case 'laplace': {
      const [p, e] = [2 * alpha - 1, loss.epsilon];
      return raised(power * e, Math.log1p((power / p) * Math.expm1(-(2 * alpha - 1) * e)));
    }
    case 'discrete-laplace':
      return discreteLaplace(loss.shift, loss.rate, power);
    case 'response': {
      // log of (e^{αε} + e^{(1−α)ε}) / (1 + e^ε)
      const e = loss.epsilon;
      return raised(power * e, Math.log1p(Math.exp(-(2 * alpha - 1) * e)) - Math.log1p(Math.exp(-e)));
    }
    case 'subsampled':
      return sampled(loss, alpha);
  }
}

const raised = (a: number, b: number): number => Math.max(0, a + b) + SLACK * (Math.abs(a) + Math.abs(b)) * 1e-2;

/** The exact sum over results ≤ 0, between, and ≥ shift. */
function discreteLaplace(shift: number, rate: number, power: number): number {
  if (shift === 0) return 0;
  const total = power * shift * rate;
  const t = (2 * power + 1) * rate;
  const q = Math.exp(-rate);
  // 1/(1+q)·[1 + q^m·e^{−2·power·m·r} + (1−q)·Σ_{x=1}^{m−1} e^{−t·x}], times e^{total}
  const between = (-Math.expm1(-rate) * Math.exp(-t) * -Math.expm1(-t * (shift - 1))) / -Math.expm1(-t);
  const sum = (1 + Math.exp(-shift * t) + between) / (1 + q);
  return raised(total, Math.log(sum));
}

/** Log-moments are convex in α, so a chord between whole orders is above them. */
function sampled(loss: Extract<Loss, { kind: 'subsampled' }>, alpha: number): number {
  if (alpha > MOST_SAMPLED_ORDER) return Number.POSITIVE_INFINITY;
  const below = Math.floor(alpha);
  const [a, b] = [sampledAtWhole(loss, below), below === alpha ? 0 : sampledAtWhole(loss, below + 1)];
  return a + (alpha - below) * (b - a);
}

/**
 * Poisson: Σ_k C(α,k)·(1−q)^{α−k}·q^k·e^{(k−1)·D_k}, exact for the sampled against the plain side, which is the larger one for
 * noise that a reflection maps onto its shifted self (Mironov, Talwar & Zhang 2019, Theorem 5).
 * Without replacement: Wang, Balle & Kasiviswanathan 2019, Theorem 9.
 */
function sampledAtWhole(loss: Extract<Loss, { kind: 'subsampled' }>, alpha: number): number {
  if (alpha <= 1) return 0;
  const { rate: q, of, ofTimes, sampling } = loss;
  if (of.kind === 'response' && of.delta > 0) return Number.POSITIVE_INFINITY;
  const moment = (k: number): number => ofTimes * logMoment(of, k);
  const [logQ, logRest] = [Math.log(q), Math.log1p(-q)];
  const most = pureOf(of) * ofTimes;
  const terms: number[] = [];
  let logChoose = 0;
  for (let k = 0; k <= alpha; k++) {
    if (k > 0) logChoose += Math.log((alpha - k + 1) / k);
    if (sampling === 'poisson') {
      const rest = alpha === k ? 0 : (alpha - k) * logRest;
      terms.push(logChoose + k * logQ + rest + (k < 2 ? 0 : moment(k)));
    } else if (k === 0) terms.push(0);
    else if (k === 2) {
      const d2 = moment(2);
      terms.push(logChoose + 2 * logQ + Math.min(Math.log(4 * Math.expm1(d2)), d2 + Math.log(Math.min(2, Math.expm1(most) ** 2))));
    } else if (k > 2) terms.push(logChoose + k * logQ + moment(k) + Math.log(Math.min(2, Math.expm1(most) ** k)));
  }
  return Math.max(0, logSum(terms)) + 1e-13 * alpha;
}

/** Log of the largest ratio of probabilities, Infinity where there is none. */
export function pureOf(loss: Loss): number {
  switch (loss.kind) {
    case 'discrete-laplace':
      return loss.shift * loss.rate;
    case 'laplace':
      return loss.epsilon;
    case 'response':
      return loss.delta > 0 ? Number.POSITIVE_INFINITY : loss.epsilon;
    default:
      return loss.kind !== 'subsampled' && loss.rho === 0 ? 0 : Number.POSITIVE_INFINITY;
  }
}

function logSum(terms: readonly number[]): number {
  const top = Math.max(...terms);
  if (!Number.isFinite(top)) return top === Number.NEGATIVE_INFINITY ? top : Number.POSITIVE_INFINITY;
  return top + Math.log(terms.reduce((s, t) => s + Math.exp(t - top), 0));
}

/**
 * Upper bound on ε at δ of all these together, by the best order. For any α > 1:
 * ε = D_α + log(1 − 1/α) − log(δ·α)/(α − 1). Source: Canonne, Kamath & Steinke 2020, Proposition 12; Asoodeh et al. 2020;
 * Balle et al. 2020, Theorem 21.
 */
export function renyiEpsilon(events: readonly Repeated[], delta: number): Bound {
  if (!(delta > 0)) return { value: Number.POSITIVE_INFINITY, alpha: 2 };
  return bestOrder((alpha) => {
    const power = alpha - 1;
    return totalMoment(events, alpha) / power + Math.log1p(-1 / alpha) - (Math.log(delta) + Math.log(alpha)) / power;
  });
}

/** Upper bound on δ at ε: the least e^{(α−1)(D_α−ε)}·(1 − 1/α)^α/(α − 1) over orders. Source: the same. */
export function renyiDelta(events: readonly Repeated[], epsilon: number): Bound {
  const log = bestOrder((alpha) => {
    const power = alpha - 1;
    return totalMoment(events, alpha) - power * epsilon + alpha * Math.log1p(-1 / alpha) - Math.log(power);
  }, Number.NEGATIVE_INFINITY);
  return { value: Math.min(1, Math.exp(log.value)), alpha: log.alpha };
}

const totalMoment = (events: readonly Repeated[], alpha: number): number =>
  events.reduce((sum, e) => sum + e.times * logMoment(e.loss, alpha), 0) * (1 + SLACK);

/** Any order gives a bound, so a search that misses the best one is only less tight: a grid in log(α − 1), then golden section. */
function bestOrder(bound: (alpha: number) => number, least = 0): Bound {
  const at = (t: number): number => {
    const value = bound(1 + Math.exp(t));
    return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value + 1e-12 * Math.abs(value);
  };
  const [from, to, step] = [-8, 18, 0.5];
  let best = from;
  for (let t = from; t <= to; t += step) if (at(t) < at(best)) best = t;
  let [low, high] = [best - step, best + step];
  const golden = (Math.sqrt(5) - 1) / 2;
  for (let i = 0; i < 50; i++) {
    const [a, b] = [high - golden * (high - low), low + golden * (high - low)];
    if (at(a) < at(b)) high = b;
    else low = a;
  }
  const refined = (low + high) / 2;
  const t = at(refined) < at(best) ? refined : best;
  return { value: Math.max(least, at(t)), alpha: 1 + Math.exp(t) };
}

/** ε at δ of ρ-zero-concentrated privacy. Source: Bun & Steinke 2016, and the conversion above. */
export const zcdpEpsilon = (rho: number, delta: number): number =>
  renyiEpsilon([{ loss: { kind: 'gaussian', rho }, times: 1 }], delta).value;
