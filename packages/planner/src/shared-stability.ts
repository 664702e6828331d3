/**
 * How much one privacy unit that is a column can change of rows that are shared: the committee bounds its rows there, of
 * all providers, contributors and groups together.
 */
import type { RefusedError } from '@sluis/base';
import type { PrivacyUnitTerms } from '@sluis/model';
import type { Bound } from './expression.ts';
import type { RowKey } from './plan-shared-rows.ts';
import type { Join, Question } from './question.ts';
import { unsupported } from './refusal.ts';
import type { Sharing } from './sharing.ts';
import type { SetReach, Stability } from './stability.ts';

/** More groups than this are refused anyway. */
const MOST = 2 ** 40;

export const finestGroups = (keys: readonly RowKey[]): number =>
  keys.reduce((n, k) => Math.min(n * (k.domain?.values.length ?? 1), MOST), 1);

export const notOver = (kind: 'left' | 'anti'): RefusedError =>
  unsupported(`Noise over ${kind === 'left' ? 'a left' : 'an anti'} join`, 'Use JOIN or SEMI JOIN, over keys declared "unique".');

export const notMatched = (name: string): RefusedError =>
  unsupported(
    `Noise over matches('${name}')`,
    'One row can be the partner of many, which noise for one would not hide: join on keys that are declared "unique".',
  );

type ColumnTerms = Extract<PrivacyUnitTerms, { readonly protects: 'column' }>;

/** Throws RefusedError `plan/unsupported` unless all tables protect the values of a column of the same name. */
export function columnUnits(units: readonly PrivacyUnitTerms[]): ColumnTerms[] {
  const found = units.flatMap((u) => (u.protects === 'column' ? [u] : []));
  const [first] = found;
  if (found.length === units.length && found.every((u) => u.column === first?.column)) return found;
  throw unsupported(
    'Noise over a join of tables whose privacy units are not the same column',
    `Agree on one for all of them, such as: privacy_unit: { protects: column, column: ${first?.column ?? ''} }.`,
  );
}

/**
 * Rows of one unit are bounded together on shares, whoever gave them: in one cell there may be all that count, or one in
 * each of as many. Of a join the rows that come out of it are bounded, which are one unit's alone. With several tables the
 * least of what they allow counts.
 */
export function sharedStability(
  { joins, groupingSets, sources }: Question,
  keys: readonly RowKey[],
  units: readonly ColumnTerms[],
  sharing: Sharing,
): Stability {
  const [{ column } = { column: '' }] = units;
  for (const [i, join] of joins.entries()) checkUnitJoin(join, sources[i + 1]?.tableName ?? '', column);
  const least = (of: 'groups' | 'rows_per_group'): number => units.reduce((n, u) => Math.min(n, u[of]), Number.MAX_SAFE_INTEGER);
  const bounds = {
    groups: Math.min(least('groups'), groupsOf(keys)),
    rowsPerGroup: Math.min(least('rows_per_group'), sharing.maximumRows),
  };
  // Agreements say at most a million of either.
  const rows = bounds.groups * bounds.rowsPerGroup;
  const sets = groupingSets.map((set): SetReach => {
    const size = groupsOf(keys.filter((_, i) => set.includes(i)));
    return { rowsPerCell: BigInt(rows), cells: BigInt(Math.min(rows, size)) };
  });
  return { unit: { kind: 'column', column }, occurrences: 1, bounds, rows: BigInt(rows), sets };
}

/** Secret keys can have any number of values. */
const groupsOf = (keys: readonly RowKey[]): number => (keys.some((k) => k.domain === null) ? MOST : finestGroups(keys));

/**
 * Rows that are joined must be of the same unit. The right side of a join has every key once: room for more rows than the
 * left side has could run out, which would show.
 */
function checkUnitJoin({ kind, on, rightUnique, matching }: Join, right: string, column: string): void {
  if (matching !== undefined) throw notMatched(matching.name);
  if (kind === 'left' || kind === 'anti') throw notOver(kind);
  const isUnit = (node: Bound): boolean => node.kind === 'column' && node.name.split('.').at(-1) === column;
  if (!on.some((pair) => isUnit(pair.left) && isUnit(pair.right)))
    throw unsupported(
      `Noise that protects all rows with the same ${column}, over a join with ${right} in which rows of several may meet,`,
      `Join on ${column}, among others: ON a.${column} = b.${column} AND …, as the columns stand.`,
    );
  if (kind === 'inner' && !rightUnique)
    throw unsupported(
      `Noise over a join with ${right}, which may have a key several times,`,
      `Declare its keys "unique" in the agreement, or use SEMI JOIN.`,
    );
}
