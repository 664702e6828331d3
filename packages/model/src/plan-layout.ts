/** What follows from a plan: the vectors that are shared, where its cells stand in them, and which values are opened. */
import type { AggregateKind, Plan } from './plan.ts';
import { ROWS_INPUT } from './plan-rows.ts';

/** What a provider shares, in order: one vector of `cellCount` ring elements each. */
export type LayoutColumn =
  | { readonly kind: 'count'; readonly contribution: number; readonly words: 1 }
  | { readonly kind: 'present'; readonly contribution: number; readonly words: 1 }
  | { readonly kind: 'accumulator'; readonly accumulator: number; readonly words: number }
  | { readonly kind: 'absolute'; readonly dominance: number; readonly words: number }
  | { readonly kind: 'top'; readonly dominance: number; readonly rank: number; readonly words: number }
  | { readonly kind: 'bin'; readonly histogram: number; readonly bin: number; readonly words: 1 }
  /** Different rows of a joined source among those that contribute: see `PlanRules.countedSources`. */
  | { readonly kind: 'rows-of'; readonly source: number; readonly contribution: number; readonly words: 1 };

/** Organisations that share partial aggregates: providers that share rows do not. */
export function pushdownProviders(plan: Pick<Plan, 'providers' | 'rows'>): string[] {
  const sharing = new Set(plan.rows?.sources.flatMap((s) => s.stations));
  return plan.providers.filter((p) => !sharing.has(p));
}

/** Names of the inputs that the mechanism combines: everybody's partial aggregates, then the evaluated rows. */
export function inputsOf(plan: Pick<Plan, 'providers' | 'rows'>): string[] {
  return [...pushdownProviders(plan), ...(plan.rows === undefined ? [] : [ROWS_INPUT])];
}

/** Columns that every provider shares for a plan: counts and presence per contribution, accumulators, dominance, histograms, then rows of joined sources. */
export function layoutOf(plan: Plan): LayoutColumn[] {
  const layout: LayoutColumn[] = [];
  plan.contributions.forEach((_, contribution) => {
    layout.push({ kind: 'count', contribution, words: 1 }, { kind: 'present', contribution, words: 1 });
  });
  plan.accumulators.forEach((a, accumulator) => {
    layout.push({ kind: 'accumulator', accumulator, words: a.words });
  });
  plan.dominances.forEach((d, dominance) => {
    layout.push({ kind: 'absolute', dominance, words: d.words });
    for (let rank = 0; rank < d.top; rank++) layout.push({ kind: 'top', dominance, rank, words: d.words });
  });
  plan.histograms?.forEach((h, histogram) => {
    for (let bin = 0; bin < h.size; bin++) layout.push({ kind: 'bin', histogram, bin, words: 1 });
  });
  for (const source of plan.rules.countedSources ?? []) {
    for (const contribution of plan.contributions.keys()) layout.push({ kind: 'rows-of', source, contribution, words: 1 });
  }
  return layout;
}

/**
 * Position of the first cell of each grouping set; cells of a set are in mixed radix of its keys, first key slowest. With
 * secret keys there is one set, and its cells have no order that says anything.
 */
export function cellOffsets(plan: Pick<Plan, 'keys' | 'groupingSets' | 'rows'>): number[] {
  const offsets: number[] = [];
  let at = 0;
  for (const set of plan.groupingSets) {
    offsets.push(at);
    at += setSize(plan, set);
  }
  return offsets;
}

export function setSize(plan: Pick<Plan, 'keys' | 'rows'>, set: readonly number[]): number {
  return plan.rows?.secretSlots ?? set.reduce((n, k) => n * (plan.keys[k]?.size ?? 0), 1);
}

/**
 * One vector per layout column. Elements are little-endian 64-bit words of two's complement modulo 2^(64·words),
 * word-major: word j of cell i stands at index j·cells + i.
 */
export interface Vectors {
  readonly cells: number;
  readonly columns: readonly BigUint64Array[];
}

/** What the receivers learn: which outputs passed where, and the opened integers. */
export interface Released {
  /** Per output, one byte (0 or 1) per cell. */
  readonly passed: readonly Uint8Array[];
  /** Per contribution, the opened counts by cell (null where not opened). */
  readonly counts: readonly (readonly (bigint | null)[])[];
  /** Per accumulator, the opened signed integers by cell (null where not opened). */
  readonly accumulators: readonly (readonly (bigint | null)[])[];
}

/** Aggregates whose value is made without the number of rows. */
const WITHOUT_COUNT: ReadonlySet<AggregateKind> = new Set([
  'sum',
  'min',
  'max',
  'count_distinct',
  'quantile_cont',
  'quantile_disc',
  'my_rank',
  'my_quartile',
  'auction_won',
  'auction_price',
  'auction_winner',
  'total_exceeds',
]);

/** Whether the value of an aggregate is made from its number of rows, which is then opened. */
export const needsCount = (kind: AggregateKind): boolean => !WITHOUT_COUNT.has(kind);

/**
 * Cells where a contribution's count or an accumulator is opened: wherever an output that needs it passed. Secret keys
 * are opened wherever any output passed.
 */
export function openingMasks(plan: Plan, passed: readonly Uint8Array[]): { counts: Uint8Array[]; accumulators: Uint8Array[] } {
  const counts = plan.contributions.map(() => new Uint8Array(plan.cellCount));
  const accumulators = plan.accumulators.map(() => new Uint8Array(plan.cellCount));
  plan.outputs.forEach((output, o) => {
    const mask = passed[o];
    if (mask === undefined || mask.length !== plan.cellCount) throw new RangeError('one pass mask per output is needed');
    for (const index of output.aggregates) {
      const aggregate = plan.aggregates[index];
      if (aggregate === undefined) throw new RangeError('plan names an aggregate that does not exist');
      if (needsCount(aggregate.kind)) or(counts[aggregate.contribution], mask);
      for (const a of aggregate.accumulators) or(accumulators[a], mask);
    }
    for (const key of plan.keys) if (key.accumulator !== undefined) or(accumulators[key.accumulator], mask);
  });
  return { counts, accumulators };
}

function or(into: Uint8Array | undefined, mask: Uint8Array): void {
  if (into === undefined) throw new RangeError('plan names a vector that does not exist');
  for (let i = 0; i < mask.length; i++) into[i] = (into[i] ?? 0) | (mask[i] ?? 0);
}
