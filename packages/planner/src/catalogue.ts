/**
 * The allow-list of scalar functions: deterministic, total after rewriting, without side effects. What is not in it is
 * refused by name. `docs/sql.md` lists the same names (a test compares them).
 */
import type { Role } from './expression.ts';
import { absolute, between, greatestOf, leastOf, monotone, toWhole, type Interval } from './interval.ts';

type Bounds = readonly (Interval | null)[];

export interface FunctionRule {
  readonly topic: 'number' | 'text' | 'pattern' | 'date' | 'condition';
  readonly least: number;
  readonly most: number;
  /** Positions that must be literals (patterns, units, formats, lengths). */
  readonly literal: readonly number[];
  /** Never raises an error for any argument; otherwise it is wrapped in TRY. */
  readonly total: boolean;
  readonly role: Role;
  /** What it is written as, if not as named. */
  readonly written: string | null;
  readonly bounds: ((args: Bounds, nullable: readonly boolean[]) => Interval | null) | null;
}

const first = (args: Bounds): Interval | null => args[0] ?? null;
const known = (args: Bounds): Interval[] | null => (args.every((a) => a !== null) ? (args as Interval[]) : null);
const fixed = (lo: number, hi: number) => (): Interval => between(lo, hi);
const onFirst =
  (f: (a: Interval) => Interval | null) =>
  (args: Bounds): Interval | null => {
    const a = first(args);
    return a === null ? null : f(a);
  };

/** A logarithm of any double lies between `least` and `most`; declared bounds narrow that. */
const logarithm =
  (f: (x: number) => number, least: number, most: number) =>
  (args: Bounds): Interval => {
    const a = first(args);
    const narrow = a !== null && a.lo > 0n ? monotone(a, f) : null;
    return narrow ?? between(least, most);
  };

const catalogue = new Map<string, FunctionRule>();

function allow(topic: FunctionRule['topic'], names: string, least: number, most: number, rest: Partial<FunctionRule> = {}): void {
  for (const name of names.split(' ')) {
    catalogue.set(name, { topic, least, most, literal: [], total: false, role: 'both', written: null, bounds: null, ...rest });
  }
}

allow('number', 'abs @', 1, 1, { bounds: onFirst(absolute) });
allow('number', 'round', 1, 2, { literal: [1], bounds: onFirst(toWhole) });
allow('number', 'round_even', 2, 2, { literal: [1], bounds: onFirst(toWhole) });
allow('number', 'floor ceil ceiling', 1, 1, { bounds: onFirst(toWhole) });
allow('number', 'trunc', 1, 2, { literal: [1], bounds: onFirst(toWhole) });
allow('number', 'sign', 1, 1, { bounds: fixed(-1, 1) });
allow('number', 'sqrt', 1, 1, {
  bounds: onFirst((a) => (a.hi < 0n ? null : monotone({ lo: a.lo < 0n ? 0n : a.lo, hi: a.hi }, Math.sqrt))),
});
allow('number', 'cbrt', 1, 1, { bounds: onFirst((a) => monotone(a, Math.cbrt)) });
allow('number', 'exp', 1, 1, { bounds: onFirst((a) => monotone(a, Math.exp)) });
allow('number', 'ln', 1, 1, { bounds: logarithm(Math.log, -745, 712) });
allow('number', 'log log10', 1, 1, { bounds: logarithm(Math.log10, -324, 310) });
allow('number', 'log2', 1, 1, { bounds: logarithm(Math.log2, -1075, 1025) });
allow('number', 'sin cos', 1, 1, { bounds: fixed(-1, 1) });
allow('number', 'tan', 1, 1);
allow('number', 'asin acos atan', 1, 1, { bounds: fixed(-4, 4) });
allow('number', 'atan2', 2, 2, { bounds: fixed(-4, 4) });
allow('number', 'radians degrees', 1, 1);
allow('number', 'pi', 0, 0, { total: true });
allow('number', 'greatest', 1, 20, { total: true, bounds: greatestBounds });
allow('number', 'least', 1, 20, { total: true, bounds: leastBounds });
allow('number', 'isnan isinf isfinite', 1, 1, { total: true, role: 'decides', bounds: fixed(0, 1) });

/**
 * GREATEST and LEAST skip NULLs: only an argument that is never NULL, such as a literal, is sure to clamp.
 */
