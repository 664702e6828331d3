/**
 * Pass 2g, IN and EXISTS: `WHERE x IN (SELECT y FROM b)` is a semi join of b on x = y, `EXISTS (SELECT … FROM b WHERE
 * b.y = a.x)` one on that condition; with NOT they are anti joins.
 */
import { ast, isAst, list, text, type Ast } from './ast.ts';
import { isSetOperation } from './bind-set-operation.ts';
import { refuseShape } from './not-supported.ts';
import { unsupported } from './refusal.ts';

/** The SELECT with joins in place of these conditions. Throws RefusedError `plan/unsupported` for other subqueries in WHERE. */
export function subqueriesAsJoins(node: Ast): Ast {
  if (!isAst(node['where_clause'])) return node;
  const conditions = conjuncts(node['where_clause']);
  let from = node['from_table'];
  const rest: Ast[] = [];
  for (const condition of conditions) {
    const found = tested(condition, false);
    if (found === null) rest.push(condition);
    else from = found.subquery['subquery_type'] === 'EXISTS' ? existing(from, found) : member(from, found);
  }
  const inside = rest.flatMap(subqueriesIn);
  if (inside[0] !== undefined) throw refuseShape(inside[0]);
  if (rest.length === conditions.length) return node;
  const [first] = rest;
  const where = first === undefined ? null : rest.length === 1 ? first : { ...ast(node['where_clause']), children: rest };
  return { ...node, from_table: from, where_clause: where };
}

const conjuncts = (condition: Ast): Ast[] =>
  text(condition['type']) === 'CONJUNCTION_AND' ? list(condition['children']).map(ast).flatMap(conjuncts) : [condition];

function subqueriesIn(value: unknown): Ast[] {
  if (Array.isArray(value)) return value.flatMap(subqueriesIn);
  if (!isAst(value)) return [];
  return text(value['class']) === 'SUBQUERY' ? [value] : Object.values(value).flatMap(subqueriesIn);
}

interface Tested {
  readonly subquery: Ast;
  readonly negated: boolean;
}

function tested(condition: Ast, negated: boolean): Tested | null {
  const children = list(condition['children']);
  if (text(condition['type']) === 'OPERATOR_NOT' && isAst(children[0])) return tested(children[0], !negated);
  if (text(condition['class']) !== 'SUBQUERY') return null;
  const kind = text(condition['subquery_type']);
  const isMember = kind === 'ANY' && text(condition['comparison_type']) === 'COMPARE_EQUAL';
  if (kind === 'EXISTS' || isMember) return { subquery: condition, negated };
  throw unsupported('This comparison with a subquery', 'Use IN, NOT IN, EXISTS or NOT EXISTS.');
}

const joined = (left: unknown, right: Ast, condition: unknown, { negated }: Tested): Ast => ({
  type: 'JOIN',
  alias: '',
  sample: null,
  join_type: negated ? 'ANTI' : 'SEMI',
  ref_type: 'REGULAR',
  left,
  right,
  condition,
  using_columns: [],
});

function existing(from: unknown, found: Tested): Ast {
  const node = ast(ast(found.subquery['subquery'])['node']);
  if (isSetOperation(node)) throw unsupported('EXISTS over a set operation', 'Use IN, or one EXISTS for each side.');
  const groups = list(node['group_expressions']).length > 0 || isAst(node['having']) || list(node['modifiers']).length > 0;
  const ctes = isAst(node['cte_map']) && list(node['cte_map']['map']).length > 0;
  if (groups || ctes || isAst(node['sample']) || isAst(node['qualify']))
    throw unsupported('GROUP BY, LIMIT or WITH inside EXISTS', 'Write EXISTS (SELECT 1 FROM b WHERE b.key = a.key AND …).');
  if (!isAst(node['where_clause']))
    throw unsupported('EXISTS without WHERE', 'Say which rows belong together: EXISTS (SELECT 1 FROM b WHERE b.key = a.key).');
  return joined(from, ast(node['from_table']), node['where_clause'], found);
}

/** The subquery's columns get names that no question can write, so that names on the other side are found there. */
function member(from: unknown, found: Tested): Ast {
  const { child, subquery } = found.subquery;
  const keys = isRow(child) ? list(child['children']).map(ast) : [ast(child)];
  const node = ast(ast(subquery)['node']);
  const names = keys.map((_, i) => `(key ${i + 1})`);
  const select = isSetOperation(node) ? null : list(node['select_list']).length;
  if (select !== null && select !== keys.length)
    throw unsupported(`IN with ${keys.length} values and ${select} columns`, 'Select as many columns as there are values before IN.');
  const right = { type: 'SUBQUERY', alias: '', sample: null, subquery: { node: withoutOrder(node) }, column_name_alias: names };
  const equal = keys.map((key, i) => ({
    class: 'COMPARISON',
    type: 'COMPARE_EQUAL',
    alias: '',
    left: key,
    right: { class: 'COLUMN_REF', type: 'COLUMN_REF', alias: '', column_names: [names[i]] },
  }));
  const condition = equal.length === 1 ? equal[0] : { class: 'CONJUNCTION', type: 'CONJUNCTION_AND', alias: '', children: equal };
  // NOT IN is NULL, and so false, beside a NULL on either side.
  return { ...joined(from, right, condition, found), not_in: found.negated };
}

const isRow = (child: unknown): child is Ast => isAst(child) && text(child['function_name']) === 'row';

/** DISTINCT and ORDER BY don't change what is in a list. */
function withoutOrder(node: Ast): Ast {
  const modifiers = list(node['modifiers']).filter((m) => !/^(ORDER|DISTINCT)_MODIFIER$/.test(text(ast(m)['type'])));
  return { ...node, modifiers };
}
