/**
 * Which rows each value of a release is about, over the columns that its filters and groups use: what a guard against
 * differences between releases computes with. Made by the planner, the same at every station; it holds no data.
 */

/** A column cut into classes that the question tells apart; classes of all columns span the footprint's atoms. */
export type FootprintColumn =
  | {
      readonly kind: 'values';
      readonly name: string;
      /** All declared values, NULL included where the column may lack one. */
      readonly values: readonly (string | null)[];
      /** Per value, its class. */
      readonly classOf: readonly number[];
      readonly classes: number;
    }
  | {
      readonly kind: 'cuts';
      readonly name: string;
      /** Numbers that the column is compared with, ascending, as fixed-point integers with 18 decimals. */
      readonly cuts: readonly string[];
      readonly nullable: boolean;
      /** What lies below the first cut, the first cut, what lies between it and the next…, what lies above the last, NULL if nullable. */
      readonly classes: number;
    };

export interface FootprintValue {
  /** What is added up: `count`, or the sum's columns. Only values of one measure can be subtracted from each other. */
  readonly measure: string;
  /** Where it is opened: a contribution's count or an accumulator of the plan. */
  readonly of: { readonly kind: 'count' | 'accumulator'; readonly index: number };
  /** Contribution whose rows it is about. */
  readonly contribution: number;
  /** Per atom (first column slowest): 1 where its rows count. */
  readonly atoms: readonly number[];
}

export interface Footprint {
  readonly columns: readonly FootprintColumn[];
  /** Per key of the plan: its number of values, and per atom the position of the atom's value among them. */
  readonly keys: readonly { readonly size: number; readonly positions: readonly number[] }[];
  readonly groupingSets: readonly (readonly number[])[];
  readonly values: readonly FootprintValue[];
}

/** A release, or one that is asked for, as a station remembers it. */
export interface GuardedRelease {
  readonly run: string;
  readonly at: number;
  /** What identifies the data: releases that have one of these in common are about the same data. */
  readonly data: readonly string[];
  readonly footprint: Footprint;
  /**
   * Per value of the footprint, one byte per cell: 1 shown, 2 known to have no row, 0 neither. Null where this station does
   * not know: it then takes it that everything may have been shown.
   */
  readonly shown: readonly Uint8Array[] | null;
}

/** What would follow from a release and earlier ones. */
export interface Difference {
  /** The group, in words: "sector = Energy". */
  readonly group: string;
  readonly measure: string;
  /** Earlier releases that it follows from together with the new one, as few as can be. */
  readonly runs: readonly string[];
}

/** What a check found: nothing, a group that would follow, or that it can't be examined within bounds. */
export type GuardVerdict =
  | { readonly kind: 'clear' }
  | ({ readonly kind: 'follows' } & Difference)
  | { readonly kind: 'too-large'; readonly why: string };
