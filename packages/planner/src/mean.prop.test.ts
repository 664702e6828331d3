/** Averages by doubles are those by exact fractions, to the last bit, wherever numbers are small enough and where they are not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { longInterval, type MeanBounds, meanInterval, meanValue } from './mean.ts';
import { longQuotient } from './quotient.ts';

const SEED = Number(process.env['SLUIS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** Integers of up to so many bits, as often small as large. */
const integer = (bits: number): fc.Arbitrary<bigint> =>
  fc.integer({ min: 0, max: bits }).chain((b) => fc.bigInt({ min: -(2n ** BigInt(b)), max: 2n ** BigInt(b) }));
const natural = (bits: number): fc.Arbitrary<bigint> => integer(bits).map((x) => (x < 0n ? -x : x));

const bounds: fc.Arbitrary<MeanBounds> = fc.record({
  scale: fc.constantFrom(0, 2, 9, 24),
  centre: fc.option(integer(40)),
  countMargin: natural(20),
  sumMargin: natural(40),
  minimum: natural(60).map((x) => -x),
  maximum: natural(60),
  rows: natural(30).map((x) => x + 1n),
});

test(`intervals of averages are those of exact fractions (seed ${SEED})`, () => {
  let [ends, none] = [0, 0];
  fc.assert(
    fc.property(bounds, fc.array(fc.tuple(integer(24), integer(60)), { minLength: 1, maxLength: 5 }), (given, cells) => {
      const interval = meanInterval(given);
      for (const [count, sum] of cells) {
        const expected = longInterval(given, count, sum);
        const found = interval(count, sum);
        assert.deepEqual(found === null ? null : shown(found), expected === null ? null : shown(expected));
        if (expected === null) none++;
        else ends++;
      }
    }),
    { seed: SEED, numRuns: 2_000 },
  );
  assert.ok(ends > 500 && none > 100, `${ends} intervals and ${none} without are too few to say anything`);
});

const shown = ({ low, high }: { readonly low: number; readonly high: number }) => [low + 0, high + 0];

test(`averages are exact fractions, rounded once (seed ${SEED})`, () => {
  fc.assert(
    fc.property(fc.constantFrom(0, 2, 9), fc.option(integer(40)), natural(40), integer(70), (scale, centre, rows, sum) => {
      const count = rows + 1n;
      const grid = 10n ** BigInt(scale);
      const [top, bottom] = centre === null ? [sum, count * grid] : [sum + count * centre, 2n * count * grid];
      assert.equal(meanValue({ scale, centre })(count, sum), top === 0n ? 0 : longQuotient(top, bottom));
    }),
    { seed: SEED, numRuns: 2_000 },
  );
});
