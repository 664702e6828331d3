/**
 * Vector oblivious linear evaluation over GF(2^128): the sender holds one element Δ and random b, the receiver random a and
 * c, with c = a·Δ ⊕ b element by element. What fast two-party intersection is built on.
 *
 * An element is 16 bytes; bit j of byte k (from the lowest) is the coefficient of x^(8k + j), modulo x^128 + x^7 + x^2 + x + 1.
 */
import type { Random } from '@sluis/base';
import type { Arena } from '@sluis/kernels';
import type { PairLink } from '@sluis/model';
import { receiveProducts, sendProducts } from './direct-vole.ts';

/** Bytes of an element of GF(2^128). */
export const FIELD_BYTES = 16;

export interface VoleOptions {
  /** Binds the session: both sides give the same, and never the same twice. */
  readonly context: Uint8Array;
  readonly threat: 'semi-honest' | 'malicious';
  readonly random: Random;
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
 * The side with Δ. Its results lie on top of the arena, and nothing above them.
 *
 * @param count - how many elements; the receiver gives the same.
 * @throws ProtocolError for malformed messages.
 * Learns: nothing of a. Run by: one side, while the other runs `voleReceiver`.
 */
export async function voleSender(link: PairLink, arena: Arena, count: number, options: VoleOptions): Promise<VoleSenderShare> {
  const { delta, elements } = await sendProducts(link, count, options);
  return { delta, b: arena.place(elements) };
}

/** The side with a and c; see `voleSender`. Learns: nothing of Δ and b but what a and c say. */
export async function voleReceiver(link: PairLink, arena: Arena, count: number, options: VoleOptions): Promise<VoleReceiverShare> {
  const { values, elements } = await receiveProducts(link, count, options);
  return { a: arena.place(values), c: arena.place(elements) };
}
