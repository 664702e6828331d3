/** Rows deposited as shares, with real stations and the real command line: what is kept, and what is refused. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fromBase64, fromHex } from '@sluis/base';
import { seal } from '@sluis/crypto';
import { type DepositManifest, pieceInfo } from '@sluis/model';
import { certificateOf, PinnedTransport } from '@sluis/sdk';
import { contribute, contributorFromIdentity, DepositClient, type DepositTransport } from '@sluis/sdk/contribute';
import { StationProcess } from '../../apps/cli/src/sandbox/station-process.ts';
import { type Collaboration, openCollaboration } from '../harness/collaboration.ts';
import { type Ended, LAUNCHER, sluis } from '../harness/command-line.ts';
import { notAcrossMidnight } from '../harness/midnight.ts';
import { stationPid } from '../harness/processes.ts';

const COLUMNS = {
  sector: { type: 'VARCHAR', uses: ['group', 'filter'], domain: { values: ['Energy', 'Finance', 'Health'] } },
  day: { type: 'DATE', uses: ['filter'], domain: { range: ['2024-01-01', '2026-12-31'] } },
  cost: { type: 'DECIMAL(12,2)', uses: ['aggregate', 'filter'], bounds: ['0', '1000000'], nullable: true },
};
const SECTORS = COLUMNS.sector.domain.values;
/** A cost that stands in every file, to look for in what is kept. */
const CANARY = '777123.45';

function csv(rows: number, from = 0): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const n = from + i;
    const day = new Date(Date.UTC(2024, 0, 1 + (n % 1000))).toISOString().slice(0, 10);
    return `${SECTORS[n % 3]},${day},${n % 7 === 0 ? '' : n % 11 === 0 ? CANARY : (n % 1000) + 0.25}`;
  });
  return `sector,day,cost\n${lines.join('\n')}\n`;
}

const COMMITTEE = ['north', 'south', 'west'];
const MEMBERS = ['alice', 'bob', 'south'];

let c: Collaboration;
let folder: string;
const extra: StationProcess[] = [];
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};

async function identity(name: string): Promise<string> {
  const made = await sluis(['contribute', 'identity', 'create', '--name', name, '--out', join(folder, `${name}.json`), '--json']);
  assert.equal(made.code, 0, made.stderr);
  return (JSON.parse(made.stdout) as { identity: string }).identity;
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluis-deposits-'));
  await identity('mallory');
  const contributors = Object.fromEntries(
    await Promise.all(['alice', 'bob', 'carol'].map(async (name) => [name, { identity: await identity(name) }] as const)),
  );
  c = await openCollaboration({
    parties: [...COMMITTEE, 'centre'].map((name) => ({ name })),
    table: 'incidents',
    columns: COLUMNS,
    terms: async (sandbox) => {
      const { key } = await sandbox.member('centre').client.issuerKey('test');
      const anonymous = { issuer: 'centre', key, members: MEMBERS, round: 'month' };
      return {
        contributors,
        tables: {
          incidents: {
            providers: [],
            columns: COLUMNS,
            deposits: { by: ['alice', 'bob', 'north'], maximum_rows_each: 300_000, anonymous },
          },
          closed: { providers: ['north'], columns: { n: { type: 'INTEGER' } } },
        },
      };
    },
  });
  file('agreement.json', JSON.stringify(c.agreement));
});
after(async () => {
  await Promise.all(extra.map((p) => p.stop()));
  await c?.close();
  rmSync(folder, { recursive: true, force: true });
});

const agreement = (): string[] => ['--agreement', join(folder, 'agreement.json'), '--json'];
const as = (name: string): string[] => ['--identity', join(folder, `${name}.json`), ...agreement()];
const deposit = (name: string, from: string, ...more: string[]) => sluis(['contribute', 'incidents', '--from', from, ...as(name), ...more]);
const json = (ended: Ended) => JSON.parse(ended.stdout);
const list = async (name: string): Promise<{ deposit: string; rows: number; state: string }[]> =>
  json(await sluis(['contribute', 'list', ...as(name)])).deposits;
