/**
 * Secret bits as ring elements, and ring elements kept where a secret bit is 1.
 *
 * A bit c = c0 ⊕ c1 ⊕ c2 is f ⊕ t with f = c0 ⊕ c1, which party 0 knows, and t = c2, which parties 1 and 2 know; with
 * s = 1 − 2t it is f·s + t in the ring. What party 0 contributes it sends to party 1 under a mask that party 2 knows;
 * parties 1 and 2 then hold the product in two summands, and make the common component 2 of it.
 * Source: Mohassel & Rindal 2018 (ABY3), §5.4, for the split; the exchange between two parties is that of Araki et al.
 * 2016 with party 0's part known beforehand.
 */
import { addVectors, bitsToVector, maskVector, multiplyVectors, subtractVectors, xorBits } from '@sluis/kernels';
import type { Session } from './session.ts';
import { type BitShare, bytesOf, type ColumnShare, column, type Pair, wordsFrom } from './shares.ts';

/** Party 0's known columns, each under a mask from key 0, at party 1; the masks themselves at party 2; null at party 0. 1 round. */
async function handOver(
  session: Session,
  operation: string,
  known: readonly BigUint64Array[] | null,
  columns: number,
  size: number,
  words: number,
) {
  const step = session.step(operation);
  const masks = session.commonWords(0, columns * size);
  const cut = (all: BigUint64Array) => Array.from({ length: columns }, (_, i) => all.subarray(i * size, (i + 1) * size));
  if (known !== null && masks !== null) {
    cut(masks).forEach((mask, i) => void mask.set(addVectors(known[i] as BigUint64Array, mask, words)));
    await session.exchange(step, [{ to: 1, payload: bytesOf(masks) }], []);
    return null;
  }
  const received = await session.exchange(step, [], session.me === 1 ? [{ from: 0, sizeBytes: 8 * columns * size }] : []);
  return cut(session.me === 1 ? wordsFrom(received[0] as Uint8Array) : (masks as BigUint64Array));
}

/** The replicated sharing of a vector whose summands parties 1 and 2 hold. 1 round; 8 bytes a word from each of the two. */
async function fromTwoSummands(
  session: Session,
  operation: string,
  summand: BigUint64Array | null,
  size: number,
  words: number,
): Promise<Pair> {
  const step = session.step(operation);
  const [zero, one] = [session.commonWords(0, size), session.commonWords(1, size)];
  if (summand === null) {
    await session.exchange(step, [], []);
    return { mine: zero as BigUint64Array, next: one as BigUint64Array };
  }
  const own = (session.me === 1 ? one : zero) as BigUint64Array;
  const other = session.me === 1 ? 2 : 1;
  const rest = subtractVectors(summand, own, words);
  const [theirs] = await session.exchange(step, [{ to: other, payload: bytesOf(rest) }], [{ from: other, sizeBytes: 8 * size }]);
  const two = addVectors(rest, wordsFrom(theirs as Uint8Array), words);
  return session.me === 1 ? { mine: own, next: two } : { mine: two, next: own };
}

/** −a where the bit is 1, a elsewhere. */
function signed(bits: Uint32Array, a: BigUint64Array, words: number): BigUint64Array {
  const kept = maskVector(bits, a, words);
  return subtractVectors(a, addVectors(kept, kept, words), words);
}

/**
 * 0 or 1 in Z_2^(64·words) for each bit. Run by: all three compute parties, in step.
 *
 * Learns: nobody anything. Cost: 2 rounds; 24·words bytes an element in total.
 */
export async function inject(session: Session, c: BitShare, words: number): Promise<ColumnShare> {
  const size = c.length * words;
  if (size === 0) return column(words, new BigUint64Array(0), new BigUint64Array(0));
  const f = session.me === 0 ? [bitsToVector(xorBits(c.mine, c.next), c.length, words)] : null;
  const handed = await handOver(session, 'inject', f, 1, size, words);
  let summand: BigUint64Array | null = null;
  if (handed !== null) {
    const t = session.me === 1 ? c.next : c.mine;
    const times = signed(t, handed[0] as BigUint64Array, words);
    summand =
      session.me === 1
        ? addVectors(times, bitsToVector(t, c.length, words), words)
        : subtractVectors(new BigUint64Array(size), times, words);
  }
  const z = await fromTwoSummands(session, 'inject', summand, size, words);
  return column(words, z.mine, z.next);
}

/**
 * c ? a : 0, element by element: with A = a0 + a1, known to party 0, c·a = (f·A)·s + f·(s·a2) + t·a. Run by: all three
 * compute parties, in step.
 *
 * Learns: nobody anything. Cost: 2 rounds; 32·words bytes an element in total.
 */
export async function mask(session: Session, c: BitShare, a: ColumnShare): Promise<ColumnShare> {
  const { length: n, words } = a;
  if (c.length !== n) throw new RangeError('one bit per element is needed');
  if (n === 0) return a;
  const size = n * words;
  const f = session.me === 0 ? xorBits(c.mine, c.next) : null;
  const known = f === null ? null : [maskVector(f, addVectors(a.mine, a.next, words), words), bitsToVector(f, n, words)];
  const handed = await handOver(session, 'mask', known, 2, size, words);
  let summand: BigUint64Array | null = null;
  if (handed !== null) {
    const [t, two, own] = session.me === 1 ? [c.next, a.next, a.mine] : [c.mine, a.mine, a.next];
    const product = addVectors(handed[0] as BigUint64Array, multiplyVectors(handed[1] as BigUint64Array, two, words), words);
    const times = signed(t, product, words);
    summand =
      session.me === 1
        ? addVectors(times, maskVector(t, addVectors(own, two, words), words), words)
        : subtractVectors(maskVector(t, own, words), times, words);
  }
  const z = await fromTwoSummands(session, 'mask', summand, size, words);
  return column(words, z.mine, z.next);
}
