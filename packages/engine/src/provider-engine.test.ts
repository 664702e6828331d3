import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { SluisError } from '@sluis/base';
import type { DatasetRecord } from '@sluis/flow';
import { type Agreement, agreementSchema, layoutOf, type Plan, type Released, type Vectors } from '@sluis/model';
import { type Prepared, prepare } from '@sluis/planner';
import { bindDataset } from './bind-dataset.ts';
import { createFinaliser } from './finaliser.ts';
import { createProviderEngine } from './provider-engine.ts';
import { createSqlEngine } from './sql-engine.ts';

const home = mkdtempSync(join(tmpdir(), 'sluis-provider-'));
after(() => rmSync(home, { recursive: true }));

const CANARY = 'canary-91c4';
const all = ['group', 'filter', 'aggregate', 'reveal'];
const organisation = (name: string) => ({
  name,
  station: 'localhost:4400',
  identity: '0'.repeat(64),
  sealing: `${'A'.repeat(1621)}AA=`,
  certificate: '1'.repeat(64),
});

function agreementWith(violations: string): Agreement {
  return agreementSchema.parse({
    sluis: 1,
    collaboration: 'securened',
    version: 1,
    purpose: 'test',
    legal_basis: 'test',
    valid: { from: '2026-01-01T00:00:00Z', until: '2027-01-01T00:00:00Z' },
    organisations: ['north', 'south', 'centre'].map(organisation),
    committee: ['north', 'south', 'centre'],
    receivers: ['centre'],
    askers: ['centre'],
    output: { minimum_rows: 1, minimum_organisations: 1, dominance: { n: 2, k: 90 } },
    tables: {
      incidents: {
        providers: ['north', 'south'],
        violations,
        maximum_rows: 1000,
        columns: {
          sector: { type: 'VARCHAR', uses: all, nullable: true, domain: { values: ['Energy', 'Finance', 'Health'] } },
          cost: { type: 'DECIMAL(9,2)', uses: all, nullable: true, bounds: ['-1000', '1000'] },
          records: { type: 'BIGINT', uses: all, bounds: ['0', '1000000000000'] },
          day: { type: 'DATE', uses: all, nullable: true, domain: { range: ['2024-01-01', '2024-12-31'] } },
        },
      },
    },
  });
}

const sql = createSqlEngine();
const agreement = agreementWith('refuse');
const plan = (text: string, from = agreement) => prepare({ sql: text, agreement: from, agreementId: 'a'.repeat(64) }, sql);

async function connect(rows: string, from = agreement): Promise<DatasetRecord> {
  const file = join(home, `${Math.random()}.csv`);
  writeFileSync(file, `sector,cost,records,day\n${rows}`);
  const bound = await bindDataset({ agreement: from, tableName: 'incidents', home, organisation: 'north', file });
  return {
    collaboration: 'securened',
    table: 'incidents',
    agreement: 'a'.repeat(64),
    sql: bound.sql,
    binding: bound.binding,
    report: '',
    connectedAt: 0,
  };
}

const ROWS = 'Energy,-10.50,3,2024-01-02\nEnergy,20.25,1000000000000,2024-02-02\nFinance,,7,\n,1.00,0,2024-12-31\n';
const logged: string[] = [];
const engine = createProviderEngine({ home, log: (detail) => logged.push(detail) });
const signal = () => new AbortController().signal;
const run = async (prepared: Prepared, rows = ROWS) => engine.partials(prepared, await connect(rows), signal());

/** Signed integers of one layout column, by cell. */
function integers(prepared: Plan, vectors: Vectors, index: number): bigint[] {
  const words = layoutOf(prepared)[index]?.words ?? 0;
  return Array.from({ length: prepared.cellCount }, (_, cell) => {
    let value = 0n;
    for (let j = 0; j < words; j++) value |= (vectors.columns[index]?.[j * vectors.cells + cell] ?? 0n) << BigInt(64 * j);
    return BigInt.asIntN(64 * words, value);
  });
}

