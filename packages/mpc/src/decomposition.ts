/** Between ring elements and their bits. */
import { packedWords } from '@sluis/kernels';
import { lastComponent, shareSum } from './conjunction.ts';
import { conjunction } from './products.ts';
import type { Session } from './session.ts';
import { type BitShare, bits, type ColumnShare, type PackedPair } from './shares.ts';
import { join, part, xorPacked } from './slices.ts';

/**
 * The low `width` bits of each element, least significant first. Run by: all three compute parties, in step.
 *
 * Learns: nobody anything. Cost: 2 + ⌈log2(width − 1)⌉ rounds.
 * Source: Mohassel & Rindal 2018 (ABY3), §5.3; prefixes as in Sklansky 1960.
 */
export async function toBits(session: Session, a: ColumnShare, width: number): Promise<BitShare[]> {
  if (!Number.isInteger(width) || width < 1 || width > 64 * a.words) throw new RangeError('a column has bits 1 to 64 times its words');
  const per = packedWords(a.length);
  const s = await shareSum(session, a, width);
  const t = lastComponent(session, a, width);
  const propagate = xorPacked(s, t);
  const below = (width - 1) * per;
  const slice = (all: PackedPair, i: number) => part(all, i * per, (i + 1) * per);
  const positions = (all: PackedPair) => Array.from({ length: width - 1 }, (_, i) => slice(all, i));
  const generate = width === 1 ? propagate : await conjunction(session, part(s, 0, below), part(t, 0, below));
  const carries = await prefixCarries(session, positions(generate), positions(propagate));
  return Array.from({ length: width }, (_, i) => {
    const sum = i === 0 ? slice(propagate, 0) : xorPacked(slice(propagate, i), carries[i - 1] as PackedPair);
    return bits(a.length, sum.mine.slice(), sum.next.slice());
  });
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
    upper.forEach((i, k) => void (g[i] = xorPacked(g[i] as PackedPair, part(product, k * per, (k + 1) * per))));
    open.forEach((i, k) => void (p[i] = part(product, (upper.length + k) * per, (upper.length + k + 1) * per)));
  }
  return g;
}
