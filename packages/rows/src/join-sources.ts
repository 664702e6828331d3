/** Joins of a plan, one after the other, on secret keys. */
import { least, most } from './extreme-integers.ts';
import type { PlanMatching, PlanRowJoin, PlanRows } from '@sluis/model';
import type { Committee, JoinSide, SecretBits, SecretColumn, SecretKey, SecretRows } from '@sluis/technique';
import { columnsNeeded, columnsIn, matchedColumns } from './expressions-of.ts';
import { lowerNumber } from './lower.ts';
import { matchRows } from './match-rows.ts';
import { columnKey, GIVER, MATCHED, ROW, type RowTable, type TableColumn, tableOf } from './row-table.ts';
import { type NumberValue, sized, widthOf } from './row-values.ts';
import { TableProgram } from './table-program.ts';

/**
 * The rows of all sources joined. Run by: all three compute parties, in step.
 *
 * @param counted - sources whose rows get their number as a further column.
 * @returns also a bit per join that says whether its rows had room.
 * Learns: nobody anything, but that sides declared unique are (see `Committee.join`).
 */
export async function joinSources(
  committee: Committee,
  rows: PlanRows,
  sources: readonly SecretRows[],
  counted: readonly number[] = [],
): Promise<JoinedSources> {
  const wanted = columnsNeeded(rows, -1);
  for (const join of rows.joins) for (const { right } of join.on) columnsIn(right, wanted);
  for (const [i, join] of rows.joins.entries()) for (const key of matchedColumns(join, i + 1)) wanted.add(key);
  const severalGivers = (s: number) => rows.joins.length > 0 && (sources[s]?.givers.length ?? 0) > 1;
  const open = (s: number) => tableOf(committee, s, sources[s] as SecretRows, wanted, severalGivers(s), counted.includes(s));
  let table = await open(0);
  const fits: SecretBits[] = [];
  for (const [i, join] of rows.joins.entries()) {
    const joined = await joinOne(committee, rows, i, join, table, await open(i + 1));
    table = joined.table;
    fits.push(...joined.fits);
  }
  return { table, fits };
}

interface JoinedSources {
  readonly table: RowTable;
  readonly fits: readonly SecretBits[];
}

async function joinOne(
  committee: Committee,
  rows: PlanRows,
  index: number,
  join: PlanRowJoin,
  left: RowTable,
  right: RowTable,
): Promise<JoinedSources> {
  const needed = columnsNeeded(rows, index);
  const always = (key: string) => [GIVER, MATCHED, ROW].some((name) => key.endsWith(name));
  const kept = (table: RowTable) => [...table.columns].filter(([key]) => needed.has(key) || always(key));
  const [leftKept, rightKept] = [kept(left), join.kind === 'inner' || join.kind === 'left' ? kept(right) : []];
  if (join.matching !== undefined)
    return matched(committee, index, join, join.matching, { ...left, columns: new Map(leftKept) }, left, right);
  const keepsUnmatched = join.kind === 'left' || join.kind === 'anti';
  const [l, r] = await joinKeys(committee, join, left, right, keepsUnmatched);
  const side = (table: RowTable, columns: readonly (readonly [string, TableColumn])[], keys: JoinKeys, unique: boolean): JoinSide => ({
    table: {
      length: table.length,
      columns: columns.map(([, c]) => c.values),
      bits: columns.flatMap(([, c]) => (c.present === null ? [] : [c.present])),
    },
    ...keys,
    unique,
    ...(table === left && join.distinct === true ? { distinct: true } : {}),
  });
  const most = join.rightUnique ? undefined : join.maximumRows;
  const joined = await committee.join(
    join.kind,
    side(left, leftKept, l, join.leftUnique === true),
    side(right, rightKept, r, join.rightUnique),
    most,
  );
  const columns = new Map([
    ...renamed(leftKept, joined.left, null),
    ...renamed(rightKept, joined.right, join.kind === 'left' ? joined.matched : null),
  ]);
  columns.set(columnKey(index + 1, MATCHED), there(committee, joined.length));
  return { table: { length: joined.length, columns, valid: joined.valid }, fits: joined.fits === null ? [] : [joined.fits] };
}

