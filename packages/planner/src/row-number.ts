/** Numbers over shared rows with their bounds: whole numbers at a scale, as `RowExpression` has them. */
import { bitsBetween, type RowExpression } from '@sluis/model';

/** A value · 10^scale, between `lo` and `hi` where it is not NULL. */
export interface RowNumber {
  readonly expression: RowExpression;
  readonly scale: number;
  readonly lo: bigint;
  readonly hi: bigint;
  /** False where the number is rounded to its scale: good enough to be added up, not to be compared. */
  readonly exact: boolean;
}

/** Widest number that an expression may have. */
export const WIDEST_ROW_NUMBER = 120;

const least = (...xs: readonly bigint[]): bigint => xs.reduce((a, b) => (b - a < 0n ? b : a));
const most = (...xs: readonly bigint[]): bigint => xs.reduce((a, b) => (b - a > 0n ? b : a));

export const bitsOf = (n: Pick<RowNumber, 'lo' | 'hi'>): number => bitsBetween(least(n.lo, 0n), most(n.hi, 0n));

export const numberOf = (value: bigint, scale = 0): RowNumber => ({
  expression: { op: 'number', value: String(value), bits: bitsBetween(value, value) },
  scale,
  lo: value,
  hi: value,
  exact: true,
});

export const nothing = (scale = 0): RowNumber => ({ expression: { op: 'null', of: 'number' }, scale, lo: 0n, hi: 0n, exact: true });

/** The same value at a larger scale. */
export function finer(n: RowNumber, scale: number): RowNumber {
  if (scale === n.scale) return n;
  return { ...times(n, numberOf(10n ** BigInt(scale - n.scale))), scale };
}

/** Both at the larger of their scales. */
export function aligned(a: RowNumber, b: RowNumber): readonly [RowNumber, RowNumber] {
  const scale = Math.max(a.scale, b.scale);
  return [finer(a, scale), finer(b, scale)];
}

const constantOf = (n: RowNumber): bigint | null => (n.expression.op === 'number' ? BigInt(n.expression.value) : null);

export function plus(a: RowNumber, b: RowNumber): RowNumber {
  const [x, y] = aligned(a, b);
  const [p, q] = [constantOf(x), constantOf(y)];
  if (p !== null && q !== null) return { ...numberOf(p + q, x.scale), exact: x.exact && y.exact };
  return made('add', x, y, x.scale, x.lo + y.lo, x.hi + y.hi);
}

export function minus(a: RowNumber, b: RowNumber): RowNumber {
  const [x, y] = aligned(a, b);
  const [p, q] = [constantOf(x), constantOf(y)];
  if (p !== null && q !== null) return { ...numberOf(p - q, x.scale), exact: x.exact && y.exact };
  return made('subtract', x, y, x.scale, x.lo - y.hi, x.hi - y.lo);
}

/** Scales add up. */
export function times(a: RowNumber, b: RowNumber): RowNumber {
  const [p, q] = [constantOf(a), constantOf(b)];
  if (p !== null && q !== null) return { ...numberOf(p * q, a.scale + b.scale), exact: a.exact && b.exact };
  if (p === 1n) return { ...b, scale: a.scale + b.scale };
  if (q === 1n) return { ...a, scale: a.scale + b.scale };
  const corners = [a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi];
  return made('multiply', a, b, a.scale + b.scale, least(...corners), most(...corners));
}

function made(op: 'add' | 'subtract' | 'multiply', a: RowNumber, b: RowNumber, scale: number, lo: bigint, hi: bigint): RowNumber {
  const expression: RowExpression = { op, args: [a.expression, b.expression], bits: bitsOf({ lo, hi }) };
  return { expression, scale, lo, hi, exact: a.exact && b.exact };
}

/** Quotients of whole numbers between bounds lie between those of these divisors: the ends of both signs' ranges. */
const divisorsOf = ({ lo, hi }: RowNumber): bigint[] => [lo, hi, 1n, -1n].filter((d) => d !== 0n && lo <= d && d <= hi);

/** n / divisor without its fraction, towards zero, of whole numbers (whatever their scales); NULL where the divisor is 0. */
export function divided(n: RowNumber, divisor: RowNumber): RowNumber {
  const ends = divisorsOf(divisor).flatMap((d) => [n.lo / d, n.hi / d]);
  if (ends.length === 0) return nothing();
  const [lo, hi] = [least(...ends), most(...ends)];
  const expression: RowExpression = { op: 'divide', args: [n.expression, divisor.expression], bits: bitsOf({ lo, hi }) };
  return { expression, scale: 0, lo, hi, exact: n.exact && divisor.exact };
}

/** n / divisor rounded half away from zero; NULL where the divisor is 0. */
export function nearestQuotient(n: RowNumber, divisor: RowNumber): RowNumber {
  const size = absolute({ ...divisor, scale: 0 });
  const [whole, two, none] = [{ ...n, scale: 0 }, numberOf(2n), numberOf(0n)];
  // Half of the divisor's size is added, away from zero, and the fraction dropped.
  const half = n.lo >= 0n ? size : n.hi < 0n ? negated(size) : chosen([branch(less(whole, none), negated(size))], size);
  return divided(plus(times(whole, two), half), times({ ...divisor, scale: 0 }, two));
}

