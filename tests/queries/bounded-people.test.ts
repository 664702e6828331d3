/**
 * Noisy questions that protect people, from SQL to what the committee adds up before the noise: as many rows of a person
 * count as the plan says, at stations, in deposits and in joins; and what is sent is what explain says.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noiseOnSecrets } from '@sluis/dp/joint';
import { createSqlEngine } from '@sluis/engine';
import { type Agreement, agreementSchema, encodingsOf, layoutOf, type Plan, type PlanRowSource, type Vectors } from '@sluis/model';
import { maliciousComputation, replicatedComputation } from '@sluis/mpc';
import { simulateCommittee } from '@sluis/mpc/simulation';
import { prepare } from '@sluis/planner';
import { rowsOnShares } from '@sluis/rows';
import { type ClearSource, evaluateRows } from '../../packages/planner/src/fixtures/evaluate-rows.ts';
import { seededRandom } from '../../packages/math/src/fixtures/seeded-random.ts';
import { dealRows } from '../../packages/rows/src/fixtures/secret-rows.ts';
import { evaluateOnShares } from './rows-on-shares.ts';
import { sampleAgreement } from './sample-agreement.ts';

const engine = createSqlEngine();
const all = ['group', 'filter', 'aggregate', 'join'];
const columns = {
  person: { type: 'VARCHAR', uses: ['join'] },
  sector: { type: 'VARCHAR', uses: all, nullable: true, domain: { values: ['a', 'b', 'c'] } },
  cost: { type: 'DECIMAL(12,2)', uses: all, nullable: true, bounds: ['0', '100000'] },
};
const unit = { protects: 'column', column: 'person', groups: 2, rows_per_group: 2 };

function agreement(threat: Agreement['threat_model']): Agreement {
  const base = sampleAgreement({
    table: 'unused',
    definition: { kind: 'union', description: '', violations: 'refuse', maximum_rows: 10, columns: {} },
    parties: ['north', 'south', 'west'],
    output: { minimum_rows: 5, minimum_organisations: 2 },
    receivers: ['centre'],
  });
  const terms = { privacy_unit: unit, columns };
  return agreementSchema.parse({
    ...base,
    threat_model: threat,
    // Groups whose values are not declared need noise that no party chooses, where one may deviate.
    output: { noise: { budget: { epsilon: '10', delta: '0.001' }, generation: threat === 'malicious' ? 'bits' : 'shares' } },
    tables: {
      visits: { ...terms, providers: ['north', 'south', 'west'], maximum_rows: 60, deposits: { by: ['west'], maximum_rows_each: 60 } },
      claims: { ...terms, kind: 'owner', providers: ['south'], maximum_rows: 240 },
      people: { ...terms, kind: 'owner', providers: ['north'], maximum_rows: 240, unique: [['person']] },
    },
  });
}

const NOISE = 'WITH NOISE (epsilon = 1, delta = 1e-6)';
const QUESTIONS = [
  'SELECT sector, count(*), sum(cost) FROM visits WHERE cost > 0.3 GROUP BY ROLLUP (sector)',
  'SELECT cost, count(*), count(DISTINCT sector) FROM visits GROUP BY cost',
  'SELECT p.sector, count(*) FILTER (WHERE c.cost > 0.5), sum(c.cost) FROM claims c JOIN people p ON c.person = p.person GROUP BY p.sector',
];
const ROWS = 240;

/** Everybody has rows that are all alike, so that which of them count makes no difference: 1, 2, 3 … and so on. */
function sourceOf(agreed: Agreement, { table, columns: names, stations }: PlanRowSource): ClearSource {
  const encodings = encodingsOf(agreed.tables[table] ?? assert.fail(), names);
  const owners = table === 'people';
  const rows = Array.from({ length: owners ? 40 : ROWS }, (_, i) => {
    const person = owners ? i : Math.floor((Math.sqrt(8 * ((i * 77) % ROWS) + 1) - 1) / 2);
    const value = (e: (typeof encodings)[number]): bigint | null => {
      if (e.column === 'person') return BigInt(person) * 7919n;
      if (e.nullable && person % 6 === 4) return null;
      return BigInt((person * 5) % (e.column === 'sector' ? 3 : 1000));
    };
    return new Map(encodings.map((e) => [e.column, value(e)]));
  });
  return { rows, givers: rows.map((_, i) => stations[Math.floor((i * stations.length) / rows.length)] ?? 'west') };
}

