/**
 * A collaboration of five organisations, each with its own folder and operating-system user, built with nothing but the
 * command line. Then the decrypted transcripts of all processes are read: nobody but its owner ever held a partial
 * aggregate, a count or an organisation's bit in the clear, and no threshold was decided in the clear.
 */
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openKeyFile } from '@sluis/keys';
import { type Agreement, agreementSchema, parseAgreementYaml, type Plan, serialiseAgreementYaml } from '@sluis/model';
import { replicatedSharing } from '@sluis/mpc';
import { freePorts } from '../../apps/cli/src/sandbox/ports.ts';
import { columnShare } from '../../packages/mpc/src/shares.ts';
import { Organisation } from '../seam/organisation.ts';
import * as data from '../seam/readings.ts';
import { type Finding, Search, SMALLEST, unwrapped } from '../seam/search.ts';
import { isBox, messagesOf, openedBox, type Piece, type RunTerms, type SeenMessage, streamsOf } from '../seam/view.ts';

/** Two compute parties with data, one without; a provider outside the committee; a receiver that does neither. */
const NAMES = ['north', 'south', 'arbiter', 'west', 'centre'] as const;
const COMMITTEE = ['north', 'south', 'arbiter'] as const;
const PROVIDERS = ['north', 'south', 'west'] as const;
const OTHERS = NAMES.filter((name) => name !== 'centre');
const FIRST_USER = 61_001;
const asRoot = process.getuid?.() === 0;
const needsRoot = asRoot ? false : 'not run as root: the organisations share one operating-system user here';

const holdings = PROVIDERS.map((_, i) => data.holding(i, i === 1));
const pooled = data.pooled(holdings);

let base: string;
let organisations: Map<string, Organisation>;
let agreement: Agreement;
let terms: RunTerms;
let plan: Plan;
// biome-ignore lint/suspicious/noExplicitAny: the JSON document of `sluis result`
let answer: any;

const at = (name: string): Organisation => organisations.get(name) as Organisation;

before(async () => {
  base = mkdtempSync(join(tmpdir(), 'sluis-joint-'));
  chmodSync(base, 0o711);
  organisations = new Map(NAMES.map((name, i) => [name, new Organisation(base, name, asRoot ? FIRST_USER + i : null)]));
});
after(async () => {
  await Promise.all([...(organisations?.values() ?? [])].map((o) => o.stop()));
  rmSync(base, { recursive: true, force: true });
});

test('stations are made and started, cards travel as text, and the agreement is drafted, checked and signed', async () => {
  const ports = await freePorts(NAMES.length);
  const cards = await Promise.all(
    [...organisations.values()].map(async (o, i) => {
      const listen = `127.0.0.1:${ports[i]}`;
      const made = await o.sluis('station', 'init', '--home', o.home, '--name', o.name, '--listen', listen);
      assert.equal(made.code, 0, made.stderr);
      const card = await o.sluis('station', 'card', '--home', o.home);
      assert.equal(card.code, 0, card.stderr);
      return card.stdout;
    }),
  );
  await Promise.all([...organisations.values()].map((o) => o.start()));

  const centre = at('centre');
  const sample = centre.file(
    'sample.csv',
    `region,amount\n${Array.from({ length: 5 * data.REGIONS }, (_, i) => `${data.region(i % data.REGIONS)},${i}\n`).join('')}`,
  );
  const files = cards.flatMap((text, i) => ['--card', centre.file(`card-${i}.json`, text)]);
  const draft = await centre.sluis(
    ...['agreement', 'draft', '--collaboration', 'readings', '--table', 'readings', '--from-csv', sample, ...files],
    ...['--committee', COMMITTEE.join(','), '--providers', PROVIDERS.join(','), '--receivers', 'centre', '--askers', 'centre'],
  );
  assert.equal(draft.code, 0, draft.stderr);
  const text = granted(draft.stdout);
  const file = centre.file('agreement.yaml', text);
  assert.equal((await centre.sluis('agreement', 'check', file)).code, 0);
  const first = await centre.json('agreement', 'sign', file);
  // The others have it from the first one's offer, and sign what they have by its id.
  for (const name of OTHERS) await at(name).json('agreement', 'sign', first.id);
  for (const o of organisations.values()) assert.equal((await o.json('agreement', 'show', first.id)).state, 'in-force', o.name);
  agreement = agreementSchema.parse((await centre.json('agreement', 'show', first.id)).agreement);
});

