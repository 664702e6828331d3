/** A bound question: what later passes read. Everything is an expression over the columns of one shared table. */
import type { Table } from '@sluis/model';
import type { Bound } from './expression.ts';

export interface Item {
  readonly name: string;
  readonly expression: Bound;
}
export interface Ordering {
  readonly expression: Bound;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

export interface Question {
  readonly tableName: string;
  readonly table: Table;
  /** All conditions that rows must meet, those of subqueries included; null for all rows. */
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
