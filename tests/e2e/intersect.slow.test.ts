/** An intersection between two real stations: results, receipts, approvals, limits, and what happens when a station is killed. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { canonicalText, SluisError, utf8 } from '@sluis/base';
import type { IntersectionState, IntersectionView } from '@sluis/model';
import { followIntersection, intersectAndFollow, type StationClient, verifyIntersectionFile } from '@sluis/sdk';
import { sluis } from '../harness/command-line.ts';
import { openCollaboration } from '../harness/collaboration.ts';
import { deposit, newContributor } from '../harness/deposits.ts';
import { csv, emails, NAME, openPair, type Pair, type PairPlan } from '../harness/intersections.ts';

const REQUEST = { intersection: NAME, as: 'ana' };
const code = (expected: string) => (thrown: unknown) => thrown instanceof SluisError && thrown.code === expected;

async function pair(t: TestContext, plan: PairPlan): Promise<Pair> {
  const opened = await openPair(plan);
  t.after(() => opened.close());
  return opened;
}

async function until(client: StationClient, run: string, wanted: (view: IntersectionView) => boolean): Promise<IntersectionView> {
  for (let tries = 0; tries < 12_000; tries++) {
    // The other side may not have heard of it yet.
    const view = await client.intersection(run).catch((thrown: unknown) => {
      if (code('run/unknown')(thrown)) return null;
      throw thrown;
    });
    if (view !== null && wanted(view)) return view;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it took too long');
}
/**
 * Kills a station in the middle of a run; gives the run as the other side saw it end, and how many came before. While this process
 * waited for its turn, a run may have come to its end: then another one is begun.
 */
async function killedMidway(p: Pair, victim: 'bank' | 'insurer'): Promise<{ lost: IntersectionView; before: number }> {
  const [bank, other] = [p.member('bank').client, p.member(victim === 'bank' ? 'insurer' : 'bank').client];
  for (let before = 0; before < 4; before++) {
    const { run } = await bank.intersect(REQUEST);
    await until(other, run, (v) => v.events.some((e) => e.step === 'aggregate'));
    await p.kill(victim);
    const lost = await until(other, run, (v) => v.state === 'failed' || v.state === 'released');
    if (lost.state === 'failed') return { lost, before };
    await p.start(victim);
  }
  return assert.fail('every run had ended before it was broken off');
}
const inState = (state: IntersectionState) => (view: IntersectionView) => view.state === state;

test('the receiver learns its matches; both have a receipt that verifies, and only the receiver’s opens', async (t) => {
  const rows = csv('email', ['a@x.nl', 'b@x.nl', 'b@x.nl', '', 'ç@x.nl', '"with, comma"']);
  const p = await pair(t, { bank: rows, insurer: csv('mail', ['b@x.nl', 'q@x.nl', 'ç@x.nl', '"with, comma"', 'B@x.nl']) });
  const bank = p.member('bank').client;
  const result = await intersectAndFollow(bank, REQUEST);
  assert.deepEqual(result.items, [['b@x.nl'], ['with, comma'], ['ç@x.nl']]);
  assert.deepEqual(result.outcome?.size, 3);
  assert.deepEqual(result.own, { rows: 6, missing: 1, items: 4, keys: [] });
  assert.ok((result.sent['bank'] ?? 0) > 1000 && (result.sent['insurer'] ?? 0) > 1000);
  assert.deepEqual(
    Object.values(result.receipt.body.inputs).map((i) => i.declared),
    [1024, 1024],
    'sizes are shown in whole buckets only',
  );
  const verified = verifyIntersectionFile(utf8(canonicalText(result.receipt)), p.agreement);
  assert.deepEqual(verified.items, result.items);
  assert.deepEqual(
    verified.signers.map((s) => s.organisation),
    ['bank', 'insurer'],
  );

  const theirs = await p.member('insurer').client.intersectionResult(result.run);
  assert.equal(theirs.outcome, null);
  assert.deepEqual(theirs.items, []);
  assert.equal(theirs.receipt.opening, undefined);
  assert.ok(!JSON.stringify(theirs).includes('b@x.nl'), 'nothing of the bank’s or of what matched is at the insurer');
  assert.equal(verifyIntersectionFile(utf8(canonicalText(theirs.receipt))).outcome, null);
  assert.deepEqual(theirs.receipt.body, result.receipt.body);
  await assert.rejects(async () => verifyIntersectionFile(utf8(canonicalText(tampered(result.receipt)))), code('receipt/bad-opening'));

  const file = join(p.member('bank').home, 'receipt.json');
  writeFileSync(file, canonicalText(result.receipt));
  const said = await sluis(['verify', file, '--json']);
  assert.equal(said.code, 0, said.stderr);
  assert.equal(JSON.parse(said.stdout).size, 3);
});

