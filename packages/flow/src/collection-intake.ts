/**
 * Reports arrive at the first aggregator, from anybody, over HTTPS. Local ones are checked and kept there: see local-reports.ts. Split
 * ones both aggregators check together (Prio3's one round) over the channel that stations have with each other; they keep what is
 * valid, sealed as it came, until it is summed. What follows is about those.
 *
 * Each aggregator learns that a report is valid, and when it came; the first one also from which network address. Neither learns
 * anything of its value, whatever it does, while the other follows the protocol. The verification key is made by the second, once,
 * and the first takes no report before it has it: so neither can choose the key after a report.
 */
import { SEALING_OVERHEAD_BYTES } from '@sluis/crypto';
import { canonicalBytes, fromBase64, fromHex, SluisError, toBase64 } from '@sluis/base';
import {
  type CollectionPlace,
  type CollectionReport,
  collectionContext,
  collectionPlaceSchema,
  reportInfo,
  type SplitReport,
  verifyKeyInfo,
  fields,
} from '@sluis/model';
import { z } from 'zod';
import {
  endOfCollection,
  openCollection,
  openSplit,
  type ReportKinds,
  refusedReport,
  type SplitCollection,
  sealedVerifyKey,
  VERIFY_KEY_BYTES,
  wrongSize,
} from './collection-context.ts';
import type { CollectionStore, ReportRecord } from './collection-store.ts';
import { peerOf, type StationContext } from './context.ts';
import { localRecord } from './local-reports.ts';
import { parseBody, readMessage } from './messages.ts';
import { requireSender } from './messenger.ts';
import { OneAtATime } from './one-at-a-time.ts';

const { hex16: nonce } = fields;

/** Reports checked with one message to the other aggregator. */
const BATCH = 100;
const WAIT_MS = 60_000;
const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);
const keySchema = z.strictObject({ key: z.string().regex(/^[A-Za-z0-9+/]{43}=$/) });
const verifySchema = z.strictObject({
  place: collectionPlaceSchema,
  reports: z.array(z.strictObject({ nonce, public_share: base64, box: base64, verifier_share: base64 })).max(BATCH),
});
const verdictsSchema = z.strictObject({ verdicts: z.array(base64.nullable()).max(BATCH) });

export class CollectionIntake {
  readonly #station: StationContext;
  readonly #store: CollectionStore;
  readonly #kinds: ReportKinds;
  readonly #turns = new OneAtATime();
  readonly #counts = new Map<string, number>();
  #checking: Promise<void> | null = null;

  constructor(station: StationContext, store: CollectionStore, kinds: ReportKinds) {
    this.#station = station;
    this.#store = store;
    this.#kinds = kinds;
  }

  /**
   * Keeps one report durably; it is checked soon after, a local one before. The same again changes nothing. Run by: the first aggregator.
   *
   * @throws RefusedError `collection/closed`, `full`, `replayed`, `not-an-aggregator`; InvalidError `collection/malformed`; PeerError while the other aggregator has never
   *   answered yet.
   */
  async accept(report: CollectionReport): Promise<void> {
    const { agreement, collection } = report;
    const place = { agreement, collection };
    const at = await openCollection(this.#station, this.#kinds, place);
    const { organisation, clock } = this.#station;
    if (at.me !== 0) throw refusedReport('not-an-aggregator', organisation, `Reports go to ${at.terms.aggregators[0]}.`, 'Send it there.');
    if (clock.now() >= endOfCollection(at))
      throw refusedReport('closed', organisation, 'This collection takes no more reports.', 'Nothing can be done: its time is over.');
    if (at.local !== null) {
      if (!('report' in report)) throw wrongSize(organisation);
      return this.#keep(at.terms.maximum_reports, localRecord(at, organisation, report, clock.now()));
    }
    if ('report' in report) throw wrongSize(organisation);
    const { nonce: number, public_share, boxes } = report;
    requireSizes(at, organisation, report);
    await this.verifyKey(at);
    // What the other aggregator gets is kept with it until then.
    const box = `${boxes[0]} ${boxes[1]}`;
    const record = { ...place, nonce: number, publicShare: public_share, box, state: 'waiting', verdict: null, at: clock.now() } as const;
    await this.#keep(at.terms.maximum_reports, record);
    this.check().catch(() => undefined);
  }

  async #keep(most: number, record: ReportRecord): Promise<void> {
    const { organisation } = this.#station;
    await this.#turns.of(placeName(record), async () => {
      if ((await this.#taken(record)) >= most)
        throw refusedReport('full', organisation, 'This collection has all reports that it takes.', 'Ask its organisers.');
      const kept = await this.#store.addReport(record);
      this.#counts.set(placeName(record), (await this.#taken(record)) + 1);
      if (kept.state === record.state && (kept.publicShare !== record.publicShare || kept.box !== record.box))
        throw refusedReport('replayed', organisation, 'Another report has this number.', 'Make the report again: it takes a fresh one.');
    });
  }

