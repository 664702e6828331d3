/** From opened integers to the values of aggregates, exactly. Run by: a receiver, and whoever verifies its receipt. */
import {
  type Domain,
  pairSums,
  type PairKind,
  type Plan,
  type PlanAccumulator,
  type PlanAggregate,
  type PlanKey,
  type Released,
} from '@sluis/model';
import { isPair } from './bind-aggregate.ts';
import { isAmong } from './bind-among.ts';
import { type CellColumn, cellText, decimalText, numberText } from './cell-column.ts';
import { inflation, uncentred } from './centred-values.ts';
import { meanValue } from './mean.ts';
import { pairValue } from './pair-values.ts';
import { quotient } from './quotient.ts';
import { decimalOf, isFloat, isInteger } from './types.ts';

/**
 * Values of the plan's aggregates by cell; null where the aggregate is not opened or is NULL. Averages and variances are
 * computed from exact integers, and only the last step rounds to a double.
 */
export function aggregateColumns(plan: Plan, released: Released): CellColumn[] {
  return plan.aggregates.map((aggregate) => {
    const counts = openedCells(plan, released.counts[aggregate.contribution]);
    const parts = aggregate.accumulators.map((a) => openedCells(plan, released.accumulators[a]));
    return aggregateColumn(
      aggregate,
      counts,
      parts,
      aggregate.accumulators.map((a) => accumulatorOf(plan, a)),
    );
  });
}

type Opened = readonly (bigint | null)[];

/** One entry per cell. */
export const openedCells = ({ cellCount }: Plan, cells: Opened = []): Opened =>
  cells.length === cellCount ? cells : Array.from({ length: cellCount }, (_, cell) => cells[cell] ?? null);

function aggregateColumn(aggregate: PlanAggregate, counts: Opened, parts: readonly Opened[], of: readonly PlanAccumulator[]): CellColumn {
  const { kind } = aggregate;
  if (kind === 'count') return { kind: 'scaled', scale: 0, cells: counts };
  const [first = []] = parts;
  const scale = of[0]?.scale ?? 0;
  if (/^(sum|min|max|count_distinct|quantile_disc)$/.test(kind)) return typedColumn(first, scale, aggregate);
  if (kind === 'avg') {
    const mean = meanValue({ scale, centre: centreOf(aggregate) });
    return { kind: 'double', cells: counts.map((count, cell) => meanOf(mean, count, first[cell] ?? null)) };
  }
  const textOf = (count: bigint | null, cell: number): string | null =>
    computedText(
      aggregate,
      count,
      parts.map((p) => p[cell] ?? null),
      of,
    );
  return { kind: 'text', cells: counts.map(textOf) };
}

/** What was found in a histogram for a quantile: its value, or an end of its interval. */
export const quantileColumn = (plan: Plan, aggregate: PlanAggregate, released: Released, accumulator: number): CellColumn =>
  aggregateColumn(
    aggregate,
    openedCells(plan),
    [openedCells(plan, released.accumulators[accumulator])],
    [accumulatorOf(plan, accumulator)],
  );

/** The same as text that DuckDB casts to the aggregate's type. */
export function aggregateValues(plan: Plan, released: Released): (string | null)[][] {
  return aggregateColumns(plan, released).map((column) => column.cells.map((_, cell) => cellText(column, cell)));
}

/** A noisy count may be below 1. */
const meanOf = (mean: (count: bigint, sum: bigint) => number, count: bigint | null, sum: bigint | null): number | null =>
  count === null || sum === null || count < 1n ? null : mean(count, sum);

const centreOf = ({ centres = [] }: PlanAggregate): bigint | null => {
  const [centre = null] = centres;
  return centre === null ? null : BigInt(centre);
};

/** Text of a secret key's value in a cell where it was opened; null for NULL. */
export function secretKeyText(key: PlanKey, plan: Plan, domain: Domain | undefined, released: Released, cell: number): string | null {
  const value = key.accumulator === undefined ? null : (released.accumulators[key.accumulator]?.[cell] ?? null);
  if (value === null || key.accumulator === undefined || String(value) === key.nullCode) return null;
  if (key.size > 0) return domain?.values[Number(value)] ?? null;
  return typedText(value, accumulatorOf(plan, key.accumulator).scale, { type: key.type, dictionary: null });
}

function accumulatorOf(plan: Plan, index: number): PlanAccumulator {
  const accumulator = plan.accumulators[index];
  if (accumulator === undefined) throw new RangeError('the plan names an accumulator that does not exist');
  return accumulator;
}

