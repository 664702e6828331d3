/** What a station refuses when a question is put to it: each check with the code, the party and a control that passes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalBytes, RefusedError, toHex } from '@sluis/base';
import { admit, firstDifference, SKEW_MS } from './admission.ts';
import { openStations, type TestStations } from './fixtures/stations.ts';
import type { Proposal, SignedProposal } from './messages.ts';

/** What `centre` proposes when it asks. */
async function asked(all: TestStations): Promise<Proposal> {
  const record = await all.station('centre').context.store.run(await all.ask());
  return (JSON.parse(record?.proposal ?? '{}') as SignedProposal).statement;
}

/** A proposal of `centre`, changed, and signed by `signer`. */
async function proposal(all: TestStations, of: Proposal, change: Partial<Proposal> = {}, signer = 'centre'): Promise<SignedProposal> {
  const changed = { ...of, ...change };
  const signature = await all.station(signer).context.signer.sign('proposal', canonicalBytes(changed));
  return { statement: changed, signature: toHex(signature) };
}

const refusals: readonly [string, string, (all: TestStations) => Partial<Proposal>][] = [
  ['a coordinator that may not ask', 'run/may-not-ask', () => ({ coordinator: 'delta' })],
  ['another collaboration', 'run/wrong-agreement', () => ({ collaboration: 'other' })],
  ['an unknown agreement', 'agreement/not-in-force', () => ({ agreement: 'f'.repeat(64) })],
  ['a receiver that is not agreed', 'run/receiver-not-agreed', () => ({ receivers: ['centre', 'delta'] })],
  ['a receiver named twice', 'run/receiver-not-agreed', () => ({ receivers: ['centre', 'centre'] })],
  ['a template over another text', 'run/template-differs', () => ({ sql: 'SELECT count(*) AS n FROM visits' })],
  ['a template that does not exist', 'run/template-differs', () => ({ template: 'no-such' })],
  ['another plan', 'run/plan-differs', () => ({ plan: '0'.repeat(64) })],
  ['a clock that is behind', 'run/clock-skew', (all) => ({ asked_at: new Date(all.clock.now() - SKEW_MS - 1000).toISOString() })],
  ['a clock that is ahead', 'run/clock-skew', (all) => ({ asked_at: new Date(all.clock.now() + SKEW_MS + 1000).toISOString() })],
  ['an expired proposal', 'run/expired', (all) => ({ expires_at: new Date(all.clock.now()).toISOString() })],
  ['a proposal without end', 'run/expired', (all) => ({ expires_at: new Date(all.clock.now() + 31 * 86_400_000).toISOString() })],
];

test('control: the proposal as it is made is admitted, a little clock skew included', async (t) => {
  const all = await openStations(t);
  const delta = all.station('delta').context;
  const statement = await asked(all);
  const admitted = await admit(delta, await proposal(all, statement), null);
  assert.equal(admitted.prepared.hash, admitted.proposal.plan);
  await admit(delta, await proposal(all, statement, { asked_at: new Date(all.clock.now() - SKEW_MS + 1000).toISOString() }), null);
});

test('each of these is refused, with a code and what to do', async (t) => {
  const all = await openStations(t);
  const statement = await asked(all);
  for (const [what, code, change] of refusals) {
    await t.test(`refused: ${what}`, async () => {
      const signed = await proposal(all, statement, change(all));
      await assert.rejects(admit(all.station('delta').context, signed, null), (thrown: unknown) => {
        assert.ok(thrown instanceof RefusedError, String(thrown));
        assert.equal(thrown.code, code);
        assert.notEqual(thrown.remedy, null);
        return true;
      });
    });
  }
});

test("refused: another organisation's signature, and a refusal stands in the log", async (t) => {
  const all = await openStations(t);
  const delta = all.station('delta');
  const forged = await proposal(all, await asked(all), {}, 'alpha');
  const before = await delta.ledger.size();
  await assert.rejects(delta.runs.accept(forged, null), { code: 'run/bad-signature', party: 'centre' });
  const size = await delta.ledger.size();
  const entries = await delta.ledger.entries(before, size);
  assert.ok(entries.some((e) => new TextDecoder().decode(e.data).includes('"run.refused"')));
});

test('an analyst over the daily limit is refused by every station until tomorrow', async (t) => {
  const all = await openStations(t, { limits: { questions_per_day: 2 } });
  for (let i = 0; i < 2; i++) await all.ended('delta', await all.ask());
  await assert.rejects(all.ask(), { code: 'run/rate-limit' });
  all.clock.advance(86_400_000);
  assert.equal((await all.ended('delta', await all.ask())).state, 'released');
});

test('an agreement that has ended admits nothing', async (t) => {
  const all = await openStations(t);
  all.clock.advance(400 * 86_400_000);
  await assert.rejects(all.ask(), { code: 'agreement/not-in-force' });
});

test('the first difference between two plans is named by its path, never by its value', () => {
  assert.equal(firstDifference({ a: { b: 1 } }, { a: { b: 1 } }), null);
  assert.equal(firstDifference({ a: { b: 1 } }, { a: { b: 2 } }), '"plan.a.b" differs');
  assert.equal(firstDifference({ a: 1 }, { a: 1, c: 2 }), '"plan.c" differs');
  assert.equal(firstDifference({ a: 1 }, null), '"plan" differs');
});
