/**
 * What one compute party receives while rows are shuffled, sorted, grouped and joined is independent of the data. Two
 * fixed inputs that differ in every value, and in which keys repeat, are run, and the bytes that each party receives are
 * counted in a 2 × 256 table and compared by chi-square: α = 10⁻⁶ for each party and operation (critical value 377.3 at
 * 255 degrees of freedom). With at least 10,000 bytes a sample, one byte in 20 that depended on the input would raise
 * the statistic by more than 500: the planted leak below is of that size.
 *
 * Opened bits and orders are tested apart, since they are the same for all parties and not masked: comparisons opened by
 * a sort of equal keys are compared with those of distinct keys, position by position.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Committee, SecretColumn } from '@sluis/technique';
import { deal, type Message, PARTIES, simulateCommittee } from '../simulation/index.ts';
import { sortByComparisons } from './sort.ts';

const CRITICAL = 377.3;
const ROWS = 300;
type Counts = Float64Array;
type Dealt = readonly [SecretColumn, SecretColumn, SecretColumn];
type Operation = (c: Committee, key: SecretColumn, payload: SecretColumn) => Promise<unknown>;

const rowsOf = (c: Committee, columns: SecretColumn[]) => ({ length: ROWS, columns, bits: [c.constantBits(ROWS, 1)] });
const side = (c: Committee, key: SecretColumn, payload: SecretColumn, unique: boolean) => ({
  table: rowsOf(c, [payload]),
  keys: [{ column: key, bits: 64 }],
  valid: c.constantBits(ROWS, 1),
  unique,
});

const OPERATIONS: Readonly<Record<string, Operation>> = {
  shuffle: (c, key, payload) => c.shuffle(rowsOf(c, [key, payload, payload, payload, payload, payload])),
  sort: (c, key, payload) => sortByComparisons(c, rowsOf(c, [key, payload]), [{ column: key, bits: 64 }], null),
  partition: async (c, key, payload) => c.partition(rowsOf(c, [key, payload, payload]), await c.negative(key, 64)),
  group: (c, key, payload) =>
    c.groupAggregate([{ column: key, bits: 64 }], c.constantBits(ROWS, 1), [{ kind: 'sum', column: payload }], ROWS),
  'join with unique keys': (c, key, payload) => c.join('left', side(c, key, payload, false), side(c, uniqueKeys(c), payload, true)),
  'join with repeated keys': (c, key, payload) => c.join('inner', side(c, key, payload, false), side(c, key, payload, false), 1000),
};
const unique = deal(
  Array.from({ length: ROWS }, (_, i) => BigInt(i)),
  1,
);
const uniqueKeys = (c: Committee) => unique[c.me];

/** Opened bits, orders and digests of openings are no masked messages. */
const isMasked = (m: Message) => !/open|keys|digest|reveal/.test(m.step);

async function received(operation: Operation, keys: readonly bigint[], leak: bigint | null): Promise<Counts[]> {
  const counts = PARTIES.map(() => new Float64Array(256));
  const [key, payload]: [Dealt, Dealt] = [deal(keys, 1), deal(keys, 1)];
  const { transcript } = await simulateCommittee((c) => operation(c, key[c.me], payload[c.me]), { keepTranscript: true });
  for (const m of transcript) {
    const into = counts[m.to] as Counts;
    if (isMasked(m)) for (const b of m.payload) into[b] = (into[b] as number) + 1;
  }
  if (leak !== null)
    for (const c of counts) c[Number(leak & 0xffn)] = (c[Number(leak & 0xffn)] as number) + c.reduce((s, x) => s + x, 0) / 20;
  return counts;
}

function chiSquare(a: Counts, b: Counts): number {
  const [sumA, sumB] = [a, b].map((c) => c.reduce((s, x) => s + x, 0)) as [number, number];
  let total = 0;
  for (let v = 0; v < 256; v++) {
    const both = (a[v] as number) + (b[v] as number);
    for (const [seen, all] of [
      [a[v] as number, sumA],
      [b[v] as number, sumB],
    ] as const) {
      const expected = (both * all) / (sumA + sumB);
      total += (seen - expected) ** 2 / expected;
    }
  }
  return total;
}

/** All rows in pairs of one key; and keys far from these, of which the first ones repeat three times. */
const ONE = Array.from({ length: ROWS }, (_, i) => BigInt(i >> 1));
const OTHER = Array.from({ length: ROWS }, (_, i) => -(2n ** 60n) + BigInt(i < 240 ? i - (i % 3) : i) * 0x0101_0101_0101n);

for (const [name, operation] of Object.entries(OPERATIONS)) {
  test(`${name}: received bytes are independent of the data, and a planted leak is caught (chi-square, α = 1e-6)`, async () => {
    const [one, other] = [await received(operation, ONE, null), await received(operation, OTHER, null)];
    const [leakOne, leakOther] = [await received(operation, ONE, 1n), await received(operation, OTHER, 77n)];
    for (const p of PARTIES) {
      const count = (one[p] as Counts).reduce((s, x) => s + x, 0);
      if (name === 'shuffle' && p === 1) {
        assert.equal(count, 0, 'party 1 has all of a shuffle from keys');
        continue;
      }
      assert.ok(count > 10_000, `the sample is large enough: ${count}`);
      const statistic = chiSquare(one[p] as Counts, other[p] as Counts);
      assert.ok(statistic < CRITICAL, `party ${p}: ${statistic}`);
      assert.ok(chiSquare(leakOne[p] as Counts, leakOther[p] as Counts) > CRITICAL, `party ${p}: the leak is caught`);
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
