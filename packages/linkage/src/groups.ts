/**
 * Rows of two sides in groups of equal values: keys, block keys, or who a record is about. Pairs of a group are counted
 * without being made, and made one at a time, so that memory does not grow with their number.
 */
import { InvalidError } from '@sluis/base';

export interface Groups {
  readonly name: string;
  /** For each row of a side, the number of its group; −1 without one. */
  readonly left: Int32Array;
  readonly right: Int32Array;
}

/** Pairs that anybody waits for: some minutes. */
const MAXIMUM_PAIRS = 5_000_000_000;

/** Whether two rows stand in the same group. */
export const together = ({ left, right }: Groups, l: number, r: number): boolean =>
  (left[l] as number) >= 0 && (left[l] as number) === (right[r] as number);

/** Rows of a side in the order of their groups: those of group g stand at starts[g] up to starts[g + 1]. */
function byGroup(of: Int32Array): { readonly starts: Uint32Array; readonly rows: Uint32Array } {
  const starts = new Uint32Array(of.reduce((most, g) => Math.max(most, g), -1) + 2);
  for (const g of of) if (g >= 0) starts[g + 1] = (starts[g + 1] as number) + 1;
  for (let g = 1; g < starts.length; g++) starts[g] = (starts[g] as number) + (starts[g - 1] as number);
  const next = starts.slice();
  const rows = new Uint32Array(starts.at(-1) ?? 0);
  of.forEach((g, row) => {
    if (g < 0) return;
    const at = next[g] as number;
    rows[at] = row;
    next[g] = at + 1;
  });
  return { starts, rows };
}

/** How many pairs stand in the same group. */
export function pairsOf({ left, right }: Groups): number {
  const { starts } = byGroup(right);
  const sizeOf = (g: number) => (g < 0 || g + 1 >= starts.length ? 0 : (starts[g + 1] as number) - (starts[g] as number));
  return left.reduce((sum, g) => sum + sizeOf(g), 0);
}

/**
 * The same groups, of which each row of the left side keeps only the first that the right side has too: how keys in order
 * of priority match.
 */
export function firstOnly(all: readonly Groups[]): Groups[] {
  const taken = new Uint8Array(all[0]?.left.length ?? 0);
  return all.map(({ name, left, right }) => {
    const there = new Set(right);
    const kept = left.map((g, row) => {
      if (g < 0 || taken[row] === 1 || !there.has(g)) return -1;
      taken[row] = 1;
      return g;
    });
    return { name, left: kept, right };
  });
}

/**
 * Visits every pair that has a group of any of these in common, each once, with the first of them that it has in common.
 *
 * @throws InvalidError `linkage/too-many-pairs` before the first visit, where they are more than anybody waits for.
 */
export function eachPair(all: readonly Groups[], visit: (left: number, right: number, by: number) => void): void {
  const most = all.map((g) => ({ name: g.name, pairs: pairsOf(g) })).sort((a, b) => b.pairs - a.pairs)[0];
  if (most !== undefined && most.pairs > MAXIMUM_PAIRS)
    throw new InvalidError('linkage/too-many-pairs', {
      stage: 'dataset',
      message: `${most.name} alone makes ${most.pairs.toLocaleString('en')} pairs: it tells records hardly apart.`,
      remedy: 'Add a column to it, or take a smaller sample.',
    });
  for (const [k, groups] of all.entries()) {
    const { starts, rows } = byGroup(groups.right);
    const earlier = all.slice(0, k);
    groups.left.forEach((g, l) => {
      if (g < 0 || g + 1 >= starts.length) return;
      for (let at = starts[g] as number, end = starts[g + 1] as number; at < end; at++) {
        const r = rows[at] as number;
        if (!earlier.some((e) => together(e, l, r))) visit(l, r, k);
      }
    });
  }
}
