/** Which rows a question needs as shares, from whom, and how many there can be. */
import { RefusedError } from '@sluis/base';
import { type Agreement, type DepositRules, MOST_BINS, type Table } from '@sluis/model';
import { needsRows } from './bind-aggregate.ts';
import { needsTwo } from './bind-items.ts';
import { aggregatesOf, print } from './expression.ts';
import type { InputShape } from './parts.ts';
import type { Question, Source } from './question.ts';
import { expressionsOf } from './split.ts';
import { binsOf } from './split-histogram.ts';
import type { Typing } from './types.ts';

export interface SharedSource {
  readonly source: Source;
  /** Organisations whose stations share their rows in the run. */
  readonly stations: readonly string[];
  readonly deposits: boolean;
  /** Most rows there can be. */
  readonly maximumRows: number;
}

export interface Sharing {
  readonly sources: readonly SharedSource[];
  /** Most rows after all joins. */
  readonly maximumRows: number;
  /** Why rows are shared that providers could otherwise keep; empty if they keep them. */
  readonly because: readonly string[];
}

/** Whether all rows of a source are of stations, which look at them before they share. */
export const stationsAlone = (source: SharedSource | undefined): boolean => source !== undefined && !source.deposits;

/** No compute party holds more. */
const MOST_ROWS = 2 ** 31 - 1;

/**
 * Null where providers' partial aggregates suffice. `secretKeys` names keys without declared groups. With noise for a unit
 * that may be in deposits, stations share their rows as well: what it has at providers and in deposits is bounded together.
 */
export async function sharingOf(
  question: Question,
  secretKeys: readonly string[],
  agreement: Agreement,
  typing: Typing,
  noisy: boolean,
): Promise<Sharing | null> {
  const deposits = question.sources.some((s) => s.table.deposits !== undefined);
  const unit = question.sources[0]?.table.privacy_unit;
  const bounded = noisy && deposits && unit?.protects === 'column' ? [`noise that protects all rows with the same ${unit.column}`] : [];
  const because = [...bounded, ...(await reasons(question, secretKeys, deposits, typing, noisy))];
  if (because.length === 0 && !deposits) return null;
  const sources = question.sources.map((source) => sharedSource(source, because.length > 0, agreement));
  return { sources, maximumRows: Math.min(joinedRows(question, sources), MOST_ROWS), because };
}

async function reasons(
  question: Question,
  secretKeys: readonly string[],
  deposits: boolean,
  typing: Typing,
  noisy: boolean,
): Promise<string[]> {
  const others = [
    ...(question.joins.length > 0 ? ['a join'] : []),
    ...(question.merging === undefined ? [] : [`counting who has the same ${question.merging.keys.map((k) => k.name).join(', ')}`]),
    ...secretKeys.map((key) => `groups of ${key}, whose values are not declared`),
  ];
  // Where all rows stay with their providers, a quantile of few possible values is found in counts of them; with noise always.
  const searched = others.length === 0 && !deposits;
  const calls = new Set<string>();
  for (const call of expressionsOf(question)
    .flatMap(aggregatesOf)
    .filter((a) => needsRows(a.aggregate))) {
    if (call.aggregate === 'count_distinct') calls.add('COUNT(DISTINCT …)');
    else if (noisy) continue;
    else if (!searched || call.argument === null) calls.add('a quantile');
    else if ((await binsOf(call.argument, { question, typing })) === null)
      calls.add(`a quantile of ${print(call.argument)}, which has more than ${MOST_BINS.toLocaleString('en')} possible values,`);
  }
  return [...others, ...calls];
}

function sharedSource(source: Source, all: boolean, agreement: Agreement): SharedSource {
  const { table } = source;
  const stations = all ? [...table.providers] : [];
  const deposited = table.deposits === undefined ? 0 : depositedRows(table, table.deposits, agreement);
  return {
    source,
    stations,
    deposits: table.deposits !== undefined,
    maximumRows: Math.min(stations.length * table.maximum_rows + deposited, MOST_ROWS),
  };
}

