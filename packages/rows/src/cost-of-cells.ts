/** What aggregating rows costs: the steps of `few-cells.ts`, `many-cells.ts`, `distinct.ts` and `quantiles.ts`, on shapes. */
import { comparisonBits, type Plan, type PlanRows, setSize } from '@sluis/model';
import type { KeyShape, RowsMeter } from '@sluis/technique';
import { fewEnough, fewForExtremes } from './few-cells.ts';
import { splitDigits } from './one-hot-sums.ts';
import { fieldColumns } from './owner-fields.ts';
import { widthOf } from './row-values.ts';
import { countWidth } from './summands.ts';

/** Rows at a time in `one-hot-sums.ts`. */
const STRIPE = 2 ** 16;

/** Aggregates that need the values themselves: widths, and the words of results. */
interface Values {
  readonly distinct: readonly number[];
  readonly quantiles: readonly { readonly bits: number; readonly words: number }[];
}

interface Shape {
  readonly meter: RowsMeter;
  readonly rows: PlanRows;
  readonly n: number;
  readonly owners: number;
  readonly contributions: number;
  /** Words of each sum's accumulator, and of each extreme's with its width. */
  readonly sums: readonly number[];
  readonly extremes: readonly { readonly words: number; readonly bits: number }[];
}

export interface RowWidths {
  readonly owners: number;
  /** Width of each key's number, and of each accumulator's value. */
  readonly keyBits: readonly number[];
  readonly valueBits: readonly number[];
}

export function cellsCost(meter: RowsMeter, plan: Plan, rows: PlanRows, { owners, keyBits, valueBits }: RowWidths): void {
  const of = (...kinds: string[]) =>
    rows.accumulators.flatMap((a, i) => (kinds.includes(a.kind) ? [plan.accumulators[i] as Plan['accumulators'][number]] : []));
  const shape: Shape = {
    ...{ meter, rows, owners, n: rows.maximumRows, contributions: new Set(rows.contributions.map((e) => JSON.stringify(e))).size },
    sums: of('sum').map((a) => a.words),
    extremes: of('min', 'max').map((a) => ({ words: a.words, bits: comparisonBits(a) })),
  };
  const indices = (...kinds: string[]) => rows.accumulators.flatMap((a, i) => (kinds.includes(a.kind) ? [i] : []));
  const values: Values = {
    distinct: indices('distinct').map((i) => valueBits[i] ?? 64),
    quantiles: indices('quantile', 'quantile_disc').map((i) => ({ bits: valueBits[i] ?? 64, words: plan.accumulators[i]?.words ?? 1 })),
  };
  if (rows.secretSlots !== null) {
    const keys = keyBits.map((bits): KeyShape => ({ bits, words: 1 }));
    manyCost(shape, keys, rows.secretSlots, false);
    valuesCost(shape, values, keys, rows.secretSlots, false);
    const words = [...new Array<number>(2 * shape.contributions).fill(1), ...plan.accumulators.map((a) => a.words)];
    meter.shuffle({ length: rows.secretSlots, words, bits: 0 });
    return;
  }
  for (const set of plan.groupingSets) {
    const digits = set.map((k) => plan.keys[k]?.size ?? 0).filter((s) => s > 1);
    const cells = setSize(plan, set);
    const keys = [{ bits: widthOf(0n, BigInt(cells)), words: 1 }];
    const few = fewEnough(digits, shape.n, shape.contributions + shape.sums.length);
    if (few && (shape.extremes.length === 0 || fewForExtremes(cells, shape.n))) fewCost(shape, digits, cells);
    else manyCost(shape, keys, cells, true);
    valuesCost(shape, values, keys, cells, few);
  }
}

function fewCost(shape: Shape, digits: readonly number[], cells: number): void {
  const { meter, n, owners, contributions } = shape;
  for (let c = 0; c < contributions; c++) meter.inject(n, 1);
  for (const words of shape.sums) meter.mask(n, words);
  const widths = [...new Array<number>(contributions).fill(1), ...shape.sums];
  for (let from = 0; from < n; from += STRIPE) stripeCost(meter, digits, widths, contributions, owners, Math.min(STRIPE, n - from));
  for (const { words, bits } of shape.extremes) {
    meter.select(n, words);
    if (cells > 1) for (let c = 0; c < cells; c++) meter.isZero(n, widthOf(-BigInt(cells), BigInt(cells)));
    if (cells > 1) for (let c = 0; c < cells; c++) meter.select(n, words);
    for (let open = n; open > 1; open = Math.ceil(open / 2)) meter.extreme(cells * (open >> 1), 2, bits + 1, words);
  }
  for (let c = 0; c < contributions; c++) presenceCost(shape, cells * owners);
}

