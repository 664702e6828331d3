/** What distinct counts, quantiles, largest values and rows of joined sources cost: the steps of `looked-up.ts`, on shapes. */
import { wordsForBits } from '@sluis/model';
import type { KeyShape, RowsMeter } from '@sluis/technique';
import { groupCost } from './cost-of-groups.ts';
import { fraction } from './quantiles.ts';
import { looksUpByJoin, placesAtOnce, squareOf } from './rank-selection.ts';
import { widthOf } from './row-values.ts';
import { countWidth } from './summands.ts';

/** Values of a measure, and the words that they stand in. */
export interface ValueShape {
  readonly low: bigint;
  readonly high: bigint;
  readonly words: number;
}

export interface LookUps {
  readonly distinct: readonly ValueShape[];
  /** With the words of the results. */
  readonly quantiles: readonly (ValueShape & { readonly at: bigint; readonly continuous: boolean; readonly resultWords: number })[];
  readonly tops: readonly (ValueShape & { readonly top: number })[];
}

export interface GroupsShape {
  readonly n: number;
  readonly keys: readonly KeyShape[];
  readonly slots: number;
  readonly declared: boolean;
}

export function lookUpsCost(meter: RowsMeter, by: GroupsShape, { distinct, quantiles, tops }: LookUps): void {
  for (const value of distinct) distinctCost(meter, by, value);
  for (const q of quantiles) {
    sortedCost(meter, by, q);
    quantileCost(meter, by, q);
  }
  for (const { top, ...value } of tops) {
    const words = sortedCost(meter, by, value);
    const places = top * by.slots;
    meter.negative(places, countWidth(by.n + top));
    meter.mask(places, 1);
    elementsCost(meter, by.n, places, words);
    meter.mask(places, words);
  }
}

function distinctCost(meter: RowsMeter, { n, keys, slots, declared }: GroupsShape, { low, high, words: own }: ValueShape): void {
  const bits = widthOf(low < 0n ? low : 0n, high > 0n ? high : 0n);
  const words = widthOf(low, high) > 64 ? 2 : 1;
  meter.widen(n, own, words, widthOf(low, high));
  meter.mask(n, words);
  meter.inject(n, 1);
  const most = (high - low + 2n) * BigInt(slots);
  const values = most < BigInt(n) ? Number(most) : n;
  groupCost(meter, { n, keys: [...keys, { bits: 2, words: 1 }, { bits, words }], slots: values, declared: false }, [], []);
  groupCost(meter, { n: values, keys, slots, declared }, [1], []);
}

/** The words that sorted values stand in. */
function sortedCost(meter: RowsMeter, { n, keys, slots, declared }: GroupsShape, { low, high, words: own }: ValueShape): number {
  const bits = widthOf(0n, high - low);
  const words = wordsForBits(bits);
  meter.widen(n, own, words, widthOf(low, high));
  meter.mask(n, words);
  meter.inject(n, 1);
  const groups = declared && slots === 1 ? [] : keys;
  meter.sort({ length: n, words: [words], bits: 0 }, [{ bits: 2, words: 1 }, ...groups, { bits, words }]);
  return words;
}

function quantileCost(meter: RowsMeter, { n, slots }: GroupsShape, q: LookUps['quantiles'][number]): void {
  const { over, under } = fraction(q.at);
  const bits = widthOf(0n, q.high - q.low);
  const words = wordsForBits(bits);
  meter.isZero(slots, countWidth(n));
  if (q.continuous) {
    meter.inject(slots, 1);
    quotientCost(meter, slots, under, over * BigInt(n));
    const places = under === 1n ? slots : 2 * slots;
    elementsCost(meter, n, places, words);
    meter.widen(places, words, q.resultWords, bits);
    if (under !== 1n) meter.widen(slots, 1, q.resultWords, 16);
    if (under !== 1n) meter.multiply(slots, q.resultWords);
  } else {
    const most = over * BigInt(n) + under;
    quotientCost(meter, slots, under, most);
    meter.isZero(slots, widthOf(0n, most));
    meter.inject(slots, 1);
    elementsCost(meter, n, slots, words);
    meter.widen(slots, words, q.resultWords, bits);
  }
  meter.mask(slots, q.resultWords);
}

function quotientCost(meter: RowsMeter, slots: number, divisor: bigint, most: bigint): void {
  if (divisor === 1n) return;
  const bits = widthOf(0n, most > divisor ? most : divisor);
  const shift = divisor.toString(2).length - 1;
  if (divisor === 1n << BigInt(shift)) meter.shiftRight(slots, shift, bits, 1);
  else meter.divide(slots, bits, 1);
}

function elementsCost(meter: RowsMeter, n: number, places: number, words: number): void {
  if (looksUpByJoin(places, n)) {
    meter.joinToLeft('left', places, { length: n, words: [words], bits: 0 }, [{ bits: widthOf(0n, BigInt(n)), words: 1 }], 1);
    return;
  }
  const square = squareOf(n + 1);
  meter.toBits(places, square.bits + 1);
  for (const [size, bits] of [
    [square.columns, square.columnBits],
    [square.rows, square.bits - square.columnBits],
  ] as const) {
    for (let bit = 0; bit < bits; bit++) meter.and(places * 2 ** bit);
    meter.inject(places * size, words);
  }
  const atOnce = placesAtOnce(square);
  for (let from = 0; from < places; from += atOnce) {
    const count = Math.min(atOnce, places - from);
    meter.sumOfProducts(count * square.rows, square.columns, words);
    meter.sumOfProducts(count, square.rows, words);
  }
}
