/** `sluis result` */
import { errorFromRecord } from '@sluis/base';
import { follow, type StationClient } from '@sluis/sdk';
import { type ConnectionOptions, withStation } from '../connection.ts';
import { text } from '../messages/index.ts';
import { questionRun } from '../named-run.ts';
import { type Format, printAnswer } from '../output/answer.ts';
import { ProgressView } from '../output/progress.ts';
import { painted } from '../output/streams.ts';
import { saveReceipt } from './ask.ts';

export interface ResultOptions extends ConnectionOptions {
  readonly format: Format;
  readonly json?: boolean;
  readonly wait?: boolean;
  readonly receipt?: string;
}

export async function result(given: string, options: ResultOptions): Promise<void> {
  await withStation(options, async (client) => {
    const id = await questionRun(client, given, 'result');
    const answer =
      options.wait === true ? await waitFor(client, id) : await client.result(id).catch((thrown) => better(client, id, thrown));
    if (options.receipt !== undefined) saveReceipt(answer, options.receipt);
    printAnswer(answer, options.json === true ? 'json' : options.format);
  });
}

async function waitFor(client: StationClient, id: string) {
  const view = new ProgressView(process.stderr, text, painted.err);
  try {
    const answer = await follow(client, id, { onEvent: view.onEvent });
    view.end(true);
    return answer;
  } catch (thrown) {
    view.end(false);
    throw thrown;
  }
}

/** A run that ended badly has no result: what ended it says more. */
async function better(client: StationClient, id: string, thrown: unknown): Promise<never> {
  const { error } = await client.run(id);
  throw error === null ? thrown : errorFromRecord(error, error.exitCode);
}