function tampered<T extends { opening?: { items?: string[][] | undefined } | undefined }>(receipt: T): T {
  const items = (receipt.opening?.items ?? []).slice(1);
  return { ...receipt, opening: { ...receipt.opening, items } };
}

test('what stations send depends on declared sizes alone', async (t) => {
  const p = await pair(t, { bank: csv('email', emails(0, 1_000)), insurer: csv('mail', emails(5_000, 6_000)) });
  const bank = p.member('bank').client;
  const none = await intersectAndFollow(bank, REQUEST);
  p.rewrite('bank', csv('email', emails(5_000, 5_900)));
  const most = await intersectAndFollow(bank, REQUEST);
  assert.deepEqual([none.outcome?.size, most.outcome?.size], [0, 900]);
  // Heads of frames number the connection's messages: some digits more or less.
  const apart = (a: typeof none, b: typeof none) => Object.keys(a.sent).map((name) => Math.abs((a.sent[name] ?? 0) - (b.sent[name] ?? 0)));
  assert.ok(Math.max(...apart(none, most)) < 64, `${apart(none, most)}`);
  assert.equal((await bank.auditIntersection(most.run)).same, true);
  const earlier = await bank.auditIntersection(none.run);
  assert.equal(earlier.same, false, 'its rows are others now');
  assert.equal(earlier.commitment, none.receipt.body.inputs['bank']?.commitment);
  // Control: with another declared size, more is sent.
  p.rewrite('bank', csv('email', emails(5_000, 6_100)));
  const larger = await intersectAndFollow(bank, REQUEST);
  assert.ok(Math.max(...apart(larger, none)) > 1_000, `${apart(larger, none)}`);
});

test('an intersection that stays secret is asked of the committee under its name', async (t) => {
  const terms = {
    intersections: {
      seen: {
        between: ['a', 'b', 'c'].map((organisation) => ({ organisation, table: 'items' })),
        on: ['id'],
        reveal: 'at-least',
        threshold: 2,
        receivers: ['analyst'],
      },
    },
    output: { minimum_rows: 2, minimum_organisations: 1 },
  };
  const parties = [
    { name: 'a', csv: csv('id', emails(0, 30)) },
    { name: 'b', csv: csv('id', emails(20, 50)) },
    { name: 'c', csv: csv('id', emails(25, 45)) },
    { name: 'analyst' },
  ];
  const columns = { id: { type: 'VARCHAR', uses: ['join', 'aggregate', 'filter'] } };
  const open = await openCollaboration({ parties, table: 'items', columns, terms });
  t.after(() => open.close());
  const ended = await sluis(['intersect', 'seen', '--home', open.member('analyst').home, '--format', 'json']);
  assert.equal(ended.code, 0, ended.stdout + ended.stderr);
  const found = JSON.parse(ended.stdout);
  // 20–29 at a and b, 25–44 at c and another.
  assert.deepEqual([found.size, found.items, Object.keys(found.sent)], [25, [], ['a', 'b', 'c']]);
});

