/**
 * Sorting by few rounds of many comparisons at once. Nothing here is secret: it works on places of shuffled, distinct
 * items, and on the outcomes of comparisons that were opened.
 */
import type { OrderPlan } from '@sluis/technique';

/** Items that can be compared; sorting keeps those that are compared with each other together in memory. */
export interface ItemSet<Self> {
  readonly length: number;
  /** A set of the items at the given places. */
  take(places: Uint32Array): Self;
  /** One byte a pair: 1 where item mine[i] of this set stands before item theirs[i] of the other. */
  before(mine: Uint32Array, other: Self, theirs: Uint32Array): Promise<Uint8Array>;
}

/** Pivots of a part of the search tree, as many as stay near the processor. */
const NEAR = 512;

/**
 * Places of the items in ascending order. The items must be distinct and in a uniformly random order: then outcomes of
 * comparisons are the same function of a uniformly random permutation, whatever the items are.
 *
 * A part of the items is sorted first; every other one finds its gap between these by a search in lock-step; the few
 * items of a gap are compared pair by pair. Cost: about n·log2 n comparisons; see `OrderPlan`.
 * Source: Frazer & McKellar 1970 (Samplesort); Hamada et al. 2013 for opening comparisons of shuffled items.
 */
export async function ascending<S extends ItemSet<S>>(items: S, plan: OrderPlan): Promise<Uint32Array> {
  const n = items.length;
  if (n < 2) return range(0, n);
  const { levels, stride } = plan.step(n);
  const size = 2 ** levels - 1;
  const sample = size === 0 ? new Uint32Array(0) : await ascending(items.take(range(0, size)), plan);
  const found = await search(items, range(size, n), items.take(sample), levels, stride);
  const { order, starts } = byGap(found.gaps, size + 1);
  const rest = found.rest.take(order);
  const places = pick(found.places, order);
  const ranks = await ranksWithin(rest, starts);
  const out = new Uint32Array(n);
  for (let gap = 0; gap <= size; gap++) {
    const [from, to] = [starts[gap] as number, starts[gap + 1] as number];
    for (let i = from; i < to; i++) out[from + gap + (ranks[i] as number)] = places[i] as number;
    if (gap < size) out[to + gap] = sample[gap] as number;
  }
  return out;
}

interface Found<S> {
  /** The items that were searched for, in the order in which the search left them, and where they stood before. */
  readonly rest: S;
  readonly places: Uint32Array;
  /** For each of them the number of pivots that stand before it. */
  readonly gaps: Uint32Array;
}

/** Halfway, items are put in the order of their gaps: those that follow each other then meet the same pivots. */
async function search<S extends ItemSet<S>>(items: S, all: Uint32Array, pivots: S, levels: number, stride: number): Promise<Found<S>> {
  let [rest, places, gaps, ordered] = [items.take(all), all, new Uint32Array(all.length), false];
  for (let left = levels; left > 0; left -= stride) {
    if (!ordered && 2 ** left <= NEAR && 2 ** levels > 4 * NEAR) {
      const { order } = byGap(gaps, 2 ** levels);
      [rest, places, gaps, ordered] = [rest.take(order), pick(places, order), pick(gaps, order), true];
    }
    await descend(rest, pivots, gaps, left, Math.min(stride, left));
  }
  return { rest, places, gaps };
}

/** `at` levels of the tree, of which `left` are left: moves each gap to its part of the pivots that follow it. */
async function descend<S extends ItemSet<S>>(rest: S, pivots: S, gaps: Uint32Array, left: number, at: number): Promise<void> {
  const n = gaps.length;
  const [branches, width] = [2 ** at - 1, 2 ** (left - at)];
  const [first, second] = [new Uint32Array(n * branches), new Uint32Array(n * branches)];
  for (let b = 0; b < branches; b++) {
    const ahead = (b + 1) * width - 1;
    for (let i = 0; i < n; i++) {
      first[b * n + i] = (gaps[i] as number) + ahead;
      second[b * n + i] = i;
    }
  }
  const passed = await pivots.before(first, rest, second);
  for (let b = 0; b < branches; b++) {
    for (let i = 0; i < n; i++) gaps[i] = (gaps[i] as number) + (passed[b * n + i] as number) * width;
  }
}

/** Positions in the order of their gaps; those of gap g stand from starts[g] to starts[g + 1]. */
function byGap(gaps: Uint32Array, count: number): { order: Uint32Array; starts: Uint32Array } {
  const starts = new Uint32Array(count + 1);
  for (const gap of gaps) starts[gap + 1] = (starts[gap + 1] as number) + 1;
  for (let g = 0; g < count; g++) starts[g + 1] = (starts[g + 1] as number) + (starts[g] as number);
  const next = starts.slice();
  const order = new Uint32Array(gaps.length);
  for (let i = 0; i < gaps.length; i++) {
    const gap = gaps[i] as number;
    order[next[gap] as number] = i;
    next[gap] = (next[gap] as number) + 1;
  }
  return { order, starts };
}

/** Rank of each item within its gap, by comparing all pairs of a gap. */
async function ranksWithin<S extends ItemSet<S>>(items: S, starts: Uint32Array): Promise<Uint32Array> {
  let pairs = 0;
  for (let g = 0; g + 1 < starts.length; g++) {
    const size = (starts[g + 1] as number) - (starts[g] as number);
    pairs += (size * (size - 1)) / 2;
  }
  const [low, high] = [new Uint32Array(pairs), new Uint32Array(pairs)];
  let p = 0;
  for (let g = 0; g + 1 < starts.length; g++) {
    const end = starts[g + 1] as number;
    for (let i = starts[g] as number; i < end; i++) {
      for (let j = i + 1; j < end; j++, p++) {
        low[p] = i;
        high[p] = j;
      }
    }
  }
  const ranks = new Uint32Array(items.length);
  const outcome = pairs === 0 ? new Uint8Array(0) : await items.before(low, items, high);
  for (let i = 0; i < pairs; i++) {
    const later = ((outcome[i] as number) === 1 ? high[i] : low[i]) as number;
    ranks[later] = (ranks[later] as number) + 1;
  }
  return ranks;
}

function range(from: number, to: number): Uint32Array {
  const out = new Uint32Array(to - from);
  for (let i = 0; i < out.length; i++) out[i] = from + i;
  return out;
}

function pick(a: Uint32Array, places: Uint32Array): Uint32Array<ArrayBuffer> {
  const out = new Uint32Array(places.length);
  for (let i = 0; i < out.length; i++) out[i] = a[places[i] as number] as number;
  return out;
}