/** Per cell, all values; cells of secret keys in any order. */
function cellsOf(plan: Plan, { cells, columns: found }: Vectors): string[] {
  const shown = layoutOf(plan).flatMap((l, i) => (l.kind === 'present' ? [] : [found[i] ?? new BigUint64Array()]));
  const texts = Array.from({ length: cells }, (_, cell) =>
    shown.map((words) => Array.from({ length: words.length / cells }, (_, w) => words[w * cells + cell]).join('.')).join(' '),
  );
  return plan.rows?.secretSlots === null ? texts : texts.sort();
}

for (const threat of ['semi-honest', 'malicious'] as const) {
  for (const sql of QUESTIONS) {
    test(`${threat}: ${sql}`, async (t) => {
      const agreed = agreement(threat);
      const { plan } = await prepare({ sql: `${sql} ${NOISE}`, agreement: agreed, agreementId: 'dry' }, engine);
      for (const technique of [rowsOnShares, noiseOnSecrets]) technique.checkPlan(plan);
      const { rows } = plan;
      assert.equal(rows?.bound?.rows, 4);
      const clear = rows.sources.map((s) => sourceOf(agreed, s));
      const wanted = cellsOf(plan, evaluateRows(plan, clear));
      assert.deepEqual(cellsOf(plan, await evaluateOnShares(agreed, plan, clear, threat)), wanted);
      const { bound: _, ...free } = rows;
      assert.notDeepEqual(cellsOf(plan, evaluateRows({ ...plan, rows: free }, clear)), wanted, 'the bound leaves rows out');
      const real = await metered(agreed, plan);
      const said = rowsOnShares.cost({ cells: plan.cellCount, providers: plan.providers.length, wordsPerCell: 0, plan });
      t.diagnostic(`${real.rounds} rounds, said ${said.rounds}; ${real.bytes} bytes, said ${said.bytes}`);
      // Estimates know the widths of columns, not their bounds, and take positions in lists for a little deeper than they are.
      assert.ok(said.rounds / real.rounds > 0.95 && said.rounds / real.rounds < 1.2, 'rounds');
      assert.ok(Math.abs(said.bytes / real.bytes - 1) <= (threat === 'malicious' ? 0.25 : 0.15), 'bytes');
    });
  }
}

/** As many rows as the agreement allows; parties draw the same randomness in every run, since sorts differ by it. */
async function metered(agreed: Agreement, plan: Plan): Promise<{ rounds: number; bytes: number }> {
  const sources = (plan.rows?.sources ?? []).map((source) => {
    const encodings = encodingsOf(agreed.tables[source.table] ?? assert.fail(), source.columns);
    const { rows } = sourceOf(agreed, source);
    const most = source.maximumRows ?? 0;
    const values = Array.from({ length: most }, (_, i) => {
      const row = new Map(rows[i % rows.length] ?? []);
      return Object.fromEntries(source.table === 'people' ? row.set('person', BigInt(i)) : row);
    });
    return { encodings, most, deal: dealRows({ encodings, rows: values.map((v) => ({ giver: 'north', valid: true, values: v })) }) };
  });
  const { convene } = agreed.threat_model === 'malicious' ? maliciousComputation : replicatedComputation;
  const { rounds, bytes } = await simulateCommittee(
    async (c) => {
      for (const { deal, encodings } of sources) await rowsOnShares.withinBounds(c, encodings, [deal(c.me)]);
      const { columns: found } = await rowsOnShares.evaluate(
        c,
        plan,
        sources.map(({ deal }) => deal(c.me)),
      );
      // What is computed is checked before anything is opened.
      for (const column of found) await c.openColumn(column);
    },
    { convene, random: [seededRandom(1), seededRandom(2), seededRandom(3)] },
  );
  return { rounds: rounds - layoutOf(plan).length, bytes: bytes.reduce((a, b) => a + b, 0) };
}
