/** Approvals: whose are needed, and what claims to be one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkApproval, checkApprovals, requiredApprovals, signApproval } from './approvals.ts';
import { openStations, PROVIDERS } from './fixtures/stations.ts';

test('a template needs no approval, an ad-hoc question that of every provider, unless the agreement frees it', async (t) => {
  const all = await openStations(t);
  const { runs } = all.station('centre');
  assert.deepEqual(requiredApprovals(await runs.admitted(await all.ask())), []);
  assert.deepEqual(requiredApprovals(await runs.admitted(await all.askAndWait())), [...PROVIDERS]);
  const free = await openStations(t, { approval: { ad_hoc: 'none' } });
  assert.deepEqual(requiredApprovals(await free.station('centre').runs.admitted(await free.ask('sql'))), []);
});

test('an approval is good for its run, plan and signer, and for a limited time', async (t) => {
  const all = await openStations(t);
  const { context, runs } = all.station('centre');
  const first = await runs.admitted(await all.askAndWait());
  const second = await runs.admitted(await all.askAndWait());
  const approval = await signApproval(all.station('delta').context, first, 'dan');
  checkApproval(context, first, approval);
  assert.throws(() => checkApproval(context, second, approval), { code: 'approve/does-not-apply' });
  const asAlpha = { ...approval, statement: { ...approval.statement, organisation: 'alpha' } };
  assert.throws(() => checkApproval(context, first, asAlpha), { code: 'run/bad-signature', party: 'alpha' });
  const otherPlan = { ...approval, statement: { ...approval.statement, plan: '0'.repeat(64) } };
  assert.throws(() => checkApproval(context, first, otherPlan), { code: 'approve/does-not-apply' });
  all.clock.advance(25 * 3_600_000);
  assert.throws(() => checkApproval(context, first, approval), { code: 'approve/does-not-apply' });
});

test('who has not approved is named; one approval given twice counts once', async (t) => {
  const all = await openStations(t);
  const { context, runs } = all.station('centre');
  const run = await runs.admitted(await all.askAndWait());
  const given = await Promise.all(['alpha', 'beta'].map((name) => signApproval(all.station(name).context, run, 'boss')));
  assert.throws(() => checkApprovals(context, run, [...given, ...given]), /gamma, delta have not approved/);
});

test('a start without the approvals is refused by each station for itself', async (t) => {
  const all = await openStations(t);
  const run = await all.askAndWait();
  for (const name of PROVIDERS) {
    await assert.rejects(all.station(name).runs.participate(run, 1, []), { code: 'approve/missing', party: name });
    assert.equal((await all.station(name).runs.record(run))?.state, 'waiting');
  }
});
