/** Values written in an agreement, as text of a column's type: which are well formed, and which mean the same. */

export const NUMERIC_TYPE = /^(INTEGER|BIGINT|DOUBLE|DECIMAL\()/;
const DAY_MS = 86_400_000;
const INTEGER_LIMITS: Readonly<Record<string, readonly [bigint, bigint]>> = {
  INTEGER: [-(2n ** 31n), 2n ** 31n - 1n],
  BIGINT: [-(2n ** 63n), 2n ** 63n - 1n],
};

/** Precision and scale of a DECIMAL type, or null for other types. */
export function decimalType(type: string): { precision: number; scale: number } | null {
  const found = /^DECIMAL\((\d{1,2}),(\d{1,2})\)$/.exec(type);
  return found === null ? null : { precision: Number(found[1]), scale: Number(found[2]) };
}

/** Decimals that values of this type keep. */
export function scaleOf(column: { readonly type: string; readonly scale?: number | undefined }): number {
  return decimalType(column.type)?.scale ?? (column.type === 'DOUBLE' ? (column.scale ?? 6) : 0);
}

/** value · 10^scale as an integer, or null if the text is no decimal number with at most that many decimals. */
export function decimalUnits(text: string, scale: number): bigint | null {
  const found = /^(-?)(\d{1,38})(?:\.(\d{1,18}))?$/.exec(text);
  if (found === null) return null;
  const fraction = (found[3] ?? '').replace(/0+$/, '');
  if (fraction.length > scale) return null;
  const units = BigInt(`${found[2]}${fraction.padEnd(scale, '0')}`);
  return found[1] === '-' ? -units : units;
}

/** Decimal text of units · 10^−scale, without needless zeros. */
export function decimalFromUnits(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Smallest and largest value of a numeric type in units of its scale; DOUBLE is kept to 18 digits on its grid. */
export function unitLimits(column: { readonly type: string; readonly scale?: number | undefined }): readonly [bigint, bigint] {
  const whole = INTEGER_LIMITS[column.type];
  if (whole !== undefined) return whole;
  const largest = 10n ** BigInt(decimalType(column.type)?.precision ?? 18) - 1n;
  return [-largest, largest];
}

function dayNumber(text: string): bigint | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return null;
  const at = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== text) return null;
  return BigInt(at / DAY_MS);
}

function microseconds(text: string): bigint | null {
  const found = /^(\d{4}-\d\d-\d\d)[ T]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,6}))?$/.exec(text);
  const day = found === null ? null : dayNumber(found[1] ?? '');
  if (found === null || day === null) return null;
  const seconds = BigInt(found[2] ?? 0) * 3600n + BigInt(found[3] ?? 0) * 60n + BigInt(found[4] ?? 0);
  return (day * 86_400n + seconds) * 1_000_000n + BigInt((found[5] ?? '').padEnd(6, '0'));
}

/**
 * Position of a value among all values of its type: neighbours differ by one. Null if the text is not of the type
 * or the type has no such order (VARCHAR).
 */
export function ordinal(column: { readonly type: string; readonly scale?: number | undefined }, text: string): bigint | null {
  if (column.type === 'DATE') return dayNumber(text);
  if (column.type === 'TIMESTAMP') return microseconds(text);
  if (column.type === 'BOOLEAN') return text === 'true' ? 1n : text === 'false' ? 0n : null;
  if (column.type === 'VARCHAR') return null;
  const units = decimalUnits(text, scaleOf(column));
  const [low, high] = unitLimits(column);
  return units !== null && units >= low && units <= high ? units : null;
}

/** Text that is equal for two literals exactly if they are the same value of the type; null if it is not of the type. */
export function literalKey(column: { readonly type: string; readonly scale?: number | undefined }, text: string): string | null {
  if (column.type === 'VARCHAR') return text;
  const position = ordinal(column, text);
  return position === null ? null : String(position);
}
