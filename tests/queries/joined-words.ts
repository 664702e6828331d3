/** Generated questions over joined tables, with what DuckDB is asked for the same answer. */
import fc from 'fast-check';

/** As the agreement of these tables has it. */
const MINIMUM_ROWS = 4;

interface Joined {
  readonly from: string;
  /** Aliases of the others' tables, whose rows are counted by themselves where hospital, which owns patients, receives. */
  readonly counted?: readonly string[];
  /** Set where a receiver that owns patients is refused. */
  readonly outsider?: true;
  /** Expressions over the joined columns. */
  readonly keys: readonly string[];
  readonly values: readonly string[];
  readonly filters: readonly string[];
}

const PATIENT = {
  keys: ['ward', 'year(born)', 'weight', 'p.person_id // 40'],
  values: ['weight', 'p.person_id', 'weight * 2'],
  filters: ['weight > 80', "ward = 'north'", "born < DATE '1975-01-01'", 'ward IS NULL'],
};
const CLAIM = {
  keys: ['c.kind', "date_trunc('month', day)", 'visits', 'visits + 1', 'paid > 100'],
  values: ['paid', 'c.person_id', 'paid * 1.21'],
  filters: ['paid < 3000', "c.kind <> 'test'", "c.code = 'C3'", 'month(day) > 6'],
};
const BOTH = {
  values: ['paid * weight', 'p.person_id // c.person_id', 'paid / nullif(weight, 0)', "CASE WHEN ward = 'north' THEN paid ELSE 0 END"],
  filters: ['paid > weight * 10', "ward = 'south' OR c.kind = 'stay'"],
};
const bothSides = (from: string): Joined => ({
  from,
  counted: ['c'],
  keys: [...PATIENT.keys, ...CLAIM.keys],
  values: [...PATIENT.values, ...CLAIM.values, ...BOTH.values],
  filters: [...PATIENT.filters, ...CLAIM.filters, ...BOTH.filters],
});

export const JOINS: readonly Joined[] = [
  bothSides('hospital.patients p JOIN insurer.claims c ON p.person_id = c.person_id'),
  bothSides('insurer.claims c JOIN hospital.patients p USING (person_id)'),
  {
    ...bothSides('insurer.claims AS c LEFT JOIN hospital.patients AS p ON c.person_id = p.person_id AND p.weight > 70'),
    outsider: true,
  },
  // Room could run out: only for receivers without rows in it.
  {
    ...bothSides('hospital.patients p LEFT JOIN insurer.claims c ON p.person_id = c.person_id AND c.paid > 1000 AND p.weight > 60'),
    outsider: true,
  },
  bothSides('patients p JOIN (SELECT * FROM claims WHERE paid > 200) c ON p.person_id = c.person_id AND paid > weight'),
  {
    ...bothSides(
      "(SELECT * FROM claims WHERE kind <> 'drug') c JOIN (SELECT * FROM patients WHERE weight > 50) p ON p.person_id + 1 = c.person_id + 1",
    ),
    outsider: true,
  },
  { from: 'hospital.patients p SEMI JOIN insurer.claims c ON p.person_id = c.person_id AND c.paid > 500', ...PATIENT },
  { from: "hospital.patients p ANTI JOIN insurer.claims c ON p.person_id = c.person_id AND c.kind = 'stay'", outsider: true, ...PATIENT },
  {
    from: "hospital.patients p ANTI JOIN (SELECT * FROM claims WHERE day >= DATE '2024-03-01') c USING (person_id)",
    outsider: true,
    ...PATIENT,
  },
  {
    from: 'insurer.claims c JOIN registry.codes r ON c.code = r.code AND r.kind = c.kind',
    keys: [...CLAIM.keys, 'severity', 'r.kind'],
    values: [...CLAIM.values, 'severity', 'severity * paid'],
    filters: [...CLAIM.filters, 'severity >= 2'],
  },
  {
    from: 'hospital.patients p JOIN insurer.claims c ON p.person_id = c.person_id LEFT JOIN registry.codes r ON c.code = r.code AND c.kind = r.kind',
    counted: ['c', 'r'],
    keys: [...PATIENT.keys, ...CLAIM.keys, 'severity', 'r.kind'],
    values: [...PATIENT.values, ...CLAIM.values, ...BOTH.values, 'severity'],
    filters: [...PATIENT.filters, ...CLAIM.filters, 'severity IS NULL', 'coalesce(severity, 4) > 2'],
  },
];

const CALLS: readonly ((v: string, w: string) => string)[] = [
  (v) => `sum(${v})`,
  (v) => `avg(${v})`,
  (v) => `min(${v})`,
  (v) => `max(${v})`,
  (v) => `count(${v})`,
  (v) => `count(DISTINCT ${v})`,
  (v) => `quantile_disc(${v}, 0.25)`,
  (v) => `median(CAST(${v} AS DOUBLE))`,
  (v, w) => `corr(${v}, ${w})`,
  (v) => `stddev_samp(${v})`,
];

