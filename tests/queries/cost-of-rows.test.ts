/**
 * What explain says that questions on shared rows cost, against rounds and bytes that the simulated parties meter. How many
 * comparisons a sort of few rows takes differs by a quarter from one random order to the next: parties draw the same
 * randomness in every run of this test.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSqlEngine } from '@sluis/engine';
import { type Agreement, agreementSchema, type ColumnEncoding, encodingsOf, type Plan } from '@sluis/model';
import { maliciousComputation, replicatedComputation } from '@sluis/mpc';
import { simulateCommittee } from '@sluis/mpc/simulation';
import { prepare } from '@sluis/planner';
import { rowsOnShares } from '@sluis/rows';
import { exactRules } from '@sluis/rules';
import { noiseOnSecrets } from '@sluis/dp/joint';
import { seededRandom } from '../../packages/math/src/fixtures/seeded-random.ts';
import { dealRows } from '../../packages/rows/src/fixtures/secret-rows.ts';
import { sampleAgreement } from './sample-agreement.ts';

const all = ['group', 'filter', 'aggregate', 'reveal', 'join'];
const ROWS = 300;
const NOISE = { noise: { required: false, budget: { epsilon: '10' } } } as object;
const privacy_unit = { protects: 'row' };
const columns = {
  person_id: { type: 'INTEGER', uses: all, bounds: [0, 1_000_000] },
  sector: { type: 'VARCHAR', uses: all, nullable: true, domain: { values: ['a', 'b', 'c', 'd'] } },
  cost: { type: 'DECIMAL(12,2)', uses: all, nullable: true, bounds: ['0', '100000'] },
  age: { type: 'INTEGER', uses: all, bounds: [0, 120] },
  name: { type: 'VARCHAR', uses: all.slice(1), nullable: true },
};

function agreement(threat: Agreement['threat_model'], dominance: boolean): Agreement {
  const base = sampleAgreement({
    table: 'unused',
    definition: { kind: 'union', description: '', violations: 'refuse', maximum_rows: 10, columns: {} },
    parties: ['north', 'south', 'west'],
    output: { minimum_rows: 5, minimum_organisations: 2, ...(dominance ? { dominance: { n: 2, k: 80 } } : {}), ...NOISE },
    receivers: ['north', 'centre'],
  });
  const owned = (owner: string, more: object) => ({
    kind: 'owner',
    providers: [owner],
    maximum_rows: ROWS,
    columns,
    privacy_unit,
    ...more,
  });
  return agreementSchema.parse({
    ...base,
    threat_model: threat,
    tables: {
      visits: { kind: 'union', providers: ['north', 'south', 'west'], maximum_rows: ROWS / 3, columns, privacy_unit },
      people: owned('north', { maximum_join_rows: 400 }),
      claims: owned('south', { unique: [['person_id']] }),
      trips: owned('west', {}),
    },
    matching: {
      persons: {
        tables: ['people', 'claims', 'trips'],
        any_of: [{ name: 'name', parts: [{ column: 'name', recipe: 'name@1' }] }],
        approximate: {
          bits: 256,
          fields: [{ column: 'name', recipe: 'name@1' }],
          blocks: ['cologne@1', 'soundex@1'].map((recipe) => ({ name: recipe.slice(0, 4), parts: [{ column: 'name', recipe }] })),
          maximum_pairs: 500,
        },
      },
    },
  });
}

/** Rows that keep their bounds; keys repeat only where they may. */
function dealt(encodings: readonly ColumnEncoding[], stations: readonly string[]) {
  const rows = Array.from({ length: ROWS }, (_, i) => ({
    giver: stations[Math.floor((i * stations.length) / ROWS)] as string,
    valid: true,
    values: Object.fromEntries(
      encodings.map((e) => [e.column, e.nullable && i % 9 === 4 ? null : e.minimum + (BigInt(i) % (e.maximum - e.minimum + 1n))]),
    ),
  }));
  return dealRows({ encodings, rows });
}

const mechanismOf = (plan: Plan) => (plan.noise === undefined ? exactRules : noiseOnSecrets);

