/**
 * Deposits on their way: a contributor reaches one station of the collaboration over HTTPS; that station passes the
 * sealed boxes on to the three compute parties, over the channels that stations have with each other.
 *
 * Compromise of a relaying station yields who deposits how much and when (for anonymous deposits: the network address),
 * and lets it withhold; what it changes is refused by the compute parties, because the contributor has signed all hashes.
 */
import { canonicalBytes, InvalidError } from '@sluis/base';
import {
  type Agreement,
  type agreementForContributorSchema,
  anonymousName,
  type ConfirmedAnswer,
  confirmedSchema,
  depositIdentity,
  type DepositList,
  type DepositView,
  depositViewSchema,
  giverOf,
  type OpenAnswer,
  type Settlement,
  settleSchema,
  type SignedAcceptance,
  signedAcceptanceSchema,
  type SignedDepositRequest,
  signedDepositRequestSchema,
  type SignedManifest,
  signedManifestSchema,
} from '@sluis/model';
import type { Incoming } from '@sluis/wire';
import { z } from 'zod';
import { agreementInForce, signedAgreementOf } from './admission.ts';
import { peerOf, type StationContext } from './context.ts';
import { agreementOfRequest } from './deposit-agreement.ts';
import { checkManifest, malformed } from './deposit-checks.ts';
import type { DepositDesk } from './deposits.ts';
import { parseBody, readMessage } from './messages.ts';
import { requireSender } from './messenger.ts';

/** A piece has up to 16 MiB for each compute party, over whatever line. */
const WAIT_MS = 300_000;
/** Deposits that were begun through this station; a contributor begins again after a restart. */
const MOST_OPEN = 1000;
const NOTHING = new Uint8Array(0);

const batchSchema = z.strictObject({ agreement: z.string().regex(/^[0-9a-f]{64}$/), batch: z.string().regex(/^[0-9a-f]{32}$/) });
const pieceSchema = batchSchema.extend({ piece: z.number().int().min(0) });
const acceptSchema = batchSchema.extend({ dry: z.boolean() });
const openedSchema = z.object({ deposit: depositViewSchema, missing: z.array(z.number().int().min(0)) });
const listSchema = z.object({ deposits: z.array(depositViewSchema) });

/** A deposit that was begun here: under which agreement, and by whom. */
export interface Begun {
  readonly agreement: string;
  /** Its giver as the compute parties name it, with the agreement. */
  readonly giver: string;
}

export class DepositRelay {
  readonly #station: StationContext;
  readonly #desk: DepositDesk;
  readonly #open = new Map<string, Begun>();

  constructor(station: StationContext, desk: DepositDesk) {
    this.#station = station;
    this.#desk = desk;
  }