/** Whether there is a partner is a fact about both sides: both owners contribute to the row, also where there is none. */
const there = (committee: Committee, length: number): TableColumn => ({
  values: committee.constant(length, 1, 1n),
  present: null,
  low: 1n,
  high: 1n,
});

/** A semi or anti join by a declared matching: rows of the left side stay in their order. */
async function matched(
  committee: Committee,
  index: number,
  { kind }: PlanRowJoin,
  matching: PlanMatching,
  kept: RowTable,
  left: RowTable,
  right: RowTable,
): Promise<JoinedSources> {
  const { partner, fits } = await matchRows(committee, index, matching, left, right);
  // A partner is a row that takes part: the others are told from these without a conjunction.
  const valid = kind === 'semi' ? partner : committee.xor(left.valid, partner);
  const columns = new Map([...kept.columns, [columnKey(index + 1, MATCHED), there(committee, left.length)]]);
  return { table: { length: left.length, columns, valid }, fits };
}

/** A column that was never NULL is NULL where a left join found no partner. */
function renamed(
  kept: readonly (readonly [string, TableColumn])[],
  table: { readonly columns: readonly SecretColumn[]; readonly bits: readonly SecretBits[] },
  matched: SecretBits | null,
): [string, TableColumn][] {
  let bit = 0;
  return kept.map(([key, c], i) => {
    const present = c.present === null ? matched : (table.bits[bit++] as SecretBits);
    return [key, { ...c, values: table.columns[i] as SecretColumn, present }];
  });
}

interface JoinKeys {
  readonly keys: readonly SecretKey[];
  readonly valid: SecretBits;
}

/**
 * Keys of both sides in equal widths. Rows with a NULL key have no partner: they take no part, or, where unmatched rows
 * stay, have a further key that no row of the other side has.
 */
async function joinKeys(
  committee: Committee,
  join: PlanRowJoin,
  left: RowTable,
  right: RowTable,
  keepsUnmatched: boolean,
): Promise<[JoinKeys, JoinKeys]> {
  const [l, r] = [new TableProgram(left), new TableProgram(right)];
  const pairs = join.on.map((on) => [lowerNumber(l.lowering, on.left), lowerNumber(r.lowering, on.right)] as const);
  const widths = pairs.map(([a, b]) => widthOf(least(a.low, b.low), most(a.high, b.high)));
  const complete = (of: TableProgram, values: readonly NumberValue[]) => of.program.all(values.map((v) => v.present));
  const [lComplete, rComplete] = [
    complete(
      l,
      pairs.map(([a]) => a),
    ),
    complete(
      r,
      pairs.map(([, b]) => b),
    ),
  ];
  const marks = keepsUnmatched && l.program.bitOf(lComplete) === null;
  const make = async (of: TableProgram, table: RowTable, values: readonly NumberValue[], whole: number, unmatched: number | null) => {
    const node = (v: NumberValue) => sized(of.program, v, 1);
    const compared = of.program.and(of.valid, whole);
    // What a NULL key or a row that takes no part holds was never checked: out of bounds, it would stand anywhere in a sort.
    const nodes = values.map((v) => of.program.mask(compared, node(v)));
    const valid = unmatched === null ? compared : of.valid;
    const mark = unmatched === null ? [] : [of.program.inject(unmatched, 1)];
    const found = await of.run(committee, [...nodes, ...mark, valid]);
    const keys = nodes.map((n, i): SecretKey => ({ column: found.column(n), bits: widths[i] as number }));
    const marked = marks
      ? [{ column: mark[0] === undefined ? committee.constant(table.length, 1, 0n) : found.column(mark[0]), bits: 2 }]
      : [];
    return { keys: [...keys, ...marked], valid: found.bits(valid) };
  };
  return [
    await make(
      l,
      left,
      pairs.map(([a]) => a),
      lComplete,
      marks ? l.program.not(lComplete) : null,
    ),
    await make(
      r,
      right,
      pairs.map(([, b]) => b),
      rComplete,
      null,
    ),
  ];
}
