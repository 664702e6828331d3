/**
 * SQL that turns what is aggregated into exact integers at a scale: the committee adds integers only. Widths follow
 * from bounds, so that a provider pays for wide arithmetic only where it is needed.
 */
import { RefusedError } from '@sluis/base';
import type { Column } from '@sluis/model';
import { boundsOf } from './arithmetic.ts';
import { print, type Bound } from './expression.ts';
import { integersAt } from './interval.ts';
import { decimalOf, isFloat, isInteger } from './types.ts';

/** Decimals kept of DOUBLE values for which the agreement declares no scale. */
export const DEFAULT_SCALE = 6;
const MOST_DECIMALS = 12;
const INT64 = 2n ** 63n;
const INT128 = 2n ** 127n;
const DECIMAL_38 = 10n ** 38n;

/** A per-row value as an integer: bounds included. */
export interface Whole {
  readonly node: Bound;
  readonly text: string;
  readonly scale: number;
  readonly minimum: bigint;
  readonly maximum: bigint;
  /** Where 2x − centre is meant instead of x: sums of it need half the noise, or less. The bounds are its own. */
  readonly centre?: bigint;
}

export const sizeOf = (w: Pick<Whole, 'minimum' | 'maximum'>): bigint => {
  const low = w.minimum < 0n ? -w.minimum : w.minimum;
  const high = w.maximum < 0n ? -w.maximum : w.maximum;
  return low > high ? low : high;
};

/**
 * Decimals that are kept: a DECIMAL's own, a DOUBLE column's declared ones, and for computed DOUBLE values as many as
 * 64-bit integers hold between their bounds, from six to twelve.
 */
export function scaleOf(node: Bound, columns: Readonly<Record<string, Column>>, largest = INT64 / 2n): number {
  if (!isFloat(node.type)) return decimalOf(node.type)?.scale ?? 0;
  if (node.kind === 'column') return columns[node.name]?.scale ?? DEFAULT_SCALE;
  const bounds = boundsOf(node);
  let scale = MOST_DECIMALS;
  const least = largest < INT64 / 2n ? 0 : DEFAULT_SCALE;
  while (bounds !== null && scale > least && sizeOf(integersAt(bounds, scale)) >= largest) scale--;
  return scale;
}

/**
 * Throws RefusedError `plan/no-bounds` if the value has no bounds or does not fit in 127 bits. `largest` is how wide a computed
 * DOUBLE may get by the decimals that are kept of it.
 */
export function wholeOf(node: Bound, columns: Readonly<Record<string, Column>>, largest?: bigint): Whole {
  const scale = scaleOf(node, columns, largest);
  const bounds = boundsOf(node);
  const text = print(node);
  if (bounds === null) throw noBounds(text);
  const whole = { node, text, scale, ...integersAt(bounds, scale) };
  if (sizeOf(whole) >= INT128) throw noBounds(text);
  return whole;
}

/** Values this large are left as they are, so that all centred ones fit in 64 bits. */
const LARGEST_CENTRED = 2n ** 60n;

/** The same value measured from the middle of its bounds, in halves; itself where that is 0, or far too wide. */
export function centred(w: Whole): Whole {
  const centre = w.minimum + w.maximum;
  if (centre === 0n || sizeOf(w) >= LARGEST_CENTRED) return w;
  return { ...w, centre, minimum: w.minimum - w.maximum, maximum: w.maximum - w.minimum };
}

const shortened = (text: string): string => (text.length > 120 ? `${text.slice(0, 119)}…` : text);

function noBounds(text: string): RefusedError {
  return new RefusedError('plan/no-bounds', {
    stage: 'plan',
    message: `No bounds are known for ${shortened(text)}, or they are too wide to compute with exactly.`,
    remedy: 'Declare bounds for its columns in the agreement, or clamp the value x in the question: least(greatest(x, lowest), highest).',
  });
}

/** The integer of one row, as BIGINT where that suffices. */
export function rowInteger(w: Whole): string {
  return w.centre === undefined ? plainInteger(w) : `(2 * CAST(${plainInteger(w)} AS BIGINT) - (${w.centre}))`;
}

function plainInteger(w: Whole): string {
  const { type } = w.node;
  const wide = sizeOf(w) >= INT64;
  if (type === 'BOOLEAN') return `CAST(${w.text} AS INTEGER)`;
  if (isInteger(type)) return wide === (type === 'HUGEINT') ? w.text : `CAST(${w.text} AS ${wide ? 'HUGEINT' : 'BIGINT'})`;
  const target = wide ? 'HUGEINT' : 'BIGINT';
  if (isFloat(type)) return `CAST(${w.text} * 1e${w.scale} AS ${target})`;
  if (w.scale === 0) return `CAST(${w.text} AS ${target})`;
  const factor = 10n ** BigInt(w.scale);
  if (sizeOf(w) * factor < 10n ** 18n) return `CAST(CAST(${w.text} AS DECIMAL(18,${w.scale})) * ${factor} AS BIGINT)`;
  if (sizeOf(w) * factor < DECIMAL_38) return `CAST(CAST(${w.text} AS DECIMAL(38,${w.scale})) * ${factor} AS ${target})`;
  return `CAST(replace(CAST(${w.text} AS VARCHAR), '.', '') AS ${target})`;
}