/** What people do with a draft: grant uses, widen bounds, choose output rules. */
function granted(draft: string): string {
  const proposed = parseAgreementYaml(draft, 'draft');
  const { readings } = proposed.tables;
  assert.ok(readings?.columns['region'] && readings.columns['amount']);
  assert.deepEqual(
    Object.values(readings.columns).map((c) => c.uses),
    [[], []],
    'a draft grants nothing',
  );
  const columns = {
    region: { ...readings.columns['region'], uses: ['group'] },
    amount: { ...readings.columns['amount'], uses: ['aggregate'], bounds: ['0', '10000000000'], domain: undefined },
  };
  const output = { minimum_rows: data.MINIMUM_ROWS, minimum_organisations: data.MINIMUM_ORGANISATIONS };
  return serialiseAgreementYaml(
    agreementSchema.parse(JSON.parse(JSON.stringify({ ...proposed, output, tables: { readings: { ...readings, columns } } }))),
  );
}

test('providers connect their rows; a question waits for every one of them; a no ends it', async () => {
  for (const [i, name] of PROVIDERS.entries()) {
    const view = await at(name).json(
      'dataset',
      'connect',
      'readings',
      '--file',
      at(name).file('rows.csv', data.csvOf(holdings[i] as data.Holding)),
    );
    assert.equal(
      view.report.rows,
      holdings[i]?.rows.reduce((a, b) => a + b, 0),
    );
  }
  const explained = await at('centre').json('explain', data.SQL);
  assert.deepEqual([...explained.approvals].sort(), [...PROVIDERS].sort());
  assert.ok(explained.explain.length > 3);

  const refused = await at('centre').json('ask', data.SQL, '--no-wait');
  await untilWaiting('west', refused.run);
  await at('west').json('refuse', refused.run, '--reason', 'not today');
  const ended = await at('centre').sluis('result', refused.run, '--home', at('centre').home, '--json');
  assert.equal(ended.code, 3, ended.stdout);
  assert.equal(JSON.parse(ended.stdout).error.party, 'west');
});

/** Questions are told to the others in the background. */
const untilWaiting = (name: string, run: string) =>
  waitFor(async () => (await at(name).json('runs')).runs.some((r: { id: string; state: string }) => r.id === run && r.state === 'waiting'));

test('approved by hand it runs; before that nothing is released; the receipt verifies', async () => {
  const centre = at('centre');
  const { run, state } = await centre.json('ask', data.SQL, '--no-wait');
  assert.equal(state, 'waiting');
  for (const name of PROVIDERS) {
    const early = await centre.sluis('result', run, '--home', centre.home, '--json');
    assert.notEqual(early.code, 0, `no result before ${name} approves`);
    assert.equal(JSON.parse(early.stdout).error.code, 'result/not-found');
    await untilWaiting(name, run);
    await at(name).json('approve', run, '--as', `approver of ${name}`);
  }
  const receipt = join(centre.desk, 'receipt.json');
  answer = await centre.json('result', run, '--wait', '--receipt', receipt);
  const expected = pooled.passes.flatMap((bit, c) => (bit === 1 ? [[data.region(c), pooled.rows[c], pooled.sums[c]]] : []));
  assert.deepEqual(
    answer.rows.map((r: unknown[]) => [r[0], Number(r[1]), Number(r[2])]),
    expected,
  );
  const held = pooled.passes.flatMap((bit, c) => (bit === 1 ? [] : [data.region(c)]));
  assert.deepEqual(
    answer.suppressed.map((s: { group: { region: string } }) => s.group.region),
    held,
  );

  const verified = await centre.sluis('verify', receipt, '--agreement', join(centre.desk, 'agreement.yaml'), '--json');
  assert.equal(verified.code, 0, verified.stdout);
  assert.deepEqual(JSON.parse(verified.stdout).rows, answer.rows);
  const bent = readFileSync(receipt, 'utf8').replace(/"contributing_organisations":3/, '"contributing_organisations":4');
  const broken = await centre.sluis('verify', centre.file('bent.json', bent), '--json');
  assert.notEqual(broken.code, 0);
  terms = { run, plan: answer.receipt.body.plan, agreement: answer.receipt.body.agreement };
});

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  assert.fail('did not happen in time');
}

