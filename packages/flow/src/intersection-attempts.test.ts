/** Attempts against a side that begins several at once, or asks for a step twice. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { systemRandom, toHex } from '@sluis/base';
import { hmac } from '@sluis/crypto';
import { clientsIntersection } from '@sluis/model/sample-parties';
import { openStore } from '@sluis/store';
import { MockClock } from './fixtures/mock-clock.ts';
import type { AdmittedIntersection } from './intersection-admission.ts';
import { type ActiveAttempt, Attempts } from './intersection-attempts.ts';
import { IntersectionBook } from './intersection-book.ts';
import { ItemCollector } from './intersection-items.ts';
import { RunEvents, type StationContext } from './index.ts';

const START = Date.parse('2026-03-01T12:00:00Z');
const SAID = { declared: 1024, commitment: 'ab'.repeat(32) };
const LOTS = ['11'.repeat(32), '22'.repeat(32)] as const;
const code = (expected: string) => (thrown: unknown) => (thrown as { code?: string }).code === `intersection/${expected}`;

/** The bank's station, whose rows are `keys`; counts how often it plays. */
async function bank(t: TestContext, more: Record<string, unknown>) {
  const folder = mkdtempSync(join(tmpdir(), 'sluis-attempts-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const clock = new MockClock(START);
  const opened = await openStore({ path: join(folder, 'bank.db') }, clock);
  t.after(() => opened.close());
  const station = {
    organisation: 'bank',
    clock,
    random: systemRandom,
    store: { dataset: async () => ({}) },
    signer: { sign: async () => new Uint8Array(64) },
    audit: { append: async () => ({ index: 0 }) },
    events: new RunEvents(clock),
    wire: { request: () => Promise.reject(new RangeError('nothing is sent')) },
  } as unknown as StationContext;
  const state = { keys: ['a', 'b', 'c'], played: 0 };
  const kept = t.mock.method(opened.intersections, 'attemptFingerprints').mock;
  const collected = () => {
    const collector = new ItemCollector();
    for (const key of state.keys) collector.addKey([key]);
    return collector.items();
  };
  const attempts = new Attempts(station, new IntersectionBook(station, opened.intersections), {
    keys: { keys: async () => ({ items: collected(), rows: 3, missing: 0, keys: [], found: () => [] }) },
    work: {
      technique: () => assert.fail('nobody asks for it'),
      run: async () => {
        state.played++;
        return null;
      },
      fingerprints: async ({ bytes, offsets }, key) => {
        const prints = [...offsets.keys()].slice(1).map((i) => hmac(key, bytes.subarray(offsets[i - 1], offsets[i])).subarray(0, 8));
        return new Uint8Array(BigUint64Array.from(prints.map((p) => new DataView(p.slice().buffer).getBigUint64(0))).sort().buffer);
      },
    },
  });
  const terms = clientsIntersection(['bank', 'insurer'], { receivers: ['insurer'], ...more });
  const begin = async (): Promise<ActiveAttempt> => {
    const id = toHex(systemRandom.bytes(16));
    const named = { run: id, collaboration: 'test', agreement: 'a'.repeat(64), intersection: 'x', coordinator: 'insurer', analyst: 'ina' };
    const empty = {
      proposal: '{}',
      approvals: '{}',
      lots: '{}',
      inputs: null,
      error: null,
      createdAt: START,
      updatedAt: START,
    };
    await opened.intersections.createIntersection({ ...named, ...empty, state: 'running', attempt: 1 });
    const agreement = {
      collaboration: 'test',
      limits: { run_seconds: 60 },
      threat_model: 'semi-honest',
      organisations: [{ name: 'insurer', station: '127.0.0.1:1', certificate: 'c'.repeat(64) }],
    };
    const run = {
      ...{ name: 'x', terms, agreement, proposal: named, agreementId: named.agreement },
      me: terms.between[0],
      peer: terms.between[1],
    };
    const active = attempts.open(run as unknown as AdmittedIntersection, 1);
    t.after(() => active.close());
    return active;
  };
  return { attempts, begin, state, clock, read: () => kept.calls.map((call) => call.arguments[0]) };
}

test('runs that are begun at once do not share what is left for one', async (t) => {
  const { attempts, begin } = await bank(t, { limits: { runs: 1 } });
  const both = [await begin(), await begin()];
  // Both have looked at the count before either is counted.
  for (const active of both) await attempts.prepare(active);
  const ended = await Promise.allSettled(both.map((active) => attempts.commit(active, SAID, LOTS)));
  assert.deepEqual(
    ended.map((e) => e.status),
    ['fulfilled', 'rejected'],
  );
  assert.ok(ended[1]?.status === 'rejected' && code('too-many-runs')(ended[1].reason));
  await assert.rejects(attempts.play(both[1] as ActiveAttempt), code('out-of-turn'), 'what was not counted is not played');
});

test('own lists of runs that are begun at once are compared with each other', async (t) => {
  const { attempts, begin, state } = await bank(t, { limits: { minimum_changed_items: 2 } });
  const [first, second] = [await begin(), await begin()];
  await attempts.prepare(first);
  state.keys.push('d');
  await attempts.prepare(second);
  await attempts.commit(first, SAID, LOTS);
  await assert.rejects(attempts.commit(second, SAID, LOTS), code('changed-too-little'));
});

test('lists of earlier runs are read where a limit needs them, and each once', async (t) => {
  const free = await bank(t, {});
  for (let i = 0; i < 3; i++) {
    const active = await free.begin();
    await free.attempts.prepare(active);
    await free.attempts.commit(active, SAID, LOTS);
  }
  assert.deepEqual(free.read(), []);
  const limited = await bank(t, { limits: { minimum_changed_items: 2 } });
  const runs = [await limited.begin(), await limited.begin(), await limited.begin()];
  for (const active of runs.slice(0, 2)) {
    await limited.attempts.prepare(active);
    await limited.attempts.commit(active, SAID, LOTS);
  }
  const [first, second] = runs.map(({ run }) => run.proposal.run);
  assert.deepEqual(limited.read(), [first]);
  await limited.attempts.prepare(runs[2] as ActiveAttempt);
  await limited.attempts.commit(runs[2] as ActiveAttempt, SAID, LOTS);
  assert.deepEqual(limited.read().slice(1).sort(), [first, second].sort());
});

test('a list that grew is found out also where two runs are begun at once', async (t) => {
  const { attempts, begin } = await bank(t, { size_bucket: 1, limits: { maximum_growth_percent: 10 } });
  const [first, second] = [await begin(), await begin()];
  for (const active of [first, second]) await attempts.prepare(active);
  const ended = await Promise.allSettled([
    attempts.commit(first, { ...SAID, declared: 10 }, LOTS),
    attempts.commit(second, { ...SAID, declared: 1_000 }, LOTS),
  ]);
  assert.ok(ended[0].status === 'fulfilled' && ended[1].status === 'rejected' && code('grew-too-much')(ended[1].reason));
});

test('an attempt is played once, and only after it was counted', async (t) => {
  const { attempts, begin, state } = await bank(t, {});
  const active = await begin();
  await assert.rejects(attempts.play(active), code('out-of-turn'));
  await attempts.prepare(active);
  await assert.rejects(attempts.play(active), code('out-of-turn'));
  await attempts.commit(active, SAID, LOTS);
  const twice = await Promise.allSettled([attempts.play(active), attempts.play(active)]);
  assert.deepEqual(
    twice.map((e) => e.status),
    ['fulfilled', 'rejected'],
  );
  await assert.rejects(attempts.play(active), code('out-of-turn'));
  await assert.rejects(attempts.commit(active, SAID, LOTS), code('out-of-turn'));
  assert.equal(state.played, 1);
});

test('an attempt that ends late does not take a later one of its run with it', async (t) => {
  const { attempts, begin } = await bank(t, {});
  const first = await begin();
  first.close();
  const second = attempts.open(first.run, 2);
  first.close();
  assert.equal(attempts.get(first.run.proposal.run), second);
  second.close();
  assert.equal(attempts.get(first.run.proposal.run), null);
});

test('the time that an attempt has does not follow a clock that is set', async (t) => {
  const { begin, clock } = await bank(t, {});
  const { elapsedMs, timeLeftMs } = await begin();
  const look = () => [elapsedMs(), timeLeftMs()];
  clock.advance(10_000);
  assert.deepEqual(look(), [10_000, 50_000]);
  clock.set(START - 86_400_000);
  assert.deepEqual(look(), [10_000, 50_000], 'set back');
  clock.set(START + 86_400_000);
  assert.deepEqual(look(), [10_000, 50_000], 'set forward');
  clock.advance(60_000);
  assert.deepEqual(look(), [70_000, 0]);
});
