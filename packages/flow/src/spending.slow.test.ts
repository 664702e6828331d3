/** More of `spending.test.ts`. Privacy budgets over five stations in one process: paid before anything is given, never twice, never forgotten. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SluisError } from '@sluis/base';
import { type Agreement, diffAgreements } from '@sluis/model';
import { askNoisy, chargedAt, exhausted, logged, noisyTerms, released, replaceAgreement, VISITS } from './fixtures/noisy-visits.ts';
import { NAMES, openStations, until } from './fixtures/stations.ts';
import { causeOf } from './run-ends.ts';

test('runs at the same time never spend more together than there is', async (t) => {
  const all = await openStations(t, noisyTerms({ epsilon: '1' }));
  const runs = await Promise.all(Array.from({ length: 6 }, () => askNoisy(all, '0.4')));
  const ends = await Promise.all(runs.map((run) => all.ended('centre', run)));
  const passed = ends.filter((e) => e.state === 'released');
  assert.ok(passed.length <= 2);
  for (const end of ends.filter((e) => e.state !== 'released')) assert.equal(causeOf(end)?.code, 'budget/exhausted');
  for (const name of NAMES) assert.ok((await chargedAt(all, name)).length <= 2, name);
});

test('one analyst can not spend what is meant for another', async (t) => {
  const all = await openStations(t, noisyTerms({ epsilon: '1', per_analyst: { epsilon: '0.5' } }));
  await released(all, await askNoisy(all, '0.5', 'eve'));
  await assert.rejects(askNoisy(all, '0.1', 'eve'), exhausted(/of analyst eve of centre on visits is epsilon 0\.5/));
  await released(all, await askNoisy(all, '0.5', 'ana'));
});

test('control: without a limit for each analyst, the first takes everything', async (t) => {
  const all = await openStations(t, noisyTerms({ epsilon: '1' }));
  await released(all, await askNoisy(all, '1', 'eve'));
  await assert.rejects(askNoisy(all, '0.5', 'ana'), exhausted(/of table visits is epsilon 1/));
});

test('a limit for each purpose counts templates apart', async (t) => {
  const sql = 'SELECT kind, count(*) AS n FROM visits GROUP BY kind WITH NOISE (epsilon = 0.5)';
  const all = await openStations(t, {
    ...noisyTerms({ epsilon: '2', per_purpose: { epsilon: '0.5' } }),
    templates: { 'noisy-kinds': { sql } },
  });
  const byTemplate = () => all.station('centre').runs.ask({ agreement: all.agreementId, sql, template: 'noisy-kinds', analyst: 'ana' });
  await released(all, await byTemplate());
  await assert.rejects(byTemplate(), exhausted(/of purpose noisy-kinds on visits is epsilon 0\.5/));
  await released(all, await askNoisy(all, '0.5'));
});

test('a restart forgets nothing, at any station', async (t) => {
  const all = await openStations(t, noisyTerms({ epsilon: '1' }));
  await released(all, await askNoisy(all, '0.8'));
  for (const name of NAMES) await all.station(name).restart();
  await assert.rejects(askNoisy(all, '0.3'), exhausted(/Epsilon 0\.8\d* is spent/));
});

test('a station that lost its books does not make the others forget', async (t) => {
  const all = await openStations(t, noisyTerms({ epsilon: '1' }));
  await released(all, await askNoisy(all, '0.8'));
  const none = all.station('centre').context;
  Object.assign(none, { budget: { ...none.budget, charges: async () => [], charge: async () => true, chargesOf: async () => [] } });
  const run = await askNoisy(all, '0.3');
  const end = await all.ended('centre', run);
  assert.equal(end.state, 'refused');
  assert.equal(causeOf(end)?.code, 'budget/exhausted');
  assert.deepEqual(await chargedAt(all, 'alpha'), ['0.8']);
});

test('a new version of the agreement brings no new budget; a larger one adds the difference', async (t) => {
  const all = await openStations(t, noisyTerms({ epsilon: '1' }));
  await released(all, await askNoisy(all, '0.8'));
  const same = await replaceAgreement(all, { purpose: 'Another purpose.' });
  await assert.rejects(askNoisy(all, '0.3', 'ana', same), exhausted(/Epsilon 0\.8\d* is spent/));
  const more = await replaceAgreement(all, noisyTerms({ epsilon: '1.5' }));
  await released(all, await askNoisy(all, '0.7', 'ana', more));
  await assert.rejects(askNoisy(all, '0.1', 'ana', more), exhausted(/Epsilon 1\.5\d* is spent/));
  const less = await replaceAgreement(all, noisyTerms({ epsilon: '0.5' }));
  await assert.rejects(askNoisy(all, '0.1', 'ana', less), exhausted(/of table visits is epsilon 0\.5 at/));
});

test('another privacy unit or another way to write the table’s name brings no new budget either', async (t) => {
  const all = await openStations(t, noisyTerms({ epsilon: '1' }));
  await released(all, await askNoisy(all, '0.8'));
  const organisations = { ...VISITS, privacy_unit: { protects: 'organisation', rows_per_group: 5 } };
  const unit = await replaceAgreement(all, noisyTerms({ epsilon: '1' }, { visits: organisations }));
  await assert.rejects(askNoisy(all, '0.1', 'ana', unit), { code: 'budget/unit-changed', exitCode: 3 });
  const cased = await replaceAgreement(all, noisyTerms({ epsilon: '1' }, { VISITS }));
  await assert.rejects(askNoisy(all, '0.3', 'ana', cased, 'VISITS'), exhausted(/Epsilon 0\.8\d* is spent/));
});

test('a table of another name has a budget of its own: nobody can see whose rows it has, so all sign it and see it in the diff', async (t) => {
  const all = await openStations(t, noisyTerms({ epsilon: '1' }));
  await released(all, await askNoisy(all, '0.8'));
  const renamed = await replaceAgreement(all, noisyTerms({ epsilon: '1' }, { contacts: VISITS }));
  const { store } = all.station('alpha').context;
  const after = JSON.parse((await store.agreement(renamed))?.canonical ?? '{}') as Agreement;
  const paths = diffAgreements(all.agreement, after).map((c) => c.path);
  assert.ok(paths.includes('tables.visits.providers') && paths.includes('tables.contacts.providers'));
  await released(all, await askNoisy(all, '0.8', 'ana', renamed, 'contacts'));
  assert.deepEqual([await chargedAt(all, 'alpha'), await chargedAt(all, 'alpha', 'contacts')], [['0.8'], ['0.8']]);
});

test('a run that fails after it was charged stays charged, so that failing again and again draws no noise for free', async (t) => {
  const all = await openStations(t, noisyTerms({ epsilon: '1' }));
  all.network.intercept = (from, _, what) => {
    if (what === 'share' && from === 'delta') throw new RangeError('delta breaks off');
  };
  for (let i = 0; i < 2; i++) {
    const run = await askNoisy(all, '0.4');
    assert.equal((await all.ended('centre', run)).state, 'failed');
    assert.equal((await all.ended('alpha', run)).state, 'failed');
  }
  await assert.rejects(askNoisy(all, '0.4'), exhausted(/Epsilon 0\.8\d* is spent/));
  assert.deepEqual(await chargedAt(all, 'alpha'), ['0.4', '0.4']);
});

test('control: a run that fails before it starts costs nothing', async (t) => {
  const all = await openStations(t, noisyTerms({ epsilon: '1' }));
  all.network.intercept = (_, to, what) => {
    if (what === 'propose' && to === 'delta') throw new RangeError('delta is away');
  };
  for (let i = 0; i < 3; i++) assert.equal((await all.ended('centre', await askNoisy(all, '0.8'))).state, 'failed');
  for (const name of NAMES) assert.deepEqual(await chargedAt(all, name), [], name);
});

test('a station that stops after it charged says that the charge stays, in run and log', async (t) => {
  const all = await openStations(t, noisyTerms({ epsilon: '1' }));
  const stuck = Promise.withResolvers<void>();
  all.network.intercept = async (from, _, what) => {
    if (what === 'share' && from === 'beta') await stuck.promise;
  };
  const run = await askNoisy(all, '0.4');
  await until(async () => (await chargedAt(all, 'gamma')).length === 1, 'gamma never charged');
  all.network.drop('gamma');
  await all.station('gamma').restart();
  const error = causeOf(await all.ended('gamma', run)) as SluisError;
  assert.equal(error.code, 'run/interrupted');
  assert.match(error.message, /charged ε = 0\.4 on visits, which stays spent/);
  const { ledger } = all.station('gamma');
  const entries = (await ledger.entries(0, await ledger.size())).map((e) => new TextDecoder().decode(e.data));
  assert.ok(entries.some((e) => e.includes('"run.failed"') && e.includes('"charged":["visits"]')));
  stuck.resolve();
});

test('a run that a station has charged before draws no second noise for it, even where its record of the run is lost', async (t) => {
  const all = await openStations(t, noisyTerms({ epsilon: '1' }));
  const alpha = all.station('alpha');
  const { budget } = alpha.context;
  const before: string[] = [];
  Object.assign(alpha.context, {
    budget: {
      charges: (table: Parameters<typeof budget.charges>[0]) => budget.charges(table),
      chargesOf: (runs: readonly string[]) => budget.chargesOf(runs),
      tables: (collaboration: string) => budget.tables(collaboration),
      charge: async (...asked: Parameters<typeof budget.charge>) => {
        before.push(String(await budget.charge(...asked)));
        return budget.charge(...asked);
      },
    },
  });
  const run = await askNoisy(all, '0.4');
  assert.equal(causeOf(await all.ended('centre', run))?.code, 'run/replayed');
  assert.deepEqual(before, ['true']);
  assert.ok(!(await logged(alpha, run)).includes('noise.added'));
  assert.deepEqual(await chargedAt(all, 'alpha'), ['0.4']);
});
