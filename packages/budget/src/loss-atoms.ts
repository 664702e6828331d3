/** The privacy loss of one event as a list of values with probabilities, exact or above the truth. */
import type { Loss } from './claim.ts';
import { latticeGaussian } from './gaussian-lattice.ts';
import { density, mills, tailReach } from './normal.ts';
import { sampledAtoms } from './sampled-loss.ts';

/**
 * Distribution of L = log(P/Q) under P for a pair (P, Q) that dominates the event: P(L = loss[i]) = mass[i], and
 * P(L = ∞) = infinite. Any shift of mass to larger losses only raises what is computed from it.
 */
export interface Atoms {
  readonly loss: Float64Array;
  readonly mass: Float64Array;
  readonly infinite: number;
}

/** For neighbours with one unit more or less, a sampled mechanism's loss differs between the two directions. */
export type Direction = 'remove' | 'add';

export interface Fineness {
  /** Neighbouring results may be gathered where their losses lie within this; both P and Q keep their mass. */
  readonly step: number;
  /** Log of the probability that may be counted as infinite loss. */
  readonly logTail: number;
}

/** Null for kinds whose atoms aren't known (a mechanism that runs several times on one sample, but for Gaussian noise). */
export function atomsOf(loss: Loss, fineness: Fineness, direction: Direction): Atoms | null {
  switch (loss.kind) {
    case 'response':
      return response(loss.epsilon, loss.delta);
    case 'discrete-laplace':
      return discreteLaplace(loss.shift, loss.rate, fineness.step);
    case 'laplace':
      return laplace(loss.epsilon, fineness.step);
    case 'gaussian':
      return gaussian(Math.sqrt(2 * loss.rho), fineness);
    case 'discrete-gaussian':
      return loss.squaredL2 === 1
        ? discreteGaussian(loss.variance, fineness.logTail)
        : latticeGaussian(loss.squaredL2, loss.variance, fineness);
    case 'subsampled':
      return sampledAtoms(loss, fineness, direction);
  }
}

/** Dominates every (ε, δ)-private mechanism: Kairouz, Oh & Viswanath 2017, Theorem 3.2. */
function response(epsilon: number, delta: number): Atoms {
  const yes = 1 / (1 + Math.exp(-epsilon));
  const no = Math.exp(-epsilon) * yes;
  return atoms([epsilon, -epsilon], [yes * (1 - delta), no * (1 - delta)], delta);
}

/** The same from plain lists. */
export const atoms = (loss: readonly number[], mass: readonly number[], infinite: number): Atoms => ({
  loss: Float64Array.from(loss),
  mass: Float64Array.from(mass),
  infinite,
});

/**
 * Noise ∝ q^|x|, q = e^−rate, against itself shifted by m: loss m·rate for x ≤ 0, (m − 2x)·rate between, −m·rate for x ≥ m.
 *
 * A change of L1 size m spread over several values costs no more than one of m in a single value. Proof: let f_k be the
 * trade-off function of a shift by k. Changing first one value, then the next, passes through products of which one factor
 * changes, so that (group privacy; Dong, Roth & Su 2022, Theorem 2.14, by composing optimal tests) the trade-off of a product
 * is at least f_{k₁}∘f_{k₂}∘… of chained tests. For one value and log-concave noise, thresholds are most powerful for every
 * shift (Karlin & Rubin 1956), the same test at every link of the chain, so the chain equals f_{k₁+k₂+…}. ∎
 *
 * Where many results fall in one step they are gathered in blocks x = i … j of g results, from which p goes to the largest and
 * the rest to the smallest loss, such that P and Q keep their mass (Doroshenko et al. 2022): with c·q^x the probability,
 * p = c·q^j·2·Σ_{r<g} sinh(r·rate)/(1 − e^{−2(g−1)·rate}), and Σ_{r<g} sinh(ru) = sinh(gu/2)·sinh((g−1)u/2)/sinh(u/2).
 */
function discreteLaplace(m: number, rate: number, step: number): Atoms {
  const q = Math.exp(-rate);
  const c = -Math.expm1(-rate) / (1 + q);
  const [loss, mass] = [[m * rate], [1 / (1 + q)]];
  if (m === 0) return atoms([0], [1], 0);
  const block = Math.max(1, Math.floor(step / (2 * rate)));
  for (let i = 1; i < m; i += block) {
    const g = Math.min(block, m - i);
    const all = (c * Math.exp(-rate * i) * Math.expm1(-rate * g)) / Math.expm1(-rate);
    if (g === 1) {
      loss.push((m - 2 * i) * rate);
      mass.push(all);
      continue;
    }
    const j = i + g - 1;
    const sinh = (Math.sinh((g * rate) / 2) * Math.sinh(((g - 1) * rate) / 2)) / Math.sinh(rate / 2);
    const high = Math.min(all, (c * Math.exp(-rate * j) * 2 * sinh) / -Math.expm1(-2 * (g - 1) * rate));
    loss.push((m - 2 * i) * rate, (m - 2 * j) * rate);
    mass.push(high, all - high);
  }
  loss.push(-m * rate);
  mass.push(Math.exp(-m * rate) / (1 + q));
  return atoms(loss, mass, 0);
}

