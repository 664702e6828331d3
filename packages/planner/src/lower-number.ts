/** Numbers, dates and timestamps of rows that are shared: only what can be computed on secrets, exactly where it matters. */
import { fits } from './arithmetic.ts';
import { isDayCount } from './date-bounds.ts';
import { isClosed, type Bound, type OperationNode } from './expression.ts';
import { lowerCondition } from './lower-condition.ts';
import { lowerFunction } from './lower-function.ts';
import { lookUpNumber, readNumber } from './lower-lookup.ts';
import {
  branch,
  bitsOf,
  chosen,
  divided,
  equal,
  floored,
  isNull,
  minus,
  nearestQuotient,
  negated,
  not,
  nothing,
  numberOf,
  plus,
  remainder,
  rounded,
  times,
  truncated,
  WIDEST_ROW_NUMBER,
  type Branch,
  type RowNumber,
} from './row-number.ts';
import { notOnShares, rowColumn, type RowScope } from './row-scope.ts';
import { meetSafely } from './safe-conversions.ts';
import { decimalOf, isFloat, isInteger, isMoment, isNumber } from './types.ts';
import { scaleOf } from './whole-number.ts';

const DAY_US = 86_400_000_000n;

/** Throws RefusedError `plan/unsupported` where a value can't be computed on secrets. */
export async function lowerNumber(node: Bound, scope: RowScope): Promise<RowNumber> {
  const found = (await directly(node, scope)) ?? (await lookUpNumber(node, scope));
  if (found === null || bitsOf(found) > WIDEST_ROW_NUMBER) throw notOnShares(node);
  return found;
}

async function directly(node: Bound, scope: RowScope): Promise<RowNumber | null> {
  if (isClosed(node)) return constant(node);
  if (node.kind === 'column') return column(node.name, node.type, scope);
  if (node.kind !== 'operation') return null;
  if (node.type === 'BOOLEAN') return truthAsNumber(node, scope);
  if (!isNumber(node.type) && !isMoment(node.type)) return null;
  return arithmetic(node, scope);
}

function constant(node: Bound): RowNumber | null {
  if (node.kind === 'constant' && node.text === 'NULL') return nothing();
  const { interval, type } = node;
  if (type === 'BOOLEAN' && interval !== null) return numberOf(interval.lo === 0n ? 0n : 1n);
  if (interval === null) return node.nullable && (isNumber(type) || isMoment(type)) ? nothing() : null;
  if (interval.lo !== interval.hi) return null;
  if (isMoment(type)) return numberOf(interval.lo / 10n ** 18n);
  const size = String(interval.lo < 0n ? -interval.lo : interval.lo).padStart(19, '0');
  return readNumber(`${interval.lo < 0n ? '-' : ''}${size.slice(0, -18)}.${size.slice(-18)}`, 'DECIMAL(38,18)', 18);
}

function column(name: string, type: string, scope: RowScope): RowNumber | null {
  if (type === 'VARCHAR') return null;
  const { expression, encoding } = rowColumn(name, scope);
  const definition = scope.table.columns[name];
  const scale = isFloat(type) ? (definition?.scale ?? 6) : (decimalOf(type)?.scale ?? 0);
  return { expression, scale, lo: encoding.minimum, hi: encoding.maximum, exact: true };
}

async function truthAsNumber(node: Bound, scope: RowScope): Promise<RowNumber> {
  const condition = await lowerCondition(node, scope);
  return chosen([branch(condition, numberOf(1n)), branch(not(condition), numberOf(0n))], nothing());
}

async function arithmetic(node: OperationNode, scope: RowScope): Promise<RowNumber | null> {
  const { name, args } = node;
  switch (name) {
    case '+':
    case '-':
    case '*':
      return linear(node, scope);
    case '/':
      return quotient(node, scope);
    case '//':
    case '%':
      return wholeDivision(node, scope);
    case '^':
      return power(node, scope);
    case 'cast':
      return converted(node, scope);
    case 'case':
    case 'coalesce':
    case 'nullif':
      return choice(node, scope);
    default:
      if (isDayCount(name, args)) return difference(args, scope);
      return lowerFunction(node, scope);
  }
}

async function difference(args: readonly Bound[], scope: RowScope): Promise<RowNumber | null> {
  const [, from, to] = args;
  return from === undefined || to === undefined ? null : minus(await lowerNumber(to, scope), await lowerNumber(from, scope));
}

async function linear(node: OperationNode, scope: RowScope): Promise<RowNumber | null> {
  const { name, args, type, interval } = node;
  if (args.some((a) => !isNumber(a.type) && a.type !== 'DATE' && a.type !== 'NULL')) return null;
  // Where an overflow would give NULL for some rows, secrets would give a number.
  if (!isFloat(type) && !isMoment(type) && !fits(interval, type)) return null;
  const [a, b] = [args[0], args[1]];
  if (a === undefined) return null;
  const x = await lowerNumber(a, scope);
  if (b === undefined) return name === '-' ? negated(x) : x;
  const y = await lowerNumber(b, scope);
  return name === '+' ? plus(x, y) : name === '-' ? minus(x, y) : times(x, y);
}

/** The value of a closed divisor: an integer and its scale; null if it differs by row or is 0. */
async function divisorOf(node: Bound | undefined): Promise<{ readonly value: bigint; readonly scale: number } | null> {
  const closed = node !== undefined && isClosed(node) ? constant(node) : null;
  if (closed === null || closed.expression.op !== 'number' || closed.lo === 0n) return null;
  return { value: closed.lo, scale: closed.scale };
}

