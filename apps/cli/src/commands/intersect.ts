/** `sluis intersect` over files, or at a station. */
import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { InvalidError } from '@sluis/base';
import type { KeyPart } from '@sluis/matching';
import { type IntersectionResult, matchedColumns, matchingSchema, type MatchingTerms, parseMatchingYaml } from '@sluis/model';
import { intersectAndFollow } from '@sluis/sdk';
import { type ConnectionOptions, readInput } from '../connection.ts';
import { requireWritable } from '../files.ts';
import { interruption, unlessAborted } from '../interruption.ts';
import { text } from '../messages/index.ts';
import type { Format } from '../output/answer.ts';
import { terminalWidth, wrap } from '../output/paint.ts';
import { painted, remark } from '../output/streams.ts';
import { recipePart } from '../recipe-option.ts';
import { draftIntersection, INTERSECTION, type IntersectionSide, tableOf } from '../sandbox/intersection-draft.ts';
import { SANDBOX_COLLABORATION } from '../sandbox/draft.ts';
import { keepAgreement } from '../sandbox/keep.ts';
import { Sandbox } from '../sandbox/sandbox.ts';
import { intersectionProgress } from './intersect-progress.ts';
import { checkMode, checkOverFiles } from './intersect-options.ts';
import { mayBeWrittenOtherwise, showIntersection } from './intersect-show.ts';
import { interrupted } from './try.ts';

export type IntersectMode = 'items' | 'size' | 'sum' | 'flags' | 'union' | 'at-least';