async function metered(agreed: Agreement, plan: Plan): Promise<{ rounds: number; bytes: number }> {
  const sources = (plan.rows?.sources ?? []).map(({ table, columns: names, stations }) => {
    const encodings = encodingsOf(agreed.tables[table] ?? assert.fail(), names);
    return { encodings, stations, deal: dealt(encodings, stations) };
  });
  const { convene } = agreed.threat_model === 'malicious' ? maliciousComputation : replicatedComputation;
  const { rounds, bytes } = await simulateCommittee(
    async (c) => {
      const rows = sources.map(({ deal }) => deal(c.me));
      for (const [s, { encodings, stations }] of sources.entries()) {
        const size = ROWS / stations.length;
        const part = (p: number) => ({ length: size, columns: (rows[s]?.columns ?? []).map((column) => c.slice(column, p * size, size)) });
        await rowsOnShares.withinBounds(
          c,
          encodings,
          stations.map((_, p) => part(p)),
        );
      }
      const input = await rowsOnShares.evaluate(c, plan, rows);
      const mechanism = mechanismOf(plan);
      const exact = await mechanism.combine(c, plan, [input]);
      const totals = plan.noise === undefined ? exact : await noiseOnSecrets.addNoise(c, plan, exact, seededRandom(4 + c.me));
      const passes = await mechanism.decide(c, plan, [input], totals);
      for (const bits of passes) await c.openBits(bits);
    },
    { convene, random: [seededRandom(1), seededRandom(2), seededRandom(3)] },
  );
  return { rounds: rounds - plan.outputs.length, bytes: bytes.reduce((a, b) => a + b, 0) };
}

const QUESTIONS: readonly (readonly [sql: string, receiver?: string])[] = [
  ['SELECT median(cost), count(DISTINCT person_id), corr(cost, age) FROM visits'],
  ['SELECT sector, count(DISTINCT age) AS n, avg(cost) AS x FROM visits GROUP BY sector'],
  ['SELECT sector, quantile_cont(cost, 0.9) AS q, max(age) AS m FROM visits WHERE age > 20 OR cost > 5 GROUP BY sector'],
  ['SELECT sum(cost / age) AS x, sum(person_id // age) AS y, count(DISTINCT age) AS n FROM visits WHERE cost > 5'],
  ['SELECT person_id, count(*) AS n, sum(cost) AS x FROM visits GROUP BY person_id'],
  ['SELECT p.sector, count(*) AS n, avg(c.cost) AS x FROM people p JOIN claims c ON p.person_id = c.person_id GROUP BY p.sector'],
  ['SELECT avg(c.cost) AS x FROM people p JOIN claims c ON p.person_id = c.person_id WHERE p.age > c.age', 'north'],
  ['SELECT p.sector, sum(t.cost) AS x FROM people p LEFT JOIN trips t ON p.person_id = t.person_id GROUP BY p.sector'],
  ['SELECT count(*) AS n FROM claims c SEMI JOIN trips t ON c.person_id = t.person_id WHERE c.age + 1 > 30'],
  ['SELECT count(*) AS n FROM (SELECT name, age FROM claims INTERSECT SELECT name, age FROM trips)'],
  ['SELECT count(*) AS n FROM claims c SEMI JOIN trips t ON c.person_id = t.person_id USING SAMPLE 25%'],
  ["SELECT sector, count(*) AS n FROM people p SEMI JOIN trips t ON matches('persons') GROUP BY sector"],
  ["SELECT count(*) AS n FROM claims c SEMI JOIN people p ON matches('persons')", 'north'],
  ['SELECT sector, min(age // 30) AS x, count(DISTINCT age) AS n FROM visits GROUP BY sector WITH NOISE (epsilon = 1)'],
  ['SELECT max(c.person_id // 1000) AS x FROM claims c SEMI JOIN trips t ON c.person_id = t.person_id WITH NOISE (epsilon = 1)'],
  ['SELECT sum(x) AS x FROM (SELECT name, sum(age) AS x FROM visits GROUP BY name HAVING count(DISTINCT organisation) >= 2)'],
];

for (const threat of ['semi-honest', 'malicious'] as const) {
  for (const dominance of [false, true]) {
    for (const [sql, receiver = 'centre'] of QUESTIONS) {
      if (threat === 'malicious' && dominance !== /corr|matches/.test(sql)) continue;
      if (dominance && /NOISE/.test(sql)) continue;
      if (dominance && receiver !== 'centre') continue;
      test(`${threat}${dominance ? ', dominance' : ''}: ${sql}`, async (t) => {
        const agreed = agreement(threat, dominance);
        const { plan } = await prepare({ sql, agreement: agreed, agreementId: 'dry', receivers: [receiver] }, createSqlEngine());
        const used = [rowsOnShares, mechanismOf(plan)];
        for (const technique of used) technique.checkPlan(plan);
        const shape = { cells: plan.cellCount, providers: plan.providers.length, wordsPerCell: 0, plan };
        const parts = used.map((technique) => technique.cost(shape));
        const said = { rounds: parts.reduce((n, p) => n + p.rounds, 0), bytes: parts.reduce((n, p) => n + p.bytes, 0) };
        const real = await metered(agreed, plan);
        t.diagnostic(`${real.rounds} rounds, said ${said.rounds}; ${real.bytes} bytes, said ${said.bytes}`);
        assert.ok(Math.abs(said.rounds / real.rounds - 1) <= 0.1, 'rounds');
        assert.ok(Math.abs(said.bytes / real.bytes - 1) <= (threat === 'malicious' ? 0.25 : 0.15), 'bytes');
      });
    }
  }
}
