/** What a station writes down of proposals and approvals, against a side that proposes for ever or without end. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { canonicalBytes, systemRandom, toHex } from '@sluis/base';
import { agreementId, canonicalAgreement, type IntersectionProposal } from '@sluis/model';
import { clientsTerms, SampleParties } from '@sluis/model/sample-parties';
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
  const parties = new SampleParties(['bank', 'insurer']);
  const agreement = parties.agreement(clientsTerms(['bank', 'insurer']));
  const id = agreementId(agreement);
  const signatures = await parties.signatures(agreement);
  const record = { id, collaboration: 'test', version: 1, canonical: canonicalAgreement(agreement), signatures, receivedAt: START };
  await opened.store.saveAgreement({ ...record, state: 'proposed' });
  await opened.store.putInForce(id);
  const log: string[] = [];
  const station = {
    ...{ organisation: 'insurer', clock, random: systemRandom, store: opened.store, signer: parties.of('insurer').signer },
    audit: { append: async ({ kind }: { kind: string }) => ({ index: log.push(kind) - 1 }) },
    events: new RunEvents(clock),
  } as unknown as StationContext;
  const book = new IntersectionBook(station, opened.intersections);
  const propose = async (lastsMs = DAY_MS) => {
    const now = clock.now();
    const statement: IntersectionProposal = {
      ...{
        format: 'sluis-intersection/1',
        run: toHex(systemRandom.bytes(16)),
        collaboration: 'test',
        agreement: id,
        intersection: 'clients',
      },
      ...{ coordinator: 'bank', analyst: 'ana', lot: LOT },
      asked_at: new Date(now).toISOString(),
      expires_at: new Date(now + lastsMs).toISOString(),
    };
    return book.add(
      { statement, signature: toHex(await parties.of('bank').signer.sign('proposal', canonicalBytes(statement))) },
      LOT,
      'waiting',
    );
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
