/** Intersections between two stations whose other side, or network, does not do as it should. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalBytes, fromUtf8, utf8 } from '@sluis/base';
import { lotCommitment } from './intersection-input.ts';
import { until } from './fixtures/stations.ts';
import { openSides, type Side, NAME } from './fixtures/two-sides.ts';

const AGREEMENT = async (side: Side) => (await side.context.store.agreements())[0]?.id ?? '';

async function start(side: Side): Promise<string> {
  return side.intersections.propose({ agreement: await AGREEMENT(side), intersection: NAME, analyst: 'ana' });
}

/** The state and error code that a side's run comes to. */
async function ended(side: Side, run: string): Promise<[string, string | null]> {
  let found: [string, string | null] | null = null;
  await until(async () => {
    const record = await side.intersections.book.store.intersection(run);
    if (record !== null && !['proposed', 'waiting', 'running'].includes(record.state))
      found = [record.state, record.error === null ? null : (JSON.parse(record.error) as { code: string }).code];
    return found !== null;
  }, `${side.name} never ended run ${run}`);
  return found ?? assert.fail();
}

/** Until both sides have written a run down. */
async function waiting(side: Side, run: string): Promise<void> {
  while ((await side.intersections.book.store.intersection(run))?.state !== 'waiting')
    await new Promise((resolve) => setTimeout(resolve, 5));
}

const change = (body: Uint8Array, edit: (message: Record<string, unknown>) => void): Uint8Array => {
  const message = JSON.parse(fromUtf8(body)) as Record<string, unknown>;
  edit(message);
  return utf8(JSON.stringify(message));
};

test('the control: both follow, and both have the same receipt', async (t) => {
  const { bank, insurer } = await openSides(t);
  bank.rows = ['a', 'b', 'c', 'd', 'e'];
  insurer.rows = ['c', 'e', 'x'];
  const run = await start(bank);
  assert.deepEqual(await ended(bank, run), ['released', null]);
  const [mine, theirs] = [await bank.intersections.result(run), await insurer.intersections.result(run)];
  assert.deepEqual(mine.items, [['c'], ['e']]);
  assert.deepEqual(theirs.receipt.body, mine.receipt.body);
  assert.deepEqual([mine.receipt.body.inputs['bank']?.declared, mine.receipt.body.inputs['insurer']?.declared], [8, 4]);
});

const LIES: readonly (readonly [string, string, (body: Uint8Array) => Uint8Array, string])[] = [
  [
    'a size of no bucket',
    'intersection.begin',
    (b) => change(b, (m) => Object.assign(m['input'] as object, { declared: 5 })),
    'intersection/size-not-agreed',
  ],
  [
    'that it commits to nothing',
    'intersection.begin',
    (b) => change(b, (m) => Object.assign(m['input'] as object, { commitment: null })),
    'intersection/no-commitment',
  ],
  [
    'no commitment where one is agreed',
    'intersection.finish',
    (b) => change(b, (m) => Object.assign((m['body'] as { inputs: { bank: object } }).inputs.bank, { commitment: null })),
    'intersection/accounts-differ',
  ],
  [
    'a half of the lots that it did not announce',
    'intersection.begin',
    (b) => change(b, (m) => Object.assign(m, { lot: '0'.repeat(64) })),
    'intersection/out-of-turn',
  ],
  ['an attempt of the past', 'intersection.begin', (b) => change(b, (m) => Object.assign(m, { attempt: 99 })), 'intersection/out-of-turn'],
  [
    'an account with other results',
    'intersection.finish',
    (b) => change(b, (m) => Object.assign((m['body'] as { results: object }).results, { insurer: '0'.repeat(64) })),
    'intersection/accounts-differ',
  ],
  [
    'an account with other bytes of the other side',
    'intersection.finish',
    (b) => change(b, (m) => Object.assign((m['body'] as { sent: object }).sent, { insurer: 1 })),
    'intersection/accounts-differ',
  ],
  [
    'an account with another input of the other side',
    'intersection.finish',
    (b) => change(b, (m) => Object.assign((m['body'] as { inputs: { insurer: object } }).inputs.insurer, { commitment: '0'.repeat(64) })),
    'intersection/accounts-differ',
  ],
  [
    'a signature of something else',
    'intersection.finish',
    (b) => change(b, (m) => Object.assign(m['word'] as object, { signature: '0'.repeat(128) })),
    'receipt/bad-signature',
  ],
  [
    'a proposal that it did not sign',
    'intersection.propose',
    (b) => change(b, (m) => Object.assign((m['proposal'] as { statement: object }).statement, { analyst: 'eve' })),
    'run/bad-signature',
  ],
];
for (const [what, type, lie, code] of LIES)
  test(`a coordinator that says ${what} is refused, and nothing is released`, async (t) => {
    const { bank, insurer } = await openSides(t);
    [bank.rows, insurer.rows] = [['a', 'b'], ['b']];
    bank.meddle = (asked, header, body) => [[header, asked === type ? lie(body) : body]];
    const run = await start(bank);
    const [state, error] = await ended(bank, run);
    assert.notEqual(state, 'released');
    assert.equal(error, code);
    await assert.rejects(bank.intersections.result(run));
    await assert.rejects(insurer.intersections.result(run));
  });

