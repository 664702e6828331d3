/** What every implementation of the storage ports must do, whatever database stands behind it. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { RefusedError, StationError } from '@sluis/base';
import type { AgreementRecord, RunRecord } from '@sluis/flow';
import type { LogEntry } from '@sluis/ledger';
import { budgetContract } from './budget.contract.ts';
import { collectionsContract } from './collections.contract.ts';
import { intersectionsContract } from './intersections.contract.ts';
import { depositsContract } from './deposits.contract.ts';
import type { OpenedStore } from './open-store.ts';

/** A fresh, empty place; `reopen` closes and opens the same place again. */
export interface StorePlaceUnderTest {
  readonly opened: OpenedStore;
  reopen(): Promise<OpenedStore>;
}

const code = (expected: string) => (e: unknown) => (e instanceof RefusedError || e instanceof StationError) && e.code === expected;

function agreement(version: number, change: Partial<AgreementRecord> = {}): AgreementRecord {
  const id = version.toString(16).padStart(64, 'a');
  return {
    id,
    collaboration: 'c',
    version,
    state: 'proposed',
    canonical: `{"v":${version}}`,
    signatures: {},
    receivedAt: 1_790_000_000_000 + version,
    ...change,
  };
}

function run(id: string, change: Partial<RunRecord> = {}): RunRecord {
  return {
    id: id.padStart(32, '0'),
    collaboration: 'c',
    agreement: 'a',
    plan: 'p',
    sql: "SELECT 'Zoë; ''quoted''' -- 🙂",
    template: null,
    coordinator: 'north',
    analyst: 'ann',
    state: 'proposed',
    attempt: 1,
    proposal: '{}',
    error: null,
    createdAt: 1_790_000_000_000,
    updatedAt: 1_790_000_000_000,
    ...change,
  };
}

const entry = (index: number): LogEntry => ({
  index,
  leafHash: new Uint8Array(32).fill(index + 1),
  salt: new Uint8Array(16).fill(index + 2),
  data: new Uint8Array([0, 255, index, 10]),
});