test('of several files rows without a key are no item, whatever is counted', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluis-lacking-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const files = ['a', 'b', 'c'].map((name) => {
    const file = join(folder, `${name}.csv`);
    writeFileSync(file, `id,n\nx,1\n,2\n,3\n${name},4\n`);
    return file;
  });
  const size = async (...mode: string[]) => {
    const ended = await sluis(['intersect', ...files, '--on', 'id', ...mode, '--format', 'json']);
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    return JSON.parse(ended.stdout).size;
  };
  assert.equal(await size('--mode', 'at-least', '--threshold', '2'), 1);
  assert.equal(await size('--mode', 'size'), 1);
  assert.equal(await size('--mode', 'union'), 4);
});

test('organisations that are not there at the same time deposit shares; what they have in common is counted later', async (t) => {
  const [bank, insurer] = [newContributor('bank'), newContributor('insurer')];
  const column = { id: { type: 'VARCHAR', uses: ['join', 'aggregate', 'filter'] } };
  const table = (by: string) => ({ kind: 'owner', providers: [], deposits: { by: [by] }, maximum_rows: 1_000, columns: column });
  const between = [
    { organisation: 'bank', table: 'ours' },
    { organisation: 'insurer', table: 'theirs' },
  ];
  const terms = {
    contributors: { bank: { identity: bank.identity }, insurer: { identity: insurer.identity } },
    tables: { ours: table('bank'), theirs: table('insurer') },
    intersections: { clients: { between, on: ['id'], reveal: 'size', receivers: ['centre'] } },
    output: { minimum_rows: 5, minimum_organisations: 1 },
  };
  const parties = ['north', 'south', 'west', 'centre'].map((name) => ({ name }));
  const open = await openCollaboration({ parties, table: 'ours', columns: column, terms });
  t.after(() => open.close());
  await deposit(open, bank, 'ours', csv('id', emails(0, 60)));
  await deposit(open, insurer, 'theirs', csv('id', emails(40, 100)));
  const ended = await sluis(['intersect', 'clients', '--home', open.member('centre').home, '--format', 'json']);
  assert.equal(ended.code, 0, ended.stdout + ended.stderr);
  const found = JSON.parse(ended.stdout);
  assert.deepEqual([found.size, found.belowMinimum, Object.keys(found.sent)], [20, false, ['north', 'south', 'west']]);
});

test('both learn where both receive; each run waits for both approvals and ends with either no', async (t) => {
  const terms = { receivers: ['bank', 'insurer'], approval: 'every-run', threat_model: 'malicious' };
  const p = await pair(t, { bank: csv('email', ['a', 'b', 'c']), insurer: csv('mail', ['b', 'c', 'd']), terms });
  const [bank, insurer] = [p.member('bank').client, p.member('insurer').client];
  const { run } = await bank.intersect(REQUEST);
  await until(bank, run, inState('waiting'));
  await bank.decideIntersection(run, 'approve', { as: 'bea' });
  assert.equal((await bank.intersection(run)).state, 'waiting', 'one of two');
  await insurer.decideIntersection(run, 'approve', { as: 'ian' });
  const mine = await followIntersection(bank, run);
  const theirs = await followIntersection(insurer, run);
  assert.deepEqual(
    [mine.items, theirs.items],
    [
      [['b'], ['c']],
      [['b'], ['c']],
    ],
  );
  assert.deepEqual(mine.receipt.body, theirs.receipt.body);

  const second = await bank.intersect(REQUEST);
  await until(insurer, second.run, inState('waiting'));
  await insurer.decideIntersection(second.run, 'refuse', { as: 'ian', reason: 'not today' });
  await assert.rejects(followIntersection(bank, second.run), (e) => code('approve/refused')(e) && /not today/.test((e as Error).message));
  await assert.rejects(bank.intersectionResult(second.run), code('result/not-found'));
  await assert.rejects(bank.decideIntersection(second.run, 'approve', { as: 'bea' }), code('run/over'));
});

