/** What all steps of a collection start from: its terms under an agreement in force, and the arithmetic of its reports. */
import { fromBase64, InvalidError, RefusedError } from '@sluis/base';
import { seal } from '@sluis/crypto';
import { type Agreement, type Collection, type CollectionPlace, type ReportKind, type SignedAgreement, verifyKeyInfo } from '@sluis/model';
import { agreementInForce } from './admission.ts';
import { organisationOf, type StationContext } from './context.ts';

/** Checking and adding of one kind of report. `prio` implements it; the station injects it. Errors are SluisErrors. */
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

export type ReportArithmeticOf = (kind: ReportKind) => ReportArithmetic;

export const VERIFY_KEY_BYTES = 32;

/** A collection under its agreement, as this station has found it in force. */
export interface OpenCollection {
  readonly place: CollectionPlace;
  readonly signed: SignedAgreement;
  readonly agreement: Agreement;
  readonly terms: Collection;
  readonly arithmetic: ReportArithmetic;
  /** This station's number among the aggregators, or null. */
  readonly me: 0 | 1 | null;
}

/** @throws RefusedError `agreement/not-in-force`; InvalidError `collection/unknown`. */
export async function openCollection(station: StationContext, kinds: ReportArithmeticOf, place: CollectionPlace): Promise<OpenCollection> {
  const signed = await agreementInForce(station, place.agreement);
  const { agreement } = signed;
  const terms = Object.hasOwn(agreement.collections ?? {}, place.collection) ? agreement.collections?.[place.collection] : undefined;
  if (terms === undefined) throw unknownCollection(station.organisation, place.collection);
  const me = terms.aggregators.indexOf(station.organisation);
  return { place, signed, agreement, terms, arithmetic: kinds(terms.reports), me: me === 0 || me === 1 ? me : null };
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

/** A report that can't be one, by its size alone: nothing of it is kept. */
export const wrongSize = (party: string): InvalidError =>
  new InvalidError('collection/malformed', {
    stage: 'contribution',
    party,
    message: 'This is no report to this collection: a part of it has another length.',
    remedy: 'Bring client and station to the same release of Sluis.',
  });

export const refusedReport = (
  code: 'closed' | 'full' | 'replayed' | 'not-an-aggregator' | 'not-a-receiver' | 'too-few-reports' | 'reports-differ',
  party: string,
  message: string,
  remedy: string,
): RefusedError => new RefusedError(`collection/${code}`, { stage: 'contribution', party, message, remedy });
