/** Agreements between stations: offering, signing, gathering signatures, and coming into force. */
import { canonicalBytes, canonicalText, InvalidError, RefusedError, SluisError, toSluisError } from '@sluis/base';
import {
  type Agreement,
  agreementId,
  type AuditSink,
  checkAgreement,
  isInForce,
  type SignedAgreement,
  signAgreement,
  signedAgreementSchema,
  verifyAgreementSignatures,
} from '@sluis/model';
import { z } from 'zod';
import { signedAgreementOf } from './admission.ts';
import { peerOf, type StationContext } from './context.ts';
import { parseBody, readMessage } from './messages.ts';
import { requireSender } from './messenger.ts';
import type { AgreementRecord } from './ports.ts';

const OFFER_MS = 15_000;
/** Agreements from other stations that wait for this organisation's signature. */
const MOST_OFFERED = 50;

const signatures = signedAgreementSchema.shape.signatures;
const knownSchema = z.strictObject({ id: z.string().regex(/^[0-9a-f]{64}$/), signatures });
const answerSchema = z.strictObject({ signatures });

export interface AgreementStatus {
  readonly id: string;
  readonly state: AgreementRecord['state'];
  readonly signed: readonly string[];
  readonly missing: readonly string[];
  /** The other stations, each with why it could not be told just now, or null; they are told again at the next signature. */
  readonly offered: readonly { readonly organisation: string; readonly error: string | null }[];
}

export class Agreements {
  readonly #station: StationContext;
  readonly #audit: AuditSink;
  #adding: Promise<unknown> = Promise.resolve();

  constructor(station: StationContext) {
    this.#station = station;
    this.#audit = station.audit;
  }

