/**
 * The code that hides the noise, as it is computed, beside a random one: no lighter word is found in it. Secrecy rests on the
 * lack of light words (see vole-shape.ts); a mistake in convolution or expansion would leave many.
 *
 * 300 and 512 rows, twice as many columns, 20 random information sets each. A sum of one or two rows has a weight of at most 2
 * and a binomial number of ones (n, 1/2), so that all those of a random code are as heavy as `LEAST` says but for a probability
 * of 2e-9 (union bound). The mean of what each set finds is 115.6 for random codes of 600 columns, with a standard deviation of
 * 0.65 (of 1024: 208.0 and 0.5, over 30 and 10 codes), and in this code it is the same; 95 % of that of a random one is six
 * deviations of the difference below. A code passes if both hold. The control, ten terms a row, must fail in both.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arena } from '@sluis/kernels';
import { compress, compressBoth } from './compression.ts';
import { lightest, type Rows } from './fixtures/light-words.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);
let state = seed;
/** Not Math.random, whose bits are linear: a matrix of them has a small rank, and light words. */
const random = (): number => {
  state = (state + 0x6d2b_79f5) >>> 0;
  let x = Math.imul(state ^ (state >>> 15), state | 1);
  x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
  return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
};
const SETS = 20;
/** By rows: weight of the lightest word. */
const LEAST: Readonly<Record<number, number>> = { 300: 84, 512: 168 };

/** The matrix of a map of 2n elements to n: 128 columns at once, one in each bit of an element. */
async function matrixOf(n: number, map: (arena: Arena, vector: number) => Promise<void>): Promise<Rows> {
  const rows = Array.from({ length: n }, () => new Uint32Array(Math.ceil((2 * n) / 32)));
  for (let first = 0; first < 2 * n; first += 128) {
    const arena = new Arena();
    arena.reserve(1024);
    const vector = arena.place(new Uint8Array(32 * n));
    for (let k = 0; k < Math.min(128, 2 * n - first); k++) arena.bytes(vector + 16 * (first + k), 16)[k >> 3] = 1 << (k & 7);
    await map(arena, vector);
    rows.forEach((row, i) => {
      const words = arena.words(vector + 16 * i, 4);
      for (let w = 0; w < 4 && (first >> 5) + w < row.length; w++) row[(first >> 5) + w] = words[w] as number;
    });
  }
  return rows;
}

function randomCode(n: number): Rows {
  return Array.from({ length: n }, (_, i) => {
    const row = new Uint32Array(Math.ceil((2 * n) / 32));
    for (let at = n; at < 2 * n; at++) row[at >> 5] = (row[at >> 5] as number) | ((random() < 0.5 ? 1 : 0) << (at & 31));
    row[i >> 5] = (row[i >> 5] as number) | (1 << (i & 31));
    return row;
  });
}

for (const n of [300, 512]) {
  test(`no word lighter than in a random code is found, ${n} rows`, async () => {
    const own = lightest(await matrixOf(n, (arena, vector) => compress(arena, vector, n, n)), 2 * n, SETS, random);
    const due = lightest(randomCode(n), 2 * n, SETS, random);
    assert.equal(own.rank, n);
    assert.ok(own.weight >= (LEAST[n] ?? Number.NaN), `a word of weight ${own.weight}`);
    assert.ok(own.mean >= 0.95 * due.mean, `${own.mean} beside ${due.mean}`);
  });
}

test('a code of few terms is found out', () => {
  const n = 300;
  const sparse = randomCode(n).map((_, i) => {
    const row = new Uint32Array(Math.ceil((2 * n) / 32));
    for (const at of [i, ...Array.from({ length: 10 }, () => n + Math.floor(random() * n))]) {
      row[at >> 5] = (row[at >> 5] as number) ^ (1 << (at & 31));
    }
    return row;
  });
  const [found, due] = [lightest(sparse, 2 * n, 2, random), lightest(randomCode(n), 2 * n, 2, random)];
  assert.ok(found.weight < (LEAST[n] ?? Number.NaN));
  assert.ok(found.mean < 0.95 * due.mean);
});

test('both forms of the code are the same code', async () => {
  const n = 300;
  const alone = await matrixOf(n, (arena, vector) => compress(arena, vector, n, n));
  const first = await matrixOf(n, (arena, vector) => {
    const noise = arena.place(new Uint8Array(16 * n));
    return compressBoth(arena, { vector, noise }, n, n, () => undefined);
  });
  const second = await matrixOf(n, (arena, vector) => {
    const empty = arena.place(new Uint8Array(32 * n));
    const rest = arena.bytes(vector + 16 * n, 16 * n).slice();
    return compressBoth(arena, { vector: empty, noise: vector }, n, n, (at) => {
      for (let i = 0; i < n; i++) arena.bytes(at + 32 * i, 16).set(rest.subarray(16 * i, 16 * i + 16));
    });
  });
  assert.deepEqual(first, alone);
  assert.deepEqual(second, alone);
});
