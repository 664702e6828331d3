/** Generated questions: fast-check draws the shape, and the run's index walks through every allow-listed name. */
import fc from 'fast-check';
import {
  type Aggregate,
  type Argument,
  type Column,
  type Expression,
  type Formula,
  type Key,
  type Kind,
  type Ordering,
  PAIR_KINDS,
  type Query,
} from '../reference/query.ts';

/** What questions over one table are made of. */
export interface Vocabulary {
  readonly table: string;
  readonly keys: readonly Omit<Key, 'name'>[];
  readonly numbers: readonly Argument[];
  /** Values with an order but no sum. */
  readonly others: readonly Argument[];
  readonly predicates: readonly Expression[];
  /** Whether aggregates occur that need all rows together. */
  readonly rows?: boolean;
}

const SPELLINGS: readonly (readonly [spelling: string, kind: Kind])[] = [
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
  ...PAIR_KINDS.map((kind) => [kind, kind] as const),
];
const ROWS_SPELLINGS: readonly (readonly [spelling: string, kind: Kind])[] = [
  ['count_distinct', 'count_distinct'],
  ['median', 'median'],
  ['quantile_cont', 'quantile_cont'],
  ['quantile_disc', 'quantile_disc'],
  ['quantile', 'quantile_disc'],
];
const spellings = (words: Vocabulary): typeof SPELLINGS => (words.rows === true ? [...ROWS_SPELLINGS, ...SPELLINGS] : SPELLINGS);
const PAIRS: ReadonlySet<Kind> = new Set(PAIR_KINDS);

const maybe = <T>(of: fc.Arbitrary<T>, frequency: number): fc.Arbitrary<T | null> => fc.option(of, { nil: null, freq: frequency });

function aggregateOf(words: Vocabulary, spelling: string, kind: Kind, argument: Argument): fc.Arbitrary<Aggregate> {
  const predicate = fc.constantFrom(...words.predicates);
  return maybe(predicate, 1).chain((filter): fc.Arbitrary<Aggregate> => {
    if (spelling === 'count_star') return fc.constant({ kind, spelling, argument: null, filter });
    if (PAIRS.has(kind)) return fc.constantFrom(...words.numbers).map((second) => ({ kind, spelling, argument, second, filter }));
    if (kind === 'count_if') return predicate.map((p) => ({ kind, spelling, argument: { ...p, grid: null }, filter }));
    if (kind.startsWith('quantile_'))
      return fc.constantFrom(0.25, 0.5, 0.1, 0.9, 0.3333).map((fraction) => ({ kind, spelling, argument, fraction, filter }));
    const ordered = kind === 'count_distinct' || kind === 'min' || kind === 'max' || kind === 'count';
    return (ordered ? fc.constantFrom(argument, ...words.others) : fc.constant(argument)).map((a) => ({
      kind,
      spelling,
      argument: a,
      filter,
    }));
  });
}

const anyAggregate = (words: Vocabulary): fc.Arbitrary<Aggregate> =>
  fc
    .tuple(fc.constantFrom(...spellings(words)), fc.constantFrom(...words.numbers))
    .chain(([[spelling, kind], n]) => aggregateOf(words, spelling, kind, n));

const one = (i: number): Formula => ({ template: `$${i}`, uses: [i] });

/** Columns: every aggregate by itself, and now and then an expression over several. */
function columnsOf(aggregates: readonly Aggregate[], combined: number): Column[] {
  const columns: Column[] = aggregates.map((_, i) => ({ ...one(i), name: `x${i}` }));
  const numeric = aggregates.flatMap((a, i) => (a.kind === 'count' || a.kind === 'count_if' ? [i] : []));
  const [a, b] = [numeric[0], numeric[1] ?? numeric[0]];
  if (combined === 0 || a === undefined || b === undefined) return columns;
  const template = ['', `100.0 * $${a} / $${b}`, `round($${a} * 1.0 / ($${b} + 1), 2)`, `coalesce($${a}, 0) - $${b}`][combined] ?? `$${a}`;
  return [...columns, { name: 'combined', template, uses: [...new Set([a, b])] }];
}

const SETS: Readonly<Record<string, (n: number) => number[][]>> = {
  rollup: (n) => Array.from({ length: n + 1 }, (_, i) => Array.from({ length: n - i }, (_, k) => k)),
  cube: (n) => (n === 1 ? [[0], []] : [[0, 1], [0], [1], []]),
  sets: (n) => (n === 1 ? [[0], []] : [[0, 1], [1], []]),
};

function compatible(chosen: readonly Omit<Key, 'name'>[]): Omit<Key, 'name'>[] {
  const taken = new Set<string>();
  return chosen.filter((key) => {
    if (key.columns.some((c) => taken.has(c))) return false;
    for (const column of key.columns) taken.add(column);
    return true;
  });
}

/** `index` picks the key, argument, predicate and aggregate that this question must exercise. */
export function arbitraryQuery(index: number, words: Vocabulary): fc.Arbitrary<Query> {
  const { table, keys, numbers, predicates } = words;
  const at = <T>(list: readonly T[]): T => list[index % list.length] as T;
  const [spelling, kind] = at(spellings(words));
  const covered = aggregateOf(words, spelling, kind, at(numbers));
  const sum = fc.constantFrom<Kind>('sum', 'avg', 'max').chain((k) => aggregateOf(words, k, k, at(numbers)));
  const shape = fc.record({
    keyCount: fc.constantFrom(0, 1, 1, 1, 2),
    second: fc.constantFrom(...keys.slice(0, 5)),
    grouping: fc.constantFrom<Query['grouping']>('plain', 'plain', 'rollup', 'cube', 'sets', 'all', 'position'),
    source: fc.constantFrom<Query['source']>('table', 'table', 'with', 'subquery'),
    aggregates: fc.tuple(covered, sum, fc.array(anyAggregate(words), { maxLength: 1 })).map(([a, b, more]) => [a, b, ...more]),
    where: fc.oneof(fc.constant(at(predicates)), fc.constant(null)),
    combined: fc.nat(3),
    having: fc.nat(4),
    order: fc.nat(4),
    descending: fc.boolean(),
    limit: maybe(fc.integer({ min: 1, max: 6 }), 2),
    offset: fc.constantFrom(0, 0, 1),
  });
  return shape.map((s): Query => {
    const chosen = s.keyCount === 0 ? [] : compatible(s.keyCount === 1 ? [at(keys)] : [at(keys), s.second]);
    const named = chosen.map((key, i): Key => ({ ...key, name: `key${i}` }));
    const sets = SETS[s.grouping];
    const groupingSets = named.length === 0 || sets === undefined ? [named.map((_, i) => i)] : sets(named.length);
    const columns = columnsOf(s.aggregates, s.combined);
    const counted = s.aggregates.findIndex((a) => a.kind === 'count' || a.kind === 'count_if');
    const having = s.having > 0 || counted < 0 ? null : { template: `$${counted} > 6`, uses: [counted] };
    return {
      table,
      source: s.source,
      keys: named,
      grouping: s.grouping,
      groupingSets,
      aggregates: s.aggregates,
      columns,
      where: s.where,
      having,
      order: orderOf(s.order, s.descending, named.length, counted),
      limit: s.limit,
      offset: s.limit === null ? 0 : s.offset,
    };
  });
}

/** By a count or a key only: values that differ in the last bit must not decide the order. */
function orderOf(choice: number, descending: boolean, keyCount: number, counted: number): Ordering[] {
  if (choice < 2 && counted >= 0) return [{ formula: one(counted), descending }];
  return choice === 2 && keyCount > 0 ? [{ key: keyCount - 1, descending }] : [];
}
