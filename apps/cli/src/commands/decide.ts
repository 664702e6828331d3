/** `sluis approve`, `sluis refuse`, `sluis cancel` */
import { type ConnectionOptions, runId, withStation } from '../connection.ts';
import { print, printJson } from '../output/streams.ts';

export type Decision = 'approve' | 'refuse' | 'cancel';

export interface DecideOptions extends ConnectionOptions {
  readonly as?: string;
  readonly reason?: string;
  readonly json?: boolean;
}

const DONE: Record<Decision, string> = { approve: 'Approved', refuse: 'Refused', cancel: 'Cancelled' };

export async function decide(decision: Decision, given: string, options: DecideOptions): Promise<void> {
  const run = await withStation(options, async (client) => {
    const id = await runId(client, given);
    return client[decision](id, {
      ...(options.as === undefined ? {} : { as: options.as }),
      ...(options.reason === undefined ? {} : { reason: options.reason }),
    });
  });
  if (options.json === true) return printJson({ run: run.id, state: run.state, approvals: run.approvals });
  const missing = run.approvals.needed.filter((name) => !run.approvals.given.includes(name));
  print(`${DONE[decision]}: run ${run.id} is ${run.state}.`);
  if (decision === 'approve' && run.state === 'waiting' && missing.length > 0) print(`Still to approve: ${missing.join(', ')}.`);
}
