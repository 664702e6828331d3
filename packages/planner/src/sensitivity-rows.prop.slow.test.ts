/**
 * The same for rows that are shared, where a unit is a row: random rows as the committee holds them, evaluated in the clear,
 * with every single row of every table taken away in turn.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSqlEngine } from '@sluis/engine';
import { type Agreement, agreementSchema, encodingsOf } from '@sluis/model';
import { type ClearSource, evaluateRows } from './fixtures/evaluate-rows.ts';
import { sampleAgreement } from './fixtures/sample-agreement.ts';
import { used } from './fixtures/shared-neighbours.ts';
import { prepare, type Prepared } from './index.ts';

const engine = createSqlEngine();
const SEED = Number(process.env['SLUIS_SEED'] ?? 20_266);
const all = ['group', 'filter', 'aggregate', 'join'];
const ROW = { protects: 'row' };
const NOISE = { budget: { epsilon: '10', delta: '0.001' } };

function agreement(): Agreement {
  const base = sampleAgreement({ unit: ROW, output: { noise: NOISE } });
  const { incidents } = base.tables;
  const person_id = { type: 'INTEGER', uses: ['join'], bounds: [0, 5] };
  const owner = { kind: 'owner', privacy_unit: ROW, maximum_rows: 50, unique: [['person_id']] };
  const ward = { type: 'VARCHAR', uses: all, domain: { values: ['a', 'b'] } };
  const paid = { type: 'DECIMAL(9,2)', uses: all, bounds: ['-2', '3'] };
  const age = { type: 'INTEGER', uses: all, nullable: true, bounds: [0, 4] };
  return agreementSchema.parse({
    ...base,
    tables: {
      incidents: { ...incidents, maximum_rows: 50, deposits: { by: ['harbour'] } },
      patients: { ...owner, providers: ['hospital'], columns: { person_id, ward, age } },
      claims: { ...owner, providers: ['bank'], columns: { person_id, paid } },
    },
  });
}

const JOIN = 'FROM hospital.patients p JOIN bank.claims c ON p.person_id = c.person_id';
const QUESTIONS = [
  'SELECT count(DISTINCT severity), count(*) FROM incidents',
  'SELECT sector, count(DISTINCT severity), sum(cost) FROM incidents GROUP BY ROLLUP (sector)',
  'SELECT cost, count(*), sum(severity) FROM incidents WHERE cost < 4 GROUP BY cost',
  'SELECT region, avg(cost), var_pop(severity) FROM incidents WHERE severity > 1 GROUP BY region',
  `SELECT p.ward, count(*), sum(c.paid) ${JOIN} GROUP BY p.ward`,
  `SELECT count(DISTINCT p.age), avg(c.paid) ${JOIN} AND c.paid > 0`,
  'SELECT sector, min(severity), max(severity), median(severity) FILTER (WHERE cost > 1) FROM incidents GROUP BY ROLLUP (sector)',
  `SELECT p.ward, max(c.paid), min(p.age) ${JOIN} GROUP BY p.ward`,
  'SELECT p.ward, count(*) FROM hospital.patients p SEMI JOIN bank.claims c ON p.person_id = c.person_id GROUP BY p.ward',
];

function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Values between the encoding's bounds, often at them; keys that are declared unique are. */
function sourcesOf(prepared: Prepared, terms: Agreement, random: (below: number) => number): ClearSource[] {
  return (prepared.plan.rows?.sources ?? []).map((source) => {
    const table = terms.tables[source.table];
    assert.ok(table !== undefined);
    const encodings = encodingsOf(table, source.columns);
    const free = [0n, 1n, 2n, 3n, 4n, 5n];
    const rows = Array.from({ length: 1 + random(6) }, () => {
      const values = encodings.map((e): readonly [string, bigint | null] => {
        if (e.column === 'person_id') return [e.column, free.splice(random(free.length), 1)[0] ?? 0n];
        if (e.nullable && random(5) === 0) return [e.column, null];
        const small = e.minimum + BigInt(random(Number(e.maximum - e.minimum < 500n ? e.maximum - e.minimum : 500n) + 1));
        return [e.column, [e.minimum, e.maximum, small][random(3)] ?? small];
      });
      return new Map(values);
    });
    return { rows, givers: rows.map(() => source.stations[0] ?? 'harbour') };
  });
}

test(`sensitivities claimed for shared rows hold for every row, and are reached (seed ${SEED})`, async () => {
  const random = generator(SEED);
  const terms = agreement();
  for (const sql of QUESTIONS) {
    const asking = { sql: `${sql} WITH NOISE (epsilon = 1, delta = 1e-6, mechanism = laplace)`, agreement: terms, agreementId: 'a' };
    const prepared = await prepare(asking, engine);
    let most = 0;
    for (let i = 0; i < 60; i++) {
      const sources = sourcesOf(prepared, terms, random);
      const whole = evaluateRows(prepared.plan, sources);
      sources.forEach((source, s) => {
        source.rows.forEach((_, row) => {
          const keep = <T>(list: readonly T[]): T[] => list.filter((_, i) => i !== row);
          const fewer = sources.with(s, { rows: keep(source.rows), givers: keep(source.givers) });
          const { cell, cost } = used(prepared, whole, evaluateRows(prepared.plan, fewer));
          assert.ok(cell <= 1, `one cell changes by ${cell} times its sensitivity: ${sql}, seed ${SEED}`);
          assert.ok(cost <= 1 + 1e-9, `neighbours differ by ${cost} times epsilon: ${sql}, seed ${SEED}`);
          most = Math.max(most, Math.min(cell, cost));
        });
      });
    }
    // A claim that is half of what it is would have been exceeded.
    assert.ok(most > 0.5, `${sql}: only ${most} of what is claimed is used`);
  }
});