/** Digits of a DECIMAL without its point: exact, and paid once per group. */
const digitsOf = (text: string): string => `CAST(replace(CAST(${text} AS VARCHAR), '.', '') AS HUGEINT)`;

/** SQL of an integer sum over rows; decimal text where a provider's sum may exceed 127 bits. */
export function sumSql(w: Whole, rows: bigint, filter: string): string {
  const total = sizeOf(w) * rows;
  if (w.centre === undefined && decimalOf(w.node.type) !== null && total < DECIMAL_38) return digitsOf(`sum(${w.text})${filter}`);
  const row = rowInteger(w);
  return total < INT128 ? `CAST(sum(${row})${filter} AS HUGEINT)` : wideSum(row, filter);
}

/** SQL of a sum of squares, at twice the scale. */
export function squareSumSql(w: Whole, rows: bigint, filter: string): string {
  const square = sizeOf(w) ** 2n;
  if (square >= INT128) throw noBounds(w.text);
  const decimal = w.centre === undefined && decimalOf(w.node.type) !== null && 2 * w.scale <= 18;
  if (decimal && square * rows < DECIMAL_38) {
    const factor = square < 10n ** 18n ? `CAST(${w.text} AS DECIMAL(18,${w.scale}))` : `CAST(${w.text} AS DECIMAL(38,${w.scale}))`;
    return digitsOf(`sum(${factor} * ${factor})${filter}`);
  }
  const row = square < INT64 ? `CAST(${rowInteger(w)} AS BIGINT)` : `CAST(${rowInteger(w)} AS HUGEINT)`;
  return square * rows < INT128 ? `CAST(sum(${row} * ${row})${filter} AS HUGEINT)` : wideSum(`(${row} * ${row})`, filter);
}

/** SQL of a sum of products of two values, at the sum of their scales. */
export function productSumSql(a: Whole, b: Whole, rows: bigint, filter: string): string {
  const product = sizeOf(a) * sizeOf(b);
  if (product >= INT128) throw noBounds(`${a.text} * ${b.text}`);
  const narrow = [product, sizeOf(a), sizeOf(b)].every((size) => size < INT64);
  const type = narrow ? 'BIGINT' : 'HUGEINT';
  const row = `(CAST(${rowInteger(a)} AS ${type}) * CAST(${rowInteger(b)} AS ${type}))`;
  return product * rows < INT128 ? `CAST(sum(${row})${filter} AS HUGEINT)` : wideSum(row, filter);
}

const SPLIT = 10n ** 18n;

/** Adds high and low digits apart, carries, and writes the sum as decimal text: no intermediate value exceeds 127 bits. */
function wideSum(row: string, filter: string): string {
  const wide = `CAST(${row} AS HUGEINT)`;
  const high = `sum(${wide} // ${SPLIT})${filter}`;
  const low = `sum(${wide} % ${SPLIT})${filter}`;
  const rest = `(((${low}) % ${SPLIT} + ${SPLIT}) % ${SPLIT})`;
  const carried = `((${high}) + ((${low}) - ${rest}) // ${SPLIT})`;
  const positive = `CAST(${carried} AS VARCHAR) || lpad(CAST(${rest} AS VARCHAR), 18, '0')`;
  const negative = `CASE WHEN ${rest} = 0 THEN CAST(${carried} AS VARCHAR) || repeat('0', 18) ELSE '-' || CAST(-${carried} - 1 AS VARCHAR) || lpad(CAST(${SPLIT} - ${rest} AS VARCHAR), 18, '0') END`;
  return `CASE WHEN ${carried} >= 0 THEN ${positive} ELSE ${negative} END`;
}

/** SQL of a minimum or maximum as an integer. `dictionary` lists the values of text in order. */
export function extremeSql(kind: 'min' | 'max', w: Whole, filter: string, dictionary: string | null): string {
  const { type } = w.node;
  if (dictionary !== null) return `CAST(list_position(${dictionary}, ${kind}(${w.text})${filter}) - 1 AS HUGEINT)`;
  if (type === 'BOOLEAN') return `CAST(${kind}(CAST(${w.text} AS INTEGER))${filter} AS HUGEINT)`;
  const call = `${kind}(${w.text})${filter}`;
  if (type === 'DATE') return `CAST(${call} - DATE '1970-01-01' AS HUGEINT)`;
  if (type === 'TIMESTAMP') return `CAST(epoch_us(${call}) AS HUGEINT)`;
  if (isFloat(type)) return `CAST(${call} * 1e${w.scale} AS HUGEINT)`;
  return decimalOf(type) === null ? `CAST(${call} AS HUGEINT)` : digitsOf(call);
}
