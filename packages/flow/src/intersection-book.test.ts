/** What a station writes down of proposals and approvals, against a side that proposes for ever or without end. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { canonicalBytes, systemRandom, toBase64, toHex } from '@sluis/base';
import { generateSealingKey, generateSigningKey, sign } from '@sluis/crypto';
import { agreementId, agreementSchema, canonicalAgreement, type IntersectionProposal, signAgreement } from '@sluis/model';
import { openStore } from '@sluis/store';
import { MockClock } from './fixtures/mock-clock.ts';
import { IntersectionBook } from './intersection-book.ts';
import { RunEvents, type StationContext } from './index.ts';

const START = Date.parse('2026-03-01T12:00:00Z');
const DAY_MS = 86_400_000;
const LOT = '11'.repeat(32);
const code = (expected: string) => (thrown: unknown) => (thrown as { code?: string }).code === expected;

async function insurer(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'sluis-book-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const clock = new MockClock(START);
  const opened = await openStore({ path: join(folder, 'insurer.db') }, clock);
  t.after(() => opened.close());
  const keys = new Map(['bank', 'insurer'].map((name) => [name, generateSigningKey()]));
  const keyOf = (name: string) => keys.get(name) ?? assert.fail(name);
  const signer = (organisation: string) => ({
    organisation,
    publicKey: keyOf(organisation).publicKey,
    sign: async (purpose: string, message: Uint8Array) => sign(keyOf(organisation).privateKey, purpose, message),
  });
  const key = { type: 'VARCHAR', uses: ['join', 'reveal'] };
  const agreement = agreementSchema.parse({
    sluis: 1,
    collaboration: 'test',
    version: 1,
    purpose: 'Testing.',
    legal_basis: 'None.',
    valid: { from: '2026-01-01T00:00:00Z', until: '2027-01-01T00:00:00Z' },
    organisations: [...keys.keys()].map((name, i) => ({
      name,
      station: `127.0.0.1:${4400 + i}`,
      identity: toHex(keyOf(name).publicKey),
      sealing: toBase64(generateSealingKey().publicKey),
      certificate: String(i).repeat(64),
    })),
    committee: [],
    tables: {
      a: { kind: 'owner', providers: ['bank'], columns: { id: key } },
      b: { kind: 'owner', providers: ['insurer'], columns: { id: key } },
    },
    intersections: {
      x: {
        between: [
          { organisation: 'bank', table: 'a' },
          { organisation: 'insurer', table: 'b' },
        ],
        on: ['id'],
        receivers: ['bank'],
      },
    },
    receivers: ['bank'],
    askers: ['bank'],
  });
  const id = agreementId(agreement);
  const signatures = Object.fromEntries(
    await Promise.all([...keys.keys()].map(async (n) => [n, await signAgreement(agreement, signer(n))] as const)),
  );
  const record = { id, collaboration: 'test', version: 1, canonical: canonicalAgreement(agreement), signatures, receivedAt: START };
  await opened.store.saveAgreement({ ...record, state: 'proposed' });
  await opened.store.putInForce(id);
  const log: string[] = [];
  const station = {
    ...{ organisation: 'insurer', clock, random: systemRandom, store: opened.store, signer: signer('insurer') },
    audit: { append: async ({ kind }: { kind: string }) => ({ index: log.push(kind) - 1 }) },
    events: new RunEvents(clock),
  } as unknown as StationContext;
  const book = new IntersectionBook(station, opened.intersections);
  const propose = async (lastsMs = DAY_MS) => {
    const now = clock.now();
    const statement: IntersectionProposal = {
      ...{ format: 'sluis-intersection/1', run: toHex(systemRandom.bytes(16)), collaboration: 'test', agreement: id, intersection: 'x' },
      ...{ coordinator: 'bank', analyst: 'ana', lot: LOT },
      asked_at: new Date(now).toISOString(),
      expires_at: new Date(now + lastsMs).toISOString(),
    };
    return book.add({ statement, signature: toHex(await signer('bank').sign('proposal', canonicalBytes(statement))) }, LOT, 'waiting');
  };
  return { book, propose, clock, log };
}

test('a proposal lasts a day at most, so that no approval is kept in hand for other rows', async (t) => {
  const { propose } = await insurer(t);
  await propose();
  await assert.rejects(propose(DAY_MS + 1), code('intersection/expired'));
});

test('proposals without end are refused, the next day taken again', async (t) => {
  const { propose, clock, log } = await insurer(t);
  for (let i = 0; i < 100; i++) await propose();
  await assert.rejects(propose(), code('intersection/too-many-proposals'));
  assert.equal(log.length, 100, 'what is refused leaves no trace that fills a disk');
  clock.advance(DAY_MS + 1);
  await propose();
});

test('an approval that comes again is not logged again', async (t) => {
  const { book, propose, log } = await insurer(t);
  const run = await propose();
  const given = await book.approve(run, 'ian');
  await book.keepApproval(run, given);
  await book.keepApproval(run, given);
  assert.deepEqual(log, ['intersection.proposed', 'intersection.approved']);
});
