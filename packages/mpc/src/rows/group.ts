/** Grouping rows by secret keys. */
import type { Committee, GroupedTable, SecretAggregate, SecretBits, SecretColumn, SecretKey, SecretTable } from '@sluis/technique';
import { count, partitionRows, sliceRows } from './placement.ts';
import { productsBy, segmentedMinima } from './scan.ts';
import { sortLed } from './sort.ts';
import { fit } from './sort-items.ts';

/** Rows in order of (not valid, keys), and where each group goes on and ends. */
interface Segments {
  readonly table: SecretTable;
  /** 1 where the row belongs to the group of the row before it. */
  readonly go: SecretBits;
  /** 1 at the last row of each group of valid rows. */
  readonly end: SecretBits;
}

/**
 * Groups the valid rows by key and aggregates each group. Run by: all three compute parties, in step.
 *
 * Sorted rows lie group by group, valid ones first. Sums and counts are differences of running sums at the groups' last
 * rows; minima run along each group. The last rows are then moved to the front.
 *
 * @param aggregates - columns of sums are 0 where a row does not count; at most `bits` bits in those of min and max.
 * @param slots - public; groups beyond it are lost.
 * @throws RangeError on columns of different lengths, or unless `slots` is a whole number.
 *
 * Learns: nobody anything, nor the number of groups (see `sortRows` and `partitionRows` for what is opened).
 * Cost: sorting; an equality a row and key; a partition; a product for each word of the slots. Minima and maxima: about two
 * comparisons and selections a row. Source: Hamada et al. 2011; Asharov et al. 2022 (Efficient secure three-party sorting), §5.
 */
export async function groupRows(
  on: Committee,
  keys: readonly SecretKey[],
  valid: SecretBits,
  aggregates: readonly SecretAggregate[],
  slots: number,
): Promise<GroupedTable> {
  if (!Number.isInteger(slots) || slots < 0) throw new RangeError('the number of slots is a whole number');
  if (keys.length === 0) throw new RangeError('grouping needs a key');
  const n = valid.length;
  const columns = [...keys.map((k) => k.column), ...aggregates.map((a) => a.column)];
  if (columns.some((c) => c.length !== n)) throw new RangeError('all columns of a table have its length');
  const padded = n === 0 ? null : await segmentsOf(on, keys, valid, columns);
  const ends = padded === null ? emptySlots(on, [...columns, null], 0) : await endsOf(on, padded, keys.length, aggregates);
  const kept = sliceRows(on, ends, 0, Math.min(slots, n));
  const found = await masked(on, differences(on, kept, keys.length, aggregates));
  const full = extend(on, found, slots);
  return {
    slots,
    keys: full.columns.slice(0, keys.length),
    aggregates: full.columns.slice(keys.length, -1),
    counts: full.columns[columns.length] as SecretColumn,
    valid: full.bits[0] as SecretBits,
  };
}

/** Sorts, and compares neighbours. The sorted table has the given columns. */
async function segmentsOf(
  on: Committee,
  keys: readonly SecretKey[],
  valid: SecretBits,
  columns: readonly SecretColumn[],
): Promise<Segments> {
  const sorted = await sortLed(on, { length: valid.length, columns, bits: [valid] }, keys, on.not(valid));
  const keyColumns = keys.map((k, i) => ({ column: sorted.columns[i] as SecretColumn, bits: k.bits }));
  const live = sorted.bits[0] as SecretBits;
  const go = await continues(on, keyColumns, live);
  // Where a group goes on, the row before is valid too: taking its bit away leaves the last rows.
  const following = on.concatBits([on.sliceBits(go, 1, go.length - 1), on.constantBits(1, 0)]);
  return { table: { ...sorted, bits: [] }, go, end: on.xor(live, following) };
}

/** 1 at rows that are valid and have the keys of the row before them. In a table whose valid rows stand first. */
export async function continues(on: Committee, keys: readonly SecretKey[], valid: SecretBits): Promise<SecretBits> {
  const pairs = valid.length - 1;
  if (pairs < 1) return on.constantBits(valid.length, 0);
  let same = on.sliceBits(valid, 1, pairs);
  for (const { column, bits } of keys) {
    same = await on.and(same, await on.equal(on.slice(column, 0, pairs), on.slice(column, 1, pairs), bits));
  }
  return on.concatBits([on.constantBits(1, 0), same]);
}

