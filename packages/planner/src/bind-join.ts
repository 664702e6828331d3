/** Pass 2e, bind JOIN: which rows of two owners belong together, and how many there can be. */
import { RefusedError } from '@sluis/base';
import type { Table } from '@sluis/model';
import { ast, isAst, list, text, type Ast } from './ast.ts';
import { Names } from './bind.ts';
import { bindExpression } from './bind-expression.ts';
import { bindMatching, matchingNamed } from './bind-matching.ts';
import { columnsOf, isClosed, print, type Bound } from './expression.ts';
import { asCondition, conjunction, predicate } from './operations.ts';
import type { Join, Source } from './question.ts';
import { unknownName, unsupported } from './refusal.ts';
import type { Relation, RelationColumn, Surroundings } from './relation.ts';
import type { Typing } from './types.ts';

const KINDS: Readonly<Record<string, Join['kind']>> = { INNER: 'inner', LEFT: 'left', SEMI: 'semi', ANTI: 'anti' };
const EQUAL_KEYS = 'Join on equal keys: ON a.key = b.key AND …, or USING (key).';

type BindFrom = (value: unknown, around: Surroundings) => Promise<Relation>;

/** Throws RefusedError `plan/unsupported`, `plan/unknown-name`, `plan/type-mismatch` or `plan/no-bounds`. */
export async function bindJoin(from: Ast, around: Surroundings, bindFrom: BindFrom): Promise<Relation> {
  const kind = KINDS[text(from['join_type'])];
  const style = text(from['ref_type']);
  if (kind === undefined)
    throw unsupported(`A ${text(from['join_type']).toLowerCase()} join`, 'Use JOIN, LEFT JOIN, SEMI JOIN or ANTI JOIN.');
  if (style !== 'REGULAR') throw unsupported(`A ${style.toLowerCase() || 'such a'} join`, EQUAL_KEYS);
  const [left, right] = [await bindFrom(from['left'], around), await bindFrom(from['right'], around)];
  checkSides(left, right, kind);
  const matching = matchingNamed(from['condition']);
  if (matching !== null) return bindMatching(matching, kind, left, right, around);
  const both = together(left, right, kind);
  const conditions = isAst(from['condition'])
    ? await onConditions(from['condition'], { ...both, columns: [...left.columns, ...right.columns] }, around.typing)
    : await usingConditions(list(from['using_columns']).map(text), left, right, around.typing);
  const parts = sorted(conditions, left, right, kind);
  const { typing } = around;
  if (from['not_in'] === true && parts.on.some((p) => p.left.nullable || p.right.nullable))
    throw unsupported(
      'NOT IN where either side may be NULL',
      'Then it is never true in SQL: use NOT EXISTS or ANTI JOIN, which look at equal keys.',
    );
  const join: Join = {
    kind,
    on: parts.on,
    leftIf: await conjunction(parts.leftIf, typing),
    rightIf: await conjunction([...right.where, ...parts.rightIf], typing),
    ...sizes(parts.on, left, right, kind),
  };
  const where = [...left.where, ...parts.after];
  const merged = new Set(list(from['using_columns']).map((c) => text(c).toLowerCase()));
  const shown =
    kind === 'semi' || kind === 'anti'
      ? []
      : right.columns.map((c) => (merged.has(c.name.toLowerCase()) ? { ...c, merged: true as const } : c));
  const columns = [...left.columns, ...(kind === 'left' ? shown.map(maybeMissing) : shown)];
  return turned({ ...both, columns, joins: [...left.joins, join], where });
}

function checkSides(left: Relation, right: Relation, kind: Join['kind']): void {
  if (left.grouped !== null || right.grouped !== null)
    throw unsupported('A join with a subquery that aggregates', 'Join rows, and group the result.');
  if (right.joins.length > 0) throw unsupported('A join within the right side of a join', 'Join one table after the other.');
  const twice = right.sources.find((s) => left.sources.some((l) => l.tableName === s.tableName));
  if (twice !== undefined) throw unsupported(`A join of ${twice.tableName} with itself`, 'Join tables of different organisations.');
  const computed = right.columns.find((c) => c.expression.kind !== 'column');
  if (kind === 'left' && computed !== undefined)
    throw unsupported(`A computed column (${computed.name}) on the right side of a LEFT JOIN`, 'Compute it outside the join.');
}

/** All columns of both, under their full names; those of a left join's right side may be missing. */
export function together(left: Relation, right: Relation, kind: Join['kind']): Relation {
  const added = Object.entries(right.table.columns).map(([name, c]) => [name, kind === 'left' ? { ...c, nullable: true } : c] as const);
  const table: Table = {
    ...left.table,
    providers: [...new Set([...left.table.providers, ...right.table.providers])],
    maximum_rows: Math.max(left.table.maximum_rows, right.table.maximum_rows),
    columns: { ...left.table.columns, ...Object.fromEntries(added) },
  };
  return { ...left, table, sources: [...left.sources, ...right.sources] };
}

const maybeMissing = (c: RelationColumn): RelationColumn => ({ ...c, expression: { ...c.expression, nullable: true } });

async function onConditions(condition: Ast, both: Relation, typing: Typing): Promise<Bound[]> {
  const context = { typing, resolve: new Names(both).resolver('column', 'ON'), aggregates: 'in ON' };
  return conjuncts(await asCondition(await bindExpression(ast(condition), context), typing));
}