test('every organisation runs as its own user in a folder that no other can enter, with no file in common', { skip: needsRoot }, () => {
  for (const [i, o] of [...organisations.values()].entries()) {
    for (const folder of [o.folder, o.home]) {
      assert.equal(statSync(folder).mode & 0o777, 0o700, folder);
      assert.equal(statSync(folder).uid, FIRST_USER + i);
    }
    assert.ok(o.pids().length > 0);
    for (const pid of o.pids()) {
      assert.match(readFileSync(`/proc/${pid}/status`, 'utf8'), new RegExp(`^Uid:\\s+${FIRST_USER + i}\\s`, 'm'));
      for (const other of organisations.values()) {
        if (other !== o) assert.ok(!openFiles(pid).some((f) => f.startsWith(other.folder)), `${o.name} has a file of ${other.name} open`);
      }
    }
    const neighbour = FIRST_USER + ((i + 1) % NAMES.length);
    const peek = spawnSync('ls', [o.home], { uid: neighbour, gid: neighbour, encoding: 'utf8' });
    assert.notEqual(peek.status, 0, `another user can list ${o.home}`);
  }
  // Control: its owner can.
  assert.equal(spawnSync('ls', [at('north').home], { uid: FIRST_USER, gid: FIRST_USER }).status, 0);
});

const openFiles = (pid: number): string[] =>
  readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return [];
    }
  });

/** Messages of the answered run that an organisation saw. */
const seenBy = (name: string): SeenMessage[] =>
  messagesOf(at(name).transcripts, agreement).filter((m) => m.run === null || m.run === terms.run);

/** Boxes of the answered run that an organisation received, opened with its own key. */
async function openedBy(name: string): Promise<{ seen: SeenMessage; plain: Buffer }[]> {
  const { opener } = await openKeyFile(at(name).home);
  const boxes = seenBy(name).filter((m) => m.direction === 'received' && isBox(m));
  return Promise.all(boxes.map(async (seen) => ({ seen, plain: await openedBox(opener, terms, seen, name) })));
}

/** The share components that a compute party got from the other providers' stations. */
async function componentsAt(name: string) {
  const seat = COMMITTEE.indexOf(name as 'north') as 0 | 1 | 2;
  return (await openedBy(name)).map(({ seen, plain }) => {
    const columns = replicatedSharing.combine(seat, plain, plan.cellCount, data.widthsOf(plan)).map(columnShare);
    return { provider: seen.peer, mine: columns.map((c) => c.mine), next: columns.map((c) => c.next) };
  });
}

/** Everything that the processes of an organisation saw, in every form that can be got at without breaking cryptography. */
async function everythingAt(name: string): Promise<Piece[]> {
  const pieces = [...streamsOf(at(name).transcripts), { what: 'printed', bytes: Buffer.from(at(name).printed.join('\n')) }];
  for (const m of messagesOf(at(name).transcripts, agreement))
    pieces.push({ what: `${m.kind} ${m.direction}, ${m.peer}`, bytes: m.message.body });
  for (const { seen, plain } of await openedBy(name)) pieces.push({ what: `${seen.kind} of ${seen.peer}, opened`, bytes: plain });
  if (!(COMMITTEE as readonly string[]).includes(name)) return pieces;
  for (const { provider, mine, next } of await componentsAt(name)) {
    const both = mine.map((m, c) => m.map((v, k) => v + (next[c]?.[k] ?? 0n)));
    for (const [what, columns] of [
      ['own', mine],
      ['next', next],
      ['sum of both', both],
    ] as const)
      pieces.push({ what: `components of ${provider}: ${what}`, bytes: Buffer.concat(columns.map(bytesOf)) });
  }
  return pieces;
}

