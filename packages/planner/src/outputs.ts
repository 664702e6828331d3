/** Which cells a question has: its columns made of aggregates, and hidden ones for HAVING and ORDER BY. */
import type { PlanOutput } from '@sluis/model';
import { binsOf } from './bind-histogram.ts';
import { type AggregateNode, aggregatesOf, print, type Bound } from './expression.ts';
import type { Question } from './question.ts';
import type { Split } from './split.ts';

export interface Outputs {
  readonly list: readonly PlanOutput[];
  /** Per item of SELECT, the output whose passing shows it, or those of its bins; null for keys and literals. */
  readonly ofItem: readonly (number | readonly number[] | null)[];
  /** The output that consists of exactly one aggregate, by that aggregate's index. */
  readonly ofAggregate: ReadonlyMap<number, number>;
  /** Outputs of which one must pass for a group to be a row: the visible ones, or the hidden COUNT(*) if only keys are shown. */
  readonly deciding: readonly number[];
}

/**
 * An expression over several aggregates passes if all pass. HAVING and ORDER BY see columns of the answer as they
 * are shown, and every other aggregate as a cell of its own.
 */
export function outputsOf(question: Question, split: Split, hiddenCount: boolean): Outputs {
  const list: PlanOutput[] = [];
  const ofItem = question.items.map((item) => {
    const bins = binsOf(item.expression);
    if (bins !== null) return bins.map((bin) => list.push(outputOfBin(item.name, bin, split)) - 1);
    const aggregates = indices(item.expression, split);
    if (aggregates.length === 0) return null;
    return list.push({ name: item.name, aggregates, visible: true }) - 1;
  });
  const ofAggregate = new Map<number, number>();
  const addSingle = (index: number): void => {
    if (ofAggregate.has(index)) return;
    const aggregates = withCompanions([index], split);
    const shown = list.findIndex((o) => o.aggregates.join() === aggregates.join());
    const name = split.aggregates[index]?.sql ?? '';
    ofAggregate.set(index, shown >= 0 ? shown : list.push({ name, aggregates, visible: false }) - 1);
  };
  const shown = new Set(question.items.map((i) => print(i.expression)));
  for (const node of [...(question.having === null ? [] : [question.having]), ...question.orders.map((o) => o.expression)]) {
    for (const index of unshown(node, shown, split)) addSingle(index);
  }
  const rows = split.indexOf.get('count(*)') ?? 0;
  if (hiddenCount) addSingle(rows);
  const visible = ofItem.flatMap((o) => o ?? []);
  return { list, ofItem, ofAggregate, deciding: hiddenCount ? [ofAggregate.get(rows) ?? 0] : visible };
}

function outputOfBin(name: string, node: AggregateNode, split: Split): PlanOutput {
  return { name, ...(node.bin === undefined ? {} : { bin: node.bin.value }), aggregates: indices(node, split), visible: true };
}

function indices(node: Bound, split: Split): number[] {
  const found = aggregatesOf(node).map((a) => split.indexOf.get(print(a)));
  return withCompanions(
    found.filter((i) => i !== undefined),
    split,
  );
}

/** Beside a statistic of two values under a dominance rule stands an aggregate of its other value: both must pass. */
function withCompanions(indices: readonly number[], { companions }: Split): number[] {
  return [...new Set(indices.flatMap((i) => [i, companions.get(i) ?? i]))];
}

/** Aggregates of an expression outside the parts that are columns of the answer. */
function unshown(node: Bound, shown: ReadonlySet<string>, split: Split): number[] {
  if (shown.has(print(node))) return [];
  const index = node.kind === 'aggregate' ? split.indexOf.get(print(node)) : undefined;
  if (index !== undefined) return [index];
  return node.kind === 'operation' ? node.args.flatMap((a) => unshown(a, shown, split)) : [];
}