function greatestBounds(args: Bounds, nullable: readonly boolean[]): Interval | null {
  const all = known(args);
  if (all === null) return null;
  const sure = all.filter((_, i) => nullable[i] === false);
  return { lo: sure.length === 0 ? leastOf(all).lo : greatestOf(sure).lo, hi: greatestOf(all).hi };
}

function leastBounds(args: Bounds, nullable: readonly boolean[]): Interval | null {
  const all = known(args);
  if (all === null) return null;
  const sure = all.filter((_, i) => nullable[i] === false);
  return { lo: leastOf(all).lo, hi: sure.length === 0 ? greatestOf(all).hi : leastOf(sure).hi };
}

allow('text', 'lower upper lcase ucase reverse strip_accents', 1, 1, { total: true });
allow('text', 'trim ltrim rtrim', 1, 2, { total: true, literal: [1] });
allow('text', 'length len char_length character_length strlen', 1, 1, { total: true, bounds: fixed(0, 2 ** 32) });
allow('text', 'substring substr', 2, 3, { literal: [1, 2] });
allow('text', 'left right', 2, 2, { literal: [1] });
allow('text', 'replace', 3, 3, { total: true, literal: [1, 2] });
allow('text', 'translate', 3, 3, { literal: [1, 2] });
allow('text', 'concat', 1, 20, { total: true });
allow('text', 'concat_ws', 2, 20, { total: true, literal: [0] });
allow('text', 'lpad rpad', 3, 3, { literal: [1, 2] });
allow('text', 'split_part', 3, 3, { literal: [1, 2] });
// DuckDB's parser takes `position` for the start of POSITION(x IN y).
allow('text', 'position strpos instr', 2, 2, { total: true, literal: [1], written: 'strpos', bounds: fixed(0, 2 ** 32) });
allow('text', 'ascii unicode', 1, 1, { bounds: fixed(-1, 1_114_111) });
allow('pattern', 'starts_with prefix ends_with suffix contains', 2, 2, { total: true, role: 'decides', bounds: fixed(0, 1) });
allow('pattern', 'regexp_matches regexp_full_match', 2, 3, { literal: [1, 2], role: 'decides', bounds: fixed(0, 1) });
allow('pattern', 'regexp_extract', 2, 4, { literal: [1, 2, 3] });
allow('pattern', 'regexp_replace', 3, 4, { literal: [1, 2, 3] });
allow('pattern', 'like_escape not_like_escape ilike_escape not_ilike_escape', 3, 3, {
  literal: [1, 2],
  role: 'decides',
  bounds: fixed(0, 1),
});

allow('date', 'year isoyear', 1, 1, { bounds: fixed(-300_000, 300_000) });
allow('date', 'month', 1, 1, { bounds: fixed(1, 12) });
allow('date', 'quarter', 1, 1, { bounds: fixed(1, 4) });
allow('date', 'day dayofmonth', 1, 1, { bounds: fixed(1, 31) });
allow('date', 'week weekofyear', 1, 1, { bounds: fixed(1, 53) });
allow('date', 'dayofweek weekday', 1, 1, { bounds: fixed(0, 6) });
allow('date', 'isodow', 1, 1, { bounds: fixed(1, 7) });
allow('date', 'dayofyear', 1, 1, { bounds: fixed(1, 366) });
allow('date', 'hour', 1, 1, { bounds: fixed(0, 24) });
allow('date', 'minute second', 1, 1, { bounds: fixed(0, 60) });
allow('date', 'yearweek decade century', 1, 1);
allow('date', 'dayname monthname', 1, 1);
allow('date', 'last_day', 1, 1);
allow('date', 'epoch epoch_ms epoch_us', 1, 1);
allow('date', 'make_date', 3, 3);
allow('date', 'date_part datepart', 2, 2, { literal: [0] });
allow('date', 'date_trunc datetrunc', 2, 2, { literal: [0] });
allow('date', 'date_diff datediff date_sub datesub', 3, 3, { literal: [0] });
allow('date', 'date_add', 2, 2);
allow('date', 'strftime', 2, 2, { literal: [1] });
allow('date', 'strptime try_strptime', 2, 2, { literal: [1], written: 'try_strptime' });
allow('date', 'to_years to_months to_weeks to_days to_hours to_minutes to_seconds to_quarters', 1, 1, { literal: [0] });

