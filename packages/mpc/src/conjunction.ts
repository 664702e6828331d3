/** Conjunctions of packed secret bits, and the sign of secret integers by a carry tree. */
import { addVectors, negateVector, packedWords, toSlices, xorBits } from '@sluis/kernels';
import { conjunction } from './products.ts';
import type { Session } from './session.ts';
import { type BitShare, bits, bytesOf, type ColumnShare, halvesFrom, type PackedPair as Packed } from './shares.ts';
import { join, part, xorPacked } from './slices.ts';

/**
 * a ∧ b, bit by bit. Run by: all three compute parties, in step.
 *
 * Learns: nobody anything. Assumes: at most one semi-honest corruption, authenticated channels.
 * Cost: 1 round; 4·⌈n/32⌉ bytes sent per party. Source: Araki et al. 2016, §2.1.
 */
export async function and(session: Session, a: BitShare, b: BitShare): Promise<BitShare> {
  if (a.length !== b.length) throw new RangeError('bits of one operation have the same length');
  if (a.length === 0) return a;
  const product = await conjunction(session, a, b);
  return bits(a.length, product.mine, product.next);
}

/**
 * The sign bit of signed values of `width` bits: bit width − 1 of s + t, where party 0 knows s = c0 + c1 and parties 1
 * and 2 know t = c2. Party 0 shares the bits of s; t is shared already; a tree of carries adds them.
 *
 * Learns: nobody anything. Cost: 2 + ⌈log2(width − 1)⌉ rounds (1 for width 1); 4·⌈n/32⌉ bytes per party times
 * `conjunctions(width)` of `technique`, and `width` times that once from party 0.
 * Source: Mohassel & Rindal 2018 (ABY3), §5.3, bit extraction; here only the carry into the top bit is made.
 */
export async function negative(session: Session, a: ColumnShare, width: number): Promise<BitShare> {
  if (!Number.isInteger(width) || width < 1 || width > 64 * a.words) throw new RangeError('a comparison is as wide as its ring at most');
  if (a.length === 0) return bits(0, new Uint32Array(0), new Uint32Array(0));
  const per = packedWords(a.length);
  const s = await shareSum(session, a, width);
  const t = lastComponent(session, a, width);
  const propagate = xorPacked(s, t);
  const top = part(propagate, (width - 1) * per, width * per);
  if (width === 1) return bits(a.length, top.mine.slice(), top.next.slice());
  const below = (width - 1) * per;
  const generate = await conjunction(session, part(s, 0, below), part(t, 0, below));
  const carry = await carryTree(session, generate, part(propagate, 0, below), width - 1, per);
  const sign = xorPacked(top, carry);
  return bits(a.length, sign.mine, sign.next);
}

/** The bits of c0 + c1, which party 0 knows: component 1 from a common stream, component 0 sent to party 2, component 2 zero. */
export async function shareSum(session: Session, a: ColumnShare, width: number): Promise<Packed> {
  const step = session.step('sum-bits');
  const size = width * packedWords(a.length);
  const one = session.commonBits(1, size);
  const zero = new Uint32Array(size);
  if (session.me === 0 && one !== null) {
    const masked = xorBits(toSlices(addVectors(a.mine, a.next, a.words), a.words, width), one);
    await session.exchange(step, [{ to: 2, payload: bytesOf(masked) }], []);
    return { mine: masked, next: one };
  }
  const received = await session.exchange(step, [], session.me === 2 ? [{ from: 0, sizeBytes: size * 4 }] : []);
  return session.me === 1 ? { mine: one as Uint32Array, next: zero } : { mine: zero, next: halvesFrom(received[0] as Uint8Array) };
}

/** The bits of c2, which parties 1 and 2 know: component 2, the others zero. */
export function lastComponent(session: Session, a: ColumnShare, width: number): Packed {
  const zero = () => new Uint32Array(width * packedWords(a.length));
  if (session.me === 0) return { mine: zero(), next: zero() };
  return session.me === 1
    ? { mine: zero(), next: toSlices(a.next, a.words, width) }
    : { mine: toSlices(a.mine, a.words, width), next: zero() };
}

/**
 * 1 where the signed value of `width` bits is 0: s = −t, so s ⊕ −t has no 1. Rounds: 1 + ⌈log2 width⌉.
 *
 * Learns: nobody anything. Source: as `negative`.
 */
