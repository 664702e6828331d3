/**
 * A bound question: what later passes read. Everything is an expression over the columns of one shared table, or of the
 * joined tables, whose columns are then named "table.column".
 */
import type { PlanMatching, Table } from '@sluis/model';
import type { AggregateNode, Bound, ColumnNode } from './expression.ts';

export interface Item {
  readonly name: string;
  readonly expression: Bound;
}
export interface Ordering {
  readonly expression: Bound;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** A shared table that rows come from. */
export interface Source {
  readonly tableName: string;
  /** As the agreement declares it. */
  readonly table: Table;
}

/** Rows are partners if the agreement's matching says so. */
export type JoinMatching = PlanMatching;

/** Adds source number `index + 1` to what is joined so far. */
export interface Join {
  readonly kind: 'inner' | 'left' | 'semi' | 'anti';
  readonly on: readonly { readonly left: Bound; readonly right: Bound }[];
  /** Conditions under which a row looks for a partner, or can be one; null for all rows. */
  readonly leftIf: Bound | null;
  readonly rightIf: Bound | null;
  /** Whether the agreement declares that the right side has every key once. */
  readonly rightUnique: boolean;
  /** The same of the left side, where it is a single source. */
  readonly leftUnique: boolean;
  /** Declared bound on the rows of the result; 0 where the left side's rows bound them. */
  readonly maximumRows: number;
  /** INTERSECT or EXCEPT: NULL equals NULL, and equal rows of the left side count once (`further`: they are distinct already). */
  readonly set?: 'first' | 'further';
  /** Then `on` has the columns that the matching reads, which need not be equal. */
  readonly matching?: JoinMatching;
}

/** Rows with equal keys are one item each, and the question is about items. */
export interface Items {
  readonly keys: readonly ColumnNode[];
  /** Which rows are merged; null for all. */
  readonly where: Bound | null;
  /** What is added up of each item. */
  readonly sums: readonly ColumnNode[];
  /** What was asked of the rows of an item. */
  readonly calls: readonly AggregateNode[];
}

export interface Question {
  /** The first shared table's name. */
  readonly tableName: string;
  /** The shared table, or a table of all columns of the joined tables. */
  readonly table: Table;
  readonly sources: readonly Source[];
  readonly joins: readonly Join[];
  readonly merging?: Items;
  /** Of 65,536 hashes of matching keys, or of items, how many are in the sample. */
  readonly sample?: number;
  /** All conditions that rows (or items) must meet, those of subqueries included; null for all rows. */
  readonly where: Bound | null;
  readonly keys: readonly Item[];
  /** Indices into keys; [[]] without GROUP BY. */
  readonly groupingSets: readonly (readonly number[])[];
  readonly items: readonly Item[];
  readonly having: Bound | null;
  readonly orders: readonly Ordering[];
  readonly limit: number | null;
  readonly offset: number;
}
