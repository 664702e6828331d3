/**
 * Do two samples of byte strings come from one distribution? Three tests; under the null hypothesis runs can be
 * relabelled freely, which gives exact conditional distributions for every bit position:
 *
 * - `worst`: Fisher's exact test between the samples at each bit position; the smallest p-value times the number of
 *   positions (Bonferroni). Finds a position that depends strongly on the sample.
 * - `drift`: the sum over positions of the squared standardised difference, against a χ² variable of the mean and variance
 *   that the hypergeometric distributions give: not exact, and a little too strict in the tail. Positions must be independent
 *   of each other within a run, or at least uncorrelated. Finds many positions that each depend a little.
 * - `bytes`: χ² of homogeneity over the 256 byte values, all positions together.
 *
 * Positions whose bit is the same in every run of both samples say nothing about the samples and are left out.
 * Source: Fisher 1925 (exact test); Wilson & Hilferty 1931 (χ² as a normal variable).
 */

/** What one party saw in one run: bytes by sender and step. */
export type RunView = ReadonlyMap<string, Uint8Array>;

/** p-values, and how many bit positions vary. */
export interface Comparison {
  readonly positions: number;
  readonly worst: { readonly p: number; readonly where: string };
  readonly drift: number;
  readonly bytes: number;
}

/** Differences in shape: names and lengths, in order. Empty if all runs look alike. */
export function shapeDifferences(views: readonly RunView[]): string[] {
  const shape = (v: RunView) => [...v].map(([key, bytes]) => `${key}: ${bytes.length}`);
  const [first, ...others] = views.map(shape) as [string[], ...string[][]];
  const found = new Set<string>();
  for (const other of others) {
    for (let i = 0; i < Math.max(first.length, other.length); i++) {
      if (first[i] !== other[i]) found.add(`${first[i] ?? 'nothing'} / ${other[i] ?? 'nothing'}`);
    }
  }
  return [...found];
}

/** Compares two samples of equally many runs of one shape. */
export function compare(a: readonly RunView[], b: readonly RunView[]): Comparison {
  const size = a.length;
  if (size !== b.length || size < 2) throw new RangeError('two samples of equal size are needed');
  const table = conditional(size);
  const worst = { p: 1, where: '' };
  let [positions, sum, variance] = [0, 0, 0];
  for (const key of (a[0] as RunView).keys()) {
    const [first, second] = [onesIn(a, key), onesIn(b, key)];
    first.forEach((ones, at) => {
      const total = ones + (second[at] as number);
      if (total === 0 || total === 2 * size) return;
      const row = table[total] as Conditional;
      positions++;
      sum += row.square[ones] as number;
      variance += row.variance;
      const p = row.p[ones] as number;
      if (p < worst.p) Object.assign(worst, { p, where: `${key}, byte ${at >> 3}, bit ${at & 7}` });
    });
  }
  return {
    positions,
    worst: { p: Math.min(1, worst.p * positions), where: worst.where },
    drift: positions === 0 ? 1 : chiTail(sum / positions, (2 * positions ** 2) / variance),
    bytes: homogeneity(histogram(a), histogram(b)),
  };
}

/** For each bit position of one message, in how many runs it is 1. */
function onesIn(sample: readonly RunView[], key: string): Uint16Array {
  const messages = sample.map((view) => view.get(key) as Uint8Array);
  const ones = new Uint16Array(8 * (messages[0]?.length ?? 0));
  for (const message of messages) {
    for (let at = 0; at < ones.length; at++) ones[at] = (ones[at] as number) + (((message[at >> 3] as number) >> (at & 7)) & 1);
  }
  return ones;
}

function histogram(sample: readonly RunView[]): Float64Array {
  const counts = new Float64Array(256);
  for (const view of sample) for (const message of view.values()) for (const byte of message) counts[byte] = (counts[byte] as number) + 1;
  return counts;
}

interface Conditional {
  /** By number of ones in the first sample: squared standardised difference, and two-sided p-value. */
  readonly square: Float64Array;
  readonly p: Float64Array;
  /** Variance of `square` under the null hypothesis; its mean is 1. */
  readonly variance: number;
}

/** For each total of ones in both samples, the hypergeometric distribution of those in the first. */
function conditional(size: number): Conditional[] {
  const choose = logBinomials(2 * size);
  return Array.from({ length: 2 * size + 1 }, (_, total) => {
    const probability = Float64Array.from({ length: size + 1 }, (_, ones) =>
      ones > total || total - ones > size ? 0 : Math.exp(choose(size, ones) + choose(size, total - ones) - choose(2 * size, total)),
    );
    const spread = (total * (2 * size - total)) / (4 * (2 * size - 1));
    const square = probability.map((_, ones) => (ones - total / 2) ** 2 / spread);
    const p = probability.map((own) => probability.reduce((sum, other) => (other <= own * (1 + 1e-9) ? sum + other : sum), 0));
    const variance = probability.reduce((sum, own, ones) => sum + own * ((square[ones] as number) - 1) ** 2, 0);
    return { square, p, variance };
  });
}

function logBinomials(limit: number): (n: number, k: number) => number {
  const factorial = new Float64Array(limit + 1);
  for (let i = 1; i <= limit; i++) factorial[i] = (factorial[i - 1] as number) + Math.log(i);
  return (n, k) => (factorial[n] as number) - (factorial[k] as number) - (factorial[n - k] as number);
}

function homogeneity(a: Float64Array, b: Float64Array): number {
  const [na, nb] = [a, b].map((v) => v.reduce((n, x) => n + x, 0)) as [number, number];
  let [chi, values] = [0, 0];
  a.forEach((x, v) => {
    const both = x + (b[v] as number);
    if (both === 0) return;
    values++;
    const expected = (both * na) / (na + nb);
    chi += (x - expected) ** 2 / expected + (x - expected) ** 2 / (both - expected);
  });
  const df = values - 1;
  return df < 1 ? 1 : chiTail(chi / df, df);
}

/** P(χ² > ratio · df). */
function chiTail(ratio: number, df: number): number {
  return upperTail((Math.cbrt(ratio) - (1 - 2 / (9 * df))) / Math.sqrt(2 / (9 * df)));
}

/** P(Z > z) of a standard normal variable. Source: Abramowitz & Stegun 7.1.26; the asymptotic series beyond 4. */
function upperTail(z: number): number {
  if (z > 4) return Math.exp(-(z * z) / 2) / (z * Math.sqrt(2 * Math.PI));
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const erf = 1 - ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * Math.exp(-x * x);
  return z >= 0 ? (1 - erf) / 2 : (1 + erf) / 2;
}
