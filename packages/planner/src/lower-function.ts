/** Functions of numbers and moments that secrets can be put through. */
import { isClosed, type Bound, type OperationNode } from './expression.ts';
import { lowerNumber } from './lower-number.ts';
import {
  branch,
  absolute,
  chosen,
  finer,
  floored,
  isNull,
  less,
  minus,
  negated,
  numberOf,
  plus,
  rounded,
  times,
  truncated,
  type RowNumber,
} from './row-number.ts';
import type { RowScope } from './row-scope.ts';
import { meetSafely } from './safe-conversions.ts';
import { isFloat, isMoment, isNumber } from './types.ts';

const DAY_US = 86_400_000_000n;
const UNIT_US: Readonly<Record<string, bigint>> = { second: 1_000_000n, minute: 60_000_000n, hour: 3_600_000_000n, day: DAY_US };

const one = (n: RowNumber): bigint => 10n ** BigInt(n.scale);

export async function lowerFunction(node: OperationNode, scope: RowScope): Promise<RowNumber | null> {
  const { name, args } = node;
  if (/^(greatest|least)$/.test(name)) return extreme(node, scope);
  if (/^date_?(diff|sub|part|trunc)$/.test(name)) return withUnit(node, scope);
  const [argument] = args;
  if (argument === undefined) return null;
  if (isMoment(argument.type)) return args.length === 1 ? ofMoment(name, argument, scope) : null;
  if (!isNumber(argument.type)) return null;
  return ofNumber(node, argument, scope);
}

async function ofNumber({ name, args }: OperationNode, argument: Bound, scope: RowScope): Promise<RowNumber | null> {
  const float = isFloat(argument.type);
  switch (name) {
    case 'abs':
    case '@':
      return absolute(await lowerNumber(argument, scope));
    case 'sign': {
      const x = await exactNumber(argument, scope);
      return x === null
        ? null
        : chosen([branch(less(x, numberOf(0n)), numberOf(-1n)), branch(less(numberOf(0n), x), numberOf(1n))], zeroUnlessNull(x));
    }
    case 'floor':
    case 'ceil':
    case 'ceiling': {
      const x = await exactNumber(argument, scope);
      if (x === null) return null;
      const whole = name === 'floor' ? floored(x, one(x)) : negated(floored(negated(x), one(x)));
      return { ...whole, scale: 0 };
    }
    case 'trunc': {
      const x = args.length === 1 ? await exactNumber(argument, scope) : null;
      return x === null ? null : { ...truncated(x, one(x)), scale: 0 };
    }
    case 'round': {
      const places = placesOf(args[1]);
      const x = places === null || (float && places !== 0) ? null : await exactNumber(argument, scope);
      return x === null || places === null ? null : roundedTo(x, places);
    }
    default:
      return null;
  }
}

/** 0, or NULL where x is. */
const zeroUnlessNull = (x: RowNumber): RowNumber => ({ ...minus(x, x), lo: 0n, hi: 0n });

async function exactNumber(node: Bound, scope: RowScope): Promise<RowNumber | null> {
  const x = await lowerNumber(node, scope);
  return x.exact ? x : null;
}

function placesOf(node: Bound | undefined): number | null {
  if (node === undefined) return 0;
  const at = isClosed(node) ? node.interval?.lo : undefined;
  return at === undefined || at % 10n ** 18n !== 0n || at < -(30n * 10n ** 18n) || at > 18n * 10n ** 18n ? null : Number(at / 10n ** 18n);
}

function roundedTo(x: RowNumber, places: number): RowNumber {
  if (places >= x.scale) return x;
  const value = rounded(x, 10n ** BigInt(x.scale - places));
  return places >= 0 ? { ...value, scale: places } : times({ ...value, scale: 0 }, numberOf(10n ** BigInt(-places)));
}

