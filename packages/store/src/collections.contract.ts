/** What every implementation of the collections' storage port must do. */
import assert from 'node:assert/strict';
import { RefusedError, toHex } from '@sluis/base';
import type { ReportRecord } from '@sluis/flow';
import { reportsDigest } from '@sluis/model';
import type { StorePlaceUnderTest } from './store.contract.ts';

const code = (expected: string) => (e: unknown) => e instanceof RefusedError && e.code === expected;
const PLACE = { agreement: 'a'.repeat(64), collection: 'ages' };
const OTHER = { ...PLACE, collection: 'hours' };
const name = (n: number): string => n.toString(16).padStart(32, '0');

const report = (n: number, change: Partial<ReportRecord> = {}): ReportRecord => ({
  ...PLACE,
  nonce: name(n),
  publicShare: 'cHVibGlj',
  box: 'Ym94 Ym94',
  state: 'waiting',
  verdict: null,
  at: 1_790_000_000_000 + n,
  ...change,
});

type Contract = (title: string, body: (place: StorePlaceUnderTest) => Promise<void>) => void;

export function collectionsContract(contract: Contract): void {
  contract('the first verification key of a collection stays, also over a restart', async (place) => {
    const { collections } = place.opened;
    assert.equal(await collections.verifyKey(PLACE), null);
    assert.equal(await collections.saveVerifyKey(PLACE, 'one', 1), 'one');
    assert.equal(await collections.saveVerifyKey(PLACE, 'two', 2), 'one');
    assert.equal(await collections.verifyKey(OTHER), null);
    const again = await place.reopen();
    assert.equal(await again.collections.verifyKey(PLACE), 'one');
    await again.close();
  });

  contract('a report is taken once under its number, and decided once', async ({ opened: { collections } }) => {
    assert.deepEqual(await collections.addReport(report(2)), report(2));
    assert.deepEqual(await collections.addReport(report(2, { box: 'other', at: 5 })), report(2), 'the first one stands');
    await collections.addReport(report(1));
    await collections.addReport(report(1, OTHER));
    assert.deepEqual(await collections.waitingReports(PLACE, 10), [report(1), report(2)], 'oldest first');
    assert.deepEqual(await collections.waitingReports(PLACE, 1), [report(1)]);
    const places = (await collections.waitingPlaces()).map((p) => p.collection);
    assert.deepEqual(places.sort(), ['ages', 'hours']);
    assert.equal(await collections.decideReport(PLACE, name(1), 'dmVyZGljdA=='), true);
    assert.equal(await collections.decideReport(PLACE, name(1), null), false, 'a verdict stands');
    assert.equal(await collections.decideReport(PLACE, name(2), null), true);
    const rejected = await collections.addReport(report(2));
    assert.deepEqual([rejected.state, rejected.box, rejected.publicShare], ['invalid', '', ''], 'its shares are gone, its number is not');
    assert.deepEqual(await collections.countReports(PLACE), { waiting: 0, valid: 1, invalid: 1, released: 0 });
    assert.deepEqual(await collections.countReports(OTHER), { waiting: 1, valid: 0, invalid: 0, released: 0 });
  });

  contract('a sum is all or nothing, has enough reports, and no report is in two', async (place) => {
    const { collections } = place.opened;
    for (let n = 1; n <= 640; n++) await collections.addReport(report(n, n > 620 ? OTHER : {}));
    for (let n = 1; n <= 600; n++) await collections.decideReport(PLACE, name(n), 'v');
    const all = Array.from({ length: 600 }, (_, i) => name(i + 1));
    const begin = (release: number, nonces: string[] | null, minimum = 2) =>
      collections.beginRelease(PLACE, name(release), nonces, minimum, 7);
    await assert.rejects(begin(1, null, 601), code('collection/too-few-reports'));
    await assert.rejects(begin(1, [...all.slice(0, 520), name(610)]), code('collection/reports-differ'), 'one is not valid');
    assert.equal((await collections.countReports(PLACE)).valid, 600, 'nothing is left of what was refused');
    assert.deepEqual(await collections.releases(PLACE), []);
    assert.deepEqual(await begin(1, all.slice(0, 520)), all.slice(0, 520));
    assert.deepEqual(await begin(1, null), all.slice(0, 520), 'the same again changes nothing');
    await assert.rejects(begin(2, all.slice(519, 570)), code('collection/reports-differ'), 'one is in another sum');
    assert.deepEqual(await begin(3, null), all.slice(520));
    const reports = await collections.releaseReports(PLACE, name(3));
    assert.deepEqual([reports.length, reports[0]?.verdict, reports[0]?.box], [80, 'v', 'Ym94 Ym94']);
    await collections.finishRelease(PLACE, name(3), '{}');
    await collections.finishRelease(PLACE, name(3), '{"later":1}');
    assert.deepEqual(await collections.releaseReports(PLACE, name(3)), [], 'shares are deleted');
    const again = await place.reopen();
    const digest = (some: string[]) => toHex(reportsDigest(some));
    assert.deepEqual(await again.collections.releases(PLACE), [
      { ...PLACE, release: name(1), reports: 520, digest: digest(all.slice(0, 520)), boxes: null, at: 7 },
      { ...PLACE, release: name(3), reports: 80, digest: digest(all.slice(520)), boxes: '{}', at: 7 },
    ]);
    assert.equal((await again.collections.addReport(report(550))).state, 'released', 'its number can not come again');
    await again.close();
  });
}
