/** Bounds of shared rows, at their edges, for words of any content. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ColumnEncoding } from '@sluis/model';
import { maliciousComputation, replicatedComputation } from '@sluis/mpc';
import { simulateCommittee } from '@sluis/mpc/simulation';
import { blocksOf } from './row-blocks.ts';
import { rowsOnShares } from './index.ts';
import type { PlainSourceRow } from './fixtures/plain-rows.ts';
import { encoding } from './fixtures/rows-plan.ts';
import { dealRows } from './fixtures/secret-rows.ts';

async function within(
  column: ColumnEncoding,
  values: readonly (bigint | null)[],
  takesPart: (i: number) => boolean = () => true,
): Promise<boolean> {
  const rows = values.map((v, i): PlainSourceRow => ({ giver: 'anna', valid: takesPart(i), values: { x: v } }));
  const deal = dealRows({ encodings: [column], rows });
  const { results } = await simulateCommittee((c) => rowsOnShares.withinBounds(c, [column], [deal(c.me)]));
  for (const found of results) assert.deepEqual(found, results[0], 'all three learn the same');
  return results[0][0] ?? assert.fail();
}

const TOP = (1n << 63n) - 1n;
const CASES: readonly (readonly [bigint, bigint])[] = [
  [0n, 0n],
  [-5n, 12n],
  [0n, (1n << 62n) - 1n],
  [0n, TOP],
  [-1n, TOP],
  [-TOP - 1n, 5n],
  [-TOP - 1n, TOP],
];

for (const [low, high] of CASES) {
  test(`from ${low} to ${high}: the ends are within, their neighbours are not`, async () => {
    const column = encoding('x', low, high);
    assert.equal(await within(column, [low, high, low]), true);
    const around = [low - 1n, high + 1n].map((v) => BigInt.asIntN(64, v)).filter((v) => v < low || v > high);
    for (const outside of [...around, ...[-TOP - 1n, TOP].filter((v) => v < low || v > high)])
      assert.equal(await within(column, [low, outside, high]), false, String(outside));
  });
}

test('what is NULL or takes no part may hold anything; the lowest bit of a flag is what counts', async () => {
  const column = encoding('x', 10n, 20n, true);
  assert.equal(await within(column, [15n, null, null]), true, 'NULL is 0, outside the bounds');
  assert.equal(await within(column, [15n, 99n, 12n], (i) => i !== 1), true);
  assert.equal(await within(column, [15n, 99n, 12n]), false);
  assert.equal(await within(column, []), true);
});

const two = [encoding('x', 0n, 9n), encoding('y', -TOP - 1n, TOP, true), encoding('z', -5n, 5n, true)];
const row = (x: bigint, z: bigint | null, valid = true): PlainSourceRow => ({ giver: 'anna', valid, values: { x, y: x, z } });
const PARTS: readonly (readonly PlainSourceRow[])[] = [
  [row(3n, 4n), row(9n, null)],
  [row(10n, 0n)],
  [row(1n, 1n)],
  [],
  [row(1n, 1n), row(1n, 1n), row(2n, 6n), row(1n, 1n), row(1n, 1n)],
  [row(-1n, 99n, false)],
];

for (const { threat, convene } of [replicatedComputation, maliciousComputation]) {
  test(`many parts at once, ${threat.model}: each has its own bit, and a bad one spoils no other`, async () => {
    const deals = PARTS.map((rows) => dealRows({ encodings: two, rows }));
    const { results } = await simulateCommittee(
      (c) =>
        rowsOnShares.withinBounds(
          c,
          two,
          deals.map((deal) => deal(c.me)),
        ),
      { convene },
    );
    for (const found of results) assert.deepEqual(found, [true, false, true, true, false, true]);
  });
}

test('a thousand parts of one row take no more rounds than one part of a thousand rows, and open one bit each', async () => {
  const rows = Array.from({ length: 1000 }, (_, i) => row(BigInt(i % 10), i === 500 ? 7n : null));
  const measured = async (parts: readonly (readonly PlainSourceRow[])[]) => {
    const deals = parts.map((part) => dealRows({ encodings: two, rows: part }));
    const deal = (me: 0 | 1 | 2) => deals.map((d) => d(me));
    return simulateCommittee((c) => rowsOnShares.withinBounds(c, two, deal(c.me)), { keepTranscript: true });
  };
  const [together, apart] = [await measured([rows]), await measured(rows.map((r) => [r]))];
  assert.ok(apart.rounds < together.rounds, `${apart.rounds} rounds, and ${together.rounds}`);
  assert.deepEqual(together.results[0], [false]);
  assert.deepEqual(
    apart.results[0].flatMap((good, i) => (good ? [] : [i])),
    [500],
  );
});

test('blocks hold all rows in order, whatever the lengths of parts', () => {
  const lengths = [3, 0, 70, 1, 64, 32, 200, 5];
  const parts = lengths.map((length) => ({ length, columns: [] }));
  const blocks = [...blocksOf(parts, 64)];
  assert.deepEqual(
    blocks.slice(0, -1).map((b) => b.reduce((n, c) => n + c.length, 0)),
    Array(5).fill(64),
  );
  const rows = (cuts: readonly { part: object; from: number; length: number }[]) =>
    cuts.flatMap(({ part, from, length }) => Array.from({ length }, (_, i) => `${parts.indexOf(part as never)}.${from + i}`));
  assert.deepEqual(rows(blocks.flat()), rows(parts.map((part) => ({ part, from: 0, length: part.length }))));
});