  /** Writes an agreement down as proposed and, if it was not known before, offers it to the stations it names. */
  async propose(agreement: Agreement): Promise<AgreementStatus> {
    const id = agreementId(agreement);
    const known = (await this.#station.store.agreement(id)) !== null;
    await this.#keep({ agreement, signatures: {} });
    return known ? this.status(id) : this.#offer(id);
  }

  /** Signs for this organisation and tells the others. */
  async sign(id: string): Promise<AgreementStatus> {
    const record = await this.#station.store.agreement(id);
    if (record === null) throw this.#unknown(id);
    const { agreement } = signedAgreementOf(record);
    this.#requireNamed(agreement);
    await this.#audit.append({ kind: 'agreement.signed', details: { agreement: id, organisation: this.#station.organisation } });
    const signature = await signAgreement(agreement, this.#station.signer);
    await this.#addSignatures(agreement, { [this.#station.organisation]: signature });
    return this.#offer(id);
  }

  async status(id: string, offered: AgreementStatus['offered'] = []): Promise<AgreementStatus> {
    const record = await this.#station.store.agreement(id);
    if (record === null) throw new RangeError('unknown agreement');
    const signed = verifyAgreementSignatures(signedAgreementOf(record));
    const names = signedAgreementOf(record).agreement.organisations.map((o) => o.name);
    return { id, state: record.state, signed, missing: names.filter((n) => !signed.includes(n)), offered };
  }

  /** Registers the offers that other stations make. Only stations that the agreement itself names are heard. */
  serve(): void {
    const { wire, store } = this.#station;
    wire.onRequest('agreement.offer', async (m) => {
      const offered = readMessage(signedAgreementSchema, parseBody(m.body), 'agreement.offer', m.from.name ?? 'an unknown station');
      requireSender(offered.agreement, m, null);
      if ((await store.agreement(agreementId(offered.agreement))) === null) await this.#requireRoom();
      await this.#keep(offered);
      return { body: canonicalBytes({ signatures: (await store.agreement(agreementId(offered.agreement)))?.signatures ?? {} }) };
    });
    wire.onRequest('agreement.signatures', async (m) => {
      const { id, signatures } = readMessage(knownSchema, parseBody(m.body), 'agreement.signatures', m.from.name ?? 'an unknown station');
      const record = await store.agreement(id);
      if (record === null) throw this.#unknown(id);
      const { agreement } = signedAgreementOf(record);
      requireSender(agreement, m, null);
      await this.#takeSignatures(agreement, record.signatures, signatures);
      return { body: canonicalBytes({ signatures: (await store.agreement(id))?.signatures ?? {} }) };
    });
  }

  /** Anybody who knows this station's card can name it in an agreement: offers that nobody here signs may not fill its disk. */
  async #requireRoom(): Promise<void> {
    const { store, organisation } = this.#station;
    const waiting = (await store.agreements()).filter((r) => r.state === 'proposed' && r.signatures[organisation] === undefined);
    if (waiting.length < MOST_OFFERED) return;
    throw new RefusedError('agreement/too-many-offered', {
      stage: 'agreement',
      party: organisation,
      message: `${organisation} has ${waiting.length} agreements to look at that it has not signed; it takes no more from other stations.`,
      remedy: `Send the agreement's file to ${organisation}, whose operator can propose it there.`,
    });
  }

  async #keep(offered: SignedAgreement): Promise<void> {
    const { agreement } = offered;
    this.#requireNamed(agreement);
    checkAgreement(agreement);
    const id = agreementId(agreement);
    if ((await this.#station.store.agreement(id)) === null) {
      await this.#audit.append({
        kind: 'agreement.proposed',
        details: { agreement: id, collaboration: agreement.collaboration, version: agreement.version },
      });
      await this.#station.store.saveAgreement({
        id,
        collaboration: agreement.collaboration,
        version: agreement.version,
        state: 'proposed',
        canonical: canonicalText(agreement),
        signatures: {},
        receivedAt: this.#station.clock.now(),
      });
    }
    await this.#takeSignatures(agreement, (await this.#station.store.agreement(id))?.signatures ?? {}, offered.signatures);
  }

  /** Adds those signatures that are new and valid; the others are not looked at. */
  async #takeSignatures(
    agreement: Agreement,
    have: Readonly<Record<string, string>>,
    offered: Readonly<Record<string, string>>,
  ): Promise<void> {
    const fresh = Object.fromEntries(Object.entries(offered).filter(([name]) => have[name] === undefined));
    const valid = verifyAgreementSignatures({ agreement, signatures: fresh });
    if (valid.length > 0) await this.#addSignatures(agreement, Object.fromEntries(valid.map((name) => [name, fresh[name] ?? ''])));
  }

  /** One at a time: of two at once, each could miss the other's signature, and neither see that all are there. */
  #addSignatures(agreement: Agreement, signatures: Record<string, string>): Promise<void> {
    const added = this.#adding.then(() => this.#addNow(agreement, signatures));
    this.#adding = added.catch(() => undefined);
    return added;
  }

  async #addNow(agreement: Agreement, signatures: Record<string, string>): Promise<void> {
    const id = agreementId(agreement);
    const record = await this.#station.store.addSignatures(id, signatures);
    if (record.state !== 'proposed') return;
    const signed = signedAgreementOf(record);
    const complete = verifyAgreementSignatures(signed).length === agreement.organisations.length;
    if (!complete || !(await this.#succeeds(agreement))) return;
    await this.#audit.append({
      kind: 'agreement.in-force',
      details: { agreement: id, collaboration: agreement.collaboration, version: agreement.version },
    });
    await this.#station.store.putInForce(id);
  }

  /** A version replaces only the version it names, so that an old one can't come back. */
  async #succeeds(agreement: Agreement): Promise<boolean> {
    const versions = await this.#station.store.agreements(agreement.collaboration);
    const current = versions.find((v) => v.state === 'in-force');
    if (current === undefined) return true;
    return agreement.version > current.version && agreement.previous === current.id;
  }

  /** Tells every other named station what is signed so far, and takes over what they have. */
  async #offer(id: string): Promise<AgreementStatus> {
    const station = this.#station;
    const record = await station.store.agreement(id);
    if (record === null) throw new RangeError('unknown agreement');
    const signed = signedAgreementOf(record);
    const offered: { organisation: string; error: string | null }[] = [];
    await Promise.all(
      signed.agreement.organisations
        .filter((o) => o.name !== station.organisation)
        .map(async ({ name }) => {
          try {
            const theirs = await this.#tell(signed, id, name);
            const record = await station.store.agreement(id);
            if (record !== null) await this.#takeSignatures(signed.agreement, record.signatures, theirs);
            offered.push({ organisation: name, error: null });
          } catch (thrown) {
            offered.push({ organisation: name, error: toSluisError(thrown, 'agreement').message });
          }
        }),
    );
    return this.status(id, offered);
  }

  /** Signatures alone if the other station knows the agreement, else the whole; gives the signatures it has. */
  async #tell(signed: SignedAgreement, id: string, name: string): Promise<Readonly<Record<string, string>>> {
    const { wire } = this.#station;
    const peer = peerOf(signed.agreement, name);
    const send = async (type: string, message: unknown) => {
      const reply = await wire.request(peer, type, {}, canonicalBytes(message), { timeoutMs: OFFER_MS });
      return readMessage(answerSchema, parseBody(reply.body), type, name).signatures;
    };
    try {
      return await send('agreement.signatures', { id, signatures: signed.signatures });
    } catch (thrown) {
      if (!(thrown instanceof SluisError) || thrown.code !== 'agreement/unknown') throw thrown;
      return send('agreement.offer', signed);
    }
  }

  #unknown(id: string): InvalidError {
    return new InvalidError('agreement/unknown', {
      stage: 'agreement',
      party: this.#station.organisation,
      message: `${this.#station.organisation} knows no agreement ${id.slice(0, 12)}….`,
      remedy: 'List them with: sluis agreement list',
    });
  }

  #requireNamed(agreement: Agreement): void {
    const station = this.#station;
    const me = agreement.organisations.find((o) => o.name === station.organisation);
    if (me === undefined) {
      throw new RefusedError('agreement/not-named', {
        stage: 'agreement',
        party: station.organisation,
        message: `The agreement does not name ${station.organisation}.`,
        remedy: 'Add this station\'s card (sluis station card) under "organisations".',
      });
    }
    const { card } = station;
    if (me.identity !== card.identity || me.sealing !== card.sealing || me.certificate !== card.certificate) {
      throw new RefusedError('agreement/other-keys', {
        stage: 'agreement',
        party: station.organisation,
        message: `The agreement names other keys for ${station.organisation} than this station has.`,
        remedy: 'Put the current card (sluis station card) into a new version and sign that.',
      });
    }
  }
}

