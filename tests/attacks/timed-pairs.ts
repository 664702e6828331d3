/**
 * Do two things take equally long? Both are timed in pairs, in an order that a coin decides for each pair, so that whatever
 * else the machine does falls on either of them alike: under the null hypothesis every difference is as likely with its sign
 * as with the other, however loaded the machine is. The test is therefore never wrong more often than it says; load only costs
 * power. Source: Wilcoxon 1945 (signed ranks); Fisher 1935, §21 (randomised pairs).
 */

export interface Pair {
  readonly a: number;
  readonly b: number;
}

/** Each time is the least of so many: what interrupts a run falls away, which takes the longest tails off. */
const REPEATS = 3;

/** So many pairs of milliseconds, after some that warm up and are not kept. `coin` gives numbers from 0 to below 1. */
export async function timedPairs(pairs: number, coin: () => number, a: () => Promise<number>, b: () => Promise<number>): Promise<Pair[]> {
  const kept: Pair[] = [];
  const warming = Math.max(5, Math.ceil(pairs / 20));
  for (let i = -warming; i < pairs; i++) {
    const swapped = coin() < 0.5;
    const [first, second] = swapped ? [b, a] : [a, b];
    let [one, other] = [Infinity, Infinity];
    for (let k = 0; k < REPEATS; k++) {
      one = Math.min(one, await first());
      other = Math.min(other, await second());
    }
    if (i >= 0) kept.push(swapped ? { a: other, b: one } : { a: one, b: other });
  }
  return kept;
}

export interface TimeComparison {
  /** Standardised: positive where a takes longer. */
  readonly longer: number;
  /** The same of how far a time lies from the middle of all: positive where times of a are spread wider. */
  readonly wider: number;
  /** Median of all times, in milliseconds. */
  readonly median: number;
  /** Least constant delay of a that would have been found with a probability of about 0.99, in milliseconds. */
  readonly detectable: number;
}

/** Deviations that two statistics reach by chance, both together, with a probability below 1e-6. */
export const LIMIT = 5.1;
const POWER = 2.33;

export function compareTimes(pairs: readonly Pair[]): TimeComparison {
  const all = pairs.flatMap(({ a, b }) => [a, b]).sort((x, y) => x - y);
  const median = all[all.length >> 1] ?? Number.NaN;
  const off = (x: number) => Math.abs(x - median);
  const differences = pairs.map(({ a, b }) => a - b);
  return {
    longer: signedRanks(differences),
    wider: signedRanks(pairs.map(({ a, b }) => off(a) - off(b))),
    median,
    detectable: leastFound(differences),
  };
}

export const differs = ({ longer, wider }: TimeComparison): boolean => Math.abs(longer) > LIMIT || Math.abs(wider) > LIMIT;

/** The sum of signed ranks over its standard deviation: near a normal variable, with thinner tails. Ties share their ranks. */
export function signedRanks(differences: readonly number[]): number {
  const sorted = differences.filter((d) => d !== 0).sort((x, y) => Math.abs(x) - Math.abs(y));
  let [sum, squares] = [0, 0];
  for (let from = 0; from < sorted.length; ) {
    let to = from;
    while (to < sorted.length && Math.abs(sorted[to] as number) === Math.abs(sorted[from] as number)) to++;
    const rank = (from + 1 + to) / 2;
    for (const d of sorted.slice(from, to)) {
      sum += Math.sign(d) * rank;
      squares += rank * rank;
    }
    from = to;
  }
  return squares === 0 ? 0 : sum / Math.sqrt(squares);
}

/** Bisection for the delay that brings these differences, less their own middle, beyond the limit and the power's quantile. */
function leastFound(differences: readonly number[]): number {
  const sorted = [...differences].sort((x, y) => x - y);
  const middle = sorted[sorted.length >> 1] ?? 0;
  let [low, high] = [0, 2 * Math.max(...differences.map((d) => Math.abs(d - middle)), 1e-6)];
  for (let i = 0; i < 40; i++) {
    const delay = (low + high) / 2;
    if (signedRanks(differences.map((d) => d - middle + delay)) > LIMIT + POWER) high = delay;
    else low = delay;
  }
  return high;
}
