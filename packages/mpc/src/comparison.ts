/**
 * The sign of secret integers. With trusted parties a value is split in two, u = a0 + a1 (party 0 knows it) and v = a2
 * (parties 1 and 2 do), and the carry into the top bit of u + v is found: three positions at once on the first level, then
 * by a tree. With a verifier, the bits of the three components are added up with conjunctions that it is told of.
 */
import { type GroupSize, packedWords, xorBits } from '@sluis/kernels';
import { RIPPLE_FROM } from '@sluis/technique';
import { addProducts, addSummands, groupSizes, type Place, productsOf } from './leaves.ts';
import { carryOf, type Groups, treeOrder } from './carry-tree.ts';
import { conjunction } from './products.ts';
import type { Session } from './session.ts';
import { type BitShare, bits, type ColumnShare, type PackedPair } from './shares.ts';
import { join, part, temporary, xorPacked } from './slices.ts';
import { componentBits, knownSlices, sumAndCarries } from './summands.ts';
import { packedPairOf, putBits } from './stripes.ts';
import { bitsFromTwoSummands, type HandedBits, handOverBits, withKnown } from './two-party.ts';

/**
 * 1 where a − b < 0 (b left out: a < 0), for a difference of `width` bits. Run by: all three compute parties, in step.
 *
 * Learns: nobody anything. Cost, trusted parties: 2 + ⌈log2 ⌈(width − 1)/3⌉⌉ rounds; `comparisonBits(width)` of `technique`
 * bits an element in total: 42 bytes at 64 bits. With a verifier, see `verifiedComparison`
 * there, and its checks.
 * Source: Mohassel & Rindal 2018 (ABY3), §5.3, for the split; the first level is in `leaves.ts`.
 */
export async function negative(session: Session, a: ColumnShare, width: number, b: ColumnShare | null = null): Promise<BitShare> {
  if (!Number.isInteger(width) || width < 1 || width > 64 * a.words) throw new RangeError('a comparison is as wide as its ring at most');
  if (b !== null && (b.length !== a.length || b.words !== a.words)) throw new RangeError('columns of one operation have the same shape');
  const out = packedPairOf(packedWords(a.length));
  await session.striped(a.length, async (strand, from, count) => {
    const stripe = strand.verified
      ? await verifiedSign(strand, componentBits(a, b, width, from, count), width, packedWords(count), ripples(a.length))
      : await signOf(strand, knownSlices(strand, a, b, from, count, width), width, packedWords(count));
    putBits(out, from, stripe);
  });
  return bits(a.length, out.mine, out.next);
}

/** `known`: the bits of u at party 0, of v at the others. */
async function signOf(session: Session, known: Uint32Array, width: number, per: number): Promise<PackedPair> {
  const sizes = groupSizes(width - 1);
  const top = known.subarray((width - 1) * per);
  // A tree takes the top bits along in its last product; without one they are handed over with the rest.
  const early = sizes.length <= 1 ? 1 : 0;
  const products = sizes.reduce((n, size) => n + productsOf(size), 0);
  const handed = await handOverBits(session, (products + early) * per, (onto) => {
    addProducts(known, sizes, per, onto);
    if (early === 1) xorInto(onto.subarray(products * per), top);
  });
  if (sizes.length === 0) return withKnown(session, handed, session.me === 0 ? null : top);
  if (sizes.length === 1) return lowestGroup(session, handed, known, sizes[0] as GroupSize, per, top);
  return carryOf(session, await firstLevel(session, handed, known, sizes, per), sizes.length, per, session.me === 2 ? null : top);
}

/** The summands' bits in `handed` are masked products (party 1) or masks (party 2). */
const ofSummand = (handed: HandedBits) => (handed.one ?? handed.zero) as Uint32Array;

async function lowestGroup(session: Session, handed: HandedBits, v: Uint32Array, size: GroupSize, per: number, top: Uint32Array) {
  return bitsFromTwoSummands(session, per, (onto) => {
    addSummands(ofSummand(handed), v, { size, products: 0, v: 0, generate: 0, propagate: -1 }, per, false, onto);
    xorInto(onto, ofSummand(handed).subarray(productsOf(size) * per));
    if (session.me === 1) xorInto(onto, top);
  });
}