test('below the minimum nobody is shown anything, and the sender can’t tell', async (t) => {
  const p = await pair(t, {
    bank: csv('email', emails(0, 100)),
    insurer: csv('mail', emails(91, 200)),
    terms: { minimum: 10, limits: { runs: 2, days: 1 } },
  });
  const [bank, insurer] = [p.member('bank').client, p.member('insurer').client];
  const below = await intersectAndFollow(bank, REQUEST);
  assert.deepEqual([below.outcome?.size, below.outcome?.below_minimum, below.items], [null, true, []]);
  assert.equal(verifyIntersectionFile(utf8(canonicalText(below.receipt))).outcome?.below_minimum, true);
  const theirs = await insurer.intersectionResult(below.run);
  assert.equal(theirs.outcome, null);

  p.rewrite('insurer', csv('mail', emails(90, 200)));
  const enough = await intersectAndFollow(insurer, REQUEST).then(({ run }) => bank.intersectionResult(run));
  assert.equal(enough.outcome?.size, 10, 'whoever proposes, the bank receives');
  assert.deepEqual(Object.keys(enough.receipt.body).sort(), Object.keys(below.receipt.body).sort());

  await assert.rejects(intersectAndFollow(bank, REQUEST), code('intersection/too-many-runs'));
  await assert.rejects(intersectAndFollow(insurer, REQUEST), code('intersection/too-many-runs'));
});

test('a list that changed too little since an earlier run is refused by its own station; the same list is not', async (t) => {
  const limits = { minimum_changed_items: 5, maximum_growth_percent: 50 };
  const terms = { limits, size_bucket: 10 };
  const p = await pair(t, { bank: csv('email', emails(0, 100)), insurer: csv('mail', emails(50, 150)), terms });
  const bank = p.member('bank').client;
  assert.equal((await intersectAndFollow(bank, REQUEST)).outcome?.size, 50);
  assert.equal((await intersectAndFollow(bank, REQUEST)).outcome?.size, 50, 'the same again');
  p.rewrite('insurer', csv('mail', emails(50, 152)));
  await assert.rejects(
    intersectAndFollow(bank, REQUEST),
    (e) => code('intersection/changed-too-little')(e) && (e as SluisError).party === 'insurer',
  );
  p.rewrite('insurer', csv('mail', emails(50, 156)));
  assert.equal((await intersectAndFollow(bank, REQUEST)).outcome?.size, 50, 'five and more are enough');
  p.rewrite('insurer', csv('mail', emails(50, 350)));
  await assert.rejects(
    intersectAndFollow(bank, REQUEST),
    (e) => code('intersection/grew-too-much')(e) && (e as SluisError).party === 'insurer',
  );
});

test('a coordinator that is killed midway leaves a run that ended, and its own station may try again', async (t) => {
  const p = await pair(t, { bank: csv('email', emails(0, 30_000)), insurer: csv('mail', emails(15_000, 45_000)) });
  const [bank, insurer] = [p.member('bank').client, p.member('insurer').client];
  const { lost } = await killedMidway(p, 'bank');
  const { run } = lost;
  assert.equal(lost.error?.code, 'run/coordinator-lost');
  await p.start('bank');
  assert.equal((await bank.intersection(run)).error?.code, 'run/interrupted');
  await assert.rejects(insurer.decideIntersection(run, 'retry', { as: 'ian' }), code('intersection/no-retry'));
  await bank.decideIntersection(run, 'retry', { as: 'ana' });
  assert.equal((await followIntersection(bank, run)).outcome?.size, 15_000);
});

