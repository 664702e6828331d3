/**
 * What the committee's operations on whole rows cost: rounds, and bytes sent by the three compute parties together. How
 * many comparisons a sort needs depends on a random order: here stands the number to be expected, which long tables meet
 * within a few percent. `mpc` tests its metered reality against this file.
 */
import type { ThreatModel } from './committee.ts';
import { CommitteeMeter } from './committee-cost.ts';
import { verifiedShuffleCost } from './malicious-cost.ts';
import { comparisonCost, OrderPlan } from './order-plan.ts';
import type { JoinKind } from './secret-tables.ts';

/** Comparisons that are made at once; more take their turn, in rounds of their own. */
export const COMPARISON_BATCH = 2 ** 19;

export interface TableShape {
  readonly length: number;
  /** Words of each column. */
  readonly words: readonly number[];
  readonly bits: number;
}
export interface KeyShape {
  readonly bits: number;
  readonly words: number;
}

/** Bits that number n rows; at least 1. */
export const bitsToCount = (n: number): number => Math.max(1, Math.ceil(Math.log2(n)));

/** Width of a signed number that counts the rows of a join of l with r rows, and its slots. */
export const jointBits = (l: number, r: number, slots: number): number => Math.min(63, bitsToCount(l * (r + 1) + slots + 2) + 2);

/** Width of a signed number that counts n rows times a fraction's numerator or denominator. */
export const quantileBits = (n: number): number => bitsToCount(n + 1) + 22;

/** Bits of what n rows are sorted by: all keys, a leading bit, and the row's number. */
export const itemBits = (n: number, keys: readonly { readonly bits: number }[], leading: boolean): number =>
  keys.reduce((sum, k) => sum + k.bits, leading ? 1 : 0) + bitsToCount(n);

/** Words in which two items can be compared. */
export const itemWords = (bits: number): number => Math.ceil((bits + 1) / 64);

/** Whole words below bit `shift`, of which at least one above is left. */
export const wordsBelow = (shift: number, words: number): number => Math.min(Math.floor(shift / 64), words - 1);

const BYTES_PER_MICROSECOND = 400;
const MICROSECONDS_PER_ROUND = 150;

/** Rough microseconds of one machine: only for choosing between two ways. */
const effort = (meter: CommitteeMeter): number => meter.bytes / BYTES_PER_MICROSECOND + meter.rounds * MICROSECONDS_PER_ROUND;

/** Whether rows are sorted bit by bit rather than by comparisons: short keys of many rows. Depends on public shapes only. */
export function sortsByBits(threat: ThreatModel, table: TableShape, keys: readonly KeyShape[], leading: boolean): boolean {
  const [byBits, byComparisons] = [new RowsMeter(threat), new RowsMeter(threat)];
  byBits.sortByBits(table, keys, leading);
  byComparisons.sortByComparisons(table, keys, leading);
  return effort(byBits) < effort(byComparisons);
}

/** Adds up rounds and bytes of operations on rows, beside those of `CommitteeMeter`. */
export class RowsMeter extends CommitteeMeter {
  readonly #threat: ThreatModel;

  constructor(threat: ThreatModel = 'semi-honest') {
    super(threat);
    this.#threat = threat;
  }

  shuffle({ length, words, bits }: TableShape): void {
    if (length < 2 || words.length + bits === 0) return;
    const packed = 4 * Math.ceil(length / 32) * bits;
    if (this.#threat === 'semi-honest') {
      this.rounds += 3;
      this.bytes += 4 * (8 * length * sum(words) + packed);
      return;
    }
    const widths = [...new Set(words)].map((w) => [w, words.filter((other) => other === w).length] as const);
    const cost = verifiedShuffleCost(length, widths, bits);
    this.rounds += cost.rounds;
    this.bytes += cost.bytes;
  }

  /** Moves rows to secret places. */
  place({ length, words, bits }: TableShape): void {
    if (length < 2) return;
    this.shuffle({ length, words: [...words, 1], bits });
    this.openColumn(length, 1);
  }

  partition(table: TableShape): void {
    if (table.length < 2) return;
    this.inject(table.length, 1);
    this.multiply(table.length, 1);
    this.place(table);
  }

