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
  print(`${DONE[decision]}: run ${run.id} is ${run.state}.`);
  // Only the asking station knows of every approval.
  if (run.state === 'waiting') print('It starts when every data provider that must approve has done so.');
}