const stateOf = async (name: string, batch: string) => (await list(name)).find((d) => d.deposit === batch)?.state;
const keptAt = (name: string, batch: string): string[] => {
  const path = join(c.member(name).home, 'deposits', batch);
  return existsSync(path) ? readdirSync(path).sort() : [];
};
function refusedWith(ended: Ended, code: string, exit: number): void {
  assert.equal(json(ended).error?.code, code, ended.stdout + ended.stderr);
  assert.equal(ended.code, exit);
}

test('a file is deposited, and depositing it again changes nothing', async () => {
  const path = file('first.csv', csv(1000));
  const done = await deposit('alice', path);
  assert.equal(done.code, 0, done.stderr + done.stdout);
  const first = JSON.parse(done.stdout);
  assert.equal(first.rows, 1000);
  assert.deepEqual(
    first.parties,
    ['north', 'south', 'west'].map((organisation) => ({ organisation, state: 'accepted' })),
  );
  const again = await deposit('alice', path);
  assert.equal(again.code, 0, again.stderr);
  assert.deepEqual([JSON.parse(again.stdout).already, JSON.parse(again.stdout).deposit], [true, first.deposit]);
  for (const name of COMMITTEE) assert.deepEqual(keptAt(name, first.deposit), ['0'], `${name} keeps one encrypted piece`);
  assert.ok(!existsSync(join(c.member('centre').home, 'deposits')), 'who is no compute party keeps nothing');
});

test('every row that breaks the agreement is named, and nothing of the file is uploaded', async () => {
  const rows = csv(30).trim().split('\n');
  rows[3] = 'Shipping,2024-01-03,5';
  rows[7] = 'Energy,2024-13-01,-4';
  rows[9] = 'Energy,2024-01-09,1.005';
  rows[12] = 'Energy,2024-01-12';
  const path = file('bad.csv', rows.join('\r\n'));
  const before = await list('bob');
  const ended = await deposit('bob', path);
  refusedWith(ended, 'deposit/bad-rows', 2);
  assert.match(ended.stdout, /4 rows break/);
  for (const what of ['line 4, column sector', 'line 8, column day', 'line 8, column cost', 'line 10, column cost', 'line 13:'])
    assert.ok(ended.stderr.includes(what), what);
  assert.ok(!ended.stderr.includes('Shipping'), 'values are not repeated');
  assert.deepEqual(await list('bob'), before);
  const dropped = json(await deposit('bob', path, '--drop-invalid'));
  assert.deepEqual([dropped.rows, dropped.dropped], [26, 4]);
  refusedWith(await deposit('bob', file('columns.csv', 'sector,day\nEnergy,2024-01-01\n')), 'deposit/columns-missing', 2);
  refusedWith(
    await deposit('bob', file('latin.csv', Buffer.from('sector,day,cost\n\xe9,2024-01-01,1\n', 'latin1').toString('latin1'))),
    'deposit/bad-rows',
    2,
  );
  const dry = json(await deposit('bob', file('dry.csv', csv(10)), '--dry-run'));
  assert.deepEqual([dry.deposit, dry.rows], [null, 10]);
});

test('others than the contributor can neither deposit in its name nor at all', async () => {
  const path = file('others.csv', csv(10));
  const stolen = JSON.parse(readFileSync(join(folder, 'mallory.json'), 'utf8'));
  file('impostor.json', JSON.stringify({ ...stolen, name: 'alice' }));
  refusedWith(await deposit('impostor', path), 'deposit/no-agreement', 3);
  refusedWith(await deposit('mallory', path), 'deposit/no-agreement', 3);
  refusedWith(await deposit('carol', path), 'deposit/not-allowed', 3);
  refusedWith(await sluis(['contribute', 'closed', '--from', path, ...as('alice')]), 'deposit/not-allowed', 3);
  const own = await sluis(['contribute', 'incidents', '--from', path, '--home', c.member('north').home, '--json']);
  assert.equal(own.code, 0, own.stderr + own.stdout);
  refusedWith(
    await sluis(['contribute', 'incidents', '--from', path, '--home', c.member('south').home, '--json']),
    'deposit/not-allowed',
    3,
  );
});

