/**
 * Membership without names: the issuer's station gives each member one blind token per table and round, and later says
 * whether a token is one of its own. It learns who asked for tokens, and which tokens were used, but not which is whose.
 */
import { canonicalBytes, fromHex, RefusedError, toHex } from '@sluis/base';
import { isToken, issueToken, taggedHash, type TokenKeys, tokenKeys } from '@sluis/crypto';
import {
  type Agreement,
  type DepositManifest,
  type DepositRules,
  roundOf,
  type SignedDepositRequest,
  signedDepositRequestSchema,
  tokenAnswerSchema,
  tokenInfo,
  tokenInput,
} from '@sluis/model';
import { z } from 'zod';
import { agreementInForce } from './admission.ts';
import { peerOf, type StationContext } from './context.ts';
import { agreementOfRequest } from './deposit-agreement.ts';
import { depositTable, malformed, refuseAt } from './deposit-checks.ts';
import type { DepositStore } from './deposit-store.ts';
import { parseBody, readMessage } from './messages.ts';
import { requireSender } from './messenger.ts';
import { OneAtATime } from './one-at-a-time.ts';

const WAIT_MS = 30_000;
const redeemSchema = z.strictObject({
  agreement: z.string().regex(/^[0-9a-f]{64}$/),
  table: z.string().max(63),
  round: z.string().max(20),
  key: z.string().regex(/^[0-9a-f]{64}$/),
  token: z.string().regex(/^[0-9a-f]{128}$/),
});
const goodSchema = z.strictObject({ good: z.boolean() });
type AnonymousRule = NonNullable<DepositRules['anonymous']>;
type Answer = z.infer<typeof tokenAnswerSchema>;

export class TokenIssuer {
  readonly #station: StationContext;
  readonly #store: Pick<DepositStore, 'saveToken'>;
  readonly #turns = new OneAtATime();

  constructor(station: StationContext, store: Pick<DepositStore, 'saveToken'>) {
    this.#station = station;
    this.#store = store;
  }

