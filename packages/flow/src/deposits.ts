/**
 * Deposits at a compute party: manifests and pieces come in, are checked against the agreement and each other, kept
 * encrypted, and become visible all at once. Nothing here can be read without a second compute party.
 *
 * Compromise of one compute party's deposits yields who deposited how many rows when, and uniformly random components.
 */
import { canonicalText, toHex } from '@sluis/base';
import {
  type Agreement,
  type Confirmed,
  DEPOSIT_SHARING,
  type DepositManifest,
  type DepositState,
  depositVectors,
  type DepositView,
  giverOf,
  messageHash,
  pieceInfo,
  rowsEach,
  type Settlement,
  type SignedAcceptance,
  type SignedDepositRequest,
  type SignedManifest,
  unsaltedMessage,
} from '@sluis/model';
import { agreementInForce, signedAgreementOf } from './admission.ts';
import type { StationContext } from './context.ts';
import { checkAcceptance, confirm, requireAccepted, waitingFor } from './deposit-acceptances.ts';
import { checkManifest, checkRequest, checkRoom, checkRound, depositTable, malformed, refuseAt } from './deposit-checks.ts';
import { incomplete, otherContent, pieceDiffers, unknownDeposit } from './deposit-refusals.ts';
import { batchOf, componentContext, entryOf, manifestOf, newRecord, nextSeat, viewOf } from './deposit-records.ts';
import { EncryptedShares } from './deposit-shares.ts';
import { type DepositRecord, type DepositStore, LIVE, type ShareFiles } from './deposit-store.ts';
import { endOf } from './deposit-expiry.ts';
import { OneAtATime } from './one-at-a-time.ts';
import type { DepositedBatch, Deposits } from './ports.ts';

/** Unfinished deposits of one contributor: what is begun may not fill a disk. */
const MOST_OPEN = 8;

export interface DepositDeskOptions {
  readonly station: StationContext;
  readonly store: DepositStore;
  readonly files: ShareFiles;
  /** Whether the issuer that the agreement names says that an anonymous member's token is genuine. */
  readonly tokenIsGood: (agreement: Agreement, id: string, manifest: DepositManifest) => Promise<boolean>;
}

export class DepositDesk implements Deposits {
  readonly #station: StationContext;
  readonly #store: DepositStore;
  readonly #shares: EncryptedShares;
  readonly #files: ShareFiles;
  readonly #tokenIsGood: DepositDeskOptions['tokenIsGood'];
  readonly #turns = new OneAtATime();

  constructor({ station, store, files, tokenIsGood }: DepositDeskOptions) {
    this.#station = station;
    this.#store = store;
    this.#files = files;
    this.#shares = new EncryptedShares(station, files);
    this.#tokenIsGood = tokenIsGood;
  }

