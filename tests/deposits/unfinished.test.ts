/** How much one contributor can begin at a compute party without finishing it, however it tries. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalBytes, SluisError, systemRandom, toHex } from '@sluis/base';
import { depositBatch, type SignedManifest } from '@sluis/model';
import { agreementWith, type Desk, person, ThreeDesks } from './three-desks.ts';

/** A manifest as a contributor signs it, once some honest one has been seen. */
async function manifestLike({ statement }: SignedManifest, contributor: string): Promise<SignedManifest> {
  const number = toHex(systemRandom.bytes(16));
  const other = { ...statement, contributor, number, batch: depositBatch(toHex(person(contributor).publicKey), number) };
  return { statement: other, signature: toHex(await person(contributor).sign('deposit', canonicalBytes(other))) };
}

test('of many deposits begun at the same time no more are kept than of those begun one after the other', async (t) => {
  const all = await ThreeDesks.open(agreementWith());
  t.after(() => all.close());
  let seen: SignedManifest | null = null;
  const cut = (signed: SignedManifest) => {
    seen = signed;
    throw new Error('cut off');
  };
  await assert.rejects(all.deposit('alice', 'kind,amount\na,1\n', 'append', cut), /cut off/);
  const first = seen ?? assert.fail();
  const { desk } = all.desks[0] as Desk;
  const many = await Promise.all(Array.from({ length: 40 }, () => manifestLike(first, 'alice')));
  const ended = await Promise.allSettled(many.map((signed) => desk.open(signed)));
  assert.equal(ended.filter((e) => e.status === 'fulfilled').length, 8);
  for (const end of ended)
    if (end.status === 'rejected') assert.equal(end.reason instanceof SluisError && end.reason.code, 'deposit/too-many-open');
  assert.equal((await desk.open(await manifestLike(first, 'bob'))).deposit.state, 'uploading', 'another contributor is not held up');
});
