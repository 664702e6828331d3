/** The plan of a question: what runs where, revealing what to whom. Every station makes it for itself; hashes must agree. */

import type { PlanNoise } from './plan-noise.ts';
import type { PlanRounding } from './plan-rounding.ts';
import type { PlanRows } from './plan-rows.ts';
import type { ResultColumn } from './result.ts';

/** A grouping expression with a declared domain, or a secret one (`secret`, with `size` 0 and an empty `domainHash`). */
export interface PlanKey {
  readonly name: string;
  /** Canonical SQL over the shared table's columns. */
  readonly sql: string;
  /** DuckDB type name. */
  readonly type: string;
  /** Number of values in the domain, NULL included. */
  readonly size: number;
  /** SHA-256 over the domain's values in order (see `Domain`). */
  readonly domainHash: string;
  /** Set where the key's values are secret: they are opened for passing groups only. */
  readonly secret?: true;
  /** Of a secret key: the accumulator that holds its value (or, with a declared domain, the position in it). */
  readonly accumulator?: number;
  /** Of a secret key: the integer that stands for NULL in that accumulator; absent where the key is never NULL. */
  readonly nullCode?: string;
  /** Of a secret key that is text without declared values: see `PlanKeyText`. */
  readonly text?: PlanKeyText;
}

/**
 * Of text without declared values the hash is opened (see `textHash`): the key's accumulator holds its first part, that of a
 * key behind the question's own the second. Receivers put back the texts that they have themselves.
 */
export interface PlanKeyText {
  /** Index of the key that holds the second part. */
  readonly more: number;
  /** The shared table's column. */
  readonly column: string;
}

/** The values of a key, in DuckDB's order with NULL last, as text (DuckDB's CAST to VARCHAR) or null. Not part of the plan's JSON. */
export interface Domain {
  readonly values: readonly (string | null)[];
}

/** Which rows count: everything an aggregate needs to know about "the rows that contribute to the cell". */
export interface PlanContribution {
  /** Aggregate SQL giving the number of contributing rows, e.g. `count(cost) FILTER (WHERE sector = 'Energy')`. */
  readonly sql: string;
}

export type AccumulatorKind =
  | 'sum'
  | 'min'
  | 'max'
  /** What the one receiver learns about how organisations compare: see `PlanAmong`. */
  | 'among'
  /** A quantile found in a histogram that all providers share: see `PlanHistogram`. Providers give nothing else for it. */
  | 'histogram';

/** Most values of a histogram: every provider shares a count for each, per cell. */
export const MOST_BINS = 32_768;

/** How often each value occurs: one count per value and cell, of which none is ever opened. */
export interface PlanHistogram {
  /** SQL of the value per row as an integer from 0 to size − 1 (NULL where the row does not contribute). */
  readonly rowSql: string;
  readonly size: number;
}

/** A quantile of the values in a histogram, in ten-thousandths; continuous ones come out in ten-thousandths of the value's unit. */
export interface PlanQuantile {
  /** Index into the plan's histograms. */
  readonly histogram: number;
  /** Its contribution: the number of rows. */
  readonly contribution: number;
  readonly at: number;
  /**
   * Instead of a share of all rows: the value of so many rows from the end that `at` names, 0 (upwards from the smallest) or
   * 10000 (downwards from the largest). Of noisy minima and maxima, which are discrete.
   */
  readonly rank?: string;
  readonly continuous: boolean;
  /** Value of the first bin. */
  readonly low: string;
  /** Of noisy bins: what is found is an end of the quantile's interval instead of the quantile. */
  readonly end?: PlanQuantileEnd;
}

/**
 * The end of an interval around a noisy quantile: where the noisy counts up to a value cross the wanted share of all, and a
 * margin before it (`low`) or beyond it (`high`), for the first (`low`) or last (`high`) time.
 */
export interface PlanQuantileEnd {
  readonly side: 'low' | 'high';
  /** For so many values, from the first one on, the margin in ten-thousandths of a row; every value but the last has one. */
  readonly margins: readonly { readonly values: number; readonly by: string }[];
}

/**
 * A comparison among organisations, made on secrets from each one's partial: the receiver learns its own place or the
 * outcome, nobody's value. A price below the accumulator's `minimum`, and −1 for the others, stand for NULL.
 */
