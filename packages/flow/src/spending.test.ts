/** Privacy budgets over five stations in one process: paid before anything is given, never twice, never forgotten. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalBytes, RefusedError, toHex } from '@sluis/base';
import { planQuestion } from './admission.ts';
import { askNoisy, chargedAt, exhausted, logged, noisyTerms, released } from './fixtures/noisy-visits.ts';
import { NAMES, openStations } from './fixtures/stations.ts';
import type { SignedProposal } from './messages.ts';

test('every station that takes part charges, durably and in its log, before it gives anything', async (t) => {
  const all = await openStations(t, noisyTerms({ epsilon: '2' }));
  const run = await askNoisy(all, '0.5');
  await released(all, run);
  for (const name of NAMES) {
    assert.deepEqual(await chargedAt(all, name), ['0.5'], name);
    const kinds = await logged(all.station(name), run);
    const paid = kinds.indexOf('budget.charged');
    assert.ok(paid > kinds.indexOf('run.started'), `${name}: ${kinds.join(' ')}`);
    for (const kind of ['contribution.computed', 'share.sent', 'share.accepted', 'noise.added', 'release.opened', 'release.received']) {
      assert.ok(!kinds.includes(kind) || kinds.indexOf(kind) > paid, `${name}: ${kinds.join(' ')}`);
    }
  }
  assert.ok((await logged(all.station('alpha'), run)).includes('noise.added'));
  const [charge] = await all.station('alpha').context.budget.chargesOf([run]);
  assert.deepEqual([charge?.unit, charge?.organisation, charge?.analyst, charge?.purpose], ['row', 'centre', 'ana', 'ad-hoc']);
});

test('an exact question costs nothing', async (t) => {
  const all = await openStations(t, noisyTerms({ epsilon: '2' }));
  const run = await all.ask();
  await released(all, run);
  for (const name of NAMES) assert.deepEqual(await chargedAt(all, name), []);
  assert.ok(!(await logged(all.station('alpha'), run)).includes('budget.charged'));
});

test('what is spent is spent: the question that goes beyond is refused before it runs, saying what is left', async (t) => {
  const all = await openStations(t, noisyTerms({ epsilon: '1' }));
  for (const epsilon of ['0.5', '0.3']) await released(all, await askNoisy(all, epsilon));
  await assert.rejects(
    askNoisy(all, '0.3'),
    exhausted(
      /of table visits is epsilon 1 at delta 0\. Epsilon 0\.8\d* is spent.*take epsilon 1\.1\d* in all.*epsilon 0\.2 at most still fits/,
    ),
  );
  assert.deepEqual(await chargedAt(all, 'alpha'), ['0.5', '0.3']);
  // Control: what still fits passes, to the last bit.
  await released(all, await askNoisy(all, '0.2'));
  await assert.rejects(askNoisy(all, '0.000001'), exhausted(/Epsilon 1(\.0\d*)? is spent/));
});

test('a coordinator that claims a cheaper plan is refused: every station plans, and charges, for itself', async (t) => {
  const all = await openStations(t, noisyTerms({ epsilon: '2' }));
  const run = await askNoisy(all, '0.5');
  await released(all, run);
  const centre = all.station('centre').context;
  const { statement } = JSON.parse((await centre.store.run(run))?.proposal ?? '{}') as SignedProposal;
  const prepared = await planQuestion(centre, { agreement: all.agreement, id: all.agreementId }, statement.sql);
  const cheaper = { ...prepared.plan, noise: { ...prepared.plan.noise, epsilon: '0.05', events: [] } };
  const claimed = { ...statement, run: 'c'.repeat(32), plan: 'd'.repeat(64) };
  const signature = toHex(await centre.signer.sign('proposal', canonicalBytes(claimed)));
  await assert.rejects(all.station('alpha').runs.accept({ statement: claimed, signature }, cheaper), (thrown: unknown) => {
    assert.ok(thrown instanceof RefusedError);
    assert.equal(thrown.code, 'run/plan-differs');
    assert.match(thrown.message, /"plan\.noise\.(epsilon|events)/);
    return true;
  });
  assert.deepEqual(await chargedAt(all, 'alpha'), ['0.5']);
});

test('a station that can not write its charge gives nothing', async (t) => {
  const all = await openStations(t, noisyTerms({ epsilon: '1' }));
  const delta = all.station('delta');
  const broken = async () => {
    throw new RangeError('the disk is full');
  };
  Object.assign(delta.context, { budget: { ...delta.context.budget, charge: broken, charges: async () => [], chargesOf: async () => [] } });
  const run = await askNoisy(all, '0.4');
  assert.equal((await all.ended('centre', run)).state, 'failed');
  assert.ok(!(await logged(delta, run)).includes('contribution.computed'));
  assert.ok(!all.network.calls.some((c) => c.from === 'delta' && c.call === 'share'));
});
