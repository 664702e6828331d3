/** Values of rows that are shared as positions in a list of values: what group keys and text become. */
import type { RowExpression } from '@sluis/model';
import { isClosed, print, type Bound, type OperationNode } from './expression.ts';
import { lowerCondition } from './lower-condition.ts';
import { lookUpPosition, readNumber } from './lower-lookup.ts';
import { lowerNumber } from './lower-number.ts';
import { branch, bitsOf, chosen, isNull, not, nothing, numberOf, type RowNumber } from './row-number.ts';
import { notOnShares, rowColumn, type RowScope } from './row-scope.ts';
import { isFloat, isMoment, isNumber } from './types.ts';
import { scaleOf } from './whole-number.ts';

/**
 * The position of a value in `list` (texts as DuckDB writes them). With null last in the list NULL has that position;
 * without it NULL stays NULL. What is not in the list is −1. Throws RefusedError `plan/unsupported`.
 */
export async function lowerPosition(node: Bound, list: readonly (string | null)[], scope: RowScope): Promise<RowNumber> {
  const found = await directly(node, list, scope);
  if (found !== null) return found;
  const positions = new Map(list.map((value, i) => [value, i]));
  const withNull = list.includes(null);
  const looked = await lookUpPosition(node, scope, positions).catch(() => null);
  if (looked === null) throw notOnShares(node);
  return withNull ? looked : { ...looked };
}

type List = readonly (string | null)[];

async function directly(node: Bound, list: List, scope: RowScope): Promise<RowNumber | null> {
  if (isClosed(node)) return constant(node, list, scope);
  if (node.kind === 'column' && node.type === 'VARCHAR') {
    const column = rowColumn(node.name, scope);
    return column.encoding.kind === 'hash' ? null : inList(column.expression, 0n, list, column.encode);
  }
  if (node.kind === 'operation' && (node.name === 'case' || node.name === 'coalesce') && node.type === 'VARCHAR')
    return branches(node, list, scope);
  if (node.type === 'BOOLEAN') return truth(node, list, scope);
  return isNumber(node.type) || isMoment(node.type) ? byNumber(node, list, scope) : null;
}

/** `lo` is the smallest number there can be: texts that stand for none get numbers below it. */
function inList(of: RowExpression, lo: bigint, list: List, encode: (text: string) => bigint | null): RowNumber {
  const values = list.map((v, i) => (v === null ? null : String(encode(v) ?? lo - 1n - BigInt(i))));
  const hi = BigInt(list.length - 1);
  const position: RowNumber = {
    expression: { op: 'position', args: [of], values, bits: bitsOf({ lo: -1n, hi }) },
    scale: 0,
    lo: -1n,
    hi,
    exact: true,
  };
  return list.includes(null) ? position : chosen([branch(not(isNull(of)), position)], nothing());
}

const at = (value: string | null, list: List): RowNumber =>
  value === null && !list.includes(null) ? nothing() : numberOf(BigInt(list.indexOf(value)));

/** The text of a literal; anything else that is closed is looked at by DuckDB. */
async function constant(node: Bound, list: List, scope: RowScope): Promise<RowNumber | null> {
  if (node.kind === 'constant' && node.type === 'NULL') return at(null, list);
  const { rows } = await scope.typing.engine.evaluate(`SELECT CAST(${print(node)} AS VARCHAR)`);
  return at(rows[0]?.[0] ?? null, list);
}

async function branches({ name, args, roles }: OperationNode, list: List, scope: RowScope): Promise<RowNumber | null> {
  const deciding = args.filter((_, i) => name === 'case' && roles[i] === 'decides');
  const values = args.slice(deciding.length);
  if (values.some((v) => v.type !== 'VARCHAR' && v.type !== 'NULL')) return null;
  const inner = list.filter((v) => v !== null);
  const positions: RowNumber[] = [];
  for (const value of values) positions.push(await lowerPosition(value, name === 'case' ? list : inner, scope));
  if (name === 'coalesce') {
    const last = positions.pop();
    if (last === undefined) return null;
    const found = chosen(
      positions.map((p) => branch(not(isNull(p.expression)), p)),
      last,
    );
    return list.includes(null) ? chosen([branch(isNull(found.expression), at(null, list))], found) : found;
  }
  const when = [];
  for (const [i, condition] of deciding.entries())
    when.push(branch(await lowerCondition(condition, scope), positions[i] ?? at(null, list)));
  return chosen(when, positions[deciding.length] ?? at(null, list));
}

async function truth(node: Bound, list: List, scope: RowScope): Promise<RowNumber> {
  const condition = await lowerCondition(node, scope);
  return chosen([branch(condition, at('true', list)), branch(not(condition), at('false', list))], at(null, list));
}

async function byNumber(node: Bound, list: List, scope: RowScope): Promise<RowNumber | null> {
  const number = await lowerNumber(node, scope).catch(() => null);
  if (number === null || !number.exact) return null;
  const places = isFloat(node.type) ? scaleOf(node, scope.table.columns) : 18;
  return inList(number.expression, number.lo, list, (text) => {
    const value = readNumber(text, node.type, places);
    const shift = number.scale - value.scale;
    if (shift >= 0) return value.lo * 10n ** BigInt(shift);
    const unit = 10n ** BigInt(-shift);
    return value.lo % unit === 0n ? value.lo / unit : null;
  });
}
