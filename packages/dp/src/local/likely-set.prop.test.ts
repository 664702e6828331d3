/** The claim of the likely set, in exact arithmetic against an independent bound on e^ε; and that draws hit what they claim to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidError, type Random } from '@sluis/base';
import { parseRational, RandomBits, type Rational } from '@sluis/math';
import { testSeed } from '@sluis/math/fixtures';
import fc from 'fast-check';
import { member } from './hadamard-response.ts';
import { hybridMean, piecewiseMean, randomisedResponse, twoEndsMean } from './index.ts';
import { Epsilon, LikelySet } from './likely-set.ts';

const D = 1n << 64n;
const epsilons = fc.oneof(
  fc.integer({ min: 1, max: 1600 }).map((n) => `${n}/100`),
  fc.tuple(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 1000, max: 99_999 })).map(([a, b]) => `${a}/${b}`),
);
const sets = fc.tuple(fc.bigInt(1n, 1n << 20n), fc.bigInt(1n, 1n << 20n)).map(([s, rest]) => [s, s + rest] as const);

/** Σ_{i ≤ 120} ε^i/i!: below e^ε, and within 2^-100 of it for ε ≤ 16, by exact addition. */
function exponentialFromBelow({ numerator, denominator }: Rational): Rational {
  let [sum, term, scale] = [1n, 1n, 1n];
  for (let i = 1n; i <= 120n; i++) {
    term *= numerator;
    scale *= denominator * i;
    sum = sum * denominator * i + term;
  }
  return { numerator: sum, denominator: scale };
}

/** Whether a likely output with T of 2^64 among s is at most e^ε times as probable as one with q. */
const holds = (e: Rational, inside: bigint, likely: bigint, outside: bigint): boolean =>
  inside * e.denominator <= likely * outside * e.numerator;

test(`no likely output is more than e^ε times as probable, and hardly less (seed ${testSeed})`, () => {
  let controls = 0;
  fc.assert(
    fc.property(epsilons, sets, (text, [likely, outputs]) => {
      const set = new LikelySet(new Epsilon(text), likely, outputs);
      const e = exponentialFromBelow(parseRational(text));
      assert.ok(holds(e, set.inside, likely, set.outside));
      assert.ok(set.inside >= likely * set.outside);
      assert.equal(set.inside + (outputs - likely) * set.outside, D, 'probabilities add up to one');
      // Not wasteful: with one step less for the others, the claim would fail or be within 2^-15 of failing.
      const loose = set.outside - (set.outside >> 15n) - 1n;
      assert.ok(!holds(e, D - (outputs - likely) * loose, likely, loose));
      if (!holds(e, D - (outputs - likely) * (set.outside - 1n), likely, set.outside - 1n)) controls++;
    }),
    { seed: testSeed, numRuns: 500 },
  );
  assert.ok(controls > 450, `rounding the other way breaks the claim: ${controls} of 500`);
});

/** A source that gives these 32-bit words (as this machine has them in memory), then zeros and ones. */
function chosen(...words: readonly number[]): Random {
  return {
    bytes(count) {
      const all = new Uint32Array(count / 4).map((_, i) => words[i] ?? i & 1);
      return new Uint8Array(all.buffer);
    },
  };
}

test('draws change from likely to other outputs, and from one to the next, exactly where they should', () => {
  const set = new LikelySet(new Epsilon('1'), 3n, 8n);
  const at = (place: bigint) => set.draw(new RandomBits(chosen(Number(place >> 32n), Number(place & 0xffff_ffffn))));
  assert.equal(at(0n), null);
  assert.equal(at(set.inside - 1n), null);
  for (let other = 0n; other < 5n; other++) {
    assert.equal(at(set.inside + other * set.outside), other);
    assert.equal(at(set.inside + (other + 1n) * set.outside - 1n), other);
  }
  assert.equal(set.inside + 5n * set.outside, D);
});

