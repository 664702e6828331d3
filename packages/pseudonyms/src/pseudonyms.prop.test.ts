import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lengthPrefixed, toHex, utf8 } from '@sluis/base';
import { loadRistretto, Oprf, type Ristretto } from '@sluis/crypto';
import fc from 'fast-check';
import { evaluate, generate, names, reshare, rotate } from './fixtures/ceremony.ts';
import { checkKeyShare, keyId, keyName, type KeyShare } from './index.ts';
import { at, lagrange, weightedScalars } from './polynomials.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);
const group = await loadRistretto();

const records = ['jan', 'piet', 'klaas'].map(utf8);
const pick = <T>(list: readonly T[], order: readonly number[], count: number): T[] =>
  list
    .map((item, i) => [order[i] ?? 0, item] as const)
    .sort((a, b) => a[0] - b[0])
    .slice(0, count)
    .map(([, item]) => item);
const shape = fc.integer({ min: 2, max: 5 }).chain((n) =>
  fc.record({
    n: fc.constant(n),
    threshold: fc.integer({ min: 2, max: n }),
    order: fc.array(fc.nat(), { minLength: n, maxLength: n }),
    other: fc.array(fc.nat(), { minLength: n, maxLength: n }),
  }),
);
/** The key itself, which nobody has outside of tests. */
const keyOf = (g: Ristretto, shares: readonly KeyShare[]): Uint8Array => {
  const some = shares.slice(0, shares[0]?.threshold);
  return weightedScalars(
    g,
    some.map((s) => s.secret),
    lagrange(
      g,
      some.map((_, i) => i + 1),
      0,
    ),
  );
};

test('any threshold of the parties give the same pseudonyms, which are those of the key that nobody holds', () => {
  fc.assert(
    fc.property(shape, ({ n, threshold, order, other }) => {
      const shares = generate(group, n, threshold);
      const first = evaluate(group, pick(shares, order, threshold), records);
      assert.deepEqual(evaluate(group, pick(shares, other, threshold), records), first);
      assert.deepEqual(evaluate(group, shares, records), first);
      assert.equal(new Set(records.map((_, i) => toHex(at(first, i)))).size, records.length);
      const key = keyOf(group, shares);
      assert.deepEqual(group.multiplyGenerator(key), shares[0]?.publicKey);
      // Computed from the key itself: k · H(purpose, record).
      const inputs = records.map((r) => lengthPrefixed(utf8('sluis/pseudonyms/record/1'), utf8('research'), r));
      assert.deepEqual(group.multiply(new Oprf(group, 'voprf').elements(inputs), key), first);
      // Shares of one party fewer lie on a polynomial with any value at 0: what they give is another key.
      const fewer = pick(shares, order, threshold - 1);
      const guess = weightedScalars(
        group,
        fewer.map((s) => s.secret),
        lagrange(
          group,
          fewer.map((s) => shares.indexOf(s) + 1),
          0,
        ),
      );
      assert.notDeepEqual(guess, key);
    }),
    { seed, numRuns: Number(process.env['SLUIS_TEST_RUNS'] ?? 5) },
  );
});

test('rotation maps pseudonyms to those of the next key, again and again, for any dealers', () => {
  const rotatable = fc.integer({ min: 3, max: 5 }).chain((n) =>
    fc.record({
      n: fc.constant(n),
      threshold: fc.integer({ min: 2, max: (n + 1) >> 1 }),
      order: fc.array(fc.nat(), { minLength: n, maxLength: n }),
      other: fc.array(fc.nat(), { minLength: n, maxLength: n }),
    }),
  );
  fc.assert(
    fc.property(rotatable, ({ n, threshold, order, other }) => {
      let shares = generate(group, n, threshold);
      let pseudonyms = evaluate(group, pick(shares, order, threshold), records);
      for (let epoch = 1; epoch <= 2; epoch++) {
        const factor = generate(group, n, threshold, { kind: 'rotation', epoch });
        const next = rotate(group, shares, factor, pick(names(n), other, 2 * threshold - 1));
        assert.equal(next[0]?.epoch, epoch + 1);
        assert.deepEqual(keyOf(group, next), group.multiplyScalars(keyOf(group, shares), keyOf(group, factor)));
        const mapped = evaluate(group, pick(factor, other, threshold), pseudonyms);
        assert.deepEqual(mapped, evaluate(group, pick(next, order, threshold), records));
        assert.notDeepEqual(mapped, pseudonyms);
        [shares, pseudonyms] = [next, mapped];
      }
    }),
    { seed, numRuns: Number(process.env['SLUIS_TEST_RUNS'] ?? 2) },
  );
});

test('a key shared anew, among whomever and with whatever threshold, is the same key; old and new shares do not fit together', () => {
  const sizes = fc.integer({ min: 2, max: 5 }).chain((n) => fc.record({ n: fc.constant(n), threshold: fc.integer({ min: 2, max: n }) }));
  const order = fc.array(fc.nat(), { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(sizes, sizes, order, order, (from, to, some, other) => {
      const shares = generate(group, from.n, from.threshold);
      const dealers = pick(names(from.n), some, from.threshold);
      // Dealers stay, others leave; new ones come, in any order of names.
      const parties = [...dealers, ...names(7).slice(5)].slice(0, Math.max(dealers.length, to.n)).sort((a, b) => (a > b ? -1 : 1));
      const threshold = Math.min(to.threshold, parties.length);
      const anew = reshare(group, shares, parties, threshold, dealers);
      assert.deepEqual(keyName(anew[0] as KeyShare), keyName(shares[0] as KeyShare));
      assert.notDeepEqual(keyId(anew[0] as KeyShare), keyId(shares[0] as KeyShare));
      assert.deepEqual(keyOf(group, anew), keyOf(group, shares));
      for (const share of anew) checkKeyShare(group, share);
      const before = evaluate(group, pick(shares, other, from.threshold), records);
      assert.deepEqual(evaluate(group, pick(anew, other, threshold), records), before);
      // One old share in place of a new one gives another key.
      const mixed = [...anew.slice(0, threshold - 1), { ...(anew[threshold - 1] as KeyShare), secret: shares[0]?.secret as Uint8Array }];
      assert.notDeepEqual(keyOf(group, mixed), keyOf(group, shares));
    }),
    { seed, numRuns: Number(process.env['SLUIS_TEST_RUNS'] ?? 5) },
  );
});

test('a key can be rotated after it was shared anew, and shared anew while a rotation is open', () => {
  const shares = generate(group, 3, 2);
  const first = evaluate(group, shares, records);
  const anew = reshare(group, shares, names(5), 3, ['org-3', 'org-1']);
  const factor = generate(group, 5, 3, { kind: 'rotation' });
  const next = rotate(group, anew, factor, names(5));
  const again = reshare(group, next, ['org-2', 'org-4', 'org-5', 'org-9'], 2, ['org-2', 'org-5', 'org-4']);
  assert.equal(again[3]?.epoch, 2);
  assert.deepEqual(evaluate(group, factor.slice(1), first), evaluate(group, [again[3], again[0]] as KeyShare[], records));
});