export interface PlanAmong {
  /**
   * rank: 1 + organisations with a larger value; quartile: 1 (largest) to 4; won: largest value, the first listed wins a
   * tie; price: the `parameter`-th largest value, for the winner or a receiver without data; winner: its place in
   * `providers`; exceeds: whether the total is above `parameter`, for who takes part or has no data.
   */
  readonly what: 'rank' | 'quartile' | 'won' | 'price' | 'winner' | 'exceeds';
  /** By which value organisations are compared: the partial itself (a sum or a maximum), or sum by number of rows. */
  readonly measure: 'sum' | 'mean' | 'maximum';
  /** The receiver if it is one of the providers, else null. */
  readonly receiver: string | null;
  /** Contribution whose rows make an organisation take part. */
  readonly contribution: number;
  readonly parameter: string;
}

/** A partial aggregate that is combined over providers on secrets. */
export interface PlanAccumulator {
  readonly kind: AccumulatorKind;
  /** Aggregate SQL giving an integer (HUGEINT or VARCHAR decimal text when wider), NULL where no row contributes. */
  readonly sql: string;
  /** Value = integer / 10^scale (0 for dates, timestamps and dictionary positions). */
  readonly scale: number;
  /** Smallest and largest value of one provider's partial, as integer text. */
  readonly minimum: string;
  readonly maximum: string;
  /** 64-bit words of the ring Z_2^(64·words) in which the combined value, signed, fits. */
  readonly words: number;
  /** Set exactly for the kind `among`. */
  readonly among?: PlanAmong;
  /** Set exactly for the kind `histogram`. */
  readonly quantile?: PlanQuantile;
}

/** For dominance: the largest contributions of single rows to a sum. */
export interface PlanDominance {
  /** SQL of |x| as an integer per row, with FILTER folded in (NULL where the row does not contribute). */
  readonly rowSql: string;
  readonly maximum: string;
  /** How many largest values each provider shares. */
  readonly top: number;
  readonly words: number;
}

export type AggregateKind =
  | 'count'
  | 'sum'
  | 'avg'
  | 'min'
  | 'max'
  | 'var_samp'
  | 'var_pop'
  | 'stddev_samp'
  | 'stddev_pop'
  | PairKind
  /** These need all rows together: they run on shares only. */
  | 'count_distinct'
  | 'quantile_cont'
  | 'quantile_disc'
  /** Comparisons among organisations. */
  | AmongKind;

/** How a question names what `PlanAmong` describes. */
export type AmongKind = 'my_rank' | 'my_quartile' | 'auction_won' | 'auction_price' | 'auction_winner' | 'total_exceeds';

/** Statistics of two values y and x per row, over the rows that have both. */
export type PairKind =
  | 'covar_pop'
  | 'covar_samp'
  | 'corr'
  | 'regr_slope'
  | 'regr_intercept'
  | 'regr_r2'
  | 'regr_sxx'
  | 'regr_syy'
  | 'regr_sxy';

/** One aggregate call of the question. */
export interface PlanAggregate {
  readonly kind: AggregateKind;
  /** As written, canonical. */
  readonly sql: string;
  /** DuckDB type of the call's value. */
  readonly type: string;
  /** Index into contributions: its rows are the cell's rows. A count's value is its contribution's. */
  readonly contribution: number;
  /**
   * Indices into accumulators: sum → [sum]; avg → [sum]; var/stddev → [sum, sum of squares]; min/max → [it]; count → [];
   * distinct counts and quantiles → [it] (noisy quantiles, minima and maxima that are shown: [it, low end, high end]); statistics of pairs → those of [Σx, Σy, Σxy, Σx², Σy²] that `pairSums` names.
   */
  readonly accumulators: readonly number[];
  /**
   * With noise: sums are over 2v − centre instead of v, so that they need less of it; whole numbers in the grid of v. For
   * averages and variances one, for statistics of pairs those of y and x. Null or absent where sums are over the values themselves.
   */
  readonly centres?: readonly (string | null)[];
  /** Index into dominances, or null if the dominance rule does not apply. */
  readonly dominance: number | null;
  /** Values of a min/max over a VARCHAR column are positions in this list; else null. */
  readonly dictionary: readonly string[] | null;
}

