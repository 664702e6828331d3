/**
 * Do two things take equally long? Both are timed in pairs, in an order that a coin decides for each pair, so that whatever
 * else the machine does falls on either of them alike: under the null hypothesis every difference is as likely with its sign
 * as with the other, however loaded the machine is; and where one takes longer by a constant, the same holds of what is left
 * when it is taken off. The test is therefore never wrong more often than it says; load only costs power. Source: Wilcoxon 1945 (signed ranks); Fisher 1935, §21 (randomised pairs).
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
  /** The larger of both, in either direction, of what goes beyond the tolerance. */
  readonly beyond: number;
  /** Median of all times, in milliseconds. */
  readonly median: number;
  /** Middle of the differences, in milliseconds. */
  readonly difference: number;
  /** Least constant delay of a, beyond the tolerance, that would have been found with a probability of about 0.99, in milliseconds. */
  readonly detectable: number;
  readonly said: string;
}

/** Deviations that the statistics reach by chance, all together, with a probability below 1e-6. */
const LIMIT = 5.2;
const POWER = 2.33;

/**
 * @param tolerance - what counts as a difference: more than this share of the median. Equal programs on other data differ a
 *   little, by what a cache happens to hold or where memory happens to lie, and with pairs enough anything is found: a test
 *   without a tolerance would ask how much load there is.
 */
export function compareTimes(pairs: readonly Pair[], tolerance: number): TimeComparison {
  const all = pairs.flatMap(({ a, b }) => [a, b]).sort((x, y) => x - y);
  const median = all[all.length >> 1] ?? Number.NaN;
  const off = (x: number) => Math.abs(x - median);
  const differences = pairs.map(({ a, b }) => a - b);
  const spreads = pairs.map(({ a, b }) => off(a) - off(b));
  const least = tolerance * median;
  const past = (list: readonly number[]) => Math.max(...[1, -1].map((sign) => signedRanks(list.map((d) => sign * d - least))));
  const found = {
    longer: signedRanks(differences),
    wider: signedRanks(spreads),
    beyond: Math.max(past(differences), past(spreads)),
    median,
    difference: middleOf(differences),
    detectable: leastFound(differences),
  };
  const in3 = (ms: number) => `${ms.toFixed(3)} ms`;
  const said =
    `${pairs.length} pairs: ${in3(found.difference)} of ${in3(median)} longer (${found.longer.toFixed(2)} deviations), ` +
    `${found.wider.toFixed(2)} deviations wider, ${found.beyond.toFixed(2)} beyond ${100 * tolerance} %; ` +
    `detectable beyond that ${in3(found.detectable)}`;
  return { ...found, said };
}

export const differs = ({ beyond }: TimeComparison): boolean => beyond > LIMIT;

const middleOf = (list: readonly number[]): number => [...list].sort((x, y) => x - y)[list.length >> 1] ?? 0;

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
  const middle = middleOf(differences);
  let [low, high] = [0, 2 * Math.max(...differences.map((d) => Math.abs(d - middle)), 1e-6)];
  for (let i = 0; i < 40; i++) {
    const delay = (low + high) / 2;
    if (signedRanks(differences.map((d) => d - middle + delay)) > LIMIT + POWER) high = delay;
    else low = delay;
  }
  return high;
}
