/** `sluis intersect NAME` at a station, and what stations are told about its runs. */
import { type IntersectionTermsView, type IntersectionView, isOpenIntersection } from '@sluis/model';
import { followIntersection, intersectAndFollow, type StationClient } from '@sluis/sdk';
import { type ConnectionOptions, withStation } from '../connection.ts';
import { interruption } from '../interruption.ts';
import { text } from '../messages/index.ts';
import { renderGrid } from '../output/grid.ts';
import { printable, terminalWidth, wrap } from '../output/paint.ts';
import { painted, print, printJson, remark } from '../output/streams.ts';
import { type IntersectOptions, usage } from './intersect.ts';
import { askWithProgress, explainQuestion } from './ask.ts';
import { checkAtStation } from './intersect-options.ts';
import { showHidden } from './intersect-hidden.ts';
import { intersectionProgress } from './intersect-progress.ts';
import { showIntersection } from './intersect-show.ts';

export async function intersectAtStation(name: string, options: IntersectOptions): Promise<void> {
  checkAtStation(options);
  await withStation(options, async (client) => {
    const terms = await termsOf(client, name, options.collaboration);
    const json = options.json === true || options.format === 'json';
    if (!json) explain(terms);
    if (terms.plain && options.explain === true)
      throw usage('Between two stations what each learns is said without --explain.', 'Leave it out.');
    if (!terms.plain) {
      remark(text.intersectAsQuestion);
      return askCommittee(client, terms, options);
    }
    const request = { intersection: name, collaboration: terms.collaboration, ...(options.as === undefined ? {} : { as: options.as }) };
    if (!options.wait) {
      const run = await client.intersect(request);
      if (json) return printJson({ run: run.run, state: run.state, approvals: run.approvals });
      sayWaiting(run);
      return print(run.run);
    }
    const onRun = (run: IntersectionView) => {
      remark(painted.err.dim(text.intersectRun(run.run)));
      sayWaiting(run);
    };
    const following = { signal: interruption(), as: options.as, onRun, ...intersectionProgress() };
    const result = await intersectAndFollow(client, request, following);
    showIntersection(result, Object.keys(result.receipt.body.results), options);
  });
}

/** Organisations whose approval a run still waits for; none once it is over. */
const waitsFor = ({ state, approvals: { needed, given } }: IntersectionView): string[] =>
  isOpenIntersection(state) ? needed.filter((name) => !given.includes(name)) : [];

function sayWaiting(run: IntersectionView): void {
  const names = waitsFor(run);
  if (names.length > 0) remark(text.intersectApprove(names.join(', '), run.run));
}

const stateText = (state: string): string => text.intersectStates[state] ?? state;

/** The question that an intersection on secrets is. Without waiting, for averages and for items, it is printed as any question. */
async function askCommittee(client: StationClient, terms: IntersectionTermsView, options: IntersectOptions): Promise<void> {
  const { sql, reveal, items, receivers, collaboration } = terms;
  if (options.output !== undefined)
    throw usage('--output is for items that two stations compare without a committee.', 'Give --format csv, and write stdout to a file.');
  if (!options.wait || reveal === 'average' || items)
    return (await import('./ask.ts')).ask(sql ?? '', { ...options, collaboration, receivers });
  const { as } = options;
  const request = { sql: sql ?? '', collaboration, receivers, ...(as === undefined ? {} : { as }) };
  if (options.explain === true) await explainQuestion(client, request);
  const answer = await askWithProgress(client, request, options.json === true ? 'json' : options.format);
  const { body } = answer.receipt;
  // A minimum of one row is none: what does not pass then is about no row at all.
  const minimum = body.rules.minimum_rows > 1 ? body.rules.minimum_rows : 0;
  const mode = reveal === 'items' ? 'size' : reveal;
  const { committee, intersections = {}, matching = {} } = answer.receipt.agreement.agreement;
  const by = intersections[terms.intersection]?.matching;
  const byLikeness = by !== undefined && matching[by]?.approximate !== undefined;
  showHidden(answer, { mode, minimum, ask: null, committee, byLikeness }, options);
}

async function termsOf(client: StationClient, name: string, collaboration?: string): Promise<IntersectionTermsView> {
  const { terms } = await client.intersections(collaboration);
  const found = terms.filter((t) => t.intersection === name);
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only !== undefined) throw usage(`Several collaborations have an intersection "${name}".`, 'Say which with --collaboration NAME.');
  const names = terms.map((t) => t.intersection);
  throw usage(
    `No agreement in force at this station has an intersection "${name}".`,
    names.length === 0 ? 'To compare two files: sluis intersect A B --on COLUMN' : `There are: ${names.join(', ')}.`,
  );
}

