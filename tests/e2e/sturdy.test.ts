/**
 * Faults, each against five real station processes: killed, frozen, cut off, short of disk, with another clock or
 * certificate. Each ends in a clear error that names the station and the step, or in the right result; never in a wrong
 * or second release, and never in a run that does not end. The long form strikes at every step: sturdy-steps.long.test.ts.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, afterEach, before, test } from 'node:test';
import { SluisError } from '@sluis/base';
import { askAndFollow, follow } from '@sluis/sdk';
import type { Fault } from '../simulation/fault-proxy.ts';
import { assertRight, FragileCollaboration, type Name, SQL } from '../simulation/fragile-collaboration.ts';
import type { Plant } from '../simulation/planted-faults.ts';
import { strike } from '../simulation/strike.ts';

let together: FragileCollaboration;

before(async () => {
  together = await FragileCollaboration.open({ proxied: 'beta' });
});
// Whatever a failed test has left behind is not the next one's trouble.
afterEach(() => together.heal());
after(() => together?.close());

test('control: without a fault the answer is right', async () => {
  await together.assertWorks();
  await together.assertSettled();
});

const SAMPLE: readonly (Plant & { victim: Name })[] = [
  { victim: 'beta', moment: 'before', entry: 'run.proposed', act: 'die' },
  { victim: 'beta', moment: 'after', entry: 'share.accepted', act: 'die' },
  { victim: 'alpha', moment: 'before', entry: 'aggregate.decided', act: 'die' },
  { victim: 'gamma', moment: 'before', entry: 'release.opened', act: 'die' },
  { victim: 'beta', moment: 'after', entry: 'release.opened', act: 'die' },
  { victim: 'delta', moment: 'before', entry: 'contribution.computed', act: 'die' },
  { victim: 'delta', moment: 'after', entry: 'share.sent', act: 'die' },
  { victim: 'delta', moment: 'before', entry: 'receipt.issued', act: 'die' },
  { victim: 'centre', moment: 'after', entry: 'run.proposed', act: 'die' },
  { victim: 'centre', moment: 'after', entry: 'run.started', act: 'die' },
  { victim: 'centre', moment: 'before', entry: 'receipt.issued', act: 'die' },
  { victim: 'gamma', moment: 'after', entry: 'share.accepted', act: 'freeze' },
  { victim: 'delta', moment: 'before', entry: 'contribution.computed', act: 'freeze' },
];
for (const { victim, ...plant } of SAMPLE) {
  test(`${plant.act === 'die' ? 'kill -9' : 'a freeze'} of ${victim} ${plant.moment} ${plant.entry}`, () =>
    strike(together, victim, plant));
}

const NETWORK: readonly { fault: Fault; direction: 'to-station' | 'from-station' }[] = [
  { fault: { kind: 'stall' }, direction: 'to-station' },
  { fault: { kind: 'drop' }, direction: 'from-station' },
  { fault: { kind: 'truncate' }, direction: 'to-station' },
  { fault: { kind: 'garbage', count: 3 }, direction: 'to-station' },
  { fault: { kind: 'garbage', count: 3 }, direction: 'from-station' },
  { fault: { kind: 'repeat', count: 60 }, direction: 'to-station' },
  { fault: { kind: 'half-open' }, direction: 'to-station' },
  { fault: { kind: 'reset' }, direction: 'from-station' },
];
for (const { fault, direction } of NETWORK) {
  test(`the network before beta: ${fault.kind} ${direction} in the middle of a run`, async (t) => {
    const before = together.proxy?.struck.length ?? 0;
    let struck = false;
    const error = await askAndFollow(
      together.station('centre').client,
      { template: 'visits-by-kind', as: 'ana' },
      {
        onEvent: (event) => {
          if (struck || event.step !== 'contribution') return;
          struck = true;
          together.proxy?.disturb(direction, fault);
        },
      },
    ).then(assertRight, (thrown: unknown) => thrown);
    assert.ok((together.proxy?.struck.length ?? 0) > before, 'the fault has struck');
    t.diagnostic(error instanceof SluisError ? `${error.code}: ${error.message}` : 'the right answer');
    if (error !== undefined) {
      assert.ok(error instanceof SluisError, String(error));
      assert.equal(error.exitCode, 5, `${error.code}: ${error.message}`);
      assert.match(error.message, /beta/, `${error.code} (${error.party}): ${error.message}`);
      assert.match(error.message, /step/);
      assert.notEqual(error.remedy, null);
    }
    await together.heal();
    await together.assertSettled();
    await together.assertWorksSoon('beta');
  });
}

test('a slow network changes nothing but the time', async () => {
  together.proxy?.disturb('to-station', { kind: 'delay', delayMs: 30 });
  await together.assertWorks();
  await together.assertSettled();
});

test('six runs at once are all right', async () => {
  const answers = await Promise.all(Array.from({ length: 6 }, () => together.ask()));
  answers.forEach(assertRight);
  assert.equal(new Set(answers.map((a) => a.run)).size, 6);
  await together.assertSettled();
});

async function known(name: string, run: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    const { runs } = await together.station(name).client.runs();
    if (runs.some((r) => r.id === run)) return;
    assert.ok(tries < 2400, `${name} hears of the question`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('a question that waits for approval survives the restart of every station, and an approval can be given again', async () => {
  const centre = together.station('centre');
  const run = await centre.client.ask({ sql: SQL, as: 'ana' });
  assert.equal(run.state, 'waiting');
  // The question is told in the background: it must have reached the others before the asker goes.
  for (const name of ['alpha', 'beta', 'gamma', 'delta']) await known(name, run.id);
  await together.station('alpha').client.approve(run.id, { as: 'ada' });
  await centre.kill();
  await assert.rejects(together.station('beta').client.approve(run.id, { as: 'bob' }), (thrown: unknown) => {
    assert.ok(thrown instanceof SluisError);
    assert.equal(thrown.party, 'centre');
    assert.match(thrown.message, /step "approve"/);
    return true;
  });
  await together.station('delta').kill();
  await together.station('beta').kill();
  await together.heal();
  for (const [name, as] of [
    ['beta', 'bob'],
    ['gamma', 'gus'],
    ['delta', 'dan'],
  ] as const) {
    await together.station(name).client.approve(run.id, { as });
  }
  assertRight(await follow(centre.client, run.id));
  await together.assertSettled();
});

for (const [victim, minutes] of [
  ['gamma', 10],
  ['centre', -10],
] as const) {
  test(`the clock of ${victim} is ${minutes} minutes off: refused with both names, then right again`, async () => {
    const station = together.station(victim);
    await station.stop();
    await station.start({ clockMs: minutes * 60_000 });
    const { error } = await together.askUnderFault();
    assert.equal(error?.code, 'run/clock-skew');
    assert.equal(error.exitCode, 3);
    assert.match(error.message, /centre/);
    assert.match(error.message, victim === 'centre' ? /alpha|beta|gamma|delta/ : /gamma/);
    assert.match(error.remedy ?? '', /NTP/);
    await together.assertSettled();
    await station.stop();
    await together.heal();
    await together.assertWorks();
  });
}

test('a station that is asked to stop in the middle of a run stops soon and says so', async () => {
  const gamma = together.station('gamma');
  gamma.plant({ entry: 'share.accepted', moment: 'before', act: 'freeze' });
  const asked = together.askUnderFault();
  await gamma.untilStruck();
  // Beta now waits for gamma; stopping beta must not wait with it.
  const stoppedMs = await together.station('beta').stop();
  assert.ok(stoppedMs < 60_000, `it took ${Math.round(stoppedMs)} ms`);
  const { error } = await asked;
  assert.ok(error?.party === 'beta' || error?.party === 'gamma', `${error?.code} (${error?.party}): ${error?.message}`);
  gamma.signal('SIGCONT');
  await together.heal();
  await together.assertSettled();
  await together.assertWorks();
});

test('a coordinator that freezes is given up by all others, and learns of the end when it wakes', async () => {
  const centre = together.station('centre');
  centre.plant({ entry: 'run.started', moment: 'after', act: 'freeze' });
  const asked = together.askUnderFault();
  await centre.untilStruck();
  await together.assertSettled(['centre']);
  const [run] = (await together.station('delta').client.runs(1)).runs;
  assert.equal(run?.state, 'failed');
  assert.equal(run.error?.party, 'centre', run.error?.message);
  centre.signal('SIGCONT');
  const { error } = await asked;
  assert.equal(error?.exitCode, 5, `${error?.code}: ${error?.message}`);
  await together.assertSettled();
  await together.assertWorksSoon('alpha|beta|gamma|delta|centre');
});

test('a station whose port is taken says so and ends, although it had a question to remind others of', async () => {
  const centre = together.station('centre');
  const run = await centre.client.ask({ sql: SQL, as: 'ana' });
  await centre.kill();
  const thief = createServer();
  await new Promise<void>((resolve) => thief.listen(Number(centre.card.station.split(':')[1]), '127.0.0.1', resolve));
  await assert.rejects(centre.start(), /station\/cannot-listen.*Another process has the address/s);
  await new Promise((resolve) => thief.close(resolve));
  await together.heal();
  await centre.client.cancel(run.id, { as: 'ana' });
  await together.assertSettled();
  await together.assertWorks();
});
