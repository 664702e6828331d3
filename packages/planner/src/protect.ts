/** Pass 6, protect: output rules, techniques and widths make the question's parts a plan. */
import { canonicalBytes, RefusedError, toHex } from '@sluis/base';
import { taggedHash } from '@sluis/crypto';
import {
  type Agreement,
  type Domain,
  inputsOf,
  layoutOf,
  moreOf,
  type Plan,
  type PlanKey,
  type PlanNoise,
  type PlanRules,
  setSize,
  sharesTotals,
} from '@sluis/model';
import { print } from './expression.ts';
import { outsideRows } from './error-wanted.ts';
import { withExtremeRanks } from './extreme-ranks.ts';
import { finalSql } from './final-sql.ts';
import { noiseOf } from './noise.ts';
import { intervalColumns, type IntervalColumns } from './noise-intervals.ts';
import { withRoom } from './noise-room.ts';
import type { NoiseWanted } from './noise-terms.ts';
import { outputsOf } from './outputs.ts';
import type { RowKey, SharedPlan } from './plan-shared-rows.ts';
import type { Question } from './question.ts';
import { withQuantileEnds } from './quantile-ends.ts';
import { quoteName } from './quote.ts';
import { roundingOf } from './rounding.ts';
import type { Split } from './split.ts';
import type { Stability } from './stability.ts';
import { hashColumns, type HashColumn } from './text-keys.ts';

/** More cells than this are refused: providers and committee work on every one of them. */
export const MOST_CELLS = 2_000_000;

/** What one provider shares, and what a compute party holds of all of them, in 64-bit words per share: 256 MiB and 1 GiB. */
const MOST_SHARED = 2 ** 25;
const MOST_HELD = 2 ** 27;

/** The computation technique of each threat model that an agreement can choose. */
const COMPUTATION: Readonly<Record<Agreement['threat_model'], string>> = {
  'semi-honest': 'mpc-replicated-3',
  malicious: 'mpc-replicated-3-malicious',
};

const techniquesFor = (agreement: Agreement, rows: boolean, noisy: boolean): Plan['techniques'] => ({
  sharing: { id: 'replicated-3', version: 1 },
  computation: { id: COMPUTATION[agreement.threat_model], version: 1 },
  mechanism: { id: noisy ? 'noise-on-secrets' : 'exact-with-rules', version: 1 },
  ...(rows ? { rows: { id: 'rows-on-shares', version: 1 } } : {}),
});

export interface Protecting {
  readonly agreement: Agreement;
  readonly agreementId: string;
  readonly receivers: readonly string[];
  readonly canonical: string;
  readonly question: Question;
  readonly split: Split;
  readonly keys: readonly RowKey[];
  /** What runs on shared rows; null where nothing does. */
  readonly shared: SharedPlan | null;
  /** Organisations whose stations take part with data. */
  readonly providers: readonly string[];
  readonly hiddenCount: boolean;
  /** Joined sources whose rows are counted by themselves. */
  readonly countedSources: readonly number[];
  /** Null for an exact answer. */
  readonly noisy: { readonly wanted: NoiseWanted; readonly stability: Stability } | null;
}

