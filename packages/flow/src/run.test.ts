/** The run state machine over five stations in one process: every end a run can have, at every station. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SluisError } from '@sluis/base';
import { NAMES, openStations, type TestStations, until } from './fixtures/stations.ts';
import { causeOf } from './run-ends.ts';

const states = async (all: TestStations, run: string) =>
  Object.fromEntries(await Promise.all(NAMES.map(async (name) => [name, (await all.ended(name, run)).state])));
const everywhere = (state: string) => Object.fromEntries(NAMES.map((name) => [name, state]));

async function cause(all: TestStations, name: string, run: string): Promise<SluisError> {
  const error = causeOf(await all.ended(name, run));
  assert.ok(error !== null, `${name} says why`);
  return error;
}

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

test('a run is played once: a repeated start is refused', async (t) => {
  const all = await openStations(t);
  const run = await all.ask();
  await all.ended('delta', run);
  await assert.rejects(all.station('delta').runs.participate(run, 1, []), { code: 'run/replayed' });
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
