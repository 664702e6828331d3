/** Between ring elements and their bits. */
import { packedWords, toSlices, xorBits } from '@sluis/kernels';
import { conjunction } from './products.ts';
import type { Session } from './session.ts';
import { type BitShare, bits, type ColumnShare, type PackedPair } from './shares.ts';
import { join, part, xorPacked } from './slices.ts';
import { packedPairOf, putBits } from './stripes.ts';
import { componentBits, knownSummand, sumAndCarries } from './summands.ts';
import { handOverBits, withKnown } from './two-party.ts';

/**
 * The low `width` bits of each element, least significant first. Run by: all three compute parties, in step.
 *
 * Learns: nobody anything. Cost: 2 + ⌈log2(width − 1)⌉ rounds.
 * Source: Mohassel & Rindal 2018 (ABY3), §5.3; prefixes as in Sklansky 1960.
 */
export async function toBits(session: Session, a: ColumnShare, width: number): Promise<BitShare[]> {
  if (!Number.isInteger(width) || width < 1 || width > 64 * a.words) throw new RangeError('a column has bits 1 to 64 times its words');
  const out = Array.from({ length: width }, () => packedPairOf(packedWords(a.length)));
  await session.striped(a.length, async (strand, from, count) => {
    const per = packedWords(count);
    const sums = await (strand.verified ? verifiedSums : sumBits)(strand, a, width, from, count, per);
    sums.forEach((slice, i) => {
      putBits(out[i] as PackedPair, from, slice);
    });
  });
  return out.map((slice) => bits(a.length, slice.mine, slice.next));
}

async function sumBits(session: Session, a: ColumnShare, width: number, from: number, count: number, per: number): Promise<PackedPair[]> {
  const own = toSlices(knownSummand(session, a, null, from, count), a.words, width);
  const handed = await handOverBits(session, own.length, (onto) => {
    xorBits(onto, own, onto);
  });
  const zero = new Uint32Array(own.length);
  const [u, v] = [withKnown(session, handed, zero), known(session, own, zero)];
  return addBits(session, u, v, width, per);
}

/** The bits that parties 1 and 2 know, as component 2. */
const known = (session: Session, own: Uint32Array, zero: Uint32Array): PackedPair =>
  session.me === 0 ? { mine: zero, next: zero } : session.me === 1 ? { mine: zero, next: own } : { mine: own, next: zero };

async function verifiedSums(
  session: Session,
  a: ColumnShare,
  width: number,
  from: number,
  count: number,
  per: number,
): Promise<PackedPair[]> {
  const components = componentBits(a, null, width, from, count);
  if (width === 1) return [components];
  const { carries } = await sumAndCarries(session, components, width - 1, per);
  const zero = { mine: new Uint32Array(per), next: new Uint32Array(per) };
  return addBits(session, components, join([zero, carries]), width, per);
}

/** The bits of the sum of two shared numbers, modulo 2^width. */
async function addBits(session: Session, u: PackedPair, v: PackedPair, width: number, per: number): Promise<PackedPair[]> {
  const slice = (all: PackedPair, i: number) => part(all, i * per, (i + 1) * per);
  const propagate = Array.from({ length: width }, (_, i) => xorPacked(slice(u, i), slice(v, i)));
  if (width === 1) return propagate;
  const below = (width - 1) * per;
  const generate = await conjunction(session, part(u, 0, below), part(v, 0, below));
  const generated = Array.from({ length: width - 1 }, (_, i) => slice(generate, i));
  const carries = await prefixCarries(session, generated, propagate);
  return propagate.map((p, i) => (i === 0 ? p : xorPacked(p, carries[i - 1] as PackedPair)));
}

/** The carry out of each position, from what each generates and propagates. ⌈log2 positions⌉ rounds. */
async function prefixCarries(session: Session, generate: readonly PackedPair[], propagate: readonly PackedPair[]): Promise<PackedPair[]> {
  const [g, p] = [[...generate], [...propagate]];
  for (let half = 1; half < g.length; half *= 2) {
    const upper = g.flatMap((_, i) => ((i / half) & 1 ? [i] : []));
    const open = upper.filter((i) => i >= 2 * half);
    const last = (i: number) => Math.floor(i / half) * half - 1;
    const left = join([...upper, ...open].map((i) => p[i] as PackedPair));
    const right = join([...upper.map((i) => g[last(i)] as PackedPair), ...open.map((i) => p[last(i)] as PackedPair)]);
    const product = await conjunction(session, left, right);
    const per = (g[0] as PackedPair).mine.length;
    upper.forEach((i, k) => {
      g[i] = xorPacked(g[i] as PackedPair, part(product, k * per, (k + 1) * per));
    });
    open.forEach((i, k) => {
      p[i] = part(product, (upper.length + k) * per, (upper.length + k + 1) * per);
    });
  }
  return g;
}
