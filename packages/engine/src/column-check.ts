/** SQL that types, checks and mends one column of a local source so that it keeps what the agreement says of it. */
import type { Column } from '@sluis/model';
import { quoteName, quoteText } from './database.ts';

/** What the station must know of a column to read it. Stored in the dataset's binding. */
export interface ColumnSpec {
  readonly name: string;
  /** Its name in the source. */
  readonly source: string;
  readonly sourceType: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly domain: Column['domain'] | null;
  readonly bounds: readonly [string, string] | null;
}

export type ViolationKind = 'missing' | 'type' | 'domain' | 'bounds';
export type ViolationPolicy = 'refuse' | 'clip' | 'drop';

const INTEGER_SOURCE = /^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/;

/** The value in the agreed type, or NULL where the raw one has no exact such value. */
export function typedSql(spec: ColumnSpec): string {
  const raw = quoteName(spec.source);
  const cast = plainSql(spec);
  const text = spec.sourceType === 'VARCHAR';
  const when = (condition: string) => `CASE WHEN ${condition} THEN ${cast} END`;
  switch (spec.type) {
    case 'VARCHAR':
    case 'BOOLEAN':
      return cast;
    case 'DOUBLE':
      return when(`isfinite(${cast})`);
    case 'TIMESTAMP':
      return when(`isfinite(${cast})`);
    case 'DATE':
      // A time of day would be cut off silently.
      return when(spec.sourceType === 'DATE' ? `isfinite(${cast})` : `isfinite(${cast}) AND TRY_CAST(${raw} AS TIMESTAMP) = ${cast}`);
    default:
      break;
  }
  if (INTEGER_SOURCE.test(spec.sourceType) || spec.sourceType === spec.type) return cast;
  // DuckDB rounds when it casts to integers and decimals; a rounded value is another value.
  if (text)
    return `CASE WHEN ${plainDigits(raw, spec.type)} THEN ${cast} WHEN TRY_CAST(${raw} AS DECIMAL(38,18)) = ${cast} THEN ${cast} END`;
  if (spec.type.startsWith('DECIMAL') && /^(DOUBLE|FLOAT)$/.test(spec.sourceType)) return cast;
  return when(`${raw} = ${cast}`);
}

/** Text that needs no rounding as it stands: nearly every value, and far cheaper to see than by a comparison of wide decimals. */
function plainDigits(raw: string, type: string): string {
  const scale = Number(/^DECIMAL\(\d+,(\d+)\)$/.exec(type)?.[1] ?? 0);
  return `regexp_full_match(${raw}, '-?[0-9]+${scale === 0 ? '' : `(\\.[0-9]{1,${scale}})?`}')`;
}

/**
 * A source with each column's typed value beside its raw one, computed once a row: the checks below name it many times,
 * and DuckDB is kept from finding what expressions share (see `openDatabase`).
 */
export function withTypedSql(source: string, columns: readonly ColumnSpec[]): string {
  const typed = columns.filter((spec) => typedSql(spec) !== quoteName(spec.source));
  return `SELECT *${typed.map((spec) => `, ${typedSql(spec)} AS ${valueSql(spec)}`).join('')} FROM (${source}) AS source`;
}

/** The typed value's name in `withTypedSql`. */
function valueSql(spec: ColumnSpec): string {
  const raw = quoteName(spec.source);
  return typedSql(spec) === raw ? raw : quoteName(`sluis value ${spec.name}`);
}

/** The value in the agreed type, for columns known to hold no violation. */
export function plainSql(spec: ColumnSpec): string {
  return spec.sourceType === spec.type ? quoteName(spec.source) : `TRY_CAST(${quoteName(spec.source)} AS ${spec.type})`;
}