/** What is left of n, with its sign and smaller than the divisor; NULL where that is 0. */
export function remainder(n: RowNumber, divisor: RowNumber): RowNumber {
  const times_ = times(divided(n, divisor), divisor);
  // Never further from zero than n itself: the product's own bounds would be far too wide.
  const [from, to] = [least(n.lo, 0n), most(n.hi, 0n)];
  const near = { ...times_, expression: { ...times_.expression, bits: bitsOf({ lo: from, hi: to }) } as RowExpression, lo: from, hi: to };
  const rest = minus(n, near);
  const largest = most(divisor.hi, -divisor.lo) - 1n;
  return { ...rest, lo: n.lo < 0n ? -least(largest, -n.lo) : 0n, hi: n.hi > 0n ? least(largest, n.hi) : 0n };
}

export function negated(n: RowNumber): RowNumber {
  const value = constantOf(n);
  if (value !== null) return { ...n, ...numberOf(-value, n.scale) };
  const [lo, hi] = [-n.hi, -n.lo];
  return { ...n, expression: { op: 'negate', args: [n.expression], bits: bitsOf({ lo, hi }) }, lo, hi };
}

export function absolute(n: RowNumber): RowNumber {
  if (n.lo >= 0n) return n;
  const hi = most(n.hi, -n.lo);
  return { ...n, expression: { op: 'absolute', args: [n.expression], bits: bitsOf({ lo: 0n, hi }) }, lo: 0n, hi };
}

/** Divided by a public positive whole number, rounded half away from zero; the scale stays. */
export function rounded(n: RowNumber, divisor: bigint): RowNumber {
  if (divisor === 1n) return n;
  const round = (v: bigint): bigint => (v < 0n ? -((-v + divisor / 2n) / divisor) : (v + divisor / 2n) / divisor);
  const value = constantOf(n);
  const [lo, hi] = [round(n.lo), round(n.hi)];
  if (value !== null) return { ...numberOf(round(value), n.scale), exact: n.exact };
  return { ...n, expression: { op: 'rescale', args: [n.expression], divisor: String(divisor), bits: bitsOf({ lo, hi }) }, lo, hi };
}

/**
 * ⌊n / divisor⌋. (2n + 1 − d) / 2d lies strictly less than a half from it, so rounding gives it, whatever the sign.
 */
export function floored(n: RowNumber, divisor: bigint): RowNumber {
  if (divisor === 1n) return n;
  const doubled = plus(times({ ...n, scale: 0 }, numberOf(2n)), numberOf(1n - divisor));
  return { ...rounded(doubled, 2n * divisor), scale: n.scale };
}

/** n / divisor without its fraction, towards zero. */
export function truncated(n: RowNumber, divisor: bigint): RowNumber {
  if (n.lo >= 0n) return floored(n, divisor);
  const up = negated(floored(negated(n), divisor));
  if (n.hi <= 0n) return up;
  return chosen([branch(less(n, numberOf(0n, n.scale)), up)], floored(n, divisor));
}

export const less = (a: RowNumber, b: RowNumber): RowExpression => {
  const [x, y] = aligned(a, b);
  return { op: 'less', args: [x.expression, y.expression] };
};

export const equal = (a: RowNumber, b: RowNumber): RowExpression => {
  const [x, y] = aligned(a, b);
  return { op: 'equal', args: [x.expression, y.expression] };
};

export interface Branch {
  readonly if: RowExpression;
  readonly then: RowNumber;
}

/** One branch of a CASE. */
export const branch = <T>(condition: RowExpression, then: T): { readonly if: RowExpression; readonly then: T } => {
  return { if: condition, then };
};

/** The first branch whose condition is true, at the largest scale of all. */
export function chosen(branches: readonly Branch[], otherwise: RowNumber): RowNumber {
  const all = [...branches.map((b) => b.then), otherwise];
  const scale = Math.max(...all.map((n) => n.scale));
  const [fine, rest] = [branches.map((b) => branch(b.if, finer(b.then, scale))), finer(otherwise, scale)];
  const real = [...fine.map((b) => b.then), rest].filter((n) => n.expression.op !== 'null');
  const [lo, hi] = [
    least(...(real.length === 0 ? [0n] : real.map((n) => n.lo))),
    most(...(real.length === 0 ? [0n] : real.map((n) => n.hi))),
  ];
  const expression: RowExpression = {
    op: 'case',
    when: fine.map((b) => branch(b.if, b.then.expression)),
    else: rest.expression,
    bits: bitsOf({ lo, hi }),
  };
  return { expression, scale, lo, hi, exact: all.every((n) => n.exact) };
}

export const isNull = (of: RowExpression): RowExpression => ({ op: 'isNull', args: [of] });
export const not = (of: RowExpression): RowExpression => ({ op: 'not', args: [of] });
export const all = (args: readonly RowExpression[]): RowExpression =>
  args.length === 1 && args[0] !== undefined ? args[0] : { op: 'and', args };
export const any = (args: readonly RowExpression[]): RowExpression =>
  args.length === 1 && args[0] !== undefined ? args[0] : { op: 'or', args };
