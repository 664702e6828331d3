/** Printing an answer: table, CSV or the JSON document of the command line's contract. */
import { canonicalText, fromBase64, NothingReleasedError } from '@sluis/base';
import type { Explanation, Receipt, ResultTable, RunResult } from '@sluis/model';
import { text } from '../messages/index.ts';
import { renderCsv } from './csv.ts';
import { bytesText, durationText } from './paint.ts';
import { painted, print, printJson, remark } from './streams.ts';
import { renderTable } from './table.ts';

export type Format = 'table' | 'json' | 'csv';

/** Prints the answer of a run and sets the exit code. */
export function printAnswer(answer: RunResult, format: Format): void {
  const { result } = answer;
  const nothing = result !== null && nothingReleased(result, answer.receipt);
  if (nothing) process.exitCode = 4;
  if (format === 'json') printJson(answerDocument(answer, nothing));
  else if (result === null) remark(text.noReceiver(answer.receipt.body.receivers.join(', ')));
  else if (format === 'csv') process.stdout.write(renderCsv(result));
  else printTable(answer, result, nothing);
}

function printTable(answer: RunResult, result: ResultTable, nothing: boolean): void {
  print(renderTable(result, text, painted.out));
  if (nothing) remark(painted.err.yellow(text.nothingReleased));
  else if (result.rows.length === 0) remark(text.noRows);
  for (const line of notRead(result)) remark(line);
  const took = durationText(answer.timings.totalMs);
  // A receipt may be silent about what was sent.
  remark(painted.err.dim(answer.rounds === 0 ? took : text.cost(took, bytesText(answer.bytes.total), answer.rounds)));
}

/** Per column of hashes, how many texts are none of the receiver's own. */
export function notRead({ columns, rows }: ResultTable): string[] {
  return columns.flatMap(({ name, hashOf }, i) => {
    if (hashOf === undefined) return [];
    const unread = rows.filter((row) => row[i - 1] === null && row[i] !== null).length;
    return unread === 0 ? [] : [text.notOwnTexts(unread, rows.length, hashOf, name)];
  });
}

/** The JSON document that CLI programs read. A failure's `error` stands beside the (empty) answer if all is suppressed. */
export function answerDocument(answer: RunResult, nothing: boolean): Record<string, unknown> {
  const { result, receipt, explanation, timings, bytes, rounds } = answer;
  return {
    columns: result?.columns ?? [],
    rows: result?.rows ?? [],
    suppressed: result?.suppressed ?? [],
    receipt,
    explain: sentencesOf(explanation),
    timings,
    bytes,
    rounds,
    ...(nothing ? { error: nothingError().toRecord() } : {}),
    ...(result === null ? { receivers: receipt.body.receivers } : {}),
  };
}

export const sentencesOf = (explanation: Explanation): string[] => explanation.sentences.map((s) => s.text);

/**
 * True if no cell passed. An answer without rows may also come from the question's own HAVING or LIMIT: the opened mask
 * tells the two apart.
 */
export function nothingReleased(result: ResultTable, receipt: Receipt): boolean {
  if (result.rows.length > 0) return false;
  const mask = receipt.openings?.mask.data;
  return mask === undefined ? result.suppressed.length > 0 : fromBase64(mask).every((byte) => byte === 0);
}

export function nothingError(): NothingReleasedError {
  return new NothingReleasedError('release/nothing-passed', {
    stage: 'release',
    message: 'Nothing was released: every cell is suppressed or empty.',
    remedy: 'Ask for larger groups: fewer grouping columns, wider ranges, fewer filters.',
  });
}

/** The one byte form in which a receipt verifies. */
export const receiptText = (receipt: Receipt): string => canonicalText(receipt);
