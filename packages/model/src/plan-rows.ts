/**
 * The part of a plan that runs on shared rows instead of pushed-down partial aggregates. The committee evaluates it on
 * secrets and gets one more input in the plan's layout, which the mechanism treats like a provider's.
 */

/** Where rows come from: deposited beforehand at the compute parties, or shared by a provider's station in the run. */
export interface PlanRowSource {
  /** Shared table of the agreement. */
  readonly table: string;
  /** Columns that are shared in a run or read from a deposit, in the agreement's order. */
  readonly columns: readonly string[];
  /** Organisations whose stations share their rows in the run; a row's organisation is public to the committee. */
  readonly stations: readonly string[];
  /** Whether what was deposited into the table counts as well. */
  readonly deposits: boolean;
  /** Rows that every station leaves in but marks as not taking part (what a source decides alone): SQL over its columns, or ''. */
  readonly stationWhere: string;
  /** Most rows that there can be: what an estimate of the cost starts from. */
  readonly maximumRows?: number;
}

export interface PlanRowJoin {
  readonly kind: 'inner' | 'left' | 'semi' | 'anti';
  /** Pairs of keys: what is joined so far (left) and source number `join index + 1` (right). Equal widths. */
  readonly on: readonly { readonly left: RowExpression; readonly right: RowExpression }[];
  /** Whether the agreement declares the right side's keys unique (`unique` of the table); checked on shares. */
  readonly rightUnique: boolean;
  /** Set where rules rely on every key standing once on the left, too (the first source); checked on shares. */
  readonly leftUnique?: true;
  /** Of a semi or anti join: of rows on the left that take part and have equal keys only one stays (INTERSECT, EXCEPT). */
  readonly distinct?: true;
  /** Public number of slots of the result where neither side is unique; else 0. */
  readonly maximumRows: number;
  /** Instead of equal keys (`on` is empty): rows are partners if a declared matching says so. Of semi and anti joins only. */
  readonly matching?: PlanMatching;
}

/** Two rows match if one of their keys is equal, or if they are alike. Columns: `matchingColumns`. */
export interface PlanMatching {
  /** As the agreement calls it. */
  readonly name: string;
  /** The source on the left whose rows are matched. */
  readonly source: number;
  /** Number of exact keys. */
  readonly keys: number;
  readonly likeness?: PlanLikeness;
}

/** What the committee needs of the terms of approximate matching. */
export interface PlanLikeness {
  /** Bits of a filter. */
  readonly bits: number;
  /** Least Dice coefficient. */
  readonly threshold: { readonly numerator: number; readonly denominator: number };
  /** Number of block keys. */
  readonly blocks: number;
  /** Pairs compared for each block key; if there are more, nothing is shown. */
  readonly maximumPairs: number;
  /**
   * Set where a receiver owns the right side, and could see by missing room whether a single row is on the left: of rows on
   * the right with the same block key so many are compared, and there is room for as many for each row on the left.
   */
  readonly perKey?: number;
}

/**
 * An expression over secret rows. Numbers are signed integers of at most `bits` bits (scaled decimals, days, microseconds,
 * positions in a declared domain); `boolean` yields a bit. NULL propagates as in SQL (three-valued logic).
 */
export type RowExpression =
  /** `nullable` is there for estimates: whether a column has NULLs is known from its encoding, and from joins. */
  | { readonly op: 'column'; readonly source: number; readonly column: string; readonly bits: number; readonly nullable?: true }
  | { readonly op: 'number'; readonly value: string; readonly bits: number }
  | { readonly op: 'boolean'; readonly value: boolean }
  | { readonly op: 'null'; readonly of: 'number' | 'boolean' }
  | { readonly op: 'add' | 'subtract' | 'multiply'; readonly args: readonly [RowExpression, RowExpression]; readonly bits: number }
  | { readonly op: 'negate' | 'absolute'; readonly args: readonly [RowExpression]; readonly bits: number }
  /** The quotient without its fraction, towards zero; NULL where the divisor is 0. */
  | { readonly op: 'divide'; readonly args: readonly [RowExpression, RowExpression]; readonly bits: number }
  /** Division by a public positive integer, rounded half away from zero. */
  | { readonly op: 'rescale'; readonly args: readonly [RowExpression]; readonly divisor: string; readonly bits: number }
  | { readonly op: 'less' | 'equal'; readonly args: readonly [RowExpression, RowExpression] }
  | { readonly op: 'and' | 'or'; readonly args: readonly RowExpression[] }
  | { readonly op: 'not' | 'isNull'; readonly args: readonly [RowExpression] }
  /** First branch whose condition is true; `else` otherwise. Branches are all numbers or all booleans. */
  | {
      readonly op: 'case';
      readonly when: readonly { readonly if: RowExpression; readonly then: RowExpression }[];
      readonly else: RowExpression;
      readonly bits: number;
    }
  | { readonly op: 'in'; readonly args: readonly [RowExpression]; readonly values: readonly string[] }
  /** Position of the value in the list, NULL last (−1 if it is not there: the row counts nowhere). */
  | {
      readonly op: 'position';
      readonly args: readonly [RowExpression];
      readonly values: readonly (string | null)[];
      readonly bits: number;
    };

