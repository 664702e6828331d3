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
import { type Paint, printable, terminalWidth, wrap } from '../output/paint.ts';
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
  const { result } = verified;
  // A table that other programs read stands on stdout alone.
  const csv = format === 'csv' && result !== null;
  say(csv ? remark : print, factsOf(verified, csv ? painted.err : painted.out, terminalWidth(csv ? process.stderr : process.stdout)));
  cautionOf(verified);
  if (result === null) print(wrap(text.verifiedWithoutValues, terminalWidth(process.stdout)));
  else if (csv) process.stdout.write(renderCsv(result));
  else print(renderTable(result, text, painted.out));
}

const say = (to: (line: string) => void, facts: readonly string[]): void => facts.forEach((line) => void to(line));

/** Who has no agreement of its own trusts the one inside: a remark, whatever the format for people. */
export function cautionOf({ agreementGiven }: Pick<VerifiedResult, 'agreementGiven'>): void {
  if (!agreementGiven) remark(painted.err.yellow(wrap(text.verifyAgreementInside, terminalWidth(process.stderr))));
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
  say(print, [
    painted.out.green(`✓ ${text.verifiedIntersection}`),
    text.verifyIntersection(body.intersection, body.run),
    text.verifyAsked(printable(body.asked_by.analyst), body.asked_by.organisation, body.finished),
    ...Object.entries(body.inputs).map(([name, { declared, commitment }]) => text.verifyInput(name, declared, commitment)),
    ...(outcome === null ? [] : [text.verifyOutcome(Object.keys(body.results).join(', '), outcome.size)]),
    text.verifyAgreement(body.agreement),
    ...signers.map((s) => text.verifySigner(s.organisation, s.identity)),
    wrap(text.verifyInputsHonest, terminalWidth(process.stdout)),
  ]);
  cautionOf(verified);
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
export function factsOf(verified: VerifiedResult, paint: Paint, width: number): string[] {
  const { body, signers } = verified;
  const { rules } = body;
  const noisy = body.noise?.differentially_private === true;
  return [
    paint.green(`✓ ${text.verified}`),
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
