/**
 * From reports to a sum: a receiver asks the first aggregator; both mark the same reports as summed, log it, and seal their aggregate
 * shares to every receiver, which only all together say the sum. Of local reports the one aggregator counts, logs and seals estimates.
 * Every report is in one sum, and none has fewer reports than agreed.
 *
 * A crash between these steps leaves reports marked; the next request finishes that sum before it begins another.
 */
import { canonicalBytes, fromBase64, type RefusedError, toBase64, toHex } from '@sluis/base';
import {
  type CollectionPlace,
  type CollectionRelease,
  type CollectionResult,
  collectionPlaceSchema,
  collectionReleaseSchema,
  releaseInfo,
  reportsDigest,
} from '@sluis/model';
import { z } from 'zod';
import {
  type OpenCollection,
  openCollection,
  openSplit,
  type ReportKinds,
  refusedReport,
  type SplitCollection,
  sealTo,
} from './collection-context.ts';
import type { CollectionIntake } from './collection-intake.ts';
import type { CollectionStore, ReleaseRecord, ReportRecord } from './collection-store.ts';
import { peerOf, type StationContext } from './context.ts';
import { countReports, readEstimates } from './local-reports.ts';
import { parseBody, readMessage } from './messages.ts';
import { requireSender } from './messenger.ts';
import { OneAtATime } from './one-at-a-time.ts';

/** Opening and adding a hundred thousand reports takes minutes. */
const WAIT_MS = 600_000;
const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);
const boxesSchema = z.record(z.string(), base64);
const allBoxesSchema = z.record(z.string(), z.array(base64));
const sumSchema = z.strictObject({
  place: collectionPlaceSchema,
  release: z.string().regex(/^[0-9a-f]{32}$/),
  nonces: z.array(z.string().regex(/^[0-9a-f]{32}$/)).min(1),
});
const askSchema = z.strictObject({ place: collectionPlaceSchema, begin: z.boolean() });
const releasesSchema = z.strictObject({ releases: z.array(collectionReleaseSchema) });

export class CollectionReleases {
  readonly #station: StationContext;
  readonly #store: CollectionStore;
  readonly #kinds: ReportKinds;
  readonly #intake: CollectionIntake;
  readonly #turns = new OneAtATime();

  constructor(station: StationContext, store: CollectionStore, kinds: ReportKinds, intake: CollectionIntake) {
    this.#station = station;
    this.#store = store;
    this.#kinds = kinds;
    this.#intake = intake;
  }

  /**
   * All sums of a collection, the oldest first; with `begin`, first one more of all reports that are in none yet. Run by: a receiver.
   *
   * @throws RefusedError `collection/too-few-reports`, `collection/not-a-receiver`.
   */
  async results(place: CollectionPlace, begin: boolean): Promise<CollectionResult[]> {
    const at = await openCollection(this.#station, this.#kinds, place);
    const { organisation, wire } = this.#station;
    this.#requireReceiver(at, organisation);
    const first = at.terms.aggregators[0];
    if (at.me === 0) return this.#read(at, await this.#releasesFor(at, organisation, begin));
    const reply = await wire.request(peerOf(at.agreement, first), 'collection.releases', {}, canonicalBytes({ place, begin }), {
      timeoutMs: 2 * WAIT_MS,
    });
    return this.#read(at, readMessage(releasesSchema, parseBody(reply.body), 'collection.releases', first).releases);
  }

  async #read(at: OpenCollection, releases: readonly CollectionRelease[]): Promise<CollectionResult[]> {
    const { organisation, opener, audit } = this.#station;
    const results: CollectionResult[] = [];
    for (const release of releases) {
      const of = { ...at.place, release: release.release, reports: release.reports, digest: release.digest };
      const opened: Uint8Array[] = [];
      for (const me of at.local === null ? ([0, 1] as const) : ([0] as const))
        opened.push(await opener.open(fromBase64(release.boxes[me] ?? ''), releaseInfo(of, organisation, me)));
      await audit.append({ kind: 'collection.received', details: { ...of } });
      const result = { release: release.release, reports: release.reports, at: release.at };
      if (at.local === null) {
        const sums = at.arithmetic.unshard(opened, release.reports);
        results.push({ ...result, sums: (Array.isArray(sums) ? sums : [sums]).map(String) });
      } else results.push({ ...result, local: readEstimates(at, organisation, opened[0] ?? new Uint8Array(0)) });
    }
    return results;
  }

