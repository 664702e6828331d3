/**
 * How much one privacy unit can change what is added up: rows of a question that come or go with it. Neighbouring data
 * differ by all rows of one unit (added or removed).
 */
import { RefusedError } from '@sluis/base';
import type { PlanNoise, PrivacyUnit, PrivacyUnitTerms } from '@sluis/model';
import type { RowKey } from './plan-shared-rows.ts';
import type { Join, Question, Source } from './question.ts';
import { unsupported } from './refusal.ts';
import { columnUnits, finestGroups, notMatched, notOver, sharedStability } from './shared-stability.ts';
import type { Sharing } from './sharing.ts';

/** Reach of one unit in the cells of one grouping set. */
export interface SetReach {
  /** Most rows of the unit in one cell, all providers together. */
  readonly rowsPerCell: bigint;
  /** Most cells with rows of it. */
  readonly cells: bigint;
}

export interface Stability {
  readonly unit: PrivacyUnit;
  readonly occurrences: number;
  readonly bounds: PlanNoise['bounds'];
  /** Most rows that come or go with the unit, over all cells of a grouping set. */
  readonly rows: bigint;
  readonly sets: readonly SetReach[];
}

/**
 * Throws RefusedError `plan/no-privacy-unit` for a table without one, `plan/unsupported` where no bound is known:
 * organisations on shared rows, and joins in which one row can change several, or rows of several people meet.
 */
export function stabilityOf(question: Question, keys: readonly RowKey[], sharing: Sharing | null): Stability {
  if (question.sample !== undefined) throw unsupported('Noise over a sample', 'Ask without noise, or without USING SAMPLE.');
  if (question.merging !== undefined) throw unsupported('Noise over items', 'Ask without noise, or over rows.');
  const units = question.sources.map(unitOf);
  const [terms] = units;
  if (terms === undefined) throw new RangeError('a question has a table');
  const organisation = units.find((u) => u.protects === 'organisation');
  if (organisation !== undefined && sharing !== null) throw notBounded(sharing, question);
  if (sharing !== null && units.some((u) => u.protects === 'column')) return sharedStability(question, keys, columnUnits(units), sharing);
  if (terms.protects === 'row') return rowStability(question);
  const groups = finestGroups(keys);
  const rowsPerGroup = Math.min(terms.rows_per_group, question.table.maximum_rows);
  if (terms.protects === 'organisation') return bounded(question, keys, { kind: 'organisation' }, 1, { groups, rowsPerGroup });
  const occurrences = terms.providers === 'disjoint' ? 1 : question.table.providers.length;
  const bounds = { groups: Math.min(terms.groups, groups), rowsPerGroup };
  return bounded(question, keys, { kind: 'column', column: terms.column }, occurrences, bounds);
}

function unitOf({ tableName, table }: Source): PrivacyUnitTerms {
  if (table.privacy_unit !== undefined) return table.privacy_unit;
  throw new RefusedError('plan/no-privacy-unit', {
    stage: 'plan',
    message: `The agreement does not say whom noisy answers over ${tableName} protect.`,
    remedy: `A new version of the agreement that adds privacy_unit to the table, such as "privacy_unit: { protects: row }", would allow them.`,
  });
}

function notBounded(sharing: Sharing, { sources }: Question): RefusedError {
  const why = sharing.because.length > 0 ? sharing.because.join(', ') : `rows of ${sources[0]?.tableName ?? ''} that were deposited`;
  return unsupported(
    `Noise that protects all rows of an organisation, over rows that are shared (${why}),`,
    'How much an organisation counts for is bounded in the engines of providers that keep their rows. Ask for counts, sums and averages by declared groups, or agree on: privacy_unit: { protects: row }, or protects: column.',
  );
}

/** One row is in one cell of every grouping set. */
function rowStability({ joins, groupingSets }: Question): Stability {
  if (joins.length > 0) checkJoins(joins);
  const sets = groupingSets.map((): SetReach => ({ rowsPerCell: 1n, cells: 1n }));
  return { unit: { kind: 'row' }, occurrences: 1, bounds: null, rows: 1n, sets };
}

/**
 * With both keys unique (and checked on shares) a row of either side has one partner at most, so that one joined row comes
 * or goes with it. In a left or anti join a row's partner takes another row away, and there the left keys are not checked.
 */
function checkJoins([join, ...more]: readonly Join[]): void {
  if (join === undefined || more.length > 0)
    throw unsupported('Noise over several joins', 'Ask over one join of two tables whose keys are declared "unique".');
  if (join.matching !== undefined) throw notMatched(join.matching.name);
  if (join.kind === 'left' || join.kind === 'anti') throw notOver(join.kind);
  if (join.leftUnique && (join.rightUnique || join.kind === 'semi')) return;
  throw unsupported(
    'Noise over a join in which one row can have several partners',
    'One row would change as many joined rows. Declare the keys of both tables "unique" in the agreement.',
  );
}

/** Whether a noisy question relies on the left side having every key once: the committee then tests it. */
export const reliesOnKeys = ({ joins }: Question, { unit }: Stability): boolean => joins.length > 0 && unit.kind === 'row';

/**
 * Rows are bounded in groups of all keys together. A cell of a set that leaves keys out holds several such groups: as many
 * as the unit counts in, or as there are values of those keys.
 */
function bounded(
  { groupingSets }: Question,
  keys: readonly RowKey[],
  unit: PrivacyUnit,
  occurrences: number,
  bounds: { readonly groups: number; readonly rowsPerGroup: number },
): Stability {
  const { groups, rowsPerGroup } = bounds;
  const at = BigInt(occurrences);
  const sets = groupingSets.map((set): SetReach => {
    const merged = finestGroups(keys.filter((_, i) => !set.includes(i)));
    const inOne = at * BigInt(Math.min(groups, merged)) * BigInt(rowsPerGroup);
    const size = finestGroups(keys.filter((_, i) => set.includes(i)));
    return { rowsPerCell: inOne, cells: BigInt(Math.min(occurrences * groups, size)) };
  });
  return { unit, occurrences, bounds, rows: at * BigInt(groups) * BigInt(rowsPerGroup), sets };
}
