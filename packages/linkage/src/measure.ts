/**
 * How well terms work on a labelled sample: how many pairs keys and likeness link, how many of them are true (precision),
 * and how many of the true ones they link (recall). In the clear, by whoever holds both sides of the sample.
 */
import { utf8 } from '@sluis/base';
import type { KeyDefinition, TextColumn } from '@sluis/matching';
import { type Interval, wilsonInterval } from '@sluis/math';
import { type EncodedRecords, encodeRecords, type LinkageColumns } from './encode.ts';
import { eachPair, firstOnly, type Groups, pairsOf, together } from './groups.ts';
import { alike, blockGroups, comparer, type Likeness } from './in-the-clear.ts';
import { keyGroups, type LabelledSample, labelledSample, picked, type SampleSide } from './labelled-sample.ts';
import type { LinkageTerms } from './terms.ts';

export interface MeasuredTerms {
  /** In order of priority: a record of the left side matches by the first of its keys that the right side has too. */
  readonly keys: readonly KeyDefinition[];
  /** And also if they are alike by these, unless null. */
  readonly likeness: LinkageTerms | null;
  /** Thresholds to be tried beside the declared one, in percent. */
  readonly percents: readonly number[];
}

/** A proportion with its 95 % interval (`wilsonInterval`). */
export interface Proportion extends Interval {
  readonly value: number;
}

export interface Measured {
  /** Pairs that are linked, and true ones among them. */
  readonly pairs: number;
  readonly right: number;
  /** Null where nothing is linked. */
  readonly precision: Proportion | null;
  readonly recall: Proportion;
}

/** A pair by row numbers, from 0, of the columns given. */
export interface ExamplePair {
  readonly left: number;
  readonly right: number;
  /** The key by which the left record matches, if it is equal; otherwise null. */
  readonly key: string | null;
  /** The first block key in common; null without one, or where nothing is compared by likeness. */
  readonly block: string | null;
  /** Dice coefficient in percent, rounded down; null where nothing is compared by likeness. */
  readonly percent: number | null;
}

export interface MeasuredLikeness {
  /** By threshold, ascending: pairs that are alike, and those together with the pairs of the keys in order. */
  readonly thresholds: readonly { readonly percent: number; readonly alone: Measured; readonly withKeys: Measured }[];
  /** Pairs with equal block keys, true ones among them, and whether a run's `maximumPairs` would have room. */
  readonly blocks: readonly { readonly block: string; readonly pairs: number; readonly right: number; readonly fits: boolean }[];
  /** Different pairs that are compared. */
  readonly compared: number;
  /** True pairs without a block key in common: no threshold links them. */
  readonly neverCompared: number;
  /** Records of each side without any value in the filter: never linked by likeness. */
  readonly empty: readonly [number, number];
}

export interface Measurement {
  /** Rows of each side that count, those left out because nobody knows who they are about, and people in several rows. */
  readonly rows: readonly [number, number];
  readonly leftOut: readonly [number, number];
  readonly repeated: readonly [number, number];
  readonly truePairs: number;
  /** Each key alone, with the rows of each side that have it. */
  readonly keys: readonly (Measured & { readonly key: string; readonly rows: readonly [number, number] })[];
  /** The keys in order. */
  readonly inOrder: Measured;
  readonly likeness: MeasuredLikeness | null;
  /** Pairs that the declared terms as a whole link wrongly, and true ones that they miss; as many as were asked for. */
  readonly wrong: readonly ExamplePair[];
  readonly missed: readonly ExamplePair[];
}

/** The same at every measurement, so that it can be repeated; every run has another. */
const ENCODING_KEY = utf8('sluis/linkage/measure/1');

interface Tally {
  pairs: number;
  right: number;
}
const tally = (): Tally => ({ pairs: 0, right: 0 });
const count = (t: Tally, right: boolean): void => {
  t.pairs++;
  if (right) t.right++;
};