const MONTHS: Readonly<Record<string, number>> = { month: 1, quarter: 3, year: 12 };

/** Every contributor's most rows, and those of every anonymous member in every round. */
function depositedRows(table: Table, { by, anonymous, maximum_rows_each: each }: DepositRules, { valid }: Agreement): number {
  const months = (Date.parse(valid.until) - Date.parse(valid.from)) / (28 * 86_400_000);
  const rounds = anonymous === undefined || anonymous.round === 'once' ? 1 : Math.ceil(months / (MONTHS[anonymous.round] ?? 1)) + 1;
  return (by.length + (anonymous?.members.length ?? 0) * rounds) * (each ?? table.maximum_rows);
}

function joinedRows({ joins }: Question, sources: readonly SharedSource[]): number {
  let rows = sources[0]?.maximumRows ?? 0;
  for (const join of joins) if (join.maximumRows > 0) rows = join.maximumRows;
  return Math.max(rows, 1);
}

/** Where partial aggregates are wide enough for what each input stands for. */
export function inputShape(question: Question, sharing: Sharing | null): InputShape {
  return {
    pushdown: sharing === null || sharing.because.length === 0 ? question.table.providers : [],
    maximumRows: question.table.maximum_rows,
    sharedRows: sharing?.maximumRows ?? null,
  };
}

/** Organisations that take part with data of their own stations. */
export function providersOf(question: Question, sharing: Sharing | null): readonly string[] {
  if (sharing === null || sharing.because.length === 0) return question.table.providers;
  return [...new Set(sharing.sources.flatMap((s) => s.stations))];
}

/**
 * The rules must hold without a receiver's own rows, which a receiver can subtract; among shared rows they can't be told
 * apart. Joined rows belong to all owners together: see `joinedReceivers`.
 */
export function checkReceivers(question: Question, sharing: Sharing | null, receivers: readonly string[]): void {
  if (sharing === null || question.joins.length > 0) return;
  if (question.merging !== undefined && needsTwo(question)) {
    checkCountsOnce(sharing, receivers);
    return;
  }
  const gave = new Set(
    sharing.sources.flatMap(({ stations, source }) => {
      const { by, anonymous } = source.table.deposits ?? { by: [], anonymous: undefined };
      return [...stations, ...by, ...(anonymous?.members ?? [])];
    }),
  );
  const party = receivers.find((r) => gave.has(r));
  if (party === undefined) return;
  throw new RefusedError('plan/receiver-gave-rows', {
    stage: 'plan',
    party,
    message: `${party} would receive the result and may itself give rows that are shared, which it could subtract from the result.`,
    remedy:
      question.merging === undefined
        ? 'Name receivers that give no shared rows: --receivers NAME.'
        : 'Name receivers that give no shared rows (--receivers NAME), or ask for items of at least two: HAVING count(DISTINCT organisation) >= 2.',
  });
}

/** Who counts as two organisations by itself could have items of its own alone, as many as the rules ask for. */
function checkCountsOnce({ sources }: Sharing, receivers: readonly string[]): void {
  const twice = sources.flatMap(({ stations, source: { table } }) => {
    const { by, anonymous } = table.deposits ?? { by: [], anonymous: undefined };
    return (anonymous?.members ?? []).filter((m) => anonymous?.round !== 'once' || by.includes(m) || stations.includes(m));
  });
  const party = receivers.find((r) => twice.includes(r));
  if (party === undefined) return;
  throw new RefusedError('plan/receiver-gave-rows', {
    stage: 'plan',
    party,
    message: `${party} would receive the result and may deposit under its name and without, or in several rounds: it would count as two organisations that have an item, and could so bring the items that hide what is asked of others.`,
    remedy:
      'Name receivers that give no anonymous deposits: --receivers NAME. Or agree that its members deposit anonymously only, and once (round: once).',
  });
}
