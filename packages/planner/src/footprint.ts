/** The footprint of a question (see the model): which rows each of its counts and sums is about. Made before anything runs. */
import { type Domain, type Footprint, type FootprintColumn, type FootprintValue, openingMasks, type Plan } from '@sluis/model';
import { isPair } from './bind-aggregate.ts';
import { aggregatesOf, print, type AggregateNode, type Bound } from './expression.ts';
import { type ListedColumn, listedColumns, notGuarded, shortText } from './footprint-columns.ts';
import type { Question } from './question.ts';
import { quoteName, quoteText } from './quote.ts';
import { expressionsOf, type Split } from './split.ts';
import type { SqlEngine } from './ports.ts';

/** Combinations of classes that are evaluated; more are refused. */
const MOST_ATOMS = 20_000;
const MOST_CHARACTERS = 60_000;
const COVERED = /^(count|sum|avg|var_samp|var_pop|stddev_samp|stddev_pop)$/;
/** Show one record's value: nothing is subtracted from them. */
const APART = /^(min|max)$/;

/**
 * Throws RefusedError `plan/not-guarded` for what the guard can't follow: joins, secret groups, other aggregates than
 * counts, sums and what is made of them, sums of anything but columns, and conditions whose values can't be listed.
 */
export async function footprintOf(
  question: Question,
  split: Split,
  plan: Plan,
  domains: readonly Domain[],
  engine: SqlEngine,
): Promise<Footprint> {
  if (question.merging !== undefined) throw notGuarded('items are not covered by it', 'Ask over rows.');
  if (question.joins.length > 0) throw notGuarded('joins are not covered by it', 'Ask over a table of the kind "union".');
  for (const node of expressionsOf(question).flatMap(aggregatesOf)) requireCovered(node, question);
  const conditions = conditionsOf(question, split);
  const keys = question.keys.map((k) => k.expression);
  const columns = listedColumns([...keys, ...conditions.flatMap((c) => c.nodes)], question.table);
  const table = await evaluated(
    columns,
    keys,
    conditions.map((c) => c.sql),
    engine,
  );
  const positions = domains.map((domain, k) => positionsOf(domain, table.keys[k] ?? []));
  const whole: Footprint = {
    columns: columns.map(unmerged),
    keys: domains.map((d, k) => ({ size: d.values.length, positions: positions[k] ?? [] })),
    groupingSets: question.groupingSets.map((set) => [...set]),
    values: valuesOf(split, table.conditions).filter((v) => isOpened(plan, v)),
  };
  return columns.reduce((footprint, column, c) => (column.cuts === null ? merged(footprint, c) : footprint), whole);
}

function requireCovered(node: AggregateNode, { table }: Question): void {
  const { aggregate, argument, second } = node;
  if (!COVERED.test(aggregate) && !APART.test(aggregate) && !isPair(aggregate))
    throw notGuarded(`${aggregate} is not covered by it`, 'Ask for counts, sums, averages, variances, or statistics of two columns.');
  if (aggregate === 'count' || APART.test(aggregate)) return;
  for (const value of [argument, second ?? null]) {
    if (value === null) continue;
    if (value.kind !== 'column')
      throw notGuarded(
        `${shortText(value)} could count rows in disguise`,
        'Sum columns as they are; conditions can stand in FILTER (WHERE …).',
      );
    const [low, high] = table.columns[value.name]?.bounds ?? ['0', '2'];
    if (Number(high) - Number(low) <= 1)
      throw notGuarded(`a sum of ${value.name} is a number of rows`, `Count them: count(*) FILTER (WHERE ${value.name} = …).`);
  }
}

interface Condition {
  /** SQL over the columns; true, false or NULL. */
  readonly sql: string;
  readonly nodes: readonly Bound[];
}

/** Per contribution, then per accumulator: which rows it is about, WHERE included. */
function conditionsOf({ where }: Question, split: Split): Condition[] {
  const of = (filter: Bound | null, present: readonly Bound[]): Condition => {
    const nodes = [where, filter].filter((n) => n !== null);
    const given = present.map((p) => `(${print(p)}) IS NOT NULL`);
    return { sql: [...nodes.map((n) => `(${print(n)})`), ...given].join(' AND ') || 'true', nodes: [...nodes, ...present.map(asPresence)] };
  };
  return [...split.conditions.map((c) => of(c.filter, c.present)), ...split.measures.map((m) => of(m.filter, []))];
}

/** That a column has a value tells nothing else of it. */
const asPresence = (node: Bound): Bound =>
  node.kind !== 'column'
    ? node
    : { ...node, kind: 'operation', name: 'IS NOT NULL', args: [node], roles: ['decides'], write: ([a]) => `(${a} IS NOT NULL)` };

