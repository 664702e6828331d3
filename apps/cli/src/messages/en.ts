/** What people read, in English. Every other language has the same entries. */
import { budgetEn } from './budget-en.ts';
import { collectEn } from './collect-en.ts';
import { matchingEn } from './matching-en.ts';
import { measureEn } from './measure-en.ts';
import { lookupEn } from './lookup-en.ts';
import { pseudonymsEn } from './pseudonyms-en.ts';
import { contributeEn } from './contribute-en.ts';
import { intersectEn } from './intersect-en.ts';
import { relativeEn } from './relative-en.ts';

export const en = {
  ...budgetEn,
  ...collectEn,
  ...lookupEn,
  ...pseudonymsEn,
  ...matchingEn,
  ...measureEn,
  ...contributeEn,
  ...intersectEn,
  ...relativeEn,

  // Headings and labels
  wordQuestion: 'Question',
  wordWhy: 'What will happen',
  wordProgress: 'Progress',
  wordResult: 'Result',
  wordReceipt: 'Receipt',
  suppressed: 'suppressed or empty',
  moreSuppressed: (n: number) => `and ${n} more ${n === 1 ? 'group' : 'groups'}: suppressed or empty`,
  rows: (n: number) => `${n} ${n === 1 ? 'row' : 'rows'}`,
  noRows: 'No rows.',
  notOwnTexts: (unread: number, rows: number, column: string, hash: string) =>
    `In ${unread} of ${rows} rows ${column} is none of your own values: it is left empty, and ${hash} tells it apart.`,
  nothingReleased: 'Nothing was released: every cell is suppressed or empty.',
  noReceiver: (names: string) => `The question was answered. The result went to ${names}, not to this organisation.`,
  cost: (ms: string, bytes: string, rounds: number) => `${ms}, ${bytes} between the compute parties, ${rounds} rounds`,
  estimate: (seconds: string, bytes: string, rounds: number) => `About ${seconds}, ${bytes} and ${rounds} rounds.`,
  receiptSaved: (path: string) => `Receipt written to ${path}`,

  // Explanations
  aboutSends: 'What is sent',
  aboutCommittee: 'What the compute parties learn',
  aboutReceiver: 'What the receivers learn',
  aboutCoalition: 'Who together could learn more',
  aboutSuppression: 'What is suppressed',
  aboutNoise: 'What noise the answer gets, and what it costs',
  aboutIntermediate: 'Values inside the answer',
  aboutCost: 'What it costs',
  aboutSandbox: 'Sandbox',

  // Progress of a run
  runPut: (id: string, organisation: string) => `${organisation} put the question as run ${id}`,
  stepPropose: 'Every station checks and plans the question for itself',
  stepApprove: 'Data providers approve',
  stepWaiting: 'Waiting for approval',
  stepStart: 'All have agreed',
  stepContribution: 'Providers compute partial aggregates in their own engines',
  stepContributionRows: 'Providers read and encode the rows that are shared',
  stepContributionBoth: 'Providers compute partial aggregates, or encode rows that are shared',
  stepShare: 'Partials are split, sealed and sent as secret shares',
  stepShareRows: 'Rows are split, sealed and sent as secret shares, or read from deposits',
  stepShareBoth: 'Partials and rows are split, sealed and sent as secret shares, or read from deposits',
  stepAggregate: 'Compute parties add up and apply the output rules on secrets',
  stepAggregateRows: 'Compute parties compute on secret rows and apply the output rules on secrets',
  stepRelease: 'Only what passes is opened, to the receivers',
  stepReceipt: 'Compute parties sign the receipt',
  stepFinished: 'Done',
  approveHint: (names: string) => `Each of ${names} approves with: sluis approve RUN`,
  cancelling: 'Cancelling at all stations …',
  forcedEnd: 'Ended at once.',

  // Errors
  failed: 'Failed',
  refused: 'Refused',
  invalid: 'Not valid',
  peerFailed: 'Another station failed',
  nextStep: 'What to do',
  at: (party: string) => `at ${party}`,

  /** What an error code, or every code under a prefix, means in one line. English messages say it themselves. */
  headlines: {} as Readonly<Record<string, string>>,

  // Two parties without a third
  yes: 'yes',
  no: 'no',
  forReceiver: (name: string) => `For ${name}:`,
  bilateralWaiting: (peer: string, address: string) => `Waiting for ${peer} at ${address} … (one question, then this ends)`,
  bilateralElsewhere: 'Done. The answer went to the other side only.',
  bilateralNote: 'Neither side saw the other’s numbers. This holds as long as both run the agreed program (passive security).',

  // Verification
  verified: 'The receipt is genuine: everything in it was checked again.',
  verifiedChecks:
    "Checked: the form of the file, every organisation's signature on the agreement, the three compute parties' signatures, the commitments, the log proofs and the plan.",
  verifiedResult: 'The result was computed anew from the opened shares.',
  verifiedWithoutValues: "This copy holds commitments only, so the result itself can't be recomputed from it.",
  verifyQuestion: (sql: string) => `Question: ${sql}`,
  verifyAsked: (who: string, organisation: string, when: string) => `Asked by ${who} of ${organisation}; answered ${when}.`,
  verifyContributors: (n: number) => `${n} organisations contributed shares.`,
  verifyRules: (rows: number, organisations: number) => `Rules: at least ${rows} rows and ${organisations} organisations in every cell.`,
  verifyDominance: (n: number, k: number) => `Dominance: suppressed if the ${n} largest contributions exceed ${k} % of a cell.`,
  verifyPPercent: (p: number) => `Dominance: suppressed if the second largest could estimate the largest to within ${p} %.`,
  verifyRounding: (counts: number, sums: boolean) =>
    `Rounded before opening: numbers of rows to multiples of ${counts}${sums ? ', sums to those agreed on' : ''}.`,
  verifySecondary: 'Totals: further groups are suppressed, so that no suppressed one follows.',
  verifyGuard: 'Compared with earlier answers on the same data: no group follows that has not passed the rules.',
  verifyChecking: (when: 'always' | 'ask'): string =>
    when === 'always'
      ? 'Checked by a person before anything was opened.'
      : 'Checked by a person before anything was opened, unless its score was low.',
  verifyAgreement: (id: string) => `Agreement: ${id}`,
  verifyAgreementInside:
    'The keys come from the agreement inside the receipt. Compare its id with the one you signed, or give --agreement FILE.',
  verifySigner: (organisation: string, key: string) => `Signed by ${organisation}, key ${key}`,

  // Sandbox (try, demo)
  sandboxWarning:
    'This is a sandbox: stations on this machine, and an agreement drafted by looking at all files. What drafting looks at is not protected.',
  titleThird: 'Third station without data, added by sluis try',
  titleNoData: 'Takes part without data',
  choicesHeading: 'Drafted agreement:',
  choiceParties: (names: string) => `Organisations with data: ${names}.`,
  choiceOwners: (tables: string) => `Tables of one organisation each: ${tables}.`,
  choiceRenamed: (asked: string, name: string) => `${asked} is called ${name} in the agreement, where every name stands once.`,
  choiceUnique: (keys: string) => `Keys that stand once in their table (found in the file, checked again on shares): ${keys}.`,
  choiceJoinRows: (n: number) => `A join gives at most ${n} rows, as counted in the files.`,
  choiceCommittee: (names: string) => `Compute parties: ${names}. Any two of them together could reconstruct everything.`,
  choiceThird: (name: string) => `With two organisations a third station without data is added as compute party: ${name}.`,
  choiceReceiver: (name: string) => `The result goes to ${name}, an analyst without data.`,
  choiceReceiverParty: (name: string) => `The result goes to ${name}, which has data itself: the rules hold again without its rows.`,
  choiceEachReceiver: (names: string) => `Each of ${names} gets a result of its own: the rules hold again without its rows.`,
  choiceMalicious: 'Threat model malicious: whatever one compute party does otherwise than agreed is noticed before anything is opened.',
  choiceTemplate: (name: string, path: string) => `The question is the template ${name} of ${path}, with the output rules written there.`,
  choiceUses: 'All uses are granted for every column: group, filter, aggregate, reveal, join.',
  choiceDomains: (n: number) =>
    `Columns with up to ${n} different values may be grouped by; their domain is the union of the values found.`,
  choiceSecretGroups: (names: string) =>
    `Too many different values to list; groups of them are formed in secret, on shared rows: ${names}.`,
  choiceNoDomain: (names: string) => `Too many different values to group by: ${names}.`,
  choiceScale: (column: string, scale: number) => `${column} has fractions of any length: it is summed with ${scale} decimals.`,
  choiceDecimal: (names: string) => `Exact decimals: ${names}.`,
  choiceBounds: 'Bounds of numbers are the smallest and largest value found.',
  choiceApproval: 'Ad-hoc questions are approved beforehand; no rate limit; no dominance rule.',
  choiceRules: (rows: number, organisations: number) =>
    `Output rules: a cell needs at least ${rows} rows from at least ${organisations} organisations.`,
  choiceRulesFile: (path: string) => `Overridden by ${path}.`,
  inspecting: (n: number) => `Looking at ${n} ${n === 1 ? 'file' : 'files'} …`,
  starting: (n: number) => `Starting ${n} stations …`,
  started: (n: number, ms: string) => `${n} stations run (${ms}).`,
  signing: 'All organisations sign the agreement …',
  connecting: 'Providers connect and check their data …',
  connected: (organisation: string, rows: number) => `${organisation}: ${rows} rows, all within the agreement`,
  violations: (organisation: string, rows: number, n: number) =>
    `${organisation}: ${rows} rows; ${n} values outside the agreement (see its own report)`,
  kept: (path: string) => `Kept in ${path}`,
  stopping: 'Stopping the stations …',

  // Demo
  demoTitle: 'Sluis: five organisations answer questions together without showing each other their data',
  demoIntro:
    'Harbour, hospital, bank, energy company and university each keep their cyber incidents to themselves. Each runs a station of its own; they have signed one agreement.',
  demoData: (organisation: string, rows: number) => `${organisation} has ${rows} incidents; nobody else sees them`,
  demoQuestionResult: 'First question: a result',
  demoQuestionSuppressed: 'Second question: small groups stay hidden',
  demoQuestionRefused: 'Third question: a refusal',
  demoRefusedAsAgreed: 'Refused before anything ran, as the agreement demands:',
  demoApproving: 'This question is no template: every provider is asked to approve, and does.',
  demoVerified: 'The receipt was verified offline, from its file alone; the recomputed result is the same.',
  demoFirst: (seconds: string) => `First result after ${seconds}.`,
  demoStays: 'The stations keep running until Ctrl-C. Try, in another terminal:',
  demoHintAsk: 'Ask something yourself',
  demoHintTemplate: 'Ask a pre-approved question: no approvals needed',
  demoHintExplain: 'See what a question would reveal, without asking it',
  demoHintApprove: 'Approve it for every provider (RUN is its id, or the beginning of it)',
  demoHintRuns: 'See what was asked',
  demoHintVerify: 'Verify the receipt once more',
  demoHintAgreement: 'Read the agreement they signed',
  demoEnded: 'Ended. Nothing is left running, and the sample folder is gone.',
};

export type Messages = typeof en;
