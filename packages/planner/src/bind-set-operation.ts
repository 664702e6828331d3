/** Pass 2f, bind INTERSECT and EXCEPT: of the left side's different rows those that the right side has, or lacks. */
import { RefusedError } from '@sluis/base';
import { ast, isAst, list, text, type Ast } from './ast.ts';
import { declaresUnique, together } from './bind-join.ts';
import { isClosed, print } from './expression.ts';
import { conjunction } from './operations.ts';
import type { Join } from './question.ts';
import { unsupported } from './refusal.ts';
import { withCtes, type Relation, type Surroundings } from './relation.ts';

const KINDS: Readonly<Record<string, 'semi' | 'anti'>> = { INTERSECT: 'semi', EXCEPT: 'anti' };
const UNION_TABLE = 'Agree on a table of the kind "union" that all of them provide: count(DISTINCT x) over it is the size of their union.';

export const isSetOperation = (node: unknown): boolean => isAst(node) && text(node['type']) === 'SET_OPERATION_NODE';

/** Rows as an answer are never shown; numbers about them are. */
export function refuseAtTop(node: unknown): RefusedError {
  const what = text(ast(node)['setop_type']) || 'A set operation';
  if (KINDS[what] === undefined) return unsupported(what, UNION_TABLE);
  return unsupported(`${what} as the whole question`, `Ask for numbers about it: SELECT count(*) FROM (SELECT … ${what} SELECT …).`);
}

/** Throws RefusedError `plan/unsupported` or `plan/type-mismatch`. */
export async function bindSetOperation(node: Ast, alias: string, outer: Surroundings): Promise<Relation> {
  const name = text(node['setop_type']);
  const kind = KINDS[name];
  if (kind === undefined) throw unsupported(name, UNION_TABLE);
  if (node['setop_all'] === true) throw unsupported(`${name} ALL`, `Use ${name}, which counts equal rows once, or SEMI JOIN or ANTI JOIN.`);
  if (list(node['modifiers']).some((m) => text(ast(m)['type']) !== 'ORDER_MODIFIER'))
    throw unsupported(`LIMIT or DISTINCT after ${name}`, 'Which rows a LIMIT keeps would depend on their order; filter with WHERE.');
  const around = withCtes(node, { ...outer, joined: true, depth: outer.depth + 1 });
  const [left, right] = [await bindSide(node['left'], around), await bindSide(node['right'], around)];
  checkSides(left, right, name);
  const { typing } = around;
  const on = pairs(left, right, name);
  const keys = on.map((p) => p.left);
  const [source] = left.sources;
  const join: Join = {
    kind,
    on,
    // Rows that their own conditions leave out must not stand for equal ones that stay.
    leftIf: await conjunction(left.where, typing),
    rightIf: await conjunction(right.where, typing),
    rightUnique: false,
    leftUnique: source !== undefined && left.joins.length === 0 && declaresUnique(source, keys),
    maximumRows: 0,
    set: isSetOperation(node['left']) ? 'further' : 'first',
  };
  const columns = left.columns.map((c) => ({ ...c, of: alias }));
  return { ...together(left, right, kind), alias, columns, joins: [...left.joins, join], where: left.where };
}

/** DISTINCT and ORDER BY change nothing below a set operation. */
function bindSide(value: unknown, around: Surroundings): Promise<Relation> {
  const node = ast(value);
  if (isSetOperation(node)) return bindSetOperation(node, '', around);
  const modifiers = list(node['modifiers'])
    .map(ast)
    .filter((m) => text(m['type']) !== 'ORDER_MODIFIER')
    .filter((m) => text(m['type']) !== 'DISTINCT_MODIFIER' || list(m['distinct_on_targets']).length > 0);
  const select: Ast = { ...node, modifiers };
  return around.bindInner(select, '', around);
}

function checkSides(left: Relation, right: Relation, name: string): void {
  if (left.grouped !== null || right.grouped !== null)
    throw unsupported(`${name} of a subquery that aggregates`, 'Put SELECTs of rows on both sides, and aggregate what comes out.');
  if (right.joins.length > 0)
    throw unsupported(`A join, IN, or set operation on the right of ${name}`, `Write one after the other: … ${name} … ${name} ….`);
  if (left.joins.some((j) => j.kind === 'inner' || j.kind === 'left'))
    throw unsupported(`${name} of joined rows`, 'Join the tables with SEMI JOIN, or ask over rows of one table on each side.');
  if (left.sources.some((l) => right.sources.some((r) => r.tableName === l.tableName)))
    throw unsupported(`${name} of a table with itself`, 'Use tables of different organisations.');
}

function pairs(left: Relation, right: Relation, name: string): Join['on'] {
  if (left.columns.length !== right.columns.length)
    throw mismatch(`The left side of ${name} has ${left.columns.length} columns and the right side ${right.columns.length}.`);
  if (left.columns.length > 8) throw unsupported(`${name} of more than eight columns`, 'Use fewer columns.');
  return left.columns.map(({ expression: a }, i) => {
    const b = right.columns[i]?.expression ?? a;
    if (isClosed(a) || isClosed(b)) throw unsupported(`A constant column in ${name}`, 'Leave it out on both sides.');
    if (a.type !== b.type) throw mismatch(`${name} compares ${print(a)} (${a.type}) with ${print(b)} (${b.type}).`);
    return { left: a, right: b };
  });
}

const mismatch = (message: string) =>
  new RefusedError('plan/type-mismatch', {
    stage: 'plan',
    message,
    remedy: 'Both sides must have as many columns, of the same types: convert one with CAST, or declare both alike in the agreement.',
  });
