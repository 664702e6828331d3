/** Drafting an agreement from stations' cards and what inspecting files proposed. A draft is a beginning, not advice. */
import { InvalidError } from '@sluis/base';
import type { z } from 'zod';
import { type Agreement, agreementSchema, type Card, type Column, type ColumnUse, type Table } from './agreement.ts';
import { decimalFromUnits, decimalUnits, NUMERIC_TYPE, ordinal, scaleOf, unitLimits } from './agreement-literals.ts';
import { MAXIMUM_DOMAIN } from './agreement-columns.ts';
import type { noiseSchema, privacyUnitSchema } from './agreement-noise.ts';
import { UNWRITTEN } from './agreement-warnings.ts';
import type { ColumnProposal } from './proposal.ts';

export interface DraftTable {
  readonly columns: readonly ColumnProposal[];
  /** All organisations if absent. */
  readonly providers?: readonly string[];
  readonly maximumRows?: number;
  /** `owner` makes a table that is joined with others' tables; `union` if absent. */
  readonly kind?: Table['kind'];
  /** Sets of columns of which no two rows have equal values. */
  readonly unique?: readonly (readonly string[])[];
  readonly maximumJoinRows?: number;
  /** Whom noisy answers over the table protect; none are given if absent. */
  readonly privacyUnit?: z.input<typeof privacyUnitSchema>;
}

export interface DraftOptions {
  readonly collaboration: string;
  readonly cards: readonly Card[];
  readonly tables: Readonly<Record<string, DraftTable>>;
  /** The first three cards if absent. */
  readonly committee?: readonly [string, string, string];
  /** The first card if absent. */
  readonly receivers?: readonly string[];
  /** The receivers if absent. */
  readonly askers?: readonly string[];
  readonly title?: string;
  readonly purpose?: string;
  readonly legalBasis?: string;
  /** Milliseconds since 1970 at which validity begins, and for how many days (365 if absent). */
  readonly from: number;
  readonly days?: number;
  /** `none` leaves granting uses to people; `all` grants every use that the proposal supports. */
  readonly uses: 'none' | 'all';
  /** Sandboxes take bounds as found; others are widened, because the extremes found are somebody's values. */
  readonly sandbox?: boolean;
  readonly minimumRows?: number;
  readonly minimumOrganisations?: number;
  readonly threatModel?: Agreement['threat_model'];
  readonly templates?: Agreement['templates'];
  readonly noise?: z.input<typeof noiseSchema>;
}

export interface Draft {
  readonly agreement: Agreement;
  /** What was chosen or left out, in sentences for people. */
  readonly remarks: readonly string[];
}

/** Next number away from zero with one significant digit; the extreme of a column must not stand in a draft as it is. */
function awayFromZero(units: bigint): bigint {
  const size = units < 0n ? -units : units;
  const step = 10n ** BigInt(Math.max(0, size.toString().length - 1));
  const rounded = (size / step + 1n) * step;
  return units < 0n ? -rounded : rounded;
}

const clamp = (value: bigint, [low, high]: readonly [bigint, bigint]) => (value < low ? low : value > high ? high : value);

/** DOUBLE values are summed on a grid of 18 digits: the largest scale at which the bounds fit. */
function fittingScale(proposal: ColumnProposal): number {
  const digits = Math.max(1, ...(proposal.bounds ?? []).map((b) => b.replace(/^-/, '').replace(/\..*$/, '').length));
  return Math.max(0, Math.min(proposal.scale ?? 6, 17 - digits));
}

/** A bound as units of the column's scale, rounded outwards. */
function boundUnits(text: string, scale: number, outwards: 1n | -1n): bigint | null {
  const exact = decimalUnits(text, 18);
  if (exact === null) return null;
  const step = 10n ** BigInt(18 - scale);
  const floor = exact / step;
  if (floor * step === exact) return floor;
  const below = exact < 0n ? floor - 1n : floor;
  return outwards === -1n ? below : below + 1n;
}

