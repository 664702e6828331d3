/** Which manifests and requests for tokens are refused, and why. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { canonicalBytes, SluisError, systemRandom, toHex } from '@sluis/base';
import { blindToken, tokenKeys } from '@sluis/crypto';
import { TokenIssuer } from '@sluis/flow';
import {
  depositBatch,
  type DepositManifest,
  type DepositRequest,
  type SignedDepositRequest,
  type SignedManifest,
  tokenInfo,
  tokenInput,
} from '@sluis/model';
import { contributorFromKey } from '@sluis/sdk/contribute';
import { agreementWith, type Desk, person, START, ThreeDesks } from './three-desks.ts';

const refused = (code: string) => (error: unknown) => {
  assert.equal(error instanceof SluisError ? error.code : error, code);
  return true;
};
const ANONYMOUS = { issuer: 'north', key: toHex(tokenKeys(systemRandom.bytes(32)).publicKey), members: ['alice', 'bob'], round: 'month' };
const own = contributorFromKey(null, systemRandom.bytes(32));
const proof = { round: '2026-03', key: toHex(own.publicKey), token: 'ab'.repeat(64) };

async function opened(t: TestContext, deposits: Record<string, unknown>): Promise<ThreeDesks> {
  const all = await ThreeDesks.open(agreementWith({}, deposits));
  t.after(() => all.close());
  return all;
}

function manifest(all: ThreeDesks, change: Partial<DepositManifest> = {}): DepositManifest {
  const messages: [string, string, string] = ['a'.repeat(64), 'b'.repeat(64), 'c'.repeat(64)];
  const number = toHex(systemRandom.bytes(16));
  const signer = change.contributor === null ? own : person(change.contributor ?? 'alice');
  return {
    format: 'sluis-deposit/2',
    collaboration: 'ned',
    agreement: all.id,
    table: 't',
    batch: depositBatch(toHex(signer.publicKey), number),
    number,
    contributor: 'alice',
    anonymous: null,
    mode: 'append',
    rows: 5,
    pieces: [{ rows: 5, messages }],
    ...change,
  };
}

async function signed(
  statement: DepositManifest,
  as = statement.contributor === null ? own : person(statement.contributor),
): Promise<SignedManifest> {
  return { statement, signature: toHex(await as.sign('deposit', canonicalBytes(statement))) };
}

test('a manifest holds for its table, agreement, contributor and rows only', async (t) => {
  const all = await opened(t, { by: ['alice'], maximum_rows_each: 70_000 });
  const { desk } = all.desks[0] as Desk;
  const wrong = async (code: string, change: Partial<DepositManifest>) =>
    assert.rejects(desk.open(await signed(manifest(all, change))), refused(code), code);
  await wrong('deposit/not-allowed', { contributor: 'bob' });
  await wrong('deposit/not-allowed', { table: 'u' });
  await wrong('deposit/not-allowed', { table: 'constructor' });
  await wrong('deposit/not-allowed', { contributor: null, anonymous: proof });
  await wrong('deposit/malformed', { anonymous: proof });
  await wrong('deposit/malformed', { contributor: null });
  await wrong('deposit/malformed', { rows: 6 });
  await wrong('deposit/wrong-agreement', { collaboration: 'other' });
  await wrong('agreement/not-in-force', { agreement: 'e'.repeat(64) });
  const [piece] = manifest(all).pieces;
  const messages = piece?.messages ?? assert.fail();
  await wrong('deposit/malformed', {
    rows: 10,
    pieces: [
      { rows: 5, messages },
      { rows: 5, messages },
    ],
  });
  await wrong('deposit/too-many-rows', {
    rows: 70_001,
    pieces: [
      { rows: 65_536, messages },
      { rows: 4465, messages },
    ],
  });
  const good = manifest(all);
  await assert.rejects(desk.open(await signed(good, person('bob'))), refused('deposit/bad-signature'));
  const { signature } = await signed(good);
  await assert.rejects(
    desk.open({ statement: { ...good, rows: 4, pieces: [{ rows: 4, messages }] }, signature }),
    refused('deposit/bad-signature'),
  );
  assert.deepEqual((await desk.open({ statement: good, signature })).missing, [0]);
  await assert.rejects(desk.open(await signed({ ...good, mode: 'replace' })), refused('deposit/replayed'));
  await assert.rejects(desk.piece(good.batch, 1, new Uint8Array(2000)), refused('deposit/malformed'));
  await assert.rejects(desk.accept(good.batch, await all.acceptance(person('alice'), good), false), refused('deposit/incomplete'));
});

test('nobody can begin a deposit under the name of another contributor’s, and so keep that one out', async (t) => {
  const all = await opened(t, { by: ['alice', 'bob'] });
  const { desk } = all.desks[0] as Desk;
  const victim = manifest(all);
  const { number, batch } = victim;
  for (const theft of [{ batch }, { number }, { number, batch }])
    await assert.rejects(desk.open(await signed({ ...manifest(all, { contributor: 'bob' }), ...theft })), refused('deposit/malformed'));
  assert.equal((await desk.open(await signed(victim))).deposit.state, 'uploading');
  const same = depositBatch(toHex(person('bob').publicKey), number);
  const beside = await desk.open(await signed(manifest(all, { contributor: 'bob', number, batch: same })));
  assert.equal(beside.deposit.state, 'uploading', 'the same number of another contributor is another deposit');
});

test('an anonymous deposit is of the present round, or of one that has just ended', async (t) => {
  const all = await opened(t, { by: [], anonymous: ANONYMOUS });
  const { desk } = all.desks[1] as Desk;
  const of = async (round: string) =>
    desk.open(await signed(manifest(all, { contributor: null, anonymous: { ...proof, round, token: toHex(systemRandom.bytes(64)) } })));
  all.clock.advance(2 * 86_400_000);
  await of('2026-03');
  for (const round of ['2026-02', '2026-04', 'once', '']) await assert.rejects(of(round), refused('deposit/other-round'));
  all.clock.advance(Date.parse('2026-04-01T06:00:00Z') - all.clock.now());
  await of('2026-03');
  await of('2026-04');
  all.clock.advance(86_400_000);
  await assert.rejects(of('2026-03'), refused('deposit/other-round'));
});

test('a token is spent at once, whoever shows it again', async (t) => {
  const all = await opened(t, { by: [], anonymous: ANONYMOUS });
  const { desk } = all.desks[1] as Desk;
  const one = manifest(all, { contributor: null, anonymous: proof });
  await desk.open(await signed(one));
  await desk.open(await signed(one));
  await assert.rejects(desk.open(await signed(manifest(all, { contributor: null, anonymous: proof }))), refused('deposit/token-spent'));
});

/** A member's request for its token; `blind` differs where a member tries to get another one. */
async function request(
  all: ThreeDesks,
  key: string,
  change: Partial<DepositRequest> = {},
  signer = 'alice',
): Promise<SignedDepositRequest> {
  const { blinded } = blindToken(Buffer.from(key, 'hex'), tokenInfo('ned', 't', '2026-03'), tokenInput(proof.key), systemRandom);
  const statement: DepositRequest = {
    format: 'sluis-deposit-request/1',
    what: 'token',
    collaboration: 'ned',
    contributor: 'alice',
    key: null,
    batch: null,
    token: { table: 't', round: '2026-03', blinded: toHex(blinded) },
    at: new Date(all.clock.now()).toISOString(),
    ...change,
  };
  return { statement, signature: toHex(await person(signer).sign('deposit-request', canonicalBytes(statement))) };
}

