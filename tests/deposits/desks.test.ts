/** What compute parties keep of deposits: the right shares, encrypted, all at once, for as long as agreed. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { canonicalBytes, SluisError, systemRandom, toHex } from '@sluis/base';
import type { DepositedBatch, ShareFiles } from '@sluis/flow';
import { depositBatch, encodingsOf, messageHash, rowVectors, saltedMessage, type SignedManifest } from '@sluis/model';
import { replicatedSharing } from '@sluis/mpc';
import { columnShare } from '../../packages/mpc/src/shares.ts';
import { agreementWith, type Desk, person, ThreeDesks } from './three-desks.ts';

const CSV = 'kind,amount\na,5\nb,-7\nc,\na,999999\n';
const DAY = 86_400_000;

async function opened(t: TestContext, deposits: Record<string, unknown> = {}): Promise<ThreeDesks> {
  const all = await ThreeDesks.open(agreementWith({}, deposits));
  t.after(() => all.close());
  return all;
}

const batchesAt = (all: ThreeDesks, desk: Desk | undefined): Promise<readonly DepositedBatch[]> =>
  (desk as Desk).desk.batches('ned', 't', all.id);
const kinds = (desk: Desk | undefined) => (desk as Desk).log.map((e) => e.kind);

/** The rows that two parties' pieces give together. */
async function rowsOf(all: ThreeDesks, batch: number): Promise<bigint[][]> {
  const table = all.agreement.tables['t'] ?? assert.fail();
  const words = rowVectors(encodingsOf(table)).map(() => 1);
  const held = await Promise.all(
    ([0, 1] as const).map(async (seat) => {
      const { pieces } = (await batchesAt(all, all.desks[seat]))[batch] ?? assert.fail();
      const [piece] = pieces;
      return replicatedSharing.combine(seat, (await piece?.open()) ?? assert.fail(), piece?.rows ?? 0, words).map(columnShare);
    }),
  );
  const [north, south] = held as [ReturnType<typeof columnShare>[], ReturnType<typeof columnShare>[]];
  return north.map((column, c) =>
    Array.from(column.mine, (a, i) => BigInt.asIntN(64, a + (column.next[i] ?? 0n) + (south[c]?.next[i] ?? 0n))),
  );
}

test('the shares are those of the rows, and both holders of each component have the same digest', async (t) => {
  const all = await opened(t);
  await all.deposit('alice', CSV);
  assert.deepEqual(await rowsOf(all, 0), [
    [5n, -7n, 0n, 999_999n],
    [1n, 1n, 0n, 1n],
    [0n, 1n, 2n, 0n],
    [1n, 1n, 1n, 1n],
  ]);
  const batches = await Promise.all(all.desks.map(async (d) => (await batchesAt(all, d))[0] ?? assert.fail()));
  for (const component of [0, 1, 2] as const) {
    const [holder, other] = [component, (component + 2) % 3] as const;
    assert.equal(batches[holder]?.digest(component), batches[other]?.digest(component));
    assert.throws(() => batches[(component + 1) % 3]?.digest(component), RangeError);
  }
  assert.equal(new Set([0, 1, 2].map((k) => batches[k]?.digest(k as 0 | 1 | 2))).size, 3);
  assert.deepEqual(
    batches.map((b) => [b.contributor, b.rows, b.checked]),
    Array(3).fill(['alice', 4, false]),
  );
});

test('nothing that is kept can be read without the station’s key, and a changed file is noticed', async (t) => {
  const all = await opened(t);
  const { batch } = await all.deposit('alice', CSV);
  const desk = all.desks[1] as Desk;
  const message = await (await batchesAt(all, desk))[0]?.pieces[0]?.open();
  const path = join(desk.home, 'deposits', batch ?? '', '0');
  const kept = readFileSync(path);
  assert.equal(kept.includes(Buffer.from(message?.subarray(-32) ?? [])), false);
  assert.equal(kept.length, (message?.length ?? 0) + 16);
  kept[40] = (kept[40] ?? 0) ^ 1;
  writeFileSync(path, kept);
  await assert.rejects((await batchesAt(all, desk))[0]?.pieces[0]?.open() ?? assert.fail(), { code: 'store/deposit-damaged' });
});

