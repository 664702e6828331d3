/** Who can make a deposit count, and when what it replaces is deleted: a station that relays can do neither. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { canonicalBytes, SluisError, toHex } from '@sluis/base';
import { acceptanceOf, type ConfirmedAnswer, type Settlement, type SignedManifest } from '@sluis/model';
import type { DepositClient } from '@sluis/sdk/contribute';
import { agreementWith, type Desk, person, START, ThreeDesks } from './three-desks.ts';

const OLD = 'kind,amount\na,1\nb,2\n';
const NEW = 'kind,amount\nc,3\n';
const refused = (code: string) => (error: unknown) => error instanceof SluisError && error.code === code;

async function opened(t: TestContext): Promise<ThreeDesks> {
  const all = await ThreeDesks.open(agreementWith());
  t.after(() => all.close());
  return all;
}

/** Uploads everything of a deposit and keeps its acceptance back. */
async function uploaded(all: ThreeDesks, mode: 'append' | 'replace', csv = NEW): Promise<SignedManifest> {
  let signed: SignedManifest | null = null;
  const client = all.client((s) => {
    signed = s;
  });
  const held = { ...client, accept: () => Promise.reject(new Error('held back')) } as unknown as DepositClient;
  await assert.rejects(all.deposit('alice', csv, mode, undefined, held), /held back/);
  return signed ?? assert.fail();
}

const counting = async (desk: Desk, all: ThreeDesks) =>
  (await desk.desk.batches('ned', 't', all.id)).map((b) => [b.batch, b.successor] as const);
const kept = (all: ThreeDesks) => Promise.all(all.desks.map(async ({ files }) => (await files.list()).length));
const accept = async (all: ThreeDesks, { statement }: SignedManifest, seat: number) =>
  (all.desks[seat] as Desk).desk.accept(statement.batch, await all.acceptance(person('alice'), statement), false);

test('only its giver, and only just now, can say that a deposit shall count', async (t) => {
  const all = await opened(t);
  const signed = await uploaded(all, 'append');
  const other = await uploaded(all, 'append', OLD);
  const { statement } = signed;
  const { desk } = all.desks[0] as Desk;
  const good = await all.acceptance(person('alice'), statement);
  const bad = [
    await all.acceptance(person('bob'), statement),
    await all.acceptance(person('alice'), other.statement),
    await all.acceptance(person('alice'), { ...statement, mode: 'replace' }),
    await all.acceptance(person('alice'), { ...statement, agreement: 'ab'.repeat(32) }),
    { statement: acceptanceOf(statement, new Date(START + 1).toISOString()), signature: good.signature },
    { ...good, signature: toHex(await person('alice').sign('deposit', canonicalBytes(good.statement))) },
  ];
  for (const acceptance of bad)
    for (const dry of [true, false]) await assert.rejects(desk.accept(statement.batch, acceptance, dry), refused('deposit/bad-signature'));
  all.clock.advance(301_000);
  await assert.rejects(desk.accept(statement.batch, good, false), refused('deposit/clock-skew'));
  assert.equal((await accept(all, signed, 0)).deposit.state, 'accepted');
  const entry = (all.desks[0] as Desk).log.at(-1);
  assert.deepEqual([entry?.kind, String(entry?.details['signature']).length], ['deposit.accepted', 128]);
});

test('what is accepted at some compute parties only has nothing deleted, and is gone on with', async (t) => {
  const all = await opened(t);
  const old = (await all.deposit('alice', OLD)).batch ?? '';
  const signed = await uploaded(all, 'replace');
  const { batch } = signed.statement;
  const first = await accept(all, signed, 1);
  assert.deepEqual(await kept(all), [2, 2, 2]);
  assert.deepEqual(new Map(await counting(all.desks[1] as Desk, all)).get(old), batch);
  assert.deepEqual(await counting(all.desks[0] as Desk, all), [[old, null]]);
  // The relay has the word of one and makes up the others.
  const word = first.confirmed ?? assert.fail();
  const settle = (confirmed: Settlement['confirmed']) => (all.desks[1] as Desk).desk.settle(batch, { agreement: all.id, confirmed });
  await assert.rejects(settle([word, word, word]), refused('deposit/not-accepted'));
  await assert.rejects(settle(['ab'.repeat(64), word, 'cd'.repeat(64)]), refused('deposit/not-accepted'));
  assert.deepEqual(await kept(all), [2, 2, 2]);
  const done = await all.deposit('alice', NEW, 'replace');
  assert.deepEqual([done.batch, done.already], [batch, false]);
  assert.deepEqual(await kept(all), [1, 1, 1]);
  for (const desk of all.desks) {
    assert.deepEqual(await counting(desk, all), [[batch, null]]);
    assert.deepEqual(
      desk.log.map((e) => e.kind),
      ['deposit.accepted', 'deposit.accepted', 'deposit.replaced'],
    );
    assert.equal((await desk.store.deposits.deposit(old))?.key, null);
  }
  assert.equal((await all.deposit('alice', NEW, 'replace')).already, true);
});