export interface IntersectOptions extends ConnectionOptions {
  readonly on?: string;
  readonly mode?: IntersectMode;
  readonly value?: string;
  readonly minimum: number;
  readonly threshold?: number;
  readonly receiver: 'A' | 'B' | 'both';
  readonly threatModel: 'semi-honest' | 'malicious';
  readonly protocol: 'vole' | 'ddh';
  readonly ask?: string;
  readonly missing: 'no-match' | 'equal';
  readonly recipe?: readonly string[];
  readonly terms?: string;
  readonly format: Format;
  readonly json?: boolean;
  readonly output?: string;
  readonly keep?: string;
  readonly receipt?: string;
  readonly collaboration?: string;
  readonly as?: string;
  readonly wait: boolean;
  readonly explain?: boolean;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

export const usage = (message: string, remedy: string): InvalidError =>
  new InvalidError('usage/intersect', { stage: 'usage', message, remedy });

/** One name is an intersection of the agreement at a station; two or more are files. */
export async function intersect(names: readonly string[], options: IntersectOptions): Promise<void> {
  const [only] = names;
  for (const path of [options.output, options.receipt]) if (path !== undefined) requireWritable(path);
  if (only === undefined) throw usage('There is nothing to compare.', 'Give two files and --on COLUMN, or the name of an intersection.');
  if (names.length === 1 && options.home === undefined && options.station === undefined && existsSync(only))
    throw usage('One file alone has nothing to be compared with.', 'Give two files or more and --on COLUMN.');
  if (names.length === 1) return (await import('./intersect-station.ts')).intersectAtStation(only, options);
  checkOverFiles(options);
  const files = names.map((file) => resolve(file));
  for (const [i, file] of files.entries()) {
    if (!existsSync(file)) throw usage(`${names[i]} does not exist.`, 'Check the path.');
    if (!/\.(csv|tsv|parquet|json|ndjson)(\.gz)?$/i.test(file))
      throw usage(`${basename(file)} has no ending that says what it is.`, 'Use .csv, .tsv, .parquet, .json or .ndjson.');
  }
  const matching = matchingOf(options, files.length);
  const keys = matching === null ? keysOf(options.on, files.length) : matching.tables.map((table) => columnsOf(matching, table));
  const sides = files.map((file, i) => ({ name: LETTERS[i] ?? `P${i}`, file, key: keys[i] ?? [] }));
  const mode = options.mode ?? (files.length === 2 && matching === null ? 'items' : 'size');
  checkMode(mode, sides, options);
  const recipes = recipesOf(sides[0]?.key ?? [], options.recipe);
  for (const { key, file } of sides) await requireKey(file, key);
  if (mode !== 'items') {
    const by = matching ?? normalForm(sides, mode, recipes);
    return (await import('./intersect-hidden.ts')).intersectHidden(sides, mode, by, options);
  }
  const [a, b] = sides;
  if (a === undefined || b === undefined) throw new RangeError('there are two files');
  await intersectFiles([a, b], recipes, options);
}

/** The terms of a file, whose tables are called a and b if it does not say otherwise. */
function matchingOf({ terms, on, recipe, mode }: IntersectOptions, files: number): MatchingTerms | null {
  if (terms === undefined) return null;
  if (on !== undefined || recipe !== undefined) throw usage('--terms says what to compare by.', 'Leave --on and --recipe out.');
  if (files !== 2 || mode === 'items' || mode === 'union' || mode === 'at-least')
    throw usage('--terms is for two files of which nobody learns what matches.', 'Use --mode size, sum or flags.');
  const matching = parseMatchingYaml(readInput(terms), terms);
  if (matching.tables.length !== 2) throw usage(`${terms} is about ${matching.tables.length} tables.`, 'Name two, or leave "tables" out.');
  return matching;
}

const columnsOf = (matching: MatchingTerms, table: string): string[] => matchedColumns({ matching: { terms: matching } }, 'terms', table);

/** Says of a file that lacks part of the key what it has, before a station starts. Throws InvalidError `dataset/no-column`. */
async function requireKey(file: string, key: readonly string[]): Promise<void> {
  const { requireColumns } = await import('@sluis/engine');
  try {
    await requireColumns(file, key);
  } catch (thrown) {
    if (!(thrown instanceof InvalidError) || thrown.code !== 'dataset/no-column') throw thrown;
    const remedy = `${thrown.remedy ?? ''} Where two files call the key differently: --on LEFT=RIGHT.`;
    throw new InvalidError(thrown.code, { stage: 'dataset', message: thrown.message, remedy, cause: thrown });
  }
}

/** With recipes the committee compares keys in normal form: a matching of one key. */
function normalForm(sides: readonly IntersectionSide[], mode: IntersectMode, recipes: readonly KeyPart[] | null): MatchingTerms | null {
  if (recipes === null) return null;
  if (sides.length !== 2 || mode === 'union' || mode === 'at-least')
    throw usage(`--recipe is not for "--mode ${mode}" or more than two files.`, 'Leave it out: texts are compared as they are.');
  const tables = ['a', 'b'];
  const parts = recipes.map((part, i) => ({ column: Object.fromEntries(tables.map((t, s) => [t, sides[s]?.key[i] ?? ''])), ...part }));
  return matchingSchema.parse({ tables, any_of: [{ name: 'key', parts }], repeated: 'once' });
}

/** `id`, `name,born`, or `left=right` where the files call the key differently. */
function keysOf(on: string | undefined, files: number): string[][] {
  if (on === undefined || on.trim() === '') throw usage('It is not said what to compare by.', 'Give --on COLUMN.');
  const parts = on.split(',').map((part) => part.trim().split('='));
  const good = parts.every(
    (p) => (p.length === 1 || (p.length === 2 && files === 2)) && p.every((c) => /^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(c)),
  );
  if (!good)
    throw usage(
      `"${on}" names no columns.`,
      'Give --on COLUMN, --on COLUMN,COLUMN, or with two files --on LEFT=RIGHT; letters, digits and "_" only.',
    );
  return Array.from({ length: files }, (_, i) => parts.map((p) => p[i === 0 ? 0 : p.length - 1] ?? ''));
}

/** `--recipe email@1`, or one for each column of the key. */
function recipesOf(key: readonly string[], given: readonly string[] | undefined): readonly KeyPart[] | null {
  if (given === undefined) return null;
  if (given.length === key.length) return given.map(recipePart);
  throw usage(
    `The key has ${key.length} columns, and --recipe names ${given.length}.`,
    'Give one recipe for each column, in the same order: --recipe email@1,date@1',
  );
}

async function intersectFiles(
  sides: readonly [IntersectionSide, IntersectionSide],
  recipes: readonly KeyPart[] | null,
  options: IntersectOptions,
): Promise<void> {
  const signal = interruption();
  const width = terminalWidth(process.stderr);
  remark(painted.err.yellow(wrap(text.sandboxWarning, width)));
  const sandbox = Sandbox.open(options.keep === undefined ? undefined : resolve(options.keep), signal);
  const receivers = options.receiver === 'both' ? ['A', 'B'] : [options.receiver];
  try {
    const cards = await sandbox.make(sides.map(({ name, file }) => ({ name, title: basename(file) })));
    const agreement = draftIntersection({ sides, receivers, ...options, recipes }, cards, Date.now());
    if (options.keep !== undefined) keepAgreement(sandbox.folder, agreement);
    remark(text.starting(2));
    await sandbox.start();
    await unlessAborted(signal, sandbox.sign(agreement));
    await Promise.all(sides.map((side) => connect(sandbox, side)));
    const [asker] = receivers;
    const result = await run(sandbox, asker ?? 'A', options, signal);
    showIntersection(result, receivers, options);
    if (mayBeWrittenOtherwise(result.outcome?.size, options)) remark(wrap(text.intersectAsWritten, width));
    if (options.receiver === 'both') remark(text.intersectOther('B'));
  } catch (thrown) {
    throw signal.aborted && thrown === signal.reason ? interrupted() : thrown;
  } finally {
    await sandbox.close();
  }
}

async function connect(sandbox: Sandbox, { name, file }: IntersectionSide): Promise<void> {
  const { client } = sandbox.member(name);
  const { report } = await client.connect({ collaboration: SANDBOX_COLLABORATION, table: tableOf(name), file });
  remark(painted.err.dim(`  ${text.intersectConnected(name, basename(file), report.rows)}`));
}

async function run(sandbox: Sandbox, asker: string, options: IntersectOptions, signal: AbortSignal): Promise<IntersectionResult> {
  const { client } = sandbox.member(asker);
  if (options.format === 'table' && options.json !== true) {
    const { terms } = await client.intersections();
    for (const sentence of terms[0]?.sentences ?? [])
      remark(painted.err.dim(wrap(`  - ${sentence}`, terminalWidth(process.stderr), '    ')));
  }
  const view = intersectionProgress();
  return intersectAndFollow(
    client,
    { intersection: INTERSECTION, ...(options.as === undefined ? {} : { as: options.as }) },
    { signal, ...view },
  );
}