test('a contributor who gives compute parties different components is seen by their digests', async (t) => {
  const all = await opened(t);
  let signed: SignedManifest | null = null;
  await all.deposit('alice', CSV, 'append', (s) => {
    signed = s;
  });
  const honest = signed as SignedManifest | null;
  assert.ok(honest !== null);
  // The cheat: a manifest that signs another message for one party. Everything fits, but not together.
  const messages = await Promise.all(all.desks.map(async (d) => (await (await batchesAt(all, d))[0]?.pieces[0]?.open()) ?? assert.fail()));
  const lie = (messages[2] as Uint8Array).slice();
  lie[60] = (lie[60] ?? 0) ^ 1;
  messages[2] = lie;
  const [piece] = honest.statement.pieces;
  const salted = messages.map((m) => saltedMessage(systemRandom.bytes(32), m));
  const hashes = salted.map(messageHash) as [string, string, string];
  const number = 'cd'.repeat(16);
  const batch = depositBatch(toHex(person('alice').publicKey), number);
  const statement = { ...honest.statement, number, batch, pieces: [{ rows: piece?.rows ?? 0, messages: hashes }] };
  const forged: SignedManifest = { statement, signature: toHex(await person('alice').sign('deposit', canonicalBytes(statement))) };
  for (const [seat, { desk }] of all.desks.entries()) {
    await desk.open(forged);
    await desk.piece(statement.batch, 0, all.sealed(statement, 0, seat as 0 | 1 | 2, salted[seat] as Uint8Array));
    const accepted = await desk.accept(statement.batch, await all.acceptance(person('alice'), statement), false);
    assert.equal(accepted.deposit.state, 'accepted');
  }
  const found = await Promise.all(
    all.desks.map(async (d) => (await batchesAt(all, d)).find((b) => b.batch === statement.batch) ?? assert.fail()),
  );
  assert.equal(found[0]?.digest(1), found[1]?.digest(1), 'untouched');
  assert.notEqual(found[1]?.digest(2), found[2]?.digest(2), 'the component that was changed for one holder');
});

test('rejecting, checking and their traces', async (t) => {
  const all = await opened(t);
  const one = (await all.deposit('alice', CSV)).batch ?? '';
  const two = (await all.deposit('bob', CSV)).batch ?? '';
  const desk = all.desks[0] as Desk;
  await desk.desk.markChecked([two]);
  await desk.desk.reject(one, 'deposit/out-of-bounds');
  assert.deepEqual(
    (await batchesAt(all, desk)).map((b) => [b.batch, b.checked]),
    [[two, true]],
  );
  assert.deepEqual(
    (await desk.desk.list('alice')).map((d) => [d.state, d.reason]),
    [['rejected', 'deposit/out-of-bounds']],
  );
  assert.deepEqual(kinds(desk), ['deposit.accepted', 'deposit.accepted', 'deposit.rejected']);
  assert.deepEqual(desk.log[2]?.details['reason'], 'deposit/out-of-bounds');
  assert.deepEqual(readdirSync(join(desk.home, 'deposits')), [two]);
  assert.equal((await desk.store.deposits.deposit(one))?.key, null, 'its key is gone');
});

test('deposits end with the agreement, with its replacement, and after the agreed days', async (t) => {
  const all = await opened(t, { keep_days: 10 });
  const desk = all.desks[0] as Desk;
  const batch = (await all.deposit('alice', CSV)).batch ?? '';
  all.clock.advance(10 * DAY - 1);
  await desk.desk.tidy();
  assert.equal((await batchesAt(all, desk)).length, 1, 'not a moment too early');
  all.clock.advance(1);
  assert.equal((await batchesAt(all, desk)).length, 0, 'it does not count any more even before it is deleted');
  await desk.desk.tidy();
  assert.deepEqual(
    (await desk.desk.list('alice')).map((d) => [d.state, d.reason]),
    [['expired', 'time-over']],
  );
  assert.deepEqual(readdirSync(join(desk.home, 'deposits')), []);
  assert.equal(kinds(desk).at(-1), 'deposit.expired');
  const anew = await all.deposit('alice', CSV);
  assert.notEqual(anew.batch, batch, 'the same file can be deposited again');
  await all.sign(agreementWith({ version: 2, previous: all.id }, {}));
  assert.equal((await batchesAt(all, desk)).length, 0, 'a deposit counts only under the version it was made for');
  await desk.desk.tidy();
  assert.deepEqual(
    (await desk.desk.list('alice')).map((d) => d.reason),
    ['time-over', 'agreement-replaced'],
  );
  const last = (await all.deposit('alice', CSV)).batch ?? '';
  all.clock.advance(200 * DAY);
  await desk.desk.tidy();
  assert.equal((await desk.desk.list('alice')).find((d) => d.batch === last)?.state, 'expired');
});

test('an upload that nobody goes on with is deleted after a week', async (t) => {
  const all = await opened(t);
  const desk = all.desks[2] as Desk;
  let signed: SignedManifest | null = null;
  await assert.rejects(
    all.deposit('alice', CSV, 'append', (s) => {
      signed = s;
      throw new Error('cut off');
    }),
  );
  await desk.desk.open(signed ?? assert.fail());
  all.clock.advance(7 * DAY - 1);
  await desk.desk.tidy();
  assert.deepEqual(
    (await desk.desk.list('alice')).map((d) => d.state),
    ['uploading'],
  );
  all.clock.advance(1);
  await desk.desk.tidy();
  assert.deepEqual(
    (await desk.desk.list('alice')).map((d) => d.state),
    ['expired'],
  );
});

