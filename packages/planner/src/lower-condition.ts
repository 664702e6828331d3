/** Conditions on rows that are shared, in three-valued logic. */
import type { RowExpression } from '@sluis/model';
import { domainOf } from './domains.ts';
import { isClosed, print, type Bound, type OperationNode } from './expression.ts';
import { lookUpTruth } from './lower-lookup.ts';
import { lowerNumber } from './lower-number.ts';
import { lowerPosition } from './lower-position.ts';
import { branch, all, any, equal, isNull, less, not, numberOf, times, type RowNumber } from './row-number.ts';
import { notOnShares, rowColumn, type RowScope } from './row-scope.ts';
import { meetSafely } from './safe-conversions.ts';
import { isMoment, isNumber } from './types.ts';

const DAY_US = 86_400_000_000n;
const NEITHER: RowExpression = { op: 'null', of: 'boolean' };

/** Throws RefusedError `plan/unsupported` where a condition can't be tested on secrets. */
export async function lowerCondition(node: Bound, scope: RowScope): Promise<RowExpression> {
  const found = (await directly(node, scope)) ?? (await lookUpTruth(node, scope));
  if (found === null) throw notOnShares(node);
  return found;
}

async function directly(node: Bound, scope: RowScope): Promise<RowExpression | null> {
  if (isClosed(node)) return truth(node, scope);
  if (node.kind === 'column')
    return node.type === 'BOOLEAN' ? { op: 'equal', args: [rowColumn(node.name, scope).expression, numberOf(1n).expression] } : null;
  if (node.kind !== 'operation' || node.type !== 'BOOLEAN') return null;
  const { name, args } = node;
  if (name === 'AND' || name === 'OR') return (name === 'AND' ? all : any)(await each(args, scope));
  if (name === 'NOT') return not(all(await each(args, scope)));
  if (name === 'IS NULL' || name === 'IS NOT NULL') return nullness(node, scope);
  if (/^(=|<>|<|>|<=|>=|IS DISTINCT FROM|IS NOT DISTINCT FROM)$/.test(name)) return comparison(name, args, scope);
  if (name === 'BETWEEN') return between(args, scope);
  if (name === 'IN' || name === 'NOT IN') return membership(node, scope);
  if (name === 'case' || name === 'coalesce') return choice(node, scope);
  if (name === 'cast') return converted(args[0], scope);
  if (/^(isnan|isinf|isfinite)$/.test(name)) return finiteness(name, args[0], scope);
  return null;
}

async function each(nodes: readonly Bound[], scope: RowScope): Promise<RowExpression[]> {
  const out: RowExpression[] = [];
  for (const node of nodes) out.push(await lowerCondition(node, scope));
  return out;
}

/** What DuckDB says of a condition without columns. */
async function truth(node: Bound, scope: RowScope): Promise<RowExpression> {
  const { rows } = await scope.typing.engine.evaluate(`SELECT CAST(CAST(${print(node)} AS BOOLEAN) AS VARCHAR)`);
  const value = rows[0]?.[0] ?? null;
  return value === null ? NEITHER : { op: 'boolean', value: value === 'true' };
}

async function nullness({ name, args }: OperationNode, scope: RowScope): Promise<RowExpression | null> {
  const [value] = args;
  if (value === undefined) return null;
  const yes = name === 'IS NULL';
  if (!value.nullable) return { op: 'boolean', value: !yes };
  const of = await anything(value, scope);
  if (of === null) return null;
  return yes ? isNull(of) : not(isNull(of));
}

/** A value of which only matters whether it is NULL. */
async function anything(value: Bound, scope: RowScope): Promise<RowExpression | null> {
  if (value.kind === 'column') return rowColumn(value.name, scope).expression;
  if (value.type === 'BOOLEAN') return lowerCondition(value, scope);
  return isNumber(value.type) || isMoment(value.type) ? (await lowerNumber(value, scope)).expression : null;
}

