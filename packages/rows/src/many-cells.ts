/** Counts, organisations, sums and extremes of groups that come from sorting. */
import type { Plan } from '@sluis/model';
import type { Committee, SecretBits, SecretColumn, SecretKey } from '@sluis/technique';
import { type Grouped, type Grouping, groupRows } from './grouped-rows.ts';
import { fieldColumns, ownerFields, ownersOf } from './owner-fields.ts';
import { nonZero } from './presence.ts';
import type { RowFacts } from './row-facts.ts';
import { widthOf } from './row-values.ts';
import { accumulatorsOf, countWidth, type Extreme, extremeOf, injectAll, partOf, summandOf, summedOf } from './summands.ts';

/** More columns of fields than this, and rows are grouped by organisation first. */
export const MOST_FIELDS = 8;

export interface CellTotals {
  readonly cells: number;
  /** Per contribution. */
  readonly counts: readonly SecretColumn[];
  readonly present: readonly SecretColumn[];
  /** By what they are (see `partOf`); in rings of any width. */
  readonly further: ReadonlyMap<string, SecretColumn>;
  /** Single bits: whether what was computed had room for everything. */
  readonly fits: readonly SecretBits[];
}

export interface ManyCells extends CellTotals {
  readonly keys: readonly SecretColumn[];
  /** Rows of each group, whether or not they count for something. */
  readonly rows: SecretColumn;
}

/** Run by: all three compute parties, in step. Learns: nobody anything. */
export async function manyCells(committee: Committee, plan: Plan, facts: RowFacts, by: Grouping): Promise<ManyCells> {
  const counts = await injectAll(committee, facts.contributions);
  const summed = summedOf(plan, facts);
  const sums: SecretColumn[] = [];
  for (const s of summed) sums.push(await summandOf(committee, s));
  const most = accumulatorsOf(plan, facts, ['min', 'max']);
  const extremes: Extreme[] = [];
  for (const { index, measure } of most) extremes.push(await extremeOf(committee, plan, index, measure));
  const found = await withPresence(committee, facts, by, counts, sums, extremes);
  const further = new Map(summed.map(({ part }, i) => [part, found.grouped.sums[counts.length + i] as SecretColumn]));
  for (const [i, { index }] of most.entries()) further.set(partOf.accumulator(index), found.grouped.extremes[i] as SecretColumn);
  const { keys, rows } = found.grouped;
  const { present, fits } = found;
  return { cells: by.slots, counts: found.grouped.sums.slice(0, counts.length), present, further, keys, rows, fits };
}

interface WithPresence {
  /** `sums` hold the counts first. */
  readonly grouped: Grouped;
  readonly present: readonly SecretColumn[];
  readonly fits: readonly SecretBits[];
}

const bitsOf = (...groupings: readonly Grouped[]): SecretBits[] => groupings.flatMap((g) => (g.fits === null ? [] : [g.fits]));

async function withPresence(
  committee: Committee,
  facts: RowFacts,
  by: Grouping,
  counts: readonly SecretColumn[],
  sums: readonly SecretColumn[],
  extremes: readonly Extreme[],
): Promise<WithPresence> {
  const owners = ownersOf(facts);
  if (owners <= 1) {
    const grouped = await groupCounting(committee, facts, by, counts, sums, extremes);
    const present = owners === 1 ? await anyRows(committee, grouped.sums.slice(0, counts.length), facts.length) : null;
    return { grouped, present: present ?? counts.map(() => committee.constant(by.slots, 1, 0n)), fits: bitsOf(grouped) };
  }
  if (facts.owners.kind === 'secret' || fieldColumns(facts.length, owners, counts.length) <= MOST_FIELDS) {
    const fields = await ownerFields(committee, facts, counts);
    const grouped = await groupCounting(committee, facts, by, counts, [...sums, ...fields.columns], extremes);
    const present = await fields.present(committee, grouped.sums.slice(counts.length + sums.length));
    return { grouped, present, fits: bitsOf(grouped) };
  }
  return byOwnerFirst(committee, facts, facts.owners.ownerOf, by, counts, sums, extremes);
}

/** `groupRows`, where counts of all rows of a group need no column of their own: the grouping counts its rows anyway. */
async function groupCounting(
  committee: Committee,
  facts: RowFacts,
  by: Grouping,
  counts: readonly SecretColumn[],
  others: readonly SecretColumn[],
  extremes: readonly Extreme[],
): Promise<Grouped> {
  const countsAll = facts.contributions.map((bits) => bits === by.valid);
  const grouped = await groupRows(committee, by, [...counts.filter((_, c) => countsAll[c] !== true), ...others], extremes);
  let next = 0;
  const counted = countsAll.map((all) => (all ? grouped.rows : (grouped.sums[next++] as SecretColumn)));
  return { ...grouped, sums: [...counted, ...grouped.sums.slice(next)] };
}

/** 1 where a count is not 0, for all columns at once. */
async function anyRows(committee: Committee, counts: readonly SecretColumn[], rows: number): Promise<SecretColumn[]> {
  if (counts.length === 0) return [];
  const ring = await committee.inject(await nonZero(committee, committee.concat(counts), countWidth(rows)), 1);
  const size = (counts[0] as SecretColumn).length;
  return counts.map((_, i) => committee.slice(ring, i * size, size));
}

/** Groups by key and organisation, then what that gave by key: the second sort is over groups only. */
async function byOwnerFirst(
  committee: Committee,
  facts: RowFacts,
  ownerOf: Uint32Array,
  by: Grouping,
  counts: readonly SecretColumn[],
  sums: readonly SecretColumn[],
  extremes: readonly Extreme[],
): Promise<WithPresence> {
  const owners = ownersOf(facts);
  const owner: SecretKey = { column: committee.publicColumn(BigUint64Array.from(ownerOf, BigInt), 1), bits: widthOf(0n, BigInt(owners)) };
  const slots = Math.min(facts.length, by.slots * owners);
  const fine = await groupRows(
    committee,
    { keys: [...by.keys, owner], valid: by.valid, slots, declared: false },
    [...counts, ...sums],
    extremes,
  );
  const present = await anyRows(committee, fine.sums.slice(0, counts.length), facts.length);
  const keys = by.keys.map((k, i) => ({ ...k, column: fine.keys[i] as SecretColumn }));
  const wider = extremes.map((e, i) => ({ ...e, column: fine.extremes[i] as SecretColumn }));
  const grouped = await groupRows(committee, { ...by, keys, valid: fine.valid }, [...fine.sums, ...present, fine.rows], wider);
  const own = fine.sums.length;
  return {
    grouped: { ...grouped, rows: grouped.sums.at(-1) as SecretColumn, sums: grouped.sums.slice(0, own) },
    present: grouped.sums.slice(own, own + counts.length),
    fits: bitsOf(fine, grouped),
  };
}
