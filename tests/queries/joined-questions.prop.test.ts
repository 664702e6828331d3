/**
 * Joins between owners and groups with secret keys, in both arrangements (rows shared by stations in the run, rows
 * deposited): the plan's row expressions in the clear against DuckDB on the same tables, with the minimum of rows applied.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { ResultTable } from '@sluis/model';
import fc from 'fast-check';
import { DryPipeline } from './dry-pipeline.ts';
import { joinedAgreement, openJoinedTables } from './joined-tables.ts';

const QUESTIONS = Number(process.env['SLUIS_JOIN_QUESTIONS'] ?? 44);
const SEED = Number(process.env['SLUIS_TEST_SEED'] ?? 20_264);
const MINIMUM_ROWS = 4;

let db: DuckDBConnection;
let pipelines: DryPipeline[];

before(async () => {
  db = await openJoinedTables(SEED);
  pipelines = [false, true].map((deposited) => DryPipeline.onRows(joinedAgreement(deposited, 2), db));
});
after(() => {
  for (const pipeline of pipelines ?? []) pipeline.close();
  db?.closeSync();
});

interface Joined {
  readonly from: string;
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
  filters: ['paid < 3000', "c.kind <> 'test'", "code = 'C3'", 'month(day) > 6'],
};
const BOTH = {
  values: ['paid * weight', "CASE WHEN ward = 'north' THEN paid ELSE 0 END"],
  filters: ['paid > weight * 10', "ward = 'south' OR c.kind = 'stay'"],
};
const bothSides = (from: string): Joined => ({
  from,
  keys: [...PATIENT.keys, ...CLAIM.keys],
  values: [...PATIENT.values, ...CLAIM.values, ...BOTH.values],
  filters: [...PATIENT.filters, ...CLAIM.filters, ...BOTH.filters],
});

const JOINS: readonly Joined[] = [
  bothSides('hospital.patients p JOIN insurer.claims c ON p.person_id = c.person_id'),
  bothSides('insurer.claims c JOIN hospital.patients p USING (person_id)'),
  bothSides('insurer.claims AS c LEFT JOIN hospital.patients AS p ON c.person_id = p.person_id AND p.weight > 70'),
  bothSides('hospital.patients p LEFT JOIN insurer.claims c ON p.person_id = c.person_id AND c.paid > 1000 AND p.weight > 60'),
  bothSides('patients p JOIN (SELECT * FROM claims WHERE paid > 200) c ON p.person_id = c.person_id AND paid > weight'),
  bothSides(
    "(SELECT * FROM claims WHERE kind <> 'drug') c JOIN (SELECT * FROM patients WHERE weight > 50) p ON p.person_id + 1 = c.person_id + 1",
  ),
  { from: 'hospital.patients p SEMI JOIN insurer.claims c ON p.person_id = c.person_id AND c.paid > 500', ...PATIENT },
  { from: "hospital.patients p ANTI JOIN insurer.claims c ON p.person_id = c.person_id AND c.kind = 'stay'", ...PATIENT },
  { from: "hospital.patients p ANTI JOIN (SELECT * FROM claims WHERE day >= DATE '2024-03-01') c USING (person_id)", ...PATIENT },
  {
    from: 'insurer.claims c JOIN registry.codes r ON c.code = r.code AND r.kind = c.kind',
    keys: [...CLAIM.keys, 'severity', 'r.kind'],
    values: [...CLAIM.values, 'severity', 'severity * paid'],
    filters: [...CLAIM.filters, 'severity >= 2'],
  },
  {
    from: 'hospital.patients p JOIN insurer.claims c ON p.person_id = c.person_id LEFT JOIN registry.codes r ON c.code = r.code AND c.kind = r.kind',
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

interface Question {
  readonly sql: string;
  readonly reference: string;
  readonly clauses: readonly string[];
}

/** The reference says per group how many rows stand behind every value. */
function questionOf(
  index: number,
  draw: { keys: readonly number[]; calls: readonly number[]; values: readonly number[]; filter: number; aside: number },
): Question {
  const join = JOINS[index % JOINS.length] as Joined;
  const pick = (list: readonly string[], i: number): string => list[i % list.length] as string;
  const keys = [...new Set(draw.keys.map((i) => pick(join.keys, i)))];
  const calls = draw.calls.map((c, i) => {
    const [v, w] = [pick(join.values, draw.values[i] ?? 0), pick(join.values, (draw.values[i] ?? 0) + 1)];
    const call = (CALLS[(c + index) % CALLS.length] as (typeof CALLS)[number])(v, w);
    const needed = call.startsWith('corr') ? `${v} IS NOT NULL AND ${w} IS NOT NULL` : `${v} IS NOT NULL`;
    const aside = i === 0 && draw.aside % 3 === 0 ? pick(join.filters, draw.aside) : null;
    return {
      call: aside === null ? call : `${call} FILTER (WHERE ${aside})`,
      needed: aside === null ? needed : `(${needed}) AND (${aside})`,
    };
  });
  const where = draw.filter % 3 === 0 ? '' : ` WHERE ${pick(join.filters, draw.filter)}`;
  const group = keys.length === 0 ? '' : ` GROUP BY ${keys.join(', ')}`;
  const order = keys.length === 0 ? '' : ` ORDER BY ${keys.map((_, i) => `${i + 1} NULLS LAST`).join(', ')}`;
  const columns = [...keys.map((k, i) => `${k} AS k${i}`), ...calls.map((c, i) => `${c.call} AS x${i}`), 'count(*) AS n'];
  const shown = calls.map((c, i) => `CASE WHEN count(*) FILTER (WHERE ${c.needed}) >= ${MINIMUM_ROWS} THEN ${c.call} END AS x${i}`);
  const rows = [...keys.map((k, i) => `${k} AS k${i}`), ...shown, 'count(*) AS n'];
  const plain = join.from.replaceAll(/(hospital|insurer|registry)\./g, '');
  return {
    sql: `SELECT ${columns.join(', ')} FROM ${join.from}${where}${group}${order}`,
    reference: `SELECT ${rows.join(', ')} FROM ${plain}${where}${group} HAVING count(*) >= ${MINIMUM_ROWS}${order}`,
    clauses: [
      /(LEFT|SEMI|ANTI) JOIN/.exec(join.from)?.[1] ?? 'INNER',
      `${keys.length} keys`,
      ...calls.map((c) => c.call.replace(/\(.*/, '')),
    ],
  };
}

const draws = fc.record({
  keys: fc.array(fc.nat(20), { maxLength: 2 }),
  calls: fc.array(fc.nat(9), { minLength: 1, maxLength: 3 }),
  values: fc.array(fc.nat(20), { minLength: 3, maxLength: 3 }),
  filter: fc.nat(20),
  aside: fc.nat(20),
});

function differences(result: ResultTable, wanted: readonly (readonly unknown[])[]): string[] {
  if (result.rows.length !== wanted.length) return [`${result.rows.length} rows instead of ${wanted.length}`];
  return result.rows.flatMap((row, r) =>
    row.flatMap((value, c) => {
      const expected = wanted[r]?.[c] ?? null;
      const [a, b] = [Number(value), Number(expected)];
      const near = value !== null && expected !== null && Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
      const text = (v: unknown): string =>
        String(v)
          .replace(' ', 'T')
          .replace(/T00:00:00$/, '');
      return near || text(value) === text(expected) || (expected === 'NaN' && value === null)
        ? []
        : [`row ${r}, column ${c}: ${value} instead of ${expected}`];
    }),
  );
}

test(`${QUESTIONS} generated joins are answered as DuckDB does (seed ${SEED})`, { timeout: 600_000 }, async (t) => {
  const failures: string[] = [];
  const clauses = new Map<string, number>();
  const seen = { values: 0, secret: 0, refused: [] as string[] };
  for (let i = 0; i < QUESTIONS; i++) {
    const [drawn] = fc.sample(draws, { seed: SEED + i, numRuns: 1 });
    assert.ok(drawn !== undefined);
    const question = questionOf(i, drawn);
    const pipeline = pipelines[Math.floor(i / JOINS.length) % 2] as DryPipeline;
    try {
      const prepared = await pipeline.plan(question.sql);
      const { rows } = prepared.plan;
      assert.ok(rows !== undefined && prepared.plan.rules.withoutReceivers.length === 0);
      if (rows.secretSlots !== null) seen.secret++;
      const result = await pipeline.answer(prepared);
      const wanted = (await db.runAndReadAll(question.reference)).getRowsJson();
      const problems = differences(result, wanted);
      if (rows.secretSlots !== null && result.suppressed.length > 0) problems.push('groups with secret keys are listed as suppressed');
      seen.values += result.rows.flat().filter((v) => v !== null).length;
      for (const c of question.clauses) clauses.set(c, (clauses.get(c) ?? 0) + 1);
      if (problems.length > 0) failures.push(`${question.sql}\n    ${problems.slice(0, 4).join('\n    ')}`);
    } catch (error) {
      const { message, stack } = error as Error;
      if (/over shared rows|38 digits|possible combinations|so its groups are not known/.test(message))
        seen.refused.push(message.slice(0, 80));
      else failures.push(`${question.sql}\n    ${message} ${stack?.split('\n').slice(1, 3).join(' ')}`);
    }
  }
  t.diagnostic(
    `clauses: ${[...clauses].map(([c, n]) => `${c} ${n}`).join(', ')}; ${seen.secret} with secret keys; ${seen.values} values; refused: ${seen.refused.join(' | ')}`,
  );
  assert.equal(failures.length, 0, `${failures.length} of ${QUESTIONS} differ (seed ${SEED}):\n${failures.slice(0, 40).join('\n')}`);
  assert.ok(
    seen.values > 3 * QUESTIONS && seen.secret > QUESTIONS / 10 && seen.refused.length < QUESTIONS / 5,
    'there was something to compare',
  );
});
