/**
 * Products in which party 0 knows one side and parties 1 and 2 know the other. Party 0 sends its side to party 1 under a
 * mask that party 2 knows from key 0; parties 1 and 2 then hold the product in two summands, and exchange them under
 * masks from keys 1 and 0, which become components 1 and 0, so that both know component 2.
 * Only where parties are trusted to follow the protocol: party 0 alone decides what its side is.
 * In a stripe, what these functions give lasts until it ends.
 * Source: the exchange is that of Araki et al. 2016, §2.1, with one side known to one party and no summand of party 0.
 */
import { addVectors, subtractVectors, xorBits } from '@sluis/kernels';
import type { Session } from './session.ts';
import { bytesOf, halvesOf, type PackedPair, type Pair, wordsOf } from './shares.ts';

/**
 * Party 0's known columns, each under a mask, at party 1; the masks at party 2; null at party 0.
 * Cost: 1 round; 8 bytes a word from party 0.
 */
export async function handOver(
  session: Session,
  known: readonly BigUint64Array[] | null,
  columns: number,
  size: number,
  words: number,
): Promise<BigUint64Array[] | null> {
  session.trustedOnly();
  const step = session.step('known');
  const masks = session.commonWords(0, columns * size);
  const cut = (all: BigUint64Array) => Array.from({ length: columns }, (_, i) => all.subarray(i * size, (i + 1) * size));
  if (known !== null && masks !== null) {
    cut(masks).forEach((mask, i) => {
      addVectors(known[i] as BigUint64Array, mask, words, mask);
    });
    await session.exchange(step, [{ to: 1, payload: bytesOf(masks) }], []);
    return null;
  }
  const received = await session.exchange(step, [], session.me === 1 ? [{ from: 0, sizeBytes: 8 * columns * size }] : []);
  return cut(session.me === 1 ? wordsOf(received[0] as Uint8Array) : (masks as BigUint64Array));
}

/** The replicated sharing of a column whose summands parties 1 and 2 hold (null at party 0). 1 round; 8 bytes a word from each of the two. */
export async function fromTwoSummands(session: Session, summand: BigUint64Array | null, size: number, words: number): Promise<Pair> {
  session.trustedOnly();
  const step = session.step('summands');
  const [zero, one] = [session.commonWords(0, size), session.commonWords(1, size)];
  if (summand === null) {
    await session.exchange(step, [], []);
    return { mine: zero as BigUint64Array, next: one as BigUint64Array };
  }
  const own = (session.me === 1 ? one : zero) as BigUint64Array;
  const other = session.me === 1 ? 2 : 1;
  const rest = session.temporary(subtractVectors(summand, own, words));
  const [theirs] = await session.exchange(step, [{ to: other, payload: bytesOf(rest) }], [{ from: other, sizeBytes: 8 * size }]);
  const two = session.temporary(addVectors(rest, wordsOf(theirs as Uint8Array), words));
  return session.me === 1 ? { mine: own, next: two } : { mine: two, next: own };
}

/** Packed words that party 0 knows, in two parts: component 0 is the mask, component 1 the rest; null where a party lacks one. */
export interface HandedBits {
  readonly zero: Uint32Array | null;
  readonly one: Uint32Array | null;
}

/** As `handOver` for packed words. `write` xors party 0's known bits onto a mask. */
export async function handOverBits(session: Session, size: number, write: (onto: Uint32Array) => void): Promise<HandedBits> {
  session.trustedOnly();
  const step = session.step('known');
  const zero = session.commonBits(0, size);
  if (session.me === 0 && zero !== null) {
    const one = session.temporary(zero.slice());
    write(one);
    await session.exchange(step, [{ to: 1, payload: bytesOf(one) }], []);
    return { zero, one };
  }
  const received = await session.exchange(step, [], session.me === 1 ? [{ from: 0, sizeBytes: 4 * size }] : []);
  return { zero, one: session.me === 1 ? halvesOf(received[0] as Uint8Array) : null };
}

/** The exclusive or of bits that were handed over with bits that parties 1 and 2 know: they become component 2. */
export function withKnown(session: Session, { zero, one }: HandedBits, known: Uint32Array | null): PackedPair {
  if (session.me === 0) return { mine: zero as Uint32Array, next: one as Uint32Array };
  return session.me === 1
    ? { mine: one as Uint32Array, next: known as Uint32Array }
    : { mine: known as Uint32Array, next: zero as Uint32Array };
}

/** As `fromTwoSummands` for packed words. `write` xors this party's summand onto a mask; it is called at parties 1 and 2. */
export async function bitsFromTwoSummands(session: Session, size: number, write: (onto: Uint32Array) => void): Promise<PackedPair> {
  session.trustedOnly();
  const step = session.step('summands');
  const [zero, one] = [session.commonBits(0, size), session.commonBits(1, size)];
  if (zero !== null && one !== null) {
    await session.exchange(step, [], []);
    return { mine: zero, next: one };
  }
  const own = (session.me === 1 ? one : zero) as Uint32Array;
  const other = session.me === 1 ? 2 : 1;
  const rest = session.temporary(own.slice());
  write(rest);
  const [theirs] = await session.exchange(step, [{ to: other, payload: bytesOf(rest) }], [{ from: other, sizeBytes: 4 * size }]);
  const two = session.temporary(xorBits(rest, halvesOf(theirs as Uint8Array)));
  return session.me === 1 ? { mine: own, next: two } : { mine: two, next: own };
}
