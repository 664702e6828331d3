/**
 * How one value of a shared table becomes a number that can be shared: the same in a browser, at a station and in a
 * plan. Integers and decimals in units of their scale, dates in days, timestamps in microseconds, booleans 0 and 1,
 * text as its position in the declared domain, or as a hash where no domain is declared. NULL is 0 with its flag 0.
 *
 * Text without a domain is hashed exactly as it stands (no case folding, no trimming, no Unicode normalisation) to 96
 * bits, the same in all tables of one collaboration so that it can be joined on: 62 bits are the value, 34 more stand in a
 * column of their own, `name#2`, for whatever tells texts apart. Among n different texts the chance that any two have the
 * same hash is below n² · 2^-97: 2^-48 for twenty million texts. Hashes are not keyed: they are shared, and opened only for
 * groups by a column that has the use `reveal`.
 */
import { utf8 } from '@sluis/base';
import { textHasher } from '@sluis/crypto';
import type { Column, Table } from './agreement.ts';
import { decimalFromUnits, literalKey, ordinal, scaleOf, unitLimits } from './agreement-literals.ts';
import { isMatchingColumn, matchingEncoding } from './plan-matching.ts';

export interface ColumnEncoding {
  /** The table's column, or `name#2` for further bits of it. */
  readonly column: string;
  /** Of further bits: the table's column. They are NULL where it is. */
  readonly of?: string;
  /** `matching`: made of a record's keys, and no column of the table. */
  readonly kind: 'number' | 'dictionary' | 'hash' | 'matching';
  /** Smallest and largest value that is not NULL; NULL is 0 under its flag, within these or not. */
  readonly minimum: bigint;
  readonly maximum: bigint;
  /** Width of a signed number that holds both (and 0). At most 64. */
  readonly bits: number;
  readonly nullable: boolean;
}

/** One shared vector of one-word elements. A flag is 0 or 1; only its lowest bit is ever used. */
export type RowVector = { readonly column: string; readonly kind: 'value' | 'present' };

/** Vectors of a row share, in order: value and, where nullable, presence of each column; then whether the row takes part. */
export function rowVectors(columns: readonly ColumnEncoding[]): (RowVector | { readonly column: null; readonly kind: 'valid' })[] {
  const vectors = columns.flatMap((c): RowVector[] => [
    { column: c.column, kind: 'value' },
    ...(c.nullable ? [{ column: c.column, kind: 'present' } as const] : []),
  ]);
  return [...vectors, { column: null, kind: 'valid' }];
}

/** Why a value can't stand in a column. */
export type CellProblem = 'missing' | 'not-of-type' | 'outside-bounds' | 'outside-domain';

/** One column's way from text to numbers and back. Make it once for many values. */
export interface CellCodec {
  readonly encoding: ColumnEncoding;
  /** The number for a value as text of the column's type (null is NULL, which encodes as 0), or why there is none. */
  encode(text: string | null): bigint | CellProblem;
  /** Text of an encoded value; null for a hash, and for a number that encodes nothing. NULLs are the flag's to tell. */
  decode(value: bigint): string | null;
}

