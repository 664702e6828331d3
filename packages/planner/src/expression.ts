/** Bound expressions: every node knows its DuckDB type, its bounds, whether it may be NULL, and how it is written. */
import type { AggregateKind, PlanAmong } from '@sluis/model';
import type { Interval } from './interval.ts';
import { quoteName } from './quote.ts';

/**
 * What an argument does to the result. `value`: it enters linearly; `decides`: it decides what counts, its value does
 * not enter; `both`: its value enters, but in a way that can act as a condition (rounding, clamping, divisors…).
 */
export type Role = 'value' | 'decides' | 'both';

interface Typed {
  readonly type: string;
  /** Bounds of the value that is not NULL: numbers, days, microseconds, 0/1; null if unknown. */
  readonly interval: Interval | null;
  readonly nullable: boolean;
}
export interface ColumnNode extends Typed {
  readonly kind: 'column';
  readonly name: string;
}
export interface ConstantNode extends Typed {
  readonly kind: 'constant';
  readonly text: string;
}
export interface OperationNode extends Typed {
  readonly kind: 'operation';
  readonly name: string;
  readonly args: readonly Bound[];
  readonly roles: readonly Role[];
  readonly write: (texts: readonly string[]) => string;
}
export interface AggregateNode extends Typed {
  readonly kind: 'aggregate';
  readonly aggregate: AggregateKind;
  /** y of statistics of pairs (y, x). */
  readonly argument: Bound | null;
  /** x of statistics of pairs. */
  readonly second?: Bound;
  /** Of a quantile, in ten-thousandths. */
  readonly fraction?: number;
  /** Of a comparison among organisations: by what, and the price's rank or the limit (as fixed-point text). */
  readonly among?: { readonly measure: PlanAmong['measure']; readonly parameter: string };
  readonly filter: Bound | null;
  /** Of a count that is one bin of a histogram: `filter` then says that `of` has this value, beside what the question says. */
  readonly bin?: { readonly of: Bound; readonly value: string; readonly filter: Bound | null };
}
/** GROUPING(a, b…): which keys are rolled up. */
export interface GroupingNode extends Typed {
  readonly kind: 'grouping';
  readonly args: readonly Bound[];
}
export type Bound = ColumnNode | ConstantNode | OperationNode | AggregateNode | GroupingNode;

/** Canonical SQL of a node; `replace` may give other text for a whole subtree (it is asked from the top down). */
export function print(node: Bound, replace: (node: Bound) => string | null = () => null): string {
  const replaced = replace(node);
  if (replaced !== null) return replaced;
  switch (node.kind) {
    case 'column':
      return quoteName(node.name);
    case 'constant':
      return node.text;
    case 'operation':
      return node.write(node.args.map((a) => print(a, replace)));
    case 'grouping':
      return `GROUPING(${node.args.map((a) => print(a, replace)).join(', ')})`;
    case 'aggregate':
      return printAggregate(node, replace);
  }
}

function printAggregate(node: AggregateNode, replace: (node: Bound) => string | null): string {
  const args = [node.argument, node.second ?? null].filter((n) => n !== null).map((n) => print(n, replace));
  const call = aggregateCall(node, args.length === 0 ? '*' : args.join(', '));
  return node.filter === null ? call : `${call} FILTER (WHERE ${print(node.filter, replace)})`;
}

/** The call with its arguments' text. */
export function aggregateCall({ aggregate, fraction, among }: AggregateNode, args: string): string {
  if (among !== undefined) return `${aggregate}(${args}, '${[among.measure, among.parameter].filter((t) => t !== '').join(' ')}')`;
  if (aggregate === 'count_distinct') return `count(DISTINCT ${args})`;
  return fraction === undefined ? `${aggregate}(${args})` : `${aggregate}(${args}, ${fraction / 10_000})`;
}

export function childrenOf(node: Bound): readonly Bound[] {
  if (node.kind === 'operation' || node.kind === 'grouping') return node.args;
  if (node.kind === 'aggregate') return [node.argument, node.second ?? null, node.filter].filter((n) => n !== null);
  return [];
}

/** Every node of a tree, from the top down; `enter` false skips what lies below. */
export function walk(node: Bound, visit: (node: Bound) => boolean | undefined): void {
  if (visit(node) === false) return;
  for (const child of childrenOf(node)) walk(child, visit);
}

/** Names of the columns that occur, in order of first occurrence. */
export function columnsOf(node: Bound): string[] {
  const names = new Set<string>();
  walk(node, (n) => {
    if (n.kind === 'column') names.add(n.name);
    return undefined;
  });
  return [...names];
}

export function aggregatesOf(node: Bound): AggregateNode[] {
  const found: AggregateNode[] = [];
  walk(node, (n) => {
    if (n.kind !== 'aggregate') return true;
    found.push(n);
    return false;
  });
  return found;
}

export const hasAggregate = (node: Bound): boolean => aggregatesOf(node).length > 0;

/** Whether a node depends on nothing but literals. */
export function isClosed(node: Bound): boolean {
  let closed = true;
  walk(node, (n) => {
    if (n.kind === 'column' || n.kind === 'aggregate' || n.kind === 'grouping') closed = false;
    return closed;
  });
  return closed;
}
