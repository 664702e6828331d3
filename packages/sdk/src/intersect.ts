/** Running an intersection at a station and following it to its end. */
import { errorFromRecord, StationError } from '@sluis/base';
import {
  type IntersectionResult,
  type IntersectionStart,
  type IntersectionView,
  isOpenIntersection,
  type RunEventView,
} from '@sluis/model';
import type { StationClient } from './station-client.ts';

const POLL_MS = 100;
const SLOW_MS = 1_000;

export interface FollowingIntersection {
  readonly onEvent?: (event: RunEventView) => void;
  readonly onRun?: (run: IntersectionView) => void;
  /** Aborting cancels the run at both stations. */
  readonly signal?: AbortSignal;
  readonly as?: string | undefined;
}

/** Proposes, waits, and gives the result. Run by: a program of a side of the intersection. Throws what ended the run. */
export async function intersectAndFollow(
  client: StationClient,
  request: IntersectionStart,
  following: FollowingIntersection = {},
): Promise<IntersectionResult> {
  const run = await client.intersect(request);
  following.onRun?.(run);
  return followIntersection(client, run.run, following);
}

/** Waits for a run that is under way, or waits for approval. */
export async function followIntersection(
  client: StationClient,
  id: string,
  { onEvent, signal, as }: FollowingIntersection = {},
): Promise<IntersectionResult> {
  let seen = 0;
  for (;;) {
    if (signal?.aborted === true) {
      await client.decideIntersection(id, 'cancel', as === undefined ? {} : { as }).catch(() => undefined);
      throw new StationError('run/cancelled', { stage: 'run', message: `You cancelled run ${id}.`, remedy: 'Nothing was released.' });
    }
    const view = await client.intersection(id);
    for (const event of view.events.filter((e) => e.sequence > seen)) onEvent?.(event);
    seen = Math.max(seen, ...view.events.map((e) => e.sequence));
    if (view.state === 'released') return client.intersectionResult(id);
    if (!isOpenIntersection(view.state)) throw endOf(view);
    await new Promise((resolve) => setTimeout(resolve, view.state === 'waiting' ? SLOW_MS : POLL_MS));
  }
}

function endOf({ run, state, error }: IntersectionView): Error {
  if (error === null) return new StationError('run/ended', { stage: 'run', message: `Run ${run} is ${state}.` });
  const { exitCode, ...record } = error;
  return errorFromRecord(record, exitCode);
}
