import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { longColumn } from './fixtures/exact-columns.ts';
import { gatherRecords, gatherVector, interleave } from './index.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

test('gathering records equals gathering each column', () => {
  const sizes = fc.oneof(fc.nat({ max: 40 }), fc.constantFrom(1023, 1024, 1025, 2049));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), sizes, sizes, fc.nat(), (width, n, count, salt) => {
      const columns = Array.from({ length: width }, (_, k) => longColumn(n, seed + salt + k));
      const records = interleave(columns);
      assert.equal(records.length, n * width);
      for (let i = 0; i < Math.min(n, 50); i++) assert.equal(records[i * width + (i % width)], columns[i % width]?.[i]);
      const index = Uint32Array.from({ length: n === 0 ? 0 : count }, (_, i) => (i * 7919 + salt) % n);
      assert.deepEqual(
        gatherRecords(records, width, index),
        columns.map((c) => gatherVector(c, index, 1)),
      );
    }),
    { seed, numRuns: 60 },
  );
});

test('records that do not fit are refused', () => {
  assert.throws(() => interleave([new BigUint64Array(2), new BigUint64Array(3)]), RangeError);
  assert.throws(() => gatherRecords(new BigUint64Array(5), 2, Uint32Array.of(0)), RangeError);
  assert.throws(() => gatherRecords(new BigUint64Array(6), 2, Uint32Array.of(3)), RangeError);
  assert.throws(() => gatherRecords(new BigUint64Array(6), 0, Uint32Array.of(0)), RangeError);
  assert.deepEqual(interleave([]), new BigUint64Array(0));
});
