/**
 * A question as data: what the reference computes from and what SQL is rendered from, so that neither has to parse the
 * other's text. Expressions come twice: as an analyst writes them, and as the contract reads them (partial functions
 * NULL where undefined, non-finite results NULL).
 */
export interface Expression {
  readonly sql: string;
  /** The same in plain DuckDB with the contract's NULLs written out. */
  readonly meaning: string;
  /** Allow-listed names that it exercises. */
  readonly covers: readonly string[];
}

export interface Key extends Expression {
  readonly name: string;
  /** Columns that it reads; their declared values give the key's domain. */
  readonly columns: readonly string[];
}

export type Kind =
  | 'count'
  | 'count_if'
  | 'sum'
  | 'avg'
  | 'min'
  | 'max'
  | 'var_samp'
  | 'var_pop'
  | 'stddev_samp'
  | 'stddev_pop'
  | PairKind
  | RowsKind;

/** Statistics of y (`argument`) and x (`second`), as DuckDB calls them. */
export type PairKind = (typeof PAIR_KINDS)[number];
export const PAIR_KINDS = [
  'covar_pop',
  'covar_samp',
  'corr',
  'regr_slope',
  'regr_intercept',
  'regr_r2',
  'regr_sxx',
  'regr_syy',
  'regr_sxy',
  'regr_count',
  'regr_avgx',
  'regr_avgy',
] as const;
/** What needs all rows together. */
export type RowsKind = 'count_distinct' | 'median' | 'quantile_cont' | 'quantile_disc';

export interface Argument extends Expression {
  /** Decimals at which a DOUBLE is summed; null for exact types. */
  readonly grid: number | null;
}

export interface Aggregate {
  readonly kind: Kind;
  /** Under which of its names it is called. */
  readonly spelling: string;
  /** Null for COUNT(*). */
  readonly argument: Argument | null;
  /** x of statistics of pairs. */
  readonly second?: Argument;
  /** Fraction of a quantile. */
  readonly fraction?: number;
  readonly filter: Expression | null;
}

/** SQL over aggregates, written $0, $1, … by their index. */
export interface Formula {
  readonly template: string;
  readonly uses: readonly number[];
}

export interface Column extends Formula {
  readonly name: string;
}

export type Ordering = { readonly key: number; readonly descending: boolean } | { readonly formula: Formula; readonly descending: boolean };

export interface Query {
  readonly table: string;
  /** Where the rows come from: the table itself, a common table expression or a subquery over it. */
  readonly source: 'table' | 'with' | 'subquery';
  readonly keys: readonly Key[];
  readonly grouping: 'plain' | 'rollup' | 'cube' | 'sets' | 'all' | 'position';
  readonly groupingSets: readonly (readonly number[])[];
  readonly aggregates: readonly Aggregate[];
  readonly columns: readonly Column[];
  readonly where: Expression | null;
  readonly having: Formula | null;
  readonly order: readonly Ordering[];
  readonly limit: number | null;
  readonly offset: number;
}

export interface Rules {
  readonly minimumRows: number;
  readonly minimumOrganisations: number;
  readonly dominance: { readonly n: number; readonly k: number } | null;
  readonly pPercent: number | null;
  /** Receivers that contribute rows themselves. */
  readonly receivers: readonly string[];
}

/** The formula with every $i replaced. */
export const fill = (formula: Formula, text: (aggregate: number) => string): string =>
  formula.template.replace(/\$(\d+)/g, (_, digits: string) => text(Number(digits)));