  sort(table: TableShape, keys: readonly KeyShape[], leading = false): void {
    if (table.length < 2 || (keys.length === 0 && !leading)) return;
    if (sortsByBits(this.#threat, table, keys, leading)) this.sortByBits(table, keys, leading);
    else this.sortByComparisons(table, keys, leading);
  }

  sortByBits(table: TableShape, keys: readonly KeyShape[], leading: boolean): void {
    for (const key of keys) this.toBits(table.length, key.bits);
    const all = sum(keys.map((k) => k.bits)) + (leading ? 1 : 0);
    for (let left = all - 1; left >= 0; left--) this.partition({ ...table, bits: table.bits + left });
  }

  sortByComparisons(table: TableShape, keys: readonly KeyShape[], leading: boolean): void {
    const n = table.length;
    const bits = itemBits(n, keys, leading);
    const words = itemWords(bits);
    for (const key of keys) this.widen(n, key.words, words, key.bits);
    if (leading) this.inject(n, words - wordsBelow(bits - 1, words));
    this.shuffle({ ...table, words: [...table.words, words] });
    const step = new OrderPlan(comparisonCost(this.#threat, bits)).step(n);
    const times = step.rounds + Math.floor(step.comparisons / COMPARISON_BATCH);
    const one = this.#comparisons(1, bits);
    this.rounds += one.rounds * times;
    this.bytes += this.#comparisons(step.comparisons, bits).bytes + 96 * (step.rounds - 1);
    this.reveal();
    const checks = this.#comparisons(Math.ceil(step.comparisons / times), bits).checks;
    if (this.checks === null || checks === null) return;
    this.checks.rounds += checks.rounds * times;
    this.checks.bytes += checks.bytes * times;
  }

  #comparisons(count: number, bits: number): CommitteeMeter {
    const meter = new CommitteeMeter(this.#threat);
    meter.negative(count, bits + 1);
    meter.openBits(count);
    return meter;
  }

  /** Sums that start anew in segments, of columns of one width. */
  segmentedSums(length: number, columns: number, words: number): void {
    if (length < 2 || columns === 0) return;
    const [even, odd] = [(length + 1) >> 1, length >> 1];
    this.multiply(odd * (columns + 1), words);
    this.segmentedSums(odd, columns, words);
    this.multiply((even - 1) * columns, words);
  }

  segmentedMinima(length: number, bits: number, words: number): void {
    if (length < 2) return;
    const [even, odd] = [(length + 1) >> 1, length >> 1];
    this.#smaller(odd, bits, words);
    this.and(odd);
    this.segmentedMinima(odd, bits, words);
    this.#smaller(even - 1, bits, words);
  }

  #smaller(length: number, bits: number, words: number): void {
    this.less(length, bits);
    this.and(length);
    this.select(length, words);
  }

  /** Sorting and comparing neighbours. */
  #segments(table: TableShape, keys: readonly KeyShape[]): void {
    this.sort(table, keys, true);
    for (const key of keys) {
      this.equal(table.length - 1, key.bits);
      this.and(table.length - 1);
    }
  }

  groupAggregate(
    length: number,
    keys: readonly KeyShape[],
    aggregates: readonly { readonly kind: 'sum' | 'min' | 'max'; readonly words: number; readonly bits?: number }[],
    slots: number,
  ): void {
    if (length === 0) return;
    const words = [...keys, ...aggregates].map((c) => c.words);
    this.#segments({ length, words, bits: 1 }, keys);
    for (const { kind, words: own, bits = 64 * own } of aggregates) {
      if (kind === 'sum') continue;
      const wide = Math.max(own, Math.ceil((bits + 1) / 64));
      this.widen(length, own, wide, bits);
      this.segmentedMinima(length, bits + 1, wide);
    }
    const ends = { length, words: [...words, 1], bits: 1 };
    this.partition(ends);
    this.#mask(Math.min(slots, length), ends.words);
  }

  #mask(length: number, words: readonly number[]): void {
    for (const width of new Set(words)) {
      this.inject(length, width);
      this.multiply(length * words.filter((w) => w === width).length, width);
    }
  }

  distinctCount(length: number, keys: readonly KeyShape[]): void {
    if (length === 0) return;
    this.#segments({ length, words: keys.map((k) => k.words), bits: 1 }, keys);
    this.inject(length, 1);
  }

  topRows(table: TableShape, keys: readonly KeyShape[]): void {
    this.sort({ ...table, bits: table.bits + 1 }, keys, true);
  }

  quantiles(length: number, { bits, words }: KeyShape, fractions: number): void {
    if (length === 0) return;
    this.sort({ length, words: [words], bits: 1 }, [{ bits, words }], true);
    this.inject(length, words);
    this.multiply(length, words);
    this.inject(length, 1);
    for (let i = 0; i < fractions; i++) this.#quantileAt(length, words);
  }

  #quantileAt(length: number, words: number): void {
    const width = quantileBits(length);
    this.divide(2, width, 1);
    for (let i = 0; i < 3; i++) this.isZero(1, width);
    for (let i = 0; i < 2; i++) this.inject(1, 1);
    this.equal(3 * length, bitsToCount(length + 1) + 1);
    this.inject(3 * length, words);
    for (let i = 0; i < 3; i++) this.innerProduct(length, words);
    this.mask(1, 1);
  }

