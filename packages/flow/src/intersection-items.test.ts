/** Keys as bytes, lots, and limits over time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '@sluis/base';
import { taggedHash } from '@sluis/crypto';
import { clientsIntersection } from '@sluis/model/sample-parties';
import type { OpenIntersection } from './intersection-admission.ts';
import { decodeItem, drawn, encodeItem, ItemCollector } from './intersection-items.ts';
import { checkRepetition, checkRuns, checkSizes } from './intersection-limits.ts';
import type { BegunAttempt } from './intersection-store.ts';

const itemsOf = (keys: readonly (readonly (string | null)[])[]) => {
  const collector = new ItemCollector();
  for (const key of keys) collector.add(encodeItem(key));
  return collector.items();
};

test('keys come back as they were, and different keys are different bytes', () => {
  const keys = [
    ['a', 'b'],
    ['ab', ''],
    ['', 'ab'],
    ['a', ''],
    [''],
    ['', ''],
    ['x', null],
    [null, 'x'],
    ['x', ''],
    ['é€🙂', 'x'.repeat(100_000)],
  ];
  const items = itemsOf(keys);
  assert.deepEqual(
    keys.map((_, i) => decodeItem(items, i)),
    keys.map((key) => key.map((part) => part ?? '')),
  );
  const fast = new ItemCollector();
  for (const key of keys) fast.addKey(key);
  assert.deepEqual(fast.items(), items, 'however they are collected');
  assert.equal(new Set(keys.map((k) => toHex(encodeItem(k)))).size, keys.length);
});

test('lots keep the same items at both sides, about as many as agreed, and others under another seed', () => {
  const keys = Array.from({ length: 20_000 }, (_, i) => [`k${i}`]);
  const [all, half] = [itemsOf(keys), itemsOf(keys.filter((_, i) => i % 2 === 0))];
  const seed = (n: number) => taggedHash('test', Uint8Array.of(n));
  const names = (items: ReturnType<typeof itemsOf>) =>
    Array.from({ length: items.offsets.length - 1 }, (_, i) => decodeItem(items, i)[0] ?? '');
  const first = new Set(names(drawn(all, 30, seed(1)).items));
  // Binomial with n = 20,000, p = 0.3: six standard deviations are 389; α < 1e-8.
  assert.ok(Math.abs(first.size - 6_000) < 389, `${first.size}`);
  assert.deepEqual(
    names(drawn(half, 30, seed(1)).items),
    names(half).filter((n) => first.has(n)),
  );
  const second = names(drawn(all, 30, seed(2)).items);
  const both = second.filter((n) => first.has(n)).length;
  assert.ok(Math.abs(both - 1_800) < 243, `independent: ${both}`);
  assert.deepEqual(drawn(all, 100, seed(1)), { items: all, origin: null });
  const { items, origin } = drawn(all, 30, seed(1));
  assert.deepEqual(
    [...(origin ?? [])].map((i) => `k${i}`),
    names(items),
  );
});

const open = (more: Record<string, unknown>) => {
  const terms = clientsIntersection(['bank', 'insurer'], more);
  return { name: 'x', terms, me: terms.between[0], peer: terms.between[1] } as unknown as OpenIntersection;
};
const prints = (...numbers: number[]): Uint8Array =>
  new Uint8Array(
    BigUint64Array.from(
      numbers.sort((a, b) => a - b),
      BigInt,
    ).buffer,
  );
const attempt = (more: Partial<BegunAttempt>): BegunAttempt => ({ run: 'r', attempt: 1, ownSize: 1024, peerSize: 1024, ...more });
const station = { organisation: 'bank' } as never;
const refusal = (expected: string, party: string) => (e: unknown) =>
  (e as { code?: string }).code === `intersection/${expected}` && (e as { party?: string }).party === party;

test('runs are counted up to the agreed number', () => {
  const of = open({ limits: { runs: 2 } });
  checkRuns(station, of, 1);
  assert.throws(() => checkRuns(station, of, 2), refusal('too-many-runs', 'bank'));
});

test('sizes are whole buckets within the agreed maximum, and grow no faster than agreed', () => {
  const of = open({ size_bucket: 100, limits: { maximum_items: 1_000, maximum_growth_percent: 20 } });
  checkSizes(of, [], { own: 100, peer: 1_000 });
  assert.throws(() => checkSizes(of, [], { own: 100, peer: 1_001 }), refusal('size-not-agreed', 'insurer'));
  assert.throws(() => checkSizes(of, [], { own: 1_100, peer: 100 }), refusal('size-not-agreed', 'bank'));
  const before = [attempt({ ownSize: 100, peerSize: 500 })];
  checkSizes(of, before, { own: 200, peer: 700 });
  assert.throws(() => checkSizes(of, before, { own: 100, peer: 800 }), refusal('grew-too-much', 'insurer'));
  assert.throws(() => checkSizes(of, before, { own: 300, peer: 500 }), refusal('grew-too-much', 'bank'));
});

test('own lists may be the same as before, or different enough, for each earlier run', () => {
  const check = (of: OpenIntersection, now: Uint8Array) => {
    for (const before of [prints(1, 2, 3, 4), prints(10, 11)]) checkRepetition(station, of, before, now);
  };
  const little = open({ limits: { minimum_changed_items: 3 } });
  check(little, prints(1, 2, 3, 4));
  check(little, prints(4, 5, 6, 7));
  check(little, prints(20, 21));
  for (const now of [prints(1, 2, 3), prints(1, 2, 3, 4, 5), prints(2, 3, 4, 5), prints(10, 12)])
    assert.throws(() => check(little, now), refusal('changed-too-little', 'bank'));
  const much = open({ limits: { maximum_repeated_percent: 50 } });
  check(much, prints(1, 2, 3, 4));
  check(much, prints(1, 2, 5, 6));
  assert.throws(() => check(much, prints(1, 2, 3, 5, 6)), refusal('repeats-too-much', 'bank'));
});
