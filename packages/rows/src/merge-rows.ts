/**
 * Rows with equal keys become one row each, an item, with the number of organisations and of rows that have it, and sums
 * over these rows: what "seen by at least t organisations" is asked of.
 */
import { ITEMS, type PlanRows } from '@sluis/model';
import type { Committee, SecretBits, SecretColumn, SecretRows, SortKey } from '@sluis/technique';
import { lowerNumber, lowerTruth } from './lower.ts';
import type { Node, Program } from './program.ts';
import { columnKey, type RowTable, type TableColumn } from './row-table.ts';
import { type NumberValue, sized, widthOf } from './row-values.ts';
import { TableProgram } from './table-program.ts';

/** Organisations whose presence fits one 64-bit column, a bit each. */
export const PER_COLUMN = 62;

/** A key of the merging: its column's name, and where it is in the program. */
export interface MergedKey {
  readonly name: string;
  readonly value: NumberValue;
  readonly node: Node;
  readonly bits: number;
}

export interface MergedParts {
  readonly takes: Node;
  readonly keys: readonly MergedKey[];
  /** Different presence bits of the keys: keys that are NULL together have one. */
  readonly present: readonly Node[];
  readonly sums: readonly { readonly name: string; readonly value: NumberValue; readonly node: Node }[];
}

/** The nodes of the program that merging needs; zero in rows that take no part. */
export function mergedParts(program: Program, lowering: TableProgram['lowering'], valid: Node, rows: PlanRows): MergedParts {
  const { where, keys, sums } = rows.merged as NonNullable<PlanRows['merged']>;
  const takes = where === null ? valid : program.and(valid, lowerTruth(lowering, where).isTrue);
  const values = keys.map((e) => ({ name: e.op === 'column' ? columnKey(e.source, e.column) : '', value: lowerNumber(lowering, e) }));
  const merged = values.map(({ name, value }): MergedKey => {
    const { low, high, present } = value;
    const node = program.mask(program.and(takes, present), sized(program, value, 1));
    return { name, value, node, bits: widthOf(low < 0n ? low : 0n, high > 0n ? high : 0n) };
  });
  const maybe = [...new Set(values.map(({ value }) => value.present).filter((p) => program.bitOf(p) !== 1))];
  return {
    takes,
    keys: merged,
    present: maybe,
    sums: sums.map((e, i) => {
      const value = lowerNumber(lowering, e.expression);
      const node = program.mask(program.and(takes, value.present), sized(program, value, 1));
      return { name: columnKey(ITEMS, `#sum${i}`), value: { ...value, low: BigInt(e.minimum), high: BigInt(e.maximum) }, node };
    }),
  };
}

export interface Items {
  readonly table: RowTable;
  /** Per giver of the source: whether it has the item. */
  readonly owners: readonly SecretBits[];
}

/**
 * Run by: all three compute parties, in step. Rows are sorted by key and giver; where a key ends, running sums over it
 * give what the item has. The table has as many rows as before; those that are no item take no part.
 *
 * Learns: nobody anything, nor how many items there are (see `Committee.sort` and `Committee.partition`).
 * Cost: a sort of the rows, an equality a row, key and giver, and a partition. Source: as grouping in
 * Hamada et al. 2011; distinct organisations are first occurrences, as in `COUNT(DISTINCT …)`.
 */
export async function mergeRows(committee: Committee, rows: PlanRows, table: RowTable, source: SecretRows): Promise<Items> {
  const on = new TableProgram(table);
  const parts = mergedParts(on.program, on.lowering, on.valid, rows);
  const values = [...parts.keys, ...parts.sums].map((p) => p.node);
  const found = await on.run(committee, [parts.takes, ...parts.present, ...values]);
  const [takes, present] = [found.bits(parts.takes), parts.present.map((p) => found.bits(p))];
  const givers = Math.max(1, source.givers.length);
  const giverOf = source.length === table.length ? source.giverOf : new Uint32Array(table.length);
  const giver = { column: committee.publicColumn(BigUint64Array.from(giverOf, BigInt), 1), bits: widthOf(0n, BigInt(givers - 1)) };
  const keys = parts.keys.map((k): SortKey => ({ column: found.column(k.node), bits: k.bits }));
  const first = await leadingKey(committee, takes, present);
  const carried = [
    ...keys.map((k) => k.column),
    giver.column,
    ...marksOf(committee, giverOf, givers),
    ...parts.sums.map((s) => found.column(s.node)),
  ];
  const sorted = await committee.sort({ length: table.length, columns: carried, bits: [takes, ...present] }, [first, ...keys, giver]);
  const order: Order = { keys, giver, present: present.length, marks: Math.ceil(givers / PER_COLUMN) };
  const items = await itemsOf(committee, sorted, order);
  return named(committee, items, parts, givers, order);
}

/** Rows that take part first, and NULL as a value of its own. */
async function leadingKey(committee: Committee, takes: SecretBits, present: readonly SecretBits[]): Promise<SortKey> {
  const bits = [...present, committee.not(takes)];
  const all = await committee.inject(committee.concatBits(bits), 1);
  const parts = bits.map((_, i) => committee.scale(committee.slice(all, i * takes.length, takes.length), 1n << BigInt(i)));
  return { column: committee.sum(parts), bits: bits.length + 1 };
}

