/** A member's key never leads to its anonymous deposits, and a token that was on its way is not lost. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { canonicalText, fromHex, SluisError, systemRandom, toHex } from '@sluis/base';
import { TokenIssuer } from '@sluis/flow';
import type { DepositManifest, SignedDepositRequest } from '@sluis/model';
import { anonymousOf, DepositClient, getToken, readTokenFile, type TokenFile, type TokenPlace } from '@sluis/sdk/contribute';
import { agreementWith, type Desk, person, ThreeDesks } from './three-desks.ts';

const refused = (code: string) => (error: unknown) => error instanceof SluisError && error.code === code;

/** A member's disk: one file, and all that was ever written to it. */
class Place implements TokenPlace {
  readonly written: string[] = [];
  read(): string | null {
    return this.written.at(-1) ?? null;
  }
  write(text: string): void {
    this.written.push(text);
  }
  get file(): TokenFile {
    return JSON.parse(this.read() ?? 'null');
  }
}

async function issuing(t: TestContext) {
  const all = await ThreeDesks.open(agreementWith());
  t.after(() => all.close());
  const { station, store } = all.desks[0] as Desk;
  const issuer = new TokenIssuer(station, store.deposits);
  const anonymous = { issuer: 'north', key: await issuer.publicKey('ned'), members: ['alice', 'bob'], round: 'month' };
  await all.sign(agreementWith({ version: 2, previous: all.id }, { by: [], anonymous }));
  const asked: SignedDepositRequest[] = [];
  const on = { before: () => {}, after: () => {} };
  const post = async (_: string, body: unknown) => {
    on.before();
    asked.push(body as SignedDepositRequest);
    const answer = await issuer.issue(body as SignedDepositRequest);
    on.after();
    return answer;
  };
  const client = new DepositClient({ post, put: () => assert.fail() }, () => all.clock.now());
  const get = (name: string, place: TokenPlace) =>
    getToken(person(name), client, all.agreement, 't', { place, now: all.clock.now(), random: systemRandom });
  return { all, issuer, asked, on, get };
}

test('the same member’s identity makes another key and another blind each time', async (t) => {
  const { all, issuer, get } = await issuing(t);
  const [alice, again] = [new Place(), new Place()];
  const token = await get('alice', alice);
  const { anonymous } = anonymousOf(token);
  assert.equal(await issuer.isGood(all.agreement, all.id, { table: 't', anonymous } as DepositManifest), true);
  await assert.rejects(get('alice', again), refused('deposit/token-issued'));
  assert.notEqual(again.file.private_key, token.private_key);
  assert.notEqual(again.file.blind, (JSON.parse(alice.written[0] ?? '') as TokenFile).blind);
  assert.equal(alice.file.blind, null, 'what hides the key from the issuer is not kept once it has answered');
});

test('key and blind are written down before the issuer is asked, and a lost answer is got again', async (t) => {
  const { asked, on, get } = await issuing(t);
  const place = new Place();
  on.before = () => assert.equal(place.written.length, 1);
  on.after = () => assert.fail('the line is cut');
  await assert.rejects(get('alice', place), /cut/);
  const { private_key, token, blind } = place.file;
  assert.deepEqual([token, blind?.length], [null, 64]);
  assert.throws(() => readTokenFile(place.read() ?? ''), refused('deposit/token-invalid'));
  on.after = () => undefined;
  const got = await get('alice', place);
  assert.equal(got.private_key, private_key);
  assert.equal(new Set(asked.map((a) => a.statement.token?.blinded)).size, 1);
  assert.deepEqual(readTokenFile(place.read() ?? ''), got);
  assert.deepEqual(await get('alice', place), got);
  assert.equal(asked.length, 2, 'a token that is there is not asked for');
});

test('a file of another round, table or form is not touched', async (t) => {
  const { all, get } = await issuing(t);
  const place = new Place();
  await get('alice', place);
  all.clock.advance(40 * 86_400_000);
  await assert.rejects(get('alice', place), refused('deposit/token-invalid'));
  const odd = new Place();
  odd.write(canonicalText({ ...place.file, table: 'u' }));
  await assert.rejects(get('alice', odd), refused('deposit/token-invalid'));
  odd.write('{"name":"alice"}');
  await assert.rejects(get('alice', odd), refused('deposit/token-invalid'));
  assert.deepEqual([place.written.length, odd.written.length], [2, 2]);
});

test('the deposit’s own key is the file’s, whatever the member’s', () => {
  const file: TokenFile = {
    ...{ format: 'sluis-deposit-token/2', collaboration: 'ned', table: 't', round: '2026-03', blind: null },
    ...{ private_key: 'ab'.repeat(32), token: 'cd'.repeat(64) },
  };
  const { contributor, anonymous } = anonymousOf(file);
  assert.deepEqual(fromHex(anonymous.key), contributor.publicKey);
  assert.notEqual(anonymous.key, toHex(person('alice').publicKey));
});