/** Conditions on `withTypedSql` that are true for a row whose value breaks the agreement; at most one per kind. */
export function violationsSql(spec: ColumnSpec): { readonly kind: ViolationKind; readonly sql: string }[] {
  const raw = quoteName(spec.source);
  const value = valueSql(spec);
  const found: { kind: ViolationKind; sql: string }[] = [];
  if (!spec.nullable) found.push({ kind: 'missing', sql: `${raw} IS NULL` });
  if (value !== raw && spec.type !== 'VARCHAR') found.push({ kind: 'type', sql: `(${raw} IS NOT NULL AND (${value}) IS NULL)` });
  const domain = outsideDomain(spec, value);
  if (domain !== null) found.push({ kind: 'domain', sql: domain });
  const [lo, hi] = limits(spec);
  const outside = [...(lo === null ? [] : [`(${value}) < ${lo}`]), ...(hi === null ? [] : [`(${value}) > ${hi}`])];
  if (outside.length > 0) found.push({ kind: 'bounds', sql: `(${outside.join(' OR ')})` });
  return found.map((v) => ({ ...v, sql: `coalesce(${v.sql}, false)` }));
}

/** What enters the shared table from `withTypedSql` under `clip`: bounds mend the value; anything else leaves NULL. */
export function clippedSql(spec: ColumnSpec): string {
  const value = valueSql(spec);
  const [lo, hi] = limits(spec);
  const domain = outsideDomain(spec, value);
  const cases = [
    ...(domain === null ? [] : [`WHEN ${domain} THEN NULL`]),
    ...(lo === null ? [] : [`WHEN (${value}) < ${lo} THEN ${lo}`]),
    ...(hi === null ? [] : [`WHEN (${value}) > ${hi} THEN ${hi}`]),
  ];
  return cases.length === 0 ? value : `CASE ${cases.join(' ')} ELSE ${value} END`;
}

/** True for rows of `withTypedSql` that stay: under `drop` those without any violation, under `clip` those whose remaining NULLs are allowed. */
export function keepSql(spec: ColumnSpec, policy: ViolationPolicy): string | null {
  if (policy === 'clip') return spec.nullable ? null : `(${clippedSql(spec)}) IS NOT NULL`;
  const violations = violationsSql(spec);
  return violations.length === 0 ? null : `NOT (${violations.map((v) => v.sql).join(' OR ')})`;
}

function outsideDomain(spec: ColumnSpec, value: string): string | null {
  if (spec.domain === null || spec.domain === undefined) return null;
  const literal = (text: string) => `CAST(${quoteText(text)} AS ${spec.type})`;
  if ('range' in spec.domain) {
    const [lo, hi] = spec.domain.range;
    return `(${value}) NOT BETWEEN ${literal(lo)} AND ${literal(hi)}`;
  }
  return `(${value}) NOT IN (${spec.domain.values.map(literal).join(', ')})`;
}

/** Bounds as literals of the column's type, rounded inwards; null where the type itself is narrower. */
function limits(spec: ColumnSpec): readonly [string | null, string | null] {
  if (spec.bounds === null) return [null, null];
  if (spec.type === 'DOUBLE') return [`CAST('${spec.bounds[0]}' AS DOUBLE)`, `CAST('${spec.bounds[1]}' AS DOUBLE)`];
  const grid = gridOf(spec.type);
  if (grid === null) return [null, null];
  const literal = (units: bigint) =>
    units < -grid.largest || units > grid.largest ? null : `CAST('${decimalText(units, grid.scale)}' AS ${spec.type})`;
  return [literal(-floorUnits(negated(spec.bounds[0]), grid.scale)), literal(floorUnits(spec.bounds[1], grid.scale))];
}

function gridOf(type: string): { readonly scale: number; readonly largest: bigint } | null {
  if (type === 'INTEGER') return { scale: 0, largest: 2n ** 31n - 1n };
  if (type === 'BIGINT') return { scale: 0, largest: 2n ** 63n - 1n };
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(type);
  return decimal === null ? null : { scale: Number(decimal[2]), largest: 10n ** BigInt(decimal[1] ?? 0) - 1n };
}

const negated = (text: string): string => (text.startsWith('-') ? text.slice(1) : `-${text}`);

/** Largest whole number of 10^-scale steps not above the decimal text. */
export function floorUnits(text: string, scale: number): bigint {
  const [, sign, whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (sign === undefined) throw new RangeError('a bound is not a decimal number');
  const units = BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'));
  const rest = /[1-9]/.test(fraction.slice(scale));
  return sign === '-' ? -units - (rest ? 1n : 0n) : units;
}

export function decimalText(units: bigint, scale: number): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return units < 0n ? `-${text}` : text;
}
