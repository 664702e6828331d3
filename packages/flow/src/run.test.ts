/** The run state machine over five stations in one process: every end a run can have, at every station. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NAMES, openStations } from './fixtures/stations.ts';
import { cause, everywhere, states } from './fixtures/ends.ts';

test('a question by template is released everywhere; only the receiver has the result', async (t) => {
  const all = await openStations(t);
  const run = await all.ask();
  assert.deepEqual(await states(all, run), everywhere('released'));
  for (const name of NAMES) {
    const saved = await all.station(name).context.store.result(run);
    assert.equal(saved?.result !== null, name === 'centre', name);
    assert.ok(saved?.receipt.includes(run));
  }
  const table = JSON.parse((await all.station('centre').context.store.result(run))?.result ?? 'null') as { rows: unknown };
  assert.deepEqual(table.rows, [[40], [40], [40]]);
});

test('an ad-hoc question waits for every provider and for nobody else', async (t) => {
  const all = await openStations(t);
  const run = await all.askAndWait();
  await assert.rejects(all.station('centre').runs.approve(run, 'eve'), { code: 'approve/not-needed' });
  for (const name of ['alpha', 'beta', 'gamma', 'delta']) {
    assert.equal((await all.station('centre').runs.record(run))?.state, 'waiting');
    await all.station(name).runs.approve(run, 'boss');
  }
  assert.deepEqual(await states(all, run), everywhere('released'));
});

test("a provider's no ends the run everywhere, with its name and reason", async (t) => {
  const all = await openStations(t);
  const run = await all.askAndWait();
  await all.station('alpha').runs.approve(run, 'ada');
  await all.station('delta').runs.stop(run, 'refused', 'dan', 'not this week');
  assert.deepEqual(await states(all, run), everywhere('refused'));
  const error = await cause(all, 'centre', run);
  assert.equal(error.party, 'delta');
  assert.match(error.message, /dan of delta did not approve.*not this week/);
});

for (const victim of ['beta', 'delta'] as const) {
  for (const call of ['propose', 'start'] as const) {
    test(`${victim} is gone at ${call}: failed everywhere, naming it`, async (t) => {
      const all = await openStations(t);
      all.network.intercept = (_, to, what) => {
        if (to === victim && what === call) all.network.drop(victim);
      };
      const run = await all.ask();
      for (const name of NAMES.filter((n) => n !== victim)) {
        assert.equal((await all.ended(name, run)).state, 'failed', name);
        assert.equal((await cause(all, name, run)).party, victim, name);
      }
    });
  }
}

test('the coordinator is lost in the middle: the others end the run and name it', async (t) => {
  const all = await openStations(t);
  all.network.intercept = (_, __, what) => {
    if (what === 'share') all.network.drop('centre');
  };
  const run = await all.ask();
  for (const name of ['alpha', 'beta', 'gamma', 'delta']) {
    assert.equal((await all.ended(name, run)).state, 'failed', name);
    const error = await cause(all, name, run);
    assert.equal(error.code, 'run/coordinator-lost');
    assert.equal(error.party, 'centre');
  }
});

test('a run is played once: a repeated start is refused', async (t) => {
  const all = await openStations(t);
  const run = await all.ask();
  await all.ended('delta', run);
  await assert.rejects(all.station('delta').runs.participate(run, 1, []), { code: 'run/replayed' });
});
