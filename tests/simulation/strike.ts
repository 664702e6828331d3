/** One fault from beginning to end: it strikes during a question, is blamed on the right station, and leaves nothing behind. */
import assert from 'node:assert/strict';
import type { SluisError } from '@sluis/base';
import { type FragileCollaboration, type Name, RUN_SECONDS } from './fragile-collaboration.ts';
import type { FragileStation } from './fragile-station.ts';
import type { Plant } from './planted-faults.ts';

/** What a station logs in a run, by the part it plays. */
export const ENTRIES: Readonly<Record<Name, readonly string[]>> = {
  alpha: computing(),
  beta: computing(),
  gamma: computing(),
  delta: ['run.proposed', 'run.started', 'contribution.computed', 'share.sent', 'receipt.issued'],
  centre: ['run.proposed', 'run.started', 'release.received', 'receipt.issued'],
};

function computing(): string[] {
  const provider = ['run.proposed', 'run.started', 'contribution.computed', 'share.sent'];
  return [...provider, 'share.accepted', 'aggregate.decided', 'release.opened', 'receipt.issued'];
}

/** A frozen station is noticed by silence; nobody waits for the run's own limit. */
const NOTICED_MS = (RUN_SECONDS * 1000) / 2;

/** Strikes one station at one entry of its log while a question runs, and checks everything that must hold afterwards. */
export async function strike(together: FragileCollaboration, victim: Name, plant: Plant): Promise<void> {
  const station = together.station(victim);
  const what = `${plant.act} of ${victim} ${plant.moment} ${plant.entry}`;
  station.plant(plant);
  const asked = together.askUnderFault();
  const back = plant.act === 'die' && victim === 'centre' ? await restartWhenDead(station, asked) : false;
  const { error, ms } = await asked;
  assert.ok(station.struck, `${what}: the entry was never written`);
  if (error !== null) assertBlames(error, victim, what);
  if (plant.act === 'freeze') assert.ok(ms < NOTICED_MS, `${what}: noticed only after ${Math.round(ms)} ms`);
  if (plant.act === 'die' && !back) await station.ended();
  await together.assertSettled(plant.act === 'freeze' ? [victim] : []);
  if (plant.act === 'freeze') station.signal('SIGCONT');
  await together.heal();
  await together.assertSettled();
  await together.assertWorks();
}

/** The asker goes on following while its station comes back. False if the question was over before. */
async function restartWhenDead(station: FragileStation, asked: Promise<unknown>): Promise<boolean> {
  const died = await Promise.race([station.ended().then(() => true), asked.then(() => false)]);
  if (died) await station.start();
  return died;
}

/** An error that is like help: it names the station, the step, and what to do. */
export function assertBlames(error: SluisError, victim: Name, what: string): void {
  const text = `${what}: ${error.code} (${error.party}): ${error.message}`;
  assert.match(error.code, /^(wire|run|station)\/[a-z-]+$/, text);
  assert.notEqual(error.code, 'run/wrong-state', text);
  assert.ok(error.party === victim || (victim === 'centre' && error.code.startsWith('station/')), text);
  assert.ok(error.exitCode === 5 || error.code === 'run/interrupted', text);
  assert.ok(error.remedy !== null && error.remedy !== '', text);
  assert.match(error.message, /step|while|during run|doesn't answer/, text);
}
