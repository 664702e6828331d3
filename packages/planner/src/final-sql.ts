/** The statement with which a receiver's engine turns opened aggregates into the answer. */
import { binsOf } from './bind-histogram.ts';
import { type AggregateNode, hasAggregate, print, type Bound } from './expression.ts';
import type { IntervalColumns } from './noise-intervals.ts';
import type { Outputs } from './outputs.ts';
import type { Question } from './question.ts';
import { quoteName, quoteText } from './quote.ts';
import type { Split } from './split.ts';
import { hashedColumn, type HashColumn } from './text-keys.ts';

/**
 * SQL over the table `cells` (see `Plan.finalSql`). A group is a row if any of its visible cells passes; cells that do
 * not pass are NULL, in the answer as in HAVING and ORDER BY. Text keys of which hashes are opened break ties by these, so
 * that all receivers have the same rows in the same order.
 */
export function finalSql(
  question: Question,
  split: Split,
  outputs: Outputs,
  intervals: IntervalColumns | null,
  hashes: readonly (HashColumn | null)[],
): string {
  const base = baseText(question, split);
  const shown = new Map(
    question.items.map((item, i) => [print(item.expression), columnText(item.expression, outputs.ofItem[i] ?? null, base)]),
  );
  const later = (node: Bound): string => print(node, (n) => laterText(n, shown, split, outputs) ?? base(n));
  const columns = question.items.flatMap((item, i) => {
    const ends = intervals?.ofItem[i] ?? null;
    const text = `${columnText(item.expression, outputs.ofItem[i] ?? null, base)} AS c${i}`;
    const hash = hashes[i] ?? null;
    if (hash !== null) return [text, `h${hash.key} AS c${i}h`];
    return ends === null ? [text] : [text, `CAST(${ends.low} AS ${ends.type}) AS c${i}l`, `CAST(${ends.high} AS ${ends.type}) AS c${i}h`];
  });
  const orders = question.orders.map((o, i) => `${later(o.expression)} AS o${i}`);
  const hashed = new Set(question.keys.flatMap((k, i) => (hashedColumn(k.expression, question.table) === null ? [] : [i])));
  const keyOf = (i: number): string => `${hashed.has(i) ? 'h' : 'k'}${i}`;
  const keys = question.keys.flatMap((_, i) => [keyOf(i), `g${i}`]);
  const passed = outputs.deciding.map((o) => `p${o}`).join(' OR ');
  const where = question.having === null ? passed : `(${passed}) AND ${later(question.having)}`;
  const inner = `SELECT ${[...columns, ...orders, ...keys].join(', ')} FROM cells WHERE ${where}`;
  const named = question.items
    .flatMap((item, i) => {
      const ends = intervals?.ofItem[i] ?? null;
      const text = `answer.c${i} AS ${quoteName(item.name)}`;
      const hash = hashes[i] ?? null;
      if (hash !== null) return [text, `answer.c${i}h AS ${quoteName(hash.name)}`];
      return ends === null
        ? [text]
        : [text, ...ends.names.map((name, end) => `answer.c${i}${end === 0 ? 'l' : 'h'} AS ${quoteName(name)}`)];
    })
    .join(', ');
  const sorting = [
    ...question.orders.map((o, i) => `answer.o${i} ${o.descending ? 'DESC' : 'ASC'} NULLS ${o.nullsFirst ? 'FIRST' : 'LAST'}`),
    ...question.keys.flatMap((_, i) => [`answer.${keyOf(i)} ASC NULLS LAST`, `answer.g${i} ASC`]),
  ];
  const order = sorting.length === 0 ? '' : ` ORDER BY ${sorting.join(', ')}`;
  const limit = question.limit === null ? '' : ` LIMIT ${question.limit}`;
  return `SELECT ${named} FROM (${inner}) AS answer${order}${limit}${question.offset === 0 ? '' : ` OFFSET ${question.offset}`}`;
}

/** Keys, GROUPING and aggregates as columns of `cells`. */
export function baseText(question: Question, split: Split): (node: Bound) => string | null {
  const keys = new Map(question.keys.map((k, i) => [print(k.expression), i]));
  return (node) => {
    const key = node.kind === 'constant' ? undefined : keys.get(print(node));
    if (key !== undefined) return `k${key}`;
    if (node.kind === 'aggregate') return `a${split.indexOf.get(print(node))}`;
    if (node.kind !== 'grouping') return null;
    const bits = node.args.map((a, i) => `g${keys.get(print(a))} * ${2 ** (node.args.length - 1 - i)}`);
    return `CAST(${bits.join(' + ')} AS BIGINT)`;
  };
}

function columnText(expression: Bound, output: Outputs['ofItem'][number], base: (node: Bound) => string | null): string {
  const bins = binsOf(expression);
  if (bins !== null) return mapText(expression.type, bins, Array.isArray(output) ? output : [], base);
  const text = print(expression, base);
  return output === null ? text : `CASE WHEN p${output} THEN ${text} END`;
}

/** A MAP of the bins that pass, as DuckDB's histogram gives it: NULL if there is none. Empty bins never pass, since every cell needs a row. */
function mapText(type: string, bins: readonly AggregateNode[], outputs: readonly number[], base: (node: Bound) => string | null): string {
  const [key, count] = /^MAP\((.*), (\w+)\)$/.exec(type)?.slice(1) ?? [];
  const entries = bins.map((bin, i) => {
    const rows = print(bin, base);
    const entry = `{'key': CAST(${quoteText(bin.bin?.value ?? '')} AS ${key}), 'value': CAST(${rows} AS ${count})}`;
    return `CASE WHEN p${outputs[i]} THEN [${entry}] ELSE [] END`;
  });
  if (entries.length === 0) return `CAST(NULL AS ${type})`;
  return `CAST(nullif(map_from_entries(flatten([${entries.join(', ')}])), MAP {}) AS ${type})`;
}

/** What HAVING and ORDER BY see: a column of the answer as shown, any other aggregate only where it passes. */
function laterText(node: Bound, shown: ReadonlyMap<string, string>, split: Split, outputs: Outputs): string | null {
  if (!hasAggregate(node)) return null;
  const column = shown.get(print(node));
  if (column !== undefined) return `(${column})`;
  if (node.kind !== 'aggregate') return null;
  const index = split.indexOf.get(print(node));
  const output = index === undefined ? undefined : outputs.ofAggregate.get(index);
  return `(CASE WHEN p${output} THEN a${index} END)`;
}