test('append adds, replace takes the earlier ones out, withdraw deletes, and no limit is passed', async () => {
  const one = json(await deposit('bob', file('one.csv', csv(100)))).deposit;
  const two = json(await deposit('bob', file('two.csv', csv(100, 5000)))).deposit;
  assert.deepEqual([await stateOf('bob', one), await stateOf('bob', two)], ['accepted', 'accepted']);
  const big = file('big.csv', csv(299_950));
  refusedWith(await deposit('bob', big), 'deposit/too-many-rows', 3);
  const three = json(await deposit('bob', file('three.csv', csv(120, 9000)), '--replace')).deposit;
  assert.equal(await stateOf('bob', three), 'accepted');
  for (const old of [one, two]) {
    assert.equal(await stateOf('bob', old), `replaced: ${three}`);
    for (const name of COMMITTEE) assert.deepEqual(keptAt(name, old), [], 'replaced shares are deleted');
  }
  const gone = json(await sluis(['contribute', 'withdraw', three.slice(0, 8), ...as('bob')]));
  assert.deepEqual(
    gone.parties.map((p: { state: string }) => p.state),
    ['withdrawn', 'withdrawn', 'withdrawn'],
  );
  for (const name of COMMITTEE) assert.deepEqual(keptAt(name, three), []);
  refusedWith(await sluis(['contribute', 'withdraw', one, ...as('alice')]), 'deposit/unknown', 2);
  const anew = json(await deposit('bob', join(folder, 'three.csv'), '--replace'));
  assert.notEqual(anew.deposit, three, 'a file that was withdrawn gets a fresh number');
  assert.equal(anew.already, false);
});

