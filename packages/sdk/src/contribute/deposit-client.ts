/** What a contributor asks of a station, over whatever carries HTTPS: Node with a pinned key, or a browser's fetch. */
import { canonicalBytes, concatBytes, PeerError, toHex } from '@sluis/base';
import {
  acceptanceOf,
  agreementForContributorSchema,
  type ConfirmedAnswer,
  confirmedAnswerSchema,
  type DepositList,
  type DepositManifest,
  type DepositRequest,
  depositListSchema,
  doneAnswerSchema,
  type OpenAnswer,
  openAnswerSchema,
  type Settlement,
  type SignedAcceptance,
  type SignedDepositRequest,
  type SignedManifest,
  storedAnswerSchema,
  tokenAnswerSchema,
} from '@sluis/model';
import type { z } from 'zod';
import type { Contributor } from './contributor.ts';

/** Throws SluisErrors: the station's own, or PeerError `station/unreachable` and the like. */
export interface DepositTransport {
  post(path: string, body: unknown): Promise<unknown>;
  put(path: string, body: Uint8Array): Promise<unknown>;
}

export class DepositClient {
  readonly #transport: DepositTransport;
  readonly #now: () => number;

  constructor(transport: DepositTransport, now: () => number) {
    this.#transport = transport;
    this.#now = now;
  }

  async agreement(contributor: Contributor, collaboration: string | null): Promise<z.infer<typeof agreementForContributorSchema>> {
    const request = await this.#sign(contributor, { what: 'agreement', collaboration });
    return read(agreementForContributorSchema, await this.#transport.post('/contribute/agreement', request));
  }

  async open(manifest: SignedManifest): Promise<OpenAnswer> {
    return read(openAnswerSchema, await this.#transport.post('/contribute/deposits', manifest));
  }

  /** A box per compute party in committee order; an empty one for a party that has the piece. */
  async piece(batch: string, piece: number, boxes: readonly Uint8Array[]): Promise<void> {
    const head = new Uint8Array(4 * boxes.length);
    boxes.forEach((box, i) => {
      new DataView(head.buffer).setUint32(4 * i, box.length);
    });
    read(storedAnswerSchema, await this.#transport.put(`/contribute/deposits/${batch}/${piece}`, concatBytes(head, ...boxes)));
  }

  /** Says as its giver that a deposit shall count. Gives each compute party's word that it does. */
  async accept(contributor: Contributor, manifest: DepositManifest): Promise<ConfirmedAnswer> {
    const statement = acceptanceOf(manifest, new Date(this.#now()).toISOString());
    const signed: SignedAcceptance = { statement, signature: toHex(await contributor.sign('deposit-accept', canonicalBytes(statement))) };
    return read(confirmedAnswerSchema, await this.#transport.post(`/contribute/deposits/${manifest.batch}/accept`, signed));
  }

  /** Shows every compute party the word of all three; what the deposit replaces is deleted then. */
  async settle(batch: string, settlement: Settlement): Promise<ConfirmedAnswer> {
    return read(confirmedAnswerSchema, await this.#transport.post(`/contribute/deposits/${batch}/settle`, settlement));
  }

  async list(contributor: Contributor, collaboration: string): Promise<DepositList> {
    return read(
      depositListSchema,
      await this.#transport.post('/contribute/list', await this.#sign(contributor, { what: 'list', collaboration })),
    );
  }

  async withdraw(contributor: Contributor, collaboration: string, batch: string): Promise<z.infer<typeof doneAnswerSchema>> {
    const request = await this.#sign(contributor, { what: 'withdraw', collaboration, batch });
    return read(doneAnswerSchema, await this.#transport.post('/contribute/withdraw', request));
  }

  async token(contributor: Contributor, collaboration: string, token: DepositRequest['token']): Promise<z.infer<typeof tokenAnswerSchema>> {
    const request = await this.#sign(contributor, { what: 'token', collaboration, token });
    return read(tokenAnswerSchema, await this.#transport.post('/contribute/token', request));
  }

  async #sign(
    contributor: Contributor,
    ask: Pick<DepositRequest, 'what' | 'collaboration'> & Partial<Pick<DepositRequest, 'batch' | 'token'>>,
  ): Promise<SignedDepositRequest> {
    const statement: DepositRequest = {
      format: 'sluis-deposit-request/1',
      batch: null,
      token: null,
      ...ask,
      contributor: contributor.name,
      key: contributor.name === null ? toHex(contributor.publicKey) : null,
      at: new Date(this.#now()).toISOString(),
    };
    return { statement, signature: toHex(await contributor.sign('deposit-request', canonicalBytes(statement))) };
  }
}

function read<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new PeerError('station/strange-answer', {
    stage: 'wire',
    message: `The station's answer is not of the expected form (at ${parsed.error.issues[0]?.path.join('.') || 'its root'}).`,
    remedy: 'Bring contributor and station to the same release of Sluis.',
  });
}
