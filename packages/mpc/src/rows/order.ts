/**
 * Sorting by few rounds of many comparisons at once. Nothing here is secret: it works on numbers of shuffled, distinct
 * items, and on the outcomes of comparisons that were opened.
 */
import type { OrderPlan } from '@sluis/technique';

/** One byte a pair: 1 where item first[i] stands before item second[i]. */
export type Compare = (first: Uint32Array, second: Uint32Array) => Promise<Uint8Array>;

/**
 * The items in ascending order. The items must be distinct and in a uniformly random order: then outcomes of
 * comparisons are the same function of a uniformly random permutation, whatever the items are.
 *
 * A part of the items is sorted first; every other one finds its gap between these by a search in lock-step; the few
 * items of a gap are compared pair by pair. Cost: about n·log2 n comparisons; see `OrderPlan`.
 * Source: Frazer & McKellar 1970 (Samplesort); Hamada et al. 2013 for opening comparisons of shuffled items.
 */
export async function ascending(items: Uint32Array, compare: Compare, plan: OrderPlan): Promise<Uint32Array> {
  if (items.length < 2) return items;
  const { levels, stride } = plan.step(items.length);
  const size = 2 ** levels - 1;
  const pivots = await ascending(items.subarray(0, size), compare, plan);
  const rest = items.subarray(size);
  const gaps = await gapsOf(rest, pivots, levels, stride, compare);
  const { members, starts } = byGap(rest, gaps, size + 1);
  const ranks = await ranksWithin(members, starts, compare);
  const out = new Uint32Array(items.length);
  for (let gap = 0; gap <= size; gap++) {
    const [from, to] = [starts[gap] as number, starts[gap + 1] as number];
    for (let i = from; i < to; i++) out[from + gap + (ranks[i] as number)] = members[i] as number;
    if (gap < size) out[to + gap] = pivots[gap] as number;
  }
  return out;
}

/** For each item the number of pivots that stand before it. */
async function gapsOf(items: Uint32Array, pivots: Uint32Array, levels: number, stride: number, compare: Compare): Promise<Uint32Array> {
  const n = items.length;
  const gaps = new Uint32Array(n);
  for (let left = levels; left > 0; left -= stride) {
    const at = Math.min(stride, left);
    const [branches, width] = [2 ** at - 1, 2 ** (left - at)];
    const [first, second] = [new Uint32Array(n * branches), new Uint32Array(n * branches)];
    for (let b = 0; b < branches; b++) {
      second.set(items, b * n);
      for (let i = 0; i < n; i++) first[b * n + i] = pivots[(gaps[i] as number) + (b + 1) * width - 1] as number;
    }
    const passed = await compare(first, second);
    const found = gaps.slice();
    for (let b = 0; b < branches; b++) {
      for (let i = 0; i < n; i++) found[i] = (found[i] as number) + (passed[b * n + i] as number) * width;
    }
    gaps.set(found);
  }
  return gaps;
}

/** Items by gap (those of gap g stand from starts[g] to starts[g + 1]). */
function byGap(items: Uint32Array, gaps: Uint32Array, count: number): { members: Uint32Array; starts: Uint32Array } {
  const starts = new Uint32Array(count + 1);
  for (const gap of gaps) starts[gap + 1] = (starts[gap + 1] as number) + 1;
  for (let g = 0; g < count; g++) starts[g + 1] = (starts[g + 1] as number) + (starts[g] as number);
  const next = starts.slice();
  const members = new Uint32Array(items.length);
  for (let i = 0; i < items.length; i++) {
    const gap = gaps[i] as number;
    members[next[gap] as number] = items[i] as number;
    next[gap] = (next[gap] as number) + 1;
  }
  return { members, starts };
}

/** Rank of each member within its gap, by comparing all pairs of a gap. */
async function ranksWithin(members: Uint32Array, starts: Uint32Array, compare: Compare): Promise<Uint32Array> {
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
  const ranks = new Uint32Array(members.length);
  const item = (at: Uint32Array) => at.map((i) => members[i] as number);
  const outcome = pairs === 0 ? new Uint8Array(0) : await compare(item(low), item(high));
  for (let i = 0; i < pairs; i++) {
    const later = (outcome[i] as number) === 1 ? high[i] : low[i];
    ranks[later as number] = (ranks[later as number] as number) + 1;
  }
  return ranks;
}
