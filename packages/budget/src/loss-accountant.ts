/** ε and δ of events by their privacy loss distribution: tight to about 1e-4 in ε, and never below the truth. */
import type { Loss } from './claim.ts';
import { gaussianDelta, gaussianEpsilon, smallest } from './gaussian-curve.ts';
import { latticeCloseness } from './gaussian-lattice.ts';
import { type Atoms, atomsOf, type Direction, type Fineness } from './loss-atoms.ts';
import { type Composition, compose, curveOf } from './loss-composition.ts';
import type { Bound, Repeated } from './renyi.ts';
import { ripple } from './summed-gaussian.ts';

/** Step of the grid for few events. */
const FINEST = 4e-4;
/** About what splitting atoms may add to ε. */
const LOST = 2e-4;
/** Points of the grid that a composition, and one event, may take. */
const MOST_POINTS = 2 ** 19;
/** Costs above this are no protection, and left to Rényi divergences. */
const MOST_EPSILON = 200;
/** ε given up for reading discrete Gaussians of several values as continuous ones. */
const RIPPLE = 1e-6;

/** ε at δ, or Infinity where some event's loss distribution isn't known. `start` is what Rényi divergences say: its order is the tilt. */
export function lossEpsilon(events: readonly Repeated[], delta: number, start: Bound): number {
  const simple = simplify(events);
  if (simple === null || !(delta > 0) || !Number.isFinite(start.value)) return Number.POSITIVE_INFINITY;
  const ideal = delta * Math.exp(-simple.closeness) * (1 - 1e-15);
  const mu = onlyGaussian(simple.events);
  if (mu !== null) return gaussianEpsilon(mu, ideal) + 2 * simple.closeness;
  if (start.value > MOST_EPSILON) return Number.POSITIVE_INFINITY;
  const curves = compositions(simple.events, start.alpha - 1, ideal).map((c) => curveOf(c));
  const holds = (epsilon: number): boolean => curves.every((curve) => curve(epsilon) <= ideal);
  const most = start.value * 1.001 + 1e-3;
  return holds(most) ? smallest(holds, 0, most) + 2 * simple.closeness : Number.POSITIVE_INFINITY;
}

/** δ at ε, or 1. */
export function lossDelta(events: readonly Repeated[], epsilon: number, start: Bound): number {
  const simple = simplify(events);
  if (simple === null || epsilon < 2 * simple.closeness) return 1;
  const at = epsilon - 2 * simple.closeness;
  const mu = onlyGaussian(simple.events);
  if (mu !== null) return Math.min(1, gaussianDelta(mu, at) * Math.exp(simple.closeness));
  if (at > MOST_EPSILON) return 1;
  const least = Math.max(start.value * 1e-4, 1e-290);
  const deltas = compositions(simple.events, start.alpha - 1, least).map((c) => curveOf(c)(at));
  return Math.min(1, Math.max(...deltas) * Math.exp(simple.closeness));
}

/** μ of all together where nothing but one continuous Gaussian, or nothing at all, is left. */
function onlyGaussian(events: readonly Repeated[]): number | null {
  const [first, ...others] = events;
  if (first === undefined) return 0;
  return others.length === 0 && first.loss.kind === 'gaussian' ? Math.sqrt(2 * first.loss.rho * first.times) * (1 + 1e-15) : null;
}

/** About the width of an event's losses. */
function widthOf(loss: Loss): number {
  if (loss.kind === 'subsampled') return widthOf(loss.of) * (loss.of.kind === 'gaussian' ? Math.sqrt(loss.ofTimes) + loss.ofTimes : 1);
  if (loss.kind === 'gaussian' || loss.kind === 'discrete-gaussian') return 2 * loss.rho + 20 * Math.sqrt(2 * loss.rho);
  return 2 * (loss.kind === 'discrete-laplace' ? loss.shift * loss.rate : loss.epsilon);
}

/** In both directions where sampling makes them differ. */
function compositions(events: readonly Repeated[], theta: number, delta: number): Composition[] {
  const directions: Direction[] = events.some(({ loss }) => loss.kind === 'subsampled' && loss.sampling === 'poisson')
    ? ['remove', 'add']
    : ['remove'];
  const count = events.reduce((sum, e) => sum + e.times, 0);
  const logTail = Math.max(-690, Math.log(delta) - Math.log(count) - 14);
  return directions.map((direction) => {
    const atoms = (step: number): { atoms: Atoms; times: number }[] =>
      events.map(({ loss, times }) => ({ atoms: atomsOf(loss, { step, logTail } satisfies Fineness, direction) ?? nothing(), times }));
    const finest = Math.max(FINEST, events.reduce((most, e) => Math.max(most, widthOf(e.loss)), 0) / MOST_POINTS);
    const known = atoms(finest);
    const step = fitting(stepFor(known, theta), events);
    return compose(step >= finest ? known : atoms(step), step, theta);
  });
}

function nothing(): never {
  throw new RangeError('an event without a loss distribution got past the check');
}

/**
 * Splitting an atom moves the mean loss by at most step²/8 and adds at most step²/4 to its variance, so that n events of
 * variance μ² together gain about n·step²/8·(1 + 5/μ) in ε, out to five standard deviations. Wider than that where the tilted
 * composition, 18 standard deviations of it, or one event would take too many points.
 */