/** Keys and conditions for every combination of classes, first column slowest. */
async function evaluated(
  columns: readonly ListedColumn[],
  keys: readonly Bound[],
  conditions: readonly string[],
  engine: SqlEngine,
): Promise<{ keys: (string | null)[][]; conditions: number[][] }> {
  const atoms = columns.reduce((n, c) => n * c.samples.length, 1);
  const sources = columns.map(({ name, type, samples }, i) => {
    const array = `[${samples.map((v) => (v === null ? 'NULL' : quoteText(v))).join(', ')}]`;
    return `(SELECT TRY_CAST(v AS ${type}) AS ${quoteName(name)}, i AS "place ${i}" FROM (SELECT unnest(CAST(${array} AS VARCHAR[])) AS v, unnest(range(${samples.length})) AS i)) AS s${i}`;
  });
  const selected = [...keys.map((k) => `CAST(${print(k)} AS VARCHAR)`), ...conditions.map((c) => `(${c}) IS TRUE`)];
  const from = sources.length === 0 ? '' : ` FROM ${sources.join(' CROSS JOIN ')}`;
  const order = columns.length === 0 ? '' : ` ORDER BY ${columns.map((_, i) => `"place ${i}"`).join(', ')}`;
  const statement = `SELECT ${selected.map((s, i) => `${s} AS x${i}`).join(', ')}${from}${order}`;
  if (atoms > MOST_ATOMS || statement.length > MOST_CHARACTERS) {
    throw notGuarded(
      `its conditions and groups have ${atoms} combinations of values, more than can be followed`,
      `Use fewer or coarser columns in conditions and groups: at most ${MOST_ATOMS} combinations.`,
    );
  }
  const { rows } = await engine.evaluate(statement);
  return {
    keys: keys.map((_, k) => rows.map((r) => (r[k] === '-0.0' ? '0.0' : (r[k] ?? null)))),
    conditions: conditions.map((_, c) => rows.map((r) => (r[keys.length + c] === 'true' ? 1 : 0))),
  };
}

function positionsOf({ values }: Domain, texts: readonly (string | null)[]): number[] {
  const place = new Map(values.map((v, i) => [v, i]));
  return texts.map((text) => {
    const at = place.get(text);
    if (at === undefined) throw notGuarded('a group has a value outside its domain', 'Group by columns with declared values.');
    return at;
  });
}

function unmerged({ name, samples, cuts, nullable }: ListedColumn): FootprintColumn {
  if (cuts !== null) return { kind: 'cuts', name, cuts, nullable, classes: samples.length };
  return { kind: 'values', name, values: samples, classOf: samples.map((_, i) => i), classes: samples.length };
}

function valuesOf({ contributions, measures, aggregates }: Split, atoms: readonly number[][]): FootprintValue[] {
  const counted = contributions.map(
    (_, c): FootprintValue => ({ measure: 'count', of: { kind: 'count', index: c }, contribution: c, atoms: atoms[c] ?? [] }),
  );
  const summed = measures.flatMap((m, i): FootprintValue[] => {
    const user = aggregates.find((a) => a.accumulators.includes(i));
    if (m.kind !== 'sum' || user === undefined) return [];
    const measure = `sum of ${m.nodes
      .map((n) => print(n))
      .sort()
      .join(' × ')}`;
    return [
      { measure, of: { kind: 'accumulator', index: i }, contribution: user.contribution, atoms: atoms[contributions.length + i] ?? [] },
    ];
  });
  return [...counted, ...summed];
}

/** Whether any output shows it. */
function isOpened(plan: Plan, { of }: FootprintValue): boolean {
  const masks = openingMasks(
    { ...plan, cellCount: 1 },
    plan.outputs.map(() => Uint8Array.of(1)),
  );
  return masks[of.kind === 'count' ? 'counts' : 'accumulators'][of.index]?.[0] === 1;
}

/** Values of a column that the question never tells apart become one class. */
function merged(footprint: Footprint, c: number): Footprint {
  const column = footprint.columns[c];
  if (column?.kind !== 'values') return footprint;
  const inner = footprint.columns.slice(c + 1).reduce((n, k) => n * k.classes, 1);
  const lists = [...footprint.keys.map((k) => k.positions), ...footprint.values.map((v) => v.atoms)];
  const total = lists[0]?.length ?? 0;
  const slice = (list: readonly number[], value: number): number[] =>
    list.filter((_, atom) => Math.floor(atom / inner) % column.classes === value);
  const classes = new Map<string, number>();
  const classOf = column.values.map((_, value) => {
    const key = JSON.stringify(lists.map((list) => slice(list, value)));
    const known = classes.get(key) ?? classes.size;
    classes.set(key, known);
    return known;
  });
  const first = new Set([...classes.values()].map((k) => classOf.indexOf(k)));
  const keep = Array.from({ length: total }, (_, atom) => first.has(Math.floor(atom / inner) % column.classes));
  const kept = (list: readonly number[]): number[] => list.filter((_, atom) => keep[atom] === true);
  return {
    ...footprint,
    columns: footprint.columns.map((old, i) => (i === c ? { ...column, classOf, classes: classes.size } : old)),
    keys: footprint.keys.map((k) => ({ ...k, positions: kept(k.positions) })),
    values: footprint.values.map((v) => ({ ...v, atoms: kept(v.atoms) })),
  };
}