const bytesOf = (v: BigUint64Array): Buffer => Buffer.from(v.buffer, v.byteOffset, v.byteLength);
const findIn = (search: Search, pieces: readonly Piece[]): Finding[] =>
  pieces.flatMap(({ what, bytes }) => unwrapped(bytes).flatMap((inner) => search.find(what, inner)));

/** What nobody but its owner may ever hold. */
function partials(): Search {
  const search = new Search();
  PROVIDERS.forEach((name, i) => {
    const own = holdings[i] as data.Holding;
    for (const [c, sum] of data.sums(own).entries()) if (sum > 0) search.number(`sum of ${name} in ${data.region(c)}`, sum);
    for (const [c, n] of own.rows.entries()) if (n >= SMALLEST) search.number(`count of ${name} in ${data.region(c)}`, n);
    search.vector(`counts of ${name}`, own.rows).vector(`sums of ${name}`, data.sums(own)).bits(`bits of ${name}`, data.present(own));
  });
  return search;
}

/** What nobody at all may hold: totals that do not pass, and how many organisations are in each cell. */
function undecided(): Search {
  const search = new Search().vector('organisations in each cell', pooled.organisations);
  pooled.passes.forEach((bit, c) => {
    if (bit === 1) return;
    if ((pooled.rows[c] ?? 0) >= SMALLEST) search.number(`total count in ${data.region(c)}`, pooled.rows[c] ?? 0);
    if ((pooled.sums[c] ?? 0) > 0) search.number(`total sum in ${data.region(c)}`, pooled.sums[c] ?? 0);
  });
  return search;
}

/** What the receiver may hold and nobody else. */
function released(): Search {
  const search = new Search();
  pooled.passes.forEach((bit, c) => {
    if (bit === 0) return;
    search.number(`released sum in ${data.region(c)}`, pooled.sums[c] ?? 0);
    if ((pooled.rows[c] ?? 0) >= SMALLEST) search.number(`released count in ${data.region(c)}`, pooled.rows[c] ?? 0);
  });
  return search;
}

test("from all decrypted transcripts: nobody but its owner holds a partial aggregate, a count or an organisation's bit", async () => {
  plan = planProposedTo('west');
  // The data is such that the search means something.
  assert.equal(pooled.passes[2], 0, 'one organisation alone does not pass');
  assert.equal(pooled.passes[3], 0, 'too few rows do not pass');
  for (const name of NAMES) {
    const pieces = await everythingAt(name);
    assert.ok(
      pieces.some((p) => p.bytes.length > 1000),
      `something was recorded at ${name}`,
    );
    assert.deepEqual(findIn(partials(), pieces), [], `at ${name}`);
    assert.deepEqual(findIn(undecided(), pieces), [], `at ${name}`);
  }
});

function planProposedTo(name: string): Plan {
  const proposed = seenBy(name).find((m) => m.kind === 'run.propose' && m.run === terms.run);
  assert.ok(proposed !== undefined);
  return JSON.parse(proposed.message.body.toString('utf8')) as Plan;
}

test('released totals and the pass bits stand at the receiver and nowhere else in the clear', async () => {
  const bits = new Search().bits('which cells pass', pooled.passes);
  for (const name of OTHERS) {
    const pieces = await everythingAt(name);
    assert.deepEqual(findIn(released(), pieces), [], `a released total at ${name}`);
    assert.deepEqual(findIn(bits, pieces), [], `the pass bits in what ${name} received`);
  }
  // Control: the same search over the same kind of material finds everything that the receiver may have.
  const found = findIn(released(), await everythingAt('centre')).map((f) => f.secret);
  for (const [c, bit] of pooled.passes.entries())
    if (bit === 1) assert.ok(found.includes(`released sum in ${data.region(c)}`), data.region(c));
  assert.ok(findIn(bits, await everythingAt('centre')).length > 0, 'the mask is delivered to the receiver');
});