/** The tests that comparisons are made of, on two values of any type that has them. */
interface Pair {
  readonly equal: RowExpression;
  readonly less: RowExpression | null;
  readonly more: RowExpression | null;
  readonly nulls: readonly [RowExpression, RowExpression];
}

async function comparison(name: string, args: readonly Bound[], scope: RowScope): Promise<RowExpression | null> {
  const [a, b] = args;
  if (a === undefined || b === undefined) return null;
  const pair = await pairOf(a, b, scope);
  if (pair === null) return null;
  switch (name) {
    case '=':
      return pair.equal;
    case '<>':
      return not(pair.equal);
    case '<':
      return pair.less;
    case '>':
      return pair.more;
    case '<=':
      return pair.more === null ? null : not(pair.more);
    case '>=':
      return pair.less === null ? null : not(pair.less);
    default: {
      const same = any([all([not(any(pair.nulls)), certain(pair.equal)]), all(pair.nulls)]);
      return name === 'IS NOT DISTINCT FROM' ? same : not(same);
    }
  }
}

/** True or false, where NULL counts as false. */
const certain = (of: RowExpression): RowExpression => ({
  op: 'case',
  when: [branch(of, { op: 'boolean', value: true })],
  else: { op: 'boolean', value: false },
  bits: 1,
});

async function pairOf(a: Bound, b: Bound, scope: RowScope): Promise<Pair | null> {
  if (a.type === 'VARCHAR' || b.type === 'VARCHAR') return textPair(a, b, scope);
  if (!meetSafely([a, b]) && !(isMoment(a.type) && isMoment(b.type))) return null;
  const [x, y] = await comparable([a, b], scope);
  if (x === undefined || y === undefined || !x.exact || !y.exact) return null;
  return { equal: equal(x, y), less: less(x, y), more: less(y, x), nulls: [isNull(x.expression), isNull(y.expression)] };
}

/** Numbers that compare as the values do: dates beside timestamps in microseconds. */
async function comparable(nodes: readonly Bound[], scope: RowScope): Promise<RowNumber[]> {
  const stamps = nodes.some((n) => n.type === 'TIMESTAMP');
  const out: RowNumber[] = [];
  for (const node of nodes) {
    const number = await lowerNumber(node, scope);
    out.push(stamps && node.type === 'DATE' ? times(number, numberOf(DAY_US)) : number);
  }
  return out;
}

/** Text with a literal, or two texts: by hash where no list is declared, else by position in one list. */
async function textPair(a: Bound, b: Bound, scope: RowScope): Promise<Pair | null> {
  const hashed = await hashes([a, b], scope);
  if (hashed !== null) {
    const [x, y] = hashed;
    const [first, second] = [x?.[0], y?.[0]];
    if (first === undefined || second === undefined) return null;
    const same = (x ?? []).map((part, i): RowExpression => ({ op: 'equal', args: [part, y?.[i] ?? second] }));
    return { equal: all(same), less: null, more: null, nulls: [isNull(first), isNull(second)] };
  }
  if (a.type !== 'VARCHAR' || b.type !== 'VARCHAR' || isClosed(a) || isClosed(b)) return null;
  const [left, right] = [await domainOf(a, scope.table, scope.typing), await domainOf(b, scope.table, scope.typing)];
  const list = [...new Set([...left.values, ...right.values])].filter((v) => v !== null);
  const [x, y] = [await lowerPosition(a, list, scope), await lowerPosition(b, list, scope)];
  return { equal: equal(x, y), less: null, more: null, nulls: [isNull(x.expression), isNull(y.expression)] };
}

/** Columns of text without a list, and literals beside them, as the parts of their hashes; null if there is no such column. */
async function hashes(nodes: readonly Bound[], scope: RowScope): Promise<(readonly RowExpression[])[] | null> {
  const columns = nodes.map((n) => (n.kind === 'column' && n.type === 'VARCHAR' ? rowColumn(n.name, scope) : null));
  const first = columns.find((c) => c?.encoding.kind === 'hash');
  if (first === null || first === undefined) return null;
  return nodes.map((n, i) => {
    const column = columns[i];
    if (column !== null && column !== undefined && column.encoding.kind === 'hash') return column.parts;
    if (n.kind !== 'constant' || (n.type !== 'VARCHAR' && n.type !== 'NULL')) throw notOnShares(n);
    if (n.type === 'NULL') return first.parts.map(() => ({ op: 'null', of: 'number' }));
    const codes = first.encodeParts(n.text.slice(1, -1).replaceAll("''", "'"));
    if (codes === null) throw notOnShares(n);
    return codes.map((code) => numberOf(code).expression);
  });
}