/** The same for continuous noise of scale 1 shifted by ε; a block of x in [a, a + w] gives its largest loss 2·sinh²(w/2)·e^{−a−w}/(1 − e^{−2w}). */
function laplace(epsilon: number, step: number): Atoms {
  const [loss, mass] = [
    [epsilon, -epsilon],
    [0.5, 0.5 * Math.exp(-epsilon)],
  ];
  const blocks = Math.ceil((2 * epsilon) / step);
  const w = epsilon / blocks;
  for (let b = 0; b < blocks; b++) {
    const a = b * w;
    const all = -0.5 * Math.exp(-a) * Math.expm1(-w);
    const high = Math.min(all, (2 * Math.sinh(w / 2) ** 2 * Math.exp(-a - w)) / -Math.expm1(-2 * w));
    loss.push(epsilon - 2 * a, epsilon - 2 * (a + w));
    mass.push(high, all - high);
  }
  return atoms(loss, mass, 0);
}

/** Nodes and weights of Gauss & Legendre on [0, 1], five points. */
const NODES = [0.046910077030668, 0.2307653449471585, 0.5, 0.7692346550528415, 0.953089922969332];
const WEIGHTS = [0.11846344252809454, 0.23931433524968324, 0.28444444444444444, 0.23931433524968324, 0.11846344252809454];

/**
 * L = μ²/2 + μZ with Z standard normal, in cells of Z at most 1/20 and at most a step of loss wide. What goes to a cell's upper
 * end is its mean of (1 − e^{−μ(Z−z₀)})/(1 − e^{−μw}), integrated by five points: off by at most 4e-13·w¹¹ times the tenth
 * derivative, below 1e-11 of the cell for |z| ≤ 38. Beyond the tails: infinite above, moved up to the lowest cell below.
 */
function gaussian(mu: number, { step, logTail }: Fineness): Atoms {
  if (mu === 0) return atoms([0], [1], 0);
  const reach = tailReach(logTail);
  const cells = Math.ceil((2 * reach) / Math.min(0.05, step / mu));
  const w = (2 * reach) / cells;
  const [loss, mass] = [new Float64Array(cells + 1), new Float64Array(cells + 1)];
  const gain = NODES.map((n, i) => ((WEIGHTS[i] ?? 0) * Math.expm1(-mu * w * n)) / Math.expm1(-mu * w));
  for (let c = 0; c < cells; c++) {
    const z = -reach + c * w;
    let [all, high] = [0, 0];
    for (let i = 0; i < NODES.length; i++) {
      const phi = density(z + w * (NODES[i] as number));
      all += (WEIGHTS[i] as number) * phi;
      high += (gain[i] as number) * phi;
    }
    mass[c] = (mass[c] as number) + w * (all - high);
    mass[c + 1] = w * high * (1 + 1e-11);
  }
  for (let c = 0; c <= cells; c++) loss[c] = (mu * mu) / 2 + mu * (-reach + c * w);
  const tail = mills(reach) * density(reach);
  mass[0] = (mass[0] as number) + tail;
  return { loss, mass, infinite: tail * (1 + 1e-12) };
}

/** One value that changes by 1: losses (1 − 2x)/(2v), exact. Source: Canonne, Kamath & Steinke 2020, Theorem 7. */
function discreteGaussian(variance: number, logTail: number): Atoms {
  const most = Math.ceil((tailReach(logTail) + 1) * Math.sqrt(variance)) + 2;
  const weight = (x: number): number => Math.exp(-(x * x) / (2 * variance));
  const [loss, mass] = [new Float64Array(2 * most + 1), new Float64Array(2 * most + 1)];
  for (let x = -most; x <= most; x++) {
    loss[x + most] = (1 - 2 * x) / (2 * variance);
    mass[x + most] = weight(x);
  }
  const all = mass.reduce((s, m) => s + m, 0);
  for (let i = 0; i < mass.length; i++) mass[i] = (mass[i] as number) / all;
  // Weights beyond shrink by more than e^{−most/v} from one to the next.
  const next = weight(most + 1) / all / -Math.expm1(-most / variance);
  mass[2 * most] = (mass[2 * most] as number) + next;
  return { loss, mass, infinite: next * (1 + 1e-12) };
}
