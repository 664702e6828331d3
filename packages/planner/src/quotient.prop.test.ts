import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { longQuotient, quotient } from './quotient.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

const edge = 2n ** 53n;
const integer = fc.oneof(
  fc.bigInt({ min: -edge - 2n, max: edge + 2n }),
  fc.constantFrom(1n, -1n, 3n, edge, edge - 1n, -edge, edge + 1n),
  fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }),
);

test('quotients of small integers are those of the exact division, rounded once', () => {
  fc.assert(
    fc.property(
      integer.filter((a) => a !== 0n),
      integer.filter((b) => b !== 0n),
      (a, b) => assert.equal(quotient(a, b), longQuotient(a, b)),
    ),
    { seed, numRuns: 5000 },
  );
});
