/**
 * Products of replicated sharings: the functions through which all parties multiply together. Each adds up what it can
 * compute alone, hides it with a fresh sharing of zero and gives it to the previous party.
 * Source: Araki et al. 2016, §2.1. Learns: nobody anything. Assumes: at most one semi-honest corruption, or a verifier.
 */
import { addVectors, crossAnd2, crossDot, crossMultiply, crossSumOfProducts, subtractVectors, xorBits } from '@sluis/kernels';
import type { Session } from './session.ts';
import type { PackedPair, Pair } from './shares.ts';
import { cutPair, pairOf, putPair } from './stripes.ts';
import { part } from './slices.ts';

/** x·y, element by element, in Z_2^(64·words). Cost: 1 round; 8·words bytes sent per party and element. */
export async function ringProduct(session: Session, words: number, x: Pair, y: Pair): Promise<Pair> {
  const [add, take] = session.zeroStreams();
  const z = await session.reshare('product', crossMultiply(x.mine, x.next, y.mine, y.next, add, take, words));
  session.record((verifier) => verifier.recordProducts(words, x, y, z));
  return z;
}

/** The same for long columns, in stripes. */
export async function ringProducts(session: Session, words: number, x: Pair, y: Pair): Promise<Pair> {
  const n = x.mine.length / words;
  if (n <= session.stripes.elements) return ringProduct(session, words, x, y);
  const out = pairOf(n * words);
  await session.striped(n, async (strand, from, count) => {
    const [a, b] = [cutPair(x, words, from, count), cutPair(y, words, from, count)];
    if (words === 1) await productInto(strand, a, b, cutPair(out, 1, from, count));
    else putPair(out, words, from, await ringProduct(strand, words, a, b));
  });
  return out;
}

/** x·y for elements of one word, made in its place: a copy less. */
async function productInto(session: Session, x: Pair, y: Pair, z: Pair): Promise<void> {
  const [add, take] = session.zeroStreams();
  crossMultiply(x.mine, x.next, y.mine, y.next, add, take, 1, z.mine);
  z.next.set(await session.passOn('product', z.mine));
  session.record((verifier) => verifier.recordProducts(1, x, y, z));
}

/** Σ_k x_k·y_k, element by element. Cost: that of one product; with a verifier, of as many as there are. */
export async function ringSumOfProducts(session: Session, words: number, x: readonly Pair[], y: readonly Pair[]): Promise<Pair> {
  const n = (x[0] as Pair).mine.length / words;
  const out = pairOf(n * words);
  await session.striped(n, async (strand, from, count) => {
    const cut = (list: readonly Pair[]) => list.map((p) => cutPair(p, words, from, count));
    putPair(out, words, from, await sumOfProducts(strand, words, cut(x), cut(y)));
  });
  return out;
}

async function sumOfProducts(session: Session, words: number, x: readonly Pair[], y: readonly Pair[]): Promise<Pair> {
  if (session.verified) return singleProducts(session, words, x, y);
  const [add, take] = session.zeros((x[0] as Pair).mine.length);
  const [mine, next] = [(p: Pair) => p.mine, (p: Pair) => p.next];
  return session.reshare('sum-of-products', crossSumOfProducts(x.map(mine), x.map(next), y.map(mine), y.map(next), add, take, words));
}

/** Each product alone, as a verifier wants them, in one message. */
async function singleProducts(session: Session, words: number, x: readonly Pair[], y: readonly Pair[]): Promise<Pair> {
  const size = (x[0] as Pair).mine.length;
  const parts = await session.reshare(
    'products',
    joinedParts(
      x.map((p, k) => {
        const q = y[k] as Pair;
        const [add, take] = session.zeros(size);
        return crossMultiply(p.mine, p.next, q.mine, q.next, add, take, words);
      }),
    ),
  );
  const products = x.map((_, k) => ({
    mine: parts.mine.subarray(k * size, (k + 1) * size),
    next: parts.next.subarray(k * size, (k + 1) * size),
  }));
  products.forEach((z, k) => {
    session.record((verifier) => verifier.recordProducts(words, x[k] as Pair, y[k] as Pair, z));
  });
  return products.reduce((sum, z) => ({ mine: addVectors(sum.mine, z.mine, words), next: addVectors(sum.next, z.next, words) }));
}

function joinedParts(parts: readonly BigUint64Array[]): BigUint64Array {
  const out = new BigUint64Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

/** One element Σ_i x_i·y_i: 1 round, 8·words bytes sent per party. Only where no verifier asks for single products. */
export async function ringInnerProduct(session: Session, words: number, x: Pair, y: Pair): Promise<Pair> {
  session.trustedOnly();
  const [add, take] = session.zeros(words);
  const dot = crossDot(x.mine, x.next, y.mine, y.next, words);
  return session.reshare('inner-product', subtractVectors(addVectors(dot, add, words), take, words));
}

/**
 * x ∧ y for each pair of packed bits, tails too; the products stand one after the other, in one message.
 *
 * @param add - this party's summand of bits that are added to the first products. Only without a verifier.
 * Cost: 1 round; 4 bytes sent per party and 32 bits.
 */
export async function conjunctions(
  session: Session,
  factors: readonly (readonly [PackedPair, PackedPair])[],
  add: Uint32Array | null = null,
): Promise<PackedPair> {
  if (add !== null && session.verified) throw new TypeError('a verifier is told of plain products');
  const [out, other] = session.zeroBits(factors.reduce((n, [x]) => n + x.mine.length, 0));
  if (add !== null) xorBits(out.subarray(0, add.length), add, out.subarray(0, add.length));
  eachPart(factors, (x, y, from, to) => {
    const here = out.subarray(from, to);
    crossAnd2(x.mine, x.next, y.mine, y.next, here, other.subarray(from, to), here);
  });
  const z = await session.reshareBits('and', out);
  if (session.verified)
    eachPart(factors, (x, y, from, to) => {
      const product = part(z, from, to);
      session.record((verifier) => verifier.recordConjunctions(x, y, product));
    });
  return z;
}

function eachPart(
  factors: readonly (readonly [PackedPair, PackedPair])[],
  work: (x: PackedPair, y: PackedPair, from: number, to: number) => void,
): void {
  let at = 0;
  for (const [x, y] of factors) {
    work(x, y, at, at + x.mine.length);
    at += x.mine.length;
  }
}

export const conjunction = (session: Session, x: PackedPair, y: PackedPair): Promise<PackedPair> => conjunctions(session, [[x, y]]);
