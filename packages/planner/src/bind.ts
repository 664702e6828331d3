/** Pass 2, bind: the parsed SELECT becomes a question over the columns of one shared table. */
import type { Agreement } from '@sluis/model';
import { ast, isAst, list, selectOf, text, type Ast } from './ast.ts';
import { bindExpression, type ExpressionContext } from './bind-expression.ts';
import { checkHistograms } from './bind-histogram.ts';
import { asCondition, conjunction } from './operations.ts';
import { bindGrouping } from './bind-grouping.ts';
import { aggregates, itemsOf, organisationColumn, refuseOrganisation } from './bind-items.ts';
import { bindModifiers } from './bind-modifiers.ts';
import { sampleOf } from './bind-sample.ts';
import { bindSetOperation, isSetOperation } from './bind-set-operation.ts';
import { hasAggregate, type Bound } from './expression.ts';
import type { SqlEngine } from './ports.ts';
import type { Item, Question } from './question.ts';
import { bindFrom, ownersOf, withCtes, type Relation, type RelationColumn, type Surroundings } from './relation.ts';
import { unknownName, unsupported } from './refusal.ts';
import { selectNode } from './parse.ts';
import { shownItems } from './shown-items.ts';
import { subqueriesAsJoins } from './subqueries.ts';
import { Typing } from './types.ts';

/** Run by every station for itself. Throws RefusedError `plan/unsupported`, `plan/unknown-name` or `plan/type-mismatch`. */
export async function bind(node: Ast, agreement: Agreement, engine: SqlEngine, typing = new Typing(engine)): Promise<Question> {
  const around: Surroundings = { agreement, typing, ctes: new Map(), depth: 0, joined: false, bindInner };
  const question = await shownItems(await bindQuestion(node, around), typing);
  refuseOrganisation(question);
  checkHistograms(question);
  return question;
}

/** Columns that names may stand for: of FROM first, then what SELECT named. */
export class Names {
  readonly relation: Relation;
  items: readonly Item[] = [];

  constructor(relation: Relation) {
    this.relation = relation;
  }

  /** `prefer` says whether an alias hides a column of the same name (ORDER BY) or the other way round. */
  resolver(prefer: 'column' | 'alias', clause: string): (path: readonly string[]) => Bound {
    return (path) => {
      const name = path.at(-1) ?? '';
      const column = this.#column(path)?.expression;
      const alias = path.length > 1 ? undefined : this.items.find((i) => same(i.name, name))?.expression;
      const found = prefer === 'alias' ? (alias ?? column) : (column ?? alias);
      if (found !== undefined) return found;
      if (path.length === 1 && same(name, 'organisation') && this.#ofSeveral()) return organisationColumn;
      if (/^(current_(date|time|timestamp)|localtime|localtimestamp|user|current_user|session_user)$/i.test(name)) {
        throw unsupported(`${name} in ${clause}`, "Write the date or time into the question, such as DATE '2026-01-31'.");
      }
      throw unknownName(
        `There is no column ${name} in ${this.relation.alias}.`,
        `Its columns are: ${this.relation.columns.map((c) => c.name).join(', ')}.`,
      );
    };
  }

  #ofSeveral(): boolean {
    const { sources, joins, table } = this.relation;
    return sources.length === 1 && joins.length === 0 && table.kind === 'union';
  }

  /** The column that a path names, if there is one: [name], [alias, name] or [organisation, table, name]. */
  #column(path: readonly string[]): RelationColumn | undefined {
    const { alias, columns, sources } = this.relation;
    const name = path.at(-1) ?? '';
    if (path.length === 1) {
      const found = columns.filter((c) => same(c.name, name) && c.merged !== true);
      if (found.length > 1)
        throw unknownName(`The name ${name} is ambiguous.`, `Write ${found.map((c) => `${c.of}.${c.name}`).join(' or ')}.`);
      return found[0];
    }
    const of = path.at(-2) ?? '';
    const owner = path.length === 3 ? path[0] : undefined;
    const owned = owner === undefined || sources.some((s) => same(s.tableName, of) && ownersOf(s.table).some((p) => same(p, owner)));
    const found = path.length > 3 || !owned ? undefined : columns.find((c) => same(c.of, of) && same(c.name, name));
    if (found !== undefined) return found;
    throw unknownName(`There is no ${path.join('.')}.`, `Columns of ${alias}: ${columns.map((c) => c.name).join(', ')}.`);
  }
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

