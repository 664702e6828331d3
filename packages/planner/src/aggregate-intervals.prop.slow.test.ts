/** However noise moves the parts of an aggregate within their margins, the interval of the answer holds the exact value. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { DuckDBConnection } from '@duckdb/node-api';
import { createFinaliser, createSqlEngine } from '@sluis/engine';
import type { Plan, Released } from '@sluis/model';
import { openDuckDb, totalsInTheClear } from './fixtures/clear-run.ts';
import { sampleAgreement } from './fixtures/sample-agreement.ts';
import { aggregateIntervals, aggregateValues, cellText, prepare, type Prepared } from './index.ts';

const engine = createSqlEngine();
const SEED = Number(process.env['SLUIS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const AGGREGATES = [
  'count(*)',
  'sum(cost)',
  'avg(cost)',
  'var_pop(cost)',
  'var_samp(cost)',
  'stddev_samp(cost)',
  'covar_pop(cost, severity)',
]
  .concat(['covar_samp(cost, severity)', 'corr(cost, severity)', 'regr_slope(cost, severity)', 'regr_intercept(cost, severity)'])
  .concat(['regr_r2(cost, severity)', 'regr_sxx(cost, severity)', 'regr_syy(cost, severity)', 'regr_sxy(cost, severity)']);
const EXPRESSIONS = [
  '100.0 * count(*) FILTER (WHERE severity > 2) / count(*)',
  'sum(cost) - 2 * sum(severity)',
  'abs(sum(cost) - 5)',
  'round(avg(cost), 1)',
  'greatest(sum(cost), 3)',
  '-count(*) * sum(severity)',
  'sqrt(sum(severity))',
];

const columns = { cost: { type: 'DECIMAL(12,2)', uses: ['filter', 'aggregate'], bounds: ['-20', '50'] } };
const agreement = sampleAgreement({ columns, unit: { protects: 'row' }, output: { noise: { budget: { epsilon: '1000000' } } } });

let db: DuckDBConnection;
before(async () => {
  db = await openDuckDb();
});

/** Some rows, often with costs at their bounds. */
async function randomRows(random: (below: number) => number): Promise<void> {
  const rows = Array.from({ length: 1 + random(60) }, () => `(${[-2000, 5000, random(7001) - 2000][random(3)]}, ${1 + random(5)})`);
  await db.run(
    `CREATE OR REPLACE TABLE chosen AS SELECT CAST(c / 100.0 AS DECIMAL(12, 2)) AS cost, CAST(s AS INTEGER) AS severity FROM (VALUES ${rows.join(', ')}) AS v(c, s)`,
  );
}

/** What the parts of a plan are over these rows, without noise. */
async function exactly(prepared: Prepared): Promise<Released> {
  const { counts, totals } = await totalsInTheClear(db, prepared, ['chosen']);
  return { passed: prepared.plan.outputs.map(() => Uint8Array.of(1)), counts, accumulators: totals };
}

/** Noise up to the margin given to each part, often as much as that. */
function moved(plan: Plan, exact: Released, random: (below: number) => number, times = 1): Released {
  const { margins = [] } = plan.noise ?? {};
  const by = (margin: string): bigint => BigInt(Math.floor(times * Number(margin) * ([-1, 1, -0.6, 0.3, 0][random(5)] ?? 0)));
  const [counts, sums] = [new Map<number, bigint>(), new Map<number, bigint>()];
  for (const m of margins) {
    const aggregate = plan.aggregates[m.aggregate];
    if (aggregate === undefined) continue;
    if (m.count !== null && !counts.has(aggregate.contribution)) counts.set(aggregate.contribution, by(m.count));
    for (const [i, a] of aggregate.accumulators.entries()) if (!sums.has(a)) sums.set(a, by(m.accumulators[i] ?? '0'));
  }
  const shifted = (list: Released['counts'], of: ReadonlyMap<number, bigint>): Released['counts'] =>
    list.map((cells, i) => cells.map((v) => (v === null ? null : v + (of.get(i) ?? 0n))));
  return { ...exact, counts: shifted(exact.counts, counts), accumulators: shifted(exact.accumulators, sums) };
}

/** The ends of the one aggregate's interval in the one cell. */
function endsOf(plan: Plan, released: Released): { readonly low: string | null; readonly high: string | null } {
  const [{ low, high } = assert.fail('there is no interval')] = aggregateIntervals(plan, released);
  return { low: cellText(low, 0), high: cellText(high, 0) };
}

