/**
 * Size and sum of an intersection that nobody sees: two organisations' rows, shared in the run by their real stations over
 * TLS, matched and added up by the committee on secrets. Keys as text (96 bits of a hash) and as numbers.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Collaboration, openCollaboration } from '../../tests/harness/collaboration.ts';
import { cpuSeconds, forgetPeak, peakBytes, stationPid } from '../../tests/harness/processes.ts';
import type { Figure } from '../figure.ts';

const STATIONS = ['one', 'other', 'assistant'] as const;
const GOAL_SECONDS = 45;
/** Every second key of one side stands on the other. */
const STEP = 2;

const COLUMNS = {
  id: { type: 'BIGINT', uses: ['join'], bounds: ['0', '4294967295'] },
  name: { type: 'VARCHAR', uses: ['join'] },
  value: { type: 'DECIMAL(9,2)', uses: ['aggregate'], bounds: ['0', '100000'] },
};

/** Runs by itself: starts three stations, and ends them. @param only - text that a figure's name must contain. */
export async function hiddenFigures({ quick, only = null }: { readonly quick: boolean; readonly only?: string | null }): Promise<Figure[]> {
  const rows = quick ? 100_000 : 1_000_000;
  if (only !== null && !'hidden size and sum'.includes(only) && !only.includes('hidden')) return [];
  const together = await openTwo(rows);
  try {
    const figures: Figure[] = [];
    for (const [name, key] of [
      ['text keys', 'name'],
      ['numbers', 'id'],
    ] as const) {
      const title = `hidden size and sum, ${rows.toLocaleString('en')} × ${rows.toLocaleString('en')}, ${name}`;
      if (only !== null && !title.includes(only)) continue;
      const sql = `SELECT count(*) AS size, sum(value) AS total FROM one WHERE ${key} IN (SELECT ${key} FROM other)`;
      figures.push(...(await measured(together, title, sql, rows, quick)));
    }
    return figures;
  } finally {
    await together.close();
  }
}

async function openTwo(rows: number): Promise<Collaboration> {
  const table = (owner: string) => ({ kind: 'owner', providers: [owner], columns: COLUMNS, maximum_rows: rows });
  const together = await openCollaboration({
    parties: STATIONS.map((name) => ({ name })),
    table: 'one',
    columns: COLUMNS,
    terms: { tables: { one: table('one'), other: table('other') }, limits: { questions_per_day: null, run_seconds: 1200 } },
  });
  for (const [owner, from] of [
    ['one', 0],
    ['other', 1],
  ] as const) {
    const file = join(together.member(owner).home, `${owner}.csv`);
    writeFileSync(file, csv(rows, from), { mode: 0o600 });
    await together.member(owner).client.connect({ table: owner, file });
  }
  return together;
}

/** Keys of the first side are all numbers, those of the other every second one and as many beyond. */
const keyOf = (row: number, side: number): number => (side === 0 ? row : row * STEP);
const centsOf = (row: number): number => (row * 7919) % 1_000_000;

function csv(rows: number, side: number): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const key = keyOf(row, side);
    // A whole number coprime to the modulus: keys stand in no order.
    const shown = (key * 48_271) % 2_147_483_647;
    return `${shown},person-${shown}@example.org,${(centsOf(row) / 100).toFixed(2)}`;
  });
  return `id,name,value\n${lines.join('\n')}\n`;
}

async function measured(together: Collaboration, name: string, sql: string, rows: number, quick: boolean): Promise<Figure[]> {
  const pids = STATIONS.flatMap((member) => stationPid(together.member(member).home) ?? []);
  for (const pid of pids) forgetPeak(pid);
  const before = pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  const started = performance.now();
  const { result, bytes, rounds } = await together.ask(sql);
  const seconds = (performance.now() - started) / 1000;
  const cpu = pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0) - before;
  const [size, total] = result?.rows[0] ?? [];
  const matching = Array.from({ length: Math.ceil(rows / STEP) }, (_, i) => centsOf(i * STEP));
  const cents = matching.reduce((a, b) => a + b, 0);
  if (size !== matching.length || Math.round(Number(total) * 100) !== cents) throw new Error(`wrong: ${size} rows, ${total}`);
  return [
    {
      name,
      value: seconds,
      unit: 's',
      ...(quick
        ? {}
        : { goal: `< ${GOAL_SECONDS} s`, ...(seconds < GOAL_SECONDS ? {} : { missed: `${(seconds - GOAL_SECONDS).toFixed(1)} s` }) }),
    },
    { name: `${name}: CPU of all stations`, value: cpu, unit: 's' },
    { name: `${name}: sent by the compute parties`, value: bytes.total / 2 ** 20, unit: 'MiB' },
    { name: `${name}: rounds`, value: rounds, unit: 'rounds' },
    { name: `${name}: peak memory of a station`, value: Math.max(...pids.map(peakBytes)) / 2 ** 30, unit: 'GiB' },
  ];
}
