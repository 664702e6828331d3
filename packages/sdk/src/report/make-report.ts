/**
 * One person's report, made on their own device. Either split between two aggregators, proved valid, and sealed to each: neither alone
 * learns anything of the value; both together could. Or randomised, so that whoever sees it learns at most what its ε allows.
 */
import { InvalidError, type Random, RefusedError, systemRandom } from '@sluis/base';
import {
  agreementId,
  type Collection,
  type CollectionOffer,
  type CollectionReport,
  collectionOfferSchema,
  isInForce,
  isLocal,
  type LocalReportKind,
} from '@sluis/model';
import { localReport } from './local-report.ts';
import { type SplitValue, sealedReport } from './sealed-report.ts';

/** Of a split report: see `SplitValue`. Of a local one: one of the agreement's values, or a whole number. */
export type ReportValue = SplitValue | string;

/** How a report reaches a station: HTTPS with the station's key pinned in Node, `fetch` in a page. */
export interface ReportTransport {
  post(path: string, body: unknown): Promise<unknown>;
}

export interface ReportTo {
  readonly collaboration: string;
  readonly collection: string;
  /** Id of the agreement's version that the person means to report under: it says which aggregators, and which keys. */
  readonly agreement: string;
}

/**
 * Asks a station for the agreement, makes the report and sends it. Run by: the person's device. The station must be that of the first
 * aggregator. Sends: about 2.5 kB, more for histograms and vectors; a local report is 200 bytes. Learns: nobody the value; of a local
 * report, whoever sees it what its ε allows. Calling this again makes another report, and reveals as much again: where an answer may be
 * lost, send what `makeReport` gives again instead.
 *
 * @throws RefusedError `collection/not-genuine` if the station shows another agreement or one that is not signed by all;
 *   InvalidError `collection/unknown`, `prio/value-out-of-range`, `dp/local-value`; what the station says.
 */
export async function reportTo(
  transport: ReportTransport,
  { collaboration, collection, agreement }: ReportTo,
  value: ReportValue,
  { random = systemRandom, now = Date.now() }: { random?: Random; now?: number } = {},
): Promise<void> {
  const offer = collectionOfferSchema.safeParse(await transport.post('/collect/agreement', { collaboration }));
  if (!offer.success) throw notGenuine('it is not of the agreed form.');
  await transport.post('/collect/reports', makeReport(offer.data, { agreement, collection }, value, random, now));
}

/** The report alone. Throws as `reportTo` does. */
export function makeReport(
  { id, signed }: CollectionOffer,
  place: Pick<ReportTo, 'agreement' | 'collection'>,
  value: ReportValue,
  random: Random,
  now: number,
): CollectionReport {
  const { agreement } = signed;
  if (id !== place.agreement || agreementId(agreement) !== id) throw notGenuine('it is another version than the one that was meant.');
  const state = isInForce(signed, now);
  if (!state.ok) throw notGenuine(state.reason);
  const terms = Object.hasOwn(agreement.collections ?? {}, place.collection) ? agreement.collections?.[place.collection] : undefined;
  if (terms === undefined) throw unknown(place.collection);
  const { reports } = terms;
  if (isLocal(reports)) return localReport({ agreement: id, collection: place.collection, reports }, value as string | number, random);
  const key = (aggregator: 0 | 1): string => agreement.organisations.find((o) => o.name === terms.aggregators[aggregator])?.sealing ?? '';
  const known = { agreement: id, collection: place.collection, reports, keys: [key(0), key(1)] as const };
  return sealedReport(known, value as SplitValue, random);
}

/** What a person should know before reporting, in plain words. */
export function describeCollection({ description, aggregators, reports, minimum_reports }: Collection): string[] {
  const about = description === '' ? [] : [description];
  if (isLocal(reports)) return [...about, ...describeLocal(reports, aggregators[0], minimum_reports)];
  return [
    ...about,
    `Your report (${reports.kind}) is split between ${aggregators[0]} and ${aggregators[1]}: neither learns what you say, both together could.`,
    `Only sums of at least ${minimum_reports} reports are shown. Somebody who sends all others of such a sum could work out yours.`,
    `${aggregators[0]} sees the network address that you report from.`,
  ];
}

const describeLocal = ({ kind, epsilon }: LocalReportKind, collector: string, minimum: number): string[] => [
  `Your value (${kind}) is hidden by chance on this machine: whoever sees your report, ${collector} included, learns at most what ε = ${epsilon} allows: the odds between any two values change at most e^${epsilon}-fold.`,
  'Report once: another report of yours reveals as much again.',
  `Only estimates from at least ${minimum} reports are shown.`,
  `${collector} sees the network address that you report from.`,
];

const notGenuine = (why: string): RefusedError =>
  new RefusedError('collection/not-genuine', {
    stage: 'contribution',
    message: `The station shows an agreement under which nothing should be reported: ${why}`,
    remedy: 'Check the agreement id that you were given; if it is right, do not report.',
  });

const unknown = (name: string): InvalidError =>
  new InvalidError('collection/unknown', {
    stage: 'contribution',
    message: `The agreement has no collection "${name}".`,
    remedy: 'Check its name.',
  });
