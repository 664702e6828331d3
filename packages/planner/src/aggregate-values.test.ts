/** Values from opened integers, against exact expectations. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Plan, PlanAggregate, Released } from '@sluis/model';
import { aggregateValues } from './aggregate-values.ts';
import { quotient } from './quotient.ts';

const aggregate = (kind: PlanAggregate['kind'], type: string, accumulators: readonly number[]): PlanAggregate => ({
  kind,
  sql: '',
  type,
  contribution: 0,
  accumulators,
  dominance: null,
  dictionary: null,
});

function values(aggregates: readonly PlanAggregate[], scale: number, count: bigint | null, ...parts: (bigint | null)[]): (string | null)[] {
  const accumulators = parts.map((_, i) => ({
    kind: 'sum',
    sql: '',
    scale: i === 1 ? 2 * scale : scale,
    minimum: '0',
    maximum: '0',
    words: 1,
  }));
  const plan = { aggregates, accumulators, cellCount: 1 } as unknown as Plan;
  const released: Released = { passed: [], counts: [[count]], accumulators: parts.map((p) => [p]) };
  return aggregateValues(plan, released).map((v) => v[0] ?? null);
}

test('sums, averages and extremes are typed', () => {
  assert.deepEqual(values([aggregate('sum', 'DECIMAL(38,2)', [0]), aggregate('avg', 'DOUBLE', [0])], 2, 4n, -5n), ['-0.05', '-0.0125']);
  assert.deepEqual(values([aggregate('sum', 'HUGEINT', [0])], 0, null, 10n ** 30n), [String(10n ** 30n)]);
  assert.deepEqual(values([aggregate('max', 'DATE', [0])], 0, null, 19_783n), ['2024-03-01']);
  assert.deepEqual(values([aggregate('min', 'DATE', [0])], 0, null, -719_529n), ['0002-12-31 (BC)']);
  assert.deepEqual(values([aggregate('min', 'TIMESTAMP', [0])], 0, null, -1n), ['1969-12-31 23:59:59.999999']);
  assert.deepEqual(values([aggregate('max', 'BOOLEAN', [0])], 0, null, 1n), ['true']);
  assert.deepEqual(values([{ ...aggregate('max', 'VARCHAR', [0]), dictionary: ['a', 'b'] }], 0, null, 1n), ['b']);
  assert.deepEqual(values([aggregate('sum', 'HUGEINT', [0]), aggregate('count', 'BIGINT', [])], 0, null, null), [null, null]);
});

test('variances are exact where floating point would cancel', () => {
  // 10^9 + {0, 1, 2}: variance 1; the sum of squares has 19 digits.
  const xs = [10n ** 9n, 10n ** 9n + 1n, 10n ** 9n + 2n];
  const sum = xs.reduce((a, b) => a + b);
  const squares = xs.reduce((a, b) => a + b * b, 0n);
  const kinds = ['var_samp', 'var_pop', 'stddev_samp', 'stddev_pop'] as const;
  const found = values(
    kinds.map((k) => aggregate(k, 'DOUBLE', [0, 1])),
    0,
    3n,
    sum,
    squares,
  ).map(Number);
  assert.deepEqual(found, [1, 2 / 3, 1, Math.sqrt(2 / 3)]);
  assert.deepEqual(values([aggregate('var_samp', 'DOUBLE', [0, 1])], 0, 1n, 5n, 25n), [null]);
  assert.deepEqual(values([aggregate('var_pop', 'DOUBLE', [0, 1])], 0, 1n, 5n, 25n), ['0']);
});

test('a quotient of safe integers is what IEEE division gives', () => {
  const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 2 ** 31);
  console.log(`seed ${seed} (SLUIS_TEST_SEED repeats it)`);
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (a, b) => {
      if (b !== 0) assert.equal(quotient(BigInt(a), BigInt(b)), a === 0 ? 0 : a / b);
    }),
    { seed, numRuns: 500 },
  );
});
