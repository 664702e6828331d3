/** `sluis verify` */
import { createFinaliser, createSqlEngine } from '@sluis/engine';
import {
  isIntersectionReceipt,
  type VerifiedIntersectionFile,
  type VerifiedResult,
  verifyIntersectionFile,
  verifyReceiptFile,
} from '@sluis/sdk';
import { readAgreementFile } from '../agreement-source.ts';
import { readInputBytes } from '../connection.ts';
import { text } from '../messages/index.ts';
import type { Format } from '../output/answer.ts';
import { renderCsv } from '../output/csv.ts';
import { printable, terminalWidth, wrap } from '../output/paint.ts';
import { painted, print, printJson, remark } from '../output/streams.ts';
import { renderTable } from '../output/table.ts';

export interface VerifyOptions {
  readonly agreement?: string;
  readonly format: Format;
  readonly json?: boolean;
}

export async function verify(file: string, options: VerifyOptions): Promise<void> {
  const agreement = options.agreement === undefined ? undefined : readAgreementFile(options.agreement).agreement;
  const format = options.json === true ? 'json' : options.format;
  const bytes = readInputBytes(file);
  if (isIntersectionReceipt(bytes)) return showIntersectionReceipt(verifyIntersectionFile(bytes, agreement), format);
  const verified = await verifyBytes(bytes, agreement);
  if (format === 'json') return printJson(documentOf(verified));
  for (const line of factsOf(verified)) remark(line);
  if (verified.result === null) return remark(text.verifiedWithoutValues);
  if (format === 'csv') process.stdout.write(renderCsv(verified.result));
  else print(renderTable(verified.result, text, painted.out));
}

export function verifyBytes(bytes: Uint8Array, agreement?: Parameters<typeof verifyReceiptFile>[2]): Promise<VerifiedResult> {
  return verifyReceiptFile(bytes, { sql: createSqlEngine(), finaliser: createFinaliser() }, agreement);
}

function showIntersectionReceipt(verified: VerifiedIntersectionFile, format: Format): void {
  const { body, outcome, items, signers, agreementGiven } = verified;
  if (format === 'json') {
    printJson({
      valid: true,
      size: outcome?.size ?? null,
      belowMinimum: outcome?.below_minimum ?? null,
      items,
      recomputed: items !== null,
      agreement: body.agreement,
      agreementGiven,
      signers,
      receipt: body,
    });
    return;
  }
  const width = terminalWidth(process.stderr);
  remark(painted.err.green(`✓ ${text.verifiedIntersection}`));
  remark(text.verifyIntersection(body.intersection, body.run));
  remark(text.verifyAsked(printable(body.asked_by.analyst), body.asked_by.organisation, body.finished));
  for (const [name, { declared, commitment }] of Object.entries(body.inputs)) remark(text.verifyInput(name, declared, commitment));
  if (outcome !== null) print(text.verifyOutcome(Object.keys(body.results).join(', '), outcome.size));
  remark(text.verifyAgreement(body.agreement));
  for (const s of signers) remark(text.verifySigner(s.organisation, s.identity));
  remark(wrap(text.verifyInputsHonest, width));
  if (!agreementGiven) remark(painted.err.yellow(wrap(text.verifyAgreementInside, width)));
}

function documentOf(verified: VerifiedResult): Record<string, unknown> {
  const { body, result, signers, agreementGiven } = verified;
  return {
    valid: true,
    columns: result?.columns ?? [],
    rows: result?.rows ?? [],
    suppressed: result?.suppressed ?? [],
    recomputed: result !== null,
    agreement: body.agreement,
    agreementGiven,
    signers,
    organisations: verified.agreement.organisations.map(({ name, identity }) => ({ name, identity })),
    receipt: body,
  };
}

/** What a reader should know of a genuine receipt. */
export function factsOf(verified: VerifiedResult): string[] {
  const { body, signers, agreementGiven } = verified;
  const { rules } = body;
  const noisy = body.noise?.differentially_private === true;
  const width = terminalWidth(process.stderr);
  const facts = [
    painted.err.green(`✓ ${text.verified}`),
    wrap(verified.result === null ? text.verifiedChecks : `${text.verifiedChecks} ${text.verifiedResult}`, width),
    wrap(text.verifyQuestion(printable(body.sql)), width),
    text.verifyAsked(printable(body.asked_by.analyst), body.asked_by.organisation, body.finished),
    text.verifyContributors(body.contributing_organisations),
    // Rules do not act where noise protects.
    ...(noisy ? [] : [text.verifyRules(rules.minimum_rows, rules.minimum_organisations)]),
    ...(rules.dominance === null ? [] : [text.verifyDominance(rules.dominance.n, rules.dominance.k)]),
    ...(rules.p_percent === null ? [] : [text.verifyPPercent(rules.p_percent)]),
    ...furtherRules(rules).map((line) => wrap(line, width)),
    wrap(noiseFact(body), width),
    text.verifyAgreement(body.agreement),
    ...signers.map((s) => text.verifySigner(s.organisation, s.identity)),
  ];
  if (!agreementGiven) facts.push(painted.err.yellow(wrap(text.verifyAgreementInside, width)));
  return facts;
}

/** Rules that not every agreement has. */
function furtherRules({ rounding, totals, differencing, checking }: VerifiedResult['body']['rules']): string[] {
  return [
    ...(rounding === undefined ? [] : [text.verifyRounding(rounding.counts, rounding.sums)]),
    ...(totals === undefined ? [] : [text.verifySecondary]),
    ...(differencing === undefined ? [] : [text.verifyGuard]),
    ...(checking === undefined ? [] : [text.verifyChecking(checking)]),
  ];
}

/** Receipts of versions that had no noise say nothing, and are exact. */
function noiseFact({ noise }: VerifiedResult['body']): string {
  if (noise === undefined || noise.mechanism === 'none') return text.verifyExact;
  if (!noise.differentially_private) return text.verifyNoiseMixed;
  return text.verifyNoise(noise.epsilon, noise.delta, text.budgetUnit(noise.unit), noise.mechanism, noise.generation);
}
