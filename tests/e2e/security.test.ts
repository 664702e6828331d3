/**
 * What a security review tried against real stations: members and outsiders who say what is not theirs to say, who come
 * all at once, who fill a disk, and requests without a token. Each attacker holds real keys and speaks the real protocol.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { after, before, test } from 'node:test';
import { canonicalBytes, systemRandom, toHex } from '@sluis/base';
import { createSqlEngine } from '@sluis/engine';
import { openKeyFile, type StationKeys } from '@sluis/keys';
import type { Receipt } from '@sluis/model';
import { type Prepared, prepare } from '@sluis/planner';
import { Wire } from '@sluis/wire';
import { type Collaboration, openCollaboration } from '../harness/collaboration.ts';
import { notAcrossMidnight } from '../harness/midnight.ts';
import { assertPrivate } from '../harness/private-files.ts';

const SQL = 'SELECT kind, count(*) AS n FROM visits GROUP BY kind';
const PER_DAY = 3;
const PROVIDERS = ['alpha', 'beta', 'gamma'] as const;

let together: Collaboration;
let prepared: Prepared;
const stations = new Map<string, { keys: StationKeys; wire: Wire }>();

before(async () => {
  // Whatever a user's shell has: what stations write is for their owners alone.
  process.umask(0);
  const csv = `kind\n${'a\nb\n'.repeat(10)}`;
  together = await openCollaboration({
    parties: [...PROVIDERS.map((name) => ({ name, csv })), { name: 'centre' }, { name: 'bystander' }],
    table: 'visits',
    columns: { kind: { type: 'VARCHAR', uses: ['group'], domain: { values: ['a', 'b'] } } },
    receivers: ['centre'],
    terms: {
      approval: { ad_hoc: 'every-provider' },
      limits: { questions_per_day: PER_DAY },
      templates: { kinds: { sql: SQL } },
    },
  });
  for (const name of ['alpha', 'centre', 'bystander']) {
    const keys = await openKeyFile(together.member(name).home);
    const identify = (c: string) => together.agreement.organisations.find((o) => o.certificate === c)?.name ?? null;
    stations.set(name, { keys, wire: new Wire({ tls: keys.tls, identify, strangers: [] }) });
  }
  const { agreement, agreementId } = together;
  prepared = await prepare({ sql: SQL, agreement, agreementId, receivers: ['centre'] }, createSqlEngine());
});

after(async () => {
  for (const { wire } of stations.values()) await wire.close();
  await together?.close();
});

function as(name: string): { keys: StationKeys; wire: Wire } {
  const found = stations.get(name);
  if (found === undefined) throw new RangeError(name);
  return found;
}

function peer(name: string) {
  const o = together.agreement.organisations.find((x) => x.name === name);
  if (o === undefined) throw new RangeError(name);
  return { name, address: o.station, certificate: o.certificate };
}

const say = (from: string, to: string, type: string, header: object, body: unknown) =>
  as(from).wire.request(peer(to), type, header, body instanceof Uint8Array ? body : canonicalBytes(body), { timeoutMs: 120_000 });

async function propose(from: string, to: string, change: Record<string, unknown> = {}): Promise<string> {
  const now = Date.now();
  const statement = {
    format: 'sluis-proposal/1',
    run: toHex(systemRandom.bytes(16)),
    collaboration: 'test',
    agreement: together.agreementId,
    sql: SQL,
    template: null,
    plan: prepared.hash,
    coordinator: from,
    analyst: 'mallory',
    receivers: ['centre'],
    asked_at: new Date(now).toISOString(),
    expires_at: new Date(now + 3_600_000).toISOString(),
    ...change,
  };
  const signature = toHex(await as(from).keys.signer.sign('proposal', canonicalBytes(statement)));
  await say(from, to, 'run.propose', { proposal: { statement, signature } }, prepared.plan);
  return statement.run;
}

const NOT_AGREED = { code: 'wire/sender-not-agreed' };

test('many questions at once do not pass the limit per day', async () => {
  await notAcrossMidnight();
  const all = await Promise.allSettled(Array.from({ length: 12 }, () => propose('centre', 'beta', { analyst: 'hasty' })));
  assert.equal(all.filter((a) => a.status === 'fulfilled').length, PER_DAY);
  for (const a of all) if (a.status === 'rejected') assert.equal(a.reason.code, 'run/rate-limit');
});

test('nobody says what is another party’s to say about a run', async () => {
  const run = await propose('centre', 'beta', { analyst: 'victim' });
  const error = { code: 'run/cancelled', message: 'no', remedy: null, stage: 'run', party: null, exitCode: 3 };
  await assert.rejects(propose('alpha', 'beta'), { code: 'run/may-not-ask' });
  await assert.rejects(propose('bystander', 'beta', { coordinator: 'centre' }), NOT_AGREED);
  await assert.rejects(say('alpha', 'beta', 'run.start', { run }, { run, attempt: 1, approvals: [] }), NOT_AGREED);
  await assert.rejects(say('bystander', 'beta', 'run.end', { run }, { run, state: 'cancelled', error }), NOT_AGREED);
  await assert.rejects(say('bystander', 'beta', 'run.share', { run, attempt: 1 }, new Uint8Array(8)), { code: 'run/unexpected-message' });
  await assert.rejects(say('alpha', 'beta', 'run.delivery', { run, attempt: 2 }, new Uint8Array(8)), { code: 'run/malformed-message' });
  await assert.rejects(say('bystander', 'beta', 'run.receipt', { run }, new Uint8Array(0)), NOT_AGREED);
  const approval = await approvalOf('alpha', run);
  await assert.rejects(say('bystander', 'beta', 'run.approval', { run }, approval), NOT_AGREED);
  await assert.rejects(say('centre', 'beta', 'run.start', { run }, { run, attempt: 1, approvals: [approval] }), {
    code: 'approve/missing',
  });
  await say('alpha', 'beta', 'run.end', { run }, { run, state: 'refused', error: { ...error, party: 'gamma' } });
  assert.equal((await together.member('beta').client.run(run)).error?.party, 'alpha', 'a provider’s no is its own');
});

async function approvalOf(organisation: string, run: string) {
  const statement = {
    format: 'sluis-approval/1',
    run,
    plan: prepared.hash,
    agreement: together.agreementId,
    organisation,
    approver: 'ada',
    approved_at: new Date().toISOString(),
    expires_at: new Date(Date.now() + 600_000).toISOString(),
  };
  return { statement, signature: toHex(await as(organisation).keys.signer.sign('approval', canonicalBytes(statement))) };
}

test('a genuine receipt of one run ends no other, and its owner’s word does not come before a compute party’s own', async () => {
  const client = together.member('centre').client;
  const asked = await client.ask({ template: 'kinds', as: 'ana' });
  for (let state = asked.state; state !== 'released'; state = (await client.run(asked.id)).state) {
    assert.ok(['proposed', 'waiting', 'running'].includes(state), state);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const { openings: _, ...receipt } = (await client.result(asked.id)).receipt as Receipt;
  const run = await propose('centre', 'beta', { analyst: 'swapper' });
  const swapped = { ...receipt, body: { ...receipt.body, run } };
  await assert.rejects(say('centre', 'beta', 'run.finished', { run }, swapped), { code: 'run/unexpected-message' });
  await assert.rejects(say('alpha', 'beta', 'run.finished', { run }, swapped), NOT_AGREED);
  assert.equal((await together.member('beta').client.run(run)).state, 'waiting');
});

test('progress is heard from participants of a run under way, and from nobody else', async () => {
  const { client } = together.member('centre');
  const { id } = await client.ask({ sql: SQL, as: 'watcher' });
  const invented = (party: string) =>
    as(party).wire.push(peer('centre'), 'run.progress', { run: id, step: 'share', detail: `by ${party}` }, new Uint8Array(0));
  await invented('bystander');
  await invented('alpha');
  let said: string[] = [];
  for (let i = 0; i < 1_200 && !said.includes('by alpha'); i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    said = (await client.run(id)).events.map((e) => e.detail);
  }
  assert.ok(said.includes('by alpha'), 'the control, a participant, is heard');
  assert.ok(!said.includes('by bystander'));
});

test('agreements that nobody here signs do not fill a station’s disk', async () => {
  const offer = (i: number) => {
    const agreement = { ...together.agreement, version: 2, previous: together.agreementId, title: `Version ${i}` };
    return say('bystander', 'gamma', 'agreement.offer', {}, { agreement, signatures: {} });
  };
  for (let i = 0; i < 50; i++) await offer(i);
  await assert.rejects(offer(50), { code: 'agreement/too-many-offered' });
  await offer(0);
});

test('a request without the token is answered before its body is read', async () => {
  const address = new URL(`https://${peer('alpha').address}/api/v1/runs`);
  const asking = request(address, { method: 'POST', rejectUnauthorized: false, headers: { 'transfer-encoding': 'chunked' } });
  asking.on('error', () => undefined);
  asking.write('{');
  const [response] = await once(asking, 'response', { signal: AbortSignal.timeout(120_000) });
  assert.equal(response.statusCode, 403);
  asking.destroy();
});

test('what a station keeps is for its owner alone, under any umask', () => {
  for (const name of PROVIDERS) {
    const names = assertPrivate(together.member(name).home);
    for (const expected of ['state.db', 'state.db-wal', 'keys.sealed']) assert.ok(names.includes(expected), `${name}: ${names}`);
  }
  const processes = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid));
  const statuses = processes.map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/status`, 'utf8');
    } catch {
      return ''; // It has ended meanwhile.
    }
  });
  const own = statuses.filter((status) => new RegExp(`^PPid:\\t${process.pid}$`, 'm').test(status));
  assert.equal(own.length, together.agreement.organisations.length, 'one process a station');
  for (const status of own) assert.match(status, /^Umask:\t0077$/m);
});