export const conjuncts = (node: Bound): Bound[] =>
  node.kind === 'operation' && node.name === 'AND' ? node.args.flatMap(conjuncts) : [node];

async function usingConditions(names: readonly string[], left: Relation, right: Relation, typing: Typing): Promise<Bound[]> {
  const conditions: Bound[] = [];
  for (const name of names) {
    const [a, b] = [left, right].map((side) => new Names(side).resolver('column', 'USING')([name]));
    if (a === undefined || b === undefined) throw unknownName(`There is no column ${name} on both sides.`, EQUAL_KEYS);
    conditions.push(await predicate('=', [a, b], ([x, y]) => `(${x} = ${y})`, typing));
  }
  return conditions;
}

interface Sorted {
  readonly on: { readonly left: Bound; readonly right: Bound }[];
  readonly leftIf: Bound[];
  readonly rightIf: Bound[];
  /** What an inner join tests afterwards. */
  readonly after: Bound[];
}

function sorted(conditions: readonly Bound[], left: Relation, right: Relation, kind: Join['kind']): Sorted {
  const parts: Sorted = { on: [], leftIf: [], rightIf: [], after: [] };
  const only = (node: Bound, side: Relation): boolean => !isClosed(node) && columnsOf(node).every((c) => c in side.table.columns);
  for (const condition of conditions) {
    const pair = pairOf(
      condition,
      (node) => only(node, left),
      (node) => only(node, right),
    );
    if (pair !== null) parts.on.push(pair);
    else if (only(condition, right)) parts.rightIf.push(condition);
    else if (only(condition, left)) parts.leftIf.push(condition);
    else if (kind === 'inner' && !isClosed(condition)) parts.after.push(condition);
    else throw unsupported(`ON ${print(condition)} in this join`, EQUAL_KEYS);
  }
  if (parts.on.length === 0) throw unsupported('A join without equal keys', EQUAL_KEYS);
  if (parts.on.length > 8) throw unsupported('A join on more than eight keys', 'Join on fewer.');
  return parts;
}

function pairOf(node: Bound, isLeft: (node: Bound) => boolean, isRight: (node: Bound) => boolean): Sorted['on'][number] | null {
  if (node.kind !== 'operation' || node.name !== '=') return null;
  const [a, b] = node.args;
  if (a === undefined || b === undefined) return null;
  const pair = isLeft(a) && isRight(b) ? { left: a, right: b } : isLeft(b) && isRight(a) ? { left: b, right: a } : null;
  if (pair === null || pair.left.type === pair.right.type) return pair;
  throw new RefusedError('plan/type-mismatch', {
    stage: 'plan',
    message: `The join compares ${print(pair.left)} (${pair.left.type}) with ${print(pair.right)} (${pair.right.type}).`,
    remedy: 'Both keys must have the same type: convert one with CAST, or declare both alike in the agreement.',
  });
}

export const declaresUnique = ({ tableName, table }: Source, keys: readonly Bound[]): boolean => {
  const names = new Set(keys.flatMap((k) => (k.kind === 'column' ? [k.name] : [])));
  return (table.unique ?? []).some((columns) => columns.every((c) => names.has(`${tableName}.${c}`)));
};

/** How many rows there can be: as many as the left side has, or as the agreement says. */
function sizes(
  on: Sorted['on'],
  left: Relation,
  right: Relation,
  kind: Join['kind'],
): Pick<Join, 'rightUnique' | 'leftUnique' | 'maximumRows'> {
  const [l, r] = [left.sources.at(-1), right.sources[0]];
  if (l === undefined || r === undefined) throw new RangeError('a join has two sides');
  const [ofLeft, ofRight] = [on.map((p) => p.left), on.map((p) => p.right)];
  const leftUnique = left.sources.length === 1 && declaresUnique(l, ofLeft);
  if (kind === 'semi' || kind === 'anti') return { rightUnique: false, leftUnique, maximumRows: 0 };
  if (declaresUnique(r, ofRight)) return { rightUnique: true, leftUnique, maximumRows: 0 };
  if (kind === 'inner' && leftUnique) return { rightUnique: false, leftUnique, maximumRows: 0 };
  const declared = [r, ...left.sources].map((s) => s.table.maximum_join_rows).filter((n) => n !== undefined);
  if (declared.length > 0) return { rightUnique: false, leftUnique, maximumRows: Math.min(...declared) };
  throw new RefusedError('plan/no-bounds', {
    stage: 'plan',
    message: `How many rows the join with ${r.tableName} has is not known in advance: the agreement does not say that either side has every key once.`,
    remedy: `Declare it in the agreement, such as "unique: [[${on.map((p) => (p.right.kind === 'column' ? p.right.name.split('.')[1] : '…')).join(', ')}]]" in ${r.tableName}, or a bound: "maximum_join_rows".`,
  });
}

/** Only the left side of an inner join has every key once: the sides change places. */
function turned(relation: Relation): Relation {
  const [join] = relation.joins;
  const [first, second] = relation.sources;
  if (join === undefined || relation.joins.length !== 1 || first === undefined || second === undefined) return relation;
  if (join.kind !== 'inner' || join.rightUnique || join.maximumRows > 0) return relation;
  const on = join.on.map((p) => ({ left: p.right, right: p.left }));
  const other: Join = { ...join, on, leftIf: join.rightIf, rightIf: join.leftIf, rightUnique: true, leftUnique: false };
  return { ...relation, tableName: second.tableName, sources: [second, first], joins: [other] };
}
