/**
 * What one compute party receives while rows are shuffled, sorted, grouped, joined and so on, under both threat models, is
 * independent of the data, and uniformly random. Two
 * fixed inputs that differ in every value, and in which keys repeat, are run, and the bytes that each party receives are
 * counted in a 2 × 256 table and compared by chi-square, and those of the first input with the uniform distribution:
 * α = 10⁻⁹ for each party, operation and comparison (critical value 415 at 255 degrees of freedom). With at least 10,000 bytes
 * a sample, one byte in 20 that depended on the input raises the statistic by 860 or more, ten standard deviations beyond the
 * critical value: the planted leak below is of that size.
 *
 * Opened bits and orders are tested apart, since they are the same for all parties and not masked: comparisons opened by
 * a sort of equal keys are compared with those of distinct keys, position by position.
 * A few operations again in every quick run: independence.test.ts.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Committee } from '@sluis/technique';
import { deal, simulateCommittee } from '../simulation/index.ts';
import { testIndependence } from './fixtures/independence-tests.ts';
import { OPERATIONS } from './fixtures/operations.ts';
import { sortByComparisons } from './sort.ts';

for (const model of ['semi-honest', 'malicious'] as const) for (const name of Object.keys(OPERATIONS)) testIndependence(model, name);

const SMALL = 4;
const RUNS = 240;

/** How often each order of four rows' keys was opened: the ranks of the shuffled rows. */
async function openedOrders(keys: readonly bigint[], attachNumber: boolean): Promise<Map<string, number>> {
  const key = deal(keys, 1);
  const seen = new Map<string, number>();
  await simulateCommittee(async (c) => {
    for (let run = 0; run < RUNS; run++) {
      const opened = watched(c, attachNumber);
      await sortByComparisons(opened.committee, { length: SMALL, columns: [key[c.me]], bits: [] }, [{ column: key[c.me], bits: 8 }], null);
      if (c.me === 0) seen.set(opened.bits(), (seen.get(opened.bits()) ?? 0) + 1);
    }
  });
  return seen;
}

/** The committee, noting the bits it opens; without the rows' numbers as a control: then equal keys stay equal. */
function watched(c: Committee, attachNumber: boolean) {
  let noted = '';
  const committee = new Proxy(c, {
    get(target, name) {
      if (name === 'openBits')
        return async (a: Parameters<Committee['openBits']>[0]) => {
          const out = await target.openBits(a);
          noted += `${[...out].join('')} `;
          return out;
        };
      if (name === 'publicColumn' && !attachNumber)
        return (values: BigUint64Array, words: number) => target.constant(values.length / words, words, 0n);
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { committee, bits: () => noted };
}

/** Chi-square of two counts over the same outcomes, and the number of outcomes. */
function distance(a: Map<string, number>, b: Map<string, number>) {
  const outcomes = new Set([...a.keys(), ...b.keys()]);
  let total = 0;
  for (const o of outcomes) total += ((a.get(o) ?? 0) - (b.get(o) ?? 0)) ** 2 / ((a.get(o) ?? 0) + (b.get(o) ?? 0));
  return { total, outcomes: outcomes.size };
}

test('ties leak nothing: opened comparisons of equal keys are distributed like those of distinct keys (24 orders, α = 1e-9)', async () => {
  const equal = await openedOrders([5n, 5n, 5n, 5n], true);
  const distinct = await openedOrders([9n, -3n, 4n, 100n], true);
  const same = distance(equal, distinct);
  assert.equal(same.outcomes, 24, 'all orders occur, and nothing else');
  // Critical value at 23 degrees of freedom.
  assert.ok(same.total < 90, `${same.total}`);
  const control = distance(await openedOrders([5n, 5n, 5n, 5n], false), distinct);
  assert.ok(control.total > 90, 'without the row numbers equal keys show');
});