test('a matching of the agreement brings keys into normal form; what it rejects is told to the owner alone', async (t) => {
  const parts = [{ column: { customers: 'email', policies: 'mail' }, recipe: 'email@1' }];
  const matching = { persons: { tables: ['customers', 'policies'], any_of: [{ name: 'mail', parts }], repeated: 'once' } };
  const between = [
    { organisation: 'bank', table: 'customers' },
    { organisation: 'insurer', table: 'policies' },
  ];
  const terms = { between, on: undefined, matching: 'persons', sample_percent: 99 };
  const bank = csv('email', ['Ann@X.nl', 'bob@x.nl', 'nobody', 'ann@x.nl']);
  const p = await pair(t, { bank, insurer: csv('mail', ['ann@x.NL', 'nobody']), terms, agreement: { matching } });
  const result = await intersectAndFollow(p.member('bank').client, REQUEST);
  // With lots, one key of a hundred may be left out.
  assert.ok(result.outcome?.size === 2 || result.outcome?.size === 0);
  if (result.outcome?.size === 2) assert.deepEqual(result.items, [['Ann@X.nl'], ['ann@x.nl']]);
  const reasons = [{ part: 0, recipe: 'email@1', reason: 'form', rows: 1 }];
  assert.deepEqual(result.own, {
    ...{ rows: 4, missing: 1, items: 2 },
    keys: [{ key: 'mail', accepted: 3, rejected: 1, distinct: 2, repeated: 1, reasons }],
  });
  const theirs = await p.member('insurer').client.intersectionResult(result.run);
  assert.deepEqual([theirs.own.rows, theirs.own.missing], [2, 1]);
});

test('the command line runs and approves an intersection of the agreement at a station', async (t) => {
  const p = await pair(t, { bank: csv('email', emails(0, 50)), insurer: csv('mail', emails(40, 60)), terms: { approval: 'every-run' } });
  const [bank, insurer] = [p.member('bank').home, p.member('insurer').home];
  const running = sluis(['intersect', NAME, '--home', bank, '--format', 'json', '--as', 'ana', '--receipt', join(bank, 'r.json')]);
  const client = p.member('insurer').client;
  let run = '';
  for (let i = 0; i < 6_000 && run === ''; i++) {
    run = (await client.intersections()).runs.find((r) => r.state === 'waiting')?.run ?? '';
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const listed = await sluis(['runs', '--home', insurer]);
  assert.match(listed.stderr, /sluis intersect list/);
  const shown = await sluis(['runs', run.slice(0, 8), '--home', insurer]);
  assert.match(shown.stdout, new RegExp(`Run ${run}: waiting`));
  // The plain command takes either kind of run.
  for (const [home, command] of [
    [bank, ['intersect', 'approve']],
    [insurer, ['approve']],
  ] as const) {
    const approved = await sluis([...command, run.slice(0, 8), '--home', home, '--as', 'eve', '--json']);
    assert.equal(approved.code, 0, approved.stdout + approved.stderr);
    assert.equal(JSON.parse(approved.stdout).run, run);
  }
  const ended = await running;
  assert.equal(ended.code, 0, ended.stdout + ended.stderr);
  const found = JSON.parse(ended.stdout);
  assert.deepEqual([found.size, found.items, Object.keys(found.sent)], [10, emails(40, 50), ['bank', 'insurer']]);
  const verified = await sluis(['verify', join(bank, 'r.json')]);
  assert.equal(verified.code, 0);
  assert.match(verified.stdout, /Signed by insurer/);
  assert.doesNotMatch(verified.stderr, /Signed by/, 'what was found is the result');
  const again = await sluis(['intersect', 'result', run.slice(0, 8), '--home', bank, '--format', 'csv']);
  assert.equal(again.stdout, csv('email', emails(40, 50)));
  const plain = await sluis(['result', run.slice(0, 8), '--home', bank, '--format', 'json']);
  assert.equal(plain.code, 2);
  assert.match(plain.stdout, /run\/intersection.*sluis intersect result/);
  const list = JSON.parse((await sluis(['intersect', 'list', '--home', insurer, '--json'])).stdout);
  assert.deepEqual([list.terms[0].plain, list.terms[0].runs.begun, list.runs[0].state], [true, 1, 'released']);
  const unknown = await sluis(['intersect', 'nothing', '--home', bank, '--format', 'json']);
  assert.deepEqual([unknown.code, JSON.parse(unknown.stdout).error.code], [2, 'usage/intersect']);
});

test('files whose keys are only written differently: what to do is said beside the answer', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluis-intersect-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const files = ['a', 'b'].map((name) => join(folder, `${name}.csv`));
  writeFileSync(files[0] ?? '', csv('email', ['a@x.nl', 'b@x.nl']));
  writeFileSync(files[1] ?? '', csv('email', ['A@x.nl', 'B@x.nl']));
  const ended = await sluis(['intersect', ...files, '--on', 'email']);
  assert.equal(ended.code, 0, ended.stdout + ended.stderr);
  assert.equal(ended.stdout, '0 in common\n');
  const said = ended.stderr.replaceAll(/\s+/g, ' ');
  assert.match(said, /exactly as they are written.*--recipe.*sluis matching check/);
  const hidden = await sluis(['intersect', ...files, '--on', 'email', '--mode', 'size']);
  assert.equal(hidden.stdout, '0 in common\n');
  assert.match(hidden.stderr.replaceAll(/\s+/g, ' '), /exactly as they are written.*--recipe/);
});