function draftBounds(proposal: ColumnProposal, scale: number | undefined, sandbox: boolean): [string, string] | undefined {
  if (proposal.bounds === undefined || !NUMERIC_TYPE.test(proposal.type)) return undefined;
  const column = { type: proposal.type, scale };
  const [lower, upper] = [boundUnits(proposal.bounds[0], scaleOf(column), -1n), boundUnits(proposal.bounds[1], scaleOf(column), 1n)];
  if (lower === null || upper === null) return undefined;
  const limits = unitLimits(column);
  const [low, high] = sandbox ? [lower, upper] : [lower >= 0n ? 0n : awayFromZero(lower), upper <= 0n ? 0n : awayFromZero(upper)];
  return [decimalFromUnits(clamp(low, limits), scaleOf(column)), decimalFromUnits(clamp(high, limits), scaleOf(column))];
}

/** Whether a declared domain is one that SQL can group by. */
export function groupable(proposal: ColumnProposal): boolean {
  const { domain } = proposal;
  if (domain === undefined) return proposal.type === 'BOOLEAN';
  if ('values' in domain) return domain.values.length > 0;
  const [from, to] = domain.range.map((v) => ordinal(proposal, v));
  if (from === undefined || from === null || to === undefined || to === null || proposal.type === 'DOUBLE') return false;
  return to - from < BigInt(MAXIMUM_DOMAIN);
}

/** Numbers between bounds can be grouped by without a list of values: secretly, on shared rows. */
export const groupableInSecret = (proposal: ColumnProposal): boolean =>
  !groupable(proposal) && /^(INTEGER|BIGINT|DECIMAL)/.test(proposal.type) && proposal.bounds !== undefined;

/** A range of days up to the borders of years: the first and the last day found are somebody's. */
function wholeYears(domain: ColumnProposal['domain']): ColumnProposal['domain'] {
  if (domain === undefined || 'values' in domain || !domain.range.every((day) => /^\d{4}-\d{2}-\d{2}$/.test(day))) return domain;
  const [first, last] = domain.range;
  return { range: [`${first.slice(0, 4)}-01-01`, `${last.slice(0, 4)}-12-31`] };
}

/** What is not listed, so that nobody is surprised when rows are checked against the agreement. */
function listRemarks(name: string, columns: readonly ColumnProposal[]): string[] {
  const rare = columns.filter((c) => (c.unlisted ?? 0) > 0);
  const without = rare.filter((c) => c.domain === undefined).map((c) => c.name);
  return [
    ...rare
      .filter((c) => c.domain !== undefined)
      .map(
        (c) => `${name}.${c.name}: ${c.unlisted} of the values found stand in few rows and are not listed; add those that all may know.`,
      ),
    ...(without.length === 0
      ? []
      : [`${name}: no list of values for ${without.join(', ')}, because most rows have values that few others have.`]),
  ];
}

function draftColumn(proposal: ColumnProposal, options: DraftOptions): Partial<Column> {
  const scale = proposal.type === 'DOUBLE' ? fittingScale(proposal) : undefined;
  const bounds = draftBounds(proposal, scale, options.sandbox ?? false);
  const domain = options.sandbox ? proposal.domain : wholeYears(proposal.domain);
  const uses: ColumnUse[] = [];
  if (options.uses === 'all') {
    if (groupable(proposal) || groupableInSecret(proposal)) uses.push('group');
    uses.push('join', 'filter');
    if (!NUMERIC_TYPE.test(proposal.type) || bounds !== undefined) uses.push('aggregate');
    uses.push('reveal');
  }
  return {
    type: proposal.type,
    uses,
    nullable: proposal.nullable,
    ...(domain === undefined || ('values' in domain && domain.values.length === 0) ? {} : { domain }),
    ...(bounds === undefined ? {} : { bounds }),
    ...(scale === undefined ? {} : { scale }),
  };
}

