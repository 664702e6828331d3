/** Collections with real stations over TLS and the real command line: from people's reports to a sum at the receiver. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { agreementId, canonicalAgreement, signedAgreementSchema } from '@sluis/model';
import { certificateOf, normaliseUrl, PinnedTransport } from '@sluis/sdk';
import { type ReportValue, reportTo } from '@sluis/sdk/report';
import { type Collaboration, openCollaboration } from '../harness/collaboration.ts';
import { sluis } from '../harness/command-line.ts';

const CSV = 'kind\na\n';
let c: Collaboration;
let folder: string;
let file: string;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluis-collections-'));
  c = await openCollaboration({
    parties: ['north', 'south', 'west'].map((name) => ({ name, csv: CSV })),
    table: 't',
    columns: { kind: { type: 'VARCHAR', uses: ['group'], domain: { values: ['a'] } } },
    receivers: ['west'],
    terms: {
      collections: {
        ages: {
          description: 'How old are you?',
          reports: { kind: 'prio3-histogram', buckets: 10 },
          aggregators: ['north', 'south'],
          minimum_reports: 4,
        },
        browsers: {
          description: 'Which browser?',
          reports: { kind: 'local-frequency', values: ['firefox', 'other'], epsilon: '16' },
          aggregators: ['south'],
          minimum_reports: 2,
        },
      },
    },
  });
  file = join(folder, 'agreement.json');
  writeFileSync(file, canonicalAgreement(c.agreement));
});

after(async () => {
  await c?.close();
  rmSync(folder, { recursive: true });
});

/** To the station's address as anybody would, with nothing but the agreement. */
async function send(value: ReportValue, to = 'north'): Promise<void> {
  const station = c.agreement.organisations.find((o) => o.name === to) ?? assert.fail();
  const url = normaliseUrl(station.station);
  const transport = new PinnedTransport({ url, certificate: await certificateOf(url, station.certificate) });
  try {
    await reportTo(transport, { collaboration: c.agreement.collaboration, collection: 'ages', agreement: agreementId(c.agreement) }, value);
  } finally {
    transport.close();
  }
}

const home = (name: string): string => c.member(name).home;

test('people report from the command line and from programs; only the receiver sees the sum', async () => {
  const first = await sluis(['collect', 'report', 'ages', '3', '--agreement', file]);
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /is at north/);
  assert.match(first.stderr, /neither learns what you say/);
  for (const value of [3, 0]) await send(value);
  const early = await sluis(['collect', 'results', 'ages', '--release', '--home', home('west'), '--json']);
  assert.equal(early.code, 3, early.stdout + early.stderr);
  assert.match(early.stdout + early.stderr, /collection\/too-few-reports/);
  await send(9);
  const late = await sluis(['collect', 'results', 'ages', '--release', '--home', home('west'), '--json']);
  assert.equal(late.code, 0, late.stderr);
  const { results } = JSON.parse(late.stdout) as { results: { reports: number; sums: string[] }[] };
  assert.deepEqual(
    results.map((r) => [r.reports, r.sums.join(' ')]),
    [[4, '1 0 0 2 0 0 0 0 0 1']],
  );
  const elsewhere = await sluis(['collect', 'results', 'ages', '--home', home('south')]);
  assert.equal(elsewhere.code, 3, elsewhere.stderr);
  const list = await sluis(['collect', 'list', '--home', home('north'), '--json']);
  const { collections } = JSON.parse(list.stdout) as { collections: { reports: unknown }[] };
  assert.deepEqual(
    collections.map((l) => l.reports),
    [{ waiting: 0, valid: 0, invalid: 0, released: 4 }, null],
  );
});

test('people randomise on their own machine; one organisation counts, and the receiver reads estimates', async () => {
  for (const value of ['firefox', 'firefox', 'other']) {
    const sent = await sluis(['collect', 'report', 'browsers', value, '--agreement', file]);
    assert.equal(sent.code, 0, sent.stderr);
    assert.match(sent.stdout, /is at south/);
    assert.match(sent.stderr, /what ε = 16 allows[\s\S]*Report once: another report of yours reveals as much again/);
  }
  assert.equal((await sluis(['collect', 'report', 'browsers', 'lynx', '--agreement', file])).code, 2);
  const made = await sluis(['collect', 'results', 'browsers', '--release', '--home', home('west'), '--json']);
  assert.equal(made.code, 0, made.stderr);
  const { results } = JSON.parse(made.stdout) as {
    results: { reports: number; local: { estimates: { of: string; estimate: number }[] } }[];
  };
  // With ε = 16 a report is changed less than once in four million.
  assert.deepEqual(
    results.map((r) => [r.reports, ...r.local.estimates.map((e) => [e.of, Math.round(e.estimate)])]),
    [[3, ['firefox', 2], ['other', 1]]],
  );
  const shown = await sluis(['collect', 'results', 'browsers', '--home', home('west')]);
  assert.match(
    shown.stdout,
    /Each report is private with ε = 16 \(randomised-response\)[\s\S]*Each lying client shifts an estimate by at most 2/,
  );
  assert.doesNotMatch(shown.stdout, /Exact sums/);
});

test('values out of range, other agreements and other stations are refused', async () => {
  const wrong = await sluis(['collect', 'report', 'ages', '10', '--agreement', file]);
  assert.equal(wrong.code, 2, wrong.stderr);
  assert.equal((await sluis(['collect', 'report', 'ages', 'ten', '--agreement', file])).code, 2);
  assert.equal((await sluis(['collect', 'report', 'none', '1', '--agreement', file])).code, 2);
  await assert.rejects(send(1, 'south'), (e) => (e as { code?: string }).code === 'collection/not-an-aggregator');
  const other = join(folder, 'other.json');
  writeFileSync(other, canonicalAgreement({ ...c.agreement, purpose: 'Something else.' }));
  const meant = await sluis(['collect', 'report', 'ages', '1', '--agreement', other]);
  assert.equal(meant.code, 3, meant.stderr);
  assert.match(meant.stderr, /another version/);
  assert.ok(signedAgreementSchema.safeParse({ agreement: c.agreement, signatures: {} }).success, 'control: the file is an agreement');
});