const epsilons = ['3', '30000'];
const ask = (sql: string, epsilon: string): Promise<Prepared> =>
  prepare({ sql: `SELECT ${sql} AS x FROM incidents WITH NOISE (epsilon = ${epsilon})`, agreement, agreementId: 'a' }, engine);

test(`intervals of aggregates hold the exact value (seed ${SEED})`, async () => {
  const random = generator(SEED);
  let [bounded, missed] = [0, 0];
  for (const sql of AGGREGATES) {
    for (const epsilon of epsilons) {
      const prepared = await ask(sql, epsilon);
      const { plan } = prepared;
      for (let i = 0; i < 5; i++) {
        await randomRows(random);
        const exact = await exactly(prepared);
        const truth = aggregateValues(plan, exact)[0]?.[0] ?? null;
        const [[reference] = []] = (await db.runAndReadAll(`SELECT CAST(${sql} AS VARCHAR) FROM chosen`)).getRows();
        if (truth !== null && reference !== null && reference !== 'nan')
          assert.ok(
            Math.abs(Number(truth) - Number(reference)) <= 1e-7 * (1 + Math.abs(Number(reference))),
            `${sql}: ${truth} ${String(reference)}`,
          );
        const ends = endsOf(plan, moved(plan, exact, random));
        if (truth === null || ends.low === null || ends.high === null) continue;
        bounded++;
        const far = endsOf(plan, moved(plan, exact, random, 3));
        if (Number(far.low ?? truth) > Number(truth) || Number(far.high ?? truth) < Number(truth)) missed++;
        const slack = 1e-12 * (1 + Math.abs(Number(truth)));
        assert.ok(Number(ends.low) <= Number(truth) + slack, `${sql} at ${epsilon}: ${truth} is below ${ends.low}`);
        assert.ok(Number(truth) - slack <= Number(ends.high), `${sql} at ${epsilon}: ${truth} is above ${ends.high}`);
      }
    }
  }
  assert.ok(bounded > AGGREGATES.length * epsilons.length * 3, `only ${bounded} intervals have ends`);
  // Noise of three times the margins must show, or the intervals say nothing.
  assert.ok(missed > bounded / 20, `only ${missed} of ${bounded} intervals miss`);
});

test(`intervals of expressions hold the exact value (seed ${SEED})`, async () => {
  const random = generator(SEED + 1);
  const finaliser = createFinaliser();
  for (const sql of EXPRESSIONS) {
    for (const epsilon of ['1', '1000']) {
      const prepared = await ask(sql, epsilon);
      for (let i = 0; i < 2; i++) {
        await randomRows(random);
        const exact = await exactly(prepared);
        const truth = (await finaliser.finalise(prepared, exact)).rows[0]?.[0] ?? null;
        const [, low, high] = (await finaliser.finalise(prepared, moved(prepared.plan, exact, random))).rows[0] ?? [];
        if (truth === null || low === null || high === null) continue;
        const slack = 1e-9 * (1 + Math.abs(Number(truth)));
        assert.ok(
          Number(low) <= Number(truth) + slack && Number(truth) - slack <= Number(high),
          `${sql} at ${epsilon}: ${low} ≤ ${truth} ≤ ${high}`,
        );
      }
    }
  }
});

test('noise that leaves no rows and no spread gives NULL, and no variance below 0', async () => {
  const { plan } = await ask('avg(cost)', '1');
  const none: Released = {
    passed: [Uint8Array.of(1)],
    counts: plan.contributions.map(() => [-3n]),
    accumulators: plan.accumulators.map(() => [500n]),
  };
  assert.equal(aggregateValues(plan, none)[0]?.[0], null);
  for (const [sql, value] of [
    ['var_pop(cost)', '0'],
    ['stddev_pop(cost)', '0'],
    ['corr(cost, severity)', null],
    ['regr_slope(cost, severity)', null],
  ] as const) {
    const { plan: made } = await ask(sql, '1');
    const odd: Released = {
      passed: [Uint8Array.of(1)],
      counts: made.contributions.map(() => [10n]),
      accumulators: made.accumulators.map((_, i) => [i === 0 ? 90_000n : 3n]),
    };
    assert.equal(aggregateValues(made, odd)[0]?.[0], value, sql);
  }
});