  /** Takes a manifest, or finds the deposit it began before. Gives what is there and which pieces are missing. */
  async open(signed: SignedManifest): Promise<{ deposit: DepositView; missing: number[] }> {
    const manifest = signed.statement;
    return this.#turns.of(manifest.batch, async () => {
      const agreement = await this.#agreement(manifest.agreement);
      checkManifest(this.#station.organisation, agreement, signed);
      const known = await this.#store.deposit(manifest.batch);
      const record = known ?? (await this.#begin(signed, agreement));
      if (canonicalText(manifestOf(record)) !== canonicalText(manifest)) throw otherContent(this.#station.organisation, manifest.batch);
      return { deposit: viewOf(record), missing: record.state === 'uploading' ? await this.#missing(record) : [] };
    });
  }

  async #begin(signed: SignedManifest, agreement: Agreement): Promise<DepositRecord> {
    const manifest = signed.statement;
    const table = depositTable(agreement, manifest.table, this.#refuse);
    const now = this.#station.clock.now();
    checkRound(this.#station.organisation, table, manifest, now);
    if (manifest.anonymous !== null && !(await this.#tokenIsGood(agreement, manifest.agreement, manifest)))
      throw this.#refuse(
        'deposit/bad-token',
        'The issuer does not know this token: membership is not proven.',
        'Get a token from the issuer that the agreement names.',
      );
    // One at a time for each giver: of many at once each would find the others not begun yet.
    return this.#turns.of(`giver ${giverOf(manifest)}`, () => this.#keepManifest(signed, now));
  }

  async #keepManifest(signed: SignedManifest, now: number): Promise<DepositRecord> {
    const manifest = signed.statement;
    const open = await this.#store.deposits({ giver: giverOf(manifest), states: ['uploading'] });
    if (open.length >= MOST_OPEN)
      throw this.#refuse(
        'deposit/too-many-open',
        `${open.length} deposits of this contributor wait for the rest of their rows.`,
        'Finish or withdraw them first: sluis contribute list',
      );
    return this.#store.openDeposit(newRecord(signed, now, (place) => this.#shares.newKey(place)));
  }

  /** Opens, checks and keeps one sealed piece. The same again changes nothing. */
  async piece(batch: string, piece: number, box: Uint8Array): Promise<void> {
    await this.#turns.of(batch, async () => {
      const record = await this.#uploading(batch);
      const manifest = manifestOf(record);
      const due = manifest.pieces[piece];
      if (due === undefined) throw malformed('a piece is not in its manifest');
      const agreement = await this.#agreement(record.agreement);
      const me = this.#seat(agreement);
      const salted = await this.#station.opener.open(box, pieceInfo(manifest, piece, this.#station.organisation));
      if (messageHash(salted) !== due.messages[me]) throw pieceDiffers(this.#station.organisation, batch, piece);
      const message = unsaltedMessage(salted);
      const sharing = this.#station.registry.get('sharing', { id: DEPOSIT_SHARING, version: 1 });
      const words = new Array<number>(depositVectors(depositTable(agreement, record.table, this.#refuse))).fill(1);
      const columns = sharing.combine(me, message, due.rows, words);
      const digest = (which: 0 | 1 | 2) => toHex(sharing.digest(columns, me, which, componentContext(record, piece)));
      await this.#shares.put(record, record.key ?? '', piece, message);
      await this.#store.savePiece(batch, { piece, digests: [digest(me), digest(nextSeat(me))] });
    });
  }

  /**
   * Makes a deposit count, all of it at once, because its giver says so; throws InvalidError `deposit/incomplete`. With
   * `dry`, only looks. Gives this party's word that it counts here, also to whoever asks again.
   */
  async accept(batch: string, signed: SignedAcceptance, dry: boolean): Promise<Confirmed> {
    return this.#turns.of(batch, async () => {
      const record = await this.#required(batch);
      const manifest = manifestOf(record);
      const now = this.#station.clock.now();
      checkAcceptance(this.#station.organisation, await this.#anyAgreement(record.agreement), manifest, signed, now);
      if (record.state === 'uploading') {
        const missing = await this.#missing(record);
        if (missing.length > 0) throw incomplete(this.#station.organisation, batch, missing.length);
        if (!dry) await this.#accept(record, signed);
      }
      const deposit = viewOf(await this.#required(batch));
      return { deposit, confirmed: deposit.state === 'accepted' ? await confirm(this.#station, manifest, 'accepted') : null };
    });
  }

  /** Deletes what a deposit replaces, shown that all compute parties have accepted it. Gives this party's word that it did. */
  async settle(batch: string, { agreement: id, confirmed }: Settlement): Promise<Confirmed> {
    return this.#turns.of(batch, async () => {
      const record = await this.#required(batch);
      const manifest = manifestOf(record);
      if (id !== record.agreement) throw malformed('it is of another agreement');
      requireAccepted(this.#station.organisation, await this.#anyAgreement(id), manifest, confirmed);
      if (record.state !== 'accepted') return { deposit: viewOf(record), confirmed: null };
      await this.#turns.of(`giver ${record.giver}`, async () => {
        // After a crash in between, whoever asks again has the rest deleted; until then it counts no more than before.
        for (const old of waitingFor(batch, await this.#acceptedBeside(record))) await this.#end(old, 'replaced', batch, ['accepted']);
      });
      return { deposit: viewOf(record), confirmed: await confirm(this.#station, manifest, 'settled') };
    });
  }

  /** One at a time for each giver, so that what is logged as accepted does not turn out to be too much. */
  async #accept(record: DepositRecord, { statement, signature }: SignedAcceptance): Promise<void> {
    const agreement = await this.#agreement(record.agreement);
    const most = rowsEach(depositTable(agreement, record.table, this.#refuse));
    const replace = manifestOf(record).mode === 'replace';
    await this.#turns.of(`giver ${record.giver}`, async () => {
      checkRoom(this.#station.organisation, { rows: record.rows, replace }, await this.#acceptedBeside(record), most);
      // Between the two a crash leaves an entry about a deposit that the next upload of the same rows completes.
      await this.#station.audit.append(entryOf('deposit.accepted', record, null, { signed_at: statement.at, signature }));
      await this.#store.acceptDeposit(record.batch, replace, most, this.#station.clock.now());
    });
  }

  #acceptedBeside({ collaboration, table, giver }: DepositRecord): Promise<DepositRecord[]> {
    return this.#store.deposits({ collaboration, table, giver, states: ['accepted'] });
  }

  /** A contributor's own deposits. `key` is what its agreement or the deposit itself names; see `DepositRelay`. */
  async list(giver: string): Promise<DepositView[]> {
    return (await this.#store.deposits({ giver })).map(viewOf);
  }

  /** Takes a deposit out and deletes its shares, if the request is its contributor's. */
  async withdraw(request: SignedDepositRequest, key: (agreement: Agreement, giver: string) => string | null): Promise<DepositView> {
    const batch = request.statement.batch ?? '';
    return this.#turns.of(batch, async () => {
      const record = await this.#required(batch);
      const manifest = manifestOf(record);
      const agreement = await this.#anyAgreement(record.agreement);
      const signer = manifest.anonymous?.key ?? key(agreement, record.giver);
      checkRequest(this.#station.organisation, signer, request, this.#station.clock.now());
      if (request.statement.what !== 'withdraw') throw malformed('the request asks for something else');
      if (LIVE.includes(record.state)) await this.#end(record, 'withdrawn', null);
      return viewOf(await this.#required(batch));
    });
  }

  async batches(collaboration: string, table: string, agreementId: string): Promise<readonly DepositedBatch[]> {
    const records = await this.#store.deposits({ collaboration, table, states: ['accepted'] });
    const agreement = await this.#agreement(agreementId);
    const me = this.#seat(agreement);
    const now = this.#station.clock.now();
    const current = records.filter((r) => r.agreement === agreementId && endOf(r, agreement) > now);
    current.sort((a, b) => (a.batch < b.batch ? -1 : 1));
    return Promise.all(current.map(async (record) => batchOf(record, await this.#store.pieces(record.batch), me, this.#shares)));
  }

  markChecked(batches: readonly string[]): Promise<void> {
    return this.#store.markDepositsChecked(batches);
  }

  async reject(batch: string, reason: string): Promise<void> {
    await this.#turns.of(batch, async () => {
      const record = await this.#required(batch);
      if (LIVE.includes(record.state)) await this.#end(record, 'rejected', reason);
    });
  }

  /** Deletes what has expired, was left unfinished, or has files but no record. Run at start and now and then. */
  async tidy(): Promise<void> {
    const now = this.#station.clock.now();
    const live = await this.#store.deposits({ states: LIVE });
    for (const record of live) {
      const agreement = await this.#anyAgreement(record.agreement);
      const known = await this.#station.store.agreement(record.agreement);
      const reason = known?.state === 'superseded' ? 'agreement-replaced' : endOf(record, agreement) <= now ? 'time-over' : null;
      if (reason === null) continue;
      await this.#turns.of(record.batch, async () => this.#end(record, 'expired', reason));
    }
    const kept = new Set((await this.#store.deposits({ states: LIVE })).map((r) => r.batch));
    for (const batch of await this.#files.list()) {
      if (!kept.has(batch)) await this.#turns.of(batch, async () => this.#removeUnknown(batch));
    }
  }

  /** Under the deposit's turn, so that one which has just begun is not taken for a leftover. */
  async #removeUnknown(batch: string): Promise<void> {
    const record = await this.#store.deposit(batch);
    if (record === null || !LIVE.includes(record.state)) await this.#shares.remove(batch);
  }

  async #end(
    record: DepositRecord,
    to: 'replaced' | 'withdrawn' | 'rejected' | 'expired',
    reason: string | null,
    from: readonly DepositState[] = LIVE,
  ): Promise<void> {
    await this.#station.audit.append(entryOf(`deposit.${to}`, record, reason));
    // The key first: from then on nobody can read what the files still hold.
    await this.#store.endDeposit(record.batch, from, to, reason, this.#station.clock.now());
    await this.#shares.remove(record.batch);
  }

  async #missing(record: DepositRecord): Promise<number[]> {
    const there = new Set((await this.#store.pieces(record.batch)).map((p) => p.piece));
    return manifestOf(record).pieces.flatMap((_, i) => (there.has(i) ? [] : [i]));
  }

  async #required(batch: string): Promise<DepositRecord> {
    const record = await this.#store.deposit(batch);
    if (record !== null) return record;
    throw unknownDeposit(this.#station.organisation, batch);
  }

  async #uploading(batch: string): Promise<DepositRecord> {
    const record = await this.#required(batch);
    if (record.state === 'uploading') return record;
    throw this.#refuse(
      'deposit/not-open',
      `Deposit ${batch} is ${record.state}; it takes no more rows.`,
      'List yours with: sluis contribute list',
    );
  }

  async #agreement(id: string): Promise<Agreement> {
    return (await agreementInForce(this.#station, id)).agreement;
  }

  /** Whether in force or not: to take something out, and to tell when it ends. */
  async #anyAgreement(id: string): Promise<Agreement> {
    const record = await this.#station.store.agreement(id);
    if (record === null) throw new RangeError('a deposit names an agreement that is not in the store');
    return signedAgreementOf(record).agreement;
  }

  #seat(agreement: Agreement): 0 | 1 | 2 {
    const committee: readonly string[] = agreement.committee;
    const seat = committee.indexOf(this.#station.organisation);
    if (seat === 0 || seat === 1 || seat === 2) return seat;
    throw this.#refuse(
      'deposit/no-compute-party',
      `${this.#station.organisation} is no compute party of this agreement.`,
      `Compute parties: ${agreement.committee.join(', ')}.`,
    );
  }

  get #refuse() {
    return refuseAt(this.#station.organisation);
  }
}
