/** Joins of rows that are shared: their keys and conditions as expressions over secret rows. */
import { RefusedError } from '@sluis/base';
import type { PlanMatching, PlanRowJoin, RowExpression } from '@sluis/model';
import { conjuncts } from './bind-join.ts';
import { domainOf } from './domains.ts';
import { columnsOf, print, type Bound } from './expression.ts';
import { lowerCondition } from './lower-condition.ts';
import { lowerNumber } from './lower-number.ts';
import { lowerPosition } from './lower-position.ts';
import type { Join } from './question.ts';
import { bitsOf, branch, finer, isNull, numberOf } from './row-number.ts';
import { notOnShares, rowColumn, type RowScope } from './row-scope.ts';
import { stationsAlone, type Sharing } from './sharing.ts';

/** Without the conditions that stations apply before they share; of set operations these are among those of WHERE as well. */
export function filteredBefore(join: Join, index: number, sharing: Sharing, scope: RowScope): Join {
  const rightIf = stationsAlone(sharing.sources[index + 1]) ? null : join.rightIf;
  if (join.set === undefined || join.leftIf === null) return { ...join, rightIf };
  const ofFirst = conjuncts(join.leftIf).every(
    (c) => columnsOf(c).length > 0 && columnsOf(c).every((name) => scope.place(name).source === 0),
  );
  const before = ofFirst && stationsAlone(sharing.sources[0]);
  return { ...join, leftIf: before || join.set === 'further' ? null : join.leftIf, rightIf };
}

/** A row that may not look for a partner, or be one, has NULL as its key. */
export async function rowJoin(join: Join, scope: RowScope): Promise<PlanRowJoin> {
  if (join.matching !== undefined) return matchingJoin(join, join.matching);
  const leftIf = join.leftIf === null ? null : await lowerCondition(join.leftIf, scope);
  const rightIf = join.rightIf === null ? null : await lowerCondition(join.rightIf, scope);
  const on: { readonly left: RowExpression; readonly right: RowExpression }[] = [];
  for (const pair of join.on) {
    const nullable = join.set !== undefined && (pair.left.nullable || pair.right.nullable);
    for (const keys of await joinKeys(pair.left, pair.right, scope)) {
      for (const { left, right } of nullable ? nullsEqual(keys) : [keys])
        on.push(on.length > 0 ? { left, right } : { left: where(leftIf, left), right: where(rightIf, right) });
    }
  }
  const { kind, rightUnique, maximumRows } = join;
  return { kind, on, rightUnique, ...(join.set === 'first' ? { distinct: true as const } : {}), maximumRows };
}

/** Who may be a partner is decided by stations before they share (see `filteredBefore`). */
function matchingJoin({ kind, leftIf, rightIf }: Join, matching: PlanMatching): PlanRowJoin {
  if (leftIf !== null || rightIf !== null) throw new RangeError('a matching has no further conditions');
  return { kind, on: [], rightUnique: false, maximumRows: 0, matching };
}

/** NULL as 0, and a second key that says so. */
function nullsEqual({ left, right }: RowKeys[number]): RowKeys {
  const plain = (key: RowExpression): RowExpression => ({
    op: 'case',
    when: [branch(isNull(key), numberOf(0n).expression)],
    else: key,
    bits: 'bits' in key ? key.bits : 1,
  });
  const missing = (key: RowExpression): RowExpression => ({
    op: 'case',
    when: [branch(isNull(key), numberOf(1n).expression)],
    else: numberOf(0n).expression,
    bits: 2,
  });
  return [
    { left: plain(left), right: plain(right) },
    { left: missing(left), right: missing(right) },
  ];
}

const where = (condition: RowExpression | null, key: RowExpression): RowExpression =>
  condition === null
    ? key
    : { op: 'case', when: [branch(condition, key)], else: { op: 'null', of: 'number' }, bits: 'bits' in key ? key.bits : 1 };

type RowKeys = readonly { readonly left: RowExpression; readonly right: RowExpression }[];

async function joinKeys(left: Bound, right: Bound, scope: RowScope): Promise<RowKeys> {
  if (left.type === 'VARCHAR') return textKeys(left, right, scope);
  const [a, b] = [await lowerNumber(left, scope), await lowerNumber(right, scope)];
  const scale = Math.max(a.scale, b.scale);
  const [x, y] = [finer(a, scale), finer(b, scale)];
  if (!x.exact || !y.exact || bitsOf(x) > 64 || bitsOf(y) > 64) throw notOnShares(x.exact ? right : left);
  return [{ left: x.expression, right: y.expression }];
}

/** Text without a list is joined by both parts of its hash, text with lists by position in both lists together. */
async function textKeys(left: Bound, right: Bound, scope: RowScope): Promise<RowKeys> {
  const hashed = [left, right].map((k) => (k.kind === 'column' ? rowColumn(k.name, scope) : null));
  const [a, b] = hashed;
  const count = hashed.filter((c) => c?.encoding.kind === 'hash').length;
  if (count === 2 && a !== null && a !== undefined && b !== null && b !== undefined)
    return a.parts.map((part, i) => ({ left: part, right: b.parts[i] ?? b.expression }));
  if (count > 0) {
    throw new RefusedError('plan/type-mismatch', {
      stage: 'plan',
      message: `The join compares ${print(left)} with ${print(right)}, of which only one has a declared list of values.`,
      remedy: 'Declare both columns alike in the agreement: the same list of values for both, or none.',
    });
  }
  const [one, other] = [await domainOf(left, scope.table, scope.typing), await domainOf(right, scope.table, scope.typing)];
  const list = [...new Set([...one.values, ...other.values])].filter((v) => v !== null);
  return [{ left: (await lowerPosition(left, list, scope)).expression, right: (await lowerPosition(right, list, scope)).expression }];
}
