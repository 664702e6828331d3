/** What a restart makes of the runs that a station knows: a protocol never resumes in the middle. */
import { type SluisError, toSluisError } from '@sluis/base';
import type { AdmittedRun, StationContext } from './context.ts';
import type { Coordinator } from './coordinator.ts';
import { endState } from './kept-release.ts';
import { readMessage, signedProposalSchema } from './messages.ts';
import type { RunRecord } from './ports.ts';
import { type BadEnd, OPEN } from './run-ends.ts';
import { interrupted } from './run-faults.ts';

/** What recovery needs of the station's runs. */
export interface RecoveringRuns {
  admitted(id: string): Promise<AdmittedRun>;
  ended(id: string, state: BadEnd, error: SluisError): Promise<void>;
  /** Asks the compute parties for the receipt; without one the run ends with `error`. */
  settle(run: AdmittedRun, error: SluisError): Promise<void>;
  /** Notes that a run waits to be started. */
  expect(run: AdmittedRun): void;
}

/** Looked at after a restart: older runs than these have ended. */
const LATEST = 1000;

export class RunRecovery {
  readonly #station: StationContext;
  readonly #coordinator: Coordinator;
  readonly #runs: RecoveringRuns;

  constructor(station: StationContext, coordinator: Coordinator, runs: RecoveringRuns) {
    this.#station = station;
    this.#coordinator = coordinator;
    this.#runs = runs;
  }

  /**
   * Before anybody can reach this station: runs that were being played are over, unless their result had been kept; those
   * that wait for approval go on. What a run was charged stays spent either way.
   */
  async recover(): Promise<void> {
    for (const record of await this.#station.store.runs(LATEST)) {
      if (record.state === 'running' || record.state === 'proposed') await this.#recoverStarted(record);
      if (record.state === 'waiting') await this.#recoverWaiting(record);
    }
  }

  async #recoverStarted(record: RunRecord): Promise<void> {
    const { store, budget, organisation, clock } = this.#station;
    const kept = await store.result(record.id);
    if (kept !== null) {
      await store.moveRun(record.id, OPEN, endState(kept.receipt), { at: clock.now() });
      return;
    }
    const error = interrupted(record.id, organisation, await budget.chargesOf([record.id]));
    const run = await this.#runs.admitted(record.id).catch(() => null);
    const { committee, receivers } = run?.prepared.plan ?? { committee: [], receivers: [] };
    const onlyProvided = run !== null && record.coordinator !== organisation && ![...committee, ...receivers].includes(organisation);
    if (onlyProvided && record.state === 'running') return void this.#runs.settle(run, error).catch(() => undefined);
    await this.#runs.ended(record.id, 'failed', error);
    if (run !== null && record.coordinator === organisation) void this.#coordinator.tellEnd(run, 'failed', error);
  }

  async #recoverWaiting(record: RunRecord): Promise<void> {
    let run: AdmittedRun;
    try {
      run = await this.#runs.admitted(record.id);
    } catch (thrown) {
      // Its agreement has been replaced or has ended, for instance: it can never start.
      return this.#runs.ended(record.id, 'failed', toSluisError(thrown, 'run'));
    }
    this.#runs.expect(run);
    const signed = readMessage(signedProposalSchema, JSON.parse(record.proposal), 'proposal', 'the store');
    if (record.coordinator === this.#station.organisation) this.#coordinator.remind(run, signed);
  }
}
