/** What `sluis try --keep` leaves in its folder, beside the stations' own. */
import { join } from 'node:path';
import { type Agreement, type RunResult, serialiseAgreementYaml } from '@sluis/model';
import { writePrivate } from '../files.ts';
import type { RelativeAnswer } from '@sluis/sdk';
import { relativeDocument } from '../output/relative-answer.ts';
import { answerDocument, nothingReleased, receiptText } from '../output/answer.ts';

export const keepAgreement = (folder: string, agreement: Agreement): void =>
  writePrivate(join(folder, 'agreement.yaml'), serialiseAgreementYaml(agreement));

/** @param of - added to the files' names where there are several answers. */
export function keepAnswer(folder: string, answer: RunResult, of: string): void {
  const nothing = answer.result !== null && nothingReleased(answer.result, answer.receipt);
  writePrivate(join(folder, `receipt${of}.json`), receiptText(answer.receipt));
  writePrivate(join(folder, `answer${of}.json`), `${JSON.stringify(answerDocument(answer, nothing), null, 2)}\n`);
}

/** What several answers came to, beside those of each step. */
export function keepRelative(folder: string, answer: RelativeAnswer): void {
  if (answer.table !== null)
    writePrivate(join(folder, 'answer.json'), `${JSON.stringify(relativeDocument(answer, answer.table), null, 2)}\n`);
}
