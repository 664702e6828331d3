/** What aggregating rows costs: the steps of `few-cells.ts`, `many-cells.ts` and `evaluate.ts`, on shapes. */
import { type Plan, type PlanRows, setSize, wordsForBits } from '@sluis/model';
import type { KeyShape, RowsMeter } from '@sluis/technique';
import { binsCost } from './cost-of-bins.ts';
import { type ExtremeShape, groupCost } from './cost-of-groups.ts';
import { lookUpsCost, type LookUps, type ValueShape } from './cost-of-look-ups.ts';
import { oneHotCost } from './cost-of-one-hot-sums.ts';
import { fewEnough, fewForExtremes } from './few-cells.ts';
import { MOST_FIELDS } from './many-cells.ts';
import { fieldColumns, fieldsPerColumn, fieldWidth } from './owner-fields.ts';
import { widthOf } from './row-values.ts';
import { countWidth, wordsOfSum } from './summands.ts';

/** What is known of rows before they are aggregated. */
export interface FactsShape {
  readonly n: number;
  readonly owners: number;
  /** Whether owners are secret bits: after joins. */
  readonly secretOwners: boolean;
  /** Width of each key's number. */
  readonly keyBits: readonly number[];
  /** Per contribution, each condition once: whether all rows count. */
  readonly countsAll: readonly boolean[];
  /** Per accumulator; null for a key. */
  readonly values: readonly (ValueShape | null)[];
  readonly absolutes: readonly ValueShape[];
  /** Per counted source: numbers of its rows. */
  readonly rowsOf: readonly ValueShape[];
}

/** A column that is added up: words of its values and of the sum; ones are only counted. */
interface SumShape {
  readonly ones: boolean;
  readonly own: number;
  readonly bits: number;
  readonly words: number;
}

interface Shape extends FactsShape {
  readonly meter: RowsMeter;
  readonly sums: readonly SumShape[];
  readonly extremes: readonly (ExtremeShape & { readonly own: number; readonly ownBits: number })[];
}

/** Returns how many secret bits say that there was room. */
export function cellsCost(meter: RowsMeter, plan: Plan, rows: PlanRows, facts: FactsShape): number {
  const shape: Shape = { ...facts, meter, sums: sumsOf(plan, rows, facts), extremes: extremesOf(plan, rows, facts) };
  const looked = lookUpsOf(plan, rows, facts);
  const { n } = facts;
  if (rows.secretSlots !== null) {
    const slots = rows.secretSlots;
    const keys = facts.keyBits.map((bits): KeyShape => ({ bits, words: 1 }));
    manyCost(shape, keys, slots, false);
    lookUpsCost(meter, { n, keys, slots, declared: false }, looked);
    const others = [...shape.sums.filter((s) => !s.ones), ...shape.extremes].map((s) => s.words);
    const tops = looked.tops.flatMap((t) => new Array<number>(t.top).fill(wordsForBits(widthOf(0n, t.high - t.low))));
    const found = [...looked.distinct.map(() => 1), ...looked.quantiles.map((q) => q.resultWords), ...tops];
    const counts = new Array<number>(2 * facts.countsAll.length + keys.length).fill(1);
    meter.shuffle({ length: slots, words: [...counts, ...others, ...found], bits: 0 });
    return slots < n ? 1 : 0;
  }
  const bins = (rows.histograms ?? []).map((_, h) => plan.histograms?.[h]?.size ?? 0);
  for (const set of plan.groupingSets) {
    const digits = set.map((k) => ({ size: plan.keys[k]?.size ?? 0, bits: facts.keyBits[k] ?? 64 })).filter((d) => d.size > 1);
    const cells = setSize(plan, set);
    const keys = [{ bits: widthOf(0n, BigInt(cells)), words: 1 }];
    const sizes = digits.map((d) => d.size);
    const few = fewEnough(sizes, n, facts.countsAll.length + shape.sums.length);
    if (few && (shape.extremes.length === 0 || fewForExtremes(cells, n))) fewCost(shape, digits, cells);
    else manyCost(shape, keys, cells, true);
    lookUpsCost(meter, { n, keys, slots: cells, declared: true }, looked);
    binsCost(meter, bins, digits, n);
  }
  return 0;
}

function sumsOf(plan: Plan, rows: PlanRows, { n, values, absolutes }: FactsShape): SumShape[] {
  const sum = ({ low, high, words }: ValueShape, most: number): SumShape => ({
    ...{ ones: false, own: words, bits: widthOf(low, high) },
    words: wordsOfSum(low, high, n, most),
  });
  const sorted = rows.accumulators.filter((a) => a.kind.startsWith('quantile')).length + absolutes.length;
  return [
    ...rows.accumulators.flatMap((a, i) => (a.kind === 'sum' ? [sum(values[i] as ValueShape, plan.accumulators[i]?.words ?? 1)] : [])),
    ...absolutes.map((v, d) => sum(v, plan.dominances[d]?.words ?? 1)),
    ...Array.from({ length: sorted }, (): SumShape => ({ ones: true, own: 1, bits: 2, words: 1 })),
  ];
}

