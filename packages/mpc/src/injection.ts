/**
 * Secret bits as ring elements, and ring elements kept where a secret bit is 1.
 *
 * A bit c = c0 ⊕ c1 ⊕ c2 is f ⊕ t with f = c0 ⊕ c1, which party 0 knows, and t = c2, which parties 1 and 2 know; with
 * s = 1 − 2t it is f·s + t in the ring. With a verifier the three components become ring elements, which costs nothing,
 * and x ⊕ y = x + y − 2xy is computed twice.
 * Source: Mohassel & Rindal 2018 (ABY3), §5.4, for the split and for the verified form; the exchange is in `two-party.ts`.
 */
import { addVectors, bitsToVector, maskVector, multiplyVectors, subtractVectors, xorBits } from '@sluis/kernels';
import { ringProduct } from './products.ts';
import type { Session } from './session.ts';
import { type BitShare, type ColumnShare, column, type PackedPair, type Pair } from './shares.ts';
import { cutBits, cutPair, pairOf, putPair } from './stripes.ts';
import { fromTwoSummands, handOver } from './two-party.ts';

/** −a where the bit is 1, a elsewhere. */
function signed(session: Session, bits: Uint32Array, a: BigUint64Array, words: number): BigUint64Array {
  const kept = session.temporary(maskVector(bits, a, words));
  return subtractVectors(a, addVectors(kept, kept, words, kept), words, kept);
}

/**
 * 0 or 1 in Z_2^(64·words) for each bit. Run by: all three compute parties, in step.
 *
 * Learns: nobody anything. Cost: 2 rounds; 24·words bytes an element in total. With a verifier 48·words, and its checks.
 */
export async function inject(session: Session, c: BitShare, words: number): Promise<ColumnShare> {
  const out = pairOf(c.length * words);
  await session.striped(c.length, async (strand, from, count) => {
    const bits = cutBits(c, from, count);
    putPair(out, words, from, await (strand.verified ? verifiedInjection : injection)(strand, bits, count, words));
  });
  return column(words, out.mine, out.next);
}

async function injection(session: Session, c: PackedPair, n: number, words: number): Promise<Pair> {
  const size = n * words;
  const known = session.me === 0 ? [session.temporary(bitsToVector(xorBits(c.mine, c.next), n, words))] : null;
  const handed = await handOver(session, known, 1, size, words);
  return fromTwoSummands(session, handed && injectedSummand(session, c, handed[0] as BigUint64Array, n, words), size, words);
}

/** f·s + t in two summands, where f = handed (party 1) − handed (party 2). */
function injectedSummand(session: Session, c: PackedPair, handed: BigUint64Array, n: number, words: number): BigUint64Array {
  const t = session.me === 1 ? c.next : c.mine;
  const times = signed(session, t, handed, words);
  if (session.me === 1) return addVectors(times, session.temporary(bitsToVector(t, n, words)), words, times);
  return subtractVectors(session.temporary(new BigUint64Array(times.length)), times, words, times);
}

async function verifiedInjection(session: Session, c: PackedPair, n: number, words: number): Promise<Pair> {
  const zero = () => new BigUint64Array(n * words);
  const mine = bitsToVector(c.mine, n, words);
  const next = bitsToVector(c.next, n, words);
  const only = (which: 0 | 1 | 2): Pair => ({
    mine: session.me === which ? mine : zero(),
    next: (session.me + 1) % 3 === which ? next : zero(),
  });
  const lower = await exclusiveOr(session, only(0), only(1), words);
  return exclusiveOr(session, lower, only(2), words);
}

/** x + y − 2xy. */
async function exclusiveOr(session: Session, x: Pair, y: Pair, words: number): Promise<Pair> {
  const both = await ringProduct(session, words, x, y);
  const side = (which: 'mine' | 'next') => {
    const twice = addVectors(both[which], both[which], words);
    return subtractVectors(addVectors(x[which], y[which], words), twice, words, twice);
  };
  return { mine: side('mine'), next: side('next') };
}

/**
 * c ? a : b, element by element; b left out is 0. With d = a − b and D = d0 + d1, which party 0 knows, it is
 * b + (f·D)·s + f·(s·d2) + t·d. Run by: all three compute parties, in step.
 *
 * Learns: nobody anything. Cost: 2 rounds; 32·words bytes an element in total. With a verifier 3 rounds, 72·words bytes,
 * and its checks.
 */
export async function select(session: Session, c: BitShare, a: ColumnShare, b: ColumnShare | null = null): Promise<ColumnShare> {
  const { length: n, words } = a;
  if (c.length !== n || (b !== null && (b.length !== n || b.words !== words)))
    throw new RangeError('columns of one operation have the same shape');
  const out = pairOf(n * words);
  await session.striped(n, async (strand, from, count) => {
    const first = cutPair(a, words, from, count);
    const second = b === null ? null : cutPair(b, words, from, count);
    const bits = cutBits(c, from, count);
    putPair(out, words, from, await selectStripe(strand, bits, first, second, words));
  });
  return column(words, out.mine, out.next);
}

async function selectStripe(session: Session, c: PackedPair, a: Pair, b: Pair | null, words: number): Promise<Pair> {
  const difference = (which: 'mine' | 'next') => (b === null ? a[which] : session.temporary(subtractVectors(a[which], b[which], words)));
  const d = { mine: difference('mine'), next: difference('next') };
  const n = d.mine.length / words;
  const kept = session.verified
    ? await ringProduct(session, words, await verifiedInjection(session, c, n, words), d)
    : await masked(session, c, d, n, words);
  if (b === null) return kept;
  return { mine: addVectors(kept.mine, b.mine, words, own(session, kept.mine)), next: addVectors(kept.next, b.next, words) };
}

/** Where a result may be written: not onto what a verifier still has to see. */
const own = (session: Session, a: BigUint64Array) => (session.verified ? new BigUint64Array(a.length) : a);

async function masked(session: Session, c: PackedPair, d: Pair, n: number, words: number): Promise<Pair> {
  const f = session.me === 0 ? xorBits(c.mine, c.next) : null;
  const known = f === null ? null : [keptSum(session, f, d, words), session.temporary(bitsToVector(f, n, words))];
  const handed = await handOver(session, known, 2, n * words, words);
  return fromTwoSummands(session, handed && maskedSummand(session, c, d, handed, words), n * words, words);
}

/** The sum of both where the bit is 1. */
function keptSum(session: Session, bits: Uint32Array, a: Pair, words: number): BigUint64Array {
  return session.temporary(maskVector(bits, session.temporary(addVectors(a.mine, a.next, words)), words));
}

function maskedSummand(session: Session, c: PackedPair, d: Pair, handed: readonly BigUint64Array[], words: number): BigUint64Array {
  const [t, two, other] = session.me === 1 ? [c.next, d.next, d.mine] : [c.mine, d.mine, d.next];
  const cross = session.temporary(multiplyVectors(handed[1] as BigUint64Array, two, words));
  const times = signed(session, t, addVectors(handed[0] as BigUint64Array, cross, words, cross), words);
  if (session.me === 1) return addVectors(times, keptSum(session, t, { mine: other, next: two }, words), words, times);
  return subtractVectors(session.temporary(maskVector(t, other, words)), times, words, times);
}
