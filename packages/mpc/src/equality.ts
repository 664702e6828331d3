/** Whether secret integers are zero: u = −v, bit by bit, where party 0 knows u and parties 1 and 2 know v. */
import { negateVector, packedWords, toSlices, xorBits } from '@sluis/kernels';
import { conjunction } from './products.ts';
import type { Session } from './session.ts';
import { type BitShare, bits, type ColumnShare, type PackedPair } from './shares.ts';
import { join, part, temporary, xorPacked } from './slices.ts';
import { componentBits, knownSummand, notPacked, sumAndCarries } from './summands.ts';
import { packedPairOf, putBits } from './stripes.ts';
import { handOverBits, withKnown } from './two-party.ts';

/**
 * 1 where a = b (b left out: a = 0), for a difference of `width` bits. Run by: all three compute parties, in step.
 *
 * Learns: nobody anything. Cost, trusted parties: 1 + ⌈log2 width⌉ rounds and 4·width − 3 bits an element in total: 32
 * bytes at 64 bits. With a verifier 2 + ⌈log2 width⌉ rounds and 9·width − 12 bits (none at width 1), and its checks.
 * Source: Mohassel & Rindal 2018 (ABY3), §5.3, for the split; a conjunction of all bits by halving.
 */
export async function isZero(session: Session, a: ColumnShare, width: number, b: ColumnShare | null = null): Promise<BitShare> {
  if (!Number.isInteger(width) || width < 1 || width > 64 * a.words) throw new RangeError('a comparison is as wide as its ring at most');
  if (b !== null && (b.length !== a.length || b.words !== a.words)) throw new RangeError('columns of one operation have the same shape');
  const out = packedPairOf(packedWords(a.length));
  await session.striped(a.length, async (strand, from, count) => {
    const per = packedWords(count);
    const same = strand.verified
      ? await verifiedAgreement(strand, componentBits(a, b, width, from, count), width, per)
      : await agreement(strand, knownSummand(strand, a, b, from, count), a.words, width);
    putBits(out, from, await allSlices(strand, same, width, per));
  });
  return bits(a.length, out.mine, out.next);
}

/** Slices with 1 where the bits of u and −v agree: u is handed over, −v is known to the other two. */
async function agreement(session: Session, known: BigUint64Array, words: number, width: number): Promise<PackedPair> {
  const summand = session.me === 0 ? known : session.temporary(negateVector(known, words));
  const own = session.temporary(toSlices(summand, words, width));
  const handed = await handOverBits(session, own.length, (onto) => {
    xorBits(onto, own, onto);
  });
  return withKnown(session, handed, session.me === 0 ? null : flipped(own));
}

function flipped(a: Uint32Array): Uint32Array {
  const bits = new Int32Array(a.buffer, a.byteOffset, a.length);
  for (let i = 0; i < bits.length; i++) bits[i] = ~(bits[i] as number);
  return a;
}

/** s + 2c = 0 if and only if s ⊕ 2c equals 2(s ∨ 2c). Source: Cortadella & Llabería 1992. */
async function verifiedAgreement(session: Session, components: PackedPair, width: number, per: number): Promise<PackedPair> {
  const lowest = part(components, 0, per);
  if (width === 1) return notPacked(session, lowest);
  const { sum, carries } = await sumAndCarries(session, components, width - 1, per);
  const high = part(components, per, width * per);
  const upper = xorPacked(high, carries);
  // The or of both summands, one position lower: the lowest position of 2c is 0.
  if (width === 2) return notPacked(session, join([lowest, xorPacked(upper, lowest)]));
  const [s, t] = [part(sum, per, (width - 1) * per), part(carries, 0, (width - 2) * per)];
  const both = await conjunction(session, s, t);
  const either = join([lowest, xorPacked(both, xorPacked(s, t))]);
  return notPacked(session, join([lowest, xorPacked(upper, either)]));
}

/** The conjunction of all slices: ⌈log2 count⌉ rounds, count − 1 conjunctions an element. */
export async function allSlices(session: Session, slices: PackedPair, count: number, per: number): Promise<PackedPair> {
  let [all, open] = [slices, count];
  while (open > 1) {
    const pairs = open >> 1;
    const product = await conjunction(session, part(all, 0, pairs * per), part(all, pairs * per, 2 * pairs * per));
    all = open & 1 ? temporary(session, join([product, part(all, 2 * pairs * per, open * per)])) : product;
    open = pairs + (open & 1);
  }
  return all;
}