const DAY_US = 86_400_000_000n;
const FIRST_DAY = -719_162n;
const LAST_DAY = 2_932_896n;
/** Bits of a text's hash in its first column. */
export const HASH_BITS = 62n;
/** Bits of a text's hash in its second column. */
export const MORE_HASH_BITS = 34n;
const MORE = '#2';
const PLAIN = /^(INTEGER|BIGINT|DECIMAL\()/;
const [MINUS, POINT, ZERO] = [0x2d, 0x2e, 0x30];
const BOOLEANS: Readonly<Record<string, bigint>> = { true: 1n, t: 1n, '1': 1n, false: 0n, f: 0n, '0': 0n };

/** Width of the narrowest two's complement number that holds both ends. */
export function bitsBetween(minimum: bigint, maximum: bigint): number {
  const width = (v: bigint) => (v === 0n || v === -1n ? 0 : (v < 0n ? -v - 1n : v).toString(2).length) + 1;
  return Math.max(width(minimum), width(maximum));
}

/** Smallest and largest position of a type, before the agreement narrows it. */
function typeLimits(column: Column): readonly [bigint, bigint] {
  if (column.type === 'BOOLEAN') return [0n, 1n];
  if (column.type === 'DATE') return [FIRST_DAY, LAST_DAY];
  if (column.type === 'TIMESTAMP') return [FIRST_DAY * DAY_US, (LAST_DAY + 1n) * DAY_US - 1n];
  return unitLimits(column);
}

// Math.min and Math.max take no big integers.
function smallest(a: bigint, others: readonly bigint[]): bigint {
  let found = a;
  for (const b of others) if (b < found) found = b;
  return found;
}
const largest = (a: bigint, others: readonly bigint[]): bigint =>
  -smallest(
    -a,
    others.map((b) => -b),
  );

/** What the agreement allows of a column that has an order: type, bounds and domain together. */
function limits(column: Column): readonly [bigint, bigint] {
  const ranges = [typeLimits(column)];
  const add = (ends: readonly string[]) => {
    const [first, ...others] = ends.map((e) => ordinal(column, e)).filter((o) => o !== null);
    if (first !== undefined) ranges.push([smallest(first, others), largest(first, others)]);
  };
  if (column.bounds !== undefined) add(column.bounds);
  if (column.domain !== undefined) add('range' in column.domain ? column.domain.range : column.domain.values);
  return ranges.reduce(([low, high], [a, b]) => [largest(low, [a]), smallest(high, [b])]);
}

/** Where further bits of a column of hashed text stand. */
export const moreOf = (column: string): string => `${column}${MORE}`;

/** The table's column that an encoding's column is, or is more of. */
export const tableColumn = (name: string): string => (name.endsWith(MORE) ? name.slice(0, -MORE.length) : name);

const isHashed = ({ type, domain }: Column): boolean => type === 'VARCHAR' && (domain === undefined || !('values' in domain));

function encodingsOfColumn(name: string, column: Column): ColumnEncoding[] {
  const encoding = encodingOf(name, column);
  return encoding.kind === 'hash' ? [encoding, moreEncoding(name)] : [encoding];
}

function moreEncoding(of: string): ColumnEncoding {
  const maximum = (1n << MORE_HASH_BITS) - 1n;
  return { column: moreOf(of), of, kind: 'hash', minimum: 0n, maximum, bits: bitsBetween(0n, maximum), nullable: false };
}

function encodingOf(name: string, column: Column): ColumnEncoding {
  const of = (kind: ColumnEncoding['kind'], minimum: bigint, maximum: bigint): ColumnEncoding => ({
    column: name,
    kind,
    minimum,
    maximum,
    bits: bitsBetween(minimum, maximum),
    nullable: column.nullable,
  });
  if (column.type !== 'VARCHAR') return of('number', ...limits(column));
  if (isHashed(column)) return of('hash', 0n, (1n << HASH_BITS) - 1n);
  const values = column.domain !== undefined && 'values' in column.domain ? column.domain.values.length : 0;
  return of('dictionary', 0n, BigInt(values - 1));
}

/**
 * Encodings of a table's columns, or of those named, in the order of their names as in the agreement's canonical form:
 * whoever holds the agreement in another order shares the same vectors. Hashed text has two. Columns of matchings follow as
 * they are named.
 */
export function encodingsOf(table: Pick<Table, 'columns'>, only?: readonly string[]): ColumnEncoding[] {
  const all = Object.keys(table.columns)
    .sort()
    .flatMap((name) => encodingsOfColumn(name, table.columns[name] as Column));
  if (only === undefined) return all;
  return [...all.filter((e) => only.includes(e.column)), ...only.filter(isMatchingColumn).map(matchingEncoding)];
}

/** 62 and 34 bits of a hash of text as it stands, for columns without a declared domain. Make it once for many texts. */
export function textHash(collaboration: string): (text: string) => readonly [bigint, bigint] {
  const hash = textHasher('sluis/text-cell/1', utf8(collaboration), utf8('exact'));
  return (text) => {
    const digest = hash(text);
    const view = new DataView(digest.buffer, digest.byteOffset, digest.length);
    return [view.getBigUint64(0) >> (64n - HASH_BITS), view.getBigUint64(8) >> (64n - MORE_HASH_BITS)];
  };
}

/** Position of a value among those of its type, from the texts that DuckDB takes for that type without rounding. */
function positionOf(column: Column, text: string): bigint | null {
  const trimmed = text.trim();
  if (column.type === 'BOOLEAN') return BOOLEANS[trimmed.toLowerCase()] ?? null;
  if (column.type === 'DOUBLE') return onGrid(column, trimmed);
  const position = ordinal(column, trimmed);
  if (position === null || column.type === 'DATE' || column.type === 'TIMESTAMP') {
    const [low, high] = typeLimits(column);
    return position !== null && position >= low && position <= high ? position : null;
  }
  return position;
}

/**
 * value · 10^scale of plain digits with at most that many decimals, or NaN: what nearly every number in a file looks like,
 * ten times as fast as by regular expression and big integer. Fewer than 16 digits, so that it is exact.
 */
function plainUnits(text: string, scale: number): number {
  const negative = text.charCodeAt(0) === MINUS;
  const first = negative ? 1 : 0;
  let units = 0;
  let decimals = -1;
  for (let i = first; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === POINT && decimals === -1 && i > first) decimals = 0;
    else if (c < ZERO || c > ZERO + 9) return Number.NaN;
    else {
      units = units * 10 + (c - ZERO);
      if (decimals !== -1) decimals += 1;
    }
  }
  const missing = scale - Math.max(0, decimals);
  if (text.length === first || text.length + missing > 15 || missing < 0 || decimals === 0) return Number.NaN;
  const scaled = units * 10 ** missing;
  return negative && scaled !== 0 ? -scaled : scaled;
}

