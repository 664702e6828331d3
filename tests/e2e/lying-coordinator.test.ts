/**
 * A coordinator that lies about the SQL, the group list, the receivers or the thresholds is refused by every other
 * station. The liar here holds the coordinator's real keys and speaks the real protocol.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { canonicalBytes, systemRandom, toHex } from '@sluis/base';
import { taggedHash } from '@sluis/crypto';
import { createSqlEngine } from '@sluis/engine';
import type { Proposal } from '@sluis/flow';
import { openKeyFile, type StationKeys } from '@sluis/keys';
import type { Plan } from '@sluis/model';
import { prepare } from '@sluis/planner';
import { Wire } from '@sluis/wire';
import { sampleIncidents, toCsv } from '../../examples/incidents.ts';
import { incidentsTable } from '../../examples/securened.ts';
import { type Collaboration, openCollaboration } from '../harness/collaboration.ts';

const SQL = 'SELECT action, count(*) AS n FROM incidents GROUP BY action';
const OTHER_SQL = 'SELECT asset, count(*) AS n FROM incidents GROUP BY asset';

let together: Collaboration;
let keys: StationKeys;
let wire: Wire;
let plan: Plan;
let hash: string;

before(async () => {
  const samples = sampleIncidents(1).slice(0, 3);
  together = await openCollaboration({
    parties: [...samples.map((s) => ({ name: s.organisation, csv: toCsv(s.rows) })), { name: 'centre' }, { name: 'outsider' }],
    table: 'incidents',
    columns: incidentsTable.columns,
    receivers: ['centre'],
    terms: { approval: { ad_hoc: 'every-provider' }, templates: { agreed: { sql: SQL } } },
  });
  keys = await openKeyFile(together.member('centre').home);
  wire = new Wire({
    tls: keys.tls,
    identify: (c) => together.agreement.organisations.find((o) => o.certificate === c)?.name ?? null,
    strangers: [],
  });
  const prepared = await prepare(
    { sql: SQL, agreement: together.agreement, agreementId: together.agreementId, receivers: ['centre'] },
    createSqlEngine(),
  );
  ({ plan, hash } = prepared);
});

after(async () => {
  await wire?.close();
  await together?.close();
});

const planHash = (changed: Plan) => toHex(taggedHash('sluis/plan/1', canonicalBytes(changed)));

function proposal(change: Partial<Proposal> = {}): Proposal {
  const now = Date.now();
  return {
    format: 'sluis-proposal/1',
    run: toHex(systemRandom.bytes(16)),
    collaboration: 'test',
    agreement: together.agreementId,
    sql: SQL,
    template: null,
    plan: hash,
    coordinator: 'centre',
    analyst: 'mallory',
    receivers: ['centre'],
    asked_at: new Date(now).toISOString(),
    expires_at: new Date(now + 3_600_000).toISOString(),
    ...change,
  };
}

async function put(to: string, statement: Proposal, claimed: Plan = plan, signer: StationKeys = keys): Promise<void> {
  const signature = toHex(await signer.signer.sign('proposal', canonicalBytes(statement)));
  await wire.request(peer(to), 'run.propose', { proposal: { statement, signature } }, canonicalBytes(claimed), { timeoutMs: 120_000 });
}

function peer(name: string) {
  const o = together.agreement.organisations.find((x) => x.name === name);
  if (o === undefined) throw new RangeError(name);
  return { name, address: o.station, certificate: o.certificate };
}

const others = () => ['harbour-works', 'north-hospital', 'delta-bank'];

test('control: the truth is accepted by every station', async () => {
  const statement = proposal();
  for (const to of others()) await put(to, statement);
});

test('a lie about the SQL is refused: another text than the plan', async () => {
  for (const to of others()) await assert.rejects(put(to, proposal({ sql: OTHER_SQL })), { code: 'run/plan-differs' });
});

test('a lie about the group list is refused, and the difference is named', async () => {
  const key = plan.keys[0];
  assert.ok(key !== undefined);
  const changed: Plan = { ...plan, keys: [{ ...key, size: key.size - 1 }], cellCount: plan.cellCount - 1 };
  for (const to of others()) {
    await assert.rejects(put(to, proposal({ plan: planHash(changed) }), changed), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'run/plan-differs');
      assert.match(error.message, /plan\.keys|plan\.cellCount/);
      return true;
    });
  }
});

test('a lie about the thresholds is refused, and the difference is named', async () => {
  const changed: Plan = { ...plan, rules: { ...plan.rules, minimumRows: 1 } };
  for (const to of others()) {
    await assert.rejects(put(to, proposal({ plan: planHash(changed) }), changed), /plan\.rules\.minimumRows/);
  }
});

test('a lie about the receivers is refused, in the proposal and in the plan', async () => {
  for (const to of others()) {
    await assert.rejects(put(to, proposal({ receivers: ['centre', 'outsider'] })), { code: 'run/receiver-not-agreed' });
    const changed: Plan = { ...plan, receivers: ['outsider'] };
    await assert.rejects(put(to, proposal({ plan: planHash(changed) }), changed), { code: 'run/plan-differs' });
  }
});

test('a lie about a template is refused: its name over another text', async () => {
  for (const to of others())
    await assert.rejects(put(to, proposal({ template: 'agreed', sql: OTHER_SQL })), { code: 'run/template-differs' });
});

test('starting without approvals, or with approvals of another run, is refused', async () => {
  const first = proposal();
  const second = proposal();
  for (const statement of [first, second]) for (const to of others()) await put(to, statement);
  const start = (run: string, approvals: unknown[]) =>
    wire.request(peer('delta-bank'), 'run.start', { run }, canonicalBytes({ run, attempt: 1, approvals }), { timeoutMs: 120_000 });
  await assert.rejects(start(first.run, []), { code: 'approve/missing' });
  const approver = await openKeyFile(together.member('north-hospital').home);
  const approval = {
    format: 'sluis-approval/1',
    run: first.run,
    plan: hash,
    agreement: together.agreementId,
    organisation: 'north-hospital',
    approver: 'nora',
    approved_at: new Date().toISOString(),
    expires_at: new Date(Date.now() + 600_000).toISOString(),
  };
  const signed = { statement: approval, signature: toHex(await approver.signer.sign('approval', canonicalBytes(approval))) };
  await assert.rejects(start(second.run, [signed]), { code: 'approve/does-not-apply' });
  const forged = { ...signed, statement: { ...approval, run: second.run } };
  await assert.rejects(start(second.run, [forged]), { code: 'run/bad-signature' });
});

test('a replayed proposal, a forged one, one from a wrong clock and one of a stranger are refused', async () => {
  const statement = proposal();
  await put('delta-bank', statement);
  await assert.rejects(put('delta-bank', statement), { code: 'run/replayed' });
  const other = await openKeyFile(together.member('outsider').home);
  await assert.rejects(put('delta-bank', proposal(), plan, other), { code: 'run/bad-signature' });
  const early = new Date(Date.now() - 20 * 60_000).toISOString();
  await assert.rejects(put('delta-bank', proposal({ asked_at: early })), { code: 'run/clock-skew' });
  await assert.rejects(put('delta-bank', proposal({ coordinator: 'outsider' })), { code: 'wire/sender-not-agreed' });
});