function stepFor(events: readonly { atoms: Atoms; times: number }[], theta: number): number {
  let [variance, widest, count] = [0, 0, 0];
  for (const { atoms, times } of events) {
    const { range, spread } = extent(atoms, theta);
    variance += times * spread;
    widest = Math.max(widest, range);
    count += times;
  }
  const mu = Math.sqrt(variance);
  const fine = Math.min(FINEST, Math.sqrt((8 * LOST) / (count * (1 + 5 / Math.max(mu, 1e-6)))));
  return Math.max(fine, (18 * mu) / MOST_POINTS, widest / MOST_POINTS);
}

/** Width of all losses, and variance of the tilted ones. */
function extent({ loss, mass }: Atoms, theta: number): { range: number; spread: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const l of loss) [low, high] = [Math.min(low, l), Math.max(high, l)];
  let [sum, first, second] = [0, 0, 0];
  for (let i = 0; i < loss.length; i++) {
    const d = (loss[i] as number) - high;
    const w = (mass[i] as number) * Math.exp(theta * d);
    sum += w;
    first += w * d;
    second += w * d * d;
  }
  return { range: high - low, spread: sum > 0 ? Math.max(0, second / sum - (first / sum) ** 2) : (high - low) ** 2 };
}

/** Where all events' losses lie on one lattice, that: nothing is split, and the curve between its points is a chord in truth. */
function fitting(step: number, events: readonly Repeated[]): number {
  const [lattice, ...others] = [...new Set(events.map(({ loss }) => latticeOf(loss)))];
  if (lattice === undefined || lattice === null || others.length > 0 || lattice < step) return step;
  return lattice;
}

function latticeOf(loss: Loss): number | null {
  if (loss.kind === 'response') return loss.epsilon;
  if (loss.kind === 'discrete-laplace') return loss.rate;
  return loss.kind === 'discrete-gaussian' && loss.squaredL2 === 1 ? 1 / (2 * loss.variance) : null;
}

/**
 * Gaussian noise in the form that is cheapest to compose: values whose loss is known exactly enough stay as they are, others
 * become continuous, and all continuous ones become one.
 *
 * Discrete Gaussian noise of variance v on several values is, up to `ripple(c)` in the log of each changed value's probability,
 * what a discrete Gaussian of variance c around a continuous Gaussian of variance v − c gives: the product of both densities,
 * e^{−(y−m)²/(2(v−c))}·e^{−(x−y)²/(2c)}/Σ_k e^{−(k−y)²/(2c)}, integrates over y to e^{−(x−m)²/(2v)} times a constant if the last
 * sum is one, and it is one up to its ripple. Rounding is post-processing, and continuous Gaussians add up to one, whatever
 * the direction of the change. So the price is that of variance v − c, and of the ripple as in `Claim.closeness`.
 * (The convolution lemma of lattice cryptography: Peikert 2010, Theorem 3.1.)
 */
function simplify(events: readonly Repeated[]): { events: Repeated[]; closeness: number } | null {
  let [rho, closeness] = [0, 0];
  const others: Repeated[] = [];
  for (const { loss, times } of events) {
    const inner = loss.kind === 'subsampled' ? loss.of : loss;
    const inside = times * (loss.kind === 'subsampled' ? loss.ofTimes : 1);
    if (loss.kind === 'gaussian') rho += times * loss.rho;
    else if (inner.kind !== 'discrete-gaussian') others.push({ loss, times });
    else {
      const form = gaussianForm(inner, inside, events.length > 64);
      if (form === null) return null;
      closeness += form.closeness;
      if (loss.kind === 'subsampled') others.push({ loss: { ...loss, of: form.loss }, times });
      else if (form.loss.kind === 'gaussian') rho += times * form.loss.rho;
      else others.push({ loss, times });
    }
  }
  if (others.some(({ loss }) => loss.kind === 'subsampled' && loss.ofTimes !== 1 && loss.of.kind !== 'gaussian')) return null;
  if (rho > 0) others.push({ loss: { kind: 'gaussian', rho: rho * (1 + 1e-14) }, times: 1 });
  return { events: others, closeness };
}

type DiscreteGaussian = Extract<Loss, { kind: 'discrete-gaussian' }>;
type GaussianForm = { readonly loss: DiscreteGaussian | Extract<Loss, { kind: 'gaussian' }>; readonly closeness: number };

/** Continuous where that costs next to nothing, or where there are many kinds and it costs little; else as it is, if known. */
function gaussianForm(loss: DiscreteGaussian, times: number, many: boolean): GaussianForm | null {
  if (loss.rho === 0) return { loss: { kind: 'gaussian', rho: 0 }, closeness: 0 };
  const c = Math.log((4.1 * 2 * loss.squaredL2 * times) / RIPPLE) / (2 * Math.PI * Math.PI);
  const exact = latticeCloseness(loss.squaredL2, loss.variance) * times;
  if (exact <= RIPPLE && c / loss.variance > (many ? 1e-3 : 2e-6)) return { loss, closeness: exact };
  if (c > loss.variance / 2) return null;
  const rho = (loss.rho / (1 - c / loss.variance)) * (1 + 1e-14);
  return { loss: { kind: 'gaussian', rho }, closeness: loss.squaredL2 * times * ripple(c) };
}