async function bindQuestion(given: Ast, outer: Surroundings): Promise<Question> {
  const node = subqueriesAsJoins(given);
  const around = withCtes(node, outer);
  refuseClauses(node);
  const relation = await bindFrom(node['from_table'], around);
  if (relation.grouped !== null && aggregates(node)) {
    const { columns } = relation;
    const items = itemsOf(relation.grouped, relation.alias);
    return bindGrouped(
      node,
      { ...items, columns: items.columns.map((c, i) => ({ ...c, name: columns[i]?.name ?? c.name })) },
      around.typing,
    );
  }
  return relation.grouped === null
    ? bindGrouped(node, relation, around.typing)
    : bindOuter(node, relation, relation.grouped, around.typing);
}

function refuseClauses(node: Ast): void {
  if (isAst(node['qualify'])) throw unsupported('QUALIFY', 'ORDER BY and LIMIT give the top groups.');
}

async function bindWhere(node: Ast, names: Names, typing: Typing): Promise<Bound | null> {
  if (!isAst(node['where_clause'])) return null;
  const context: ExpressionContext = { typing, resolve: names.resolver('column', 'WHERE'), aggregates: 'in WHERE' };
  const bound = await asCondition(await bindExpression(node['where_clause'], context), typing);
  return bound;
}

async function bindGrouped(node: Ast, relation: Relation, typing: Typing): Promise<Question> {
  const sample = sampleOf(node, relation);
  const names = new Names(relation);
  await bindItems(node, names, typing);
  const where = await bindWhere(node, names, typing);
  if (where !== null && hasAggregate(where)) throw unsupported('An aggregate in WHERE', 'Use HAVING.');
  const grouping = await bindGrouping(node, names, typing);
  const having = await bindHaving(node, names, typing);
  const modifiers = await bindModifiers(node, names, typing);
  return {
    tableName: relation.tableName,
    table: relation.table,
    sources: relation.sources,
    joins: relation.joins,
    ...(relation.merging === undefined ? {} : { merging: relation.merging }),
    ...(sample === null ? {} : { sample }),
    where: await conjunction([...relation.where, ...(where === null ? [] : [where])], typing),
    ...grouping,
    items: names.items,
    having,
    ...modifiers,
  };
}

async function bindHaving(node: Ast, names: Names, typing: Typing): Promise<Bound | null> {
  if (!isAst(node['having'])) return null;
  // DuckDB looks for names of the answer first, except inside aggregates.
  const context: ExpressionContext = {
    typing,
    resolve: names.resolver('alias', 'HAVING'),
    resolveRows: names.resolver('column', 'HAVING'),
    aggregates: true,
  };
  return asCondition(await bindExpression(node['having'], context), typing);
}

/** An outer SELECT over a grouped one: it picks and computes on groups; its WHERE is the inner one's HAVING. */
async function bindOuter(node: Ast, relation: Relation, inner: Question, typing: Typing): Promise<Question> {
  if (isAst(node['sample'])) throw unsupported('USING SAMPLE over groups', 'Put it into the SELECT that aggregates.');
  const names = new Names(relation);
  await bindItems(node, names, typing, 'over a subquery that aggregates already');
  if (list(node['group_expressions']).length > 0 || isAst(node['having']) || text(node['aggregate_handling']) !== 'STANDARD_HANDLING') {
    throw unsupported('GROUP BY over a subquery that aggregates already', 'Group once, over the rows of the shared table.');
  }
  const where = await bindWhere(node, names, typing);
  const modifiers = await bindModifiers(node, names, typing);
  const narrows = inner.limit !== null || inner.offset > 0;
  if (narrows && (where !== null || modifiers.orders.length > 0 || modifiers.limit !== null)) {
    throw unsupported('Filtering or ordering a subquery that has a LIMIT', 'Put WHERE, ORDER BY and LIMIT into one SELECT.');
  }
  if (modifiers.distinct)
    throw unsupported('DISTINCT over a subquery that aggregates already', 'Leave DISTINCT out: groups differ anyway.');
  const having = await conjunction(
    [inner.having, where].filter((c) => c !== null),
    typing,
  );
  const ordered = modifiers.orders.length > 0 ? modifiers.orders : inner.orders;
  return {
    ...inner,
    items: names.items,
    having,
    orders: ordered,
    limit: narrows ? inner.limit : modifiers.limit,
    offset: narrows ? inner.offset : modifiers.offset,
  };
}