export function protect(p: Protecting): Plan {
  const { question, split, agreement } = p;
  const keys = [...question.keys.map((_, i) => planKey(p, i)), ...moreKeys(p)];
  const groupingSets = groupingSetsOf(p);
  const hashes = hashColumns(question);
  const outputs = outputsOf(question, split, p.hiddenCount);
  const noise =
    p.noisy === null
      ? null
      : noiseOf({ ...p.noisy, question, split, outputs, watched: watchedBy(p), unchanged: p.shared?.keyAccumulators.length ?? 0 });
  const intervals = noise === null ? null : intervalColumns(question, split, outputs, noise);
  const rounding = noise === null ? roundingOf(question, split, p.shared?.keyAccumulators.length ?? 0, agreement) : null;
  const plan: Plan = {
    format: 'sluis-plan/1',
    agreement: p.agreementId,
    collaboration: agreement.collaboration,
    sql: p.canonical,
    table: question.tableName,
    providers: [...p.providers],
    ...(p.shared === null ? {} : { rows: p.shared.rows }),
    committee: committeeOf(agreement),
    receivers: [...p.receivers],
    keys,
    groupingSets,
    cellCount: p.shared?.rows.secretSlots ?? countCells(keys, groupingSets),
    contributions: split.contributions,
    accumulators: [...split.accumulators, ...(p.shared?.keyAccumulators ?? [])],
    dominances: split.dominances,
    ...(split.histograms.length === 0 ? {} : { histograms: split.histograms }),
    aggregates: split.aggregates,
    outputs: outputs.list,
    rules: noise === null ? rulesOf(p) : NO_RULES,
    ...(agreement.output.checking === undefined
      ? {}
      : { checking: { by: [...agreement.output.checking.by], when: agreement.output.checking.when } }),
    ...(rounding === null ? {} : { rounding }),
    ...(noise === null ? {} : { noise }),
    provider: { with: '', from: fromText(question), where: question.where === null ? '' : print(question.where) },
    finalSql: finalSql(question, split, outputs, intervals, hashes),
    columns: columnsOf(question, intervals, hashes),
    maximumRows: question.table.maximum_rows,
    techniques: techniquesFor(agreement, p.shared !== null, noise !== null),
  };
  const made =
    noise === null
      ? plan
      : roomy(withQuantileEnds(withExtremeRanks(plan, noise, outsideRows(p.noisy?.wanted.within ?? null)), noise), noise);
  requireRoom(made);
  return made;
}

const roomy = (plan: Plan, noise: PlanNoise): Plan => ({
  ...plan,
  accumulators: withRoom(plan.accumulators, plan.aggregates, inputsOf(plan).length, noise),
});

/** Groups with secret keys are shown by their noisy number of rows. */
function watchedBy({ shared, split }: Protecting): number | null {
  if (shared === null || shared.rows.secretSlots === null) return null;
  return split.aggregates[split.indexOf.get('count(*)') ?? -1]?.contribution ?? null;
}

/** A mix of exact rules and noise would protect nobody's differential privacy. */
const NO_RULES: PlanRules = { minimumRows: 1, minimumOrganisations: 1, dominance: null, pPercent: null, withoutReceivers: [] };

function columnsOf({ items }: Question, intervals: IntervalColumns | null, hashes: readonly (HashColumn | null)[]): Plan['columns'] {
  return items.flatMap(({ name, expression: { type } }, i) => {
    const column = { name, type: type === 'NULL' ? 'INTEGER' : type };
    const ends = intervals?.ofItem[i] ?? null;
    const hash = hashes[i] ?? null;
    if (hash !== null) return [column, { name: hash.name, type: 'VARCHAR', hashOf: name }];
    return ends === null ? [column] : [column, ...ends.names.map((end) => ({ name: end, type: ends.type }))];
  });
}

/** For joins it is only there to be read: nobody runs it. */
const fromText = ({ sources }: Question): string => sources.map((s) => quoteName(s.tableName)).join(', ');

function planKey({ question, split, keys, shared }: Protecting, i: number): PlanKey {
  const { name, expression } = question.keys[i] ?? { name: '', expression: null };
  if (expression === null) throw new RangeError('a key is missing');
  const domain = keys[i]?.domain ?? null;
  const base = {
    name,
    sql: print(expression),
    type: expression.type,
    size: domain?.values.length ?? 0,
    domainHash: domain === null ? '' : domainHash(domain.values),
  };
  if (shared === null || shared.rows.secretSlots === null) return base;
  const more = shared.texts.findIndex((t) => t.key === i);
  const text = shared.texts[more];
  return {
    ...base,
    ...secretly(shared, split, i),
    ...(text === undefined ? {} : { text: { more: question.keys.length + more, column: text.column } }),
  };
}

function secretly({ nullCodes }: SharedPlan, split: Split, i: number): Pick<PlanKey, 'secret' | 'accumulator' | 'nullCode'> {
  const nullCode = nullCodes[i] ?? null;
  return { secret: true, accumulator: split.accumulators.length + i, ...(nullCode === null ? {} : { nullCode }) };
}

/** Second parts of hashes stand behind the question's own keys, and are grouped by with them. */
function moreKeys({ question, split, shared }: Protecting): PlanKey[] {
  return (shared?.texts ?? []).map(({ column }, i) => {
    const name = moreOf(column);
    const base = { name, sql: quoteName(name), type: 'BIGINT', size: 0, domainHash: '' };
    return { ...base, ...secretly(shared as SharedPlan, split, question.keys.length + i) };
  });
}

