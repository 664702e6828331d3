import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom, utf8 } from '@sluis/base';
import {
  checkCost,
  type Committee,
  CommitteeMeter,
  RIPPLE_FROM,
  type SecretColumn,
  verifiedShuffleCost,
  zeroCheckCost,
} from '@sluis/technique';
import { deal, Network } from '../simulation/index.ts';
import { maliciousComputation } from './technique.ts';

/** Rounds and bytes of a program, without agreeing on keys. */
async function metered(program: (c: Committee) => Promise<unknown>): Promise<{ rounds: number; bytes: number }> {
  const network = new Network();
  await Promise.all(
    ([0, 1, 2] as const).map(async (me) => program(await maliciousComputation.convene(network.links(me), utf8('cost'), systemRandom))),
  );
  assert.equal(network.rounds[0], network.rounds[1]);
  return { rounds: network.rounds[0] - 1, bytes: network.bytes.reduce((a, b) => a + b) - 96 };
}

const opened = 3 * (4 + 32);
/** Opening one bit makes everything before it be checked. */
const check = (c: Committee) => c.openBits(c.constantBits(1, 1));

test('checking products and conjunctions costs the rounds and bytes that the formula states', async () => {
  for (const n of [1, 100, 1000, 25_000]) {
    const secret = deal(Array<bigint>(n).fill(3n), 1);
    const ring = checkCost(n);
    assert.deepEqual(
      await metered(async (c) => {
        await c.multiply(secret[c.me], secret[c.me]);
        await check(c);
      }),
      { rounds: 1 + ring.rounds + 1, bytes: 24 * n + ring.bytes + opened },
      `${n} products`,
    );
    const bits = checkCost(Math.ceil(Math.ceil(n / 32) / 2));
    assert.deepEqual(
      await metered(async (c) => {
        await c.and(c.constantBits(n, 1), c.constantBits(n, 1));
        await check(c);
      }),
      { rounds: 1 + bits.rounds + 1, bytes: 12 * Math.ceil(n / 32) + bits.bytes + opened },
      `${n} conjunctions`,
    );
  }
  const wide = deal(Array<bigint>(50).fill(3n), 2);
  const cost = checkCost(50, 2);
  assert.deepEqual(
    await metered(async (c) => {
      await c.multiply(wide[c.me], wide[c.me]);
      await check(c);
    }),
    { rounds: 2 + cost.rounds, bytes: 48 * 50 + cost.bytes + opened },
  );
});

test('refreshing and shuffling cost what the formulas state', async () => {
  const [narrow, wide] = [deal(Array<bigint>(70).fill(1n), 1), deal(Array<bigint>(70).fill(1n), 2)];
  const zeros = zeroCheckCost();
  assert.deepEqual(await metered((c) => c.rerandomise(narrow[c.me])), { rounds: 1 + zeros.rounds, bytes: 24 * 70 + zeros.bytes });
  const cost = verifiedShuffleCost(
    70,
    [
      [1, 2],
      [2, 1],
    ],
    2,
  );
  assert.deepEqual(
    await metered((c) => {
      const columns: SecretColumn[] = [narrow[c.me], wide[c.me], narrow[c.me]];
      return c.shuffle({ length: 70, columns, bits: [c.constantBits(70, 1), c.constantBits(70, 0)] });
    }),
    cost,
  );
});

test('many comparisons go position by position: right, at half the conjunctions', async () => {
  const n = RIPPLE_FROM + 5;
  const edges = [0n, -1n, 1n, -(1n << 18n), (1n << 18n) - 1n, 12_345n, -54_321n];
  const values = Array.from({ length: n }, (_, i) => (edges[i % edges.length] as bigint) >> BigInt(i % 3));
  const secret = deal(values, 1);
  const program = async (c: Committee) => [...(await c.openBits(await c.negative(secret[c.me], 20)))];
  const network = new Network();
  const results = await Promise.all(
    ([0, 1, 2] as const).map(async (me) => program(await maliciousComputation.convene(network.links(me), utf8('cost'), systemRandom))),
  );
  assert.deepEqual(
    results[0],
    values.map((v) => Number(v < 0n)),
  );
  const meter = new CommitteeMeter('malicious');
  meter.negative(n, 20);
  assert.equal(meter.bytes, 3 * (2 * 20 - 3) * 4 * Math.ceil(n / 32));
  const { rounds } = await metered((c) => c.negative(secret[c.me], 20));
  assert.equal(rounds, meter.rounds);
});
