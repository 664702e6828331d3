/** What all steps of a collection start from: its terms under an agreement in force, and the arithmetic of its reports. */
import { fromBase64, InvalidError, RefusedError } from '@sluis/base';
import { seal } from '@sluis/crypto';
import {
  type Agreement,
  type Collection,
  type CollectionPlace,
  isLocal,
  type LocalEstimates,
  type LocalReportKind,
  type SignedAgreement,
  type SplitReportKind,
  verifyKeyInfo,
} from '@sluis/model';
import { agreementInForce } from './admission.ts';
import { organisationOf, type StationContext } from './context.ts';

/** Checking and adding of one kind of split report. `prio` implements it; the station injects it. Errors are SluisErrors. */
export interface ReportArithmetic {
  readonly publicShareBytes: number;
  inputShareBytes(aggregator: number): number;
  verifyInit(
    verifyKey: Uint8Array,
    context: Uint8Array,
    aggregator: number,
    nonce: Uint8Array,
    publicShare: Uint8Array,
    inputShare: Uint8Array,
  ): { readonly state: unknown; readonly verifierShare: Uint8Array };
  verifierSharesToMessage(context: Uint8Array, verifierShares: readonly Uint8Array[]): Uint8Array;
  verifyNext(state: unknown, verifierMessage: Uint8Array): unknown;
  aggregate(): { add(outputShare: unknown): void; encode(): Uint8Array };
  unshard(aggregateShares: readonly Uint8Array[], count: number): unknown;
}

/** Checking and counting of one kind of local report. `dp` implements it; the station injects it. Errors are SluisErrors. */
export interface LocalArithmetic {
  readonly mechanism: string;
  readonly reportBytes: number;
  /** Throws where these bytes are no report of this kind. */
  check(report: Uint8Array): void;
  /** From at least two reports that passed. */
  estimate(reports: readonly Uint8Array[]): LocalEstimates;
}

export interface ReportKinds {
  split(kind: SplitReportKind): ReportArithmetic;
  local(kind: LocalReportKind): LocalArithmetic;
}

export const VERIFY_KEY_BYTES = 32;

/** A collection under its agreement, as this station has found it in force. */
export type OpenCollection = SplitCollection | LocalCollection;

interface Found {
  readonly place: CollectionPlace;
  readonly signed: SignedAgreement;
  readonly agreement: Agreement;
  readonly terms: Collection;
  /** This station's number among the aggregators, or null. */
  readonly me: 0 | 1 | null;
}

export interface SplitCollection extends Found {
  readonly local: null;
  readonly arithmetic: ReportArithmetic;
  readonly second: string;
}

/** The first aggregator is the only one. */
export interface LocalCollection extends Found {
  readonly local: LocalArithmetic;
  readonly reports: LocalReportKind;
}

/** @throws RefusedError `agreement/not-in-force`; InvalidError `collection/unknown`. */
export async function openCollection(station: StationContext, kinds: ReportKinds, place: CollectionPlace): Promise<OpenCollection> {
  const signed = await agreementInForce(station, place.agreement);
  const { agreement } = signed;
  const terms = Object.hasOwn(agreement.collections ?? {}, place.collection) ? agreement.collections?.[place.collection] : undefined;
  if (terms === undefined) throw unknownCollection(station.organisation, place.collection);
  const me = terms.aggregators.indexOf(station.organisation);
  const found = { place, signed, agreement, terms, me: me === 0 || me === 1 ? me : null } as const;
  const { reports, aggregators } = terms;
  return isLocal(reports)
    ? { ...found, local: kinds.local(reports), reports }
    : { ...found, local: null, arithmetic: kinds.split(reports), second: aggregators[1] ?? '' };
}

/** As `openCollection`; also throws InvalidError `collection/malformed` for one that has no second aggregator. */
export async function openSplit(station: StationContext, kinds: ReportKinds, place: CollectionPlace): Promise<SplitCollection> {
  const at = await openCollection(station, kinds, place);
  if (at.local !== null) throw wrongSize(station.organisation);
  return at;
}

/** Until when reports are taken, in milliseconds. */
export const endOfCollection = ({ terms, agreement }: Pick<OpenCollection, 'terms' | 'agreement'>): number =>
  Math.min(Date.parse(terms.until ?? agreement.valid.until), Date.parse(agreement.valid.until));

/** Seals something to an organisation of the agreement. */
export const sealTo = (agreement: Agreement, organisation: string, plaintext: Uint8Array, info: Uint8Array): Uint8Array =>
  seal(fromBase64(organisationOf(agreement, organisation).sealing), plaintext, info);

/** The verification key as this station keeps it, for nobody else to read. */
export const sealedVerifyKey = (station: StationContext, place: CollectionPlace, key: Uint8Array): Uint8Array =>
  seal(fromBase64(station.card.sealing), key, verifyKeyInfo(place));

export const unknownCollection = (party: string, name: string): InvalidError =>
  new InvalidError('collection/unknown', {
    stage: 'contribution',
    party,
    message: `No agreement in force at ${party} has a collection "${name}".`,
    remedy: 'Check its name, and the collaboration.',
  });

/** A report that can't be one, by its size or form alone: nothing of it is kept. */
export const wrongSize = (party: string): InvalidError =>
  new InvalidError('collection/malformed', {
    stage: 'contribution',
    party,
    message: 'This is no report to this collection: a part of it has another length or form.',
    remedy: 'Compare the agreements, and bring client and station to the same release of Sluis.',
  });

export const refusedReport = (
  code: 'closed' | 'full' | 'replayed' | 'not-an-aggregator' | 'not-a-receiver' | 'too-few-reports' | 'reports-differ',
  party: string,
  message: string,
  remedy: string,
): RefusedError => new RefusedError(`collection/${code}`, { stage: 'contribution', party, message, remedy });