const groupingSetsOf = ({ question: { keys, groupingSets }, shared }: Protecting): number[][] =>
  groupingSets.map((set) => [...set, ...(shared?.texts ?? []).map((_, i) => keys.length + i)]);

/** A question may not take more memory than stations have: any asker could stop all of them with it. */
function requireRoom(plan: Plan): void {
  requireSortable(plan);
  const words = layoutOf(plan).reduce((n, column) => n + column.words, 0) * plan.cellCount;
  if (words <= MOST_SHARED && words * inputsOf(plan).length <= MOST_HELD) return;
  throw new RefusedError('plan/too-many-cells', {
    stage: 'plan',
    message: `The question has ${plan.cellCount} groups with ${plan.aggregates.length} aggregates each for ${inputsOf(plan).length} inputs: more than stations hold at a time.`,
    remedy: 'Group by fewer or coarser columns, or ask for fewer aggregates at a time.',
  });
}

/** Shared rows are counted by value and group in a sort of all these counts: as many as there may be groups. */
function requireSortable({ rows, histograms = [], keys, groupingSets }: Plan): void {
  if (rows === undefined || histograms.length === 0) return;
  const cells = Math.max(...groupingSets.map((set) => setSize({ keys, rows }, set)));
  const values = Math.max(...histograms.map(({ size }) => size));
  if (cells * values <= MOST_CELLS) return;
  throw new RefusedError('plan/too-many-cells', {
    stage: 'plan',
    message: `In ${cells} groups a value with ${values} possible ones has ${cells * values} noisy counts; of shared rows at most ${MOST_CELLS} can be counted together.`,
    remedy: 'Group by fewer or coarser columns, round the value (x // 100, CAST(x AS INTEGER)), or declare narrower bounds.',
  });
}

function countCells(keys: readonly PlanKey[], sets: readonly (readonly number[])[]): number {
  const count = sets.reduce((n, set) => n + set.reduce((size, k) => size * (keys[k]?.size ?? 0), 1), 0);
  if (count <= MOST_CELLS) return count;
  throw new RefusedError('plan/too-many-cells', {
    stage: 'plan',
    message: `The question has ${count} groups; at most ${MOST_CELLS} can be computed together.`,
    remedy: 'Group by fewer or coarser columns.',
  });
}

function rulesOf({ agreement, receivers, question, countedSources }: Protecting): PlanRules {
  const { output } = agreement;
  const { n, k, p } = output.dominance ?? {};
  return {
    minimumRows: output.minimum_rows,
    minimumOrganisations: output.minimum_organisations,
    dominance: n === undefined || k === undefined ? null : { n, k },
    pPercent: p ?? null,
    // Without an owner's rows there is no joined row at all.
    withoutReceivers:
      question.joins.length > 0 || question.merging !== undefined ? [] : receivers.filter((r) => question.table.providers.includes(r)),
    ...(countedSources.length === 0 ? {} : { countedSources }),
    ...(suppressesMore(output, question.groupingSets) ? { secondary: true as const } : {}),
    ...(output.differencing === 'guard' ? { guarded: true as const } : {}),
  };
}

/**
 * Totals are kept from giving cells away by suppressing further cells where the agreement says so; and always where
 * grouping sets share totals although none contains both: holding totals back would not be enough there.
 */
function suppressesMore({ totals }: Agreement['output'], sets: Question['groupingSets']): boolean {
  return sets.length > 1 && (totals === 'secondary-suppression' || sharesTotals(sets));
}

/** Hashes of lists by identity: those of columns are kept between questions (see `columnValues`). */
const hashes = new WeakMap<Domain['values'], string>();

function domainHash(values: Domain['values']): string {
  const known = hashes.get(values) ?? toHex(taggedHash('sluis/domain/1', canonicalBytes([...values])));
  hashes.set(values, known);
  return known;
}

/** Agreements on intersections between two stations have none. */
function committeeOf({ committee }: Agreement): Plan['committee'] {
  const [a, b, c] = committee;
  if (a !== undefined && b !== undefined && c !== undefined) return [a, b, c];
  throw new RefusedError('plan/no-committee', {
    stage: 'plan',
    message: 'This agreement names no compute parties, which questions need.',
    remedy: 'Agree on three; intersections between two stations run without: sluis intersect',
  });
}