/** x / c as a decimal with six to twelve places, as sums of such values are kept. */
async function quotient(node: OperationNode, scope: RowScope): Promise<RowNumber | null> {
  const [a, b] = node.args;
  const by = await divisorOf(b);
  if (a === undefined || b === undefined || !isFloat(node.type) || node.type === 'FLOAT') return null;
  if (by === null) return isClosed(b) ? null : secretQuotient(node, a, b, scope);
  const x = await lowerNumber(a, scope);
  const places = Math.max(scaleOf(node, scope.table.columns), x.scale);
  const factor = 10n ** BigInt(places + by.scale - x.scale);
  const size = by.value < 0n ? -by.value : by.value;
  const even = factor % size === 0n;
  const value = even ? times(x, numberOf(factor / size)) : rounded(times(x, numberOf(factor)), size);
  const result = { ...value, scale: places, exact: x.exact && even };
  return by.value < 0n ? negated(result) : result;
}

/** x / y at so many places, by a divisor that nobody sees. What is rounded already would be off by much where y is small. */
async function secretQuotient(node: OperationNode, a: Bound, b: Bound, scope: RowScope): Promise<RowNumber | null> {
  const known = await lookUpNumber(node, scope);
  if (known !== null) return known;
  const [x, y] = [await lowerNumber(a, scope), await lowerNumber(b, scope)];
  if (!x.exact || !y.exact) return null;
  const places = Math.max(scaleOf(node, scope.table.columns), x.scale - y.scale);
  const top = times({ ...x, scale: 0 }, numberOf(10n ** BigInt(places + y.scale - x.scale)));
  return { ...nearestQuotient(top, y), scale: places, exact: false };
}

/** x // y and x % y. */
async function secretDivision(node: OperationNode, a: Bound, b: Bound, scope: RowScope): Promise<RowNumber | null> {
  const known = await lookUpNumber(node, scope);
  if (known !== null) return known;
  // Where the result would overflow for some rows, DuckDB's is NULL.
  if (!fits(node.interval, node.type)) return null;
  const [x, y] = [await lowerNumber(a, scope), await lowerNumber(b, scope)];
  if (!x.exact || !y.exact) return null;
  return node.name === '//' ? divided(x, y) : remainder(x, y);
}

/** Whole numbers, as DuckDB has them: towards zero, and a remainder with the sign of what is divided. */
async function wholeDivision(node: OperationNode, scope: RowScope): Promise<RowNumber | null> {
  const { name, args, type } = node;
  const [a, b] = args;
  if (a === undefined || b === undefined || !isInteger(type) || !args.every((x) => isInteger(x.type))) return null;
  if (!isClosed(b)) return secretDivision(node, a, b, scope);
  const by = await divisorOf(b);
  if (by === null || by.scale !== 0) return null;
  const x = await lowerNumber(a, scope);
  const size = by.value < 0n ? -by.value : by.value;
  const whole = truncated(x, size);
  if (name === '//') return by.value < 0n ? negated(whole) : whole;
  const rest = minus(x, times(whole, numberOf(size)));
  const largest = size - 1n;
  return { ...rest, lo: x.lo < 0n ? -largest : 0n, hi: x.hi > 0n ? largest : 0n };
}

async function power({ args }: OperationNode, scope: RowScope): Promise<RowNumber | null> {
  const [a, b] = args;
  const by = await divisorOf(b);
  if (a === undefined || by === null || by.scale !== 0 || by.value < 1n || by.value > 4n) return null;
  const x = await lowerNumber(a, scope);
  let out = x;
  for (let i = 1n; i < by.value; i++) out = times(out, x);
  return out;
}

async function converted({ args, type }: OperationNode, scope: RowScope): Promise<RowNumber | null> {
  const [a] = args;
  if (a === undefined || a.type === 'VARCHAR') return null;
  const x = await lowerNumber(a, scope);
  if (a.type === type || a.type === 'NULL') return x;
  if (a.type === 'DATE') return type === 'TIMESTAMP' ? times(x, numberOf(DAY_US)) : null;
  if (a.type === 'TIMESTAMP') return type === 'DATE' ? floored(x, DAY_US) : null;
  if (type === 'DOUBLE') return x;
  const places = isInteger(type) ? 0 : (decimalOf(type)?.scale ?? null);
  // DuckDB rounds halves of floating point to even.
  if (places === null || (isFloat(a.type) && x.scale > places)) return null;
  const result = x.scale <= places ? x : { ...rounded(x, 10n ** BigInt(x.scale - places)), scale: places };
  const unit = 10n ** BigInt(18 - Math.min(18, result.scale));
  return fits({ lo: result.lo * unit, hi: result.hi * unit }, type) ? result : null;
}

async function choice(node: OperationNode, scope: RowScope): Promise<RowNumber | null> {
  const { name, args, roles } = node;
  if (name === 'case') {
    const conditions = args.filter((_, i) => roles[i] === 'decides');
    const values = args.slice(conditions.length);
    if (!meetSafely(values)) return null;
    const branches: Branch[] = [];
    for (const [i, condition] of conditions.entries())
      branches.push(branch(await lowerCondition(condition, scope), await lowerNumber(values[i] as Bound, scope)));
    const last = values[conditions.length];
    return chosen(branches, last === undefined ? nothing() : await lowerNumber(last, scope));
  }
  if (!meetSafely(args)) return null;
  const values: RowNumber[] = [];
  for (const arg of args) values.push(await lowerNumber(arg, scope));
  const [a, b] = values;
  if (name === 'nullif')
    return a === undefined || b === undefined || !a.exact || !b.exact ? null : chosen([branch(equal(a, b), nothing(a.scale))], a);
  const last = values.at(-1);
  return last === undefined
    ? null
    : chosen(
        values.slice(0, -1).map((v) => branch(not(isNull(v.expression)), v)),
        last,
      );
}
