/** `sluis intersect` over files where nobody is to learn which items match: a question to three compute parties. */
import { basename, resolve } from 'node:path';
import { canonicalText } from '@sluis/base';
import type { MatchingTerms, Receipt, RunResult } from '@sluis/model';
import { writePrivate } from '../files.ts';
import { interruption, unlessAborted } from '../interruption.ts';
import { text } from '../messages/index.ts';
import { answerDocument, printAnswer } from '../output/answer.ts';
import { renderExplanation } from '../output/explanation.ts';
import { intersectBrief } from '../output/intersect-brief.ts';
import { bytesText, durationText, terminalWidth, wrap } from '../output/paint.ts';
import { painted, print, printJson, remark } from '../output/streams.ts';
import { SANDBOX_COLLABORATION } from '../sandbox/draft.ts';
import { draftHidden, type HiddenTrial, type HiddenWish, hiddenTrial, UNION_TABLE } from '../sandbox/hidden-intersection.ts';
import type { IntersectionSide } from '../sandbox/intersection-draft.ts';
import { keepAgreement } from '../sandbox/keep.ts';
import { Sandbox } from '../sandbox/sandbox.ts';
import { askWithProgress } from './ask.ts';
import { type IntersectMode, type IntersectOptions, usage } from './intersect.ts';
import { mayBeWrittenOtherwise } from './intersect-show.ts';
import { interrupted } from './try.ts';

export async function intersectHidden(
  sides: readonly IntersectionSide[],
  mode: Exclude<IntersectMode, 'items'>,
  matching: MatchingTerms | null,
  options: IntersectOptions,
): Promise<void> {
  const signal = interruption();
  const width = terminalWidth(process.stderr);
  remark(painted.err.yellow(wrap(text.sandboxWarning, width)));
  const wish = wishOf(sides, mode, matching, options);
  const trial = await hiddenTrial(wish);
  requireColumns(wish, trial);
  const sandbox = Sandbox.open(options.keep === undefined ? undefined : resolve(options.keep), signal);
  try {
    const cards = await sandbox.make(
      trial.names.map((name, i) => ({ name, title: sides[i] === undefined ? text.titleNoData : basename(sides[i].file) })),
    );
    const agreement = draftHidden(trial, wish, cards, Date.now());
    if (options.keep !== undefined) keepAgreement(sandbox.folder, agreement);
    remark(wrap(text.intersectCommittee(trial.committee.join(', ')), width));
    remark(text.starting(trial.names.length));
    await sandbox.start();
    await unlessAborted(signal, sandbox.sign(agreement));
    await Promise.all(sides.map((side) => connect(sandbox, trial, side)));
    const shown = { ...wish, committee: trial.committee, byLikeness: matching?.approximate !== undefined };
    const size = showHidden(await ask(sandbox, wish, trial, options), shown, options);
    if (sides.length === 2 && mode !== 'union' && matching === null && mayBeWrittenOtherwise(size, options))
      remark(wrap(text.intersectAsWritten, width));
  } catch (thrown) {
    throw signal.aborted && thrown === signal.reason ? interrupted() : thrown;
  } finally {
    await sandbox.close();
  }
}

function wishOf(
  sides: readonly IntersectionSide[],
  mode: Exclude<IntersectMode, 'items'>,
  matching: MatchingTerms | null,
  options: IntersectOptions,
): HiddenWish {
  const { value, threshold, minimum, threatModel, ask } = options;
  const named = /^([AB])\.(.+)$/.exec(value ?? '');
  const column = named === null ? { side: 0, column: value ?? '' } : { side: named[1] === 'B' ? 1 : 0, column: named[2] ?? '' };
  return {
    ...{ sides, mode, matching, minimum, threatModel },
    value: value === undefined ? null : column,
    threshold: threshold ?? null,
    ask: ask ?? null,
  };
}

function requireColumns({ value, sides }: HiddenWish, { tables }: HiddenTrial): void {
  if (value === null) return;
  const found = tables[value.side]?.columns.find((c) => c.name === value.column);
  const file = basename(sides[value.side]?.file ?? '');
  if (found === undefined) throw usage(`${file} has no column "${value.column}".`, 'Check --value; B.COLUMN is one of the second file.');
  if (found.bounds === undefined) throw usage(`Column "${value.column}" of ${file} holds no numbers.`, 'Name a column of numbers.');
}