/** Binds SELECT's list in order, so that later items and clauses can use earlier names. */
async function bindItems(node: Ast, names: Names, typing: Typing, noAggregates?: string): Promise<void> {
  const { table } = names.relation;
  const context: ExpressionContext = { typing, resolve: names.resolver('column', 'SELECT'), aggregates: noAggregates ?? true, table };
  for (const value of list(node['select_list']).map(ast)) {
    if (text(value['class']) === 'STAR') {
      names.items = [...names.items, ...(await expandStar(value, names.relation, context))];
      continue;
    }
    const expression = await bindExpression(value, context);
    names.items = [...names.items, { name: await nameOf(value, typing.engine), expression }];
  }
}

async function expandStar(star: Ast, relation: Relation, context: ExpressionContext): Promise<Item[]> {
  if (
    star['columns'] === true ||
    isAst(star['expr']) ||
    list(star['rename_list']).length > 0 ||
    list(star['qualified_exclude_list']).length > 0
  ) {
    throw unsupported('COLUMNS(…)', 'Name the columns.');
  }
  const excluded = list(star['exclude_list']).map((e) => text(e).toLowerCase());
  const replaced = new Map<string, Bound>();
  for (const entry of list(star['replace_list']).map(ast))
    replaced.set(text(entry['key']).toLowerCase(), await bindExpression(entry['value'], context));
  return relation.columns
    .filter((c) => c.merged !== true && !excluded.includes(c.name.toLowerCase()))
    .map((c) => ({ name: c.name, expression: replaced.get(c.name.toLowerCase()) ?? c.expression }));
}

/** The name that DuckDB gives an item without alias: the column's, or the expression's text. */
async function nameOf(value: Ast, engine: SqlEngine): Promise<string> {
  const alias = text(value['alias']);
  if (alias !== '') return alias;
  if (text(value['class']) === 'COLUMN_REF') return text(list(value['column_names']).at(-1));
  return (await engine.print(selectOf(value))).replace(/^SELECT\s+/, '').replace(/;?\s*$/, '');
}

/** A SELECT in FROM or WITH: rows (projection and filter), or a grouped question. */
async function bindInner(value: unknown, alias: string, around: Surroundings): Promise<Relation> {
  if (isSetOperation(value)) return bindSetOperation(ast(value), alias, around);
  const node = subqueriesAsJoins(selectNode(value));
  const inner = withCtes(node, around);
  refuseClauses(node);
  const relation = await bindFrom(node['from_table'], inner);
  const names = new Names(relation);
  await bindItems(node, names, around.typing);
  const distinct = list(node['modifiers']).some((m) => text(ast(m)['type']) === 'DISTINCT_MODIFIER');
  const groups =
    relation.grouped !== null ||
    distinct ||
    list(node['group_expressions']).length > 0 ||
    isAst(node['having']) ||
    text(node['aggregate_handling']) !== 'STANDARD_HANDLING' ||
    names.items.some((i) => hasAggregate(i.expression));
  if (groups) {
    const grouped = await bindQuestion(node, around);
    return { ...relation, alias, columns: grouped.items.map((i) => ({ ...i, of: alias })), where: [], grouped };
  }
  if (isAst(node['sample'])) throw unsupported('USING SAMPLE in a subquery', 'Put it into the SELECT that aggregates.');
  if (list(node['modifiers']).some((m) => text(ast(m)['type']) !== 'ORDER_MODIFIER')) {
    throw unsupported('LIMIT in a subquery over rows', 'Which rows it keeps would depend on their order; filter with WHERE.');
  }
  const where = await bindWhere(node, names, around.typing);
  return {
    ...relation,
    alias,
    columns: names.items.map((i) => ({ ...i, of: alias })),
    where: [...relation.where, ...(where === null ? [] : [where])],
  };
}
