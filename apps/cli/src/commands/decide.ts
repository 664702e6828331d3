/** `sluis approve`, `sluis refuse`, `sluis cancel`: of questions, and of intersections between two stations. */
import { type ConnectionOptions, withStation } from '../connection.ts';
import { namedRun } from '../named-run.ts';
import { print, printJson } from '../output/streams.ts';

export type Decision = 'approve' | 'refuse' | 'cancel';

export interface DecideOptions extends ConnectionOptions {
  readonly as?: string;
  readonly reason?: string;
  readonly json?: boolean;
}

const DONE: Record<Decision, string> = { approve: 'Approved', refuse: 'Refused', cancel: 'Cancelled' };

export async function decide(decision: Decision, given: string, options: DecideOptions): Promise<void> {
  const { id, state, approvals } = await withStation(options, async (client) => {
    const { kind, id } = await namedRun(client, given);
    const request = {
      ...(options.as === undefined ? {} : { as: options.as }),
      ...(options.reason === undefined ? {} : { reason: options.reason }),
    };
    const run = await (kind === 'question' ? client[decision](id, request) : client.decideIntersection(id, decision, request));
    return { id, state: run.state, approvals: run.approvals };
  });
  if (options.json === true) return printJson({ run: id, state, approvals });
  print(`${DONE[decision]}: run ${id} is ${state}.`);
  // Only the asking station knows of every approval.
  if (state === 'waiting') print('It starts when every data provider that must approve has done so.');
}