/** Operators that DuckDB's parser gives as functions, besides arithmetic: pattern tests and joining text. */
export const OPERATORS: ReadonlyMap<string, Pick<FunctionRule, 'total' | 'role'> & { readonly literalRight: boolean }> = new Map([
  ['~~', { total: true, role: 'decides', literalRight: true }],
  ['!~~', { total: true, role: 'decides', literalRight: true }],
  ['~~*', { total: true, role: 'decides', literalRight: true }],
  ['!~~*', { total: true, role: 'decides', literalRight: true }],
  ['~~~', { total: true, role: 'decides', literalRight: true }],
  ['||', { total: true, role: 'both', literalRight: false }],
]);

/** Arithmetic, in `arithmetic.ts`; the names map to the operator. */
export const ARITHMETIC: ReadonlyMap<string, string> = new Map([
  ['+', '+'],
  ['-', '-'],
  ['*', '*'],
  ['/', '/'],
  ['//', '//'],
  ['%', '%'],
  ['^', '^'],
  ['**', '^'],
  ['add', '+'],
  ['subtract', '-'],
  ['multiply', '*'],
  ['divide', '//'],
  ['mod', '%'],
  ['pow', '^'],
  ['power', '^'],
]);

/** Conditions with rules of their own, in `bind-expression.ts`. */
export const CONDITIONALS = ['case', 'if', 'ifnull', 'coalesce', 'nullif'] as const;

/** Aggregate functions by the names under which they may be called. */
export const AGGREGATES: ReadonlyMap<string, string> = new Map([
  ['count_star', 'count'],
  ['count', 'count'],
  ['count_if', 'count_if'],
  ['countif', 'count_if'],
  ['sum', 'sum'],
  ['avg', 'avg'],
  ['mean', 'avg'],
  ['min', 'min'],
  ['max', 'max'],
  ['var_samp', 'var_samp'],
  ['variance', 'var_samp'],
  ['var_pop', 'var_pop'],
  ['stddev', 'stddev_samp'],
  ['stddev_samp', 'stddev_samp'],
  ['stddev_pop', 'stddev_pop'],
  ['covar_pop', 'covar_pop'],
  ['covar_samp', 'covar_samp'],
  ['corr', 'corr'],
  ['regr_slope', 'regr_slope'],
  ['regr_intercept', 'regr_intercept'],
  ['regr_r2', 'regr_r2'],
  ['regr_sxx', 'regr_sxx'],
  ['regr_syy', 'regr_syy'],
  ['regr_sxy', 'regr_sxy'],
  ['regr_count', 'pair_count'],
  ['regr_avgx', 'pair_avgx'],
  ['regr_avgy', 'pair_avgy'],
  ['median', 'quantile_cont'],
  ['quantile_cont', 'quantile_cont'],
  ['quantile_disc', 'quantile_disc'],
  ['quantile', 'quantile_disc'],
  ['histogram', 'histogram'],
  ['my_rank', 'my_rank'],
  ['my_quartile', 'my_quartile'],
  ['auction_won', 'auction_won'],
  ['auction_price', 'auction_price'],
  ['auction_winner', 'auction_winner'],
  ['total_exceeds', 'total_exceeds'],
]);

/** Types that CAST may name. */
export const CAST_TYPES = [
  'BOOLEAN',
  'TINYINT',
  'SMALLINT',
  'INTEGER',
  'BIGINT',
  'HUGEINT',
  'DECIMAL',
  'FLOAT',
  'DOUBLE',
  'DATE',
  'TIMESTAMP',
  'VARCHAR',
  'INTERVAL',
] as const;

export const functionRule = (name: string): FunctionRule | null => catalogue.get(name) ?? null;

/** The allow-list as names by topic, for documentation and for tests that count coverage. */
export function allowList(): Readonly<Record<FunctionRule['topic'] | 'aggregate' | 'cast' | 'arithmetic', readonly string[]>> {
  const of = (topic: string): string[] => [...catalogue].filter(([, rule]) => rule.topic === topic).map(([name]) => name);
  return {
    arithmetic: [...ARITHMETIC.keys()],
    number: of('number'),
    text: [...of('text'), '||'],
    pattern: [...of('pattern'), ...[...OPERATORS.keys()].filter((o) => o !== '||')],
    date: of('date'),
    condition: [...CONDITIONALS],
    aggregate: [...AGGREGATES.keys()],
    cast: [...CAST_TYPES],
  };
}
