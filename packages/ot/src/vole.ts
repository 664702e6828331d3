/**
 * Vector oblivious linear evaluation over GF(2^128): the sender holds one element Δ and random b, the receiver random a and
 * c, with c = a·Δ ⊕ b element by element. What fast two-party intersection is built on.
 *
 * An element is 16 bytes; bit j of byte k (from the lowest) is the coefficient of x^(8k + j), modulo x^128 + x^7 + x^2 + x + 1.
 */
import type { Random } from '@sluis/base';
import type { Arena } from '@sluis/kernels';
import type { PairLink } from '@sluis/model';
import { receiveDirectly, sendDirectly } from './direct-vole.ts';
import { receiveSilently, sendSilently } from './silent-vole.ts';
import { checkCount, DIRECT_MAXIMUM } from './vole-shape.ts';

/** Bytes of an element of GF(2^128). */
export const FIELD_BYTES = 16;

export interface VoleOptions {
  /** Binds the session: both sides give the same, and never the same twice. */
  readonly context: Uint8Array;
  readonly threat: 'semi-honest' | 'malicious';
  readonly random: Random;
  /**
   * Given by the receiver: the last 8 bytes of each element of its a are zero, so that what a masks can be sent in 8 bytes. The
   * sender sees no difference. Only where both sides follow the protocol.
   */
  readonly narrow?: boolean;
}

/** Random elements as a is made of, packed. Throws RangeError for narrow ones against a side that deviates. */
export function randomElements(count: number, { random, narrow, threat }: VoleOptions): Uint8Array {
  const elements = random.bytes(FIELD_BYTES * count);
  if (narrow !== true) return elements;
  if (threat === 'malicious') throw new RangeError('narrow elements are for sides that follow the protocol');
  for (let at = FIELD_BYTES / 2; at < elements.length; at += FIELD_BYTES) elements.fill(0, at, at + FIELD_BYTES / 2);
  return elements;
}

export interface VoleSenderShare {
  /** Δ: 16 bytes, uniformly random. */
  readonly delta: Uint8Array;
  /** Address of `count` elements. */
  readonly b: number;
}

export interface VoleReceiverShare {
  /** Address of `count` elements. */
  readonly a: number;
  /** Address of `count` elements. */
  readonly c: number;
}

/**
 * The side with Δ. Its result lies on top of the arena, with nothing left above it.
 *
 * @param count - 1 to 2^25 elements; the receiver gives the same.
 * @throws RangeError for another number; ProtocolError for malformed messages, and `ot/inconsistent-choices` for a receiver that cheats (malicious).
 * Run by: one side, while the other runs `voleReceiver`. Learns: nothing of a.
 * Assumes: learning parity with noise as `vole-shape.ts` says (from 897 elements on), Diffie–Hellman in ristretto255, ChaCha and
 * AES as random functions. A malicious receiver that guesses k bits of Δ is found out unless all are right; a malicious sender may choose Δ, 0 included.
 * Cost: 3 messages one way and 2 the other (malicious: one more each way); for 1.1 million elements 2.2 MB.
 */
export function voleSender(link: PairLink, arena: Arena, count: number, options: VoleOptions): Promise<VoleSenderShare> {
  return within(arena, count, () => (count <= DIRECT_MAXIMUM ? sendDirectly : sendSilently)(link, arena, count, options));
}

/**
 * The side with a and c; see `voleSender`. Its results lie on top of the arena: a, then c.
 *
 * @throws ProtocolError for malformed messages; `ot/inconsistent-noise` for a sender that cheats (malicious).
 * Learns: of Δ and b nothing but c.
 */
export function voleReceiver(link: PairLink, arena: Arena, count: number, options: VoleOptions): Promise<VoleReceiverShare> {
  return within(arena, count, () => (count <= DIRECT_MAXIMUM ? receiveDirectly : receiveSilently)(link, arena, count, options));
}

/** Takes everything off the arena again if it fails. */
async function within<T>(arena: Arena, count: number, run: () => Promise<T>): Promise<T> {
  checkCount(count);
  const top = arena.top;
  try {
    return await run();
  } catch (thrown) {
    arena.reset(top);
    throw thrown;
  }
}