/** Everything passes, from one provider alone: what the receiver would open. */
function opened(prepared: Plan, vectors: Vectors): Released {
  const layout = layoutOf(prepared);
  const where = (kind: string) => layout.flatMap((c, i) => (c.kind === kind ? [integers(prepared, vectors, i)] : []));
  return {
    passed: prepared.outputs.map((o) =>
      Uint8Array.from({ length: prepared.cellCount }, (_, cell) =>
        Number(o.aggregates.every((a) => (where('count')[prepared.aggregates[a]?.contribution ?? -1]?.[cell] ?? 0n) > 0n)),
      ),
    ),
    counts: where('count'),
    accumulators: where('accumulator'),
  };
}

test('partials are dense, in layout order, with neutral elements where no row contributes', async () => {
  const prepared = await plan('SELECT sector, count(*) AS n, sum(cost) AS s, min(cost) AS lo FROM incidents GROUP BY sector');
  const vectors = await run(prepared);
  const columns = layoutOf(prepared.plan).map((c, i) => ({ kind: c.kind, values: integers(prepared.plan, vectors, i) }));
  assert.deepEqual(prepared.domains[0]?.values, ['Energy', 'Finance', 'Health', null]);
  const counts = columns.filter((c) => c.kind === 'count').map((c) => c.values.join());
  assert.deepEqual(counts.toSorted(), ['2,0,0,1', '2,1,0,1']);
  const accumulators = columns.filter((c) => c.kind === 'accumulator').map((c) => c.values.join());
  assert.deepEqual(accumulators, ['975,0,0,100', `-1050,100001,100001,100`]);
  const absolute = columns.filter((c) => c.kind === 'absolute').map((c) => c.values.join());
  assert.deepEqual(absolute, ['3075,0,0,100']);
  assert.deepEqual(
    columns.filter((c) => c.kind === 'top').map((c) => c.values.join()),
    ['2025,0,0,100', '1050,0,0,0'],
  );
});

test('opened partials of one provider finalise to what DuckDB answers', async () => {
  const prepared = await plan(
    "SELECT sector, count(*) AS n, sum(cost) AS s, avg(cost) AS m, sum(records) AS r, count(*) FILTER (WHERE day >= DATE '2024-02-01') AS late, max(day) AS latest FROM incidents GROUP BY ROLLUP (sector) ORDER BY n DESC, sector",
  );
  const table = await createFinaliser().finalise(prepared, opened(prepared.plan, await run(prepared)));
  assert.deepEqual(table.rows, [
    [null, 4, '10.75', 3.5833333333333335, 1000000000010, 2, '2024-12-31'],
    ['Energy', 2, '9.75', 4.875, 1000000000003, 1, '2024-02-02'],
    ['Finance', 1, null, null, 7, null, null],
    [null, 1, '1.00', 1, 0, 1, '2024-12-31'],
  ]);
  assert.ok(table.suppressed.some((s) => s.group['sector'] === 'Health'));
});

const failed = (error: unknown) =>
  error instanceof SluisError &&
  error.code === 'engine/failed' &&
  !`${error.message}${error.remedy}`.includes(CANARY) &&
  error.cause === undefined;

