/**
 * Sums of truncated summands. A secret is the sum of what single parties know: u and v among trusted parties, the three
 * components with a verifier. Cut to their low bits, these numbers add up to the secret's low bits and a multiple of
 * 2^width: how often it was wrapped is one bit, or two.
 * Source: the wrapping bits are those of Mohassel & Rindal 2018 (ABY3), §5.3, made by the comparison's tree.
 */
import { packedWords, subtractVectors } from '@sluis/kernels';
import { carryInto, ripples, verifiedCarries } from './comparison.ts';
import type { Session } from './session.ts';
import { type BitShare, bits, bytesOf, type ColumnShare, column, type Pair, wordsOf } from './shares.ts';
import { cutPair, packedPairOf, pairOf, putBits, putPair } from './stripes.ts';
import { componentBits, knownSlices, knownSummand } from './summands.ts';

/** How many known numbers a secret is the sum of: one less bit says how often their sum was wrapped. */
export const summandCount = (session: Session): number => (session.verified ? 3 : 2);

/**
 * How often the summands, cut to `width` bits, exceed the sum's low `width` bits: the bits' number, each worth 2^width.
 * Run by: all three compute parties, in step.
 *
 * Learns: nobody anything. Cost: a comparison of `width` + 1 bits; the two bits of the verified form cost little more.
 */
export async function wraps(session: Session, a: ColumnShare, width: number): Promise<BitShare[]> {
  const out = Array.from({ length: summandCount(session) - 1 }, () => packedPairOf(packedWords(a.length)));
  await session.striped(a.length, async (strand, from, count) => {
    const per = packedWords(count);
    const found = strand.verified
      ? await verifiedCarries(strand, componentBits(a, null, width, from, count), width, per, ripples(a.length))
      : [await carryInto(strand, knownSlices(strand, a, null, from, count, width), width, per)];
    out.forEach((pair, i) => {
      const carry = found[i];
      if (carry !== undefined) putBits(pair, from, carry);
    });
  });
  return out.map((pair) => bits(a.length, pair.mine, pair.next));
}

/**
 * The sum of what each summand becomes when the party or parties who know it change it alone. Run by: all three compute
 * parties, in step.
 *
 * @param change - from columns of `a.words` to columns of `words` words.
 * Learns: nobody anything. Cost: trusted parties 1 round, 8·words bytes an element from party 0; with a verifier nothing.
 */
export async function sumOfChanged(
  session: Session,
  a: ColumnShare,
  words: number,
  change: (summand: BigUint64Array) => BigUint64Array,
): Promise<ColumnShare> {
  const out = pairOf(a.length * words);
  await session.striped(a.length, async (strand, from, count) => {
    if (strand.verified) {
      const { mine, next } = cutPair(a, a.words, from, count);
      putPair(out, words, from, { mine: change(mine), next: change(next) });
    } else putPair(out, words, from, await shareChanged(strand, change(knownSummand(strand, a, null, from, count)), words));
  });
  return column(words, out.mine, out.next);
}

/** Party 0's number becomes components 0 and 1, that of parties 1 and 2 component 2. */
async function shareChanged(session: Session, known: BigUint64Array, words: number): Promise<Pair> {
  const step = session.step('known');
  const one = session.commonWords(1, known.length);
  if (session.me === 0 && one !== null) {
    const zero = session.temporary(subtractVectors(known, one, words));
    await session.exchange(step, [{ to: 2, payload: bytesOf(zero) }], []);
    return { mine: zero, next: one };
  }
  const received = await session.exchange(step, [], session.me === 2 ? [{ from: 0, sizeBytes: known.byteLength }] : []);
  return session.me === 1 ? { mine: one as BigUint64Array, next: known } : { mine: known, next: wordsOf(received[0] as Uint8Array) };
}
