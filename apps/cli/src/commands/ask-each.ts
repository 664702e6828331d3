/** `sluis ask --each-receiver`: the same question once for every receiver, each with a result of its own. */
import { InvalidError, RefusedError, toSluisError } from '@sluis/base';
import type { AskRequest, RunResult } from '@sluis/model';
import type { StationClient } from '@sluis/sdk';
import { text } from '../messages/index.ts';
import { answerDocument, type Format, nothingReleased, printAnswer } from '../output/answer.ts';
import { print, printJson, remark } from '../output/streams.ts';
import { askWithProgress } from './ask.ts';

/** Asks at one station for every receiver that the request or the agreement names. */
export async function askEach(client: StationClient, request: AskRequest, format: Format): Promise<void> {
  refuseCsv(format, '--receivers');
  const receivers = request.receivers ?? (await receiversOf(client, request.collaboration));
  await askForEach(
    receivers.map((receiver) => ({ receiver, client })),
    request,
    format,
  );
}

export function refuseCsv(format: Format, option: string): void {
  if (format !== 'csv') return;
  throw new InvalidError('usage/format', {
    stage: 'usage',
    message: 'One question per receiver has no single table to print as CSV.',
    remedy: `Use --json, or ask for one receiver: ${option} NAME.`,
  });
}

export interface ReceiverAt {
  readonly receiver: string;
  /** The station at which to ask for it; only its own shows its result. */
  readonly client: StationClient;
}

/** Asks one run per receiver, one after the other; goes on after a refusal, and fails at the end if there was one. */
export async function askForEach(
  receivers: readonly ReceiverAt[],
  request: AskRequest,
  format: Format,
  onAnswer: (receiver: string, answer: RunResult) => void = () => {},
): Promise<void> {
  const documents: Record<string, unknown>[] = [];
  let failed = false;
  for (const { receiver, client } of receivers) {
    if (format === 'table') remark(text.forReceiver(receiver));
    try {
      const answer = await askWithProgress(client, { ...request, receivers: [receiver] }, format);
      const nothing = answer.result !== null && nothingReleased(answer.result, answer.receipt);
      documents.push({ receiver, run: answer.run, ...answerDocument(answer, nothing) });
      onAnswer(receiver, answer);
      if (format === 'table') printAnswer(answer, format);
    } catch (thrown) {
      const error = toSluisError(thrown, 'run');
      // A receiver without data has no place of its own: the others still do.
      if (!(error instanceof RefusedError)) throw error;
      failed = true;
      documents.push({ receiver, error: error.toRecord() });
      if (format === 'table') remark(`${error.message} ${error.remedy ?? ''}`);
    }
  }
  if (format === 'json') printJson({ receivers: documents });
  else if (documents.length === 0) print('');
  if (failed) process.exitCode = 3;
}

async function receiversOf(client: StationClient, collaboration: string | undefined): Promise<readonly string[]> {
  const { agreements } = await client.agreements();
  const inForce = agreements.filter((a) => a.state === 'in-force' && (collaboration === undefined || a.collaboration === collaboration));
  const [one, ...others] = inForce;
  if (one === undefined || others.length > 0)
    throw new InvalidError('usage/no-collaboration', {
      stage: 'usage',
      message: one === undefined ? 'No agreement is in force here.' : 'There are several collaborations.',
      remedy: 'Name one: --collaboration NAME.',
    });
  return (await client.agreement(one.id)).agreement.receivers;
}