function extremesOf(plan: Plan, rows: PlanRows, { values }: FactsShape): Shape['extremes'] {
  return rows.accumulators.flatMap((a, i) => {
    if (a.kind !== 'min' && a.kind !== 'max') return [];
    const { low, high, words: own } = values[i] as ValueShape;
    const bits = widthOf(low - 1n, high + 1n);
    return [{ own, ownBits: widthOf(low, high), bits, words: Math.max(plan.accumulators[i]?.words ?? 1, wordsForBits(bits)) }];
  });
}

function lookUpsOf(plan: Plan, rows: PlanRows, { values, absolutes, rowsOf, countsAll }: FactsShape): LookUps {
  const of = (kind: string) =>
    rows.accumulators.flatMap((a, i) => (a.kind.startsWith(kind) ? [{ a, i, value: values[i] as ValueShape }] : []));
  return {
    distinct: [...of('distinct').map((d) => d.value), ...rowsOf.flatMap((v) => countsAll.map(() => v))],
    quantiles: of('quantile').map(({ a, i, value }) => ({
      ...value,
      ...{ at: BigInt(a.quantile), continuous: a.kind === 'quantile', resultWords: plan.accumulators[i]?.words ?? 1 },
    })),
    tops: absolutes.map((v, d) => ({ ...v, top: plan.dominances[d]?.top ?? 0 })),
  };
}

/** Columns before they are added up or compared. */
function summandsCost({ meter, n, countsAll, sums, extremes }: Shape): void {
  for (let c = 0; c < countsAll.length; c++) meter.inject(n, 1);
  for (const s of sums) {
    if (s.ones) meter.inject(n, s.words);
    else meter.widen(n, s.own, s.words, s.bits);
    if (!s.ones) meter.mask(n, s.words);
  }
  for (const e of extremes) {
    meter.widen(n, e.own, e.words, e.ownBits);
    meter.select(n, e.words);
  }
}

function fewCost(shape: Shape, digits: readonly { readonly size: number; readonly bits: number }[], cells: number): void {
  const { meter, n, owners, countsAll, secretOwners, sums } = shape;
  const contributions = countsAll.length;
  summandsCost(shape);
  if (secretOwners) for (let c = 0; c < contributions * owners; c++) meter.mask(n, 1);
  const counts = secretOwners ? contributions * (1 + owners) : contributions;
  const stretches = secretOwners ? 1 : Math.max(1, owners);
  const columns = [...new Array<number>(counts).fill(1), ...sums.map((s) => s.words)];
  oneHotCost(meter, digits, n, columns, (s) => (s < counts ? stretches : 1));
  for (const { words, bits } of shape.extremes) {
    if (cells > 1) for (let c = 0; c < cells; c++) meter.isZero(n, widthOf(-BigInt(cells), BigInt(cells)));
    if (cells > 1) for (let c = 0; c < cells; c++) meter.select(n, words);
    for (let open = n; open > 1; open = Math.ceil(open / 2)) meter.extreme(cells * (open >> 1), 2, bits + 1, words);
  }
  for (let c = 0; c < contributions; c++) presenceCost(shape, cells * owners);
}

function presenceCost({ meter, n }: Shape, counts: number): void {
  if (counts === 0) return;
  meter.isZero(counts, countWidth(n));
  meter.inject(counts, 1);
}

function manyCost(shape: Shape, keys: readonly KeyShape[], slots: number, declared: boolean): void {
  const { meter, n, owners, countsAll, extremes, secretOwners } = shape;
  const contributions = countsAll.length;
  summandsCost(shape);
  const fields = owners > 1 ? fieldColumns(n, owners, contributions) : 0;
  const ones = (count: number) => new Array<number>(count).fill(1);
  const sums = shape.sums.map((s) => s.words);
  if (!secretOwners && fields > MOST_FIELDS) {
    const pairs = Math.min(n, slots * owners);
    const owner = { bits: widthOf(0n, BigInt(owners)), words: 1 };
    groupCost(meter, { n, keys: [...keys, owner], slots: pairs, declared: false }, [...ones(contributions), ...sums], extremes);
    presenceCost(shape, pairs * contributions);
    groupCost(meter, { n: pairs, keys, slots, declared }, [...ones(2 * contributions + 1), ...sums], extremes);
    return;
  }
  if (secretOwners) for (let f = 0; f < owners * contributions; f++) meter.mask(n, 1);
  const counted = countsAll.filter((all) => !all).length;
  groupCost(meter, { n, keys, slots, declared }, [...ones(counted), ...sums, ...ones(fields)], extremes);
  if (owners === 1) presenceCost(shape, slots * contributions);
  if (owners <= 1) return;
  const width = fieldWidth(n);
  for (let f = 0; f < fields; f++) meter.toBits(slots, Math.min(64, fieldsPerColumn(n) * width));
  for (let open = width; open > 1; open = Math.ceil(open / 2)) meter.and(slots * owners * contributions * (open >> 1));
  meter.inject(slots * owners * contributions, 1);
}