  /** The public key that an agreement names, hexadecimal. */
  async publicKey(collaboration: string): Promise<string> {
    return toHex((await this.#keys(collaboration)).publicKey);
  }

  /** Gives a member its token, at the issuer or through it. Throws RefusedError `deposit/token-issued` for a second one. */
  async issue(request: SignedDepositRequest): Promise<Answer> {
    const { agreement } = await agreementOfRequest(this.#station, request);
    const rule = this.#rule(agreement, request.statement.token?.table ?? '');
    if (rule.issuer === this.#station.organisation) return this.#issue(agreement, request);
    const reply = await this.#station.wire.request(peerOf(agreement, rule.issuer), 'deposit.token', {}, canonicalBytes(request), {
      timeoutMs: WAIT_MS,
    });
    return readMessage(tokenAnswerSchema, parseBody(reply.body), 'deposit.token', rule.issuer);
  }

  /** Whether the issuer recognises a manifest's token. Run by: a compute party. */
  async isGood(agreement: Agreement, id: string, { table, anonymous }: DepositManifest): Promise<boolean> {
    if (anonymous === null) return false;
    const { issuer } = this.#rule(agreement, table);
    const question = { agreement: id, table, round: anonymous.round, key: anonymous.key, token: anonymous.token };
    if (issuer === this.#station.organisation) return this.#recognise(agreement, question);
    const reply = await this.#station.wire.request(peerOf(agreement, issuer), 'deposit.redeem', {}, canonicalBytes(question), {
      timeoutMs: WAIT_MS,
    });
    return readMessage(goodSchema, parseBody(reply.body), 'deposit.redeem', issuer).good;
  }

  serve(): void {
    const { wire } = this.#station;
    wire.onRequest('deposit.token', async (m) => {
      const request = readMessage(signedDepositRequestSchema, parseBody(m.body), 'deposit.token', m.from.name ?? 'an unknown station');
      const { agreement } = await agreementOfRequest(this.#station, request);
      requireSender(agreement, m, null);
      return { body: canonicalBytes(await this.#issue(agreement, request)) };
    });
    wire.onRequest('deposit.redeem', async (m) => {
      const question = readMessage(redeemSchema, parseBody(m.body), 'deposit.redeem', m.from.name ?? 'an unknown station');
      const { agreement } = await agreementInForce(this.#station, question.agreement);
      requireSender(agreement, m, null);
      return { body: canonicalBytes({ good: await this.#recognise(agreement, question) }) };
    });
  }

  async #issue(agreement: Agreement, request: SignedDepositRequest): Promise<Answer> {
    const { what, contributor, token } = request.statement;
    if (what !== 'token' || token === null || contributor === null) throw malformed('the request asks for something else');
    const rule = this.#rule(agreement, token.table);
    const keys = await this.#keys(agreement.collaboration);
    this.#requireMember(rule, contributor, token, toHex(keys.publicKey));
    const place = { collaboration: agreement.collaboration, table: token.table, round: token.round, member: contributor };
    await this.#turns.of(canonicalBytes(place).join(), () => this.#remember(place, token.blinded));
    const made = issueToken(
      keys.privateKey,
      tokenInfo(agreement.collaboration, token.table, token.round),
      fromHex(token.blinded),
      this.#station.random,
    );
    return { evaluated: toHex(made.evaluated), proof: toHex(made.proof) };
  }

  #requireMember(rule: AnonymousRule, contributor: string, token: { round: string }, key: string): void {
    const refuse = refuseAt(this.#station.organisation);
    if (rule.issuer !== this.#station.organisation || rule.key !== key)
      throw refuse(
        'deposit/other-issuer',
        `${this.#station.organisation} is not the issuer with the key that the agreement names.`,
        'Put the key that "sluis contribute issuer-key" prints at the issuer into the agreement.',
      );
    if (!rule.members.includes(contributor))
      throw refuse(
        'deposit/no-member',
        `${contributor} is none of the members who may deposit anonymously.`,
        'The agreement lists them under "deposits.anonymous.members".',
      );
    if (roundOf(rule.round, this.#station.clock.now()) !== token.round)
      throw refuse('deposit/other-round', 'Tokens are given for the present round only.', 'Synchronise the clock and ask again.');
  }

  /** Logged before it is given. The same blinded element again is the same token: an answer may have been lost. */
  async #remember(place: { collaboration: string; table: string; round: string; member: string }, blinded: string): Promise<void> {
    const kept = await this.#store.saveToken({ ...place, blinded, at: this.#station.clock.now() });
    if (kept.blinded !== blinded)
      throw new RefusedError('deposit/token-issued', {
        stage: 'contribution',
        party: this.#station.organisation,
        message: `${place.member} has its token of round ${place.round} already.`,
        remedy: 'Use the token file that was written then; if it is lost, wait for the next round.',
      });
    if (kept.fresh) await this.#station.audit.append({ kind: 'token.issued', details: { ...place } });
  }

  async #recognise(agreement: Agreement, q: z.infer<typeof redeemSchema>): Promise<boolean> {
    const rule = this.#rule(agreement, q.table);
    const keys = await this.#keys(agreement.collaboration);
    if (rule.issuer !== this.#station.organisation || rule.key !== toHex(keys.publicKey)) return false;
    return isToken(keys.privateKey, tokenInfo(agreement.collaboration, q.table, q.round), tokenInput(q.key), fromHex(q.token));
  }

  #rule(agreement: Agreement, name: string): AnonymousRule {
    const refuse = refuseAt(this.#station.organisation);
    const rule = depositTable(agreement, name, refuse).deposits?.anonymous;
    if (rule === undefined)
      throw refuse('deposit/not-allowed', `Table "${name}" takes no anonymous deposits.`, 'Deposit under your own name.');
    return rule;
  }

  /** From a signature that is never sent: nothing more has to be kept or backed up. */
  async #keys(collaboration: string): Promise<TokenKeys> {
    const secret = await this.#station.signer.sign('deposit-secret', canonicalBytes({ purpose: 'sluis/token-issuer/1', collaboration }));
    return tokenKeys(taggedHash('sluis/token-issuer/1', secret));
  }
}