/** Runs a deposit and kills the command as soon as a line appears. */
async function cutOff(args: readonly string[], at: RegExp): Promise<void> {
  const child = spawn(process.execPath, [join(LAUNCHER, '../../src/main.ts'), ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let seen = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    seen += text;
    if (at.test(seen)) child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.once('close', resolve));
  assert.match(seen, at);
}

test('an upload that was killed, and a compute party that was killed meanwhile, go on where they stopped', async () => {
  let path = '';
  let begun: Awaited<ReturnType<typeof list>>[number] | undefined;
  // While this process waited for its turn, the command may have come to its end: then once more, with other rows.
  for (let tries = 0; begun === undefined; tries++) {
    assert.ok(tries < 5, 'what was cut off does not count');
    path = file('large.csv', csv(290_000, tries));
    await cutOff(['contribute', 'incidents', '--from', path, ...as('alice'), '--replace'], /Uploading shares: 2 of 5/);
    begun = (await list('alice')).find((d) => d.state === 'uploading');
  }
  const { home } = c.member('west');
  process.kill(stationPid(home) ?? assert.fail('west runs'), 'SIGKILL');
  const west = StationProcess.spawn('west', home);
  extra.push(west);
  await west.ready(new AbortController().signal);
  const ended = await deposit('alice', path, '--replace');
  assert.equal(ended.code, 0, ended.stderr + ended.stdout);
  assert.equal(json(ended).deposit, begun.deposit);
  assert.match(ended.stderr, /Uploading shares: [2-5] of 5/);
  assert.doesNotMatch(ended.stderr, /Uploading shares: [01] of 5/, 'what was there is not sent again');
  assert.equal(await stateOf('alice', begun.deposit), 'accepted');
  for (const name of COMMITTEE) assert.equal(keptAt(name, begun.deposit).length, 5);
  assert.equal((await list('alice')).filter((d) => d.state === 'accepted').length, 1, 'it replaced the earlier one');
});

/** A relay that does to boxes what `tamper` says, through the real one. */
async function through(
  name: string,
  rows: string,
  tamper: (path: string, body: Uint8Array) => Uint8Array,
  seen: { manifest?: DepositManifest; batch?: string },
) {
  const station = c.agreement.organisations.find((o) => o.name === 'centre') ?? assert.fail();
  const url = `https://${station.station}`;
  const transport = new PinnedTransport({ url, certificate: await certificateOf(url, station.certificate) });
  const relay: DepositTransport = {
    post: (path, body) => {
      if (path === '/contribute/deposits') seen.manifest = (body as { statement: DepositManifest }).statement;
      return transport.post(path, body);
    },
    put: (path, body) => transport.put(path, tamper(path, body)),
  };
  try {
    return await contribute({
      agreement: c.agreement,
      agreementId: c.agreementId,
      table: 'incidents',
      contributor: contributorFromIdentity(readFileSync(join(folder, `${name}.json`), 'utf8'), fromHex),
      anonymous: null,
      mode: 'append',
      source: async function* () {
        yield Buffer.from(rows);
      },
      dropInvalid: false,
      again: false,
      client: new DepositClient(relay, () => Date.now()),
    });
  } finally {
    transport.close();
  }
}

const code = (expected: string) => (error: unknown) => (error as { code?: string }).code === expected;

test('what a relaying station changes, swaps or makes up is refused by the compute parties', async () => {
  const rows = csv(20, 70_000);
  const seen: { manifest?: DepositManifest } = {};
  const flipped = (_: string, body: Uint8Array) => {
    const copy = body.slice();
    copy[copy.length - 3] = (copy[copy.length - 3] ?? 0) ^ 1;
    return copy;
  };
  await assert.rejects(through('bob', rows, flipped, seen), code('crypto/cannot-open'));
  const swapped = (_: string, body: Uint8Array) => {
    const lengths = [0, 4, 8].map((at) => new DataView(body.buffer, body.byteOffset).getUint32(at)) as [number, number, number];
    const [a, b, z] = [12, 12 + lengths[0], 12 + lengths[0] + lengths[1]];
    const out = Buffer.concat([new Uint8Array(12), body.subarray(a, b), body.subarray(z), body.subarray(b, z)]);
    for (const [i, n] of [lengths[0], lengths[2], lengths[1]].entries()) out.writeUInt32BE(n, 4 * i);
    return out;
  };
  await assert.rejects(through('bob', rows, swapped, seen), code('crypto/cannot-open'));
  const madeUp = () => {
    const manifest = seen.manifest ?? assert.fail();
    const boxes = COMMITTEE.map((to) => {
      const key = c.agreement.organisations.find((o) => o.name === to)?.sealing ?? '';
      return seal(fromBase64(key), new Uint8Array(500), pieceInfo(manifest, 0, to));
    });
    const head = Buffer.alloc(12);
    for (const [i, b] of boxes.entries()) head.writeUInt32BE(b.length, 4 * i);
    return Buffer.concat([head, ...boxes]);
  };
  await assert.rejects(through('bob', rows, madeUp, seen), code('deposit/piece-differs'));
  assert.equal(await stateOf('bob', seen.manifest?.batch ?? ''), 'uploading', 'nothing of it counts');
  const good = await through('bob', rows, (_, body) => body, seen);
  assert.equal(
    good.parties.every((p) => p.deposit.state === 'accepted'),
    true,
    'control: untouched, it is accepted',
  );
});

/** A bare HTTPS request, without the station's token. */
function bare(method: string, path: string, body?: Uint8Array): Promise<number> {
  const [host, port] = (c.agreement.organisations[0]?.station ?? '').split(':');
  return new Promise((resolve, reject) => {
    const outgoing = request({ host, port, method, path, rejectUnauthorized: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

test('without the token, contributors’ routes are open and nothing else is', async () => {
  for (const path of [
    '/api/v1/status',
    '/api/v1/agreements',
    '/api/v1/contribute/../agreements',
    '/api/v1/contribute/%2e%2e/status',
    '/contribute/../api/v1/runs',
  ])
    assert.equal(await bare('GET', path).then((s) => s === 403 || s === 404), true, path);
  assert.equal(await bare('GET', '/api/v1/status'), 403);
  assert.equal(await bare('GET', '/contribute/'), 200);
  assert.equal(await bare('GET', '/contribute/../../../package.json'), 403);
  assert.equal(await bare('POST', '/api/v1/contribute/list', Buffer.from('{}')), 400);
  const unknown = `/api/v1/contribute/deposits/${'ab'.repeat(16)}/0`;
  assert.equal(await bare('PUT', unknown, new Uint8Array(1000)), 400, 'pieces only of deposits that were begun');
  assert.equal(await bare('POST', '/api/v1/contribute/deposits', new Uint8Array(5_000_000)), 400);
});

test('a manifest that was signed once can not be used again', async () => {
  const station = c.agreement.organisations.find((o) => o.name === 'centre') ?? assert.fail();
  const url = `https://${station.station}`;
  const transport = new PinnedTransport({ url, certificate: await certificateOf(url, station.certificate) });
  let signed: unknown = null;
  const recording: DepositTransport = {
    post: (path, body) => {
      if (path === '/contribute/deposits') signed = body;
      return transport.post(path, body);
    },
    put: (path, body) => transport.put(path, body),
  };
  const alice = contributorFromIdentity(readFileSync(join(folder, 'bob.json'), 'utf8'), fromHex);
  const client = new DepositClient(recording, () => Date.now());
  const source = async function* () {
    yield Buffer.from(csv(15, 40_000));
  };
  const done = await contribute({
    ...{ agreement: c.agreement, agreementId: c.agreementId, table: 'incidents', contributor: alice, anonymous: null },
    ...{ mode: 'append' as const, source, dropInvalid: false, again: false, client },
  });
  await client.withdraw(alice, 'test', done.batch ?? '');
  const again = (await transport.post('/contribute/deposits', signed)) as { parties: { deposit: { state: string } }[] };
  assert.deepEqual(
    again.parties.map((p) => p.deposit.state),
    ['withdrawn', 'withdrawn', 'withdrawn'],
  );
  await assert.rejects(
    client.piece(done.batch ?? '', 0, [new Uint8Array(9), new Uint8Array(9), new Uint8Array(9)]),
    code('deposit/not-open'),
  );
  const changed = structuredClone(signed) as { statement: DepositManifest };
  changed.statement.mode = 'replace';
  await assert.rejects(transport.post('/contribute/deposits', changed), code('deposit/bad-signature'));
  transport.close();
});

test('a member deposits once a round without its name; a token is used once, by its owner', async () => {
  await notAcrossMidnight();
  const token = join(folder, 'token.json');
  const got = await sluis(['contribute', 'token', 'incidents', '--out', token, ...as('alice')]);
  assert.equal(got.code, 0, got.stderr + got.stdout);
  const path = file('secret.csv', csv(40, 100));
  const anonymous = (from: string, using: string) =>
    sluis(['contribute', 'incidents', '--from', from, '--anonymous', using, ...agreement()]);
  const done = await anonymous(path, token);
  assert.equal(done.code, 0, done.stderr + done.stdout);
  assert.match(
    done.stderr +
      (await sluis(['contribute', 'incidents', '--from', path, '--anonymous', token, '--agreement', join(folder, 'agreement.json')]))
        .stdout,
    /./,
  );
  const batch = json(done).deposit;
  assert.ok(!(await list('alice')).some((d) => d.deposit === batch), 'it is not among the deposits under her name');
  const mine = json(await sluis(['contribute', 'list', '--anonymous', token, ...agreement()])).deposits;
  assert.deepEqual(
    mine.map((d: { deposit: string; state: string }) => [d.deposit, d.state]),
    [[batch, 'accepted']],
  );
  refusedWith(await anonymous(file('second.csv', csv(40, 500)), token), 'deposit/token-spent', 3);
  const second = join(folder, 'second-token.json');
  const before = readFileSync(token, 'utf8');
  assert.equal((await sluis(['contribute', 'token', 'incidents', '--out', token, ...as('alice')])).code, 0, 'it is there');
  assert.equal(readFileSync(token, 'utf8'), before);
  assert.equal(statSync(token).mode & 0o777, 0o600);
  refusedWith(await sluis(['contribute', 'token', 'incidents', '--out', second, ...as('alice')]), 'deposit/token-issued', 3);
  const other = { ...JSON.parse(readFileSync(token, 'utf8')), private_key: 'ab'.repeat(32) };
  refusedWith(await anonymous(path, file('stolen-token.json', JSON.stringify(other))), 'deposit/bad-token', 3);
  refusedWith(await sluis(['contribute', 'token', 'incidents', '--out', join(folder, 'x.json'), ...as('carol')]), 'deposit/no-member', 3);
  const at = { cwd: folder };
  const south = await sluis(['contribute', 'incidents', '--from', path, '--anonymous', '--home', c.member('south').home, '--json'], at);
  assert.equal(south.code, 0, south.stderr + south.stdout);
  const kept = join(folder, `incidents-${new Date().toISOString().slice(0, 7)}.token.json`);
  assert.equal(statSync(kept).mode & 0o777, 0o600);
  assert.ok(south.stderr.includes('.token.json'), 'it says where the token is');
  const gone = json(await sluis(['contribute', 'withdraw', batch, '--anonymous', token, ...agreement()]));
  assert.equal(gone.parties[0].state, 'withdrawn');
});
