import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, concatBytes, systemRandom, utf8 } from '@sluis/base';
import { generateSigningKey, sign } from '@sluis/crypto';
import type { LedgerEvent } from '@sluis/model';
import { verifyCheckpoint } from './checkpoint.ts';
import { Ledger, type LedgerOptions, saltedLeafHash } from './ledger.ts';
import { logStorageContract } from './log-storage.contract.ts';
import { MemoryLogStorage } from './memory-storage.ts';
import { verifyConsistency, verifyInclusion } from './merkle-verify.ts';
import type { LogEntry, LogStorage } from './storage.ts';
import { parseTilePath, tilePath } from './tiles.ts';

logStorageContract('MemoryLogStorage', async () => ({ storage: new MemoryLogStorage() }));

const key = generateSigningKey();
const clock: Clock = { now: () => Date.UTC(2026, 0, 1) };
const event = (n: number): LedgerEvent => ({ kind: 'run.step', details: { number: n } });
const options = (storage: LogStorage): LedgerOptions => ({
  storage,
  clock,
  random: systemRandom,
  origin: 'sluis/delta',
  signer: { organisation: 'delta', publicKey: key.publicKey, sign: async (purpose, message) => sign(key.privateKey, purpose, message) },
});

async function filled(count: number): Promise<{ ledger: Ledger; storage: MemoryLogStorage }> {
  const storage = new MemoryLogStorage();
  const ledger = await Ledger.open(options(storage));
  for (let n = 0; n < count; n++) await ledger.append(event(n));
  return { ledger, storage };
}

test('simultaneous appends get consecutive places', async () => {
  const { ledger } = await filled(0);
  const places = await Promise.all(Array.from({ length: 50 }, (_, n) => ledger.append(event(n))));
  assert.deepEqual(
    places.map((p) => p.index),
    Array.from({ length: 50 }, (_, n) => n),
  );
});

test('an entry is proved against a signed checkpoint, and nothing else passes for it', async () => {
  const { ledger } = await filled(11);
  const proof = await ledger.prove(7);
  const checkpoint = verifyCheckpoint(proof.checkpoint, 'sluis/delta', key.publicKey);
  const path = proof.proof.map((p) => new Uint8Array(Buffer.from(p, 'hex')));
  const salt = new Uint8Array(Buffer.from(proof.salt, 'hex'));
  const holds = (leaf: string, index: number) =>
    verifyInclusion(saltedLeafHash(salt, utf8(leaf)), index, checkpoint.size, path, checkpoint.root);
  assert.equal(holds(proof.leaf, 7), true);
  assert.equal(holds(proof.leaf, 6), false);
  assert.equal(holds(proof.leaf.replace('7', '8'), 7), false);
});

test('a later checkpoint is consistent with an earlier one', async () => {
  const { ledger } = await filled(9);
  const before = verifyCheckpoint(await ledger.checkpoint(), 'sluis/delta', key.publicKey);
  for (let n = 0; n < 20; n++) await ledger.append(event(n));
  const after = verifyCheckpoint(await ledger.checkpoint(), 'sluis/delta', key.publicKey);
  const proof = ledger.consistencyProof(before.size, after.size);
  assert.equal(verifyConsistency(before.size, after.size, proof, before.root, after.root), true);
  assert.equal(verifyConsistency(before.size, after.size, proof, after.root, before.root), false);
});

test('a checkpoint of another key, origin or byte is refused', async () => {
  const note = await (await filled(3)).ledger.checkpoint();
  assert.throws(() => verifyCheckpoint(note, 'sluis/delta', generateSigningKey().publicKey), { code: 'ledger/bad-checkpoint' });
  assert.throws(() => verifyCheckpoint(note, 'sluis/other', key.publicKey), { code: 'ledger/bad-checkpoint' });
  for (let i = 0; i < note.length; i++) {
    const changed = note.slice(0, i) + String.fromCharCode(note.charCodeAt(i) ^ 1) + note.slice(i + 1);
    assert.throws(() => verifyCheckpoint(changed, 'sluis/delta', key.publicKey), { code: 'ledger/bad-checkpoint' }, `byte ${i}`);
  }
});

test('a log opens again as it was, and a changed one does not open', async () => {
  const { ledger, storage } = await filled(300);
  const again = await Ledger.open(options(storage));
  assert.equal(await again.checkpoint(), await ledger.checkpoint());
  const changes: ((e: LogEntry) => LogEntry)[] = [
    (e) => ({ ...e, data: utf8('{}') }),
    (e) => ({ ...e, salt: new Uint8Array(32) }),
    (e) => ({ ...e, leafHash: new Uint8Array(32) }),
    (e) => ({ ...e, index: 1 }),
  ];
  for (const change of changes) {
    const entries = (await storage.entries(0, 300)).map((e) => (e.index === 200 ? change(e) : e));
    const tampered: LogStorage = {
      size: async () => 300,
      append: async () => undefined,
      entry: async (i) => entries[i] ?? null,
      entries: async (from, to) => entries.slice(from, to),
      leafHashes: async (from, to) => entries.slice(from, to).map((e) => e.leafHash),
    };
    await assert.rejects(Ledger.open(options(tampered)), { code: 'ledger/tampered' });
  }
});

test('an append that fails leaves the log usable', async () => {
  const storage = new MemoryLogStorage();
  let full = true;
  const disk: LogStorage = {
    size: () => storage.size(),
    entry: (i) => storage.entry(i),
    entries: (from, to) => storage.entries(from, to),
    leafHashes: (from, to) => storage.leafHashes(from, to),
    append: async (e) => {
      if (full) throw new Error('disk full');
      await storage.append(e);
    },
  };
  const ledger = await Ledger.open(options(disk));
  await assert.rejects(ledger.append(event(0)), /disk full/);
  full = false;
  assert.deepEqual(await ledger.append(event(1)), { index: 0 });
});

test('tiles have the paths and hashes of C2SP tlog-tiles', async () => {
  assert.equal(tilePath({ level: 0, index: 1234067, width: 256 }), '0/x001/x234/067');
  assert.equal(tilePath({ level: 1, index: 5, width: 112 }), '1/005.p/112');
  for (const path of ['0/x001/x234/067', '1/005.p/112']) assert.equal(tilePath(parseTilePath(path) ?? assert.fail(path)), path);
  for (const path of ['0/1', '0/x000/005', '0/005.p/0', '0/005.p/256', '6/000', '0/../005', ''])
    assert.equal(parseTilePath(path), null, path);
  const { ledger, storage } = await filled(300);
  assert.equal((await ledger.tileAt('0/000'))?.length, 256 * 32);
  assert.deepEqual(await ledger.tileAt('0/001.p/2'), concatBytes(...(await storage.leafHashes(256, 258))));
  assert.equal((await ledger.tileAt('1/000.p/1'))?.length, 32);
  assert.equal(await ledger.tileAt('0/001'), null);
});
