/** More of `run.test.ts`. The run state machine over five stations in one process: every end a run can have, at every station. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SluisError } from '@sluis/base';
import { NAMES, openStations, until } from './fixtures/stations.ts';
import { cause, everywhere, states } from './fixtures/ends.ts';
import { causeOf } from './run-ends.ts';

test('the end is told only after the question: a slow proposal does not revive a failed run', async (t) => {
  const all = await openStations(t);
  const slow = Promise.withResolvers<void>();
  all.network.intercept = async (_, to, what) => {
    if (what === 'propose' && to === 'alpha') all.network.drop('alpha');
    if (what === 'propose' && to === 'gamma') await slow.promise;
  };
  const run = await all.ask();
  // The asker need not wait for that to learn that its question failed.
  assert.equal((await all.ended('centre', run)).state, 'failed');
  slow.resolve();
  assert.equal((await all.ended('gamma', run)).state, 'failed');
});

test('a question cancelled while it is being proposed ends everywhere', async (t) => {
  const all = await openStations(t);
  const slow = Promise.withResolvers<void>();
  all.network.intercept = async (_, to, what) => {
    if (what === 'propose' && to === 'gamma') await slow.promise;
  };
  const run = await all.ask();
  await all.station('centre').runs.stop(run, 'cancelled', 'ana', '');
  slow.resolve();
  assert.deepEqual(await states(all, run), everywhere('cancelled'));
});

test('the coordinator is lost before it tells the end: a provider asks the compute parties and keeps the receipt', async (t) => {
  const all = await openStations(t);
  all.network.intercept = (_, __, what) => {
    if (what === 'finish') all.network.drop('centre');
  };
  const run = await all.ask();
  assert.deepEqual(await states(all, run), everywhere('released'));
  assert.ok(all.network.calls.some((c) => c.from === 'delta' && c.call === 'receipt'));
});

test('what comes late to an ended run learns why it ended, not just that', async (t) => {
  const all = await openStations(t);
  all.network.intercept = (_, to, what) => {
    if (to === 'delta' && what === 'start') all.network.drop('delta');
  };
  const run = await all.ask();
  await all.ended('alpha', run);
  await assert.rejects(all.station('alpha').runs.bodyArrived(run, 1, 'share', 'delta', new Uint8Array(1)), (thrown: unknown) => {
    assert.ok(thrown instanceof SluisError);
    assert.equal(thrown.code, 'wire/disconnected');
    assert.equal(thrown.party, 'delta');
    return true;
  });
});

test('a restart ends what was being played and keeps what waits', async (t) => {
  const all = await openStations(t);
  const waiting = await all.askAndWait();
  const stuck = Promise.withResolvers<void>();
  all.network.intercept = async (from, _, what) => {
    if (what === 'share' && from === 'beta') await stuck.promise;
  };
  const played = await all.ask();
  await until(async () => (await all.station('gamma').runs.record(played))?.state === 'running', 'gamma never played it');
  all.network.drop('gamma');
  const again = await all.station('gamma').restart();
  assert.equal((await cause(all, 'gamma', played)).code, 'run/interrupted');
  assert.equal((await all.ended('centre', played)).state, 'failed');
  stuck.resolve();
  all.network.intercept = () => undefined;
  assert.equal((await again.runs.record(waiting))?.state, 'waiting');
  for (const name of ['alpha', 'beta', 'gamma', 'delta']) await all.station(name).runs.approve(waiting, 'boss');
  assert.deepEqual(await states(all, waiting), everywhere('released'));
});

test('a question that waited under an agreement which was replaced meanwhile is over after a restart', async (t) => {
  const all = await openStations(t);
  const run = await all.askAndWait();
  const { store } = all.station('delta').context;
  const [record] = await store.agreements();
  assert.ok(record !== undefined);
  const id = 'f'.repeat(64);
  await store.saveAgreement({ ...record, id, version: record.version + 1, state: 'proposed' });
  await store.putInForce(id);
  const again = await all.station('delta').restart();
  const ended = await again.runs.record(run);
  assert.equal(ended?.state, 'failed');
  assert.equal(ended === null || ended === undefined ? null : causeOf(ended)?.code, 'agreement/not-in-force');
});

test('a restart between keeping a result and marking the run finds it released', async (t) => {
  const all = await openStations(t);
  const run = await all.ask();
  await all.ended('centre', run);
  // As a crash between the two would have left it.
  const { store } = all.station('centre').context;
  await store.moveRun(run, ['released'], 'running', { at: 0 });
  await all.station('centre').restart();
  assert.equal((await all.ended('centre', run)).state, 'released');
});

test('an approval that did not reach the coordinator can be given again, and is the same', async (t) => {
  const all = await openStations(t);
  const run = await all.askAndWait();
  all.network.drop('centre');
  await assert.rejects(all.station('alpha').runs.approve(run, 'ada'), { party: 'centre' });
  await all.station('centre').restart();
  for (const name of ['alpha', 'beta', 'gamma', 'delta']) await all.station(name).runs.approve(run, 'boss');
  assert.deepEqual(await states(all, run), everywhere('released'));
  const [approval] = await all.station('centre').context.store.approvals(run);
  assert.equal((JSON.parse(approval?.approval ?? '{}') as { statement: { approver: string } }).statement.approver, 'ada');
});

test('a question whose coordinator never says start, and one that nobody approves, end by themselves', async (t) => {
  const all = await openStations(t);
  all.network.intercept = (_, __, what) => {
    if (what === 'start') all.network.drop('centre');
  };
  const template = await all.ask();
  await all.ended('centre', template);
  await all.station('centre').restart();
  all.network.intercept = () => undefined;
  const adHoc = await all.askAndWait();
  // Somebody sets the clock back; two minutes are two minutes all the same.
  all.clock.set(all.clock.now() - 3_600_000);
  all.clock.advance(121_000);
  for (const name of NAMES) await all.station(name).runs.tidy();
  for (const name of NAMES) assert.notEqual((await all.ended(name, template)).state, 'released', name);
  assert.equal((await all.station('delta').runs.record(adHoc))?.state, 'waiting');
  all.clock.advance(25 * 3_600_000);
  for (const name of NAMES) await all.station(name).runs.tidy();
  for (const name of NAMES) assert.equal((await cause(all, name, adHoc)).code, 'run/not-started', name);
});

test('a store that refuses to write ends the run all the same, and the end is written when it can be', async (t) => {
  const all = await openStations(t);
  let full = false;
  all.changed.set(
    'beta',
    (store) =>
      new Proxy(store, {
        get(target, property) {
          const value = Reflect.get(target, property, target) as unknown;
          if (typeof value !== 'function') return value;
          const writes = property === 'moveRun' || property === 'saveResult';
          return (...args: unknown[]) => {
            if (full && writes) throw new SluisError('store/failed', { stage: 'store', message: 'The disk is full.' });
            return (value as (...a: unknown[]) => unknown).apply(target, args);
          };
        },
      }),
  );
  await all.station('beta').restart();
  all.network.intercept = (_, to, what) => {
    if (what === 'start' && to === 'beta') full = true;
  };
  const run = await all.ask();
  assert.equal((await all.ended('centre', run)).state, 'failed');
  assert.equal((await all.ended('beta', run)).state, 'failed');
  assert.equal((await all.station('beta').context.store.run(run))?.state, 'proposed');
  full = false;
  await all.station('beta').runs.tidy();
  assert.equal((await all.station('beta').context.store.run(run))?.state, 'failed');
});

test('a stopping station ends what it plays at once, and says that it was stopped', async (t) => {
  const all = await openStations(t);
  const stuck = Promise.withResolvers<void>();
  all.network.intercept = async (from, _, what) => {
    if (what === 'share' && from === 'delta') await stuck.promise;
  };
  const run = await all.ask();
  await until(async () => (await all.station('beta').runs.record(run))?.state === 'running', 'beta never played it');
  await all.station('beta').runs.close();
  assert.equal((await cause(all, 'centre', run)).code, 'run/station-stopping');
  assert.equal((await cause(all, 'centre', run)).party, 'beta');
  stuck.resolve();
});
