/** Collections from reports to sums: honest people, lying ones, aggregators that fall silent or cheat, and who may see what. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  canonicalBytes,
  fromBase64,
  InvalidError,
  PeerError,
  RefusedError,
  type SluisError,
  systemRandom,
  toBase64,
  toHex,
} from '@sluis/base';
import { seal } from '@sluis/crypto';
import { type CollectionSums, collectionContext, isLocal, reportInfo, type SplitReport } from '@sluis/model';
import { makeReport, prio3Of, reportTo } from '@sluis/sdk/report';
import { type Collections, openCollections, START } from './four-stations.ts';

const AGES = { reports: { kind: 'prio3-histogram', buckets: 4 }, aggregators: ['north', 'south'], minimum_reports: 3 };
const code = (wanted: string) => (e: unknown) => (e as SluisError).code === wanted;

const results = (c: Collections, who: 'west' | 'centre', collection: string, begin: boolean) =>
  c.at(who).releases.results(c.place(collection), begin) as Promise<CollectionSums[]>;

test('reports of every kind become sums at every receiver, once, and only when there are enough', async (t) => {
  const c = await openCollections(t, {
    ages: AGES,
    yes: { ...AGES, reports: { kind: 'prio3-count' } },
    hours: { ...AGES, reports: { kind: 'prio3-sum', maximum: 168 } },
    marks: { ...AGES, reports: { kind: 'prio3-sumvec', length: 3, maximum: 10 } },
  });
  const given = {
    ages: [1, 3, 1],
    yes: [true, false, true],
    hours: [40, 0, 168],
    marks: [
      [1, 2, 3],
      [10, 10, 10],
      [0, 0, 0],
    ],
  };
  const expected = { ages: '0 2 0 1', yes: '2', hours: '208', marks: '11 12 13' };
  for (const name of ['ages', 'yes', 'hours', 'marks'] as const) {
    const [first, ...others] = given[name];
    await c.report(name, first as number);
    await assert.rejects(results(c, 'centre', name, true), code('collection/too-few-reports'));
    for (const value of others) await c.report(name, value);
    const [seen, ...more] = await results(c, 'centre', name, true);
    assert.deepEqual([seen?.sums.join(' '), seen?.reports, more.length], [expected[name], 3, 0]);
    assert.deepEqual(await results(c, 'west', name, false), [seen], 'the other receiver reads the same sum');
    await assert.rejects(results(c, 'west', name, true), code('collection/too-few-reports'), 'no report is in two sums');
  }
  for (const who of ['north', 'south'] as const) assert.equal(c.at(who).logged.filter((k) => k === 'collection.released').length, 4);
  assert.equal(c.at('centre').logged.filter((k) => k === 'collection.received').length, 4);
});

test('what is left after a sum: numbers that can not come again, and no shares', async (t) => {
  const c = await openCollections(t, { ages: AGES });
  const report = makeReport({ id: c.id, signed: c.signed }, c.place('ages'), 2, systemRandom, START);
  await c.at('north').intake.accept(report);
  await c.at('north').intake.accept(report);
  await c.report('ages', 0);
  await c.report('ages', 0);
  const [sum] = await results(c, 'centre', 'ages', true);
  assert.deepEqual(sum?.sums, ['2', '0', '1', '0'], 'the same report twice is one report');
  await c.at('north').intake.accept(report);
  await c.at('north').intake.check();
  for (const who of ['north', 'south'] as const) {
    assert.deepEqual(await c.at(who).store.countReports(c.place('ages')), { waiting: 0, valid: 0, invalid: 0, released: 3 });
    assert.deepEqual(await c.at(who).store.releaseReports(c.place('ages'), sum?.release ?? ''), []);
  }
});

/** A report with shares of one's own making. */
function crafted(
  c: Collections,
  collection: string,
  encoded: readonly bigint[],
  bend: (r: SplitReport) => SplitReport = (r) => r,
): SplitReport {
  const at = c.place(collection);
  const { agreement } = c.signed;
  const terms = agreement.collections?.[collection] ?? assert.fail();
  const prio3 = isLocal(terms.reports) ? assert.fail() : prio3Of(terms.reports);
  const { field } = prio3.circuit;
  const values = field.zeros(encoded.length);
  encoded.forEach((v, i) => {
    field.set(values, i, v);
  });
  const nonce = systemRandom.bytes(16);
  const { publicShare, inputShares } = prio3.shardEncoded(collectionContext(at), values, nonce, systemRandom.bytes(prio3.randomBytes));
  const box = (i: 0 | 1) => {
    const key = agreement.organisations.find((o) => o.name === terms.aggregators[i])?.sealing ?? '';
    return toBase64(seal(fromBase64(key), inputShares[i] as Uint8Array, reportInfo(at, nonce, publicShare, i)));
  };
  return bend({ ...at, nonce: toHex(nonce), public_share: toBase64(publicShare), boxes: [box(0), box(1)] });
}

