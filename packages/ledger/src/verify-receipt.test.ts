import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toBase64, toHex } from '@sluis/base';
import { generateSigningKey, sign } from '@sluis/crypto';
import type { Receipt } from '@sluis/model';
import { decodeMask, encodeComponent, encodeMask, recombine } from './openings.ts';
import {
  assertChangesFound,
  COUNTS,
  makeReceipt,
  PASSED,
  PLAN,
  readAndVerify,
  SUMS,
  sealBody,
  shareOutputs,
} from './receipt-fixture.test.ts';
import { receiptBodyDigest } from './receipt.ts';
import { verifyReceipt } from './verify-receipt.ts';

const made = await makeReceipt();

test('a genuine receipt holds and gives back what was released', () => {
  const { body, openings } = readAndVerify(made.bytes);
  assert.equal(body.run, made.receipt.body.run);
  const released = recombine(PLAN, openings?.mask ?? assert.fail(), openings?.components ?? assert.fail());
  assert.deepEqual(released, { passed: PASSED, counts: [COUNTS], accumulators: [SUMS] });
});

test('a receipt without openings holds too, and opens nothing', () => {
  const { openings: _, ...rest } = made.receipt;
  assert.equal(verifyReceipt(rest).openings, null);
});

test('a changed byte is found, each with a reason (a sample; all of them in the long tests)', (t) => {
  const offset = Math.floor(Math.random() * 37);
  t.diagnostic(`every 37th byte from ${offset}`);
  assertChangesFound(made.bytes, offset, 37);
});

const NOISE = {
  mechanism: 'discrete-laplace',
  generation: 'shares',
  epsilon: '1',
  delta: '0',
  unit: 'row',
  differentially_private: true,
} as const;

test('what a receipt says of noise is of a known form, and an exact answer never passes for differentially private', async () => {
  const exact = { ...made.receipt.body, noise: { mechanism: 'none', differentially_private: false } as const };
  assert.equal(verifyReceipt({ ...clone(), body: exact, ...(await sealBody(exact, made.signers)) }).body.noise?.mechanism, 'none');
  for (const noise of [
    { mechanism: 'none', differentially_private: true },
    { mechanism: 'none', differentially_private: false, epsilon: '1' },
    { ...NOISE, epsilon: '1e9' },
    { ...NOISE, mechanism: 'gaussian' },
    { ...NOISE, extra: 1 },
  ]) {
    const body = { ...made.receipt.body, noise } as unknown as typeof made.receipt.body;
    refuses('malformed', { ...clone(), body, ...(await sealBody(body, made.signers)) });
  }
});

const clone = (): Receipt => structuredClone(made.receipt);
const refuses = (code: string, receipt: Receipt) => assert.throws(() => verifyReceipt(receipt), { code: `receipt/${code}` });

test('each kind of forgery has its own reason', () => {
  const changes: Record<string, (r: Receipt) => void> = {
    malformed: (r) => Object.assign(r, { extra: 1 }),
    'other-agreement': (r) => Object.assign(r.agreement.agreement, { purpose: 'another' }),
    'agreement-unsigned': (r) => Object.assign(r.agreement.signatures, { beta: '0'.repeat(128) }),
    'bad-signature': (r) => Object.assign(r.body, { sql: 'SELECT 1' }),
    'not-logged': (r) => Object.assign(r.log['beta'] ?? {}, { index: 4 }),
    'bad-opening': (r) => Object.assign(r.openings?.components[1] ?? {}, { data: toBase64(new Uint8Array(32)) }),
  };
  for (const [code, change] of Object.entries(changes)) {
    const receipt = clone();
    change(receipt);
    refuses(code, receipt);
  }
});

test("another log's proof does not pass for a compute party's own", () => {
  const receipt = clone();
  Object.assign(receipt.log, { beta: receipt.log['gamma'] });
  refuses('bad-checkpoint', receipt);
});

test('a missing or additional signature, of parties or under the agreement, is refused', () => {
  const missing = clone();
  delete missing.signatures['gamma'];
  refuses('bad-signature', missing);
  const additional = clone();
  additional.signatures['delta'] = additional.signatures['gamma'] ?? '';
  refuses('bad-signature', additional);
  const stranger = clone();
  stranger.agreement.signatures['delta'] = '0'.repeat(128);
  refuses('agreement-unsigned', stranger);
  const unlogged = clone();
  delete unlogged.log['alpha'];
  refuses('not-logged', unlogged);
});

test('what the committee signs beyond the agreement is refused', async () => {
  for (const change of [
    { receivers: ['beta'] },
    { receivers: ['alpha', 'alpha'] },
    { sandbox: true },
    { asked_by: { organisation: 'beta', analyst: 'b' } },
    { noise: NOISE },
  ]) {
    const body = { ...made.receipt.body, ...change };
    refuses('not-agreed', { ...clone(), body, ...(await sealBody(body, made.signers)) });
  }
});

test('a committee member that signs with another key is refused', () => {
  const other = generateSigningKey();
  const receipt = clone();
  receipt.signatures['beta'] = toHex(sign(other.privateKey, 'receipt', receiptBodyDigest(receipt.body)));
  refuses('bad-signature', receipt);
});

test('masks and components of another shape are refused', () => {
  const mask = encodeMask(PASSED);
  const malformed = { code: 'receipt/malformed-opening' };
  assert.deepEqual(decodeMask(PLAN, mask), PASSED);
  assert.throws(() => decodeMask(PLAN, mask.slice(1)), malformed);
  assert.throws(() => decodeMask(PLAN, Uint8Array.of(0b1101, 0b100)), malformed);
  const components = shareOutputs();
  assert.throws(() => recombine(PLAN, mask, components.slice(1)), malformed);
  assert.throws(
    () =>
      recombine(
        PLAN,
        mask,
        components.map((c) => c.slice(8)),
      ),
    malformed,
  );
});

test('a negative count is malformed, except where noise can make it so', () => {
  const minus = BigUint64Array.of(2n ** 64n - 5n, 0n);
  const nothing = BigUint64Array.of(0n, 0n);
  const none = new BigUint64Array(2);
  const components = [minus, nothing, nothing].map((counts) => encodeComponent([counts, none]));
  const mask = encodeMask(PASSED);
  assert.throws(() => recombine(PLAN, mask, components), { code: 'receipt/malformed-opening' });
  const noisy = { ...PLAN, noise: {} } as unknown as typeof PLAN;
  assert.deepEqual(recombine(noisy, mask, components).counts, [[-5n, null, 0n]]);
});
