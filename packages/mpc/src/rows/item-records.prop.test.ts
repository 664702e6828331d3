import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { column, columnShare } from '../shares.ts';
import { deal, toColumn } from '../simulation/index.ts';
import { ItemRecords } from './item-records.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

/** The same difference within one set, and between two that were taken from it. */
function of(items: ItemRecords, first: Uint32Array, second: Uint32Array) {
  const all = Uint32Array.from(first, (_, i) => i);
  const taken = items.take(first).minus(all, items.take(second), all);
  assert.deepEqual(columnShare(items.minus(first, items, second)), columnShare(taken));
  return taken;
}

const piece = fc.oneof(fc.constantFrom(0n, 1n, 0xffff_ffffn, 0x8000_0000n, 0x7fff_ffffn), fc.bigInt({ min: 0n, max: 0xffff_ffffn }));
const value = fc.array(piece, { minLength: 8, maxLength: 8 }).map((p) => p.reduce((all, x) => (all << 32n) | x, 0n));

test('differences of gathered items are right in their low bits, at every width', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }).chain((words) => fc.tuple(fc.constant(words), fc.integer({ min: 1, max: 64 * words }))),
      fc.array(value, { minLength: 1, maxLength: 12 }),
      fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 30 }),
      ([words, bits], values, pairs) => {
        const items = column(words, toColumn(values, words), toColumn([...values].reverse(), words));
        const index = (k: 0 | 1) => Uint32Array.from(pairs, (p) => p[k] % values.length);
        const [first, second] = [index(0), index(1)];
        const out = columnShare(of(ItemRecords.of(items, bits), first, second));
        for (const [got, source] of [
          [out.mine, values],
          [out.next, [...values].reverse()],
        ] as const) {
          pairs.forEach((_, i) => {
            let found = 0n;
            for (let j = words - 1; j >= 0; j--) found = (found << 64n) | (got[j * pairs.length + i] as bigint);
            const expected = (source[first[i] as number] as bigint) - (source[second[i] as number] as bigint);
            assert.equal(BigInt.asUintN(bits, found), BigInt.asUintN(bits, expected));
          });
        }
      },
    ),
    { seed, numRuns: 400 },
  );
});

test('split among trusted parties, party 0 and either of the others have the difference', () => {
  const values = [5n, 2n ** 64n + 3n, 1n, 2n ** 85n];
  const shares = deal(values, 2);
  const [first, second] = [Uint32Array.of(3, 0, 1, 2), Uint32Array.of(0, 3, 2, 2)];
  const parts = ([0, 1, 2] as const).map((me) => columnShare(of(ItemRecords.of(shares[me], 86, me), first, second)));
  for (const v of [parts[1]?.next, parts[2]?.mine]) {
    for (let i = 0; i < first.length; i++) {
      const at = (a: BigUint64Array | undefined) => (a?.[i] ?? 0n) + ((a?.[4 + i] ?? 0n) << 64n);
      const expected = (values[first[i] as number] as bigint) - (values[second[i] as number] as bigint);
      assert.equal(BigInt.asIntN(86, at(parts[0]?.mine) + at(parts[0]?.next) + at(v)), BigInt.asIntN(86, expected));
    }
  }
});
