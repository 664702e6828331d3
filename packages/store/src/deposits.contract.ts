/** What every implementation of the deposits' storage port must do. */
import assert from 'node:assert/strict';
import { RefusedError } from '@sluis/base';
import type { DepositRecord } from '@sluis/flow';
import type { StorePlaceUnderTest } from './store.contract.ts';

const code = (expected: string) => (e: unknown) => e instanceof RefusedError && e.code === expected;

function deposit(n: number, change: Partial<DepositRecord> = {}): DepositRecord {
  return {
    batch: n.toString(16).padStart(32, '0'),
    collaboration: 'c',
    agreement: 'a'.repeat(64),
    table: 't',
    giver: 'alice',
    token: null,
    rows: 100,
    manifest: '{"zoë":"🙂"}',
    state: 'uploading',
    reason: null,
    successor: null,
    checked: false,
    key: 'c2VhbGVk',
    createdAt: 1_790_000_000_000 + n,
    updatedAt: 1_790_000_000_000 + n,
    ...change,
  };
}

type Contract = (title: string, body: (place: StorePlaceUnderTest) => Promise<void>) => void;

export function depositsContract(contract: Contract): void {
  contract('a deposit is begun once, and outlives a restart with its pieces', async (place) => {
    const { deposits } = place.opened;
    assert.deepEqual(await deposits.openDeposit(deposit(1)), deposit(1));
    assert.deepEqual(await deposits.openDeposit(deposit(1, { rows: 7, manifest: '{}' })), deposit(1), 'the first one stands');
    assert.equal(await deposits.savePiece(deposit(1).batch, { piece: 1, digests: ['aa', 'bb'] }), true);
    assert.equal(await deposits.savePiece(deposit(1).batch, { piece: 0, digests: ['cc', 'dd'] }), true);
    assert.equal(await deposits.savePiece(deposit(1).batch, { piece: 0, digests: ['ee', 'ff'] }), true);
    assert.equal(await deposits.savePiece(deposit(9).batch, { piece: 0, digests: ['ee', 'ff'] }), false);
    const again = await place.reopen();
    assert.deepEqual(await again.deposits.deposit(deposit(1).batch), deposit(1));
    assert.deepEqual(await again.deposits.pieces(deposit(1).batch), [
      { piece: 0, digests: ['cc', 'dd'] },
      { piece: 1, digests: ['aa', 'bb'] },
    ]);
    assert.equal(await again.deposits.deposit(deposit(2).batch), null);
    await again.close();
  });

  contract(
    'what replaces becomes the successor of the same giver’s deposits of the same table, all at once',
    async ({ opened: { deposits } }) => {
      const others = [deposit(2, { giver: 'bob' }), deposit(3, { table: 'u' }), deposit(4, { collaboration: 'd' })];
      for (const d of [deposit(1), ...others, deposit(5), deposit(6)]) await deposits.openDeposit(d);
      for (const d of [deposit(1), ...others]) await deposits.acceptDeposit(d.batch, true, 1000, 5);
      await deposits.savePiece(deposit(5).batch, { piece: 0, digests: ['a', 'b'] });
      await deposits.acceptDeposit(deposit(5).batch, true, 100, 9);
      const waiting = await deposits.deposit(deposit(1).batch);
      assert.deepEqual([waiting?.state, waiting?.successor, waiting?.key], ['accepted', deposit(5).batch, 'c2VhbGVk'], 'it is kept');
      for (const { batch } of others) assert.equal((await deposits.deposit(batch))?.successor, null);
      assert.equal(await deposits.endDeposit(deposit(1).batch, ['accepted'], 'replaced', deposit(5).batch, 9), true);
      const old = await deposits.deposit(deposit(1).batch);
      assert.deepEqual([old?.state, old?.reason, old?.key, old?.updatedAt], ['replaced', deposit(5).batch, null, 9]);
      const accepted = await deposits.deposits({ states: ['accepted'] });
      assert.deepEqual(
        accepted.map((d) => d.batch),
        [...others, deposit(5)].map((d) => d.batch),
      );
      assert.deepEqual(
        (await deposits.deposits({ collaboration: 'c', table: 't', giver: 'bob' })).map((d) => d.batch),
        [deposit(2).batch],
      );
      assert.equal((await deposits.pieces(deposit(5).batch)).length, 1, 'pieces of others stay');
      await assert.rejects(deposits.acceptDeposit(deposit(5).batch, true, 1000, 10), code('deposit/not-open'));
    },
  );

  contract(
    'what waits for a successor that ends counts again, or waits for what took that one’s place',
    async ({ opened: { deposits } }) => {
      const successors = () => Promise.all([1, 2, 3].map(async (n) => (await deposits.deposit(deposit(n).batch))?.successor ?? null));
      for (const n of [1, 2, 3]) {
        await deposits.openDeposit(deposit(n));
        await deposits.acceptDeposit(deposit(n).batch, true, 100, n);
      }
      assert.deepEqual(await successors(), [deposit(2).batch, deposit(3).batch, null], 'the first successor stays');
      await deposits.endDeposit(deposit(2).batch, ['accepted'], 'replaced', deposit(3).batch, 5);
      assert.deepEqual(await successors(), [deposit(3).batch, null, null]);
      await deposits.endDeposit(deposit(3).batch, ['accepted'], 'withdrawn', null, 6);
      assert.deepEqual(await successors(), [null, null, null]);
    },
  );

  contract('no giver gets more rows than agreed, however many deposits are accepted at once', async ({ opened: { deposits } }) => {
    for (let n = 1; n <= 6; n++) await deposits.openDeposit(deposit(n));
    const settled = await Promise.allSettled([1, 2, 3, 4, 5].map((n) => deposits.acceptDeposit(deposit(n).batch, false, 250, n)));
    assert.equal(settled.filter((s) => s.status === 'fulfilled').length, 2);
    for (const s of settled) if (s.status === 'rejected') assert.ok(code('deposit/too-many-rows')(s.reason));
    assert.equal((await deposits.deposits({ states: ['accepted'] })).length, 2);
    await deposits.acceptDeposit(deposit(6).batch, true, 100, 7);
    const waiting = (await deposits.deposits({ states: ['accepted'] })).filter((d) => d.successor === deposit(6).batch);
    assert.equal(waiting.length, 2, 'instead of them it fits');
  });

  contract('ending forgets key and pieces, from the named states only', async ({ opened: { deposits } }) => {
    await deposits.openDeposit(deposit(1));
    await deposits.savePiece(deposit(1).batch, { piece: 0, digests: ['a', 'b'] });
    assert.equal(await deposits.endDeposit(deposit(1).batch, ['accepted'], 'expired', 'x', 3), false);
    assert.equal(await deposits.endDeposit(deposit(1).batch, [], 'expired', 'x', 3), false);
    assert.equal((await deposits.deposit(deposit(1).batch))?.key, 'c2VhbGVk');
    await deposits.markDepositsChecked([...Array.from({ length: 1200 }, (_, i) => `none-${i}`), deposit(1).batch]);
    assert.equal(await deposits.endDeposit(deposit(1).batch, ['uploading'], 'rejected', 'deposit/x', 4), true);
    const ended = await deposits.deposit(deposit(1).batch);
    assert.deepEqual([ended?.state, ended?.reason, ended?.key, ended?.checked], ['rejected', 'deposit/x', null, true]);
    assert.deepEqual(await deposits.pieces(deposit(1).batch), []);
    assert.equal(await deposits.savePiece(deposit(1).batch, { piece: 0, digests: ['a', 'b'] }), false);
  });

  contract('a token is spent by one deposit, unless that is withdrawn', async ({ opened: { deposits } }) => {
    await deposits.openDeposit(deposit(1, { token: 'tt' }));
    assert.equal((await deposits.openDeposit(deposit(1, { token: 'tt' }))).batch, deposit(1).batch);
    await assert.rejects(deposits.openDeposit(deposit(2, { token: 'tt' })), code('deposit/token-spent'));
    await deposits.endDeposit(deposit(1).batch, ['uploading'], 'rejected', null, 1);
    await assert.rejects(deposits.openDeposit(deposit(2, { token: 'tt' })), code('deposit/token-spent'));
    await deposits.openDeposit(deposit(3, { token: 'uu' }));
    await deposits.endDeposit(deposit(3).batch, ['uploading'], 'withdrawn', null, 1);
    assert.equal((await deposits.openDeposit(deposit(4, { token: 'uu' }))).state, 'uploading');
  });

  contract('a member gets one token a round, and the same one again', async ({ opened: { deposits } }) => {
    const token = { collaboration: 'c', table: 't', round: '2026-11', member: 'alice', blinded: 'b1', at: 1 };
    assert.deepEqual(await deposits.saveToken(token), { blinded: 'b1', fresh: true });
    assert.deepEqual(await deposits.saveToken({ ...token, blinded: 'b2' }), { blinded: 'b1', fresh: false });
    for (const other of [{ round: '2026-12' }, { member: 'bob' }, { table: 'u' }, { collaboration: 'd' }])
      assert.deepEqual(await deposits.saveToken({ ...token, ...other, blinded: 'b3' }), { blinded: 'b3', fresh: true });
  });
}