async function connect(sandbox: Sandbox, { tables }: HiddenTrial, { name, file }: IntersectionSide): Promise<void> {
  const table = tables.find((t) => t.name === UNION_TABLE || t.providers.includes(name));
  const { report } = await sandbox.member(name).client.connect({ collaboration: SANDBOX_COLLABORATION, table: table?.name ?? '', file });
  remark(painted.err.dim(`  ${text.intersectConnected(name, basename(file), report.rows)}`));
}

async function ask(sandbox: Sandbox, wish: HiddenWish, trial: HiddenTrial, options: IntersectOptions): Promise<RunResult> {
  const { sql, receiver } = trial;
  const { client } = sandbox.member(receiver);
  const json = options.json === true || options.format === 'json';
  const width = terminalWidth(process.stderr);
  if (!json || options.explain === true) {
    const { explanation } = await client.explain({ sql });
    if (options.explain === true) remark(`${painted.err.dim(sql)}\n${renderExplanation(explanation, text, painted.err, width)}`);
    else remark(intersectBrief(wish, trial, explanation, text, width));
  }
  return askWithProgress(client, { sql, ...(options.as === undefined ? {} : { as: options.as }) }, json ? 'json' : options.format);
}

/** How one number about matches that nobody knows is printed: from files, and from a station. Returns it, null if not shown. */
export function showHidden(answer: RunResult, wish: Shown, options: Pick<IntersectOptions, 'receipt' | 'json' | 'format'>): number | null {
  if (options.receipt !== undefined) {
    writePrivate(options.receipt, canonicalText(answer.receipt));
    remark(text.receiptSaved(options.receipt));
  }
  const document = { ...documentOf(answer, wish), ...(wish.ask === null ? {} : answerDocument(answer, false)) };
  if (document.belowMinimum) process.exitCode = 4;
  if (options.json === true || options.format === 'json') printJson(document);
  else if (wish.ask !== null) printAnswer(answer, options.format);
  else if (options.format === 'csv') process.stdout.write(csvOf(document, wish.mode));
  else if (document.belowMinimum) remark(painted.err.yellow(wish.byLikeness ? text.intersectBelowOrMore : text.intersectBelow));
  else {
    print(painted.out.bold((wish.mode === 'union' ? text.intersectUnion : text.intersectSize)(document.size ?? 0)));
    if (wish.mode === 'sum') print(text.intersectSum(document.sum ?? '0'));
    remark(painted.err.dim(text.cost(durationText(answer.timings.totalMs), bytesText(answer.bytes.total), answer.rounds)));
  }
  return document.size;
}

/** One row; none if it is not shown. */
const csvOf = ({ size, sum }: HiddenDocument, mode: HiddenWish['mode']): string => {
  const [names, row] = mode === 'sum' ? ['size,sum', `${size},${sum ?? ''}`] : ['size', String(size)];
  return size === null ? `${names}\n` : `${names}\n${row}\n`;
};

interface Shown extends Pick<HiddenWish, 'mode' | 'minimum' | 'ask'> {
  readonly committee: readonly string[];
  /** Then nothing is shown also where there are more candidates than agreed. */
  readonly byLikeness: boolean;
}

interface HiddenDocument {
  readonly size: number | null;
  readonly sum: string | null;
  readonly items: readonly never[];
  readonly belowMinimum: boolean;
  readonly sent: Readonly<Record<string, number>>;
  readonly timings: { readonly totalMs: number };
  readonly receipt: Receipt;
}

/** Without a minimum, a cell that does not pass is about no row at all. */
function documentOf(answer: RunResult, { mode, minimum, ask, committee, byLikeness }: Shown): HiddenDocument {
  const [row] = answer.result?.rows ?? [];
  const passed = ask !== null || (row?.[0] !== null && row?.[0] !== undefined);
  const none = !passed && minimum === 0 && !byLikeness;
  const sent = committee.map((name, i) => [name, answer.receipt.body.bytes[i] ?? 0] as const);
  const size = ask !== null ? null : passed ? Number(row?.[0]) : none ? 0 : null;
  const total = none ? '0' : row?.[1] === undefined || row[1] === null ? null : String(row[1]);
  return {
    size,
    sum: mode === 'sum' && (passed || none) ? total : null,
    items: [],
    belowMinimum: !passed && !none,
    sent: Object.fromEntries(sent),
    timings: answer.timings,
    receipt: answer.receipt,
  };
}
