/**
 * Columns of a matching whose owner shares any words at all where nothing is checked (keys that a row lacks, rows that take
 * no part, upper bits of flags, filters): no other row has another partner by that, and none is lost.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '@sluis/base';
import { seededRandom, testSeed } from '@sluis/math/fixtures';
import { matchingColumnNames, matchingEncoding, type PlanMatching, type PlanRows, rowVectors } from '@sluis/model';
import { maliciousComputation, replicatedComputation, replicatedSharing } from '@sluis/mpc';
import { simulateCommittee } from '@sluis/mpc/simulation';
import type { SecretRows } from '@sluis/technique';
import { rowsOnShares } from './index.ts';
import { joinSources } from './join-sources.ts';

const seed = testSeed;
console.log(`hostile matching: seed ${seed}`);
const random = seededRandom(seed);
const word = (): bigint => new DataView(random.bytes(8).buffer).getBigUint64(0);

/** Null where the row lacks it. `filter`: its bits, all in one word. */
interface Row {
  readonly key: bigint | null;
  readonly block: bigint | null;
  readonly filter: bigint;
  readonly valid: boolean;
}

const matching = (perKey?: number): PlanMatching => ({
  name: 'm',
  source: 0,
  keys: 1,
  likeness: {
    ...{ bits: 256, blocks: 1, maximumPairs: 64, threshold: { numerator: 80, denominator: 100 } },
    ...(perKey === undefined ? {} : { perKey }),
  },
});

const encodings = matchingColumnNames(matching()).map(matchingEncoding);

/** Shares rows; what is not looked at is a word of `noise`. */
function deal(rows: readonly Row[], noise: () => bigint): (me: 0 | 1 | 2) => SecretRows {
  const flag = (set: boolean) => (noise() & ~1n) | (set ? 1n : 0n);
  const value = (row: Row, column: string): bigint => {
    if (column.startsWith('m#f')) return !row.valid ? noise() : column === 'm#f0' ? row.filter : 0n;
    const own = column.startsWith('m#b') ? row.block : row.key;
    if (own !== null && row.valid) return column === 'm#k0#2' ? own + 5n : own;
    // The second part of a key is checked, present or not.
    return column === 'm#k0#2' && row.valid ? noise() >> 30n : noise();
  };
  const columns = rowVectors(encodings).map((v) =>
    BigUint64Array.from(rows, (row) => {
      if (v.column === null) return flag(row.valid);
      const own = v.column.startsWith('m#b') ? row.block : row.key;
      return BigInt.asUintN(64, v.kind === 'present' ? flag(own !== null) : value(row, v.column));
    }),
  );
  const words = columns.map(() => 1);
  const messages = replicatedSharing.split({ cells: rows.length, columns }, words, systemRandom);
  return (me) => ({
    ...{ length: rows.length, encodings, givers: ['anna'], giverOf: new Uint32Array(rows.length) },
    columns: replicatedSharing.combine(me, messages[me], rows.length, words),
  });
}

const FULL = (1n << 40n) - 1n;
const OTHER = FULL << 20n;
const row = (key: bigint | null, block: bigint | null, filter: bigint, valid = true): Row => ({ key, block, filter, valid });
// By key, by likeness, by neither, without a block key, not taking part, alike in another block, without anything.
const LEFT = [
  row(7n, null, FULL),
  row(null, -3n, FULL),
  row(1n, 2n, OTHER),
  row(null, null, FULL),
  row(7n, -3n, FULL, false),
  row(9n, 4n, FULL),
  row(null, null, 0n),
];
const RIGHT = [
  row(7n, null, OTHER),
  row(8n, -3n, FULL),
  row(null, 2n, FULL),
  row(null, null, FULL),
  row(1n, 4n, FULL, false),
  row(9n, null, FULL, false),
  row(null, null, 0n),
];
const PARTNERS = [1, 1, 0, 0, 0, 0, 0];

for (const { threat, convene } of [replicatedComputation, maliciousComputation])
  for (const perKey of [undefined, 1, 3])
    test(`words of any content, ${threat.model}, ${perKey === undefined ? 'all candidates' : `${perKey} for each rough key`}`, async () => {
      for (const noise of [() => 0n, () => (1n << 64n) - 1n, () => 1n << 63n, word]) {
        const deals = [LEFT, RIGHT].map((rows) => deal(rows, noise));
        const rows = {
          sources: [],
          joins: [{ kind: 'semi', on: [], rightUnique: false, maximumRows: 0, matching: matching(perKey) }],
          ...{ where: null, keys: [], contributions: [], accumulators: [], secretSlots: null, maximumRows: 7 },
        } as unknown as PlanRows;
        const { results } = await simulateCommittee(
          async (c) => {
            const sources = deals.map((d) => d(c.me));
            const within = await rowsOnShares.withinBounds(c, encodings, sources);
            const { table, fits } = await joinSources(c, rows, sources);
            return { within, valid: await c.openBits(table.valid), fits: await Promise.all(fits.map((bit) => c.openBits(bit))) };
          },
          { convene },
        );
        const [{ within, valid, fits }] = results;
        assert.deepEqual(within, [true, true]);
        assert.deepEqual([...valid], PARTNERS);
        assert.deepEqual(
          fits.map((bits) => [...bits]),
          [[1]],
        );
      }
    });

test('a key or a block key outside its bounds is found before anything is computed', async () => {
  for (const outside of [row(1n << 62n, 1n, FULL), row(-1n, 1n, FULL), row(1n, 1n << 31n, FULL), row(1n, -(1n << 31n) - 1n, FULL)]) {
    const deals = [LEFT, [...RIGHT, outside]].map((rows) => deal(rows, () => 0n));
    const { results } = await simulateCommittee((c) =>
      rowsOnShares.withinBounds(
        c,
        encodings,
        deals.map((d) => d(c.me)),
      ),
    );
    assert.deepEqual(results[0], [true, false]);
  }
});
