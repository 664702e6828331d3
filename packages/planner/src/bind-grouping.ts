/** Pass 2c, bind GROUP BY: keys and grouping sets; SELECT DISTINCT of keys is a grouping too. */
import type { Names } from './bind.ts';
import { ast, list, text, type Ast } from './ast.ts';
import { bindExpression } from './bind-expression.ts';
import { columnsOf, hasAggregate, isClosed, print, type Bound } from './expression.ts';
import type { Item, Question } from './question.ts';
import { unknownName, unsupported } from './refusal.ts';
import type { Typing } from './types.ts';

export async function bindGrouping(node: Ast, names: Names, typing: Typing): Promise<Pick<Question, 'keys' | 'groupingSets'>> {
  const written = list(node['group_expressions']).map(ast);
  const sets = list(node['group_sets']).map((set) => list(set).map(Number));
  const automatic = text(node['aggregate_handling']) === 'FORCE_AGGREGATES';
  const distinct = list(node['modifiers']).some((m) => text(ast(m)['type']) === 'DISTINCT_MODIFIER');
  if (automatic || (written.length === 0 && sets.length === 0 && distinct && !names.items.some((i) => hasAggregate(i.expression)))) {
    return deduplicated(
      plainItems(names).map((i) => i.expression),
      null,
      names,
    );
  }
  const expressions: Bound[] = [];
  for (const value of written) expressions.push(await groupExpression(value, names, typing));
  const grouping = deduplicated(expressions, sets, names);
  checkSets(grouping);
  return grouping;
}

const plainItems = (names: Names): Item[] =>
  names.items.filter((i) => !hasAggregate(i.expression) && !isClosed(i.expression) && i.expression.kind !== 'grouping');

async function groupExpression(value: Ast, names: Names, typing: Typing): Promise<Bound> {
  if (text(value['class']) === 'CONSTANT') {
    const position = Number(ast(value['value'])['value']);
    const item = names.items[position - 1];
    if (item === undefined)
      throw unknownName(`GROUP BY ${position} names no column of the answer.`, `Give a number from 1 to ${names.items.length}.`);
    if (hasAggregate(item.expression)) throw unsupported('GROUP BY an aggregate', 'Group by columns or expressions over rows.');
    return item.expression;
  }
  const bound = await bindExpression(value, { typing, resolve: names.resolver('column', 'GROUP BY'), aggregates: 'in GROUP BY' });
  if (hasAggregate(bound)) throw unsupported('GROUP BY an aggregate', 'Group by columns or expressions over rows.');
  return bound;
}

/** One key per different expression; the sets are renumbered, without repetition. */
function deduplicated(
  expressions: readonly Bound[],
  sets: readonly (readonly number[])[] | null,
  names: Names,
): Pick<Question, 'keys' | 'groupingSets'> {
  const texts = expressions.map((e) => print(e));
  const distinct = [...new Set(texts)];
  const keys = distinct.map((t): Item => {
    const expression = expressions[texts.indexOf(t)];
    if (expression === undefined) throw new RangeError('a key lost its expression');
    return {
      name: names.items.find((i) => print(i.expression) === t)?.name ?? (expression.kind === 'column' ? expression.name : t),
      expression,
    };
  });
  const wanted = sets === null || sets.length === 0 ? [expressions.map((_, i) => i)] : sets;
  const renumbered = wanted.map((set) => [...new Set(set.map((i) => distinct.indexOf(texts[i] ?? '')))].sort((a, b) => a - b));
  return { keys, groupingSets: [...new Map(renumbered.map((s) => [s.join(), s])).values()] };
}

/**
 * Two ways of cutting the same column in one question (say, under 30 or not, and under 31 or not) would isolate people
 * by subtraction: sets must be nested, or cut different columns.
 */
export function checkSets({ keys, groupingSets }: Pick<Question, 'keys' | 'groupingSets'>): void {
  for (const a of groupingSets) {
    for (const b of groupingSets) {
      const onlyA = a.filter((k) => !b.includes(k)).flatMap((k) => columnsOfKey(keys, k));
      const onlyB = b.filter((k) => !a.includes(k)).flatMap((k) => columnsOfKey(keys, k));
      const shared = onlyA.find((c) => onlyB.includes(c));
      if (shared !== undefined) {
        throw unsupported(
          `Grouping by two different expressions over ${shared} in grouping sets that are not nested`,
          'Their differences could isolate single records. Use ROLLUP, or ask two questions.',
        );
      }
    }
  }
}

function columnsOfKey(keys: readonly Item[], index: number): string[] {
  const key = keys[index];
  return key === undefined ? [] : columnsOf(key.expression);
}
