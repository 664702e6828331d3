import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom, utf8 } from '@sluis/base';
import type { Committee, SecretColumn, SecretTable } from '@sluis/technique';
import { deal, Network, reveal } from '../simulation/index.ts';
import { maliciousComputation } from './technique.ts';

const PARTIES = [0, 1, 2] as const;

async function run<T>(program: (c: Committee) => Promise<T>): Promise<T[]> {
  const network = new Network();
  return Promise.all(PARTIES.map(async (me) => program(await maliciousComputation.convene(network.links(me), utf8('test'), systemRandom))));
}

/** Rows of a narrow, a wide and two bit columns that can be told apart, shuffled, with all columns opened. */
async function shuffled(n: number) {
  const narrow = Array.from({ length: n }, (_, i) => BigInt(i) * 7n - 3n);
  const wide = Array.from({ length: n }, (_, i) => -(BigInt(i) << 70n));
  const [a, b] = [deal(narrow, 1), deal(wide, 2)];
  const results = await run(async (c) => {
    const bitsOf = (bit: number) => c.publicBits(Uint8Array.from(narrow, (_, i) => (i >> bit) & 1));
    const table: SecretTable = { length: n, columns: [b[c.me], a[c.me], a[c.me]] as SecretColumn[], bits: [bitsOf(0), bitsOf(1)] };
    const out = await c.shuffle(table);
    const bits = [await c.openBits(out.bits[0] as never), await c.openBits(out.bits[1] as never)];
    return { columns: out.columns.map((column) => c.components(column)), bits, words: out.columns.map((column) => column.words) };
  });
  const column = (i: number, words: number) =>
    reveal(
      results.map((r) => r.columns[i] ?? assert.fail()),
      words,
    );
  assert.deepEqual(results[0]?.words, [2, 1, 1]);
  return { wide: column(0, 2), narrow: column(1, 1), again: column(2, 1), bits: results[0]?.bits ?? [] };
}

test('whole rows move together, and none is lost', async () => {
  for (const n of [2, 3, 31, 32, 33, 65, 200]) {
    const { wide, narrow, again, bits } = await shuffled(n);
    const origin = narrow.map((v) => Number((v + 3n) / 7n));
    assert.deepEqual(
      [...origin].sort((x, y) => x - y),
      Array.from({ length: n }, (_, i) => i),
    );
    assert.deepEqual(
      wide,
      origin.map((i) => -(BigInt(i) << 70n)),
    );
    assert.deepEqual(again, narrow);
    const plain = [0, 1].map((k) => origin.map((row) => (row >> k) & 1));
    assert.deepEqual(
      bits.map((bit) => [...bit]),
      plain,
    );
    if (n >= 31)
      assert.notDeepEqual(
        origin,
        Array.from({ length: n }, (_, i) => i),
      );
  }
});

test('all orders of three rows are equally frequent', async () => {
  const seen = new Map<string, number>();
  const tries = 360;
  const secret = deal([0n, 1n, 2n], 1);
  for (let i = 0; i < tries; i++) {
    const results = await run(async (c) => [
      ...(await c.openColumn((await c.shuffle({ length: 3, columns: [secret[c.me]], bits: [] })).columns[0] as SecretColumn)),
    ]);
    seen.set(String(results[0]), (seen.get(String(results[0])) ?? 0) + 1);
  }
  // χ² with 5 degrees of freedom: above 50 with probability below 10^-8; an order that never comes would add 72.
  const expected = tries / 6;
  const chi = [...seen.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0) + (6 - seen.size) * expected;
  assert.ok(chi < 50, `χ² = ${chi}`);
});

test('tables without columns, rows or bits pass', async () => {
  await run(async (c) => {
    for (const table of [
      { length: 0, columns: [], bits: [] },
      { length: 4, columns: [], bits: [] },
      { length: 4, columns: [], bits: [c.constantBits(4, 1)] },
      { length: 1, columns: [c.constant(1, 1, 5n)], bits: [] },
    ]) {
      const out = await c.shuffle(table);
      assert.deepEqual([out.length, out.columns.length, out.bits.length], [table.length, table.columns.length, table.bits.length]);
      if (out.bits[0] !== undefined) assert.deepEqual([...(await c.openBits(out.bits[0]))], [1, 1, 1, 1]);
    }
  });
});