/** What has a statement of its own: comparisons among organisations, interpolated quantiles, variances, statistics of pairs. */
function computedText(
  aggregate: PlanAggregate,
  count: bigint | null,
  parts: readonly (bigint | null)[],
  of: readonly PlanAccumulator[],
): string | null {
  const [first] = parts;
  if (first === undefined || first === null) return null;
  if (isAmong(aggregate.kind)) return amongText(first, aggregate, of[0]);
  if (aggregate.kind === 'quantile_cont') return continuousText(first, of[0]?.scale ?? 0, aggregate);
  // A noisy count may be below 0.
  if (count === null || count < 1n) return null;
  const known = parts.filter((p) => p !== null);
  if (known.length < parts.length) return null;
  return momentText(aggregate, count, known, of);
}

/** A result that stands for NULL (see `PlanAmong`) is one that no organisation can have. */
function amongText(value: bigint, aggregate: PlanAggregate, of: PlanAccumulator | undefined): string | null {
  if (aggregate.kind === 'auction_price') return value < BigInt(of?.minimum ?? 0) ? null : typedText(value, of?.scale ?? 0, aggregate);
  return value < 0n ? null : typedText(value, 0, aggregate);
}

/** Variances and statistics of pairs, which noise may have measured from the middle of the bounds. */
function momentText(aggregate: PlanAggregate, n: bigint, parts: readonly bigint[], of: readonly PlanAccumulator[]): string | null {
  const { kind } = aggregate;
  const { sums, factors } = uncentred(aggregate, n, parts);
  const { top, bottom } = inflation(kind, factors);
  const scale = of[0]?.scale ?? 0;
  const [first = 0n, squares = 0n] = sums;
  const value = isPair(kind) ? pairNumber(kind, n, sums, of) : spread(kind, n, first, squares, scale);
  return value === null ? null : numberText((value * Number(bottom)) / Number(top));
}

function pairNumber(kind: PairKind, n: bigint, sums: readonly bigint[], of: readonly PlanAccumulator[]): number | null {
  const names = pairSums(kind);
  const scale = (name: 'x' | 'y'): number => of[names.indexOf(name)]?.scale ?? 0;
  return pairValue(kind, n, sums, { x: scale('x'), y: scale('y') });
}

/** An interpolated value, at four decimals more than the values have; DuckDB cuts a DECIMAL off at its own scale. */
function continuousText(value: bigint, scale: number, { type }: PlanAggregate): string | null {
  const decimal = decimalOf(type);
  if (decimal === null) return numberText(quotient(value, 10n ** BigInt(scale)));
  return decimalText(value / 10n ** BigInt(scale - decimal.scale), decimal.scale);
}

function spread(kind: PlanAggregate['kind'], n: bigint, sum: bigint, squares: bigint, scale: number): number | null {
  const sample = kind === 'var_samp' || kind === 'stddev_samp';
  if (sample && n < 2n) return null;
  const variance = quotient(n * squares - sum * sum, n * (sample ? n - 1n : n) * 10n ** BigInt(2 * scale));
  // With noise it may come out below 0, which no variance is.
  return kind.startsWith('stddev') ? Math.sqrt(Math.max(variance, 0)) : Math.max(variance, 0);
}

/** A column of integers / 10^scale, as the aggregate's type has them. */
export function typedColumn(values: readonly (bigint | null)[], scale: number, aggregate: PlanAggregate): CellColumn {
  const decimals = decimalOf(aggregate.type)?.scale ?? (isInteger(aggregate.type) ? 0 : null);
  if (decimals === scale && aggregate.dictionary === null) return { kind: 'scaled', scale, cells: values };
  return { kind: 'text', cells: values.map((v) => (v === null ? null : typedText(v, scale, aggregate))) };
}

function typedText(value: bigint, scale: number, { type, dictionary }: Pick<PlanAggregate, 'type' | 'dictionary'>): string | null {
  if (dictionary !== null) return dictionary[Number(value)] ?? null;
  if (type === 'BOOLEAN') return value === 0n ? 'false' : 'true';
  if (type === 'DATE') return dateText(Number(value));
  if (type === 'TIMESTAMP') return timestampText(value);
  if (isFloat(type)) return numberText(quotient(value, 10n ** BigInt(scale)));
  return decimalOf(type) === null ? String(value) : decimalText(value, scale);
}

function dateText(days: number): string {
  const at = new Date(days * 86_400_000);
  const year = at.getUTCFullYear();
  const shown = String(year > 0 ? year : 1 - year).padStart(4, '0');
  return `${shown}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}${year > 0 ? '' : ' (BC)'}`;
}

const two = (n: number): string => String(n).padStart(2, '0');

function timestampText(microseconds: bigint): string {
  const day = 86_400_000_000n;
  const within = ((microseconds % day) + day) % day;
  const seconds = Number(within / 1_000_000n);
  const date = dateText(Number((microseconds - within) / day));
  const fraction = String(within % 1_000_000n)
    .padStart(6, '0')
    .replace(/0+$/, '');
  const time = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}${fraction === '' ? '' : `.${fraction}`}`;
  return date.endsWith(' (BC)') ? `${date.slice(0, -5)} ${time} (BC)` : `${date} ${time}`;
}