test('lying clients are left out, whatever they send, and honest ones are not', async (t) => {
  const c = await openCollections(t, { ages: AGES, others: AGES });
  const elsewhere = crafted(c, 'others', [1n, 0n, 0n, 0n]);
  const lies: SplitReport[] = [
    crafted(c, 'ages', [1000n, 0n, 0n, 0n]),
    crafted(c, 'ages', [1n, 1n, 0n, 0n]),
    crafted(c, 'ages', [0n, 0n, 0n, 0n]),
    crafted(c, 'ages', [2n, -1n, 0n, 0n]),
    crafted(c, 'ages', [1n, 0n, 0n, 0n], (r) => ({ ...r, boxes: [r.boxes[0], toBase64(new Uint8Array(fromBase64(r.boxes[1]).length))] })),
    crafted(c, 'ages', [1n, 0n, 0n, 0n], (r) => ({ ...r, public_share: toBase64(new Uint8Array(64)) })),
    crafted(c, 'ages', [1n, 0n, 0n, 0n], (r) => ({ ...r, nonce: '0'.repeat(32) })),
    { ...elsewhere, collection: 'ages' },
  ];
  await c.at('north').intake.accept(crafted(c, 'ages', [0n, 1n, 0n, 0n]));
  for (const lie of lies) await c.at('north').intake.accept(lie);
  const shapes: SplitReport[] = [
    crafted(c, 'ages', [1n, 0n, 0n, 0n], (r) => ({ ...r, boxes: [r.boxes[1], r.boxes[0]] })),
    crafted(c, 'ages', [1n, 0n, 0n, 0n], (r) => ({ ...r, boxes: [r.boxes[0], 'AAAA'] })),
    crafted(c, 'ages', [1n, 0n, 0n, 0n], (r) => ({ ...r, boxes: [`${r.boxes[0]}AAAA`, r.boxes[1]] })),
    crafted(c, 'ages', [1n, 0n, 0n, 0n], (r) => ({ ...r, public_share: 'AAA' })),
  ];
  for (const shape of shapes)
    await assert.rejects(c.at('north').intake.accept(shape), code('collection/malformed'), 'nothing of it is kept');
  for (const value of [1, 3]) await c.report('ages', value);
  const [sum] = await results(c, 'centre', 'ages', true);
  assert.deepEqual([sum?.sums, sum?.reports], [['0', '2', '0', '1'], 3]);
  assert.equal((await c.at('north').store.countReports(c.place('ages'))).invalid, lies.length);
});

test('another report under a number that waits is refused', async (t) => {
  const c = await openCollections(t, { ages: AGES });
  await c.report('ages', 0);
  await c.at('north').intake.check();
  c.network.fault = () => {
    throw new PeerError('wire/unreachable', { stage: 'wire', party: 'south', message: 'south does not answer.' });
  };
  const report = crafted(c, 'ages', [1n, 0n, 0n, 0n]);
  await c.at('north').intake.accept(report);
  await assert.rejects(
    c.at('north').intake.accept({ ...crafted(c, 'ages', [0n, 1n, 0n, 0n]), nonce: report.nonce }),
    code('collection/replayed'),
  );
});

test('while the second aggregator is silent reports wait; before it has ever answered none is taken', async (t) => {
  const c = await openCollections(t, { ages: AGES });
  let silent = true;
  c.network.fault = (_when, _from, to) => {
    if (silent && to === 'south')
      throw new PeerError('wire/unreachable', { stage: 'wire', party: 'south', message: 'south does not answer.' });
  };
  await assert.rejects(c.report('ages', 1), PeerError);
  silent = false;
  await c.report('ages', 1);
  await c.at('north').intake.check();
  silent = true;
  for (const value of [1, 2]) await c.report('ages', value);
  await c.at('north').intake.check();
  assert.deepEqual(await c.at('north').store.countReports(c.place('ages')), { waiting: 2, valid: 1, invalid: 0, released: 0 });
  await assert.rejects(results(c, 'centre', 'ages', true), code('collection/too-few-reports'));
  silent = false;
  assert.deepEqual((await results(c, 'centre', 'ages', true))[0]?.sums, ['0', '2', '1', '0']);
});

test('answers that are lost on the way change nothing: asking again gives the same', async (t) => {
  const c = await openCollections(t, { ages: AGES });
  let losing = 'collection.verify';
  c.network.fault = (when, _from, _to, type) => {
    if (when !== 'after' || type !== losing) return;
    losing = '';
    throw new PeerError('wire/disconnected', { stage: 'wire', party: 'south', message: 'The connection broke.' });
  };
  for (const value of [1, 2, 3]) await c.report('ages', value);
  await c.at('north').intake.check();
  losing = 'collection.sum';
  await assert.rejects(results(c, 'centre', 'ages', true), PeerError);
  assert.equal((await c.at('north').store.countReports(c.place('ages'))).released, 3, 'marked, though nobody has the sum yet');
  const found = await results(c, 'centre', 'ages', false);
  assert.deepEqual(
    found.map((r) => r.sums),
    [['0', '1', '1', '1']],
  );
  assert.equal(c.at('south').logged.filter((k) => k === 'collection.released').length, 1, 'the second aggregator added once');
});