export type RowAccumulatorKind =
  /** Sum, minimum, maximum of the expression over contributing rows. */
  | 'sum'
  | 'min'
  | 'max'
  /** Number of different values among contributing rows. */
  | 'distinct'
  /**
   * Continuous quantile at q = `quantile` / 10000 over the n contributing values in order, v[0] … v[n−1]: with
   * t = q·(n−1), i = ⌊t/10000⌋ and f = t mod 10000 (q in ten-thousandths), the exact integer
   * v[i]·(10000 − f) + v[min(i+1, n−1)]·f. The plan's accumulator has the value's scale plus 4.
   */
  | 'quantile'
  /** v[max(⌈q·n/10000⌉ − 1, 0)]: a value that occurs, at its own scale. */
  | 'quantile_disc'
  /** Found in a histogram of the plan, once noise is on it: rows give nothing for it by themselves. */
  | 'histogram'
  /** Value of a secret group key. */
  | 'key';

export interface PlanRowAccumulator {
  readonly kind: RowAccumulatorKind;
  /**
   * NULL where the row does not contribute (conditions of FILTER are part of it). A sum without contributing rows is 0,
   * a minimum or maximum the neutral element, a distinct count 0; quantiles of nothing are 0, and never opened.
   */
  readonly expression: RowExpression;
  /** For quantiles: hundredths of a percent (ten-thousandths), 0 … 10000; else 0. */
  readonly quantile: number;
}

/**
 * Of the rows that pass WHERE, at most `rows` with the same key count, over all givers and all groups together: which ones
 * is decided by a random order that nobody knows.
 */
export interface PlanRowBound {
  /** Whose row it is: the column of the privacy unit. NULL is a unit as well. */
  readonly key: RowExpression;
  readonly rows: number;
}

/** In expressions over items: the source of what was counted and added up of each (`#organisations`, `#rows`, `#sum0`, …). */
export const ITEMS = -1;

/**
 * Rows of the only source with equal keys become one row each, an item. Expressions of the rest of the plan are over the
 * keys' columns and those of the source `ITEMS`; WHERE decides which items count.
 */
export interface PlanRowItems {
  /** Which rows are merged; null for all. */
  readonly where: RowExpression | null;
  /** Columns of source 0. NULL equals NULL. */
  readonly keys: readonly RowExpression[];
  /** Sums over an item's rows, and the bounds that they keep: at most 63 bits. */
  readonly sums: readonly { readonly expression: RowExpression; readonly minimum: string; readonly maximum: string }[];
}

export interface PlanRows {
  readonly sources: readonly PlanRowSource[];
  /** joins[i] adds source i + 1. */
  readonly joins: readonly PlanRowJoin[];
  /** Absent where every row counts by itself. */
  readonly merged?: PlanRowItems;
  /** Of what matches only a share counts: rows whose keys' hash, of 16 bits under a secret function, is below the threshold. */
  readonly sample?: { readonly keys: readonly RowExpression[]; readonly threshold: number };
  readonly where: RowExpression | null;
  /** Given exactly where noise protects all rows with the same value in a column. */
  readonly bound?: PlanRowBound;
  /** Per key of the plan: position in its domain, or the value of a secret key. */
  readonly keys: readonly RowExpression[];
  /** Per contribution of the plan: which rows count; null for all. */
  readonly contributions: readonly (RowExpression | null)[];
  /** Per accumulator of the plan. */
  readonly accumulators: readonly PlanRowAccumulator[];
  /** Per histogram of the plan: the place of a row's value in it, from 0; NULL where the row does not contribute. Absent if there are none. */
  readonly histograms?: readonly RowExpression[];
  /** Per dominance of the plan: |x| of a row, NULL where it does not contribute. Absent if there are none. */
  readonly dominances?: readonly RowExpression[];
  /**
   * Secret keys: the cells of the plan are this many slots in an order nobody knows, and every key's value is an
   * accumulator of the kind `key`. Null where all keys have declared domains.
   */
  readonly secretSlots: number | null;
  /** Public upper bound on the rows that are aggregated, after joins: what sums and counts must have room for. */
  readonly maximumRows: number;
  /** Who counts as an organisation for minimum_organisations: the giver of each row of source 0, or every owner of a joined row. */
  readonly organisations: 'per-row' | 'all-sources';
}

/** Name under which the committee's own evaluation of shared rows stands among a plan's inputs. */
export const ROWS_INPUT = '(shared rows)';