test('the issuer gives each member one token a round, logs it, and knows its own', async (t) => {
  const all = await opened(t, { by: ['alice'] });
  const { station, store, log } = all.desks[0] as Desk;
  const issuer = new TokenIssuer(station, store.deposits);
  const key = await issuer.publicKey('ned');
  assert.notEqual(key, await issuer.publicKey('other'), 'a key for each collaboration');
  await assert.rejects(issuer.issue(await request(all, key)), refused('deposit/not-allowed'));
  await all.sign(
    agreementWith({ version: 2, previous: all.id }, { by: [], anonymous: { ...ANONYMOUS, members: ['alice', 'south'], key } }),
  );
  const first = await request(all, key);
  const answer = await issuer.issue(first);
  assert.equal((await issuer.issue(first)).evaluated, answer.evaluated, 'the same request again gets the same token');
  assert.deepEqual(
    log.map((e) => [e.kind, e.details['member']]),
    [['token.issued', 'alice']],
  );
  await assert.rejects(issuer.issue(await request(all, key)), refused('deposit/token-issued'));
  await assert.rejects(issuer.issue(await request(all, key, { contributor: 'bob' }, 'bob')), refused('deposit/no-member'));
  await assert.rejects(issuer.issue(await request(all, key, {}, 'bob')), refused('deposit/no-agreement'));
  await assert.rejects(
    issuer.issue(await request(all, key, { at: new Date(START - 600_000).toISOString() })),
    refused('deposit/clock-skew'),
  );
  const token = first.statement.token ?? assert.fail();
  await assert.rejects(issuer.issue(await request(all, key, { token: { ...token, round: '2026-04' } })), refused('deposit/other-round'));
  const made = manifest(all, { contributor: null, anonymous: proof });
  assert.equal(await issuer.isGood(all.agreement, all.id, made), false, 'a made-up token');
  await all.sign(agreementWith({ version: 3, previous: all.id }, { by: [], anonymous: ANONYMOUS }));
  await assert.rejects(issuer.issue(await request(all, key)), refused('deposit/other-issuer'), 'the agreement names another key');
});
