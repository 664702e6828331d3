/** Operations on whole rows give the same under both threat models. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Committee, SecretTable } from '@sluis/technique';
import { maliciousComputation } from '../malicious/technique.ts';
import { bits, column, tablesOf } from './fixtures/plain-tables.ts';
import { sortByBits } from './sort.ts';

const ROWS = 24;
const key = column(Array.from({ length: ROWS }, (_, i) => BigInt((i * 5) % 9) - 4n));
const payload = column(
  Array.from({ length: ROWS }, (_, i) => BigInt(i) << 66n),
  2,
);
const valid = bits(Array.from({ length: ROWS }, (_, i) => Number(i % 5 !== 0)));

const tableOf = async (c: Committee): Promise<SecretTable> => ({ length: ROWS, columns: [key(c), payload(c)], bits: [await valid(c)] });
const keys = (c: Committee) => [{ column: key(c), bits: 64 }];
const side = async (c: Committee, unique: boolean) => ({ table: await tableOf(c), keys: keys(c), valid: await valid(c), unique });
const own = (c: Committee, unique: boolean) => ({
  table: { length: ROWS, columns: [payload(c)], bits: [] },
  keys: [
    {
      column: c.publicColumn(
        BigUint64Array.from({ length: ROWS }, (_, i) => BigInt(i)),
        1,
      ),
      bits: 64,
    },
  ],
  valid: c.constantBits(ROWS, 1),
  unique,
});

const PROGRAMS: Readonly<Record<string, (c: Committee) => Promise<SecretTable[]>>> = {
  sort: async (c) => [await c.sort(await tableOf(c), keys(c))],
  'sort by bits': async (c) => [await sortByBits(c, await tableOf(c), [{ column: key(c), bits: 4 }], await valid(c))],
  partition: async (c) => [await c.partition(await tableOf(c), await valid(c))],
  group: async (c) => {
    const g = await c.groupAggregate(keys(c), await valid(c), [{ kind: 'max', column: payload(c), bits: 80 }], ROWS);
    return [{ length: ROWS, columns: [...g.keys, ...g.aggregates, g.counts], bits: [g.valid] }];
  },
  join: async (c) => {
    const j = await c.join('left', await side(c, false), own(c, true));
    return [j.left, j.right, { length: j.length, columns: [], bits: [j.valid, j.matched] }];
  },
  'join that keeps distinct rows': async (c) => {
    const j = await c.join('anti', { ...(await side(c, false)), distinct: true }, own(c, true));
    return [j.left, { length: j.length, columns: [], bits: [j.valid, j.matched] }];
  },
  'join of repeated keys': async (c) => {
    const j = await c.join('left', await side(c, false), await side(c, false), 80);
    return [j.left, j.right, { length: j.length, columns: [], bits: [j.valid, j.matched] }];
  },
  'order statistics': async (c) => {
    const x = { column: key(c), bits: 64 };
    const [q] = await c.quantiles(x, await valid(c), [{ numerator: 1, denominator: 3 }]);
    const top = await c.topRows(await tableOf(c), [{ ...x, descending: true }], await valid(c), 3);
    const counts = await c.histogram(x, await valid(c), [-2n, 3n]);
    const one = q === undefined ? [] : [q.lower, q.upper, q.remainder, q.discrete];
    return [
      { length: 1, columns: one, bits: [] },
      top.table,
      { length: 3, columns: [counts, await c.distinctCount([x], await valid(c)).then((d) => c.gather(d, new Uint32Array(3)))], bits: [] },
    ];
  },
};

for (const [name, program] of Object.entries(PROGRAMS)) {
  test(`${name}: the malicious model gives what the semi-honest one gives`, async () => {
    const plain = await tablesOf(program);
    assert.ok(plain.some((t) => t.columns.some((c) => c.some((v) => v !== 0n))));
    assert.deepEqual(await tablesOf(program, { convene: maliciousComputation.convene }), plain);
  });
}