test('files: numbers as CSV, keys of several columns in all files together, recipes with options', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluis-intersect-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const files = ['a', 'b'].map((name) => join(folder, `${name}.csv`));
  writeFileSync(files[0] ?? '', 'tel,born,cost\n06-12345678,1980,10.5\n0201234567,1970,20\n0201234567,1970,7\n,1960,9\n');
  writeFileSync(files[1] ?? '', 'tel,born\n+31612345678,1980\n0201234567,1970\n0201234567,1971\n');
  const csvOf = async (...args: string[]) => {
    const ended = await sluis(['intersect', ...files, '--format', 'csv', ...args]);
    return [ended.code, ended.stdout];
  };
  // Different pairs without a missing part: two of the first file, three of the second, one of them in both.
  assert.deepEqual(await csvOf('--on', 'tel,born', '--mode', 'union'), [0, 'size\n4\n']);
  const byNumber = ['--on', 'tel', '--recipe', 'phone@1,country=NL'];
  // With a recipe rows are shown, in the file's order, each as it is written.
  assert.deepEqual(await csvOf(...byNumber), [0, 'tel\n06-12345678\n0201234567\n0201234567\n']);
  assert.deepEqual(await csvOf(...byNumber, '--mode', 'sum', '--value', 'cost'), [0, 'size,sum\n3,37.5\n']);
  assert.deepEqual(await csvOf('--on', 'tel', '--mode', 'size', '--minimum', '5'), [4, 'size\n']);
});

test('a station that is killed midway ends the run cleanly; another attempt has the same lists, and no other', async (t) => {
  const p = await pair(t, {
    bank: csv('email', emails(0, 30_000)),
    insurer: csv('mail', emails(15_000, 45_000)),
    terms: { limits: { runs: 6 } },
  });
  const bank = p.member('bank').client;
  const { lost, before } = await killedMidway(p, 'insurer');
  const { run } = lost;
  assert.match(lost.error?.code ?? '', /^wire\//);
  assert.equal(lost.error?.exitCode, 5);
  await assert.rejects(bank.intersectionResult(run), code('result/not-found'));
  await p.start('insurer');
  const insurer = p.member('insurer').client;
  assert.equal((await until(insurer, run, inState('failed'))).error?.code, 'run/interrupted');

  // Other rows at either side are refused, and nothing is computed.
  p.rewrite('insurer', csv('mail', emails(15_000, 45_001)));
  await bank.decideIntersection(run, 'retry', { as: 'ana' });
  const changed = await until(bank, run, (v) => v.state === 'failed' && v.attempt === 2);
  assert.deepEqual([changed.error?.code, changed.error?.party, changed.attempt], ['intersection/input-changed', 'insurer', 2]);

  p.rewrite('insurer', csv('mail', emails(15_000, 45_000)));
  await bank.decideIntersection(run, 'retry', { as: 'ana' });
  const result = await followIntersection(bank, run);
  assert.equal(result.outcome?.size, 15_000);
  assert.equal(result.receipt.body.attempt, 3);
  await assert.rejects(bank.decideIntersection(run, 'retry', { as: 'ana' }), code('intersection/no-retry'));
  const { terms } = await bank.intersections();
  assert.equal(terms[0]?.runs?.begun, 2 + before, 'each attempt that got as far as committing counts');
});