  /** Run by: the first aggregator, for a receiver. */
  async #releasesFor(at: OpenCollection, receiver: string, begin: boolean): Promise<CollectionRelease[]> {
    const { place } = at;
    return this.#turns.of(`${place.agreement} ${place.collection}`, async () => {
      for (const open of (await this.#store.releases(place)).filter((r) => r.boxes === null)) await this.#complete(at, open.release);
      if (begin) {
        await this.#intake.check();
        const release = toHex(this.#station.random.bytes(16));
        await this.#store.beginRelease(place, release, null, at.terms.minimum_reports, this.#station.clock.now());
        await this.#complete(at, release);
      }
      return (await this.#store.releases(place)).map((record) => forReceiver(record, receiver));
    });
  }

  /** Adds at all aggregators, and keeps the sealed shares of all. */
  async #complete(at: OpenCollection, release: string): Promise<void> {
    const { place, agreement } = at;
    const nonces = (await this.#store.releaseReports(place, release)).map((r) => r.nonce);
    const parts = at.local === null ? [await this.#theirSum(at, release, nonces)] : [];
    parts.unshift(await this.#sum(at, 0, release, nonces));
    const boxes = Object.fromEntries(agreement.receivers.map((receiver) => [receiver, parts.map((part) => part[receiver] ?? '')]));
    await this.#store.finishRelease(place, release, JSON.stringify(boxes));
  }

  async #theirSum(at: SplitCollection, release: string, nonces: readonly string[]): Promise<Record<string, string>> {
    const { place, agreement, second } = at;
    const message = canonicalBytes({ place, release, nonces: [...nonces] });
    const reply = await this.#station.wire.request(peerOf(agreement, second), 'collection.sum', {}, message, { timeoutMs: WAIT_MS });
    return readMessage(boxesSchema, parseBody(reply.body), 'collection.sum', second);
  }

  /** This aggregator's share of the sum, or the estimates, sealed to each receiver. In the log before it leaves. */
  async #sum(at: OpenCollection, me: 0 | 1, release: string, nonces: readonly string[]): Promise<Record<string, string>> {
    const { place, agreement } = at;
    const reports = await this.#store.releaseReports(place, release);
    const share = at.local === null ? await this.#added(at, me, reports) : countReports(at, reports);
    const of = { ...place, release, reports: nonces.length, digest: toHex(reportsDigest(nonces)) };
    await this.#station.audit.append({ kind: 'collection.released', details: { ...of, receivers: agreement.receivers } });
    return Object.fromEntries(agreement.receivers.map((r) => [r, toBase64(sealTo(agreement, r, share, releaseInfo(of, r, me)))]));
  }

  async #added(at: SplitCollection, me: 0 | 1, reports: readonly ReportRecord[]): Promise<Uint8Array> {
    const key = await this.#intake.verifyKey(at);
    const sum = at.arithmetic.aggregate();
    for (const report of reports) {
      const output = await this.#intake.outputShare(at, key, me, report);
      if (output === null) throw this.#differ();
      sum.add(output);
    }
    return sum.encode();
  }

  serve(): void {
    const { wire } = this.#station;
    wire.onRequest('collection.sum', async (m) => {
      const { place, release, nonces } = readMessage(sumSchema, parseBody(m.body), 'collection.sum', m.from.name ?? 'a station');
      const at = await openSplit(this.#station, this.#kinds, place);
      requireSender(at.agreement, m, at.terms.aggregators[0]);
      if (at.me !== 1 || new Set(nonces).size !== nonces.length) throw this.#differ();
      return { body: canonicalBytes(await this.#turns.of(release, () => this.#sumOnce(at, release, nonces))) };
    });
    wire.onRequest('collection.releases', async (m) => {
      const { place, begin } = readMessage(askSchema, parseBody(m.body), 'collection.releases', m.from.name ?? 'a station');
      const at = await openCollection(this.#station, this.#kinds, place);
      const receiver = requireSender(at.agreement, m, null);
      this.#requireReceiver(at, receiver);
      if (at.me !== 0)
        throw refusedReport(
          'not-an-aggregator',
          this.#station.organisation,
          'This station does not sum these reports.',
          'Compare the agreements.',
        );
      return { body: canonicalBytes({ releases: await this.#releasesFor(at, receiver, begin) }) };
    });
  }

  /** The second aggregator's part. Asked again for the same sum it gives the same boxes; for the same name with other reports, none. */
  async #sumOnce(at: SplitCollection, release: string, nonces: readonly string[]): Promise<Record<string, string>> {
    const done = (await this.#store.releases(at.place)).find((r) => r.release === release);
    if (done !== undefined && done.digest !== toHex(reportsDigest(nonces))) throw this.#differ();
    if (done?.boxes != null) return boxesSchema.parse(JSON.parse(done.boxes));
    await this.#store.beginRelease(at.place, release, nonces, at.terms.minimum_reports, this.#station.clock.now());
    const boxes = await this.#sum(at, 1, release, nonces);
    await this.#store.finishRelease(at.place, release, JSON.stringify(boxes));
    return boxes;
  }

  #requireReceiver(at: OpenCollection, organisation: string): void {
    if (!at.agreement.receivers.includes(organisation))
      throw refusedReport(
        'not-a-receiver',
        this.#station.organisation,
        `${organisation} receives no results.`,
        'Receivers stand in the agreement.',
      );
  }

  #differ(): RefusedError {
    return refusedReport(
      'reports-differ',
      this.#station.organisation,
      'The two aggregators do not hold the same valid reports; no sum was given.',
      'If it repeats, a state was restored from a backup, or one of them does not follow the protocol.',
    );
  }
}

function forReceiver(record: ReleaseRecord, receiver: string): CollectionRelease {
  const { release, reports, digest, agreement, collection, at } = record;
  const boxes = allBoxesSchema.parse(JSON.parse(record.boxes ?? '{}'))[receiver] ?? [''];
  return { agreement, collection, release, reports, digest, at: new Date(at).toISOString(), boxes };
}
