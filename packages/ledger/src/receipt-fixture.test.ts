/** A complete receipt of a small release, made with real keys and logs: what tests of receipts start from. */
import assert from 'node:assert/strict';
import { canonicalBytes, fromHex, InvalidError, parseCanonical, systemRandom, toBase64, toHex } from '@sluis/base';
import { agreementId, type Plan, type Receipt, type ReceiptBody, type Signer } from '@sluis/model';
import { SampleParties } from '@sluis/model/sample-parties';
import { Ledger } from './ledger.ts';
import { MemoryLogStorage } from './memory-storage.ts';
import { encodeComponent, encodeMask } from './openings.ts';
import { commitComponent, commitMask, logOrigin, receiptBodyDigest, releaseEvent } from './receipt.ts';
import { verifyReceipt } from './verify-receipt.ts';

export const NAMES = ['alpha', 'beta', 'gamma'] as const;

/** Three cells, two outputs (a count and a sum of two words) of which the cells 0 and 2, and 2, pass. */
export const PLAN = {
  keys: [],
  cellCount: 3,
  contributions: [{ sql: 'count(*)' }],
  accumulators: [{ kind: 'sum', sql: 'sum(cost)', scale: 0, minimum: '0', maximum: '1', words: 2 }],
  aggregates: [
    { kind: 'count', sql: 'count(*)', type: 'BIGINT', contribution: 0, accumulators: [], dominance: null, dictionary: null },
    { kind: 'sum', sql: 'sum(cost)', type: 'HUGEINT', contribution: 0, accumulators: [0], dominance: null, dictionary: null },
  ],
  outputs: [
    { name: 'n', aggregates: [0], visible: true },
    { name: 'total', aggregates: [1], visible: true },
  ],
} as unknown as Plan;
export const PASSED = [Uint8Array.of(1, 0, 1), Uint8Array.of(0, 0, 1)];
export const COUNTS = [241n, null, 12n];
export const SUMS = [null, null, -(2n ** 70n) - 5n];

export type Signers = Record<string, Signer & { publicKey: Uint8Array }>;

/** Shares an integer into three components of `words` words. */
function shareWords(value: bigint, words: number): BigUint64Array[] {
  const parts = [0, 1].map(() => new BigUint64Array(systemRandom.bytes(8 * words).slice().buffer));
  const whole = (p: BigUint64Array) => p.reduce((n, w, i) => n + (w << BigInt(64 * i)), 0n);
  const last = BigInt.asUintN(64 * words, value - parts.reduce((n, p) => n + whole(p), 0n));
  return [...parts, BigUint64Array.from({ length: words }, (_, i) => BigInt.asUintN(64, last >> BigInt(64 * i)))];
}

/** The three components of the opened counts (cells 0 and 2), then of the opened sum (cell 2). */
export function shareOutputs(): Uint8Array[] {
  const first = shareWords(COUNTS[0] ?? 0n, 1);
  const second = shareWords(COUNTS[2] ?? 0n, 1);
  const sum = shareWords(SUMS[2] ?? 0n, 2);
  return [0, 1, 2].map((c) => {
    const counts = BigUint64Array.of(first[c]?.[0] ?? 0n, second[c]?.[0] ?? 0n);
    return encodeComponent([counts, sum[c] ?? new BigUint64Array(0)]);
  });
}

async function makeAgreement() {
  const parties = new SampleParties(NAMES);
  const signers: Signers = Object.fromEntries(NAMES.map((n) => [n, parties.of(n).signer]));
  const agreement = parties.agreement({ committee: NAMES, tables: {}, receivers: ['alpha'], askers: ['alpha'] });
  return { signers, signed: { agreement, signatures: await parties.signatures(agreement) } };
}

/** Signs and logs a body as the compute parties do. */
export async function sealBody(body: ReceiptBody, signers: Signers): Promise<Pick<Receipt, 'signatures' | 'log'>> {
  const out: Pick<Receipt, 'signatures' | 'log'> = { signatures: {}, log: {} };
  for (const name of NAMES) {
    const signer = signers[name] as Signers[string];
    const clock = { now: () => Date.UTC(2026, 5, 1) };
    const ledger = await Ledger.open({ storage: new MemoryLogStorage(), signer, origin: logOrigin(name), clock, random: systemRandom });
    for (let i = 0; i < 5; i++) await ledger.append({ kind: 'run.step', details: { number: i } });
    const { index } = await ledger.append(releaseEvent(body));
    await ledger.append({ kind: 'run.step', details: {} });
    out.log[name] = await ledger.prove(index);
    out.signatures[name] = toHex(await signer.sign('receipt', receiptBodyDigest(body)));
  }
  return out;
}

export async function makeReceipt(): Promise<{ receipt: Receipt; bytes: Uint8Array; signers: Signers }> {
  const { signers, signed } = await makeAgreement();
  const run = '0123456789abcdef'.repeat(2);
  const salts = Array.from({ length: 4 }, () => toHex(systemRandom.bytes(32)));
  const salt = (i: number) => fromHex(salts[i] ?? '');
  const mask = encodeMask(PASSED);
  const components = shareOutputs();
  const commitments = components.map((c, i) => toHex(commitComponent(run, i as 0 | 1 | 2, salt(i), c))) as [string, string, string];
  const body: ReceiptBody = {
    format: 'sluis-receipt/1',
    run,
    attempt: 1,
    collaboration: signed.agreement.collaboration,
    agreement: agreementId(signed.agreement),
    plan: 'ab'.repeat(32),
    sql: 'SELECT count(*) AS n, sum(cost) AS total FROM incidents',
    template: null,
    asked_by: { organisation: 'alpha', analyst: 'ana' },
    receivers: ['alpha'],
    techniques: [{ id: 'replicated-3', version: 1 }],
    rules: { minimum_rows: 5, minimum_organisations: 2, dominance: null, p_percent: null, without_receivers: [] },
    sandbox: false,
    contributing_organisations: 3,
    rounds: [9, 9, 9],
    bytes: [100, 100, 100],
    finished: '2026-06-01T00:00:00.000Z',
    commitments: { mask: toHex(commitMask(run, salt(3), mask)), components: commitments },
  };
  const opened = components.map((c, i) => ({ salt: salts[i] ?? '', data: toBase64(c) }));
  const openings = {
    mask: { salt: salts[3] ?? '', data: toBase64(mask) },
    components: opened as unknown as NonNullable<Receipt['openings']>['components'],
  };
  const receipt: Receipt = { body, agreement: signed, openings, ...(await sealBody(body, signers)) };
  return { receipt, bytes: canonicalBytes(receipt), signers };
}

export const readAndVerify = (bytes: Uint8Array) => verifyReceipt(parseCanonical(bytes, 'The receipt') as unknown as Receipt);

/** Changes bytes one at a time, two bits each, and asserts that reading or verifying fails with a reason. */
export function assertChangesFound(bytes: Uint8Array, from: number, step: number): void {
  const codes = new Set<string>();
  for (let at = from; at < bytes.length; at += step) {
    for (const bit of [0x01, 0x20]) {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ bit;
      const expected = (thrown: unknown) => {
        assert.ok(thrown instanceof InvalidError, `byte ${at}: ${thrown}`);
        assert.match(thrown.code, /^(receipt|encoding)\//);
        codes.add(thrown.code);
        return true;
      };
      assert.throws(() => readAndVerify(changed), expected, `byte ${at} of ${bytes.length}`);
    }
  }
  assert.ok(codes.size >= 3, [...codes].join());
}