test('a crash at any step of settling leaves a deposit that is gone on with, and never both or neither', async (t) => {
  const all = await opened(t);
  await all.deposit('alice', OLD);
  await all.deposit('alice', `${OLD}a,4\n`);
  const signed = await uploaded(all, 'replace');
  const { batch } = signed.statement;
  const words = [];
  for (const seat of [0, 1, 2]) words.push((await accept(all, signed, seat)).confirmed ?? '');
  const settlement = { agreement: all.id, confirmed: words as [string, string, string] };
  // One is told and stops after the first of the two that it deletes; the giver hears nothing.
  const desk = all.desks[2] as Desk;
  const { append } = desk.station.audit;
  let entries = 0;
  desk.station.audit.append = async (event) => {
    if (event.kind === 'deposit.replaced' && ++entries === 2) throw new Error('crash');
    return append(event);
  };
  await assert.rejects(desk.desk.settle(batch, settlement), /crash/);
  await all.restart(2);
  const left = await counting(all.desks[2] as Desk, all);
  assert.equal(left.length, 2);
  for (const [b, successor] of left) assert.equal(successor, b === batch ? null : batch, 'it still counts only without its successor');
  const done = await all.deposit('alice', NEW, 'replace');
  assert.deepEqual([done.batch, done.already], [batch, false]);
  assert.deepEqual(await kept(all), [1, 1, 1]);
  for (const d of all.desks) assert.deepEqual((await d.desk.settle(batch, settlement)).deposit.state, 'accepted', 'again changes nothing');
});

test('a successor that is withdrawn before it was settled gives its place back', async (t) => {
  const all = await opened(t);
  const old = (await all.deposit('alice', OLD)).batch ?? '';
  const signed = await uploaded(all, 'replace');
  const { batch } = signed.statement;
  const words = [];
  for (const seat of [0, 1, 2]) words.push((await accept(all, signed, seat)).confirmed ?? '');
  await (all.desks[0] as Desk).desk.reject(batch, 'deposit/out-of-bounds');
  assert.deepEqual(await counting(all.desks[0] as Desk, all), [[old, null]]);
  const late = await (all.desks[0] as Desk).desk.settle(batch, { agreement: all.id, confirmed: words as [string, string, string] });
  assert.deepEqual([late.deposit.state, late.confirmed], ['rejected', null]);
  assert.deepEqual(await counting(all.desks[0] as Desk, all), [[old, null]]);
});

test('a giver believes no relay that says a deposit counts, or that an earlier one is deleted', async (t) => {
  const all = await opened(t);
  await all.deposit('alice', OLD);
  const lies: ((answer: ConfirmedAnswer, real: DepositClient) => Partial<DepositClient>)[] = [
    (answer) => ({ accept: async () => answer }),
    (answer, real) => ({ accept: real.accept, settle: async () => answer }),
  ];
  for (const lie of lies) {
    const real = all.client();
    const deposit = (await (all.desks[0] as Desk).desk.list('alice'))[0] ?? assert.fail();
    const view = { ...deposit, state: 'accepted' as const };
    const answer = {
      parties: ['north', 'south', 'west'].map((organisation) => ({ organisation, deposit: view, confirmed: 'ab'.repeat(64) })),
    };
    const relay = { ...real, ...lie(answer, real) } as unknown as DepositClient;
    await assert.rejects(all.deposit('alice', NEW, 'replace', undefined, relay), refused('deposit/not-confirmed'));
  }
});
