/** Privacy loss of many events together, on a grid, by convolution; every error is counted on the safe side. */
import { type Convolved, convolve, sumOf } from './fourier.ts';
import type { Atoms } from './loss-atoms.ts';

/**
 * Masses of a tilted loss distribution: mass[i] ∝ P(L = (first + i)·step)·e^{θ·(first + i)·step}, of sum about 1.
 *
 * Why tilted: δ(ε) = Σ_{l>ε} P(L = l)·(1 − e^{ε−l}) needs the far tail of L, which a Fourier transform drowns in rounding errors
 * of the whole. After tilting by the Chernoff exponent the tail is the middle, and δ(ε) = e^{κ−θε}·Σ_{l>ε} T(l)·e^{−θ(l−ε)}·
 * (1 − e^{ε−l}) with weights in [0, 1]: whatever is wrong, missing or cut off in T by a sum of absolute values E changes δ by at
 * most e^{κ−θε}·E. So one number, `error`, is carried along.
 */
export interface Tilted {
  readonly first: number;
  readonly mass: Float64Array;
  readonly error: number;
}

export interface Composition {
  readonly step: number;
  readonly theta: number;
  /** κ: log of the product of all sums before tilted masses were made to sum to 1. */
  readonly logScale: number;
  readonly tilted: Tilted;
  readonly infinite: number;
  /** Rounding of losses and masses themselves: ε is off by at most this, and δ by this factor. */
  readonly shift: number;
  readonly factor: number;
}

/** Tilted mass cut off at both ends after every convolution. */
const CUT = 1e-15;

/**
 * Composes. Every atom is split between its neighbours on the grid such that P and Q keep their mass ("connect the dots",
 * Doroshenko et al. 2022): the result dominates the atoms, and so do compositions of it (Zhu, Dong & Wang 2022, Theorem 10),
 * while the mean moves by at most step²/8 an event: rounding up would move it by step/2, thousands of times.
 */
export function compose(events: readonly { atoms: Atoms; times: number }[], step: number, theta: number): Composition {
  let [logScale, logFinite, shift, drift] = [0, 0, 0, 1e-12];
  const parts = events.map(({ atoms, times }) => {
    const { tilted, logSum, farthest } = tilt(atoms, step, theta);
    logScale += times * logSum;
    logFinite += times * Math.log1p(-atoms.infinite);
    shift += times * farthest * 4e-16;
    drift += times * (2e-13 + 1e-15 * theta * farthest);
    return power(tilted, times);
  });
  return {
    step,
    theta,
    logScale,
    tilted: mergeAll(parts),
    infinite: -Math.expm1(logFinite) * (1 + 1e-13),
    shift,
    factor: 1 + drift + 1e-15 * Math.abs(logScale),
  };
}

/** One event on the grid, tilted. */
function tilt({ loss, mass }: Atoms, step: number, theta: number): { tilted: Tilted; logSum: number; farthest: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const l of loss) [low, high] = [Math.min(low, l), Math.max(high, l)];
  const first = Math.floor(low / step);
  const out = new Float64Array(Math.floor(high / step) + 2 - first);
  const full = -Math.expm1(-step);
  for (let i = 0; i < loss.length; i++) {
    const [l, m] = [loss[i] as number, mass[i] as number];
    const at = Math.floor(l / step);
    const up = Math.min(1, Math.max(0, -Math.expm1(at * step - l) / full));
    out[at - first] = (out[at - first] as number) + m * (1 - up);
    out[at - first + 1] = (out[at - first + 1] as number) + m * up;
  }
  // Relative to the heaviest, so that nothing overflows.
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < out.length; i++)
    if ((out[i] as number) > 0) top = Math.max(top, Math.log(out[i] as number) + theta * step * (first + i));
  for (let i = 0; i < out.length; i++)
    if ((out[i] as number) > 0) out[i] = Math.exp(Math.log(out[i] as number) + theta * step * (first + i) - top);
  const sum = sumOf(out);
  for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) / sum;
  return {
    tilted: cut({ first, mass: out, error: 1e-15 }),
    logSum: top + Math.log(sum),
    farthest: Math.max(Math.abs(low), Math.abs(high)),
  };
}

