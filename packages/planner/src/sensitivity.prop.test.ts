/**
 * What plans claim of sensitivities is never less than what neighbouring data really change: small random data at two
 * providers, random questions, every unit taken away in turn, statements run in DuckDB as providers run them. The same
 * check must reject claims that are half as large, and statements that do not bound contributions.
 */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { DuckDBConnection } from '@duckdb/node-api';
import { createSqlEngine } from '@sluis/engine';
import { type Agreement, cellOffsets, type PlanNoise, type PlanNoiseOn } from '@sluis/model';
import { type ClearTotals, openDuckDb, totalsInTheClear } from './fixtures/clear-run.ts';
import { sampleAgreement } from './fixtures/sample-agreement.ts';
import { prepare, type Prepared, providerStatement } from './index.ts';

const engine = createSqlEngine();
const SEED = Number(process.env['SLUIS_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const PARTIES = ['party_a', 'party_b'];
const COLUMNS = {
  id: { type: 'INTEGER', uses: ['filter', 'aggregate'], bounds: [0, 9] },
  cost: { type: 'DECIMAL(12,2)', uses: ['filter', 'aggregate'], nullable: true, bounds: ['-3.5', '10'] },
  hours: { type: 'DOUBLE', uses: ['filter', 'aggregate'], nullable: true, bounds: ['-2', '4.125'], scale: 3 },
};
let db: DuckDBConnection;
before(async () => {
  db = await openDuckDb();
});

/** Mulberry32: small, and the same everywhere. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
const oneOf = <T>(random: (below: number) => number, list: readonly T[]): T => list[random(list.length)] as T;

const AGGREGATES = [
  'count(*)',
  'count(cost)',
  'sum(cost)',
  'sum(hours)',
  'avg(cost)',
  'sum(severity)',
  'var_samp(cost)',
  'corr(hours, cost)',
  'count(*) FILTER (WHERE severity > 2)',
  'sum(cost * severity)',
  'sum(hours / 3) FILTER (WHERE region IS NOT NULL)',
  'median(severity)',
  'sum(least(cost, 2))',
];
const GROUPINGS = [
  '',
  'GROUP BY sector',
  'GROUP BY sector, region',
  'GROUP BY ROLLUP (sector, region)',
  'GROUP BY CUBE (sector, severity)',
  'GROUP BY GROUPING SETS ((sector), (severity))',
];
const FILTERS = ['', 'WHERE severity >= 2', 'WHERE cost > 0 OR cost IS NULL'];

const questionOf = (random: (below: number) => number): string => {
  const aggregates = Array.from({ length: 1 + random(3) }, () => oneOf(random, AGGREGATES));
  return `SELECT ${aggregates.map((a, i) => `${a} AS x${i}`).join(', ')} FROM incidents ${oneOf(random, FILTERS)} ${oneOf(random, GROUPINGS)} WITH NOISE (epsilon = 1, delta = 1e-6, mechanism = ${oneOf(random, ['laplace', 'gaussian'])})`;
};

type Random = (below: number) => number;
const UNITS: Readonly<Record<string, (random: Random) => unknown>> = {
  row: () => ({ protects: 'row' }),
  organisation: (random) => ({ protects: 'organisation', rows_per_group: 1 + random(4) }),
  'people at several providers': (random) => personOf(random, 'overlapping'),
  'people at one provider': (random) => personOf(random, 'disjoint'),
};
const personOf = (random: Random, providers: string): unknown => ({
  protects: 'column',
  column: 'id',
  groups: 1 + random(3),
  rows_per_group: 1 + random(3),
  providers,
});

function agreementOf(unit: unknown): Agreement {
  const agreement = sampleAgreement({ unit, columns: COLUMNS, output: { noise: { budget: { epsilon: '10' } } } });
  const { incidents } = agreement.tables;
  if (incidents === undefined) throw new Error('the sample has a table');
  return { ...agreement, tables: { incidents: { ...incidents, providers: ['harbour', 'bank'], maximum_rows: 100 } } };
}

/** Values at their bounds as often as not: that is where sensitivities are reached. */
function rowOf(random: (below: number) => number, party: number, disjoint: boolean): string {
  const id = disjoint ? random(2) * 2 + party : random(3);
  const texts = [
    oneOf(random, ["'Finance'", "'Energy'", "'Health'"]),
    oneOf(random, ['NULL', "'north'", "'south'"]),
    String(1 + random(5)),
    oneOf(random, ['NULL', '-3.5', '10', '10', '10', '1.25']),
    oneOf(random, ['NULL', '-2', '4.125', '4.125', '0.3333']),
  ];
  return `(${id}, ${texts.join(', ')})`;
}

const CAST =
  'CAST(id AS INTEGER) AS id, sector, region, CAST(severity AS INTEGER) AS severity, CAST(cost AS DECIMAL(12, 2)) AS cost, CAST(hours AS DOUBLE) AS hours';

async function makeData(random: (below: number) => number, disjoint: boolean): Promise<void> {
  // Few groups and few people: then units have more rows and groups than count.
  for (const [party, name] of PARTIES.entries()) {
    const rows = Array.from({ length: 1 + random(14) }, () => rowOf(random, party, disjoint));
    await db.run(
      `CREATE OR REPLACE TABLE ${name} AS SELECT row_number() OVER () AS n, ${CAST} FROM (VALUES ${rows.join(', ')}) AS v(id, sector, region, severity, cost, hours)`,
    );
  }
}

/** Every unit of the data, as the condition of the rows that are not its own, by party. */
async function withoutUnits(unit: PlanNoise['unit']): Promise<string[][]> {
  if (unit.kind === 'organisation') return PARTIES.map((party) => PARTIES.map((p) => (p === party ? 'false' : 'true')));
  if (unit.kind === 'column') return Array.from({ length: 4 }, (_, id) => PARTIES.map(() => `id <> ${id}`));
  const found: string[][] = [];
  for (const party of PARTIES) {
    const rows = (await db.runAndReadAll(`SELECT n FROM ${party}`)).getRows();
    for (const [n] of rows) found.push(PARTIES.map((p) => (p === party ? `n <> ${String(n)}` : 'true')));
  }
  return found;
}

interface Change {
  /** Of one part: differences by cell. */
  readonly on: PlanNoiseOn;
  readonly cells: readonly bigint[];
}

function changesOf({ plan: { noise } }: Prepared, a: ClearTotals, b: ClearTotals): Change[] {
  if (noise === undefined) throw new Error('the plan has noise');
  const part = (on: PlanNoiseOn | undefined, x: readonly bigint[], y: readonly bigint[]): Change[] =>
    on === undefined || on.sensitivity === '0'
      ? []
      : [{ on, cells: x.map((v, i) => (v < (y[i] ?? 0n) ? (y[i] ?? 0n) - v : v - (y[i] ?? 0n))) }];
  return [
    ...a.counts.flatMap((x, i) => part(noise.counts[i], x, b.counts[i] ?? [])),
    ...a.totals.flatMap((x, i) => part(noise.accumulators[i], x, b.totals[i] ?? [])),
    ...a.bins.flatMap((list, i) => list.flatMap((x, j) => part(noise.histograms[i], x, b.bins[i]?.[j] ?? []))),
  ];
}

const ratio = (value: bigint, parameter: string): number => {
  const [top = '1', bottom = '1'] = parameter.split('/');
  return (Number(value) * Number(bottom)) / Number(top);
};
const sum = (list: readonly bigint[]): bigint => list.reduce((x, y) => x + y, 0n);

/** Of a plan's events, Σ l1/scale, or Σ squaredL2/variance of what any two compute parties add. */
function claimed({ plan: { noise } }: Prepared): number {
  return (noise?.events ?? []).reduce((total, e) => {
    if (e.kind === 'discrete-laplace') return total + e.times * ratio(BigInt(e.l1), e.scale);
    assert.ok(e.kind === 'summed-discrete-gaussian');
    return total + (e.times * ratio(BigInt(e.squaredL2), e.variance)) / e.shares;
  }, 0);
}

/** What real neighbours use of what is claimed: largest share of a cell's sensitivity, and of the cost of all parts together. */
function used(prepared: Prepared, changes: readonly Change[]): { readonly cell: number; readonly cost: number } {
  const laplace = prepared.plan.noise?.mechanism === 'discrete-laplace';
  const cell = Math.max(0, ...changes.flatMap(({ on, cells }) => cells.map((c) => Number(c) / Number(on.sensitivity))));
  const spent = changes.reduce((total, { on, cells }) => total + ratio(sum(laplace ? cells : cells.map((c) => c * c)), on.parameter), 0);
  return { cell, cost: spent / claimed(prepared) };
}

interface Tally {
  cell: number;
  cost: number;
}

async function tryOne(random: (below: number) => number, unit: unknown, statement?: (prepared: Prepared) => string): Promise<Tally> {
  const prepared = await prepare({ sql: questionOf(random), agreement: agreementOf(unit), agreementId: 'a' }, engine);
  const run = statement?.(prepared) ?? providerStatement(prepared.plan);
  const { noise } = prepared.plan;
  assert.ok(noise !== undefined);
  await makeData(random, noise.unit.kind === 'column' && noise.occurrences === 1);
  const whole = await totalsInTheClear(db, prepared, PARTIES, run);
  const tally = { cell: 0, cost: 0 };
  for (const conditions of await withoutUnits(noise.unit)) {
    const parties = PARTIES.map((p, i) => `(SELECT * FROM ${p} WHERE ${conditions[i]})`);
    const { cell, cost } = used(prepared, changesOf(prepared, whole, await totalsInTheClear(db, prepared, parties, run)));
    const about = `${prepared.plan.sql} protecting ${JSON.stringify(unit)}, seed ${SEED}`;
    if (statement === undefined) {
      assert.ok(cell <= 1, `one cell changes by ${cell} times its sensitivity: ${about}`);
      assert.ok(cost <= 1 + 1e-9, `neighbours use ${cost} times what is charged: ${about}`);
      assert.ok(cellOffsets(prepared.plan).length >= 1);
    }
    tally.cell = Math.max(tally.cell, cell);
    tally.cost = Math.max(tally.cost, cost);
  }
  return tally;
}

const ROUNDS = Number(process.env['SLUIS_ROUNDS'] ?? 12);

for (const [name, unitOf] of Object.entries(UNITS)) {
  test(`sensitivities claimed for a unit hold for all neighbours, and are reached: ${name} (seed ${SEED})`, async () => {
    const random = generator(SEED + name.length);
    const most = { cell: 0, cost: 0 };
    for (let i = 0; i < ROUNDS; i++) {
      const { cell, cost } = await tryOne(random, unitOf(random));
      most.cell = Math.max(most.cell, cell);
      most.cost = Math.max(most.cost, cost);
    }
    if (process.env['SLUIS_ROUNDS'] !== undefined) console.log(name, most);
    // Were a claim half of what it is, some neighbours would have exceeded it.
    assert.ok(most.cell > 0.5 && most.cost > 0.5, `only ${JSON.stringify(most)} is used`);
  });
}

test('without bounding, people and organisations exceed what is claimed', async () => {
  const random = generator(SEED + 1);
  const unbounded = (prepared: Prepared): string => {
    const { noise, ...plan } = prepared.plan;
    return noise === undefined ? '' : providerStatement(plan);
  };
  let most = 0;
  for (let i = 0; i < 15; i++)
    most = Math.max(most, (await tryOne(random, { protects: 'column', column: 'id', groups: 1, rows_per_group: 1 }, unbounded)).cell);
  assert.ok(most > 1, `at most ${most} of the sensitivity is used`);
});
