/** A provider's partial aggregates, computed where its data lies. Nothing that goes wrong here tells anybody why. */
import type { DuckDBDataChunk } from '@duckdb/node-api';
import { InvalidError, RefusedError, StationError } from '@sluis/base';
import type { DatasetRecord, KeyReader, ProviderEngine } from '@sluis/flow';
import type { Plan, Vectors } from '@sluis/model';
import { type Prepared, providerStatement } from '@sluis/planner';
import { type Binding, parseBinding, viewSql } from './binding.ts';
import { csvHeads } from './csv-files.ts';
import { type Database, openDatabase, temporaryFolder } from './database.ts';
import { DenseVectors } from './dense-vectors.ts';
import { readKeys, readMatchingKeys } from './provider-keys.ts';
import { readTexts } from './provider-texts.ts';
import { encodeRows } from './provider-rows.ts';
import { checkRows, tooManyRows, violationsError } from './row-check.ts';
import { fingerprints, unchanged } from './source.ts';
import { firstLine } from './sql-engine.ts';

export interface ProviderEngineOptions {
  readonly home: string;
  /** The station's own log: the only place where details of a failure go. */
  readonly log?: (detail: string) => void;
  readonly threads?: number;
  /** DuckDB's notation. */
  readonly memoryLimit?: string;
}

/**
 * The provider's engine. Run by: each data provider, on its own data.
 *
 * Learns: nobody anything; whatever fails inside gives StationError `engine/failed` with one constant text, so that a
 * failing expression is no oracle (only changes of the source file itself have errors of their own).
 * Cost: one pass over the source in DuckDB, then memory for `cellCount` × layout words of 8 bytes.
 */
export function createProviderEngine(options: ProviderEngineOptions): ProviderEngine & KeyReader {
  const rechecked = new Map<string, string>();
  return {
    partials: (prepared, dataset, signal) =>
      guarded(options, signal, () => {
        const work = (database: Database) => compute(database, prepared, signal);
        return onView(options, rechecked, { plan: prepared.plan, table: prepared.plan.table, dataset }, signal, work);
      }),
    rows: (prepared, index, { table, matchings, dataset }, signal) =>
      guarded(options, signal, () => {
        const { plan } = prepared;
        const source = plan.rows?.sources[index];
        if (source === undefined) throw new RangeError('the plan has no such source');
        const work = (database: Database) =>
          encodeRows(database, { collaboration: plan.collaboration, plan: prepared.hash }, { table, source, matchings }, signal);
        return onView(options, rechecked, { plan, table: source.table, dataset }, signal, work);
      }),
    texts: ({ plan }, { table, columns }, wanted, dataset, signal) =>
      guarded(options, signal, () => {
        const work = (database: Database) => readTexts(database, table, columns, wanted, signal);
        return onView(options, rechecked, { plan, table, dataset }, signal, work);
      }),
    keys: ({ agreement, agreementId, table, columns, missing, matching, dataset }, limit, signal) =>
      guarded(options, signal, () => {
        const plan = { agreement: agreementId, collaboration: agreement.collaboration };
        const work = (database: Database) =>
          matching === null
            ? readKeys(database, table, { columns, missing }, limit, signal)
            : readMatchingKeys(database, table, matching, limit, signal);
        return onView(options, rechecked, { plan, table, dataset }, signal, work);
      }),
  };
}

/** Whatever fails inside becomes one constant error, but for changes of the source file. */
async function guarded<T>(options: ProviderEngineOptions, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    signal.throwIfAborted();
    return await work();
  } catch (error) {
    if (error instanceof RefusedError && /^(dataset|intersection)\//.test(error.code)) throw error;
    if (error instanceof InvalidError && error.code.startsWith('matching/')) throw error;
    options.log?.(loggable(error));
    throw new StationError('engine/failed', {
      stage: 'contribution',
      message: "A provider's engine could not compute its partial aggregates.",
      remedy: "The provider finds the reason in its station's own log.",
    });
  }
}

/** DuckDB quotes values in errors about them; those of its parser and its files name identifiers only. */
function loggable(error: unknown): string {
  if (!(error instanceof Error)) return 'an unexpected fault';
  const said = firstLine(error);
  const kind = /^[A-Z][\w ]{1,40} Error(?=:)/.exec(said)?.[0];
  if (kind === undefined) return `${error.name}: ${said}`;
  return /^(Parser|Binder|Catalog|IO|Permission|Out of Memory|Interrupt) /.test(kind)
    ? said
    : `${kind} (details are withheld, since they may show values)`;
}

interface Wanted {
  readonly plan: Pick<Plan, 'agreement' | 'collaboration'>;
  readonly table: string;
  readonly dataset: DatasetRecord;
}