/** For each row the bit of its giver, in as many columns as it takes. */
function marksOf(committee: Committee, giverOf: Uint32Array, givers: number): SecretColumn[] {
  return Array.from({ length: Math.ceil(givers / PER_COLUMN) }, (_, c) => {
    const mark = (g: number) => (Math.floor(g / PER_COLUMN) === c ? 1n << BigInt(g % PER_COLUMN) : 0n);
    return committee.publicColumn(BigUint64Array.from(giverOf, mark), 1);
  });
}

interface Order {
  readonly keys: readonly SortKey[];
  readonly giver: SortKey;
  readonly present: number;
  readonly marks: number;
}

interface Sorted {
  readonly length: number;
  readonly columns: readonly SecretColumn[];
  readonly bits: readonly SecretBits[];
}

/** Keys, then number of organisations, their marks, sums and number of rows, of each item; items first. */
async function itemsOf(committee: Committee, sorted: Sorted, { keys, giver, present, marks }: Order): Promise<Sorted> {
  const n = sorted.length;
  const [live, ...flags] = sorted.bits as [SecretBits, ...SecretBits[]];
  const of = sorted.columns[keys.length] as SecretColumn;
  const keyed = keys.map((k, i) => ({ column: sorted.columns[i] as SecretColumn, bits: k.bits }));
  const go = await goesOn(committee, keyed, flags.slice(0, present), live);
  const again = n < 2 ? go : await committee.and(go, await sameAsBefore(committee, of, giver.bits));
  const firsts = await committee.inject(committee.xor(live, again), 1);
  const own = sorted.columns.slice(keys.length + 1, keys.length + 1 + marks);
  const seen: SecretColumn[] = [];
  for (const column of own) seen.push(await committee.multiply(firsts, column));
  const sums = sorted.columns.slice(keys.length + 1 + marks);
  const counted = committee.publicColumn(
    BigUint64Array.from({ length: n }, (_, i) => BigInt(i + 1)),
    1,
  );
  const running = [...[firsts, ...seen, ...sums].map((c) => committee.prefixSums(c)), counted];
  // Where a key goes on, the row before takes part as well: taking its bit away leaves the last rows.
  const end = committee.xor(live, committee.concatBits([committee.sliceBits(go, 1, n - 1), committee.constantBits(1, 0)]));
  const columns = [...sorted.columns.slice(0, keys.length), ...running];
  const packed = await committee.partition({ length: n, columns, bits: [end, ...flags] }, end);
  const differences = packed.columns.map((c, i) => (i < keys.length || n < 1 ? c : sinceBefore(committee, c)));
  return { ...packed, columns: differences };
}

const sinceBefore = (committee: Committee, c: SecretColumn): SecretColumn =>
  committee.subtract(c, committee.concat([committee.constant(1, 1, 0n), committee.slice(c, 0, c.length - 1)]));

/** 1 at rows that take part and have the keys of the row before. */
async function goesOn(committee: Committee, keys: readonly SortKey[], flags: readonly SecretBits[], live: SecretBits): Promise<SecretBits> {
  const pairs = live.length - 1;
  if (pairs < 1) return committee.constantBits(live.length, 0);
  let same = committee.sliceBits(live, 1, pairs);
  for (const flag of flags) {
    const differ = committee.xor(committee.sliceBits(flag, 0, pairs), committee.sliceBits(flag, 1, pairs));
    same = await committee.and(same, committee.not(differ));
  }
  for (const { column, bits } of keys) {
    same = await committee.and(same, await committee.equal(committee.slice(column, 0, pairs), committee.slice(column, 1, pairs), bits));
  }
  return committee.concatBits([committee.constantBits(1, 0), same]);
}

async function sameAsBefore(committee: Committee, column: SecretColumn, bits: number): Promise<SecretBits> {
  const pairs = column.length - 1;
  const same = await committee.equal(committee.slice(column, 0, pairs), committee.slice(column, 1, pairs), bits);
  return committee.concatBits([committee.constantBits(1, 0), same]);
}

/** The items as a table in which expressions find keys and what was added up. */
async function named(
  committee: Committee,
  items: Sorted,
  { keys, present, sums }: MergedParts,
  givers: number,
  order: Order,
): Promise<Items> {
  const [valid, ...flags] = items.bits as [SecretBits, ...SecretBits[]];
  const columns = new Map<string, TableColumn>();
  keys.forEach(({ name, value: { low, high, present: p } }, i) => {
    const flag = present.indexOf(p);
    columns.set(name, { values: items.columns[i] as SecretColumn, present: flag < 0 ? null : (flags[flag] as SecretBits), low, high });
  });
  const [organisations, ...more] = items.columns.slice(keys.length) as [SecretColumn, ...SecretColumn[]];
  const put = (name: string, values: SecretColumn, low: bigint, high: bigint) => columns.set(name, { values, present: null, low, high });
  put(columnKey(ITEMS, '#organisations'), organisations, 0n, BigInt(givers));
  const marks = more.slice(0, order.marks);
  for (const [i, { name, value }] of sums.entries()) put(name, more[order.marks + i] as SecretColumn, value.low, value.high);
  put(columnKey(ITEMS, '#rows'), more.at(-1) as SecretColumn, 0n, BigInt(items.length));
  const owners: SecretBits[] = [];
  for (const [c, column] of marks.entries())
    owners.push(...(await committee.toBits(column, Math.min(PER_COLUMN, givers - c * PER_COLUMN))));
  return { table: { length: items.length, columns, valid }, owners };
}
