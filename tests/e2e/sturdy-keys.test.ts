/**
 * Keys, certificates, approvals and disks that are not as they should be, against real station processes: expired,
 * exchanged and stolen certificates, replayed approvals, a full disk, and Ctrl-C in the middle of a question.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { canonicalBytes, SluisError, toHex } from '@sluis/base';
import { createCertificate } from '@sluis/crypto';
import type { SignedApproval } from '@sluis/flow';
import { openKeyFile } from '@sluis/keys';
import type { RunView } from '@sluis/model';
import { Wire } from '@sluis/wire';
import { LAUNCHER } from '../harness/command-line.ts';
import { FragileCollaboration, newKeys, SQL, TEMPLATE } from '../simulation/fragile-collaboration.ts';
import { SmallDisk } from '../simulation/small-disk.ts';

const DAY_MS = 86_400_000;

let together: FragileCollaboration;
let disk: SmallDisk | null;

before(async () => {
  disk = SmallDisk.mount(24);
  together = await FragileCollaboration.open({
    certificateUntil: { name: 'alpha', notAfter: new Date(Date.now() + DAY_MS) },
    ...(disk === null ? {} : { homes: { delta: join(disk.path, 'delta') } }),
  });
});
// Whatever a failed test has left behind is not the next one's trouble.
afterEach(() => together.heal());
after(async () => {
  await together?.close();
  disk?.unmount();
});

/** A wire of our own that shows this certificate. */
function wireOf(tls: { key: string; cert: string }): Wire {
  return new Wire({
    tls,
    identify: (certificate) => together.agreement.organisations.find((o) => o.certificate === certificate)?.name ?? null,
    strangers: [],
  });
}

const rejectsWith =
  (code: string, check: (error: SluisError) => void = () => undefined) =>
  (thrown: unknown) => {
    assert.ok(thrown instanceof SluisError, String(thrown));
    assert.equal(thrown.code, code, thrown.message);
    check(thrown);
    return true;
  };

test('control: the answer is right', () => together.assertWorks());

test('an expired certificate: the error names the station and what to do; renewed clocks answer again', async () => {
  // For every station it is two days later; only the certificate of alpha has ended by then.
  await Promise.all([...together.stations.values()].map((s) => s.stop()));
  await Promise.all([...together.stations.values()].map((s) => s.start({ clockMs: 2 * DAY_MS })));
  const { error } = await together.askUnderFault();
  assert.equal(error?.code, 'wire/certificate-expired');
  assert.equal(error.party, 'alpha');
  assert.equal(error.exitCode, 5);
  assert.match(error.remedy ?? '', /renew its certificate/);
  await together.assertSettled(['alpha']);
  await Promise.all([...together.stations.values()].map((s) => s.stop()));
  await together.heal();
  await together.assertSettled();
  await together.assertWorks();
});

test('another certificate at the address of beta is not taken for beta, whatever name it carries', async () => {
  const beta = together.station('beta');
  await beta.stop();
  const saved = mkdtempSync(join(tmpdir(), 'sluis-saved-'));
  cpSync(beta.home, saved, { recursive: true });
  await newKeys(beta.home, beta.card, new Date(Date.now() + DAY_MS));
  await beta.start();
  const { error } = await together.askUnderFault();
  assert.equal(error?.code, 'wire/certificate-unknown');
  assert.equal(error.party, 'beta');
  assert.equal(error.exitCode, 5);
  await beta.stop();
  rmSync(beta.home, { recursive: true });
  cpSync(saved, beta.home, { recursive: true });
  rmSync(saved, { recursive: true });
  await together.heal();
  await together.assertSettled();
  await together.assertWorks();
});

test('a caller with a certificate of its own making in the name of beta is a stranger', async () => {
  const validity = { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + DAY_MS) };
  const wire = wireOf(await createCertificate({ name: 'beta', hosts: ['127.0.0.1'], ...validity }));
  const run = { run: 'ab'.repeat(16) };
  await assert.rejects(
    wire.request(together.peer('alpha'), 'run.receipt', run, new Uint8Array(0)),
    rejectsWith('wire/certificate-unknown'),
  );
  await wire.close();
});