/** What all groups generate and propagate. A single position on top propagates u ⊕ v, which is shared already. */
async function firstLevel(
  session: Session,
  handed: HandedBits,
  known: Uint32Array,
  sizes: readonly GroupSize[],
  per: number,
): Promise<Groups> {
  const count = sizes.length;
  const single = sizes[count - 1] === 1;
  const places = placesOf(sizes, per);
  const computed = (2 * count - 1 - (single ? 1 : 0)) * per;
  const results = await bitsFromTwoSummands(session, computed, (onto) => {
    for (const place of places) addSummands(ofSummand(handed), known, place, per, session.me === 1, onto);
  });
  const [generate, propagate] = [part(results, 0, count * per), part(results, count * per, computed)];
  if (!single) return { generate, propagate };
  const { products, v } = places[count - 1] as Place;
  const cut = (a: Uint32Array | null) => a?.subarray(products, products + per) ?? null;
  const last = withKnown(session, { zero: cut(handed.zero), one: cut(handed.one) }, known.subarray(v, v + per));
  return { generate, propagate: temporary(session, join([propagate, last])) };
}

function placesOf(sizes: readonly GroupSize[], per: number): Place[] {
  const slots = new Uint32Array(sizes.length);
  treeOrder(sizes.length).forEach((group, slot) => {
    slots[group] = slot;
  });
  let products = 0;
  return sizes.map((size, group) => {
    const slot = slots[group] as number;
    const place = {
      size,
      products: products * per,
      v: 3 * group * per,
      generate: slot * per,
      propagate: slot === 0 || size === 1 ? -1 : (sizes.length + slot - 1) * per,
    };
    products += productsOf(size);
    return place;
  });
}

/** The carry of u + v into position `width`; `known` are the low `width` bits of u at party 0, of v at the others. */
export function carryInto(session: Session, known: Uint32Array, width: number, per: number): Promise<PackedPair> {
  const extended = session.temporary(new Uint32Array((width + 1) * per));
  extended.set(known);
  return signOf(session, extended, width + 1, per);
}

/** The sign from the bits of the three components, by verified conjunctions only: a carry-save adder, then what carries. */
async function verifiedSign(session: Session, components: PackedPair, width: number, per: number, ripple: boolean): Promise<PackedPair> {
  const top = part(components, (width - 1) * per, width * per);
  if (width === 1) return top;
  const [saved, carry] = await verifiedCarries(session, components, width - 1, per, ripple);
  return carry === undefined ? xorPacked(top, saved as PackedPair) : xorPacked(xorPacked(top, saved as PackedPair), carry);
}

/**
 * The carries of three components' low `width` bits into position `width`: the carry-save adder's own, and (unless width
 * is 1) that of its two results s + 2c, where position i of the second is c's position i − 1.
 *
 * @param ripple - position after position, with one conjunction each, instead of a tree with three.
 */
export async function verifiedCarries(
  session: Session,
  components: PackedPair,
  width: number,
  per: number,
  ripple: boolean,
): Promise<PackedPair[]> {
  const { sum, carries } = await sumAndCarries(session, components, width, per);
  const saved = part(carries, (width - 1) * per, width * per);
  const count = width - 1;
  if (count === 0) return [saved];
  if (ripple) return [saved, await rippled(session, part(sum, per, width * per), carries, count, per)];
  const order = treeOrder(count);
  const pick = (a: PackedPair, from: number) => join(order.map((i) => part(a, (from + i) * per, (from + i + 1) * per)));
  const [s, t] = [pick(sum, 1), pick(carries, 0)];
  const generate = await conjunction(session, s, t);
  const propagate = xorPacked(part(s, per, count * per), part(t, per, count * per));
  return [saved, await carryOf(session, { generate, propagate }, count, per)];
}

/**
 * Whether a comparison of so many elements goes position by position under a verifier: each conjunction then costs ten
 * times its bits, and many elements hide the rounds.
 */
export const ripples = (length: number): boolean => length >= RIPPLE_FROM;

/** The carry of s + t out of `count` positions: (s ⊕ c)(t ⊕ c) ⊕ c at each. `count` rounds, one conjunction a position. */
async function rippled(session: Session, s: PackedPair, t: PackedPair, count: number, per: number): Promise<PackedPair> {
  let carry = await conjunction(session, part(s, 0, per), part(t, 0, per));
  for (let i = 1; i < count; i++) {
    const [x, y] = [part(s, i * per, (i + 1) * per), part(t, i * per, (i + 1) * per)];
    carry = xorPacked(await conjunction(session, xorPacked(x, carry), xorPacked(y, carry)), carry);
  }
  return carry;
}

function xorInto(onto: Uint32Array, bitsOf: Uint32Array): void {
  xorBits(onto, bitsOf.subarray(0, onto.length), onto);
}
