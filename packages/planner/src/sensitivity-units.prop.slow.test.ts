/**
 * The same where a unit is all rows with the same value in a column: random rows of few people at stations, in deposits and
 * in joined tables, with every person taken away in turn. Without the bound on shares the claims are exceeded.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noiseOnSecrets } from '@sluis/dp/joint';
import { createSqlEngine } from '@sluis/engine';
import { type Agreement, agreementSchema, encodingsOf, type Plan } from '@sluis/model';
import { type ClearSource, evaluateRows } from './fixtures/evaluate-rows.ts';
import { generator, type Random } from './fixtures/neighbours.ts';
import { sampleAgreement } from './fixtures/sample-agreement.ts';
import { used } from './fixtures/shared-neighbours.ts';
import { prepare, type Prepared } from './index.ts';

const engine = createSqlEngine();
const SEED = Number(process.env['SLUIS_SEED'] ?? 20_267);
const PEOPLE = 4;
const all = ['group', 'filter', 'aggregate', 'join'];
const unit = { protects: 'column', column: 'id', groups: 2, rows_per_group: 2 };

function agreement(): Agreement {
  const base = sampleAgreement({ unit, output: { noise: { budget: { epsilon: '10', delta: '0.001' } } } });
  const { incidents } = base.tables;
  const owner = { kind: 'owner', privacy_unit: unit, maximum_rows: 50 };
  const id = { type: 'INTEGER', uses: all, bounds: [0, PEOPLE - 1] };
  const ward = { type: 'VARCHAR', uses: all, domain: { values: ['a', 'b'] } };
  const paid = { type: 'DECIMAL(9,2)', uses: all, bounds: ['-2', '3'] };
  return agreementSchema.parse({
    ...base,
    tables: {
      incidents: { ...incidents, maximum_rows: 50, columns: { ...incidents?.columns, id }, deposits: { by: ['harbour'] } },
      patients: { ...owner, providers: ['hospital'], unique: [['id']], columns: { id, ward } },
      claims: { ...owner, providers: ['bank'], columns: { id, paid } },
    },
  });
}

const QUESTIONS = [
  'SELECT count(*), count(DISTINCT severity) FROM incidents',
  'SELECT sector, count(*), sum(cost) FROM incidents WHERE severity > 1 GROUP BY ROLLUP (sector)',
  'SELECT region, sector, sum(severity), count(*) FILTER (WHERE severity > 2) FROM incidents GROUP BY region, sector',
  'SELECT cost, count(*) FROM incidents WHERE severity > 1 GROUP BY cost',
  'SELECT sector, min(severity), max(severity) FROM incidents GROUP BY sector',
  'SELECT max(c.paid) FROM hospital.patients p JOIN bank.claims c ON p.id = c.id',
  'SELECT p.ward, count(*), sum(c.paid) FROM hospital.patients p JOIN bank.claims c ON p.id = c.id GROUP BY p.ward',
  "SELECT count(*), sum(c.paid) FROM bank.claims c SEMI JOIN hospital.patients p ON p.id = c.id AND p.ward = 'a'",
];

/** Values at their bounds as often as not; a table whose people are declared unique has each once. */
function sourcesOf({ plan }: Prepared, terms: Agreement, random: Random): ClearSource[] {
  return (plan.rows?.sources ?? []).map((source) => {
    const table = terms.tables[source.table];
    assert.ok(table !== undefined);
    const encodings = encodingsOf(table, source.columns);
    const once = table.unique !== undefined;
    const rows = Array.from({ length: once ? PEOPLE : 1 + random(18) }, (_, i) => {
      const values = encodings.map((e): readonly [string, bigint | null] => {
        if (e.column === 'id') return [e.column, BigInt(once ? i : random(PEOPLE))];
        if (e.nullable && random(5) === 0) return [e.column, null];
        const small = e.minimum + BigInt(random(Number(e.maximum - e.minimum < 500n ? e.maximum - e.minimum : 500n) + 1));
        return [e.column, [e.minimum, e.maximum, e.maximum, small][random(4)] ?? small];
      });
      return new Map(values);
    });
    return { rows, givers: rows.map(() => source.stations[0] ?? 'harbour') };
  });
}

function withoutPerson(sources: readonly ClearSource[], person: bigint): ClearSource[] {
  return sources.map(({ rows, givers }) => {
    const kept = rows.flatMap((row, i) => (row.get('id') === person ? [] : [i]));
    return { rows: kept.flatMap((i) => rows.slice(i, i + 1)), givers: kept.flatMap((i) => givers.slice(i, i + 1)) };
  });
}

/** Largest shares of a cell's sensitivity and of ε, whichever is less, over random data and every person. */
function mostUsed(prepared: Prepared, plan: Plan, terms: Agreement, random: Random, checked: boolean): number {
  let most = 0;
  for (let i = 0; i < 60; i++) {
    const sources = sourcesOf(prepared, terms, random);
    const whole = evaluateRows(plan, sources);
    for (let person = 0n; person < BigInt(PEOPLE); person++) {
      const { cell, cost } = used(prepared, whole, evaluateRows(plan, withoutPerson(sources, person)));
      if (checked) {
        assert.ok(cell <= 1, `one cell changes by ${cell} times its sensitivity: ${plan.sql}, seed ${SEED}`);
        assert.ok(cost <= 1 + 1e-9, `neighbours differ by ${cost} times epsilon: ${plan.sql}, seed ${SEED}`);
      }
      most = Math.max(most, checked ? Math.min(cell, cost) : Math.max(cell, cost));
    }
  }
  return most;
}

test(`claims for people on shared rows hold for every person, are reached, and rest on the bound (seed ${SEED})`, async () => {
  const random = generator(SEED);
  const terms = agreement();
  for (const sql of QUESTIONS) {
    const asking = { sql: `${sql} WITH NOISE (epsilon = 1, delta = 1e-6, mechanism = laplace)`, agreement: terms, agreementId: 'a' };
    const prepared = await prepare(asking, engine);
    const { plan } = prepared;
    noiseOnSecrets.checkPlan(plan);
    const most = mostUsed(prepared, plan, terms, random, true);
    // A claim that is half of what it is would have been exceeded.
    assert.ok(most > 0.5, `${sql}: only ${most} of what is claimed is used`);
    assert.ok(plan.rows !== undefined);
    const { bound: _, ...free } = plan.rows;
    const unbounded = { ...plan, rows: free };
    assert.throws(() => noiseOnSecrets.checkPlan(unbounded), /does not bound how many/);
    const exceeded = mostUsed(prepared, unbounded, terms, random, false);
    assert.ok(exceeded > 1, `${sql}: without the bound only ${exceeded} of what is claimed is used`);
  }
});