function presenceCost({ meter, n }: Shape, counts: number): void {
  meter.isZero(counts, countWidth(n));
  meter.inject(counts, 1);
}

function stripeCost(
  meter: RowsMeter,
  digits: readonly number[],
  widths: readonly number[],
  counts: number,
  owners: number,
  size: number,
): void {
  const { first } = splitDigits(digits, widths.length);
  for (const d of digits) meter.isZero(size * d, widthOf(0n, BigInt(d) - 1n));
  const combined = (list: readonly number[]) =>
    list.reduce((open, d, i) => {
      if (i > 0) meter.and(size * open * d);
      return open * d;
    }, 1);
  const front = combined(digits.slice(0, first));
  const back = combined(digits.slice(first));
  widths.forEach((words, s) => {
    if (digits.length > first) meter.inject(size * back, words);
    if (first > 0) for (let a = 0; a < front; a++) meter.mask(size, words);
    if (digits.length === first) return;
    const owned = s < counts && owners > 1 ? owners : 1;
    for (let i = 0; i < front * back * owned; i++) meter.innerProduct(Math.ceil(size / owned), words);
  });
}

function manyCost(shape: Shape, keys: readonly KeyShape[], slots: number, declared: boolean): void {
  const { meter, n, owners, contributions } = shape;
  for (let c = 0; c < contributions; c++) meter.inject(n, 1);
  for (const words of shape.sums) meter.mask(n, words);
  for (const { words } of shape.extremes) meter.select(n, words);
  const fields = owners > 1 ? fieldColumns(n, owners, contributions) : 0;
  const all = shape.rows.contributions.some((e) => e === null) ? 1 : 0;
  const words = [...new Array<number>(contributions - all + fields).fill(1), ...shape.sums];
  groupCost(shape, keys, slots, declared, words, shape.extremes);
  if (owners === 1) presenceCost(shape, slots * contributions);
  if (owners <= 1) return;
  const width = n.toString(2).length;
  const per = Math.floor(62 / width);
  for (let f = 0; f < fields; f++) meter.toBits(slots, per * width);
  for (let open = width; open > 1; open = Math.ceil(open / 2)) meter.and(slots * owners * contributions * (open >> 1));
  meter.inject(slots * owners * contributions, 1);
}

function groupCost(
  { meter, n }: Shape,
  keys: readonly KeyShape[],
  slots: number,
  declared: boolean,
  sums: readonly number[],
  extremes: Shape['extremes'],
): void {
  const aggregates = [
    ...sums.map((words) => ({ kind: 'sum' as const, words })),
    ...extremes.map(({ words, bits }) => ({ kind: 'min' as const, words, bits })),
  ];
  meter.groupAggregate(n + (declared ? slots : 0), keys, aggregates, slots);
  if (declared || slots >= n) return;
  meter.inject(n, 1);
  meter.isZero(1, 64);
  meter.openBits(1);
}

function valuesCost(shape: Shape, values: Values, keys: readonly KeyShape[], slots: number, few: boolean): void {
  const { meter, n, rows } = shape;
  const declared = rows.secretSlots === null;
  for (const bits of values.distinct) {
    meter.mask(n, 1);
    meter.inject(n, 1);
    groupCost(shape, [...keys, { bits: 2, words: 1 }, { bits, words: 1 }], n, false, [], []);
    groupCost(shape, keys, slots, declared, [1], []);
  }
  for (const { bits, words } of values.quantiles) {
    meter.inject(n, 1);
    if (few) stripeCost(meter, [slots], [1], 1, 1, n);
    else groupCost(shape, keys, slots, declared, [1], []);
    meter.mask(n, 1);
    meter.inject(n, 1);
    meter.sort({ length: n, words: [1], bits: 0 }, [{ bits: 2, words: 1 }, ...keys, { bits, words: 1 }]);
    meter.toBits(2 * slots, widthOf(0n, BigInt(n)));
    meter.inject(4 * slots * Math.ceil(Math.sqrt(n)), 1);
    meter.multiply(2 * slots * Math.ceil(Math.sqrt(n)), words);
  }
}