  /** The agreement in force under which somebody may deposit, for exactly that somebody. */
  async agreementFor(request: SignedDepositRequest): Promise<z.infer<typeof agreementForContributorSchema>> {
    const { id } = await agreementOfRequest(this.#station, request);
    const { what, contributor } = request.statement;
    const record = await this.#station.store.agreement(id);
    if (record === null || contributor === null || what !== 'agreement') throw malformed('the request asks for something else');
    return { id, signed: signedAgreementOf(record) };
  }

  /** Checks a manifest and shows it to the three compute parties. Gives what each has and lacks. */
  async open(signed: SignedManifest): Promise<OpenAnswer> {
    const { agreement: id, batch } = signed.statement;
    const { agreement } = await agreementInForce(this.#station, id);
    checkManifest(this.#station.organisation, agreement, signed);
    const parties = await this.#askAll(agreement, (to) =>
      this.#ask(agreement, to, 'deposit.open', {}, canonicalBytes(signed), openedSchema, () => this.#desk.open(signed)),
    );
    this.#remember(batch, { agreement: id, giver: `${id} ${giverOf(signed.statement)}` });
    return { parties };
  }

  /** Where there is no room, a giver's own earlier one makes place, so that nobody can push out everybody else's. */
  #remember(batch: string, begun: Begun): void {
    if (this.#open.size >= MOST_OPEN && !this.#open.has(batch)) {
      const own = [...this.#open].find(([, b]) => b.giver === begun.giver)?.[0];
      this.#open.delete(own ?? this.#open.keys().next().value ?? '');
    }
    this.#open.set(batch, begun);
  }

  /** Whether pieces of this deposit may come through here: asked before anything large is read. */
  requireOpen(batch: string): Begun {
    const begun = this.#open.get(batch);
    if (begun !== undefined) return begun;
    throw new InvalidError('deposit/not-begun', {
      stage: 'contribution',
      party: this.#station.organisation,
      message: `Deposit ${batch} was not begun at ${this.#station.organisation}, or that station was restarted since.`,
      remedy: 'Send its manifest again; the client does so by itself.',
    });
  }

  /** Passes one piece on: a box per compute party in committee order, empty for one that has it. */
  async piece(batch: string, piece: number, boxes: readonly Uint8Array[]): Promise<void> {
    const { agreement: id } = this.requireOpen(batch);
    const { agreement } = await agreementInForce(this.#station, id);
    await this.#askAll(agreement, async (to, seat) => {
      const box = boxes[seat] ?? NOTHING;
      if (box.length === 0) return {};
      const done = z.object({ stored: z.literal(true) });
      return this.#ask(agreement, to, 'deposit.piece', { agreement: id, batch, piece }, box, done, async () => {
        await this.#desk.piece(batch, piece, box);
        return { stored: true } as const;
      });
    });
  }

  /** Makes a deposit count at all compute parties, once each has said that it has everything. Gives the word of each. */
  async accept(batch: string, signed: SignedAcceptance): Promise<ConfirmedAnswer> {
    const { agreement: id } = this.requireOpen(batch);
    const { agreement } = await agreementInForce(this.#station, id);
    const body = canonicalBytes(signed);
    const all = (dry: boolean) =>
      this.#askAll(agreement, (to) =>
        this.#ask(agreement, to, 'deposit.accept', { agreement: id, batch, dry }, body, confirmedSchema, () =>
          this.#desk.accept(batch, signed, dry),
        ),
      );
    await all(true);
    const parties = await all(false);
    this.#open.delete(batch);
    return { parties };
  }

  /** Shows all compute parties that each of them has accepted a deposit, upon which they delete what it replaces. */
  async settle(batch: string, settlement: Settlement): Promise<ConfirmedAnswer> {
    const { agreement: id } = settlement;
    const { agreement } = await agreementInForce(this.#station, id);
    const body = canonicalBytes(settlement);
    const parties = await this.#askAll(agreement, (to) =>
      this.#ask(agreement, to, 'deposit.settle', { agreement: id, batch }, body, confirmedSchema, () =>
        this.#desk.settle(batch, settlement),
      ),
    );
    return { parties };
  }

  async list(request: SignedDepositRequest): Promise<DepositList> {
    const { agreement } = await agreementOfRequest(this.#station, request);
    const body = canonicalBytes(request);
    const parties = await this.#askAll(agreement, (to) =>
      this.#ask(agreement, to, 'deposit.list', {}, body, listSchema, () => this.#list(request)),
    );
    return { parties };
  }

  async withdraw(request: SignedDepositRequest): Promise<{ parties: { organisation: string; deposit: DepositView }[] }> {
    const { agreement } = await agreementOfRequest(this.#station, request);
    const body = canonicalBytes(request);
    const answer = z.object({ deposit: depositViewSchema });
    const parties = await this.#askAll(agreement, (to) =>
      this.#ask(agreement, to, 'deposit.withdraw', {}, body, answer, async () => ({
        deposit: await this.#desk.withdraw(request, depositIdentity),
      })),
    );
    return { parties };
  }

  /** Registers what other stations of a collaboration may pass on to this one. */
  serve(): void {
    const { wire } = this.#station;
    wire.onRequest('deposit.open', async (m) => {
      const signed = this.#read(signedManifestSchema, parseBody(m.body), m);
      await this.#requireMember(signed.statement.agreement, m);
      return { body: canonicalBytes(await this.#desk.open(signed)) };
    });
    wire.onRequest('deposit.piece', async (m) => {
      const { agreement, batch, piece } = this.#read(pieceSchema, m.header, m);
      await this.#requireMember(agreement, m);
      await this.#desk.piece(batch, piece, m.body);
      return { body: canonicalBytes({ stored: true }) };
    });
    wire.onRequest('deposit.accept', async (m) => {
      const { agreement, batch, dry } = this.#read(acceptSchema, m.header, m);
      await this.#requireMember(agreement, m);
      const signed = this.#read(signedAcceptanceSchema, parseBody(m.body), m);
      return { body: canonicalBytes(await this.#desk.accept(batch, signed, dry)) };
    });
    wire.onRequest('deposit.settle', async (m) => {
      const { agreement, batch } = this.#read(batchSchema, m.header, m);
      await this.#requireMember(agreement, m);
      return { body: canonicalBytes(await this.#desk.settle(batch, this.#read(settleSchema, parseBody(m.body), m))) };
    });
    wire.onRequest('deposit.list', async (m) => {
      const request = this.#read(signedDepositRequestSchema, parseBody(m.body), m);
      await this.#requireMember((await agreementOfRequest(this.#station, request)).id, m);
      return { body: canonicalBytes(await this.#list(request)) };
    });
    wire.onRequest('deposit.withdraw', async (m) => {
      const request = this.#read(signedDepositRequestSchema, parseBody(m.body), m);
      await this.#requireMember((await agreementOfRequest(this.#station, request)).id, m);
      return { body: canonicalBytes({ deposit: await this.#desk.withdraw(request, depositIdentity) }) };
    });
  }

  async #list(request: SignedDepositRequest): Promise<{ deposits: DepositView[] }> {
    const { agreement } = await agreementOfRequest(this.#station, request);
    const { what, contributor, key } = request.statement;
    if (what !== 'list') throw malformed('the request asks for something else');
    const own = await this.#desk.list(contributor ?? anonymousName(key ?? ''));
    return { deposits: own.filter((d) => d.collaboration === agreement.collaboration) };
  }

  async #askAll<T extends object>(
    agreement: Agreement,
    ask: (to: string, seat: number) => Promise<T>,
  ): Promise<(T & { organisation: string })[]> {
    const settled = await Promise.allSettled(agreement.committee.map((to, seat) => ask(to, seat)));
    // All have ended before the first failure is told, so that nothing of this request goes on behind the next one's back.
    return settled.map((s, seat) => {
      if (s.status === 'rejected') throw s.reason;
      return { organisation: agreement.committee[seat] ?? '', ...s.value };
    });
  }

  async #ask<T>(
    agreement: Agreement,
    to: string,
    type: string,
    header: object,
    body: Uint8Array,
    schema: z.ZodType<T>,
    here: () => Promise<T>,
  ): Promise<T> {
    if (to === this.#station.organisation) return here();
    const reply = await this.#station.wire.request(peerOf(agreement, to), type, header, body, { timeoutMs: WAIT_MS });
    return readMessage(schema, parseBody(reply.body), type, to);
  }

  #read<T>(schema: z.ZodType<T>, value: unknown, m: Incoming): T {
    return readMessage(schema, value, 'deposit', m.from.name ?? 'an unknown station');
  }

  async #requireMember(id: string, m: Incoming): Promise<void> {
    requireSender((await agreementInForce(this.#station, id)).agreement, m, null);
  }
}
