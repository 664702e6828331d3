/** Quantiles on a grid by the exponential mechanism over all of its points, however many: equal scores lie in few pieces. */
import { compareRationals, divideRationals, multiplyRationals, parseRational, rational, rationalText, weightedChoice } from '@sluis/math';
import { Grid, type GridOptions } from '../data/grid.ts';
import { type BoundedRows, checkContributions, ONE_ROW, withinClaim } from '../data/rows.ts';
import type { Mechanism, MechanismOptions } from '../mechanism.ts';
import { spent } from '../noise/choice.ts';
import { checkLevel, toNumber } from '../noise/within.ts';
import { refused } from '../refusal.ts';
import { RandomBits } from '@sluis/math';

export interface QuantileOptions extends MechanismOptions, GridOptions {
  readonly epsilon: string;
  /** Part of the rows that is to be below, from 0 to 1, for instance "0.5" or "1/4". */
  readonly at: string;
}

export interface QuantileEstimate {
  readonly value: number;
  /** So many rows at most lie between the released value and the exact quantile, with this level. */
  readonly rowsWithin: number;
  readonly level: number;
}

/** So many neighbouring points of a score in common, from `from` on. */
interface Piece {
  readonly from: bigint;
  readonly points: bigint;
  readonly cost: bigint;
}

/**
 * A value that about the wanted part of the rows lies below.
 *
 * Claim: (ε, 0). Point x costs |(1 − α)·#(rows below x) − α·#(rows above x)|, and is chosen with a probability
 * ∝ exp(−ε·cost/(2Δ)). Proof: a row below x changes the difference by 1 − α, one above by α, one at x by nothing, so one
 * unit changes a cost by at most Δ = groups·rowsPerGroup·max(α, 1 − α); then as for the exponential mechanism. Costs are
 * whole numbers of 1/(denominator of α), points of the same cost are one piece with its number of points as weight, and
 * probabilities are exact. Bounds must be declared, as for sums: the points to choose from must not come from the data.
 * Source: Smith 2011, Algorithm 2 (with McSherry & Talwar 2007); costs as in OpenDP's quantile scores.
 */
export function quantile<T>(options: QuantileOptions, value: (row: T) => unknown): Mechanism<BoundedRows<T>, QuantileEstimate> {
  const { contributions = ONE_ROW, level = 0.95 } = options;
  checkContributions(contributions);
  const grid = new Grid(options);
  const alpha = parseRational(options.at);
  if (compareRationals(alpha, rational(1n)) > 0)
    throw refused('bad-parameter', 'A quantile is taken at 0 to 1.', 'Give a part such as 0.5.');
  const [a, b] = [alpha.numerator, alpha.denominator];
  const rows = BigInt(contributions.groups) * BigInt(contributions.rowsPerGroup);
  // In units of 1/b rows.
  // biome-ignore lint/complexity/useMathMinMax: Math.max takes no big integers
  const sensitivity = rows * (a > b - a ? a : b - a);
  const rate = divideRationals(spent(options.epsilon), rational(2n * sensitivity));
  const points = grid.high - grid.low + 1n;
  const rowsWithin = Math.log(Number(points) / (1 - checkLevel(level))) / toNumber(multiplyRationals(rate, rational(b)));
  return {
    name: 'quantile',
    claim: {
      contributions,
      sensitivities: [{ of: `cost of a point, in 1/${b} rows`, l1: sensitivity, squaredL2: sensitivity ** 2n }],
      events: [{ kind: 'guarantee', epsilon: rationalText(spent(options.epsilon)), delta: '0', times: 1 }],
    },
    run(random, data) {
      const steps = withinClaim(data, contributions).map(({ row }) => grid.steps(value(row)));
      const found = pieces(steps, grid, (below, above) => (b - a) * below - a * above);
      const weights = found.map(({ points: times, cost }) => ({ times, gamma: multiplyRationals(rational(cost), rate) }));
      const piece = found[weightedChoice(random, weights)] as Piece;
      const point = piece.from + new RandomBits(random).below(piece.points);
      return { value: toNumber(grid.value(point)), rowsWithin, level };
    },
  };
}

export const median = <T>(options: Omit<QuantileOptions, 'at'>, value: (row: T) => unknown) => quantile({ ...options, at: '1/2' }, value);

/**
 * About the smallest value: the quantile at `at`, by default 0.01. The very smallest cannot be had: it is one unit's own.
 */
export const minimum = <T>(options: Omit<QuantileOptions, 'at'> & { readonly at?: string }, value: (row: T) => unknown) =>
  quantile({ at: '0.01', ...options }, value);

/** About the largest value: the quantile at `at`, by default 0.99. */
export const maximum = <T>(options: Omit<QuantileOptions, 'at'> & { readonly at?: string }, value: (row: T) => unknown) =>
  quantile({ at: '0.99', ...options }, value);

/** Every point of the grid is in one piece: each different value, and the gaps before, between and after. */
function pieces(steps: readonly bigint[], grid: Grid, difference: (below: bigint, above: bigint) => bigint): Piece[] {
  const sorted = [...steps].sort((x, y) => (x < y ? -1 : x > y ? 1 : 0));
  const n = BigInt(sorted.length);
  const out: Piece[] = [];
  const add = (from: bigint, to: bigint, below: bigint, above: bigint) => {
    const d = difference(below, above);
    if (to >= from) out.push({ from, points: to - from + 1n, cost: d < 0n ? -d : d });
  };
  let [next, below] = [grid.low, 0n];
  for (let i = 0; i < sorted.length; ) {
    const value = sorted[i] as bigint;
    let end = i;
    while (end < sorted.length && sorted[end] === value) end++;
    add(next, value - 1n, below, n - below);
    add(value, value, below, n - BigInt(end));
    [next, below, i] = [value + 1n, BigInt(end), end];
  }
  add(next, grid.high, below, n - below);
  return out;
}
