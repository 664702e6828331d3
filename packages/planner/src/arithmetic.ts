/**
 * Arithmetic that never fails: integers and decimals are widened until declared bounds prove that nothing overflows;
 * only where no width suffices is the operation wrapped in TRY. Division by zero and non-finite results are NULL.
 */
import type { Bound, OperationNode, Role } from './expression.ts';
import {
  absolute,
  between,
  gridStep,
  leastOf,
  magnitude,
  negate,
  parseFixed,
  plus,
  quotient,
  roundedTo,
  times,
  toWhole,
  type Interval,
} from './interval.ts';
import { withNearDates } from './near-dates.ts';
import { decimalOf, integerBits, isFloat, isInteger, isMoment, type Operand, type Typing } from './types.ts';

/** Bounds that follow from the type alone. */
export function naturalBounds(type: string): Interval | null {
  const bits = integerBits(type);
  if (bits !== null) return between(-(2n ** BigInt(bits)), 2n ** BigInt(bits) - 1n);
  const decimal = decimalOf(type);
  if (decimal !== null) return between(-(10n ** BigInt(decimal.width - decimal.scale)), 10n ** BigInt(decimal.width - decimal.scale));
  if (isFloat(type)) return between(-(10n ** 309n), 10n ** 309n);
  if (type === 'BOOLEAN') return between(0, 1);
  if (type === 'DATE') return between(-(2n ** 31n), 2n ** 31n);
  if (type === 'TIMESTAMP') return between(-(2n ** 63n), 2n ** 63n);
  return null;
}

export const boundsOf = (node: Bound): Interval | null => node.interval ?? naturalBounds(node.type);

/** Whether every value between the bounds is one of the type. */
export function fits(interval: Interval | null, type: string): boolean {
  if (interval === null) return false;
  if (isFloat(type)) return magnitude(interval) < 10n ** 318n;
  const bits = integerBits(type);
  if (bits !== null) return magnitude(interval) < 2n ** BigInt(bits) * 10n ** 18n;
  const decimal = decimalOf(type);
  return decimal !== null && magnitude(interval) < 10n ** BigInt(decimal.width - decimal.scale) * 10n ** 18n;
}

/** Bounds of a value once it is a number of this type: floating point rounds. */
export function asType(type: string, interval: Interval | null): Interval | null {
  return interval === null || !isFloat(type) ? interval : roundedTo(type === 'FLOAT' ? 24 : 53, interval);
}

export const operandOf = (node: Bound): Operand => (node.kind === 'constant' ? { literal: node.text } : { type: node.type });

/** NULL where not finite. */
export const finite = (text: string): string => `CASE WHEN isfinite(${text}) THEN ${text} END`;

interface Variant {
  readonly write: (texts: readonly string[]) => string;
  readonly total: boolean;
}

/** Binds `a op b`, or `-a` when there is one argument. */
export async function bindArithmetic(op: string, args: readonly Bound[], typing: Typing): Promise<OperationNode> {
  const raw = (texts: readonly string[]): string => written(op, texts, args);
  const type = await typing.of(args.map(operandOf), raw);
  const interval = asType(type, resultBounds(op, args, type));
  const chosen = await choose(op, args, type, interval, raw, typing);
  return {
    kind: 'operation',
    name: op,
    args,
    roles: rolesOf(op, args, chosen.total),
    type: chosen.type,
    interval,
    nullable: !chosen.total || op === '/' || op === '//' || op === '%' || op === '^' || args.some((a) => a.nullable),
    write: chosen.write,
  };
}

function written(op: string, texts: readonly string[], args: readonly Bound[]): string {
  if (texts.length === 1) return `(${op}${texts[0]})`;
  if (op === '^') return `pow(${texts[0]}, ${texts[1]})`;
  const divides = op === '/' || op === '//' || op === '%';
  const right = divides && !excludesZero(args[1]) ? `nullif(${texts[1]}, 0)` : texts[1];
  return `(${texts[0]} ${op} ${right})`;
}

function excludesZero(node: Bound | undefined): boolean {
  const bounds = node === undefined ? null : boundsOf(node);
  return bounds !== null && (bounds.lo > 0n || bounds.hi < 0n);
}