/** A DOUBLE on its grid of `scale` decimals, as DuckDB's CAST(x · 1e… AS BIGINT): a tie goes to the even neighbour. */
function onGrid(column: Column, text: string): bigint | null {
  if (!/^-?\d{1,60}(\.\d{1,60})?([eE][+-]?\d{1,3})?$/.test(text)) return null;
  const scaled = Number(text) * Number(`1e${scaleOf(column)}`);
  const [low, high] = unitLimits(column);
  if (!Number.isFinite(scaled) || scaled < Number(low) || scaled > Number(high)) return null;
  const below = Math.floor(scaled);
  const over = scaled - below;
  return BigInt(over > 0.5 || (over === 0.5 && below % 2 !== 0) ? below + 1 : below);
}

function textOf(column: Column, value: bigint): string | null {
  if (column.type === 'BOOLEAN') return value === 1n ? 'true' : value === 0n ? 'false' : null;
  if (column.type !== 'DATE' && column.type !== 'TIMESTAMP') return decimalFromUnits(value, scaleOf(column));
  const [day, micros] =
    column.type === 'DATE' ? [value, 0n] : [value - (((value % DAY_US) + DAY_US) % DAY_US), ((value % DAY_US) + DAY_US) % DAY_US];
  const [low, high] = typeLimits(column);
  if (value < low || value > high) return null;
  const date = new Date(Number(column.type === 'DATE' ? day * 86_400_000n : day / 1000n)).toISOString().slice(0, 10);
  if (column.type === 'DATE') return date;
  const two = (n: bigint) => n.toString().padStart(2, '0');
  const [seconds, fraction] = [micros / 1_000_000n, micros % 1_000_000n];
  const time = `${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`;
  return `${date} ${time}${fraction === 0n ? '' : `.${fraction.toString().padStart(6, '0').replace(/0+$/, '')}`}`;
}

function hashCodec(collaboration: string, name: string, column: Column): CellCodec {
  const own = tableColumn(name);
  const encoding = own === name ? encodingOf(name, column) : moreEncoding(own);
  const hash = textHash(collaboration);
  const part = own === name ? 0 : 1;
  const encode = (t: string | null) =>
    t === null ? (column.nullable ? 0n : 'missing') : t.isWellFormed() ? (hash(t)[part] as bigint) : 'not-of-type';
  return { encoding, encode, decode: () => null };
}

/**
 * The codec of one encoding's column. Run by: contributors, providers' stations that share rows, and planners for constants.
 *
 * @param collaboration - separates hashes of one collaboration from another's.
 * @param column - the table's column that it is, or is more of.
 */
export function cellCodec(collaboration: string, name: string, column: Column): CellCodec {
  if (isHashed(column)) return hashCodec(collaboration, name, column);
  const encoding = encodingOf(name, column);
  const absent = (): bigint | CellProblem => (column.nullable ? 0n : 'missing');
  const values = column.domain !== undefined && 'values' in column.domain ? column.domain.values : null;
  if (encoding.kind === 'dictionary') {
    const positions = new Map((values ?? []).map((v, i) => [v, BigInt(i)]));
    return {
      encoding,
      encode: (text) => (text === null ? absent() : (positions.get(text) ?? 'outside-domain')),
      decode: (value) => (value >= 0n && value < BigInt(values?.length ?? 0) ? (values?.[Number(value)] ?? null) : null),
    };
  }
  const allowed = values === null ? null : new Set(values.map((v) => literalKey(column, v)));
  const [low, high] = limits(column);
  const [lowest, highest] = [Number(low), Number(high)];
  const scale = allowed === null && PLAIN.test(column.type) ? scaleOf(column) : -1;
  return {
    encoding,
    encode(text) {
      if (text === null) return absent();
      if (scale >= 0) {
        const units = plainUnits(text, scale);
        // Compared as numbers: units are exact, and rounding a limit beyond 2^53 does not pass any of them.
        if (units >= lowest && units <= highest) return BigInt(units);
      }
      const position = positionOf(column, text);
      if (position === null) return 'not-of-type';
      if (allowed !== null && !allowed.has(String(position))) return 'outside-domain';
      return position < low || position > high ? 'outside-bounds' : position;
    },
    decode: (value) => textOf(column, value),
  };
}

const codecs = new WeakMap<Column, Map<string, CellCodec>>();

/** One value's number, or why there is none; the codec is kept for the next value of the same column. */
export function encodeCell(collaboration: string, name: string, column: Column, text: string | null): bigint | CellProblem {
  const known = codecs.get(column) ?? new Map<string, CellCodec>();
  codecs.set(column, known);
  const id = `${collaboration}/${name}`;
  const codec = known.get(id) ?? cellCodec(collaboration, name, column);
  known.set(id, codec);
  return codec.encode(text);
}