const proportion = (hits: number, cases: number): Proportion => ({ value: hits / cases, ...wilsonInterval(hits, cases) });
const measured = ({ pairs, right }: Tally, truePairs: number): Measured => ({
  pairs,
  right,
  precision: pairs === 0 ? null : proportion(right, pairs),
  recall: proportion(right, truePairs),
});

/** Everything that pairs of the sample are asked about. */
interface Work {
  readonly sample: LabelledSample;
  readonly keys: readonly Groups[];
  /** As `firstOnly`. */
  readonly ordered: readonly Groups[];
  readonly likeness: {
    readonly terms: LinkageTerms;
    readonly blocks: readonly Groups[];
    readonly compare: (left: number, right: number) => Likeness;
    readonly empty: readonly [number, number];
  } | null;
}

/**
 * Measures terms on a labelled sample. Run by: whoever holds both sides of it.
 *
 * @param examples - so many wrongly linked and so many missed pairs are named by their rows.
 * @throws InvalidError `linkage/terms`, `matching/…`, `linkage/no-true-pairs`, `linkage/too-many-pairs`; RangeError for
 *   columns that don't fit the terms.
 *
 * Learns: nobody else anything; nothing is sent. Memory: a few hundred bytes a record, however many pairs there are.
 * Cost: about 50 nanoseconds a pair that is compared. Intervals take pairs as independent of each other, and hold for
 * records like these.
 */
export function measureMatching(terms: MeasuredTerms, left: SampleSide, right: SampleSide, examples = 0): Measurement {
  const work = workOf(terms, left, right);
  const { sample, keys, ordered } = work;
  const inOrder = tally();
  eachPair(ordered, (l, r) => count(inOrder, together(sample.truth, l, r)));
  const alone = keys.map((groups) => ({ pairs: pairsOf(groups), right: 0 }));
  eachPair([sample.truth], (l, r) => {
    for (const [k, groups] of keys.entries()) if (together(groups, l, r)) (alone[k] as Tally).right++;
  });
  const [a, b] = sample.rows;
  return {
    rows: [a.length, b.length],
    leftOut: [left.truth.length - a.length, right.truth.length - b.length],
    repeated: sample.repeated,
    truePairs: sample.truePairs,
    keys: keys.map((groups, k) => ({
      key: groups.name,
      rows: [having(groups.left), having(groups.right)],
      ...measured(alone[k] as Tally, sample.truePairs),
    })),
    inOrder: measured(inOrder, sample.truePairs),
    likeness: work.likeness === null ? null : measureLikeness(work, work.likeness, terms.percents, inOrder),
    ...(examples === 0 ? { wrong: [], missed: [] } : examplesOf(work, examples)),
  };
}

const having = (groups: Int32Array): number => groups.reduce((n, g) => n + Number(g >= 0), 0);

function workOf({ keys, likeness }: MeasuredTerms, left: SampleSide, right: SampleSide): Work {
  const fits = ({ truth, keys: columns, likeness: compared }: SampleSide) =>
    columns.length === keys.length &&
    columns.every((parts, k) => parts.length === keys[k]?.parts.length && parts.every((c) => c.length === truth.length)) &&
    (likeness === null) === (compared === null) &&
    (compared?.fields ?? []).concat(...(compared?.blocks ?? [])).every((c) => c.length === truth.length);
  if (!fits(left) || !fits(right)) throw new RangeError('columns as in the terms, all equally long');
  const sample = labelledSample(left.truth, right.truth);
  const [a, b] = sample.rows;
  const pickedAll = (columns: readonly TextColumn[] | undefined, rows: Uint32Array) => (columns ?? []).map((c) => picked(c, rows));
  const groups = keys.map((key, k) => keyGroups(key, pickedAll(left.keys[k], a), pickedAll(right.keys[k], b)));
  return {
    sample,
    keys: groups,
    ordered: firstOnly(groups),
    likeness: likeness === null ? null : likenessOf(likeness, [left.likeness, a], [right.likeness, b]),
  };
}

type Columns = readonly [LinkageColumns | null, Uint32Array];

