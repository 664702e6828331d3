/**
 * The code that hides the noise, as it is computed, beside a random one: no lighter word is found in it. Secrecy rests on the
 * lack of light words (see vole-shape.ts); a mistake in convolution or expansion would leave many.
 *
 * 300 and 512 rows, twice as many columns, 20 information sets each. The lightest word found of 600 columns varies between 105
 * and 113, in this code and in random ones (of 1024: 194 to 205); a code passes if it stays above 92 % of a random one, which
 * is six times that variation below. The control, the same number of terms without convolution, must fail.
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
    assert.ok(own.weight >= 0.92 * due.weight, `${own.weight} beside ${due.weight}`);
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
  const due = lightest(randomCode(n), 2 * n, 2, random);
  assert.ok(lightest(sparse, 2 * n, 2, random).weight < 0.92 * due.weight);
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