export async function isZero(session: Session, a: ColumnShare, width: number): Promise<BitShare> {
  if (!Number.isInteger(width) || width < 1 || width > 64 * a.words) throw new RangeError('a comparison is as wide as its ring at most');
  if (a.length === 0) return bits(0, new Uint32Array(0), new Uint32Array(0));
  const per = packedWords(a.length);
  const s = await shareSum(session, a, width);
  const negated = { ...a, mine: negateVector(a.mine, a.words), next: negateVector(a.next, a.words) };
  const different = xorPacked(s, lastComponent(session, negated, width));
  let all = {
    mine: session.me === 0 ? different.mine.map((w) => ~w) : different.mine,
    next: session.me === 2 ? different.next.map((w) => ~w) : different.next,
  };
  for (let count = width; count > 1; count = Math.ceil(count / 2)) {
    const pairs = count >> 1;
    const product = await conjunction(session, part(all, 0, pairs * per), part(all, pairs * per, 2 * pairs * per));
    all = count & 1 ? join([product, part(all, 2 * pairs * per, count * per)]) : product;
  }
  return bits(a.length, all.mine, all.next);
}

/** Combines neighbours (g, p) ∘ (g', p') = (g ⊕ p·g', p·p') until one carry is left; the lowest p is never needed. */
async function carryTree(session: Session, generate: Packed, propagate: Packed, positions: number, per: number): Promise<Packed> {
  let [g, p, count] = [generate, propagate, positions];
  while (count > 1) {
    const pairs = count >> 1;
    const slice = (a: Packed, i: number) => part(a, i * per, (i + 1) * per);
    const high = Array.from({ length: pairs }, (_, i) => slice(p, 2 * i + 1));
    const lowG = Array.from({ length: pairs }, (_, i) => slice(g, 2 * i));
    const lowP = Array.from({ length: pairs - 1 }, (_, i) => slice(p, 2 * i + 2));
    const product = await conjunction(session, join([...high, ...high.slice(1)]), join([...lowG, ...lowP]));
    const carried = part(product, 0, pairs * per);
    const highG = join(Array.from({ length: pairs }, (_, i) => slice(g, 2 * i + 1)));
    const odd = count & 1;
    g = join([xorPacked(highG, carried), ...(odd ? [slice(g, count - 1)] : [])]);
    p = join([slice(p, 0), part(product, pairs * per, (2 * pairs - 1) * per), ...(odd ? [slice(p, count - 1)] : [])]);
    count = pairs + odd;
  }
  return g;
}

/** Groups' conjunctions by halving: each level is one `and` over all groups. Cost: ⌈log2(largest group)⌉ rounds. */
export async function allOf(session: Session, a: BitShare, groups: readonly Uint32Array[], ops: BitOperations): Promise<BitShare> {
  let current = a;
  let open = groups;
  while (open.some((g) => g.length > 1)) {
    const level = pairUp(open);
    const product = await and(session, ops.gather(current, level.left), ops.gather(current, level.right));
    const rest = ops.gather(current, level.single);
    current = ops.concat([product, rest]);
    open = level.groups;
  }
  const filled = ops.concat([current, ops.one]);
  return ops.gather(
    filled,
    Uint32Array.from(open, (g) => g[0] ?? current.length),
  );
}

export interface BitOperations {
  readonly gather: (a: BitShare, index: Uint32Array) => BitShare;
  readonly concat: (parts: readonly BitShare[]) => BitShare;
  /** One public 1. */
  readonly one: BitShare;
}

/** Positions paired within each group; products come first in the next vector, odd ones after them. */
export function pairUp(groups: readonly Uint32Array[]) {
  const pairs = groups.reduce((n, g) => n + (g.length >> 1), 0);
  const singles = groups.reduce((n, g) => n + (g.length & 1), 0);
  const [left, right, single] = [new Uint32Array(pairs), new Uint32Array(pairs), new Uint32Array(singles)];
  let [p, s] = [0, 0];
  const next = groups.map((g) => {
    const out = new Uint32Array((g.length >> 1) + (g.length & 1));
    for (let i = 0; i + 1 < g.length; i += 2) {
      left[p] = g[i] as number;
      right[p] = g[i + 1] as number;
      out[i >> 1] = p++;
    }
    if (g.length & 1) {
      single[s] = g[g.length - 1] as number;
      out[out.length - 1] = pairs + s++;
    }
    return out;
  });
  return { left, right, single, groups: next };
}
