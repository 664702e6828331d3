/**
 * Questions on deposited rows, end to end: real stations, rows deposited as shares, a filter, groups by a key whose values
 * nobody knows, and three aggregates. With `--long` ten million rows, to see that a compute party needs no more than 4 GB.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Collaboration, openCollaboration } from '../tests/harness/collaboration.ts';
import { deposit, newContributor } from '../tests/harness/deposits.ts';
import { cpuSeconds, forgetPeak, peakBytes, stationPid } from '../tests/harness/processes.ts';
import type { Benchmark, BenchmarkOptions, Figure } from './figure.ts';

const COMMITTEE = ['north', 'east', 'west'] as const;
const GIVERS = 4;
const CODES = 1000;
const COLUMNS = {
  code: { type: 'INTEGER', uses: ['group'], bounds: ['0', '100000000'] },
  sector: { type: 'INTEGER', uses: ['group'], domain: { range: [0, 11] } },
  hours: { type: 'INTEGER', uses: ['aggregate', 'filter'], bounds: ['0', '10000'] },
  cost: { type: 'DECIMAL(12,2)', uses: ['aggregate'], bounds: ['0', '1000000'] },
};

interface Asked {
  readonly name: string;
  readonly sql: string;
  readonly goal?: number;
}

const QUESTIONS: readonly Asked[] = [
  {
    name: 'filter, secret groups, three aggregates',
    sql: 'SELECT code, count(*) AS n, sum(cost) AS cost, avg(hours) AS hours FROM facts WHERE hours < 9000 GROUP BY code',
    goal: 15,
  },
  {
    name: 'filter, 12 declared groups, three aggregates',
    sql: 'SELECT sector, count(*) AS n, sum(cost) AS cost, avg(hours) AS hours FROM facts WHERE hours < 9000 GROUP BY sector',
  },
  { name: 'median of 12 declared groups', sql: 'SELECT sector, median(hours) AS hours FROM facts GROUP BY sector' },
];

/** Those that need no sorting, the first one hardly anything but reading the rows and checking their bounds. */
const LONG_QUESTIONS: readonly Asked[] = [
  { name: 'all rows', sql: 'SELECT count(*) AS n FROM facts' },
  {
    name: 'filter, no groups, three aggregates',
    sql: 'SELECT count(*) AS n, sum(cost) AS cost, avg(hours) AS hours FROM facts WHERE hours < 9000',
  },
  QUESTIONS[1] as Asked,
];

const rowsBench: Benchmark = async (options) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluis-bench-'));
  const rows = options.quick ? 100_000 : options.long ? 10_000_000 : 1_000_000;
  let together: Collaboration | null = null;
  try {
    const people = Array.from({ length: GIVERS }, (_, i) => newContributor(`giver-${i}`));
    options.remark('Starting stations …');
    together = await openCollaboration({
      parties: [...COMMITTEE.map((name) => ({ name })), { name: 'centre' }],
      table: 'facts',
      columns: COLUMNS,
      terms: {
        contributors: Object.fromEntries(people.map((p) => [p.name, { identity: p.identity }])),
        tables: { facts: { providers: [], columns: COLUMNS, maximum_rows: rows, deposits: { by: people.map((p) => p.name) } } },
        limits: { questions_per_day: null, run_seconds: options.long ? 7200 : 1200 },
      },
    });
    const figures: Figure[] = [{ name: 'rows', value: rows, unit: 'rows' }];
    options.remark(`Depositing ${rows.toLocaleString('en')} rows …`);
    const started = performance.now();
    for (const [i, person] of people.entries()) {
      const file = join(folder, `${person.name}.csv`);
      writeFileSync(file, csv(rows / GIVERS, i));
      await deposit(together, person, 'facts', { file });
    }
    figures.push({ name: 'depositing', value: rows / ((performance.now() - started) / 1000), unit: 'rows/s' });
    for (const question of options.long ? LONG_QUESTIONS : QUESTIONS) {
      if (options.only !== null && !question.name.includes(options.only)) continue;
      figures.push(...(await ask(together, question, options)));
    }
    return figures;
  } finally {
    await together?.close();
    rmSync(folder, { recursive: true, force: true });
  }
};
export default rowsBench;

function csv(rows: number, giver: number): string {
  const lines = ['code,sector,hours,cost'];
  let state = giver + 1;
  const next = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let i = 0; i < rows; i++) lines.push(`${next(CODES) * 7919},${next(12)},${next(10_001)},${next(1_000_000)}.${10 + next(90)}`);
  return `${lines.join('\n')}\n`;
}

/** Twice: bounds are checked at the first use of a deposit only. */
async function ask(together: Collaboration, { name, sql, goal }: Asked, options: BenchmarkOptions): Promise<Figure[]> {
  options.remark(`${name} …`);
  const pids = [...COMMITTEE, 'centre'].flatMap((member) => stationPid(together.member(member).home) ?? []);
  const seconds: number[] = [];
  let [cpu, bytes, rounds, groups] = [0, 0, 0, 0];
  const peaks: Figure[] = [];
  for (let i = 0; i < 2; i++) {
    for (const pid of pids) forgetPeak(pid);
    const before = pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
    const started = performance.now();
    const answer = await together.ask(sql);
    seconds.push((performance.now() - started) / 1000);
    cpu = pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0) - before;
    [bytes, rounds, groups] = [answer.bytes.total, answer.rounds, answer.result?.rows.length ?? 0];
    peaks.push(...memory(together, i === 0 ? `${name}: first time` : name));
  }
  const [first, again] = seconds as [number, number];
  return [
    { name: `${name}: first time`, value: first, unit: 's' },
    {
      name,
      value: again,
      unit: 's',
      ...(goal === undefined || options.quick
        ? {}
        : { goal: `< ${goal} s`, ...(again < goal ? {} : { missed: `${(again - goal).toFixed(1)} s` }) }),
    },
    { name: `${name}: groups shown`, value: groups, unit: 'groups' },
    { name: `${name}: CPU of all stations`, value: cpu, unit: 's' },
    { name: `${name}: sent by the compute parties`, value: bytes / 2 ** 20, unit: 'MiB' },
    { name: `${name}: rounds`, value: rounds, unit: 'rounds' },
    ...peaks,
  ];
}

/** The most memory that a compute party took for the question just asked. */
function memory(together: Collaboration, name: string): Figure[] {
  const peaks = COMMITTEE.flatMap((member) => stationPid(together.member(member).home) ?? []).map(peakBytes);
  return [{ name: `${name}: peak memory of a compute party`, value: Math.max(...peaks) / 2 ** 30, unit: 'GiB', goal: '< 4' }];
}
