/**
 * Interval arithmetic in fixed point (18 decimals), rounded outwards: between which values an expression lies, from
 * declared bounds. Exact or rounded the same way everywhere, because the plan's hash depends on it.
 */

export interface Interval {
  readonly lo: bigint;
  readonly hi: bigint;
}

const SCALE = 18;
const ONE = 10n ** 18n;

const floorDiv = (a: bigint, b: bigint): bigint => (a % b !== 0n && a < 0n !== b < 0n ? a / b - 1n : a / b);
const ceilDiv = (a: bigint, b: bigint): bigint => -floorDiv(-a, b);
const lesser = (a: bigint, b: bigint): bigint => {
  if (b < a) return b;
  return a;
};
const lowest = (...xs: bigint[]): bigint => xs.reduce(lesser);
const highest = (...xs: bigint[]): bigint => -xs.map((x) => -x).reduce(lesser);

/** Reads decimal text such as "-12.5" or "1e3"; null if it is none. */
export function parseFixed(text: string): bigint | null {
  const match = /^(-?)(\d+)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?$/i.exec(text.trim());
  if (match === null) return null;
  const fraction = match[3] ?? '';
  const shift = SCALE - fraction.length + Number(match[4] ?? 0);
  const digits = BigInt((match[2] ?? '0') + fraction);
  const size = shift >= 0 ? digits * 10n ** BigInt(shift) : ceilDiv(digits, 10n ** BigInt(-shift));
  return match[1] === '-' ? -size : size;
}

/** What a literal is, as an interval: a value finer than the fixed point lies between two of its steps. */
export function literalInterval(text: string): Interval | null {
  const at = parseFixed(text);
  if (at === null) return null;
  const digits = /^-?(\d+)(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(text.trim());
  const places = (digits?.[2]?.length ?? 0) - Number(digits?.[3] ?? 0);
  if (places <= SCALE) return { lo: at, hi: at };
  return at < 0n ? { lo: at, hi: at + 1n } : { lo: at - 1n, hi: at };
}

/**
 * Bounds of what is rounded to a binary floating-point number of `bits` significant bits. Rounding is monotone, so a bound
 * that is such a number holds as it is; any other is moved outwards by at least one unit in its last place. Without this
 * a difference of large numbers could leave its bounds for certain rows, and a provider's engine would fail for them.
 */
export function roundedTo(bits: number, a: Interval): Interval {
  const room = (x: bigint): bigint => (isBinary(bits, x) ? 0n : ((x < 0n ? -x : x) >> BigInt(bits - 2)) + 1n);
  return { lo: a.lo - room(a.lo), hi: a.hi + room(a.hi) };
}

function isBinary(bits: number, x: bigint): boolean {
  if (x % ONE !== 0n) return false;
  let whole = x < 0n ? -x / ONE : x / ONE;
  while (whole !== 0n && whole % 2n === 0n) whole /= 2n;
  return whole < 2n ** BigInt(bits);
}

export const between = (lo: bigint | number, hi: bigint | number): Interval => ({ lo: BigInt(lo) * ONE, hi: BigInt(hi) * ONE });
export const hull = (a: Interval, b: Interval): Interval => ({ lo: lowest(a.lo, b.lo), hi: highest(a.hi, b.hi) });
export const negate = (a: Interval): Interval => ({ lo: -a.hi, hi: -a.lo });
export const plus = (a: Interval, b: Interval): Interval => ({ lo: a.lo + b.lo, hi: a.hi + b.hi });

export function times(a: Interval, b: Interval): Interval {
  const products = [a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi];
  return { lo: floorDiv(lowest(...products), ONE), hi: ceilDiv(highest(...products), ONE) };
}

/** Largest absolute value. */
export const magnitude = (a: Interval): bigint => highest(a.lo < 0n ? -a.lo : a.lo, a.hi < 0n ? -a.hi : a.hi);

/**
 * Bounds of a quotient. `step` is the smallest absolute value of the divisor other than 0 (fixed point), or null if
 * it is not on a grid; division by 0 is NULL and does not count.
 */
export function quotient(a: Interval, b: Interval, step: bigint | null): Interval | null {
  const parts: Interval[] = [];
  if (b.lo > 0n || b.hi < 0n) parts.push(b);
  else {
    if (step === null) return null;
    if (b.hi > 0n) parts.push({ lo: lowest(step, b.hi), hi: b.hi });
    if (b.lo < 0n) parts.push({ lo: b.lo, hi: highest(-step, b.lo) });
  }
  if (parts.length === 0) return { lo: 0n, hi: 0n };
  return parts
    .map((p) => {
      const tops = [a.lo * ONE, a.hi * ONE];
      const all = tops.flatMap((t) => [floorDiv(t, p.lo), floorDiv(t, p.hi), ceilDiv(t, p.lo), ceilDiv(t, p.hi)]);
      return { lo: lowest(...all), hi: highest(...all) };
    })
    .reduce(hull);
}

export function absolute(a: Interval): Interval {
  return { lo: a.lo > 0n ? a.lo : a.hi < 0n ? -a.hi : 0n, hi: magnitude(a) };
}

/** Both bounds outwards to the next integer (floor, ceil, round, trunc, conversion to integers). */
export const toWhole = (a: Interval): Interval => ({ lo: floorDiv(a.lo, ONE) * ONE, hi: ceilDiv(a.hi, ONE) * ONE });

export const leastOf = (list: readonly Interval[]): Interval => ({
  lo: lowest(...list.map((i) => i.lo)),
  hi: lowest(...list.map((i) => i.hi)),
});
export const greatestOf = (list: readonly Interval[]): Interval => ({
  lo: highest(...list.map((i) => i.lo)),
  hi: highest(...list.map((i) => i.hi)),
});

/** An increasing function computed in floating point; rounded outwards to three digits, so that every platform agrees. */
export function monotone(a: Interval, f: (x: number) => number): Interval | null {
  const lo = outwards(f(Number(a.lo) / 1e18), Math.floor);
  const hi = outwards(f(Number(a.hi) / 1e18), Math.ceil);
  return lo === null || hi === null ? null : { lo, hi };
}

function outwards(x: number, round: (x: number) => number): bigint | null {
  if (!Number.isFinite(x) || Math.abs(x) > 1e60) return null;
  if (x === 0) return 0n;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(x))) - 2);
  return parseFixed(((round(x / unit) + (round === Math.floor ? -1 : 1)) * unit).toPrecision(4));
}

/** The integers at `scale` between which value · 10^scale lies. */
export function integersAt(a: Interval, scale: number): { readonly minimum: bigint; readonly maximum: bigint } {
  const factor = 10n ** BigInt(scale);
  return { minimum: floorDiv(a.lo * factor, ONE), maximum: ceilDiv(a.hi * factor, ONE) };
}

/** The smallest positive number with that many decimals. */
export const gridStep = (scale: number): bigint => 10n ** BigInt(SCALE - Math.min(scale, SCALE));
