/** Asking a question and following it to its end. */
import { errorFromRecord, RefusedError, type SluisError, StationError } from '@sluis/base';
import { type AskRequest, OPEN_RUN_STATES, type RunEventView, type RunResult, type RunStateName, type RunView } from '@sluis/model';
import type { StationClient } from './station-client.ts';

const RETRY_MS = 500;
const RETRIES = 20;

export interface Following {
  /** Called for every event of the run, in order. */
  readonly onEvent?: (event: RunEventView) => void;
  /** Called once, when the station has taken the question. */
  readonly onRun?: (run: RunView) => void;
  /** Aborting cancels the run at all stations. */
  readonly signal?: AbortSignal;
  /** Who asks, and who would cancel, in the single-user mode. */
  readonly as?: string | undefined;
}

/**
 * Asks and waits for the answer. Run by: an analyst's program.
 *
 * @returns the result and receipt; `result` is null if this station is no receiver.
 * @throws what ended the run: RefusedError, PeerError, …; StationError `run/cancelled` after an abort.
 */
export async function askAndFollow(client: StationClient, request: AskRequest, following: Following = {}): Promise<RunResult> {
  const run = await client.ask(request, following.signal).catch((thrown: unknown) => {
    throw following.signal?.aborted === true ? cancelled() : thrown;
  });
  following.onRun?.(run);
  return follow(client, run.id, following);
}

/** Follows a run that was asked before. See `askAndFollow`. */
export async function follow(client: StationClient, id: string, following: Following = {}): Promise<RunResult> {
  const state = await untilEnded(client, id, following);
  if (state === 'released' || state === 'suppressed') return client.result(id);
  throw await endOf(client, id, state);
}

async function untilEnded(client: StationClient, id: string, following: Following): Promise<RunStateName> {
  let cursor = 0;
  let failures = 0;
  for (;;) {
    let state: RunStateName | null = null;
    try {
      for await (const line of client.events(id, cursor, following.signal)) {
        failures = 0;
        if ('state' in line) {
          state = line.state;
          cursor = Math.max(cursor, line.cursor);
        } else if (line.sequence > cursor) {
          cursor = line.sequence;
          following.onEvent?.(line);
        }
      }
    } catch (thrown) {
      if (following.signal?.aborted === true) throw await cancelEverywhere(client, id, following.as);
      failures++;
      if (failures > RETRIES) throw thrown;
    }
    if (state !== null && !OPEN_RUN_STATES.includes(state)) return state;
    if (state === null) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function cancelEverywhere(client: StationClient, id: string, as: string | undefined): Promise<SluisError> {
  // The run may have ended in the same moment: then there is nothing left to cancel, and that is fine.
  await client.cancel(id, { ...(as === undefined ? {} : { as }) }).catch((thrown: unknown) => {
    if (!(thrown instanceof RefusedError)) throw thrown;
  });
  return cancelled(id);
}

function cancelled(id?: string): SluisError {
  return new StationError('run/cancelled', {
    stage: 'run',
    message: id === undefined ? 'You cancelled the question before it was put.' : `You cancelled run ${id}; all stations were told.`,
    remedy: 'Nothing was released. Ask again when you like.',
  });
}

async function endOf(client: StationClient, id: string, state: RunStateName): Promise<SluisError> {
  const run = await client.run(id);
  if (run.error !== null) return errorFromRecord(run.error, run.error.exitCode);
  return new StationError(`run/${state}`, { stage: 'run', message: `Run ${id} ended as "${state}".`, remedy: "See the station's log." });
}