function merge(a: Tilted, b: Tilted): Tilted {
  const { values, error }: Convolved = convolve(a.mass, b.mass);
  return cut({ first: a.first + b.first, mass: values, error: a.error * (1 + b.error) + b.error * 1.0001 + error });
}

function power(base: Tilted, times: number): Tilted {
  let [result, square]: [Tilted | null, Tilted] = [null, base];
  for (let n = times; ; ) {
    if (n % 2 === 1) result = result === null ? square : merge(result, square);
    n = Math.floor(n / 2);
    if (n === 0) return result ?? square;
    square = merge(square, square);
  }
}

/** Cuts off at both ends what sums to less than `CUT`, and counts it as error. */
function cut({ first, mass, error }: Tilted): Tilted {
  let [from, to, lost] = [0, mass.length, 0];
  for (let sum = mass[from] as number; sum < CUT && from < to - 1; sum += mass[from] as number) {
    lost += mass[from] as number;
    from++;
  }
  for (let sum = mass[to - 1] as number; sum < CUT && to - 1 > from; sum += mass[to - 1] as number) {
    lost += mass[to - 1] as number;
    to--;
  }
  return { first: first + from, mass: mass.slice(from, to), error: error + lost };
}

/** The two shortest first, so that lengths double evenly. */
function mergeAll(parts: readonly Tilted[]): Tilted {
  let round = [...parts];
  while (round.length > 1) {
    round.sort((a, b) => a.mass.length - b.mass.length);
    const next: Tilted[] = [];
    for (let i = 0; i + 1 < round.length; i += 2) next.push(merge(round[i] as Tilted, round[i + 1] as Tilted));
    if (round.length % 2 === 1) next.push(round[round.length - 1] as Tilted);
    round = next;
  }
  return round[0] ?? { first: 0, mass: new Float64Array([1]), error: 0 };
}

/**
 * Upper bounds on δ(ε) of a composition. Suffix sums S₁(j) = Σ_{i≥j} T(i)·e^{−θ·step·(i−j)} and S₂ with θ + 1 give
 * Σ_{l>ε} T(l)·e^{−θ(l−ε)}·(1 − e^{ε−l}) = e^{−θd}·S₁ − e^{−(θ+1)d}·S₂, d the distance from ε to the next point of the grid.
 */
export function curveOf(composition: Composition): (epsilon: number) => number {
  const { step, theta, logScale, tilted, infinite, shift, factor } = composition;
  const { first, mass, error } = tilted;
  const [plain, falling] = [new Float64Array(mass.length + 1), new Float64Array(mass.length + 1)];
  const [d1, d2] = [Math.exp(-theta * step), Math.exp(-(theta + 1) * step)];
  for (let j = mass.length - 1; j >= 0; j--) {
    plain[j] = (mass[j] as number) + d1 * (plain[j + 1] as number);
    falling[j] = (mass[j] as number) + d2 * (falling[j + 1] as number);
  }
  return (asked) => {
    const epsilon = asked - shift;
    const index = Math.max(0, Math.floor(epsilon / step) + 1 - first);
    const distance = step * (first + index) - epsilon;
    const s1 = index < mass.length ? Math.exp(-theta * distance) * (plain[index] as number) : 0;
    const s2 = index < mass.length ? Math.exp(-(theta + 1) * distance) * (falling[index] as number) : 0;
    // Suffix sums of up to a million terms lose at most 1e-12 of themselves, in practice far less.
    const sum = Math.max(0, s1 - s2) + 1e-12 * s1 + error;
    return Math.min(1, infinite + Math.exp(logScale - theta * epsilon) * sum * factor);
  };
}
