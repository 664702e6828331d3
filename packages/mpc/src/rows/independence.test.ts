/**
 * What one compute party receives while rows are shuffled, sorted, grouped, joined and so on, under both threat models, is
 * independent of the data, and uniformly random. Two
 * fixed inputs that differ in every value, and in which keys repeat, are run, and the bytes that each party receives are
 * counted in a 2 × 256 table and compared by chi-square, and those of the first input with the uniform distribution:
 * α = 10⁻⁶ for each party, operation and comparison (critical value 377.3 at 255 degrees of freedom). With at least 10,000 bytes a sample, one byte in 20 that depended on the input would raise
 * the statistic by more than 500: the planted leak below is of that size.
 *
 * Opened bits and orders are tested apart, since they are the same for all parties and not masked: comparisons opened by
 * a sort of equal keys are compared with those of distinct keys, position by position.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Committee, SecretColumn } from '@sluis/technique';
import { deal, PARTIES, simulateCommittee } from '../simulation/index.ts';
import { OPERATIONS, rowsOf } from './fixtures/operations.ts';
import { againstUniform, chiSquare, type Counts, CRITICAL, messagesOf, received, totalOf, withLeak } from './fixtures/received.ts';
import { sortByComparisons } from './sort.ts';

const ROWS = 300;
/**
 * Under the malicious model: a check sends many bytes whatever the number of rows. Packed bits of a verified shuffle are
 * zero beyond the last row; 64 rows fill a word.
 */
const FEWER = 64;
type Dealt = readonly [SecretColumn, SecretColumn, SecretColumn];

/** All rows in pairs of one key; and keys far from these, of which the first ones repeat three times. */
const ONE = Array.from({ length: ROWS }, (_, i) => BigInt(i >> 1));
const OTHER = Array.from({ length: ROWS }, (_, i) => -(2n ** 60n) + BigInt(i < 240 ? i - (i % 3) : i) * 0x0101_0101_0101n);

for (const model of ['semi-honest', 'malicious'] as const)
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    test(`${name}, ${model}: received bytes are independent of the data, and a planted leak is caught (chi-square, α = 1e-6)`, async () => {
      const rows = model === 'malicious' ? FEWER : ROWS;
      const one = received(await messagesOf(model, operation, ONE.slice(0, rows)));
      const other = received(await messagesOf(model, operation, OTHER.slice(0, rows)));
      for (const p of PARTIES) {
        const [mine, theirs] = [one[p], other[p]] as [Counts, Counts];
        const count = totalOf(mine);
        if (name === 'shuffle' && p === 1 && model === 'semi-honest') {
          assert.equal(count, 0, 'party 1 has all of a shuffle from keys');
          continue;
        }
        assert.ok(count > 10_000, `the sample is large enough: ${count}`);
        const [pair, single] = [chiSquare(mine, theirs), againstUniform(mine)];
        assert.ok(pair < CRITICAL, `party ${p}, between inputs: ${pair}`);
        assert.ok(single < CRITICAL, `party ${p}, against uniform bytes: ${single}`);
        assert.ok(chiSquare(withLeak(mine, 1n), withLeak(theirs, 77n)) > CRITICAL, `party ${p}: the leak is caught`);
        assert.ok(againstUniform(withLeak(mine, 1n)) > CRITICAL, `party ${p}: the leak is caught in one sample`);
      }
    });
  }

test('messages have the same steps and sizes whatever the data is, but for comparisons within gaps', async () => {
  const shapes = await Promise.all(
    [ONE, OTHER].map(async (keys) => {
      const key: Dealt = deal(keys, 1);
      const { transcript } = await simulateCommittee((c) => c.partition(rowsOf(c, [key[c.me]]), c.constantBits(ROWS, 1)), {
        keepTranscript: true,
      });
      return transcript.map((m) => `${m.from}>${m.to} ${m.step} ${m.payload.length}`).sort();
    }),
  );
  assert.deepEqual(shapes[0], shapes[1]);
});

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

test('ties leak nothing: opened comparisons of equal keys are distributed like those of distinct keys (24 orders, α = 1e-6)', async () => {
  const equal = await openedOrders([5n, 5n, 5n, 5n], true);
  const distinct = await openedOrders([9n, -3n, 4n, 100n], true);
  const same = distance(equal, distinct);
  assert.equal(same.outcomes, 24, 'all orders occur, and nothing else');
  // Critical value at 23 degrees of freedom.
  assert.ok(same.total < 73.7, `${same.total}`);
  const control = distance(await openedOrders([5n, 5n, 5n, 5n], false), distinct);
  assert.ok(control.total > 73.7, 'without the row numbers equal keys show');
});