test('the likely outputs of a row of the Hadamard matrix, and the others, are all there once', () => {
  for (const width of [2, 4, 16, 64]) {
    for (let row = 1; row < width; row++) {
      const all = [0, 1].flatMap((parity) => Array.from({ length: width / 2 }, (_, i) => ({ parity, y: member(row, i, parity) })));
      assert.deepEqual(
        all.map(({ y }) => y).sort((a, b) => a - b),
        Array.from({ length: width }, (_, y) => y),
      );
      const parityOf = (y: number) => (row & y).toString(2).replaceAll('0', '').length % 2;
      assert.ok(all.every(({ parity, y }) => parityOf(y) === parity));
    }
  }
});

test('a mean is read without bias, by exact summation over all outputs', () => {
  const range = { lower: -3, upper: 17 };
  for (const make of [twoEndsMean, piecewiseMean]) {
    for (const epsilon of ['1/2', '1', '4']) {
      const mechanism = make(epsilon, range);
      const kind = make === twoEndsMean ? 0 : 1;
      for (const value of [-3, 0, 7, 17]) {
        const { outputs, probability } = distribution(kind, epsilon, value + 3);
        const report = new Uint8Array(9);
        report[0] = kind;
        let [mean, square, all] = [0, 0, 0];
        for (let y = 0; y < outputs; y++) {
          new DataView(report.buffer).setBigUint64(1, BigInt(y));
          const [p, z] = [probability(y), mechanism.read(report)];
          [mean, square, all] = [mean + p * z, square + p * (z - value) ** 2, all + p];
        }
        assert.ok(Math.abs(all - 1) < 1e-9 && Math.abs(mean - value) < 1e-6, `${mechanism.name} ${epsilon}: ${mean} for ${value}`);
        assert.ok(Math.abs(square / mechanism.variance(value) - 1) < 1e-6, `variance ${square}, said ${mechanism.variance(value)}`);
      }
    }
  }
});

/** Probabilities of all outputs for a value `offset` above the lower end of 20 steps, from the definition. */
function distribution(kind: number, epsilon: string, offset: number) {
  const privacy = new Epsilon(epsilon);
  if (kind === 0) {
    const set = new LikelySet(privacy, 1n, 2n);
    const up = offset / 20;
    const high = up * set.insideProbability + (1 - up) * set.outsideProbability;
    return { outputs: 2, probability: (y: number) => (y === 1 ? high : 1 - high) };
  }
  const length = Math.ceil(4096 / 20) * 20;
  const h = Number(privacy.shrunk(BigInt(length)));
  const [width, outputs] = [2 * h + 1, 2 * (length + h) + 1];
  const set = new LikelySet(privacy, BigInt(width), BigInt(outputs));
  const first = 2 * Math.ceil(4096 / 20) * offset;
  return {
    outputs,
    probability: (y: number) => (y >= first && y < first + width ? set.insideProbability / width : set.outsideProbability),
  };
}

test('bad parameters and values are refused without saying the value', () => {
  const code = (wanted: string) => (e: unknown) => e instanceof InvalidError && e.code === wanted;
  for (const epsilon of ['0', '17', '1/1000000000000000000000'])
    assert.throws(() => randomisedResponse(epsilon, 5), code('dp/local-epsilon'));
  assert.throws(() => randomisedResponse('one', 5), code('math/not-a-number'));
  assert.throws(() => randomisedResponse('1', 1), code('dp/local-domain'));
  assert.throws(() => hybridMean('1', { lower: 3, upper: 3 }), code('dp/local-domain'));
  for (const attempt of [
    () => randomisedResponse('1', 5).randomise(77, chosen()),
    () => hybridMean('1', { lower: 0, upper: 9 }).randomise(7.75, chosen()),
  ])
    assert.throws(attempt, (e) => code('dp/local-value')(e) && !(e as Error).message.includes('7'));
});
