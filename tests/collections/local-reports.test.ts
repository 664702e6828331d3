/**
 * Collections of randomised reports, from people's devices to estimates at receivers. Estimates are compared with the truth by Hoeffding's
 * inequality for frequencies, and Bernstein's for means, at α = 1e-9 each (over all values together): a thousand reports with ε = 2. The
 * same bounds reject, always, reports that were never randomised, and estimates with half of the people lying.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Random, type SluisError, toBase64 } from '@sluis/base';
import { hybridMean, randomisedResponse, standardErrors } from '@sluis/dp/local';
import type { ReportKinds } from '@sluis/flow';
import { seededRandom, testSeed } from '@sluis/math/fixtures';
import { type CollectionEstimates, collectionReportSchema, collectionResultSchema, type LocalReport } from '@sluis/model';
import { makeReport, type ReportValue, reportKinds } from '@sluis/sdk/report';
import { type Collections, openCollections, START } from './four-stations.ts';

const ALPHA = 1e-9;
const PEOPLE = 1000;
const VALUES = ['firefox', 'chrome', 'safari', 'lynx'];
const BROWSERS = { reports: { kind: 'local-frequency', values: VALUES, epsilon: '2' }, aggregators: ['north'], minimum_reports: 3 };
const HOURS = { ...BROWSERS, reports: { kind: 'local-mean', bounds: [0, 100], epsilon: '2' } };
const OTHER = { of: 'netscape', estimate: 1, standard_error: 1, low: 0, high: 2 };
const code = (wanted: string) => (e: unknown) => (e as SluisError).code === wanted;

const made = (c: Collections, collection: string, value: ReportValue, random: Random): LocalReport =>
  makeReport({ id: c.id, signed: c.signed }, c.place(collection), value, random, START) as LocalReport;
const accept = (c: Collections, report: LocalReport) => c.at('north').intake.accept(report);
const results = (c: Collections, who: 'west' | 'centre', collection: string, begin: boolean) =>
  c.at(who).releases.results(c.place(collection), begin) as Promise<CollectionEstimates[]>;

test(`frequencies: estimates at every receiver, as close as the noise allows (seed ${testSeed})`, async (t) => {
  const c = await openCollections(t, { browsers: BROWSERS });
  const random = seededRandom(testSeed);
  const truth = [700, 200, 100, 0];
  for (const [i, count] of truth.entries())
    for (let n = 0; n < count; n++) await accept(c, made(c, 'browsers', VALUES[i] as string, random));
  const [seen, ...more] = await results(c, 'centre', 'browsers', true);
  assert.ok(seen !== undefined && more.length === 0);
  assert.deepEqual(collectionResultSchema.parse(seen), seen);
  assert.deepEqual(await results(c, 'west', 'browsers', false), [seen], 'the other receiver reads the same');
  const { local, reports } = seen;
  const mechanism = randomisedResponse('2', 4);
  const slope = mechanism.own - mechanism.other;
  assert.deepEqual([reports, local.mechanism, local.epsilon, local.level], [PEOPLE, mechanism.name, '2', 0.95]);
  assert.equal(local.influence, 2 / slope);
  assert.deepEqual(
    local.estimates.map((e) => e.of),
    VALUES,
  );
  const most = Math.sqrt((PEOPLE * Math.log((2 * VALUES.length) / ALPHA)) / 2) / slope;
  const close = (found: readonly number[]) => found.every((f, i) => Math.abs(f - (truth[i] as number)) <= most);
  assert.ok(close(local.estimates.map((e) => e.estimate)), `${local.estimates.map((e) => e.estimate)} are further off than ${most}`);
  const deviations = standardErrors(mechanism, Float64Array.from(truth));
  for (const [i, { estimate, standard_error, low, high }] of local.estimates.entries()) {
    assert.ok(Math.abs(standard_error / (deviations[i] as number) - 1) < 0.25, "the standard error is the theory's");
    assert.ok(Math.abs((high - low) / (2 * 1.95996 * standard_error) - 1) < 1e-3 && low < estimate && estimate < high);
  }
  const plain = truth.map((count) => (count - PEOPLE * mechanism.other) / slope);
  assert.ok(!close(plain), 'control: reports without noise are noticed');
  assert.ok(
    !close(local.estimates.map((_, i) => local.estimates[(i + 1) % 4]?.estimate as number)),
    'control: mixed up values are noticed',
  );
  assert.equal(c.at('north').logged.filter((k) => k === 'collection.released').length, 1);
  assert.equal(c.at('centre').logged.filter((k) => k === 'collection.received').length, 1);
  assert.equal(c.at('south').logged.length, 0, 'nobody else takes part');
});

test(`means: as close as the noise allows, and liars shift them by what is said (seed ${testSeed})`, async (t) => {
  const c = await openCollections(t, { hours: HOURS });
  const random = seededRandom(testSeed + 1);
  const kind = c.signed.agreement.collections?.['hours']?.reports ?? assert.fail();
  assert.ok(kind.kind === 'local-mean');
  for (let n = 0; n < PEOPLE; n++) await accept(c, made(c, 'hours', 10 + (n % 21), random));
  const [seen] = await results(c, 'centre', 'hours', true);
  const { estimates, influence, mechanism } = seen?.local ?? assert.fail();
  const [mean] = estimates;
  assert.ok(mean !== undefined && estimates.length === 1 && mechanism === 'hybrid');
  const truth = Array.from({ length: PEOPLE }, (_, n) => 10 + (n % 21)).reduce((a, b) => a + b, 0) / PEOPLE;
  const { variance } = hybridMean('2', { lower: 0, upper: 100 });
  const largest = Math.max(...Array.from({ length: 101 }, (_, value) => variance(value)));
  // Every reading is within influence · PEOPLE of its mean.
  const logarithm = Math.log(2 / ALPHA);
  const most = Math.sqrt((2 * largest * logarithm) / PEOPLE) + (2 * influence * logarithm) / 3;
  assert.ok(most < 16, 'small enough for the controls');
  assert.ok(Math.abs(mean.estimate - truth) <= most, `${mean.estimate} is further than ${most} from ${truth}`);
  assert.ok(mean.standard_error > 0.8 && mean.standard_error < 2.5 && mean.low < mean.estimate && mean.estimate < mean.high);
  const lying = reportKinds.local(kind);
  const bytes = (value: number) => Buffer.from(made(c, 'hours', value, random).report, 'base64');
  const honest = Array.from({ length: PEOPLE }, (_, n) => bytes(10 + (n % 21)));
  const half = honest.map((report, n) => (n % 2 === 0 ? report : bytes(100)));
  const [without, shifted] = [honest, half].map((r) => lying.estimate(r).estimates[0]?.estimate ?? Number.NaN) as [number, number];
  assert.ok(Math.abs(shifted - truth) > most, 'control: half of the people lying is noticed');
  assert.ok(Math.abs(shifted - without) <= influence * (PEOPLE / 2), 'and is as much as is said, at most');
});

test('what is no report of the collection is refused, and nothing of it is kept', async (t) => {
  const split = { reports: { kind: 'prio3-count' }, aggregators: ['north', 'south'], minimum_reports: 3 };
  const unary = { ...BROWSERS, reports: { ...BROWSERS.reports, mechanism: 'unary-encoding' } };
  const c = await openCollections(t, { browsers: BROWSERS, unary, hours: HOURS, split });
  const random = seededRandom(testSeed);
  const good = made(c, 'browsers', 'lynx', random);
  const bytes = (...of: number[]) => toBase64(Uint8Array.from(of));
  const counted = makeReport({ id: c.id, signed: c.signed }, c.place('split'), true, random, START);
  const bad = [
    { ...good, report: bytes(0, 0, 0, 4) },
    { ...good, report: bytes(0, 0, 0) },
    { ...good, report: bytes(0, 0, 0, 0, 0) },
    { ...good, report: bytes(255, 255, 255, 255) },
    { ...good, report: '' },
    { ...good, report: 'AAAAAB==' },
    { ...good, report: 'AAAA====' },
    { ...good, mechanism: 'hadamard-response' },
    { ...good, collection: 'hours' },
    { ...good, collection: 'split' },
    { ...made(c, 'unary', 'lynx', random), report: bytes(16) },
    { ...made(c, 'hours', 3, random), report: bytes(2, 0, 0, 0, 0, 0, 0, 0, 0) },
    { ...made(c, 'hours', 3, random), report: bytes(0, 0, 0, 0, 0, 0, 0, 0, 2) },
    { ...made(c, 'hours', 3, random), report: bytes(1, 255, 255, 255, 255, 255, 255, 255, 255) },
    { ...counted, collection: 'browsers' },
  ];
  for (const report of bad) await assert.rejects(c.at('north').intake.accept(report), code('collection/malformed'), JSON.stringify(report));
  for (const name of ['browsers', 'unary', 'hours', 'split'])
    assert.deepEqual(await c.at('north').store.countReports(c.place(name)), { waiting: 0, valid: 0, invalid: 0, released: 0 });
  for (const wrong of [
    { ...good, report: 'A'.repeat(204) },
    { ...good, more: 1 },
    { ...good, nonce: '1' },
    { ...good, boxes: [] },
  ])
    assert.equal(collectionReportSchema.safeParse(wrong).success, false);
  assert.ok(collectionReportSchema.safeParse(good).success, 'control');
  await accept(c, good);
});

test('a number counts once; enough reports, time and room are kept to; only receivers read', async (t) => {
  const c = await openCollections(t, { browsers: { ...BROWSERS, maximum_reports: 6, until: '2026-03-01T13:00:00Z' } });
  const random = seededRandom(testSeed);
  const place = c.place('browsers');
  const first = made(c, 'browsers', 'lynx', random);
  for (let again = 0; again < 2; again++) await accept(c, first);
  const another = { ...first, report: first.report === 'AAAAAA==' ? 'AAAAAQ==' : 'AAAAAA==' };
  await assert.rejects(accept(c, another), code('collection/replayed'));
  await accept(c, made(c, 'browsers', 'lynx', random));
  await assert.rejects(results(c, 'centre', 'browsers', true), code('collection/too-few-reports'));
  await accept(c, made(c, 'browsers', 'chrome', random));
  const [seen] = await results(c, 'centre', 'browsers', true);
  assert.equal(seen?.reports, 3);
  await accept(c, first);
  assert.deepEqual(await c.at('north').store.countReports(place), { waiting: 0, valid: 0, invalid: 0, released: 3 });
  assert.deepEqual(await c.at('north').store.releaseReports(place, seen?.release ?? ''), [], 'reports are deleted');
  await assert.rejects(results(c, 'west', 'browsers', true), code('collection/too-few-reports'), 'no report is in two results');
  await assert.rejects(accept(c, made(c, 'browsers', 'chrome', random)), code('collection/full'));
  await assert.rejects(c.at('north').releases.results(place, false), code('collection/not-a-receiver'), 'the collector is none');
  await assert.rejects(c.at('south').intake.accept(first), code('collection/not-an-aggregator'));
  c.clock.advance(2 * 3_600_000);
  await assert.rejects(accept(c, made(c, 'browsers', 'chrome', random)), code('collection/closed'));
});

test('estimates that were begun before a crash are completed, once', async (t) => {
  const c = await openCollections(t, { browsers: BROWSERS });
  const random = seededRandom(testSeed);
  for (const value of VALUES) await accept(c, made(c, 'browsers', value, random));
  await c.at('north').store.beginRelease(c.place('browsers'), '9'.repeat(32), null, 3, START);
  const found = await results(c, 'centre', 'browsers', false);
  assert.deepEqual(
    found.map((r) => [r.release, r.reports]),
    [['9'.repeat(32), 4]],
  );
  assert.deepEqual(await results(c, 'west', 'browsers', false), found);
});

test('a collector that counted with another mechanism, epsilon or values than agreed is not believed', async (t) => {
  for (const bend of [
    { epsilon: '1' },
    { mechanism: 'unary-encoding' },
    { estimates: [OTHER] },
    { estimates: [OTHER, OTHER, OTHER, OTHER] },
    {},
  ]) {
    const bent: ReportKinds = {
      ...reportKinds,
      local: (kind) => {
        const honest = reportKinds.local(kind);
        return { ...honest, estimate: (reports) => ({ ...honest.estimate(reports), ...bend }) };
      },
    };
    const c = await openCollections(t, { browsers: BROWSERS }, (name) => (name === 'north' ? bent : reportKinds));
    const random = seededRandom(testSeed);
    for (const value of VALUES) await accept(c, made(c, 'browsers', value, random));
    const asked = results(c, 'centre', 'browsers', true);
    if (Object.keys(bend).length === 0) assert.equal((await asked)[0]?.reports, 4, 'control');
    else await assert.rejects(asked, code('collection/reports-differ'));
  }
});