/** Opens a database of its own with the view of one shared table, looks whether its source is still what was checked, and works on it. */
async function onView<T>(
  options: ProviderEngineOptions,
  rechecked: Map<string, string>,
  { plan, table, dataset }: Wanted,
  signal: AbortSignal,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const binding = parseBinding(dataset.binding);
  if (binding.table !== table || dataset.collaboration !== plan.collaboration)
    throw new RangeError('the dataset is not the one of the plan');
  if (dataset.agreement !== plan.agreement) {
    throw new RefusedError('dataset/other-agreement', {
      stage: 'contribution',
      message: `The rows of "${table}" were checked against another version of the agreement.`,
      remedy: 'Their owner connects them again: sluis dataset connect',
    });
  }
  using database = await openDatabase({
    files: binding.files.map((f) => f.path),
    temporary: temporaryFolder(options.home),
    memoryLimit: options.memoryLimit ?? '1GB',
    ...(options.threads === undefined ? {} : { threads: options.threads }),
  });
  const interrupt = () => database.connection.interrupt();
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    // Before the check: a file that changes during it, or after it, is none that was checked.
    const before = present(binding);
    const trusted = unchanged(binding.files);
    if (!trusted) {
      requireHeads(binding);
      await checkAgain(database, binding, rechecked);
    }
    await database.run(viewSql(binding, trusted));
    signal.throwIfAborted();
    const result = await work(database);
    // A file that changed under the query could have brought rows that nobody checked.
    if (present(binding) !== before) throw changed(binding.table);
    return result;
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}

async function compute(database: Database, prepared: Prepared, signal: AbortSignal): Promise<Vectors> {
  const { plan } = prepared;
  const dense = new DenseVectors(plan, prepared.domains);
  const statement = providerStatement(plan);
  const at = new Map((await database.text(`DESCRIBE ${statement}`)).map(([name], i) => [name ?? '', i]));
  const column = (name: string) => {
    const index = at.get(name);
    if (index === undefined) throw new RangeError('the statement lacks a column');
    return index;
  };
  const read = rowReader(plan, dense, column);
  for await (const chunk of database.chunks(statement)) {
    signal.throwIfAborted();
    read(chunk);
  }
  return dense.vectors();
}

function rowReader(plan: Plan, dense: DenseVectors, column: (name: string) => number): (chunk: DuckDBDataChunk) => void {
  const set = column('s');
  const keys = plan.keys.map((_, i) => column(`k${i}`));
  const counts = plan.contributions.map((_, i) => column(`c${i}`));
  const accumulators = plan.accumulators.map((_, i) => column(`a${i}`));
  const totals = plan.dominances.map((_, i) => column(`d${i}_abs`));
  const tops = plan.dominances.map((_, i) => column(`d${i}_top`));
  const histograms = (plan.histograms ?? []).map((_, i) => column(`h${i}`));
  return (chunk) => {
    const values = (indices: readonly number[]) => indices.map((i) => chunk.getColumnValues(i));
    const [sets] = values([set]);
    const [k, c, a, d, t, h] = [values(keys), values(counts), values(accumulators), values(totals), values(tops), values(histograms)];
    for (let row = 0; row < chunk.rowCount; row++) {
      const cell = dense.cellOf(Number(sets?.[row]), (i) => textOrNull(k[i]?.[row]));
      for (const [i, v] of c.entries()) dense.count(i, cell, integer(v[row]) ?? 0n);
      for (const [i, v] of a.entries()) dense.accumulator(i, cell, integer(v[row]));
      for (const [i, v] of d.entries()) dense.dominance(i, cell, integer(v[row]), integers(t[i]?.[row]));
      for (const [i, v] of h.entries()) dense.histogram(i, cell, entries(v[row]));
    }
  };
}

function textOrNull(value: unknown): string | null {
  if (value === null || typeof value === 'string') return value;
  throw new RangeError('a key is no text');
}

function integer(value: unknown): bigint | null {
  if (value === null) return null;
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^-?\d+$/.test(value)) return BigInt(value);
  throw new RangeError('a partial aggregate is no integer');
}

function integers(value: unknown): bigint[] {
  if (value === null || value === undefined) return [];
  return (value as { items: readonly unknown[] }).items.flatMap((item) => integer(item) ?? []);
}

function entries(value: unknown): (readonly [bigint, bigint])[] {
  if (value === null || value === undefined) return [];
  const list = (value as { entries: readonly { readonly key: unknown; readonly value: unknown }[] }).entries;
  return list.map((e) => [integer(e.key) ?? -1n, integer(e.value) ?? 0n] as const);
}

/** The source is not the one that was connected: check it as `connect` did, once per state of the files. */
async function checkAgain(database: Database, binding: Binding, rechecked: Map<string, string>): Promise<void> {
  const state = present(binding);
  const key = `${binding.table}\n${binding.sql}`;
  if (rechecked.get(key) === state) return;
  const report = await checkRows(database, binding.sql, binding.columns, binding.violations);
  if (report.rows > binding.maximumRows) throw tooManyRows(binding.table, binding.maximumRows);
  if (binding.violations === 'refuse' && report.violations.length > 0)
    throw changed(binding.table, violationsError('dataset/changed', binding.table, report));
  rechecked.set(key, state);
}

/** Fields have names by their places: in a file with other columns, or another order of them, one would be taken for another. */
function requireHeads({ table, heads = {} }: Binding): void {
  const files = Object.keys(heads);
  let now: Record<string, string>;
  try {
    now = csvHeads(files);
  } catch {
    throw changed(table);
  }
  if (files.some((file) => now[file] !== heads[file])) throw changed(table);
}

function present(binding: Binding): string {
  try {
    return JSON.stringify(fingerprints(binding.files.map((f) => f.path)));
  } catch {
    throw changed(binding.table);
  }
}

/** Crosses to other stations: it says that the files changed, and nothing of what is in them. */
const changed = (table: string, cause?: unknown): RefusedError =>
  new RefusedError('dataset/changed', {
    stage: 'contribution',
    message: `The source of "${table}" changed since it was connected and no longer keeps the agreement.`,
    remedy: 'Its owner checks it with: sluis dataset check, and connects it again.',
    cause,
  });