test('every failure inside the engine gives the same error, and even the own log holds no value', async () => {
  const prepared = await plan('SELECT sector, sum(cost) AS s FROM incidents GROUP BY sector');
  const dataset = await connect(ROWS);
  const broken: Partial<Plan['provider']>[] = [
    { where: `error('${CANARY}')` },
    { where: `CAST('${CANARY}' AS INTEGER) = 1` },
    { from: "read_text('/etc/passwd')" },
    { from: "'/etc/passwd.csv'" },
  ];
  for (const provider of broken) {
    await assert.rejects(
      engine.partials({ ...prepared, plan: { ...prepared.plan, provider: { ...prepared.plan.provider, ...provider } } }, dataset, signal()),
      failed,
    );
  }
  const narrow = prepared.plan.accumulators.map((a) => ({ ...a, maximum: '10' }));
  await assert.rejects(engine.partials({ ...prepared, plan: { ...prepared.plan, accumulators: narrow } }, dataset, signal()), failed);
  const domain = { values: ['Energy', 'Other', 'Health', null] };
  await assert.rejects(engine.partials({ ...prepared, domains: [domain] }, dataset, signal()), failed);
  assert.ok(
    logged.some((line) => /^(Invalid Input|Conversion) Error \(details are withheld/.test(line)),
    logged.join('\n'),
  );
  assert.ok(!logged.some((line) => line.includes(CANARY)));
});

test('a cancelled run stops', async () => {
  const prepared = await plan('SELECT count(*) AS n FROM incidents');
  const slow = {
    ...prepared.plan,
    provider: { ...prepared.plan.provider, from: '(SELECT sector FROM incidents, range(4000000) a, range(4000000) b)' },
  };
  const [controller, dataset] = [new AbortController(), await connect(ROWS)];
  const running = engine.partials({ ...prepared, plan: slow }, dataset, controller.signal);
  setTimeout(() => controller.abort(), 200);
  // So many rows take days: that it ends at all shows that it was stopped.
  await assert.rejects(running, failed);
});

test('a file whose columns changed places is not read by the old ones', async () => {
  const prepared = await plan('SELECT sum(cost) AS c, sum(records) AS r FROM incidents');
  const dataset = await connect(ROWS);
  const file = (JSON.parse(dataset.binding) as { files: { path: string }[] }).files[0]?.path ?? '';
  // Named in SQL as well, where a file is read the same way.
  const request = { agreement, tableName: 'incidents', home, organisation: 'north', sql: `SELECT * FROM '${file}' WHERE cost IS NOT NULL` };
  const bySql = { ...dataset, ...(await bindDataset(request)) } as unknown as DatasetRecord;
  const before = await engine.partials(prepared, dataset, signal());
  // Both columns are numbers within the bounds of both: nothing but the first line tells them apart.
  writeFileSync(file, 'sector,records,cost,day\nHealth,1,2,2024-03-03\n');
  for (const bound of [dataset, bySql])
    await assert.rejects(
      engine.partials(prepared, bound, signal()),
      (e: unknown) => e instanceof SluisError && e.code === 'dataset/changed',
    );
  writeFileSync(file, `sector,cost,records,day\n${ROWS}`);
  assert.deepEqual(await engine.partials(prepared, dataset, signal()), before);
});

test('a changed file is checked again before it is used', async () => {
  const prepared = await plan('SELECT count(*) AS n FROM incidents');
  const dataset = await connect(ROWS);
  const path = (JSON.parse(dataset.binding) as { files: { path: string }[] }).files[0]?.path ?? '';
  appendFileSync(path, 'Health,1.00,1,2024-03-03\n');
  assert.deepEqual(integers(prepared.plan, await engine.partials(prepared, dataset, signal()), 0), [5n]);
  appendFileSync(path, 'Health,1000.01,1,2024-03-03\n');
  await assert.rejects(
    engine.partials(prepared, dataset, signal()),
    (e: unknown) => e instanceof SluisError && e.code === 'dataset/changed',
  );
  rmSync(path);
  await assert.rejects(
    engine.partials(prepared, dataset, signal()),
    (e: unknown) => e instanceof SluisError && e.code === 'dataset/changed',
  );
});

test('a value out of bounds never enters, even from a file changed later', async () => {
  const clipping = agreementWith('clip');
  const prepared = await plan('SELECT count(*) AS n, sum(cost) AS s FROM incidents', clipping);
  const dataset = await connect(ROWS, clipping);
  const path = (JSON.parse(dataset.binding) as { files: { path: string }[] }).files[0]?.path ?? '';
  appendFileSync(path, 'Health,999999.00,1,2024-03-03\n');
  const vectors = await engine.partials(prepared, dataset, signal());
  const sum = layoutOf(prepared.plan).findIndex((c) => c.kind === 'accumulator');
  assert.deepEqual(integers(prepared.plan, vectors, sum), [1075n + 100_000n]);
});

test('rows checked against another version of the agreement are not used', async () => {
  const prepared = await plan('SELECT count(*) AS n FROM incidents');
  const dataset = { ...(await connect(ROWS)), agreement: 'b'.repeat(64) };
  await assert.rejects(
    engine.partials(prepared, dataset, signal()),
    (e: unknown) => e instanceof SluisError && e.code === 'dataset/other-agreement',
  );
});
