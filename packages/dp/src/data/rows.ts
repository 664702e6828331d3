/**
 * Data in which one privacy unit's part is bounded: what every claim of this library starts from. Neighbouring data differ
 * by one unit, added or removed with all of its rows.
 */
import type { Random } from '@sluis/base';
import { RandomBits } from '@sluis/math';
import { refused, wholeNumber } from '../refusal.ts';

/** Most that one unit can be in. */
export interface Contributions {
  /** Groups (different keys) with rows of one unit. */
  readonly groups: number;
  /** Rows of one unit in one group. */
  readonly rowsPerGroup: number;
}

export const ONE_ROW: Contributions = { groups: 1, rowsPerGroup: 1 };

export interface Keyed<T> {
  readonly row: T;
  readonly key: string;
}

const brand: unique symbol = Symbol('bounded rows');

/** Rows of which no unit has more than its contributions. Made by `rowsAreUnits` and `boundRows` only. */
export interface BoundedRows<T> {
  readonly [brand]: true;
  readonly rows: readonly Keyed<T>[];
  readonly contributions: Contributions;
}

const noKey = () => '';

/**
 * Every row is a unit of its own: right only where no person, or whom else one protects, can have two rows.
 *
 * @param key - the group of a row, for histograms and counts of different keys.
 */
export const rowsAreUnits = <T>(rows: Iterable<T>, key: (row: T) => string = noKey): BoundedRows<T> => ({
  [brand]: true,
  rows: Array.from(rows, (row) => ({ row, key: key(row) })),
  contributions: ONE_ROW,
});

/**
 * Keeps at most so many groups of each unit, and in each at most so many of its rows, all chosen at random.
 *
 * @param unit - whom a row is about. @param key - its group; without it all rows are one group.
 * @param contributions - the bounds.
 *
 * Claim: data that differ by one unit become data that differ by at most `groups` groups of `rowsPerGroup` rows. Proof: what
 * is kept of a unit depends on its own rows and on random bits only, so with the same bits for all others nothing else
 * changes. Source: Wilson et al. 2020, §3 (contribution bounding).
 */
export function boundRows<T>(
  random: Random,
  rows: Iterable<T>,
  unit: (row: T) => string | number | bigint,
  contributions: Contributions,
  key: (row: T) => string = noKey,
): BoundedRows<T> {
  checkContributions(contributions);
  const units = new Map<string | number | bigint, Map<string, T[]>>();
  for (const row of rows) {
    const groups = units.get(unit(row)) ?? new Map<string, T[]>();
    units.set(unit(row), groups);
    const group = groups.get(key(row)) ?? [];
    groups.set(key(row), group);
    group.push(row);
  }
  const bits = new RandomBits(random, 1024);
  const kept: Keyed<T>[] = [];
  for (const groups of units.values())
    for (const [name, group] of some(bits, [...groups], contributions.groups))
      for (const row of some(bits, group, contributions.rowsPerGroup)) kept.push({ row, key: name });
  return { [brand]: true, rows: kept, contributions };
}

export function checkContributions({ groups, rowsPerGroup }: Contributions): void {
  wholeNumber(groups, 'The number of groups of one unit');
  wholeNumber(rowsPerGroup, 'The number of rows of one unit in a group');
}

/** Refuses data whose units may have more than a mechanism was made for. */
export function withinClaim<T>(data: BoundedRows<T>, claimed: Contributions): readonly Keyed<T>[] {
  const { groups, rowsPerGroup } = data.contributions;
  if (data[brand] !== true) throw new TypeError('rows must be bounded first: see rowsAreUnits and boundRows');
  if (groups <= claimed.groups && rowsPerGroup <= claimed.rowsPerGroup) return data.rows;
  throw refused(
    'too-many-contributions',
    'One unit may have more rows in the data than the mechanism was made for.',
    'Bound the rows more tightly, or make the mechanism with the contributions of the data.',
  );
}

/** At most so many of them, every subset equally likely: the first steps of a Fisher–Yates shuffle. */
function some<T>(bits: RandomBits, items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  const left = [...items];
  for (let i = 0; i < most; i++) {
    const j = i + Number(bits.below(BigInt(left.length - i)));
    [left[i], left[j]] = [left[j] as T, left[i] as T];
  }
  return left.slice(0, most);
}
