/**
 * One station's charging as a process that a test kills: real database, real log, the flow's own recovery and payment. Run
 * after run it charges, then "gives" (a line on stdout, which outlives the process), then keeps a release.
 *
 * Arguments: the database's file or URL, and the station's key file; as JSON which step of which run kills the process, counted from its start (or null); and
 * `late` for a station that is wrong: it gives before it charges.
 * Lines: `ready {"ended": […]}` once, then `given RUN`, `released RUN`, and `exhausted` as the last.
 */
import { existsSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { fromHex, RefusedError, systemClock, systemRandom, toHex } from '@sluis/base';
import { generateSigningKey, type SigningKey, sign } from '@sluis/crypto';
import { type Attempt, type Charge, type Messenger, pay, RunEvents, type RunRecord, Runs, type StationContext } from '@sluis/flow';
import { Ledger } from '@sluis/ledger';
import type { Agreement, Plan } from '@sluis/model';
import type { Prepared } from '@sluis/planner';
import { BUDGET, COLLABORATION, type Death, PRICE, type Step, TABLES } from './budget-death.ts';
import { openPlace } from './budget-place.ts';

const [, , place, keyFile, planned, manner] = process.argv;

const noise = {
  unit: { kind: 'row' },
  epsilon: PRICE,
  delta: '0',
  events: [{ kind: 'guarantee', epsilon: PRICE, delta: '0', times: 1 }],
};
const plan = { table: TABLES[0], noise, rows: { sources: TABLES.map((table) => ({ table })) } } as unknown as Plan;
const budget = { epsilon: BUDGET, delta: '0' };
const agreement = { collaboration: COLLABORATION, output: { noise: { required: true, budget } } } as unknown as Agreement;

/** A line that is out when this returns. */
const say = (line: string): void => void writeSync(1, `${line}\n`);

async function work(place: string, keyFile: string, death: Death | null): Promise<void> {
  const opened = await openPlace(place);
  const key = keyOf(keyFile);
  const signer = {
    organisation: 'north',
    publicKey: key.publicKey,
    sign: async (purpose: string, message: Uint8Array) => sign(key.privateKey, purpose, message),
  };
  const ledger = await Ledger.open({ storage: opened.log, signer, origin: 'sluis/north', clock: systemClock, random: systemRandom });
  let run = -1;
  const dieAt = (step: Step): void => {
    if (death !== null && run === death.run && step === death.step) process.kill(process.pid, 'SIGKILL');
  };
  const station = {
    organisation: 'north',
    store: opened.store,
    budget: {
      ...own(opened.budget),
      charge: async (charges: readonly Charge[], decide: Parameters<typeof opened.budget.charge>[1]) => {
        dieAt('before');
        const done = await opened.budget.charge(charges, (charge, spent) => {
          dieAt(charge.table === TABLES[0] ? 'deciding' : 'between-tables');
          decide(charge, spent);
        });
        dieAt('charged');
        return done;
      },
    },
    audit: {
      append: async (event: Parameters<Ledger['append']>[0]) => {
        const entry = await ledger.append(event);
        if (event.kind === 'budget.charged') dieAt('logged');
        return entry;
      },
    },
    events: new RunEvents(systemClock),
    clock: systemClock,
  } as unknown as StationContext;
  const open = (await opened.store.runs(1000)).filter((r) => r.state === 'running').map((r) => r.id);
  const runs = new Runs(station, {} as Messenger);
  await runs.recover();
  const ended = await Promise.all(open.map((id) => opened.store.run(id)));
  // What is killed writes no cache of its own accord.
  flushCompileCache();
  say(`ready ${JSON.stringify({ ended })}`);
  for (;;) {
    run++;
    const id = toHex(systemRandom.bytes(16));
    if (manner === 'late') say(`given ${id}`);
    try {
      await play(station, id);
    } catch (thrown) {
      if (!(thrown instanceof RefusedError) || thrown.code !== 'budget/exhausted') throw thrown;
      say('exhausted');
      process.exit(0);
    }
    if (manner !== 'late') say(`given ${id}`);
    dieAt('given');
    await opened.store.saveResult({ run: id, result: null, receipt: '{}', savedAt: 0 });
    await opened.store.moveRun(id, ['running'], 'released', { at: 0 });
    say(`released ${id}`);
    dieAt('released');
  }
}

/** What `Runs` does between the coordinator's start and the first contribution. */
async function play(station: StationContext, id: string): Promise<void> {
  const proposal = {
    run: id,
    collaboration: COLLABORATION,
    agreement: 'a'.repeat(64),
    coordinator: 'north',
    analyst: 'ana',
    template: null,
  };
  const { run: _, ...asked } = proposal;
  const record: RunRecord = {
    ...asked,
    id,
    plan: 'p',
    sql: '',
    state: 'proposed',
    attempt: 0,
    proposal: '{}',
    error: null,
    createdAt: Date.now(),
    updatedAt: 0,
  };
  await station.store.createRun(record);
  await station.store.moveRun(id, ['proposed'], 'running', { attempt: 1, at: 0 });
  const prepared = { plan, hash: 'p' } as unknown as Prepared;
  const signal = new AbortController().signal;
  await pay(station, { proposal, agreement, prepared, attempt: 1, signal, progress: () => undefined } as unknown as Attempt);
}

/** The station's key outlives it, as its log does. */
function keyOf(path: string): Pick<SigningKey, 'privateKey' | 'publicKey'> {
  if (!existsSync(path)) {
    const { privateKey, publicKey } = generateSigningKey();
    writeFileSync(path, JSON.stringify({ privateKey: toHex(privateKey), publicKey: toHex(publicKey) }));
  }
  const { privateKey, publicKey } = JSON.parse(readFileSync(path, 'utf8')) as Record<'privateKey' | 'publicKey', string>;
  return { privateKey: fromHex(privateKey), publicKey: fromHex(publicKey) };
}

/** Methods of an instance as they are, so that one of them can be replaced. */
function own<T extends object>(object: T): Pick<T, keyof T> {
  const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(object)) as (keyof T & string)[];
  return Object.fromEntries(methods.map((m) => [m, (object[m] as (...args: unknown[]) => unknown).bind(object)])) as Pick<T, keyof T>;
}

if (place === undefined || keyFile === undefined || planned === undefined) throw new RangeError('place, key file and death are needed');
await work(place, keyFile, JSON.parse(planned) as Death | null);
