/** The distribution that rounded biases really have, computed exactly, beside the true one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expBounds, parseRational, type Rational, rational } from '@sluis/math';
import { type Bias, exactnessFor, gaussianBound, type GaussianPiece, gaussianPieces, geometricBiases, laplaceBound } from './biases.ts';

const PRECISION = 640n;
const ONE = 1n << PRECISION;
const NUMBERS = 20_000;
const MANY = 15;
const exactness = exactnessFor(NUMBERS);

/** Fixed-point numbers of 640 bits behind the point. */
const of = ({ numerator, bits }: Bias) => (numerator << PRECISION) >> BigInt(bits);
const product = (a: bigint, b: bigint) => (a * b) >> PRECISION;
const exp = (gamma: Rational) => expBounds(gamma, Number(PRECISION)).low;

/** Binary logarithm of |a/b − 1|, from above. */
function relativeError(a: bigint, b: bigint): number {
  const difference = ((a > b ? a - b : b - a) << PRECISION) / b;
  return difference.toString(2).length - Number(PRECISION);
}

/** P(|x|) of one piece, from its biases: the product along the way. */
function magnitudes({ levels }: GaussianPiece): bigint[] {
  return levels.reduce<bigint[]>(
    (found, level) =>
      found.flatMap((p, prefix) => {
        const one = product(p, of(level[prefix] as Bias));
        return [p - one, one];
      }),
    [ONE],
  );
}

/** P(x) of all pieces together, for −most ≤ x ≤ most. */
function sumOfPieces(pieces: readonly GaussianPiece[], most: number): Map<number, bigint> {
  let sum = new Map([[0, ONE]]);
  for (const piece of pieces) {
    const next = new Map<number, bigint>();
    const own = magnitudes(piece);
    for (const [at, p] of sum)
      own.forEach((q, size) => {
        for (const x of size === 0 ? [0] : [size, -size]) {
          const place = at + x * Number(piece.multiplier);
          if (Math.abs(place) > most * 2) continue;
          next.set(place, (next.get(place) ?? 0n) + product(p, size === 0 ? q : q >> 1n));
        }
      });
    sum = next;
  }
  return sum;
}

test('every Laplace number within the bound is as likely as it should be, up to 2^-58', () => {
  for (const [text, sensitivity] of [
    ['1/3', 1n],
    ['1', 1n],
    ['10', 3n],
    ['1000/7', 50n],
    ['1000000', 1n],
  ] as const) {
    const scale = parseRational(text);
    const bound = laplaceBound(scale, sensitivity, exactness);
    const biases = geometricBiases(scale, bound, exactness);
    assert.ok(1n << BigInt(biases.length) > bound && biases.length < 64);
    const inverse = (n: bigint) => rational(n * scale.denominator, scale.numerator);
    const q = exp(inverse(1n));
    // P(x) = (1 − q)/(1 + q)·q^|x|; sampled: sign by the lowest digit's bias, then the digits of x or −1 − x.
    const below = of(biases[0] as Bias);
    for (const x of [0n, 1n, 2n, 5n, bound / 3n, bound / 2n, bound - 1n, -1n, -2n, -bound / 2n, -bound]) {
      const g = x < 0n ? -1n - x : x;
      const sampled = biases.reduce(
        (p, bias, j) => product(p, (g >> BigInt(j)) & 1n ? of(bias) : ONE - of(bias)),
        x < 0n ? below : ONE - below,
      );
      const truth = ((ONE - q) * exp(inverse(x < 0n ? -x : x))) / (ONE + q);
      assert.ok(relativeError(sampled, truth) <= -43 - MANY, `scale ${text}, x = ${x}: 2^${relativeError(sampled, truth)}`);
    }
    const beyond = 2n * exp(inverse(bound - sensitivity));
    assert.ok(beyond < ONE >> BigInt(43 + MANY), 'what is beyond the bound is rare enough, also when moved by the sensitivity');
  }
});

test('every Gaussian number within the bound is as likely as it should be, up to 2^-58, in one piece or several', () => {
  const pieces = new Set<number>();
  for (const [text, sensitivity] of [
    ['1/5', 1n],
    ['1', 1n],
    ['40', 1n],
    ['100', 5n],
    ['300', 1n],
    ['5000/3', 20n],
    ['12345', 1n],
  ] as const) {
    const variance = parseRational(text);
    const bound = Number(gaussianBound(variance, sensitivity, exactness));
    const made = gaussianPieces(variance, BigInt(bound), exactness);
    pieces.add(made.length);
    assert.ok(made.every((p) => p.levels.length <= 7));
    const sampled = sumOfPieces(made, bound);
    const weight = (x: number) => exp(rational(BigInt(x) ** 2n * variance.denominator, 2n * variance.numerator));
    let total = weight(0);
    for (let x = 1; x <= 3 * bound; x++) total += 2n * weight(x);
    const step = Math.max(1, Math.floor(bound / 60));
    for (let x = -bound; x <= bound; x += step) {
      const error = relativeError(sampled.get(x) ?? 0n, (weight(Math.abs(x)) << PRECISION) / total);
      assert.ok(error <= -43 - MANY, `variance ${text}, x = ${x}: 2^${error}`);
    }
  }
  assert.deepEqual([...pieces].sort(), [1, 2, 3]);
});

test('control: biases twelve bits shorter are noticed', () => {
  const variance = parseRational('40');
  const bound = gaussianBound(variance, 1n, exactness);
  const coarse = gaussianPieces(variance, bound, { ...exactness, relative: exactness.relative - 12 });
  const sampled = sumOfPieces(coarse, Number(bound));
  const weight = (x: number) => exp(rational(BigInt(x) ** 2n, 80n));
  let total = weight(0);
  for (let x = 1; x <= 3 * Number(bound); x++) total += 2n * weight(x);
  const worst = Math.max(
    ...[...sampled.keys()]
      .filter((x) => Math.abs(x) <= Number(bound))
      .map((x) => relativeError(sampled.get(x) ?? 0n, (weight(Math.abs(x)) << PRECISION) / total)),
  );
  assert.ok(worst > -43 - MANY, `2^${worst}`);
});

test('noise far too small beside the sensitivity is refused', () => {
  assert.throws(() => gaussianPieces(parseRational('400'), gaussianBound(parseRational('400'), 5000n, exactness), exactness), RangeError);
});