export interface JoinedQuestion {
  readonly sql: string;
  readonly reference: string;
  readonly clauses: readonly string[];
  /** Whether only somebody without rows may receive it. */
  readonly outsider: boolean;
}

/** Of every second question: the dominance rule under which outsiders ask it. */
export const DOMINANCE = { n: 2, k: 30 };
export const isDominated = (index: number): boolean => index % 2 === 1;

/** Whether enough joined rows that meet a condition, and of each counted table enough different ones, stand behind a value. */
const enough = (counted: readonly string[], needed: string): string =>
  ['count(*)', ...counted.map((alias) => `count(DISTINCT ${alias}.__row)`)]
    .map((count) => `${count} FILTER (WHERE ${needed}) >= ${MINIMUM_ROWS}`)
    .join(' AND ');

/** Whether the largest sizes do not make up too much of all. */
const spread = (value: string, needed: string): string => {
  const where = `FILTER (WHERE ${needed})`;
  return `100 * list_sum(max(abs(${value}), ${DOMINANCE.n}) ${where}) <= ${DOMINANCE.k} * sum(abs(${value})) ${where}`;
};

const SUMS = /^(sum|avg|stddev_samp|corr)/;

/**
 * The reference says per group how many rows stand behind every value. With `always`, somebody without rows receives it,
 * and no dominance rule holds.
 */
export function questionOf(
  index: number,
  draw: { keys: readonly number[]; calls: readonly number[]; values: readonly number[]; filter: number; aside: number },
  always?: 'outsider',
): JoinedQuestion {
  const join = JOINS[index % JOINS.length] as Joined;
  const dominated = always === undefined && isDominated(index);
  const outsider = join.outsider === true || always === 'outsider' || dominated;
  const counted = outsider ? [] : (join.counted ?? []);
  const pick = (list: readonly string[], i: number): string => list[i % list.length] as string;
  const keys = [...new Set(draw.keys.map((i) => pick(join.keys, i)))];
  const calls = draw.calls.map((c, i) => {
    const [v, w] = [pick(join.values, draw.values[i] ?? 0), pick(join.values, (draw.values[i] ?? 0) + 1)];
    const call = (CALLS[(c + index) % CALLS.length] as (typeof CALLS)[number])(v, w);
    const needed = call.startsWith('corr') ? `${v} IS NOT NULL AND ${w} IS NOT NULL` : `${v} IS NOT NULL`;
    const aside = i === 0 && draw.aside % 3 === 0 ? pick(join.filters, draw.aside) : null;
    return {
      sized: !dominated || !SUMS.test(call) ? [] : call.startsWith('corr') ? [v, w] : [v],
      call: aside === null ? call : `${call} FILTER (WHERE ${aside})`,
      needed: aside === null ? needed : `(${needed}) AND (${aside})`,
    };
  });
  const where = draw.filter % 3 === 0 ? '' : ` WHERE ${pick(join.filters, draw.filter)}`;
  const group = keys.length === 0 ? '' : ` GROUP BY ${keys.join(', ')}`;
  const order = keys.length === 0 ? '' : ` ORDER BY ${keys.map((_, i) => `${i + 1} NULLS LAST`).join(', ')}`;
  const columns = [...keys.map((k, i) => `${k} AS k${i}`), ...calls.map((c, i) => `${c.call} AS x${i}`), 'count(*) AS n'];
  const shown = calls.map(
    (c, i) =>
      `CASE WHEN ${enough(counted, c.needed)} ${c.sized.map((v) => ` AND ${spread(v, c.needed)}`).join('')} THEN ${c.call} END AS x${i}`,
  );
  const rows = [...keys.map((k, i) => `${k} AS k${i}`), ...shown, 'count(*) AS n'];
  const plain = join.from.replaceAll(/(hospital|insurer|registry)\./g, '');
  return {
    sql: `SELECT ${columns.join(', ')} FROM ${join.from}${where}${group}${order}`,
    reference: `SELECT ${rows.join(', ')} FROM ${plain}${where}${group} HAVING ${enough(counted, 'true')}${order}`,
    outsider,
    clauses: [
      /(LEFT|SEMI|ANTI) JOIN/.exec(join.from)?.[1] ?? 'INNER',
      `${keys.length} keys`,
      ...calls.map((c) => c.call.replace(/\(.*/, '')),
    ],
  };
}

export const draws = fc.record({
  keys: fc.array(fc.nat(20), { maxLength: 2 }),
  calls: fc.array(fc.nat(9), { minLength: 1, maxLength: 3 }),
  values: fc.array(fc.nat(20), { minLength: 3, maxLength: 3 }),
  filter: fc.nat(20),
  aside: fc.nat(20),
});