/** Files that fail at the n-th write, before or after the bytes are there. */
const failing = (at: number, after: boolean) => {
  let written = 0;
  return (real: ShareFiles): ShareFiles => ({
    ...real,
    put: async (batch, piece, bytes) => {
      written += 1;
      if (written === at && !after) throw new Error('crash before');
      await real.put(batch, piece, bytes);
      if (written === at) throw new Error('crash after');
    },
  });
};

test('a crash before or after a piece is on the disk leaves nothing half-done, and the upload goes on', async (t) => {
  for (const after of [false, true]) {
    const all = await opened(t);
    await all.restart(1, failing(1, after));
    await assert.rejects(all.deposit('alice', CSV), /crash/);
    const desk = await all.restart(1);
    await desk.desk.tidy();
    assert.deepEqual(
      (await desk.desk.list('alice')).map((d) => d.state),
      ['uploading'],
    );
    assert.deepEqual(await Promise.all(all.desks.map(async (d) => (await batchesAt(all, d)).length)), [0, 0, 0]);
    const done = await all.deposit('alice', CSV);
    assert.equal(done.already, false);
    assert.deepEqual(await Promise.all(all.desks.map(async (d) => (await batchesAt(all, d)).length)), [1, 1, 1]);
    assert.equal((await rowsOf(all, 0))[0]?.[3], 999_999n);
  }
});

test('files without a record, and of ended deposits, are removed at the start', async (t) => {
  const all = await opened(t);
  const desk = all.desks[0] as Desk;
  await all.deposit('alice', CSV);
  await desk.files.put('ee'.repeat(16), 3, new Uint8Array(5));
  const gone = (await all.deposit('bob', CSV)).batch ?? '';
  // As if the process had ended between the record's end and the deletion of its files.
  await desk.store.deposits.endDeposit(gone, ['accepted'], 'withdrawn', null, 0);
  assert.equal((await desk.files.list()).length, 3);
  await desk.desk.tidy();
  assert.equal((await desk.files.list()).length, 1);
  assert.equal((await batchesAt(all, desk)).length, 1);
});

test('two uploads of one contributor at once never pass its limit together', async (t) => {
  const all = await opened(t, { maximum_rows_each: 6 });
  const both = await Promise.allSettled([all.deposit('alice', CSV), all.deposit('alice', `${CSV}b,1\n`)]);
  assert.deepEqual(both.map((b) => b.status).sort(), ['fulfilled', 'rejected']);
  const rejected = both.find((b) => b.status === 'rejected');
  assert.equal(rejected?.reason instanceof SluisError && rejected.reason.code, 'deposit/too-many-rows');
});

test('what a contributor begins and does not finish is limited', async (t) => {
  const all = await opened(t);
  const begun = async (n: number) => {
    let signed: SignedManifest | null = null;
    const cut = (s: SignedManifest) => {
      signed = s;
      throw new Error('cut off');
    };
    await assert.rejects(all.deposit('alice', `${CSV}a,${n}\n`, 'append', cut));
    return (all.desks[0] as Desk).desk.open(signed ?? assert.fail());
  };
  for (let n = 0; n < 8; n++) await begun(n);
  await assert.rejects(begun(8), (e) => e instanceof SluisError && e.code === 'deposit/too-many-open');
  assert.equal((await begun(3)).deposit.state, 'uploading', 'one of them can be gone on with');
});

test('a piece with another content than the signed one is not kept, however well it is sealed', async (t) => {
  const all = await opened(t);
  let signed: SignedManifest | null = null;
  await assert.rejects(
    all.deposit('alice', CSV, 'append', (s) => {
      signed = s;
      throw new Error('cut off');
    }),
  );
  const manifest = signed as SignedManifest | null;
  assert.ok(manifest !== null);
  const { statement } = manifest;
  const desk = all.desks[1] as Desk;
  await desk.desk.open(manifest);
  const honest = await ThreeDesks.open(all.agreement);
  t.after(() => honest.close());
  await honest.deposit('alice', CSV);
  const message = await honest.sent(statement, 0, 1);
  const changed = message.slice();
  changed[changed.length - 1] = (changed[changed.length - 1] ?? 0) ^ 1;
  await assert.rejects(desk.desk.piece(statement.batch, 0, all.sealed(statement, 0, 1, changed)), { code: 'deposit/piece-differs' });
  assert.deepEqual(await desk.files.list(), []);
  await desk.desk.piece(statement.batch, 0, all.sealed(statement, 0, 1, message));
  const looked = await desk.desk.accept(statement.batch, await all.acceptance(person('alice'), statement), true);
  assert.deepEqual([looked.deposit.state, looked.confirmed], ['uploading', null], 'control: the signed one is kept');
});
