/** Conjunctions of packed secret bits. */
import { packedWords } from '@sluis/kernels';
import { conjunction } from './products.ts';
import type { Session } from './session.ts';
import { type BitShare, bits } from './shares.ts';
import { part } from './slices.ts';
import { packedPairOf } from './stripes.ts';

/**
 * a ∧ b, bit by bit. Run by: all three compute parties, in step.
 *
 * Learns: nobody anything. Assumes: at most one semi-honest corruption, authenticated channels.
 * Cost: 1 round; 4·⌈n/32⌉ bytes sent per party. Source: Araki et al. 2016, §2.1.
 */
export async function and(session: Session, a: BitShare, b: BitShare): Promise<BitShare> {
  if (a.length !== b.length) throw new RangeError('bits of one operation have the same length');
  if (a.length === 0) return a;
  const out = packedPairOf(packedWords(a.length));
  // As many words in a stripe as a stripe has elements: bits are small.
  await session.striped(out.mine.length, async (strand, from, count) => {
    const product = await conjunction(strand, part(a, from, from + count), part(b, from, from + count));
    out.mine.set(product.mine, from);
    out.next.set(product.next, from);
  });
  return bits(a.length, out.mine, out.next);
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