function explain(terms: IntersectionTermsView): void {
  const width = terminalWidth(process.stderr);
  remark(painted.err.bold(text.wordWhy));
  for (const sentence of terms.sentences) remark(wrap(`  - ${sentence}`, width, '    '));
  if (terms.sql !== null) remark(painted.err.dim(`  ${terms.sql}`));
  if (terms.runs !== null) remark(wrap(`  - ${text.intersectRuns(terms.runs.begun, terms.runs.allowed, terms.runs.days)}`, width, '    '));
}

export interface RunOptions extends ConnectionOptions {
  readonly as?: string;
  readonly reason?: string;
  readonly json?: boolean;
  readonly collaboration?: string;
  readonly receipt?: string;
}

export async function listIntersections(options: RunOptions): Promise<void> {
  const list = await withStation(options, (client) => client.intersections(options.collaboration));
  if (options.json === true) return printJson(list);
  if (list.terms.length === 0) return print(text.intersectNone);
  print(
    renderGrid(
      text.intersectHeadings,
      list.terms.map((t) => [
        t.intersection,
        t.collaboration,
        t.plain ? text.intersectPlain : text.intersectHidden,
        t.runs === null ? '' : `${t.runs.begun}/${t.runs.allowed}`,
      ]),
      painted.out,
    ),
  );
  if (list.runs.length === 0) return;
  print('');
  print(renderGrid(text.intersectRunHeadings, list.runs.map(rowOf), painted.out));
}

const rowOf = (run: IntersectionView): string[] => [
  run.run,
  run.intersection,
  stateText(run.state),
  run.asked_by.organisation,
  waitsFor(run).join(', '),
  run.created.slice(0, 16).replace('T', ' '),
  run.error?.message ?? '',
];

export async function showRun(given: string, options: RunOptions): Promise<void> {
  const { run, sentences } = await withStation(options, async (client) => {
    const run = await client.intersection(await fullId(client, given));
    const { terms } = await client.intersections(run.collaboration);
    return { run, sentences: terms.find((t) => t.agreement === run.agreement && t.intersection === run.intersection)?.sentences ?? [] };
  });
  if (options.json === true) return printJson(run);
  print(text.intersectDone(run.run, stateText(run.state)));
  sayWaiting(run);
  for (const sentence of sentences) print(wrap(`  - ${sentence}`, terminalWidth(process.stdout), '    '));
  for (const { party, step, detail } of run.events) print(`  ${printable(party)}: ${printable(step)}: ${printable(detail)}`);
  if (run.error !== null) print(`${printable(run.error.message)} ${printable(run.error.remedy ?? '')}`);
}

export async function auditIntersection(given: string, options: RunOptions): Promise<void> {
  const audit = await withStation(options, async (client) => client.auditIntersection(await fullId(client, given)));
  if (!audit.same) process.exitCode = 3;
  if (options.json === true) return printJson(audit);
  print(audit.same ? text.intersectSame(audit.commitment) : text.intersectOtherRows(audit.commitment));
}

export async function decideIntersection(
  action: 'approve' | 'refuse' | 'cancel' | 'retry',
  given: string,
  options: RunOptions,
): Promise<void> {
  const run = await withStation(options, async (client) =>
    client.decideIntersection(await fullId(client, given), action, {
      ...(options.as === undefined ? {} : { as: options.as }),
      ...(options.reason === undefined ? {} : { reason: options.reason }),
    }),
  );
  if (options.json === true) return printJson({ run: run.run, state: run.state, approvals: run.approvals });
  print(text.intersectDone(run.run, stateText(run.state)));
  sayWaiting(run);
}

export async function resultOfIntersection(given: string, options: IntersectOptions): Promise<void> {
  await withStation(options, async (client) => {
    const result = await followIntersection(client, await fullId(client, given), {
      ...intersectionProgress(),
      signal: interruption(),
      as: options.as,
    });
    showIntersection(result, Object.keys(result.receipt.body.results), options);
  });
}

async function fullId(client: StationClient, given: string): Promise<string> {
  if (/^[0-9a-f]{32}$/.test(given)) return given;
  const found = (await client.intersections()).runs.filter((r) => r.run.startsWith(given));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.run;
  throw usage(
    found.length === 0 ? `There is no run "${given}" at this station.` : `Several runs begin with "${given}".`,
    'List them with: sluis intersect list',
  );
}
