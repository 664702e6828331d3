/** A network of comparisons that finds the largest of many, for values nobody may look at: its shape depends on numbers only. */

/** Puts the larger value on wire `high` and the smaller on wire `low`. */
export interface Comparator {
  readonly high: number;
  readonly low: number;
}

export interface TopNetwork {
  /** Comparators of one level touch different wires and can be done at once. */
  readonly levels: readonly (readonly Comparator[])[];
  /** Wires that hold the largest, second largest, … at the end. */
  readonly output: readonly number[];
}

/** A place in a list; null is absent, and smaller than everything. */
type Place = number | null;

/**
 * The `top` largest of `count` values, in descending order: sorted lists of at most `top` are merged pairwise by
 * bitonic merging; comparisons with absent places and for places beyond `top` are left out.
 * About ⌈log2 count⌉·(1 + log2 top) levels. Source: Batcher 1968.
 */
export function topNetwork(count: number, top: number): TopNetwork {
  if (!Number.isInteger(count) || !Number.isInteger(top) || count < 1 || top < 1)
    throw new RangeError('a network finds at least one of at least one');
  const levels: Comparator[][] = [];
  let lists: Place[][] = Array.from({ length: count }, (_, i) => [i]);
  while (lists.length > 1) {
    const pairs = lists.length >> 1;
    const merging = Array.from({ length: pairs }, (_, i) => bitonic(lists[2 * i] ?? [], lists[2 * i + 1] ?? []));
    const kept = merging.map((m) => Math.min(top, m.filter((p) => p !== null).length));
    for (let stride = Math.max(...merging.map((m) => m.length)) >> 1; stride >= 1; stride >>= 1) {
      const level = merging.flatMap((list, i) => cleanOnce(list, stride, kept[i] ?? 0));
      if (level.length > 0) levels.push(level);
    }
    lists = [...merging.map((m, i) => m.slice(0, kept[i])), ...lists.slice(2 * pairs)];
  }
  return { levels, output: (lists[0] ?? []).filter((p) => p !== null) };
}

/** a descending, then b ascending, each padded with absent places to the same power of two. */
function bitonic(a: readonly Place[], b: readonly Place[]): Place[] {
  let size = 1;
  while (size < Math.max(a.length, b.length)) size *= 2;
  const padded = (list: readonly Place[]): Place[] => [...list, ...Array<null>(size - list.length).fill(null)];
  return [...padded(a), ...padded(b).reverse()];
}

/** One cleaning step: the larger of every two places `stride` apart comes first; blocks beyond `kept` don't matter. */
function cleanOnce(list: Place[], stride: number, kept: number): Comparator[] {
  const out: Comparator[] = [];
  for (let at = 0; at + stride < list.length; at++) {
    if ((at & stride) !== 0 || at - (at % (2 * stride)) >= kept) continue;
    const [high, low] = [list[at] ?? null, list[at + stride] ?? null];
    if (high !== null && low !== null) out.push({ high, low });
    else if (high === null) [list[at], list[at + stride]] = [low, null];
  }
  return out;
}