/** The agreement in force of a collaboration, or of the only one there is. */
export async function currentAgreement(
  station: Pick<StationContext, 'store' | 'clock'>,
  collaboration?: string,
): Promise<{ id: string; signed: SignedAgreement }> {
  const latest = await latestAgreement(station, collaboration);
  const { agreement } = latest.signed;
  const state = isInForce(latest.signed, station.clock.now());
  if (state.ok) return latest;
  throw new RefusedError('agreement/none-in-force', {
    stage: 'agreement',
    message: `The agreement of "${agreement.collaboration}" is not in force now: ${state.reason}`,
    remedy: 'Sign a version that covers today.',
  });
}

/** As `currentAgreement`, also before it begins and after it has ended. */
export async function latestAgreement(
  station: Pick<StationContext, 'store'>,
  collaboration?: string,
): Promise<{ id: string; signed: SignedAgreement }> {
  const records = (await station.store.agreements(collaboration)).filter((r) => r.state === 'in-force');
  const [first, second] = records;
  if (first === undefined) {
    throw new RefusedError('agreement/none-in-force', {
      stage: 'agreement',
      message:
        collaboration === undefined
          ? 'No agreement is in force at this station.'
          : `No agreement of "${collaboration}" is in force at this station.`,
      remedy: 'See who still has to sign: sluis agreement list',
    });
  }
  if (second !== undefined) {
    throw new InvalidError('agreement/several', {
      stage: 'agreement',
      message: `This station takes part in several collaborations: ${records.map((r) => r.collaboration).join(', ')}.`,
      remedy: 'Say which with --collaboration NAME.',
    });
  }
  return { id: first.id, signed: signedAgreementOf(first) };
}