/** Registers the contract's tests under a name; `open` may skip by returning null after calling `t.skip`. */
export function storeContract(name: string, open: (t: TestContext) => Promise<StorePlaceUnderTest | null>): void {
  const contract = (title: string, body: (place: StorePlaceUnderTest) => Promise<void>) =>
    test(`${name}: ${title}`, async (t) => {
      const place = await open(t);
      if (place === null) return;
      try {
        await body(place);
      } finally {
        await place.opened.close();
      }
    });

  contract('agreements keep signatures and outlive a restart', async (place) => {
    const { store } = place.opened;
    await store.saveAgreement(agreement(1, { signatures: { north: 'aa' } }));
    await store.saveAgreement(agreement(1));
    const after = await store.addSignatures(agreement(1).id, { south: 'bb', north: 'other' });
    assert.deepEqual(after.signatures, { north: 'aa', south: 'bb' });
    await store.saveAgreement(agreement(2));
    const again = (await place.reopen()).store;
    assert.deepEqual(await again.agreement(agreement(1).id), { ...agreement(1), signatures: { north: 'aa', south: 'bb' } });
    assert.deepEqual(
      (await again.agreements('c')).map((a) => a.version),
      [2, 1],
    );
    assert.deepEqual(await again.agreements('other'), []);
    assert.equal(await again.agreement('f'.repeat(64)), null);
    await assert.rejects(again.addSignatures('f'.repeat(64), { north: 'aa' }), code('store/unknown-agreement'));
    await again.close();
  });

  contract('one version of a collaboration is in force at a time', async ({ opened: { store } }) => {
    for (const version of [1, 2]) await store.saveAgreement(agreement(version));
    await store.saveAgreement(agreement(3, { collaboration: 'other' }));
    await store.putInForce(agreement(3).id);
    await store.putInForce(agreement(1).id);
    await store.putInForce(agreement(2).id);
    const states = new Map((await store.agreements()).map((a) => [a.version, a.state]));
    assert.deepEqual([states.get(1), states.get(2), states.get(3)], ['superseded', 'in-force', 'in-force']);
    await assert.rejects(store.putInForce('f'.repeat(64)), code('store/unknown-agreement'));
    await assert.rejects(store.saveAgreement(agreement(4, { state: 'in-force' })), code('store/failed'));
  });

  contract('a run id is taken once', async ({ opened: { store } }) => {
    await store.createRun(run('1'));
    await assert.rejects(store.createRun(run('1', { sql: 'SELECT 2' })), code('run/replayed'));
    assert.deepEqual(await store.run(run('1').id), run('1'));
    assert.equal(await store.run('f'.repeat(32)), null);
  });

  contract('of many callers that move a run, exactly one wins', async ({ opened: { store } }) => {
    await store.createRun(run('1'));
    const moves = await Promise.all(
      Array.from({ length: 8 }, (_, i) => store.moveRun(run('1').id, ['proposed', 'waiting'], 'running', { attempt: i + 2, at: 5 })),
    );
    assert.equal(moves.filter((m) => m).length, 1);
    const moved = await store.run(run('1').id);
    assert.deepEqual([moved?.state, moved?.attempt, moved?.updatedAt], ['running', moves.indexOf(true) + 2, 5]);
    assert.equal(await store.moveRun(run('1').id, [], 'failed'), false);
    assert.equal(await store.moveRun(run('1').id, ['running'], 'failed', { error: '{}', at: 6 }), true);
    assert.equal((await store.run(run('1').id))?.error, '{}');
    assert.equal(await store.moveRun(run('2').id, ['proposed'], 'running'), false);
  });

  contract('runs come newest first and are counted per analyst', async ({ opened: { store } }) => {
    for (const [i, analyst] of ['ann', 'bob', 'ann'].entries()) await store.createRun(run(String(i), { analyst, createdAt: 1000 + i }));
    assert.deepEqual(
      (await store.runs(2)).map((r) => r.createdAt),
      [1002, 1001],
    );
    assert.equal(await store.countRuns('c', 'north', 'ann', 1000), 2);
    assert.equal(await store.countRuns('c', 'north', 'ann', 1001), 1);
    assert.equal(await store.countRuns('c', 'south', 'ann', 0), 0);
  });

  contract('approvals and results are idempotent, and never replaced', async ({ opened: { store } }) => {
    await store.createRun(run('1'));
    const id = run('1').id;
    for (let i = 0; i < 2; i++) await store.saveApproval({ run: id, organisation: 'north', approval: '{"a":1}' });
    await assert.rejects(store.saveApproval({ run: id, organisation: 'north', approval: '{"a":2}' }), code('approve/conflict'));
    assert.deepEqual(await store.approvals(id), [{ run: id, organisation: 'north', approval: '{"a":1}' }]);
    const result = { run: id, result: null, receipt: '{}', savedAt: 7 };
    for (let i = 0; i < 2; i++) await store.saveResult(result);
    await assert.rejects(store.saveResult({ ...result, receipt: '{"other":1}' }), code('store/result-exists'));
    assert.deepEqual(await store.result(id), result);
    await assert.rejects(store.saveResult({ ...result, run: 'f'.repeat(32) }), code('store/failed'));
  });

  contract('what was released is kept once, and found by its data', async (place) => {
    const { store } = place.opened;
    const one = {
      run: run('1').id,
      role: 'compute-party',
      collaboration: 'c',
      table: 't',
      data: '["x"]',
      footprint: '{}',
      shown: '[]',
      at: 2,
    } as const;
    const other = { ...one, run: run('2').id, data: '["y"]', at: 1 };
    const own = { ...one, role: 'provider', shown: null } as const;
    for (const record of [one, one, other, own]) await store.saveFootprint(record);
    await assert.rejects(store.saveFootprint({ ...one, shown: '[1]' }), code('store/footprint-exists'));
    const again = (await place.reopen()).store;
    assert.deepEqual(await again.footprints('c', 't', 'compute-party', () => true), [other, one]);
    assert.deepEqual(await again.footprints('c', 't', 'compute-party', (data) => data === '["x"]'), [one]);
    assert.deepEqual(await again.footprints('c', 't', 'provider', () => true), [own]);
    assert.deepEqual(await again.footprints('c', 'u', 'provider', () => true), []);
    await again.close();
  });

  contract('a dataset is replaced by connecting again', async ({ opened: { store } }) => {
    const dataset = { collaboration: 'c', table: 't', agreement: 'a', sql: 'SELECT 1', binding: '{}', report: '{}', connectedAt: 9 };
    await store.saveDataset(dataset);
    await store.saveDataset({ ...dataset, sql: 'SELECT 2', connectedAt: 10 });
    assert.deepEqual(await store.datasets(), [{ ...dataset, sql: 'SELECT 2', connectedAt: 10 }]);
    assert.equal((await store.dataset('c', 't'))?.connectedAt, 10);
    assert.equal(await store.removeDataset('c', 't'), true);
    assert.equal(await store.removeDataset('c', 't'), false);
    assert.equal(await store.dataset('c', 't'), null);
  });

  contract('the log takes entries in order only, and keeps their bytes', async (place) => {
    const { log } = place.opened;
    assert.equal(await log.size(), 0);
    await assert.rejects(log.append(entry(1)));
    await log.append(entry(0));
    await assert.rejects(log.append(entry(0)));
    const both = await Promise.allSettled([log.append(entry(1)), log.append(entry(1))]);
    assert.equal(both.filter((b) => b.status === 'fulfilled').length, 1);
    const reopened = await place.reopen();
    assert.equal(await reopened.log.size(), 2);
    assert.deepEqual(await reopened.log.entry(1), entry(1));
    assert.equal(await reopened.log.entry(2), null);
    assert.deepEqual(await reopened.log.leafHashes(0, 2), [entry(0).leafHash, entry(1).leafHash]);
    assert.deepEqual(await reopened.log.entries(1, 9), [entry(1)]);
    await reopened.close();
  });
  depositsContract(contract);
  budgetContract(contract);
  collectionsContract(contract);
  intersectionsContract(contract);
}
