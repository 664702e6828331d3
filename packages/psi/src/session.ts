/** The connection of one intersection: both sides first show that they mean the same, then every message says where it belongs. */
import { concatBytes, ProtocolError, type Random, uint64be, utf8 } from '@sluis/base';
import { constantTimeEqual, taggedHash } from '@sluis/crypto';
import type { PairLink } from '@sluis/model';
import { type IntersectionTerms, termsDigest } from './terms.ts';

export type Role = 'sender' | 'receiver';

const HASH = 32;
const TAG = 16;
/** Bytes of one message of long data. */
export const PIECE_BYTES = 1 << 20;

const refused = (code: string, message: string, remedy: string) => new ProtocolError(code, { stage: 'run', message, remedy });

/** A link on which both sides agreed to one session. Made by `openSession`. */
export class Session {
  /** 32 bytes that no other run has, known to both sides. */
  readonly id: Uint8Array;
  /** What the peer committed itself to at the beginning: 32 bytes. */
  readonly commitment: Uint8Array;
  readonly link: PairLink;
  readonly #role: Role;
  readonly #counts = new Map<string, number>();

  constructor(link: PairLink, role: Role, id: Uint8Array, commitment: Uint8Array) {
    this.link = link;
    this.#role = role;
    this.id = id;
    this.commitment = commitment;
  }

  /** Sends one message; the body is copied. */
  send(step: string, ...parts: readonly Uint8Array[]): Promise<void> {
    return this.link.send(step, concatBytes(this.#tag(this.#role, step), ...parts));
  }

  /**
   * The peer's next message, `bytes` long.
   *
   * @throws ProtocolError `psi/other-session` for a message of another run, another place in this one, or this side itself.
   */
  async receive(step: string, bytes: number): Promise<Uint8Array> {
    const due = this.#tag(this.#role === 'sender' ? 'receiver' : 'sender', step);
    const message = await this.link.receive(step, TAG + bytes);
    if (message.length !== TAG + bytes) throw refused('psi/bad-length', `A message of step ${step} has another length than due.`, AGAIN);
    if (constantTimeEqual(message.subarray(0, TAG), due)) return message.subarray(TAG);
    throw refused('psi/other-session', `A message of step ${step} belongs to another run or another place in this one.`, AGAIN);
  }

  /** Sends `total` bytes in messages of at most a piece; `piece` gives those from a position on. */
  async sendPieces(step: string, total: number, unit: number, piece: (from: number, bytes: number) => Uint8Array): Promise<void> {
    for (const [from, bytes] of pieces(total, unit)) await this.send(step, piece(from, bytes));
  }

  /** Receives `total` bytes that the peer sends with `sendPieces`. */
  async receivePieces(step: string, total: number, unit: number, taken: (from: number, bytes: Uint8Array) => void): Promise<void> {
    for (const [from, bytes] of pieces(total, unit)) taken(from, await this.receive(step, bytes));
  }

  #tag(role: Role, step: string): Uint8Array {
    const key = `${role} ${step}`;
    const count = this.#counts.get(key) ?? 0;
    this.#counts.set(key, count + 1);
    return taggedHash('sluis/psi/message/1', this.id, utf8(role), utf8(step), uint64be(count)).slice(0, TAG);
  }
}

const AGAIN = 'Start again; if it repeats, somebody replays or reorders messages between the two sides.';

/** Where messages begin and how long they are, in whole units. */
function* pieces(total: number, unit: number): Generator<[number, number]> {
  const size = unit * Math.floor(PIECE_BYTES / unit);
  for (let from = 0; from < total; from += size) yield [from, Math.min(size, total - from)];
}

/**
 * Compares terms and draws a session: run by both sides before anything else.
 *
 * @param commitment - 32 bytes that this side commits itself to.
 * @throws ProtocolError `psi/other-terms` if the sides mean different runs, sizes, protocols or threat models.
 * Learns: both sides the other's nonce, commitment and hash of terms.
 */
export async function openSession(
  link: PairLink,
  role: Role,
  terms: IntersectionTerms,
  commitment: Uint8Array,
  random: Random,
): Promise<Session> {
  const digest = termsDigest(terms);
  const mine = concatBytes(random.bytes(HASH), commitment);
  await link.send('psi/greeting', concatBytes(digest, utf8(role === 'sender' ? 'S' : 'R'), mine));
  const greeting = await link.receive('psi/greeting', 3 * HASH + 1);
  if (greeting.length !== 3 * HASH + 1) throw refused('psi/bad-length', 'The greeting has another length than due.', AGAIN);
  const other = utf8(role === 'sender' ? 'R' : 'S');
  if (!constantTimeEqual(greeting.subarray(0, HASH + 1), concatBytes(digest, other))) {
    throw refused(
      'psi/other-terms',
      'The two sides of an intersection do not mean the same: run, direction, sizes, protocol or threat model differ.',
      'Compare the agreement and the question on both sides, then start again.',
    );
  }
  const theirs = greeting.slice(HASH + 1);
  const [sender, receiver] = role === 'sender' ? [mine, theirs] : [theirs, mine];
  const id = taggedHash('sluis/psi/session/1', digest, sender, receiver);
  return new Session(link, role, id, theirs.slice(HASH));
}