async function between(args: readonly Bound[], scope: RowScope): Promise<RowExpression | null> {
  const [value, low, high] = args;
  if (value === undefined || low === undefined || high === undefined) return null;
  const [from, to] = [await comparison('>=', [value, low], scope), await comparison('<=', [value, high], scope)];
  return from === null || to === null ? null : all([from, to]);
}

async function membership({ name, args }: OperationNode, scope: RowScope): Promise<RowExpression | null> {
  const [value, ...items] = args;
  if (value === undefined) return null;
  const tests: RowExpression[] = [];
  const constants: string[] = [];
  const number = value.type === 'VARCHAR' ? null : await lowerNumber(value, scope);
  for (const item of items) {
    const fixed = number === null || !isClosed(item) || !number.exact ? null : await whole(item, value, number.scale, scope);
    if (fixed !== null) {
      constants.push(...fixed);
      continue;
    }
    const test = await comparison('=', [value, item], scope);
    if (test === null) return null;
    tests.push(test);
  }
  if (number !== null && constants.length > 0) tests.unshift({ op: 'in', args: [number.expression], values: constants });
  const found = any(tests);
  return name === 'IN' ? found : not(found);
}

/** The integer at `scale` that a literal is: none if it lies between two; null if it is compared some other way. */
async function whole(item: Bound, value: Bound, scale: number, scope: RowScope): Promise<string[] | null> {
  if (!meetSafely([value, item]) || item.type === 'NULL' || (isMoment(value.type) && item.type !== value.type)) return null;
  const n = await lowerNumber(item, scope);
  if (n.expression.op !== 'number') return null;
  const shift = scale - n.scale;
  if (shift >= 0) return [String(n.lo * 10n ** BigInt(shift))];
  const unit = 10n ** BigInt(-shift);
  return n.lo % unit === 0n ? [String(n.lo / unit)] : [];
}

async function choice({ name, args, roles }: OperationNode, scope: RowScope): Promise<RowExpression | null> {
  const deciding = args.filter((_, i) => name === 'case' && roles[i] === 'decides');
  const values = args.slice(deciding.length);
  if (values.some((v) => v.type !== 'BOOLEAN' && v.type !== 'NULL')) return null;
  const branches = await each(values, scope);
  if (name === 'coalesce') {
    const last = branches.pop() ?? NEITHER;
    return { op: 'case', when: branches.map((b) => branch(not(isNull(b)), b)), else: last, bits: 1 };
  }
  const conditions = await each(deciding, scope);
  const when = conditions.map((c, i) => branch(c, branches[i] ?? NEITHER));
  return { op: 'case', when, else: branches[conditions.length] ?? NEITHER, bits: 1 };
}

/** A number as a condition: whether it is not 0. */
async function converted(value: Bound | undefined, scope: RowScope): Promise<RowExpression | null> {
  if (value === undefined) return null;
  if (value.type === 'BOOLEAN') return lowerCondition(value, scope);
  if (!isNumber(value.type)) return null;
  const number = await lowerNumber(value, scope);
  return number.exact ? not(equal(number, numberOf(0n))) : null;
}

/** Shared numbers are finite. */
async function finiteness(name: string, value: Bound | undefined, scope: RowScope): Promise<RowExpression | null> {
  if (value === undefined || !isNumber(value.type)) return null;
  const number = await lowerNumber(value, scope);
  const answer: RowExpression = { op: 'boolean', value: name === 'isfinite' };
  return { op: 'case', when: [branch(isNull(number.expression), NEITHER)], else: answer, bits: 1 };
}
