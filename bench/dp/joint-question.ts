/**
 * What noise costs a joint question: COUNT, SUM and AVG over 10,000 groups of three providers, asked in turns without noise
 * and with it, by station processes on one machine.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { type Collaboration, openCollaboration } from '../../tests/harness/collaboration.ts';
import { cpuSeconds, stationPid } from '../../tests/harness/processes.ts';
import type { BenchmarkOptions, Figure } from '../figure.ts';

const PARTIES = ['north', 'east', 'west'] as const;
const GROUPS = 10_000;
const ROWS = 1_000_000;
const COLUMNS = {
  g: { type: 'INTEGER', uses: ['group'], domain: { range: [0, GROUPS - 1] } },
  hours: { type: 'BIGINT', uses: ['aggregate'], bounds: ['0', '100'] },
  cost: { type: 'BIGINT', uses: ['aggregate'], bounds: ['0', '1000'] },
};
const SQL = 'SELECT g, count(*) AS n, sum(hours) AS hours, avg(cost) AS cost FROM facts GROUP BY g';
const NOISE = ' WITH NOISE (epsilon = 1, mechanism = laplace)';
const GOAL = 1.2;

export async function jointQuestionFigures(options: BenchmarkOptions): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sluis-bench-'));
  let together: Collaboration | null = null;
  try {
    options.remark(`Writing 3 × ${ROWS.toLocaleString('en')} rows of Parquet, and starting stations …`);
    await writeParquet(folder);
    const facts = { providers: PARTIES, violations: 'refuse', maximum_rows: ROWS, columns: COLUMNS, privacy_unit: { protects: 'row' } };
    together = await openCollaboration({
      parties: [...PARTIES.map((name) => ({ name, file: join(folder, `${name}.parquet`) })), { name: 'centre' }],
      table: 'facts',
      columns: COLUMNS,
      terms: {
        tables: { facts },
        output: { minimum_rows: 3, minimum_organisations: 2, noise: { required: false, budget: { epsilon: '100000', delta: '0.01' } } },
      },
    });
    return await compare(together, options);
  } finally {
    await together?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function writeParquet(folder: string): Promise<void> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  for (const [seed, name] of PARTIES.entries()) {
    await connection.run(`COPY (
      SELECT CAST(hash(i * 7 + ${seed}) % ${GROUPS} AS INTEGER) AS g, CAST(hash(i * 11 + ${seed}) % 101 AS BIGINT) AS hours,
             CAST(hash(i * 13 + ${seed}) % 1001 AS BIGINT) AS cost
      FROM range(${ROWS}) t(i)) TO '${join(folder, `${name}.parquet`)}' (FORMAT parquet)`);
  }
  connection.closeSync();
}

async function compare(together: Collaboration, options: BenchmarkOptions): Promise<Figure[]> {
  const repeats = options.quick ? 3 : 9;
  const pids = [...PARTIES, 'centre'].map((name) => stationPid(together.member(name).home)).filter((p) => p !== null);
  const cpu = () => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  const asked = async (sql: string) => {
    const before = cpu();
    const started = performance.now();
    const at = new Map<string, number>();
    const answer = await together.ask(sql, { onEvent: ({ step }) => at.set(step, performance.now()) });
    if ((answer.result?.rows.length ?? 0) < GROUPS * 0.99) throw new Error(`only ${answer.result?.rows.length} groups were released`);
    return {
      seconds: (performance.now() - started) / 1000,
      cpu: cpu() - before,
      step: last(at, 'release') - last(at, 'noise'),
      bytes: answer.bytes.total,
      rounds: answer.rounds,
    };
  };
  const [exact, noisy] = [[await asked(SQL)], [await asked(SQL + NOISE)]];
  for (let i = 0; i < repeats; i++) {
    options.remark(`${i + 1} of ${repeats} …`);
    exact.push(await asked(SQL));
    noisy.push(await asked(SQL + NOISE));
  }
  // The first of each is a warm-up.
  const middle = (of: 'seconds' | 'cpu' | 'step') =>
    [exact, noisy].map((all) => median(all.slice(1).map((a) => a[of]))) as [number, number];
  const [[plain, ours], [plainCpu, ourCpu], [rules, noise]] = [middle('seconds'), middle('cpu'), middle('step')];
  const label = `joint question over ${GROUPS.toLocaleString('en')} groups`;
  return [
    {
      name: `${label}, with noise`,
      value: ours,
      unit: 's',
      goal: '≤ 1.2 × without',
      ...(ours > GOAL * plain ? { missed: `${(ours / (GOAL * plain)).toFixed(2)}×` } : {}),
      peer: 'the same without noise',
      peerValue: plain,
      ratio: ours / plain,
    },
    {
      name: `${label}, with noise: CPU of all stations`,
      value: ourCpu,
      unit: 's',
      peer: 'the same without noise',
      peerValue: plainCpu,
      ratio: ourCpu / plainCpu,
    },
    {
      name: `${label}: adding noise inside the committee`,
      value: noise,
      unit: 'ms',
      peer: 'evaluating rules for exact answers',
      peerValue: rules,
      ratio: noise / rules,
    },
    ...sent(label, 'with noise', noisy.at(-1)),
    ...sent(label, 'without', exact.at(-1)),
  ];
}

const sent = (label: string, how: string, last: { readonly bytes: number; readonly rounds: number } | undefined): Figure[] => [
  { name: `${label}, ${how}: sent by the compute parties`, value: last?.bytes ?? 0, unit: 'bytes' },
  { name: `${label}, ${how}: rounds`, value: last?.rounds ?? 0, unit: 'rounds' },
];

/** When the last of the stations came to a step. */
const last = (at: ReadonlyMap<string, number>, step: string): number => at.get(step) ?? Number.NaN;

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