test('what the other side draws with is hidden until it has counted the attempt, and must be what it committed to', async (t) => {
  const { bank, insurer } = await openSides(t);
  [bank.rows, insurer.rows] = [['a', 'b'], ['b']];
  const told: Record<string, string> = {};
  insurer.reply = (type, body) => {
    if (type === 'intersection.propose' || type === 'intersection.begin') told[type] = (JSON.parse(fromUtf8(body)) as { lot: string }).lot;
    return body;
  };
  const run = await start(bank);
  assert.deepEqual(await ended(bank, run), ['released', null]);
  const [committed, opened] = [told['intersection.propose'] ?? '', told['intersection.begin'] ?? ''];
  assert.notEqual(committed, opened);
  assert.equal(committed, lotCommitment(run, 'insurer', opened));

  insurer.reply = (type, body) => (type === 'intersection.begin' ? change(body, (m) => Object.assign(m, { lot: '0'.repeat(64) })) : body);
  const other = await start(bank);
  const [state, error] = await ended(bank, other);
  assert.deepEqual([state, error], ['failed', 'intersection/out-of-turn']);
  await assert.rejects(bank.intersections.result(other));
});

test('without approvals a run does not begin, whatever its coordinator sends; nor with those of another run', async (t) => {
  const { bank, insurer } = await openSides(t, { approval: 'every-run' });
  [bank.rows, insurer.rows] = [['a'], ['a']];
  const first = await start(bank);
  await waiting(bank, first);
  await bank.intersections.approve(first, 'bea');
  await insurer.intersections.approve(first, 'ian');
  assert.deepEqual(await ended(bank, first), ['released', null]);
  const approvals = bank.intersections.book.approvals(await bank.intersections.book.record(first));

  const second = await start(bank);
  await waiting(bank, second);
  const lot = bank.intersections.book.lots(await bank.intersections.book.record(second)).own;
  for (const given of [[], approvals]) {
    const input = { declared: 4, commitment: 'c'.repeat(64) };
    const message = canonicalBytes({ run: second, attempt: 1, approvals: given as never, lot, input });
    await assert.rejects(bank.say('intersection.begin', {}, message), (e) => /^approve\//.test((e as { code: string }).code));
  }
});

test('a message that the network repeats, and a list that changes between attempts, end the attempt', async (t) => {
  const { bank, insurer } = await openSides(t);
  [bank.rows, insurer.rows] = [['a', 'b'], ['b']];
  const twice: Side['meddle'] = (type, header, body) =>
    type === 'intersection.piece'
      ? [
          [header, body],
          [header, body],
        ]
      : [[header, body]];
  insurer.meddle = twice;
  const run = await start(bank);
  assert.deepEqual(await ended(bank, run), ['failed', 'intersection/replayed-message']);
  insurer.meddle = null;
  bank.rows = ['a', 'c'];
  await bank.intersections.retry(run);
  assert.deepEqual(await ended(bank, run), ['failed', 'intersection/input-changed']);
  bank.rows = ['a', 'b'];
  insurer.rows = ['c'];
  await bank.intersections.retry(run);
  const [state, error] = await ended(bank, run);
  assert.deepEqual([state, error], ['failed', 'intersection/input-changed']);
  await assert.rejects(bank.intersections.result(run));
});

test('after a restart what was being played is over, however many runs are newer, and what waits goes on waiting', async (t) => {
  const { bank } = await openSides(t, { approval: 'every-run' });
  const { store } = bank.intersections.book;
  const asked = await start(bank);
  await waiting(bank, asked);
  const record = await bank.intersections.book.record(asked);
  await store.createIntersection({ ...record, run: 'a'.repeat(32), state: 'running', attempt: 1, createdAt: 1 });
  await store.createIntersection({ ...record, run: 'b'.repeat(32), state: 'proposed' });
  for (let i = 0; i < 60; i++) await store.createIntersection({ ...record, run: `${i}`.padStart(32, '0'), state: 'refused' });
  await bank.intersections.recover();
  for (const run of ['a', 'b']) assert.deepEqual(await ended(bank, run.repeat(32)), ['failed', 'run/interrupted']);
  assert.equal((await store.intersection(asked))?.state, 'waiting');
});
