/** The parts of a secret that single parties know, as summands and as bits. */
import { addVectors, subtractVectors, toSlices, xorBits } from '@sluis/kernels';
import { conjunction } from './products.ts';
import type { Session } from './session.ts';
import type { ColumnShare, PackedPair } from './shares.ts';
import { part, xorPacked } from './slices.ts';
import { cutWords } from './stripes.ts';

/** Of elements `from` to `from + count` of a − b: u = c0 + c1 at party 0, v = c2 at parties 1 and 2. */
export function knownSummand(session: Session, a: ColumnShare, b: ColumnShare | null, from: number, count: number): BigUint64Array {
  const { words } = a;
  const cut = (v: BigUint64Array) => cutWords(v, words, from, count);
  if (session.me === 0) {
    const sum = session.temporary(addVectors(cut(a.mine), cut(a.next), words));
    return b === null ? sum : subtractVectors(subtractVectors(sum, cut(b.mine), words, sum), cut(b.next), words, sum);
  }
  const known = (c: ColumnShare) => cut(session.me === 1 ? c.next : c.mine);
  return b === null ? known(a) : session.temporary(subtractVectors(known(a), known(b), words));
}

/** The low `width` bits of `knownSummand`, as slices. */
export function knownSlices(
  session: Session,
  a: ColumnShare,
  b: ColumnShare | null,
  from: number,
  count: number,
  width: number,
): Uint32Array {
  return session.temporary(toSlices(knownSummand(session, a, b, from, count), a.words, width));
}

/** The low `width` bits of all three components of a − b, as slices: the party's two, which nobody needs to send. */
export function componentBits(a: ColumnShare, b: ColumnShare | null, width: number, from: number, count: number): PackedPair {
  const { words } = a;
  const slices = (x: BigUint64Array, y: BigUint64Array | null) => {
    const cut = cutWords(x, words, from, count);
    return toSlices(y === null ? cut : subtractVectors(cut, cutWords(y, words, from, count), words), words, width);
  };
  return { mine: slices(a.mine, b?.mine ?? null), next: slices(a.next, b?.next ?? null) };
}

/**
 * A carry-save adder over the low `width` positions of three components' bits x0, x1, x2: their sum is s + 2c with
 * s = x0 ⊕ x1 ⊕ x2 and c = (x0 ⊕ x2)(x1 ⊕ x2) ⊕ x2. Each component's bits are shared as they stand, the others being 0.
 * Cost: 1 round; `width` conjunctions an element.
 */
export async function sumAndCarries(session: Session, components: PackedPair, width: number, per: number) {
  const sum = part(components, 0, width * per);
  const only = (which: 0 | 1 | 2): PackedPair => {
    const zero = new Uint32Array(width * per);
    return { mine: session.me === which ? sum.mine : zero, next: (session.me + 1) % 3 === which ? sum.next : zero };
  };
  const [x0, x1, x2] = [only(0), only(1), only(2)];
  const carries = xorPacked(await conjunction(session, xorPacked(x0, x2), xorPacked(x1, x2)), x2);
  return { sum, carries };
}

/** The exclusive or with a public 1 everywhere. */
export function notPacked(session: Session, a: PackedPair): PackedPair {
  const flipped = (v: Uint32Array) => xorBits(v, new Uint32Array(v.length).fill(0xffff_ffff));
  return { mine: session.me === 0 ? flipped(a.mine) : a.mine, next: session.me === 2 ? flipped(a.next) : a.next };
}
