/** Bounds of shared rows, at their edges, for words of any content. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ColumnEncoding } from '@sluis/model';
import { simulateCommittee } from '@sluis/mpc/simulation';
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
  const { results } = await simulateCommittee((c) => rowsOnShares.withinBounds(c, deal(c.me)));
  assert.ok(
    results.every((r) => r === results[0]),
    'all three learn the same',
  );
  return results[0];
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