function draftTable(name: string, table: DraftTable, options: DraftOptions, remarks: string[]): unknown {
  const columns: Record<string, unknown> = {};
  const taken = new Set<string>();
  for (const proposal of table.columns) {
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(proposal.name) || proposal.name === '__proto__') {
      remarks.push(`Column "${proposal.name}" of ${name} was left out: a shared column's name has letters, digits and "_" only.`);
    } else if (taken.has(proposal.name.toLowerCase())) {
      remarks.push(`Column "${proposal.name}" of ${name} was left out: another one differs only in case.`);
    } else {
      taken.add(proposal.name.toLowerCase());
      columns[proposal.name] = draftColumn(proposal, options);
    }
  }
  if (!options.sandbox) remarks.push(...listRemarks(name, table.columns));
  return {
    kind: table.kind ?? 'union',
    providers: table.providers ?? options.cards.map((c) => c.name),
    ...(table.maximumRows === undefined ? {} : { maximum_rows: table.maximumRows }),
    ...(table.unique === undefined || table.unique.length === 0 ? {} : { unique: table.unique }),
    ...(table.maximumJoinRows === undefined ? {} : { maximum_join_rows: table.maximumJoinRows }),
    ...(table.privacyUnit === undefined ? {} : { privacy_unit: table.privacyUnit }),
    columns,
  };
}

function draftRemarks(agreement: Agreement, options: DraftOptions): string[] {
  const found: string[] = [];
  found.push(
    options.uses === 'all'
      ? 'All uses are granted to all columns (group only where a domain or bounds are known).'
      : 'No column may be used yet: grant uses (group, join, filter, aggregate, reveal) column by column.',
  );
  if (options.sandbox)
    found.push(
      'Sandbox: ad-hoc questions are approved, there is no rate limit and no dominance rule; bounds and domains are what was found.',
    );
  else
    found.push(
      'All who get the agreement read its lists of values, which are those found: check that they may. Bounds were widened to round numbers, and days to whole years, so that no extreme shows.',
    );
  for (const [table, { columns }] of Object.entries(agreement.tables)) {
    for (const [column, { type, scale }] of Object.entries(columns)) {
      if (type === 'DOUBLE') found.push(`${table}.${column}: numbers are summed at ${scale ?? 6} decimals.`);
    }
  }
  return found;
}

/**
 * A complete agreement, version 1, that fits the schema; `agreementProblems` and people have still to look at it.
 *
 * @throws InvalidError `agreement/draft` if the cards or names can't make one (fewer than three organisations, say).
 */
export function draftAgreement(options: DraftOptions): Draft {
  const remarks: string[] = [];
  const names = options.cards.map((c) => c.name);
  const receivers = options.receivers ?? names.slice(0, 1);
  const sandbox = options.sandbox ?? false;
  const second = (at: number) => `${new Date(at).toISOString().slice(0, 19)}Z`;
  const parsed = agreementSchema.safeParse({
    sluis: 1,
    collaboration: options.collaboration,
    version: 1,
    title: options.title ?? '',
    purpose: options.purpose ?? UNWRITTEN.purpose,
    legal_basis: options.legalBasis ?? UNWRITTEN.legalBasis,
    valid: { from: second(options.from), until: second(options.from + (options.days ?? 365) * 86_400_000) },
    organisations: options.cards,
    committee: options.committee ?? names.slice(0, 3),
    tables: Object.fromEntries(Object.entries(options.tables).map(([name, table]) => [name, draftTable(name, table, options, remarks)])),
    output: {
      ...(options.minimumRows === undefined ? {} : { minimum_rows: options.minimumRows }),
      ...(options.minimumOrganisations === undefined ? {} : { minimum_organisations: options.minimumOrganisations }),
      ...(options.noise === undefined ? {} : { noise: options.noise }),
    },
    receivers,
    askers: options.askers ?? receivers,
    ...(options.threatModel === undefined ? {} : { threat_model: options.threatModel }),
    ...(options.templates === undefined ? {} : { templates: options.templates }),
    ...(sandbox ? { approval: { ad_hoc: 'none' }, limits: { questions_per_day: null } } : {}),
    sandbox,
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new InvalidError('agreement/draft', {
      stage: 'agreement',
      message: `No agreement can be drafted: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it does not fit the schema'}.`,
      remedy: 'An agreement needs the cards of at least three organisations and valid names.',
    });
  }
  return { agreement: parsed.data, remarks: [...remarks, ...draftRemarks(parsed.data, options)] };
}
