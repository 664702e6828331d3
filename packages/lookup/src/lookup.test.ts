/** Asking a database in memory: exact answers, updates, and everything that is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes, systemRandom } from '@sluis/base';
import { LookupClient } from './lookup-client.ts';
import { MemoryCache } from './lookup-cache.ts';
import type { LookupTransport } from './lookup-transport.ts';
import { chunksOf, precisionBits } from './publication.ts';
import { questionBytes } from './question-form.ts';
import { type TestOwner, testOwner } from './fixtures/owner.ts';

const code = (expected: string) => (e: unknown) => {
  assert.equal((e as { code?: string }).code, expected);
  return true;
};
const clientOf = (
  owner: TestOwner,
  changes: Partial<LookupTransport> = {},
  cache = new MemoryCache(),
  download: 'whole' | 'parts' = 'whole',
) =>
  LookupClient.open({ transport: { ...owner.transport, ...changes }, cache, ownersKey: owner.publicKey, random: systemRandom, download });
const found = async (client: LookupClient, ids: readonly string[]) =>
  (await client.ask(ids)).map((a) => (a.found ? (a.value ?? true) : false));

test('membership and values, empty databases, several sizes and batches', async () => {
  const owner = await testOwner();
  const client = await clientOf(owner);
  await owner.publish({ identifiers: [], values: null });
  assert.deepEqual(await found(client, ['a', 'b']), [false, false]);
  await owner.publish({ identifiers: ['a', ' é ', 'a'], values: null });
  assert.deepEqual(await client.ask(['a', 'e\u0301', 'x', 'a']), [
    { id: 'a', found: true, value: null },
    { id: 'e\u0301', found: true, value: null },
    { id: 'x', found: false, value: null },
    { id: 'a', found: true, value: null },
  ]);
  await owner.publish({ identifiers: ['a', 'b', 'c'], values: ['1', null, 'één'] });
  assert.deepEqual(await found(client, ['c', 'b', 'a', 'd']), ['één', true, '1', false]);
  assert.deepEqual(await client.ask([]), []);
  const many = Array.from({ length: 70 }, (_, i) => `n${i}`);
  await owner.publish({ identifiers: many.slice(0, 40), values: null });
  assert.deepEqual(
    await found(client, many),
    many.map((_, i) => i < 40),
  );
});

test('deltas, rotation and compaction; only what is missing is fetched', async () => {
  const owner = await testOwner();
  const client = await clientOf(owner);
  const names = Array.from({ length: 100 }, (_, i) => `n${i}`);
  await owner.publish({ identifiers: names, values: names });
  const first = await client.update();
  assert.equal(first.chunksFetched, new Set(chunksOf(owner.current().publication)).size);
  const changed = names.map((n, i) => (i === 3 ? 'new' : n));
  const second = await owner.publish({ identifiers: [...names.slice(2), 'extra'], values: [...changed.slice(2), 'e'] });
  assert.deepEqual(second.report, { entries: 99, rejected: 0, duplicates: 0, evaluated: 1, added: 2, removed: 2 });
  assert.deepEqual(await found(client, ['n0', 'n1', 'n2', 'n3', 'extra']), [false, false, 'n2', 'new', 'e']);
  assert.equal(owner.current().publication.segments.length, 2);
  const update = await client.update();
  assert.deepEqual([update.version, update.chunksFetched], [2, 0], 'asking had brought it up to date');
  const same = await owner.publish({ identifiers: [...names.slice(2), 'extra'], values: [...changed.slice(2), 'e'] });
  assert.equal(same.changed, false);
  await owner.rotate();
  await owner.publish({ identifiers: ['n5'], values: ['5'] });
  assert.deepEqual(await found(client, ['n5', 'n2']), ['5', false]);
  assert.equal(owner.current().publication.segments.length, 1);
  await owner.publish({ identifiers: ['n5', 'n6', 'n7'], values: ['5', '6', '7'] });
  assert.equal(owner.current().publication.segments.length, 1, 'a large change is published anew');
  assert.equal(owner.current().publication.version, 4);
  assert.ok(precisionBits(owner.current().publication) > 50);
});

test('in parts, only the chunks that are needed are fetched', async () => {
  const owner = await testOwner();
  const fetched: string[] = [];
  const chunk = (hash: string) => {
    fetched.push(hash);
    return owner.transport.chunk(hash);
  };
  const names = Array.from({ length: 150 }, (_, i) => `n${i}`);
  await owner.publish({ identifiers: names, values: names }, { valueBytes: 2000 });
  assert.ok(chunksOf(owner.current().publication).length > 2);
  const whole = await (await clientOf(owner)).update();
  const sizes = [...owner.chunks.values()].reduce((n, c) => n + c.length, owner.signed().length);
  assert.equal(whole.bytesFetched, sizes);
  const client = await clientOf(owner, { chunk }, new MemoryCache(), 'parts');
  assert.equal((await client.update()).chunksFetched, 0);
  assert.deepEqual(await found(client, ['n7']), ['n7']);
  assert.equal(fetched.length, 1);
});

test('in the whole form a damaged cache is an error, not a download that would show what is asked', async () => {
  const owner = await testOwner();
  await owner.publish({ identifiers: ['a'], values: null });
  const cache = new MemoryCache();
  const client = await clientOf(owner, {}, cache);
  await client.update();
  await cache.keepOnly(new Set());
  await assert.rejects(client.ask(['a']), code('lookup/cache-damaged'));
  await client.update();
  assert.deepEqual(await found(client, ['a']), [true]);
});

test('a damaged memory of what was seen is an error, not a fresh start', async () => {
  const owner = await testOwner();
  await owner.publish({ identifiers: ['a'], values: null });
  const cache = new MemoryCache();
  await (await clientOf(owner, {}, cache)).update();
  await cache.writePublication(owner.signed().subarray(0, 50));
  await assert.rejects((await clientOf(owner, {}, cache)).update(), code('lookup/cache-damaged'));
});

test('what an owner could try is noticed', async () => {
  const [owner, other] = [await testOwner(), await testOwner()];
  await owner.publish({ identifiers: ['a'], values: null });
  await other.publish({ identifiers: ['a', 'b'], values: null });
  await assert.rejects((await clientOf(owner, { publication: async () => other.signed() })).update(), code('lookup/signature'));
  await assert.rejects((await clientOf(owner, { chunk: async () => systemRandom.bytes(100) })).update(), code('lookup/changed-on-the-way'));
  // The key of another client's publication: one key for each client would tell them apart.
  const foreign = (question: Uint8Array) => other.desk().answer('client', question);
  await assert.rejects((await clientOf(owner, { ask: foreign })).ask(['a']), code('crypto/oprf-proof'));
  const cache = new MemoryCache();
  const old = owner.signed();
  await owner.publish({ identifiers: ['a', 'b'], values: null });
  await (await clientOf(owner, {}, cache)).update();
  await assert.rejects((await clientOf(owner, { publication: async () => old }, cache)).update(), code('lookup/rolled-back'));
  const cut = async (question: Uint8Array) => (await owner.transport.ask(question)).subarray(1);
  await assert.rejects((await clientOf(owner, { ask: cut })).ask(['a']), code('lookup/malformed'));
  const swapped = async (question: Uint8Array) => {
    const answer = await owner.transport.ask(question);
    return concatBytes(answer.subarray(0, 4), systemRandom.bytes(16), answer.subarray(20));
  };
  await assert.rejects((await clientOf(owner, { ask: swapped })).ask(['a']), code('lookup/malformed'), 'the answer to another question');
});

test('another publication under the same version is noticed', async () => {
  const owner = await testOwner();
  await owner.publish({ identifiers: ['a'], values: null });
  const cache = new MemoryCache();
  await (await clientOf(owner, {}, cache)).update();
  const again = owner.current().publication;
  const { signPublication } = await import('./publication.ts');
  const { generateSigningKey, sign } = await import('@sluis/crypto');
  const key = generateSigningKey();
  const signer = { organisation: 'o', sign: async (p: string, m: Uint8Array) => sign(key.privateKey, p, m) };
  const [one, two] = await Promise.all(
    [again, { ...again, limit: { identifiers: 5, windowSeconds: 5 } }].map((p) => signPublication(p, signer)),
  );
  const both = new MemoryCache();
  const open = (signed: Uint8Array) =>
    LookupClient.open({
      transport: { ...owner.transport, publication: async () => signed },
      cache: both,
      ownersKey: key.publicKey,
      random: systemRandom,
    });
  await (await open(one as Uint8Array)).update();
  await assert.rejects((await open(two as Uint8Array)).update(), code('lookup/two-faced'));
});

test('what a client could try is refused, with the reason, and costs it nothing it did not get', async () => {
  let now = 0;
  const owner = await testOwner({ clock: { now: () => now }, total: 20 });
  await owner.publish({ identifiers: ['a'], values: null }, { limit: { identifiers: 10, windowSeconds: 60 }, batches: [1, 8, 64] });
  const client = await clientOf(owner);
  await client.ask(['a']);
  const [question] = owner.seen as [Uint8Array];
  const desk = owner.desk();
  await assert.rejects(desk.answer('client', question), code('lookup/replayed'));
  for (const wrong of [
    question.subarray(1),
    concatBytes(question, question.subarray(28)),
    new Uint8Array(questionBytes(1)),
    new Uint8Array(0),
  ])
    await assert.rejects(desk.answer('client', wrong), code('lookup/malformed'));
  for (const element of [new Uint8Array(32), new Uint8Array(32).fill(255)])
    await assert.rejects(desk.answer('client', concatBytes(question.subarray(0, 28), element)), code('crypto/not-an-element'));
  const future = question.slice();
  future[11] = 9;
  await assert.rejects(desk.answer('client', future), code('lookup/stale-version'));
  await client.ask(['a', 'b']);
  await assert.rejects(client.ask(['a', 'b']), code('lookup/limit'), 'one and eight were spent of ten');
  await client.ask(['a']);
  const fresh = async (who: string, n: number) => {
    const c = await clientOf(owner, { ask: (q) => desk.answer(who, q) });
    return c.ask(Array.from({ length: n }, () => 'a'));
  };
  await fresh('second', 8);
  await assert.rejects(fresh('third', 8), code('lookup/limit'), 'eighteen were spent of twenty by all together');
  now = 60_000;
  await client.ask(['a', 'b']);
  await assert.rejects(client.ask(['']), code('lookup/identifier'));
  await assert.rejects(client.ask(['x'.repeat(2000)]), code('lookup/identifier'));
});

test('entries that have no one answer are refused', async () => {
  const owner = await testOwner();
  await assert.rejects(owner.publish({ identifiers: ['a', 'b', 'a '], values: ['1', '2', '3'] }), code('lookup/duplicate-identifier'));
  const { report } = await owner.publish({ identifiers: ['a', null, 'a ', ''], values: ['1', '2', '1', '3'] });
  assert.deepEqual([report.entries, report.duplicates, report.rejected], [1, 1, 2]);
  await assert.rejects(owner.publish({ identifiers: ['a'], values: ['x'.repeat(25)] }), code('lookup/value-too-long'));
  await assert.rejects(owner.publish({ identifiers: ['a'], values: null }, { lowBytes: 1 }), code('lookup/too-imprecise'));
});

test('a recipe that the client does not know is refused', async () => {
  const owner = await testOwner();
  await owner.publish({ identifiers: ['a'], values: null }, { recipe: 'names/9' });
  await assert.rejects((await clientOf(owner)).ask(['a']), code('lookup/recipe'));
});
