/** Kills a charging station again and again, and checks after every death what its database says was spent. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunRecord } from '@sluis/flow';
import { AFFORDABLE, COLLABORATION, STEPS, TABLES } from './budget-death.ts';
import { openPlace } from './budget-place.ts';

const WORKER = fileURLToPath(new URL('./budget-worker.ts', import.meta.url));
/** Runs of one life before a planned death, and milliseconds before an unplanned one. */
const MOST_RUNS = 4;
const MOST_MS = 120;

export interface Tally {
  readonly kills: number;
  /** Runs for which something was given, runs charged, and those charged for which nothing was. */
  readonly given: number;
  readonly charged: number;
  readonly lost: number;
  /** Files whose budget was used up. */
  readonly exhausted: number;
  /** Deaths that each step saw, `random` for those at any moment. */
  readonly deaths: Readonly<Record<string, number>>;
}

/** What lines of one life said, and runs that its start found interrupted. */
interface Life {
  readonly given: readonly string[];
  readonly released: readonly string[];
  readonly ended: readonly RunRecord[];
  readonly exhausted: boolean;
}

export interface KillOptions {
  /** `late` for stations that give before they charge, which must not pass. */
  readonly manner?: 'right' | 'late';
  /** URL of a fresh, empty database; a file if absent. */
  readonly database?: () => string;
}

/** Kills `kills` processes: half at a step, half at any moment after they were ready. */
export async function killAgainAndAgain(kills: number, random: () => number, options: KillOptions = {}): Promise<Tally> {
  const home = mkdtempSync(join(tmpdir(), 'sluis-budget-'));
  const fresh = (n: number) => new Books(options.database?.() ?? join(home, `${n}.db`));
  const keyFile = join(home, 'key.json');
  const tally = { kills: 0, given: 0, charged: 0, lost: 0, exhausted: 0, deaths: {} as Record<string, number> };
  let books = fresh(0);
  try {
    // Lives that use up the budget end by themselves.
    for (let i = 0; tally.kills < kills; i++) {
      const planned = random() < 0.5;
      const step = STEPS[Math.floor(random() * STEPS.length)] ?? 'charged';
      const death = planned ? { run: Math.floor(random() * MOST_RUNS), step } : null;
      const life = await live(
        [books.place, keyFile, JSON.stringify(death), options.manner ?? 'right'],
        join(home, 'compiled'),
        planned ? null : random() * MOST_MS,
      );
      await books.check(life);
      if (life.exhausted) {
        tally.exhausted++;
        add(tally, books);
        books = fresh(i + 1);
      } else {
        tally.kills++;
        const name = planned ? step : 'random';
        tally.deaths[name] = (tally.deaths[name] ?? 0) + 1;
      }
    }
    add(tally, books);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
  return tally;
}

function add(tally: { given: number; charged: number; lost: number }, books: Books): void {
  tally.given += books.given.size;
  tally.charged += books.charged;
  tally.lost += books.charged - books.given.size;
}

/** What must hold of one database, over all lives of its station. */
class Books {
  readonly place: string;
  readonly given = new Set<string>();
  readonly #released = new Set<string>();
  charged = 0;
  #lost = new Set<string>();

  constructor(place: string) {
    this.place = place;
  }

  async check(life: Life): Promise<void> {
    for (const run of life.given) this.given.add(run);
    for (const run of life.released) this.#released.add(run);
    const { budget, store, close } = await openPlace(this.place);
    try {
      const [claims = [], visits = []] = await Promise.all(TABLES.map((table) => budget.charges({ collaboration: COLLABORATION, table })));
      const runs = new Set(claims.map((c) => c.run));
      assert.equal(runs.size, claims.length, 'no run is charged twice');
      assert.deepEqual(new Set(visits.map((c) => c.run)), runs, 'a run is charged to both tables or to none');
      for (const run of this.given) assert.ok(runs.has(run), `run ${run} has given something and is not charged`);
      assert.ok(runs.size <= AFFORDABLE, 'more is spent than there was');
      if (life.exhausted) assert.equal(runs.size, AFFORDABLE, 'exhausted although something is left');
      const lost = new Set([...runs].filter((run) => !this.given.has(run)));
      const fresh = [...lost].filter((run) => !this.#lost.has(run));
      assert.ok(fresh.length <= 1, `${fresh.length} charges were lost in one death`);
      for (const run of this.#lost) assert.ok(lost.has(run), 'a lost charge came back');
      this.charged = runs.size;
      this.#lost = lost;
      this.#checkSaid(life, runs);
      for (const run of this.#released) assert.notEqual(await store.result(run), null, `the release of ${run} is gone`);
    } finally {
      await close();
    }
  }

  /** The start after a death ends what was being played, and says of what was charged that it stays spent. */
  #checkSaid({ ended }: Life, charged: ReadonlySet<string>): void {
    assert.ok(ended.length <= 1, 'one run is played at a time');
    for (const { id, state, error } of ended) {
      if (state === 'released') continue;
      assert.equal(state, 'failed');
      assert.equal(/stays spent/.test(error ?? ''), charged.has(id), `${id}: ${error}`);
    }
  }
}

/** One process from start to death. What is compiled lasts: most of a short life would go into that. */
function live(args: readonly string[], compiled: string, afterMs: number | null): Promise<Life> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', WORKER, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? compiled },
  });
  const { promise, resolve, reject } = Promise.withResolvers<Life>();
  let [output, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const waiting = !/^ready .*\n/m.test(output);
    output += text;
    if (waiting && afterMs !== null && /^ready .*\n/m.test(output)) setTimeout(() => child.kill('SIGKILL'), afterMs);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  child.once('close', (code, signal) => {
    const life = read(output);
    if (signal === 'SIGKILL' || (code === 0 && life.exhausted)) resolve(life);
    else reject(new Error(`the worker ended with ${code ?? signal}: ${errors}`));
  });
  return promise;
}

function read(output: string): Life {
  const lines = output.split('\n').slice(0, -1);
  const after = (word: string) => lines.filter((l) => l.startsWith(`${word} `)).map((l) => l.slice(word.length + 1));
  const [ready = '{"ended":[]}'] = after('ready');
  const { ended } = JSON.parse(ready) as { ended: RunRecord[] };
  return { given: after('given'), released: after('released'), ended, exhausted: lines.includes('exhausted') };
}