async function choose(
  op: string,
  args: readonly Bound[],
  type: string,
  interval: Interval | null,
  raw: Variant['write'],
  typing: Typing,
): Promise<Variant & { readonly type: string }> {
  if (isFloat(type)) {
    const safe = op !== '^' && fits(interval, type) && args.every((a) => fits(boundsOf(a), 'DOUBLE'));
    const guarded = op === '^' ? (t: readonly string[]) => finite(`TRY(${raw(t)})`) : (t: readonly string[]) => finite(raw(t));
    return { type, total: safe, write: safe ? raw : guarded };
  }
  if (isInteger(type) || decimalOf(type) !== null) {
    if (fits(interval, type)) return { type, total: true, write: raw };
    for (const wide of widerTypes(args)) {
      const write = (texts: readonly string[]): string => raw(texts.map((t, i) => `CAST(${t} AS ${wide[i] ?? wide[0]})`));
      const wideType = await typing.of(args.map(operandOf), write).catch(() => null);
      if (wideType !== null && fits(interval, wideType)) return { type: wideType, total: true, write };
    }
    if (isInteger(type)) {
      const write = (texts: readonly string[]): string => `TRY(${raw(texts.map((t) => `CAST(${t} AS HUGEINT)`))})`;
      return { type: await typing.of(args.map(operandOf), write), total: false, write };
    }
  } else if (op === '-' && args.length === 2 && args.every((a) => a.type === 'DATE')) {
    return { type, total: true, write: raw };
  }
  return { type, total: false, write: withNearDates(args, type, (texts) => `TRY(${raw(texts)})`) };
}

/** Types to try, per argument, from narrow to wide. */
function widerTypes(args: readonly Bound[]): string[][] {
  if (args.every((a) => isInteger(a.type))) return [args.map(() => 'BIGINT'), args.map(() => 'HUGEINT')];
  const scales = args.map((a) => decimalOf(a.type)?.scale ?? 0);
  return [scales.map((s) => `DECIMAL(38,${s})`)];
}

/** A sum or product enters linearly; a divisor, a remainder, a power or a result that may turn NULL can act as a condition. */
function rolesOf(op: string, args: readonly Bound[], total: boolean): Role[] {
  if (op === '//' || op === '%' || op === '^') return args.map(() => 'both');
  if (op === '/') return ['value', 'both'];
  return args.map((): Role => (total ? 'value' : 'both'));
}

function resultBounds(op: string, args: readonly Bound[], type: string): Interval | null {
  const [left, right] = args;
  const a = left === undefined ? null : asType(type, boundsOf(left));
  if (a === null || left === undefined) return null;
  if (right === undefined) return op === '-' ? negate(a) : a;
  const b = right.type === 'INTERVAL' ? null : asType(type, boundsOf(right));
  if (b === null || isMoment(left.type) !== isMoment(right.type))
    return isMoment(left.type) && right.type !== 'INTERVAL' && b !== null ? shifted(op, a, b) : null;
  switch (op) {
    case '+':
      return plus(a, b);
    case '-':
      return left.type === right.type || !isMoment(left.type) ? (left.type === 'TIMESTAMP' ? null : plus(a, negate(b))) : null;
    case '*':
      return times(a, b);
    case '/':
      return quotient(a, b, stepOf(right));
    case '//': {
      const q = quotient(a, b, stepOf(right));
      return q === null ? null : toWhole(q);
    }
    case '%': {
      const size = leastOf([absolute(a), absolute(b)]).hi;
      return { lo: a.lo >= 0n ? 0n : -size, hi: a.hi <= 0n ? 0n : size };
    }
    case '^':
      return powerBounds(a, right);
    default:
      return null;
  }
}

const shifted = (op: string, a: Interval, days: Interval): Interval | null =>
  op === '+' ? plus(a, days) : op === '-' ? plus(a, negate(days)) : null;

/** Smallest absolute value, other than 0, that a divisor on a fixed grid can have. */
function stepOf(node: Bound): bigint | null {
  if (isInteger(node.type)) return gridStep(0);
  const decimal = decimalOf(node.type);
  return decimal === null ? null : gridStep(decimal.scale);
}

function powerBounds(base: Interval, exponent: Bound): Interval | null {
  const n = exponent.kind === 'constant' ? parseFixed(exponent.text.replace(/^\((.*)\)$/, '$1')) : null;
  if (n === null || n < 0n || n % 10n ** 18n !== 0n || n > 16n * 10n ** 18n) return null;
  const times_ = Number(n / 10n ** 18n);
  let out: Interval = between(1, 1);
  for (let i = 0; i < times_; i++) out = times(out, times_ % 2 === 0 ? absolute(base) : base);
  return out;
}