  histogram(length: number, { bits, words }: KeyShape, boundaries: number): void {
    this.widen(length, words, Math.max(words, Math.ceil((bits + 1) / 64)), bits);
    for (let i = 0; i < boundaries; i++) {
      this.negative(length, bits + 1);
      this.and(length);
      this.inject(length, 1);
    }
    this.inject(length, 1);
  }

  /** With a unique right side, or semi and anti. Keys of one width on both sides. */
  joinToLeft(kind: JoinKind, left: number, right: TableShape, keys: readonly KeyShape[], checkedSides: number, distinct = false): void {
    const n = left + right.length;
    const takes = kind === 'inner' || kind === 'left';
    const given = takes ? [...right.words, ...Array<number>(right.bits).fill(1)] : [];
    if (n < 2 || left === 0) return;
    if (takes && right.bits > 0) this.inject(right.bits * right.length, 1);
    this.#jointOrder(n, given, keys, checkedSides);
    this.and(n);
    this.inject(n, 1);
    this.#runAlong(n, [...given, 1]);
    if (distinct) this.and(n - 1);
    this.place({ length: n, words: [...given, 1], bits: distinct ? 1 : 0 });
    if (distinct) this.and(left);
  }

  #jointOrder(n: number, given: readonly number[], keys: readonly KeyShape[], checkedSides: number): void {
    this.#segments({ length: n, words: [...given, 1, ...keys.map((k) => k.words)], bits: 2 }, keys);
    if (checkedSides === 0 || n < 2) return;
    this.and(checkedSides * (n - 1));
    this.and(checkedSides * (n - 1));
    for (let open = checkedSides * (n - 1); open > 1; open = Math.ceil(open / 2)) this.and(open >> 1);
    this.openBits(1);
  }

  #runAlong(n: number, words: readonly number[]): void {
    for (const width of new Set(words)) {
      this.inject(n, width);
      this.segmentedSums(n, words.filter((w) => w === width).length, width);
    }
  }

  /** The last row at or before each requested position. */
  latestRows(rows: number, requests: number, words: readonly number[], bits: number): void {
    const n = rows + requests;
    if (requests === 0 || words.length === 0) return;
    this.sort({ length: n, words: [...words, 1], bits: 1 }, [{ bits, words: 1 }]);
    this.#runAlong(n, words);
    this.place({ length: n, words, bits: 0 });
  }

  /** Repeated keys on both sides, to so many slots. */
  joinRepeated(
    kind: 'inner' | 'left',
    left: TableShape,
    right: TableShape,
    keys: readonly KeyShape[],
    checkedSides: number,
    slots: number,
  ): void {
    const [l, r] = [left.length, right.length];
    const n = l + r;
    this.#jointOrder(n, [], keys, checkedSides);
    this.inject(n, 1);
    this.inject(n, 1);
    this.multiply(n, 1);
    this.segmentedSums(n, 1, 1);
    this.place({ length: n, words: [1, 1], bits: 0 });
    this.isZero(l, bitsToCount(r + 1) + 1);
    this.and(l);
    if (kind === 'left') this.inject(l, 1);
    this.inject(2 * l, 1);
    const asColumns = (t: TableShape) => [...t.words, ...Array<number>(t.bits).fill(1)];
    if (left.bits > 0) this.inject(left.bits * l, 1);
    this.less(l + 1, jointBits(l, r, slots));
    this.select(l + 1, 1);
    this.latestRows(l + 1, slots, [...asColumns(left), 1, 1, 1], bitsToCount(slots + 2) + 1);
    if (right.bits > 0) this.inject(right.bits * r, 1);
    this.latestRows(r, slots, asColumns(right), bitsToCount(Math.max(r, slots) + 2) + 1);
    this.and(slots);
    this.#mask(slots, asColumns(right));
  }
}

const sum = (all: readonly number[]): number => all.reduce((total, x) => total + x, 0);
