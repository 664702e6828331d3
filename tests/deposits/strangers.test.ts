/** What strangers learn by asking a station about contributors: nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalBytes, SluisError, systemRandom, toHex } from '@sluis/base';
import { DepositRelay, TokenIssuer } from '@sluis/flow';
import type { DepositRequest, SignedDepositRequest } from '@sluis/model';
import { contributorFromKey } from '@sluis/sdk/contribute';
import { agreementWith, type Desk, person, ThreeDesks } from './three-desks.ts';

const stranger = contributorFromKey('alice', systemRandom.bytes(32));

async function request(all: ThreeDesks, change: Partial<DepositRequest>, signer = stranger): Promise<SignedDepositRequest> {
  const statement: DepositRequest = {
    ...{ format: 'sluis-deposit-request/1', what: 'agreement', collaboration: 'ned', contributor: 'alice', key: null, batch: null },
    ...{ token: null, at: new Date(all.clock.now()).toISOString() },
    ...change,
  };
  return { statement, signature: toHex(await signer.sign('deposit-request', canonicalBytes(statement))) };
}

const answerTo = async (asked: Promise<unknown>): Promise<unknown> => {
  try {
    await asked;
    return 'an answer';
  } catch (error) {
    assert.ok(error instanceof SluisError, String(error));
    return [error.code, error.message, error.remedy];
  }
};

test('who is named, who is not, and where there is no agreement: strangers get one and the same answer', async (t) => {
  const all = await ThreeDesks.open(agreementWith());
  t.after(() => all.close());
  const { desk, station, store } = all.desks[0] as Desk;
  const relay = new DepositRelay(station, desk);
  const issuer = new TokenIssuer(station, store.deposits);
  const token = { table: 't', round: '2026-03', blinded: 'ab'.repeat(32) };
  const late = new Date(all.clock.now() - 3_600_000).toISOString();
  const answers: unknown[] = [];
  for (const contributor of ['alice', 'south', 'nobody']) {
    for (const collaboration of ['ned', null, 'other']) {
      const of = { contributor, collaboration };
      answers.push(await answerTo(relay.agreementFor(await request(all, of))));
      answers.push(await answerTo(relay.agreementFor(await request(all, { ...of, at: late }))));
      answers.push(await answerTo(relay.list(await request(all, { ...of, what: 'list' }))));
      answers.push(await answerTo(relay.withdraw(await request(all, { ...of, what: 'withdraw', batch: 'ab'.repeat(16) }))));
      answers.push(await answerTo(issuer.issue(await request(all, { ...of, what: 'token', token }))));
    }
  }
  assert.equal(answers.length, 45);
  assert.equal((answers[0] as unknown[])[0], 'deposit/no-agreement');
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
});

test('who is named gets the agreement, and is told what is wrong', async (t) => {
  const all = await ThreeDesks.open(agreementWith());
  t.after(() => all.close());
  const { desk, station } = all.desks[0] as Desk;
  const relay = new DepositRelay(station, desk);
  for (const collaboration of ['ned', null])
    assert.equal((await relay.agreementFor(await request(all, { collaboration }, person('alice')))).id, all.id);
  const late = await request(all, { at: new Date(all.clock.now() - 3_600_000).toISOString() }, person('alice'));
  await assert.rejects(relay.agreementFor(late), { code: 'deposit/clock-skew' });
  const anonymous = await request(all, { contributor: null, key: toHex(stranger.publicKey) });
  await assert.rejects(relay.agreementFor(anonymous), { code: 'deposit/malformed' });
});