test('thresholds are decided on secrets: the committee opens one bit per output and cell, and what it sends adds up to them', async () => {
  const sent = COMMITTEE.map((name) => seenBy(name).filter((m) => m.direction === 'sent' && /^mpc [\d.]+ open$/.test(m.kind)));
  for (const opened of sent)
    assert.deepEqual(
      opened.map((m) => m.message.body.length),
      [(plan.cellCount * plan.outputs.length) / 8],
    );
  const [a, b, c] = sent.map((opened) => (opened[0] as SeenMessage).message.body) as [Buffer, Buffer, Buffer];
  const combined = Buffer.from(a.map((byte, i) => byte ^ (b[i] ?? 0) ^ (c[i] ?? 0)));
  const mask = Array.from(combined).flatMap((byte) => Array.from({ length: 8 }, (_, k) => (byte >> k) & 1));
  for (let o = 0; o < plan.outputs.length; o++) assert.deepEqual(mask.slice(o * data.REGIONS, (o + 1) * data.REGIONS), [...pooled.passes]);
  // No one else takes part in the computation.
  for (const name of ['west', 'centre']) assert.ok(!seenBy(name).some((m) => m.kind.startsWith('mpc')), name);
});

test('control: two compute parties together reconstruct what one of them does not have, and the search finds it', async () => {
  const south = await componentsAt('south');
  const arbiter = await componentsAt('arbiter');
  // Party 1 holds components 1 and 2, party 2 holds 2 and 0; a box for oneself does not travel.
  for (const name of ['north', 'west'] as const) {
    const [one, two] = [south, arbiter].map((all) => all.find((s) => s.provider === name));
    assert.ok(one !== undefined && two !== undefined);
    const whole = one.mine.map((m, c) => m.map((v, k) => v + (one.next[c]?.[k] ?? 0n) + (two.next[c]?.[k] ?? 0n)));
    const found = findIn(partials(), [{ what: 'collusion', bytes: Buffer.concat(whole.map(bytesOf)) }]).map((f) => f.secret);
    const own = holdings[PROVIDERS.indexOf(name)] as data.Holding;
    for (const [c, sum] of data.sums(own).entries())
      if (sum > 0) assert.ok(found.includes(`sum of ${name} in ${data.region(c)}`), `${name} ${c}`);
    for (const what of ['counts', 'sums', 'bits']) assert.ok(found.includes(`${what} of ${name}`), `${what} of ${name}`);
  }
});

test('control: a partial planted anywhere in a transcript, in any form, is found', async () => {
  const south = holdings[1] as data.Holding;
  const sum = BigInt(data.sums(south)[7] || data.sums(south)[0] || 0);
  const word = Buffer.alloc(8);
  word.writeBigUInt64LE(sum);
  const planted = {
    decimal: Buffer.from(`{"total":${sum},"more":1}`),
    little: Buffer.concat([Buffer.from('x'), word]),
    big: Buffer.from(word).reverse(),
    base64: Buffer.from(JSON.stringify({ data: Buffer.concat([Buffer.alloc(9, 7), word, Buffer.alloc(9, 7)]).toString('base64') })),
    hexadecimal: Buffer.from(JSON.stringify({ data: word.toString('hex') })),
    bits: Buffer.from(data.present(south)),
  };
  for (const [form, leak] of Object.entries(planted)) {
    const [longest, ...rest] = (await everythingAt('arbiter')).sort((p, q) => q.bytes.length - p.bytes.length);
    assert.ok(longest !== undefined);
    const half = longest.bytes.length >> 1;
    const bytes = Buffer.concat([
      longest.bytes.subarray(0, half),
      Buffer.from('\n'),
      leak,
      Buffer.from('\n'),
      longest.bytes.subarray(half),
    ]);
    const found = findIn(partials(), [{ what: 'planted', bytes }, ...rest.slice(0, 2)]);
    assert.ok(
      found.some((f) => f.where === 'planted'),
      form,
    );
  }
});
