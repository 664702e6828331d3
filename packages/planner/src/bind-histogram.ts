/** histogram(x): a count for each declared value of x, every one a cell by itself. */
import type { Table } from '@sluis/model';
import type { Call } from './bind-aggregate.ts';
import { checkSets } from './bind-grouping.ts';
import { withClosedBounds } from './constants.ts';
import { domainOf } from './domains.ts';
import { type AggregateNode, type Bound, childrenOf, type OperationNode, print, walk } from './expression.ts';
import { between } from './interval.ts';
import { conjunction, predicate } from './operations.ts';
import type { Question } from './question.ts';
import { quoteText } from './quote.ts';
import { unsupported } from './refusal.ts';
import type { Typing } from './types.ts';

/** More values than this are a question for GROUP BY. */
export const MOST_HISTOGRAM_VALUES = 256;

const NAME = 'histogram';
const INSTEAD = 'Group by the bins: GROUP BY floor(x / 10), or by a CASE of ranges; empty bins are declared groups too.';

/**
 * The bins in DuckDB's order, each COUNT(*) FILTER (WHERE x = value). Which values there are is known from the agreement
 * alone, as for a key. Throws RefusedError `plan/unsupported`, `plan/no-domain` or `plan/domain-too-large`.
 *
 * @param table - null where no histogram may stand.
 */
export async function makeHistogram(call: Call, table: Table | null, typing: Typing): Promise<OperationNode> {
  const [of] = call.args;
  if (table === null) throw misplaced();
  if (of === undefined || call.args.length > 1)
    throw unsupported(`${NAME} with ${call.args.length} arguments`, `Give the value only, whose list is declared. ${INSTEAD}`);
  if (call.distinct) throw unsupported(`${NAME}(DISTINCT …)`, 'Leave DISTINCT out, or use COUNT(DISTINCT x).');
  const values = (await domainOf(of, table, typing)).values.filter((v) => v !== null);
  if (values.length > MOST_HISTOGRAM_VALUES)
    throw unsupported(`A ${NAME} of ${values.length} values, more than ${MOST_HISTOGRAM_VALUES},`, INSTEAD);
  if (values.length === 0) throw unsupported(`A ${NAME} of a value that is always NULL`, INSTEAD);
  const filter = await conjunction(call.filters, typing);
  const args: AggregateNode[] = [];
  for (const value of values) args.push(await binOf(of, value, call.filters, filter, typing));
  return {
    kind: 'operation',
    name: NAME,
    args,
    roles: args.map(() => 'value'),
    write: (texts) => `${NAME}(${texts.join(', ')})`,
    type: `MAP(${of.type}, UBIGINT)`,
    interval: null,
    nullable: true,
  };
}

async function binOf(of: Bound, value: string, filters: readonly Bound[], filter: Bound | null, typing: Typing): Promise<AggregateNode> {
  const args = [of, await literal(value, of.type, typing)];
  const equal = await predicate('=', args, ([a, b]) => `(${a} = ${b})`, typing);
  return {
    kind: 'aggregate',
    aggregate: 'count',
    argument: null,
    filter: await conjunction([equal, ...filters], typing),
    bin: { of, value, filter },
    type: 'BIGINT',
    interval: null,
    nullable: false,
  };
}

/** A value as DuckDB's CAST to VARCHAR writes it, as a literal of its type. */
async function literal(value: string, type: string, typing: Typing): Promise<Bound> {
  const text: Bound = { kind: 'constant', text: quoteText(value), type: 'VARCHAR', interval: null, nullable: false };
  if (type === 'VARCHAR') return text;
  if (type === 'BOOLEAN') return { ...text, text: value, type, interval: value === 'true' ? between(1, 1) : between(0, 0) };
  const write = ([a]: readonly string[]): string => `CAST(${a} AS ${type})`;
  return withClosedBounds(
    { kind: 'operation', name: 'cast', args: [text], roles: ['both'], write, type, interval: null, nullable: false },
    typing,
  );
}

const misplaced = () =>
  unsupported(
    `${NAME} other than as a column of the answer`,
    'Select it by itself; its counts can be compared and ordered by the receiver.',
  );

/** The bins of a histogram; null for anything else. */
export const binsOf = (node: Bound): readonly AggregateNode[] | null =>
  node.kind === 'operation' && node.name === NAME ? (node.args as readonly AggregateNode[]) : null;

/**
 * Throws RefusedError `plan/unsupported` where a histogram is not a whole column of the answer, whose bins are cells of
 * their own; or where it cuts a column otherwise than a key or another histogram does: bins are groups of a finer set.
 */
export function checkHistograms(question: Question): void {
  const { items, having, orders } = question;
  const inside = items.flatMap((i) => (binsOf(i.expression) === null ? childrenOf(i.expression) : []));
  const others = [...inside, ...(having === null ? [] : [having]), ...orders.map((o) => o.expression)];
  for (const node of others)
    walk(node, (n) => {
      if (binsOf(n) !== null) throw misplaced();
      return undefined;
    });
  checkSets(withBins(question));
}

/** Keys and grouping sets as if each histogram were asked by grouping. */
function withBins({ items, keys, groupingSets }: Question): Pick<Question, 'keys' | 'groupingSets'> {
  const all = [...keys];
  const cut = items.flatMap(({ expression }) => {
    const of = binsOf(expression)?.[0]?.bin?.of;
    if (of === undefined) return [];
    const known = all.findIndex((k) => print(k.expression) === print(of));
    return [known < 0 ? all.push({ name: '', expression: of }) - 1 : known];
  });
  const finer = cut.flatMap((k) => groupingSets.map((set) => (set.includes(k) ? set : [...set, k])));
  return { keys: all, groupingSets: [...groupingSets, ...finer] };
}