function likenessOf(terms: LinkageTerms, left: Columns, right: Columns): NonNullable<Work['likeness']> {
  const [a, b] = [left, right].map(([columns, rows]) => {
    const some = (all: readonly TextColumn[]) => all.map((c) => picked(c, rows));
    const chosen = { fields: some(columns?.fields ?? []), blocks: (columns?.blocks ?? []).map(some) };
    return encodeRecords(terms, chosen, ENCODING_KEY);
  }) as [EncodedRecords, EncodedRecords];
  return { terms, blocks: blockGroups(terms, a, b), compare: comparer(terms, a, b), empty: [a.empty, b.empty] };
}

function measureLikeness(
  { sample, ordered }: Work,
  { terms, blocks, compare, empty }: NonNullable<Work['likeness']>,
  percents: readonly number[],
  inOrder: Tally,
): MeasuredLikeness {
  const declared = terms.threshold;
  const thresholds = [declared, ...percents.map((numerator) => ({ numerator, denominator: 100 }))]
    .map((t) => ({ ...t, percent: (100 * t.numerator) / t.denominator }))
    .filter((t, i, all) => all.findIndex((o) => o.percent === t.percent) === i)
    .sort((x, y) => x.percent - y.percent)
    .map((threshold) => ({ threshold, alone: tally(), withKeys: { ...inOrder } }));
  const right = blocks.map(() => 0);
  let [compared, brought] = [0, 0];
  eachPair(blocks, (l, r) => {
    compared++;
    const isTrue = together(sample.truth, l, r);
    if (isTrue) {
      brought++;
      for (const [b, groups] of blocks.entries()) if (together(groups, l, r)) right[b] = (right[b] as number) + 1;
    }
    const likeness = compare(l, r);
    let linked: boolean | null = null;
    for (const t of thresholds) {
      if (!alike(likeness, t.threshold)) break;
      count(t.alone, isTrue);
      linked ??= ordered.some((k) => together(k, l, r));
      if (!linked) count(t.withKeys, isTrue);
    }
  });
  return {
    thresholds: thresholds.map(({ threshold, alone, withKeys }) => ({
      percent: threshold.percent,
      alone: measured(alone, sample.truePairs),
      withKeys: measured(withKeys, sample.truePairs),
    })),
    blocks: blocks.map((groups, b) => {
      const pairs = pairsOf(groups);
      return { block: groups.name, pairs, right: right[b] as number, fits: pairs <= terms.maximumPairs };
    }),
    compared,
    neverCompared: sample.truePairs - brought,
    empty,
  };
}

/** The first pairs that the declared terms link wrongly, and the first true ones that they miss. */
function examplesOf({ sample, ordered, likeness }: Work, most: number): Pick<Measurement, 'wrong' | 'missed'> {
  const [a, b] = sample.rows;
  const [wrong, missed]: [ExamplePair[], ExamplePair[]] = [[], []];
  const first = (groups: readonly Groups[], l: number, r: number) => groups.find((g) => together(g, l, r))?.name ?? null;
  const example = (l: number, r: number): ExamplePair => {
    const { common, all } = likeness?.compare(l, r) ?? { common: 0, all: 0 };
    return {
      left: a[l] as number,
      right: b[r] as number,
      key: first(ordered, l, r),
      block: first(likeness?.blocks ?? [], l, r),
      percent: likeness === null ? null : all === 0 ? 0 : Math.floor((200 * common) / all),
    };
  };
  const likeEnough = (l: number, r: number) => likeness !== null && alike(likeness.compare(l, r), likeness.terms.threshold);
  eachPair([...ordered, ...(likeness?.blocks ?? [])], (l, r, by) => {
    if (wrong.length < most && !together(sample.truth, l, r) && (by < ordered.length || likeEnough(l, r))) wrong.push(example(l, r));
  });
  eachPair([sample.truth], (l, r) => {
    if (missed.length === most || first(ordered, l, r) !== null) return;
    if (first(likeness?.blocks ?? [], l, r) === null || !likeEnough(l, r)) missed.push(example(l, r));
  });
  return { wrong, missed };
}