  /** Checks all reports that wait, with the other aggregator; one such pass at a time. Where that fails, the rest goes on waiting. */
  check(): Promise<void> {
    this.#checking ??= this.#checkAll().finally(() => {
      this.#checking = null;
    });
    return this.#checking;
  }

  async #checkAll(): Promise<void> {
    for (const place of await this.#store.waitingPlaces()) {
      try {
        for (
          let some = await this.#store.waitingReports(place, BATCH);
          some.length > 0;
          some = await this.#store.waitingReports(place, BATCH)
        )
          await this.#checkTogether(place, some);
      } catch (thrown) {
        // Another station that can't be reached, or an agreement that is no longer in force: other collections go on.
        if (!(thrown instanceof SluisError)) throw thrown;
      }
    }
  }

  async #checkTogether(place: CollectionPlace, reports: readonly ReportRecord[]): Promise<void> {
    const at = await openSplit(this.#station, this.#kinds, place);
    const key = await this.verifyKey(at);
    const begun = [];
    for (const report of reports) {
      const own = await this.#begin(at, key, 0, report, report.box.split(' ')[0] ?? '');
      if (own === null) await this.#store.decideReport(place, report.nonce, null);
      else begun.push({ report, ...own });
    }
    if (begun.length === 0) return;
    const message = {
      place,
      reports: begun.map(({ report, verifierShare }) => ({
        nonce: report.nonce,
        public_share: report.publicShare,
        box: report.box.split(' ')[1] ?? '',
        verifier_share: toBase64(verifierShare),
      })),
    };
    const to = at.second;
    const reply = await this.#station.wire.request(peerOf(at.agreement, to), 'collection.verify', {}, canonicalBytes(message), {
      timeoutMs: WAIT_MS,
    });
    const { verdicts } = readMessage(verdictsSchema, parseBody(reply.body), 'collection.verify', to);
    for (const [i, { report, state }] of begun.entries()) {
      const verdict = verdicts[i] ?? null;
      const holds = verdict !== null && quietly(() => at.arithmetic.verifyNext(state, fromBase64(verdict))) !== null;
      await this.#store.decideReport(place, report.nonce, holds ? verdict : null);
    }
  }

  /** How many reports were ever taken, counted in the store once; one that came twice counts twice until a restart. */
  async #taken(place: CollectionPlace): Promise<number> {
    const known = this.#counts.get(placeName(place));
    if (known !== undefined) return known;
    const { waiting, valid, invalid, released } = await this.#store.countReports(place);
    this.#counts.set(placeName(place), waiting + valid + invalid + released);
    return waiting + valid + invalid + released;
  }

  /** Opens the own share of a report and begins to check it; null if either fails. */
  async #begin(at: SplitCollection, key: Uint8Array, me: 0 | 1, report: Pick<ReportRecord, 'nonce' | 'publicShare'>, box: string) {
    try {
      const [number, publicShare] = [fromHex(report.nonce), fromBase64(report.publicShare)];
      const share = await this.#station.opener.open(fromBase64(box), reportInfo(at.place, number, publicShare, me));
      return at.arithmetic.verifyInit(key, collectionContext(at.place), me, number, publicShare, share);
    } catch (thrown) {
      // Bytes that are no base64 are a RangeError; whatever else is no fault of the report leaves it waiting.
      if (thrown instanceof SluisError || thrown instanceof RangeError) return null;
      throw thrown;
    }
  }

  /** The output share of a report that was found valid, from its sealed share: for the sum. */
  async outputShare(at: SplitCollection, key: Uint8Array, me: 0 | 1, report: ReportRecord): Promise<unknown> {
    const begun = await this.#begin(at, key, me, report, report.box.split(' ')[0] ?? '');
    return begun === null || report.verdict === null ? null : at.arithmetic.verifyNext(begun.state, fromBase64(report.verdict));
  }

  /** The collection's verification key: made by the second aggregator, asked for by the first, and kept by both for good. */
  async verifyKey(at: SplitCollection): Promise<Uint8Array> {
    const { place, agreement, second, me } = at;
    const kept = await this.#store.verifyKey(place);
    const open = (sealed: string) => this.#station.opener.open(fromBase64(sealed), verifyKeyInfo(place));
    if (kept !== null) return open(kept);
    let key = this.#station.random.bytes(VERIFY_KEY_BYTES);
    if (me === 0) {
      const reply = await this.#station.wire.request(peerOf(agreement, second), 'collection.key', {}, canonicalBytes(place), {
        timeoutMs: WAIT_MS,
      });
      key = fromBase64(readMessage(keySchema, parseBody(reply.body), 'collection.key', second).key);
    }
    const sealed = toBase64(sealedVerifyKey(this.#station, place, key));
    return open(await this.#store.saveVerifyKey(place, sealed, this.#station.clock.now()));
  }

  /** Answers the first aggregator. Run by: the second one. */
  serve(): void {
    const { wire } = this.#station;
    wire.onRequest('collection.key', async (m) => {
      const place = readMessage(collectionPlaceSchema, parseBody(m.body), 'collection.key', m.from.name ?? 'a station');
      const at = await openSplit(this.#station, this.#kinds, place);
      requireSender(at.agreement, m, at.terms.aggregators[0]);
      this.#requireSecond(at);
      return { body: canonicalBytes({ key: toBase64(await this.verifyKey(at)) }) };
    });
    wire.onRequest('collection.verify', async (m) => {
      const { place, reports } = readMessage(verifySchema, parseBody(m.body), 'collection.verify', m.from.name ?? 'a station');
      const at = await openSplit(this.#station, this.#kinds, place);
      requireSender(at.agreement, m, at.terms.aggregators[0]);
      this.#requireSecond(at);
      const key = await this.verifyKey(at);
      const verdicts: (string | null)[] = [];
      for (const report of reports) verdicts.push(await this.#turns.of(report.nonce, () => this.#judge(at, key, report)));
      return { body: canonicalBytes({ verdicts }) };
    });
  }

  /** The first verdict on a nonce stands: asking again with another share or report says nothing new. */
  async #judge(at: SplitCollection, key: Uint8Array, report: z.infer<typeof verifySchema>['reports'][number]): Promise<string | null> {
    const record = { ...at.place, nonce: report.nonce, publicShare: report.public_share, box: report.box };
    const added = await this.#store.addReport({ ...record, state: 'waiting', verdict: null, at: this.#station.clock.now() });
    if (added.publicShare !== report.public_share || added.box !== report.box) return null;
    if (added.state !== 'waiting') return added.state === 'valid' ? added.verdict : null;
    const begun = await this.#begin(at, key, 1, record, report.box);
    const verdict = begun === null ? null : quietly(() => this.#decide(at, begun, report.verifier_share));
    await this.#store.decideReport(at.place, report.nonce, verdict);
    return verdict;
  }

  #decide({ place, arithmetic }: SplitCollection, own: { state: unknown; verifierShare: Uint8Array }, leaders: string): string {
    const message = arithmetic.verifierSharesToMessage(collectionContext(place), [fromBase64(leaders), own.verifierShare]);
    arithmetic.verifyNext(own.state, message);
    return toBase64(message);
  }

  #requireSecond(at: SplitCollection): void {
    if (at.me !== 1)
      throw refusedReport(
        'not-an-aggregator',
        this.#station.organisation,
        'This station does not check these reports.',
        'Compare the agreements.',
      );
  }
}

/** So that strangers can't fill the disk with more than `maximum_reports` reports of their true size. */
function requireSizes({ arithmetic }: SplitCollection, party: string, { public_share, boxes }: SplitReport): void {
  const fits = (text: string, bytes: number): boolean => text.length === 4 * Math.ceil(bytes / 3);
  const boxesFit = boxes.every((box, i) => fits(box, arithmetic.inputShareBytes(i) + SEALING_OVERHEAD_BYTES));
  if (!fits(public_share, arithmetic.publicShareBytes) || !boxesFit) throw wrongSize(party);
}

const placeName = ({ agreement, collection }: CollectionPlace): string => `${agreement} ${collection}`;

/** What it gives, or null where it finds a report invalid. */
function quietly<T>(check: () => T): T | null {
  try {
    return check();
  } catch (thrown) {
    if (thrown instanceof SluisError || thrown instanceof RangeError) return null;
    throw thrown;
  }
}