test('a stolen certificate speaks only for the station it was stolen from', async () => {
  const stolen = await openKeyFile(together.station('delta').home);
  const wire = wireOf(stolen.tls);
  const run = await waiting();
  const forged = await approvalOf('gamma', run);
  await assert.rejects(put(wire, forged), rejectsWith('wire/sender-not-agreed'));
  const end = {
    run: run.id,
    state: 'cancelled',
    error: { code: 'run/x', message: 'x', remedy: null, stage: 'run', party: null, exitCode: 1 },
  };
  await together.station('centre').client.cancel(run.id, { as: 'ana' });
  const other = await waiting();
  // A provider may say no in its own name, and in no other: the record says who it was.
  await wire.request(together.peer('centre'), 'run.end', {}, canonicalBytes({ ...end, run: other.id }));
  const { state, error } = await together.station('centre').client.run(other.id);
  assert.equal(state, 'cancelled');
  assert.equal(error?.party, 'delta');
  await wire.close();
  for (const s of together.stations.values()) {
    const { runs } = await s.client.runs();
    for (const r of runs) if (r.state === 'waiting') await s.client.cancel(r.id, { as: 'ana' }).catch(() => undefined);
  }
});

test('an approval replayed in another run, or after the run, is refused; repeated in its own run it changes nothing', async () => {
  const wire = wireOf((await openKeyFile(together.station('delta').home)).tls);
  const first = await waiting();
  const approval = await approvalOf('delta', first);
  await put(wire, approval);
  await put(wire, approval);
  const client = together.station('centre').client;
  assert.deepEqual((await client.run(first.id)).approvals.given, ['delta']);
  const second = await waiting();
  const moved = { ...approval, statement: { ...approval.statement, run: second.id } };
  await assert.rejects(put(wire, moved), rejectsWith('run/bad-signature'));
  assert.deepEqual((await client.run(second.id)).approvals.given, []);
  await client.cancel(first.id, { as: 'ana' });
  await client.cancel(second.id, { as: 'ana' });
  await assert.rejects(put(wire, approval), rejectsWith('run/cancelled'));
  await wire.close();
  await together.assertSettled();
});

test('a full disk ends runs with an error that names the station and the disk, and all is well once there is space', async (t) => {
  if (disk === null) {
    t.skip('this user may not mount a small file system');
    return;
  }
  disk.fill();
  let failure: SluisError | null = null;
  // What the database has set aside already may last for a question or two.
  for (let i = 0; i < 40 && failure === null; i++) failure = (await together.askUnderFault()).error;
  assert.equal(failure?.code, 'store/failed');
  assert.equal(failure.party, 'delta');
  assert.equal(failure.exitCode, 5);
  assert.match(failure.message, /delta.*disk is full/);
  assert.match(failure.remedy ?? '', /Free space/);
  await together.assertSettled();
  disk.free();
  await together.assertWorks();
  await together.assertSettled();
  const delta = together.station('delta');
  await delta.stop();
  await together.heal();
  await together.assertSettled();
  await together.assertWorks();
});

test('Ctrl-C during a question cancels it at every station', async () => {
  const gamma = together.station('gamma');
  gamma.plant({ entry: 'share.accepted', moment: 'before', act: 'freeze' });
  const child = spawn(process.execPath, [LAUNCHER, 'ask', '--template', TEMPLATE, '--home', together.station('centre').home, '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  await gamma.untilStruck();
  child.kill('SIGINT');
  assert.equal(await code, 1, output);
  const { error } = JSON.parse(output) as { error: { code: string; message: string } };
  assert.equal(error.code, 'run/cancelled');
  gamma.signal('SIGCONT');
  await together.assertSettled();
  const id = /run ([0-9a-f]{32})/.exec(error.message)?.[1] ?? '';
  for (const name of ['alpha', 'beta', 'delta', 'centre'])
    assert.equal((await together.station(name).client.run(id)).state, 'cancelled', name);
  assert.notEqual((await gamma.client.run(id)).state, 'released');
  await together.assertWorks();
});

const waiting = (): Promise<RunView> => together.station('centre').client.ask({ sql: SQL, as: 'ana' });

async function approvalOf(organisation: string, run: RunView): Promise<SignedApproval> {
  const { signer } = await openKeyFile(together.station(organisation).home);
  const statement: SignedApproval['statement'] = {
    format: 'sluis-approval/1',
    run: run.id,
    plan: run.plan,
    agreement: run.agreement,
    organisation,
    approver: 'mallory',
    approved_at: new Date().toISOString(),
    expires_at: new Date(Date.now() + 600_000).toISOString(),
  };
  return { statement, signature: toHex(await signer.sign('approval', canonicalBytes(statement))) };
}

const put = (wire: Wire, approval: SignedApproval) =>
  wire.request(together.peer('centre'), 'run.approval', { run: approval.statement.run }, canonicalBytes(approval));