/** Keys, running aggregates and running count at the last row of each group, these rows first. */
async function endsOf(
  on: Committee,
  { table, go, end }: Segments,
  keys: number,
  aggregates: readonly SecretAggregate[],
): Promise<SecretTable> {
  const running: SecretColumn[] = [];
  for (const [i, aggregate] of aggregates.entries()) {
    const column = table.columns[keys + i] as SecretColumn;
    if (aggregate.kind === 'sum') running.push(on.prefixSums(column));
    else running.push(await runningExtreme(on, column, go, aggregate.kind === 'max', aggregate.bits));
  }
  const counted = on.publicColumn(count(table.length, 1), 1);
  const rows = { length: table.length, columns: [...table.columns.slice(0, keys), ...running, counted], bits: [end] };
  return partitionRows(on, rows, end);
}

async function runningExtreme(on: Committee, column: SecretColumn, go: SecretBits, largest: boolean, bits: number): Promise<SecretColumn> {
  // The difference of two values needs a bit more than the values.
  const words = Math.max(column.words, Math.ceil((bits + 1) / 64));
  const held = await fit(on, { column, bits }, words);
  const flip = (a: SecretColumn) => (largest ? on.addConstant(on.scale(a, -1n), -1n) : a);
  return on.narrow(flip(await segmentedMinima(on, flip(held), go, bits + 1)), column.words);
}

/** Sums and counts of each slot, from the running ones. */
function differences(on: Committee, ends: SecretTable, keys: number, aggregates: readonly SecretAggregate[]): SecretTable {
  const columns = ends.columns.map((c, i) => {
    const kind = i < keys ? 'key' : (aggregates[i - keys]?.kind ?? 'sum');
    if (kind !== 'sum' || c.length === 0) return c;
    return on.subtract(c, on.concat([on.constant(1, c.words, 0n), on.slice(c, 0, c.length - 1)]));
  });
  return { ...ends, columns };
}

/** Zero in every column where the table's first bit column is 0. */
export async function masked(on: Committee, table: SecretTable): Promise<SecretTable> {
  const keep = table.bits[0] as SecretBits;
  if (table.length === 0) return table;
  const columns = [...table.columns];
  for (const words of new Set(columns.map((c) => c.words))) {
    const places = columns.flatMap((c, i) => (c.words === words ? [i] : []));
    const zeroed = await productsBy(
      on,
      places.map((i) => columns[i] as SecretColumn),
      await on.inject(keep, words),
    );
    for (const [k, i] of places.entries()) columns[i] = zeroed[k] as SecretColumn;
  }
  return { ...table, columns };
}

/** Rows of zeros behind the table, up to `length` rows. */
export function extend(on: Committee, table: SecretTable, length: number): SecretTable {
  const missing = length - table.length;
  if (missing <= 0) return table;
  return {
    length,
    columns: table.columns.map((c) => on.concat([c, on.constant(missing, c.words, 0n)])),
    bits: table.bits.map((b) => on.concatBits([b, on.constantBits(missing, 0)])),
  };
}

/** A table of zeros in the shape of the given columns (one word for null), with one bit column. */
function emptySlots(on: Committee, like: readonly (SecretColumn | null)[], length: number): SecretTable {
  return { length, columns: like.map((c) => on.constant(length, c?.words ?? 1, 0n)), bits: [on.constantBits(length, 0)] };
}

/**
 * The number of different keys among the valid rows, one element of one word. Run by: all three compute parties, in step.
 *
 * Learns: nobody anything (see `sortRows` for what is opened). Cost: sorting; an equality a row and key; an injection a row.
 */
export async function countDistinct(on: Committee, keys: readonly SecretKey[], valid: SecretBits): Promise<SecretColumn> {
  if (valid.length === 0) return on.constant(1, 1, 0n);
  const { end } = await segmentsOf(
    on,
    keys,
    valid,
    keys.map((k) => k.column),
  );
  return on.total(await on.inject(end, 1));
}
