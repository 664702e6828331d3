/**
 * Three providers answer a grouped question together, against three plain DuckDB processes that compute the same
 * partial aggregates at once (which is the work that can't be avoided).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { type Collaboration, openCollaboration } from '../tests/harness/collaboration.ts';
import { cpuSeconds, peakBytes, stationPid } from '../tests/harness/processes.ts';
import type { Benchmark, BenchmarkOptions, Figure } from './figure.ts';
import { PlainPeers } from './plain-peer.ts';

const PARTIES = ['north', 'east', 'west'] as const;
const GROUPS = 50;
const MANY = 100_000;
const COLUMNS = {
  g: { type: 'INTEGER', uses: ['group'], domain: { range: [0, GROUPS - 1] } },
  h: { type: 'INTEGER', uses: ['group'], domain: { range: [0, MANY - 1] } },
  hours: { type: 'BIGINT', uses: ['aggregate'], bounds: ['0', '100000'] },
  cost: { type: 'DECIMAL(12,2)', uses: ['aggregate'], bounds: ['0', '1000000'] },
};
const AGGREGATES = 'count(*) AS n, sum(hours) AS hours, avg(cost) AS mean_cost, sum(cost) AS cost';

const pushdown: Benchmark = async (options) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluis-bench-'));
  const rows = options.quick ? 1_000_000 : 10_000_000;
  let together: Collaboration | null = null;
  try {
    options.remark(`Writing 3 × ${rows.toLocaleString('en')} rows of Parquet …`);
    await writeParquet(folder, rows);
    options.remark('Starting stations …');
    together = await openCollaboration({
      parties: [...PARTIES.map((name) => ({ name, file: join(folder, `${name}.parquet`) })), { name: 'centre' }],
      table: 'facts',
      columns: COLUMNS,
      maximumRows: rows,
    });
    return [
      ...(await compare(together, folder, rows, 'g', GROUPS, options)),
      ...(await compare(together, folder, rows, 'h', MANY, options)),
      ...memory(together),
    ];
  } finally {
    await together?.close();
    rmSync(folder, { recursive: true, force: true });
  }
};
export default pushdown;

async function writeParquet(folder: string, rows: number): Promise<void> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  for (const [seed, name] of PARTIES.entries()) {
    await connection.run(`COPY (
      SELECT CAST(hash(i * 3 + ${seed}) % ${GROUPS} AS INTEGER) AS g, CAST(hash(i * 7 + ${seed}) % ${MANY} AS INTEGER) AS h,
             CAST(hash(i * 11 + ${seed}) % 100001 AS BIGINT) AS hours, CAST((hash(i * 13 + ${seed}) % 100000000) / 100 AS DECIMAL(12,2)) AS cost
      FROM range(${rows}) t(i)) TO '${join(folder, `${name}.parquet`)}' (FORMAT parquet)`);
  }
  connection.closeSync();
}

async function compare(
  together: Collaboration,
  folder: string,
  rows: number,
  key: string,
  groups: number,
  options: BenchmarkOptions,
): Promise<Figure[]> {
  const label = `${groups.toLocaleString('en')} groups`;
  const repeats = options.quick ? 1 : 3;
  options.remark(`${label}: plain DuckDB …`);
  const peers = await PlainPeers.start(PARTIES.length, 2);
  const statements = PARTIES.map(
    (p) => `SELECT ${key}, count(*), sum(hours), count(cost), sum(cost) FROM '${join(folder, `${p}.parquet`)}' GROUP BY ${key}`,
  );
  const plain: number[] = [];
  const plainCpu = total(peers.pids(), cpuSeconds);
  for (let i = 0; i <= repeats; i++) plain.push((await peers.run(statements)).seconds);
  const plainCpuSeconds = (total(peers.pids(), cpuSeconds) - plainCpu) / (repeats + 1);
  peers.stop();
  options.remark(`${label}: Sluis …`);
  const pids = [...PARTIES, 'centre'].map((name) => stationPid(together.member(name).home)).filter((p) => p !== null);
  const before = total(pids, cpuSeconds);
  const ours: number[] = [];
  let bytes = 0;
  let rounds = 0;
  for (let i = 0; i <= repeats; i++) {
    const started = performance.now();
    const answer = await together.ask(`SELECT ${key}, ${AGGREGATES} FROM facts GROUP BY ${key}`);
    ours.push((performance.now() - started) / 1000);
    if ((answer.result?.rows.length ?? 0) < groups * 0.99)
      throw new Error(`only ${answer.result?.rows.length} of ${groups} groups were released`);
    bytes = answer.bytes.total;
    rounds = answer.rounds;
  }
  const cpu = (total(pids, cpuSeconds) - before) / (repeats + 1);
  // The first of each is a warm-up.
  const plainSeconds = median(plain.slice(1));
  const seconds = median(ours.slice(1));
  const goal = groups === GROUPS ? '≤ 1.5 × plain + 1 s' : '< 10 s';
  return [
    { name: `${label}: rows per provider`, value: rows, unit: 'rows' },
    {
      name: `${label}: whole question`,
      value: seconds,
      unit: 's',
      goal,
      peer: '3 plain DuckDB processes',
      peerValue: plainSeconds,
      ratio: seconds / plainSeconds,
    },
    {
      name: `${label}: CPU of all stations`,
      value: cpu,
      unit: 's',
      peer: '3 plain DuckDB processes',
      peerValue: plainCpuSeconds,
      ratio: cpu / plainCpuSeconds,
    },
    { name: `${label}: beyond 1.5 × plain`, value: seconds - 1.5 * plainSeconds, unit: 's', goal: groups === GROUPS ? '≤ 1 s' : '' },
    { name: `${label}: sent by the compute parties`, value: bytes, unit: 'bytes' },
    { name: `${label}: rounds`, value: rounds, unit: 'rounds' },
  ];
}

function memory(together: Collaboration): Figure[] {
  return [...PARTIES, 'centre'].flatMap((name) => {
    const pid = stationPid(together.member(name).home);
    return pid === null ? [] : [{ name: `peak memory of ${name}`, value: peakBytes(pid) / 2 ** 30, unit: 'GiB', goal: '< 1.5' }];
  });
}

const total = (pids: readonly number[], of: (pid: number) => number) => pids.reduce((sum, pid) => sum + of(pid), 0);
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