/** An output cell: a column (or HAVING/ORDER BY expression) whose aggregates must all pass before any is opened for it. */
export interface PlanOutput {
  readonly name: string;
  /** Of one bin of a histogram, which is a cell by itself: the value that it counts. The column named `name` is made of all its bins. */
  readonly bin?: string;
  /** Indices into aggregates. */
  readonly aggregates: readonly number[];
  /** False for expressions of HAVING and ORDER BY that are no column of the answer. */
  readonly visible: boolean;
}

export type PairSum = 'x' | 'y' | 'xy' | 'xx' | 'yy';

/** The sums over pairs (y, x) that a statistic is computed from, in the order of its accumulators. */
export function pairSums(kind: PairKind): readonly PairSum[] {
  if (kind === 'corr' || kind === 'regr_r2') return ['x', 'y', 'xy', 'xx', 'yy'];
  if (kind === 'regr_slope' || kind === 'regr_intercept') return ['x', 'y', 'xy', 'xx'];
  if (kind === 'regr_sxx') return ['x', 'xx'];
  return kind === 'regr_syy' ? ['y', 'yy'] : ['x', 'y', 'xy'];
}

export interface PlanRules {
  readonly minimumRows: number;
  readonly minimumOrganisations: number;
  readonly dominance: { readonly n: number; readonly k: number } | null;
  readonly pPercent: number | null;
  /** Receivers that are providers: rules hold again without their rows. */
  readonly withoutReceivers: readonly string[];
  /**
   * Joined sources (indices into `rows.sources`) of which at least `minimumRows` different rows must stand behind a cell:
   * those of others than a receiver that owns a joined table, since it can repeat its own rows. Absent if there are none.
   */
  readonly countedSources?: readonly number[];
  /**
   * Totals over suppressed cells are shown where further cells hide what they would tell. The compute parties then also
   * learn which cells nobody has a row in. Absent: such totals are held back.
   */
  readonly secondary?: true;
  /**
   * No release that yields, with earlier ones on the same data, a group that has not passed the rules. The compute parties
   * then also learn which cells nobody has a row in.
   */
  readonly guarded?: true;
}

export interface TechniqueRef {
  readonly id: string;
  readonly version: number;
}

export interface Plan {
  readonly format: 'sluis-plan/1';
  readonly agreement: string;
  readonly collaboration: string;
  /** The question as DuckDB prints the parsed statement. */
  readonly sql: string;
  readonly table: string;
  /** Organisations whose stations take part with data: partial aggregates, or rows if `rows` says so. */
  readonly providers: readonly string[];
  /** What runs on shared rows; absent where everything is pushed down. */
  readonly rows?: PlanRows;
  readonly committee: readonly [string, string, string];
  readonly receivers: readonly string[];
  readonly keys: readonly PlanKey[];
  /** Grouping sets: indices into keys; [[]] for a question without GROUP BY. */
  readonly groupingSets: readonly (readonly number[])[];
  readonly cellCount: number;
  readonly contributions: readonly PlanContribution[];
  readonly accumulators: readonly PlanAccumulator[];
  readonly dominances: readonly PlanDominance[];
  /** Absent where no quantile is asked of pushed-down rows. */
  readonly histograms?: readonly PlanHistogram[];
  readonly aggregates: readonly PlanAggregate[];
  readonly outputs: readonly PlanOutput[];
  readonly rules: PlanRules;
  /** Whose output checkers are asked before anything is opened, and when. */
  readonly checking?: { readonly by: readonly string[]; readonly when: 'always' | 'ask' };
  /** Set where values are rounded before they are opened. */
  readonly rounding?: PlanRounding;
  /** Set exactly where the mechanism adds noise. */
  readonly noise?: PlanNoise;
  /** FROM … WHERE … of the provider's own query over the view named as the shared table, common table expressions included. */
  readonly provider: { readonly with: string; readonly from: string; readonly where: string };
  /**
   * Statement that the receiver's engine runs over the table `cells`: columns k0…, g0… (GROUPING bits per key),
   * a0… (aggregates, typed, NULL where suppressed), p0… (BOOLEAN per output: passed).
   */
  readonly finalSql: string;
  readonly columns: readonly ResultColumn[];
  readonly maximumRows: number;
  readonly techniques: {
    readonly sharing: TechniqueRef;
    readonly computation: TechniqueRef;
    readonly mechanism: TechniqueRef;
    readonly rows?: TechniqueRef;
  };
}