/** GREATEST and LEAST leave NULLs out. */
async function extreme({ name, args }: OperationNode, scope: RowScope): Promise<RowNumber | null> {
  if (!meetSafely(args) || !args.every((a) => isNumber(a.type) || isMoment(a.type) || a.type === 'NULL')) return null;
  let best: RowNumber | null = null;
  let nullable = false;
  for (const arg of args) {
    const next = await lowerNumber(arg, scope);
    if (best === null) {
      [best, nullable] = [next, arg.nullable];
      continue;
    }
    const before: RowNumber = best;
    const wins = name === 'greatest' ? less(before, next) : less(next, before);
    const replaces = [...(nullable ? [branch(isNull(before.expression), next)] : []), branch(wins, next)];
    best = bounded(name, chosen(replaces, before), before, next, nullable, arg.nullable);
    nullable = nullable && arg.nullable;
  }
  return best;
}

/** An argument that is never NULL is sure to clamp. */
function bounded(name: string, n: RowNumber, a: RowNumber, b: RowNumber, aMissing: boolean, bMissing: boolean): RowNumber {
  const sure = [...(aMissing ? [] : [a]), ...(bMissing ? [] : [b])].map((x) => finer(x, n.scale));
  const lo = name === 'greatest' ? sure.reduce((least, x) => (x.lo - least > 0n ? x.lo : least), n.lo) : n.lo;
  const hi = name === 'least' ? sure.reduce((most, x) => (x.hi - most < 0n ? x.hi : most), n.hi) : n.hi;
  return { ...n, lo, hi };
}

async function ofMoment(name: string, argument: Bound, scope: RowScope): Promise<RowNumber | null> {
  const date = argument.type === 'DATE';
  const x = await lowerNumber(argument, scope);
  const days = (): RowNumber => (date ? x : floored(x, DAY_US));
  const micros = (): RowNumber => (date ? times(x, numberOf(DAY_US)) : x);
  switch (name) {
    case 'dayofweek':
    case 'weekday':
      return modulo(plus(days(), numberOf(4n)), 7n);
    case 'isodow':
      return plus(modulo(plus(days(), numberOf(3n)), 7n), numberOf(1n));
    case 'hour':
      return floored(modulo(micros(), DAY_US), 3_600_000_000n);
    case 'minute':
      return floored(modulo(micros(), 3_600_000_000n), 60_000_000n);
    case 'second':
      return floored(modulo(micros(), 60_000_000n), 1_000_000n);
    case 'epoch_us':
      return micros();
    case 'epoch_ms':
      return floored(micros(), 1000n);
    case 'epoch':
      return { ...micros(), scale: 6 };
    default:
      return null;
  }
}

/** Between 0 and `by` − 1. */
function modulo(x: RowNumber, by: bigint): RowNumber {
  return { ...minus(x, times(floored(x, by), numberOf(by))), lo: 0n, hi: by - 1n };
}

const wordOf = (node: Bound | undefined): string =>
  node?.kind === 'constant' ? node.text.replaceAll("'", '').toLowerCase().replace(/s$/, '') : '';

async function withUnit({ name, args, type }: OperationNode, scope: RowScope): Promise<RowNumber | null> {
  const word = wordOf(args[0]);
  const [, from, to] = args;
  if (from === undefined || !isMoment(from.type)) return null;
  if (/part$/.test(name)) return ofMoment({ dow: 'dayofweek' }[word] ?? word, from, scope);
  const unit = UNIT_US[word];
  if (unit === undefined) return null;
  if (/trunc$/.test(name))
    return type === 'TIMESTAMP' && from.type === 'TIMESTAMP' ? times(floored(await lowerNumber(from, scope), unit), numberOf(unit)) : null;
  if (to === undefined || from.type !== 'TIMESTAMP' || to.type !== 'TIMESTAMP') return null;
  const [a, b] = [await lowerNumber(from, scope), await lowerNumber(to, scope)];
  return /diff$/.test(name) ? minus(floored(b, unit), floored(a, unit)) : truncated(minus(b, a), unit);
}