test('an aggregator that asks for a sum of few reports, of the same in two sums, or of unknown ones, gets nothing', async (t) => {
  const c = await openCollections(t, { ages: AGES });
  for (const value of [1, 2, 3, 0, 0, 0]) await c.report('ages', value);
  await c.at('north').intake.check();
  const place = c.place('ages');
  const release = (n: number) => n.toString(16).padStart(32, '0');
  await c.at('north').store.beginRelease(place, release(9), null, 3, START);
  const nonces = (await c.at('north').store.releaseReports(place, release(9))).map((r) => r.nonce);
  const ask = (n: number, some: readonly string[]) =>
    c.network.request('north', 'south', 'collection.sum', canonicalBytes({ place, release: release(n), nonces: [...some] }));
  await assert.rejects(ask(1, nonces.slice(0, 1)), code('collection/too-few-reports'));
  await assert.rejects(ask(1, [...nonces.slice(0, 2), nonces[0] as string]), code('collection/reports-differ'));
  await assert.rejects(ask(1, [...nonces.slice(0, 2), '0'.repeat(32)]), code('collection/reports-differ'));
  await ask(1, nonces.slice(0, 3));
  await assert.rejects(ask(2, nonces.slice(1, 4)), code('collection/reports-differ'), 'differencing two sums');
  await assert.rejects(ask(1, nonces.slice(3, 6)), code('collection/reports-differ'), 'another sum under the same name');
  assert.equal(c.at('south').logged.filter((k) => k === 'collection.released').length, 1);
});

test('only the first aggregator may ask for checks and sums, only receivers for results, and reports go to the first', async (t) => {
  const c = await openCollections(t, { ages: AGES });
  const place = c.place('ages');
  for (const type of ['collection.key', 'collection.verify', 'collection.sum']) {
    const body =
      type === 'collection.key'
        ? place
        : type === 'collection.verify'
          ? { place, reports: [] }
          : { place, release: '0'.repeat(32), nonces: ['0'.repeat(32)] };
    await assert.rejects(c.network.request('west', 'south', type, canonicalBytes(body)), code('wire/sender-not-agreed'));
  }
  await assert.rejects(c.at('south').releases.results(place, false), code('collection/not-a-receiver'));
  const asked = c.network.request('south', 'north', 'collection.releases', canonicalBytes({ place, begin: false }));
  await assert.rejects(asked, code('collection/not-a-receiver'));
  await assert.rejects(c.at('south').intake.accept(crafted(c, 'ages', [1n, 0n, 0n, 0n])), code('collection/not-an-aggregator'));
  await assert.rejects(c.at('centre').releases.results(c.place('toString'), false), code('collection/unknown'));
});

test('time over and full', async (t) => {
  const c = await openCollections(t, { ages: { ...AGES, until: '2026-03-01T13:00:00Z' }, few: { ...AGES, maximum_reports: 3 } });
  for (const value of [1, 1, 1]) await c.report('few', value);
  await assert.rejects(c.report('few', 1), code('collection/full'));
  for (const value of [1, 1, 1]) await c.report('ages', value);
  c.clock.advance(2 * 3_600_000);
  await assert.rejects(c.report('ages', 1), code('collection/closed'));
  assert.equal((await results(c, 'centre', 'ages', true)).length, 1, 'what was reported in time is still summed');
});

test('a client reports only under the agreement that it means, signed by all', async (t) => {
  const c = await openCollections(t, { ages: AGES });
  const sent: unknown[] = [];
  const station = (offer: unknown) => ({
    post: async (path: string, body: unknown) => {
      if (path === '/collect/agreement') return offer;
      sent.push(body);
      return { stored: true };
    },
  });
  const to = { collaboration: 'test', collection: 'ages', agreement: c.id };
  const signed = { id: c.id, signed: c.signed };
  const now = START;
  await reportTo(station(signed), to, 2, { now });
  assert.equal(sent.length, 1);
  const [first] = c.signed.agreement.organisations;
  const other = { ...c.signed.agreement, organisations: [{ ...first, sealing: c.signed.agreement.organisations[1]?.sealing }] };
  const bad = [
    { id: 'f'.repeat(64), signed: c.signed },
    { id: c.id, signed: { ...c.signed, signatures: {} } },
    {
      id: c.id,
      signed: {
        ...c.signed,
        agreement: {
          ...c.signed.agreement,
          collections: { ages: { ...AGES, aggregators: ['north', 'west'], maximum_reports: 10, description: '' } },
        },
      },
    },
    { id: c.id, signed: { ...c.signed, agreement: other } },
    { nothing: true },
  ];
  for (const offer of bad)
    await assert.rejects(reportTo(station(offer), to, 2, { now }), (e) => e instanceof RefusedError && e.code === 'collection/not-genuine');
  await assert.rejects(reportTo(station(signed), { ...to, collection: 'none' }, 2, { now }), (e) => e instanceof InvalidError);
  await assert.rejects(reportTo(station(signed), to, 4, { now }), code('prio/value-out-of-range'));
  assert.equal(sent.length, 1);
});
