/** Everything a plan needs to know of each row before rows are aggregated, as secrets. */
import { least, most } from './extreme-integers.ts';
import { equalNumbers } from './lower.ts';
import type { Plan, PlanRowAccumulator, PlanRows } from '@sluis/model';
import type { Committee, SecretBits, SecretColumn, SecretKey, SecretRows } from '@sluis/technique';
import { type Lowering, lowerNumber, lowerTruth } from './lower.ts';
import { within } from './lower-lists.ts';
import type { Node, Program } from './program.ts';
import { columnKey, GIVER, MATCHED, ROW, type RowTable } from './row-table.ts';
import { constantNumber, type NumberValue, placeBits, sized, widthOf } from './row-values.ts';
import { TableProgram } from './table-program.ts';

/** An accumulator's value per row. */
export interface Measured {
  readonly column: SecretColumn;
  readonly low: bigint;
  readonly high: bigint;
  /** Rows that count, and have a value. */
  readonly counts: SecretBits;
}

/** A row's place in a histogram, from 0; 0 where it does not count. */
export interface Placed extends SecretKey {
  readonly counts: SecretBits;
}

/** Whose rows they are: public, row by row, or (after joins) a secret bit per organisation. */
export type Owners =
  | { readonly kind: 'public'; readonly names: readonly string[]; readonly ownerOf: Uint32Array }
  | { readonly kind: 'secret'; readonly bits: readonly SecretBits[] };

export interface RowFacts {
  readonly length: number;
  /** Rows that exist, pass WHERE, and have a place in every key's domain. */
  readonly base: SecretBits;
  /** Rows that count, each condition once; and per contribution of the plan, which one it is. */
  readonly contributions: readonly SecretBits[];
  readonly placeOf: readonly number[];
  /** Per key: its position in the domain, or the value of a secret key with NULL as the plan's code. Zero outside `base`. */
  readonly keys: readonly SecretKey[];
  /** Per accumulator; null for the value of a secret key and for what is found in a histogram. */
  readonly measures: readonly (Measured | null)[];
  /** Per histogram. */
  readonly places: readonly Placed[];
  /** Per dominance: |x|. */
  readonly absolutes: readonly Measured[];
  readonly owners: Owners;
  /** Per counted source of the rules and entry of `contributions`: the row of the source that is behind each row. */
  readonly rowsOf: readonly (readonly Measured[])[];
}

/**
 * Evaluates all expressions of the plan on the rows. Run by: all three compute parties, in step.
 *
 * @param table - rows after all joins; where the plan bounds the rows of a unit, what `boundUnits` left of them; where it
 *   merges rows, the items.
 * @param haveItem - of items: per giver of the first source, whether it has the item.
 *
 * Learns: nobody anything. Cost: that of the operations, depth by depth.
 */
export async function rowFacts(
  committee: Committee,
  plan: Plan,
  table: RowTable,
  sources: readonly SecretRows[],
  haveItem?: readonly SecretBits[],
): Promise<RowFacts> {
  const rows = plan.rows as PlanRows;
  const on = new TableProgram(table);
  const { program, lowering } = on;
  const keys = rows.keys.map((e, k) => keyValue(program, lowerNumber(lowering, e), plan.keys[k]?.nullCode));
  const base = rows.bound === undefined ? takingPart(lowering, on.valid, plan) : on.valid;
  const given = rows.contributions.map((e) => program.and(base, e === null ? program.bit(1) : lowerTruth(lowering, e).isTrue));
  const counting = [...new Set(given)];
  const values = rows.accumulators.map((a) => measuredOf(lowering, a));
  const places = placeNodes(lowering, plan, base);
  const absolutes = (rows.dominances ?? []).map((e) => lowerNumber(lowering, e));
  const numbers = (plan.rules.countedSources ?? []).map((s) => on.columnOf(columnKey(s, ROW)));
  const measured: Measurable[] = [
    ...[...values.filter((v) => v !== null), ...absolutes].map((value) => ({ value, counts: program.and(base, value.present) })),
    ...numbers.flatMap((value) => counting.map((c) => ({ value, counts: program.and(c, value.present) }))),
  ];
  const keyNodes = keys.map((k) => program.mask(base, sized(program, k, 1)));
  const owners = ownerNodes(on, rows, sources);
  const nodes = measured.flatMap((m) => [m.value.node, m.counts]);
  const found = await on.run(committee, [
    base,
    ...counting,
    ...keyNodes,
    ...nodes,
    ...(owners ?? []),
    ...places.flatMap((p) => [p.node, p.counts]),
  ]);
  const all = measured.map(
    ({ value: { node, low, high }, counts }): Measured => ({ column: found.column(node), low, high, counts: found.bits(counts) }),
  );
  const take = (n: number) => all.splice(0, n);
  return {
    length: table.length,
    base: found.bits(base),
    contributions: counting.map((n) => found.bits(n)),
    placeOf: given.map((n) => counting.indexOf(n)),
    keys: keys.map((k, i) => ({ column: found.column(keyNodes[i] as Node), bits: keyBits(k) })),
    measures: values.map((v) => (v === null ? null : (take(1)[0] as Measured))),
    places: places.map((p) => ({ column: found.column(p.node), bits: p.bits, counts: found.bits(p.counts) })),
    absolutes: take(absolutes.length),
    rowsOf: numbers.map(() => take(counting.length)),
    owners:
      haveItem !== undefined
        ? { kind: 'secret', bits: haveItem }
        : rows.bound !== undefined
          ? nobody(table)
          : owners === null
            ? publicOwners(table, sources)
            : { kind: 'secret', bits: owners.map((n) => found.bits(n)) },
  };
}

/** What is measured of rows for an accumulator; null where it is nothing of its own. */
export const measuredOf = (lowering: Lowering, { kind, expression }: PlanRowAccumulator): NumberValue | null =>
  kind === 'key' || kind === 'histogram' ? null : lowerNumber(lowering, expression);

/** Per histogram: the place of each row that counts and lies in it. */
export function placeNodes(
  lowering: Lowering,
  plan: Plan,
  base: Node,
): { readonly node: Node; readonly counts: Node; readonly bits: number }[] {
  const { program } = lowering;
  return (plan.rows?.histograms ?? []).map((e, h) => {
    const size = plan.histograms?.[h]?.size ?? 0;
    const value = lowerNumber(lowering, e);
    const counts = program.and(base, insideDomain(program, value, size));
    return { node: program.mask(counts, sized(program, value, 1)), counts, bits: placeBits(size) };
  });
}

/** Rows that exist, pass WHERE, and have a place in every key's domain. */
export function takingPart(lowering: Lowering, valid: Node, plan: Plan): Node {
  const { program } = lowering;
  const rows = plan.rows as PlanRows;
  const keys =
    rows.secretSlots !== null ? [] : rows.keys.map((e, k) => keyValue(program, lowerNumber(lowering, e), plan.keys[k]?.nullCode));
  const known = keys.map((k, i) => insideDomain(program, k, plan.keys[i]?.size ?? 0));
  const where = rows.where === null ? program.bit(1) : lowerTruth(lowering, rows.where).isTrue;
  return program.all([valid, where, ...known]);
}

interface Measurable {
  readonly value: NumberValue;
  readonly counts: Node;
}

/** Zero, which stands outside `base`, is a value as well. */
export const keyBits = (k: NumberValue): number => widthOf(k.low < 0n ? k.low : 0n, k.high > 0n ? k.high : 0n);

/** A key's value, with NULL as a number of its own where it may be NULL. */
export function keyValue(program: Program, value: NumberValue, nullCode: string | undefined): NumberValue {
  if (program.bitOf(value.present) === 1 || nullCode === undefined) return value;
  const code = constantNumber(program, BigInt(nullCode));
  const [low, high] = [least(value.low, code.low), most(value.high, code.high)];
  const node = program.select(value.present, sized(program, value, 1), sized(program, code, 1));
  return { kind: 'number', node, present: program.bit(1), low, high };
}

/** A key that is not in its domain (position −1), or NULL where no code stands for it, is in no cell. */
export const insideDomain = (program: Program, key: NumberValue, size: number): Node =>
  program.and(key.present, within(program, key, { from: 0n, to: BigInt(size) - 1n }));

/** One bit per organisation after joins: whether the row holds something of it. Null where givers are public. */
function ownerNodes(on: TableProgram, rows: PlanRows, sources: readonly SecretRows[]): Node[] | null {
  if (rows.joins.length === 0 || rows.bound !== undefined) return null;
  const { program } = on;
  const counted = rows.organisations === 'per-row' ? sources.slice(0, 1) : sources;
  const names = [...new Set(counted.flatMap((s) => s.givers))];
  return names.map((name) =>
    program.any(
      counted.flatMap((given, s) => {
        const index = given.givers.indexOf(name);
        return index < 0 ? [] : [givenBy(on, s, given, index)];
      }),
    ),
  );
}

function givenBy(on: TableProgram, source: number, given: SecretRows, index: number): Node {
  const { program } = on;
  const there = source === 0 ? program.bit(1) : on.columnOf(columnKey(source, MATCHED)).present;
  if (given.givers.length === 1) return there;
  const giver = on.has(columnKey(source, GIVER)) ? on.columnOf(columnKey(source, GIVER)) : null;
  if (giver === null) return program.bit(0);
  return program.and(there, equalNumbers(program, giver, constantNumber(program, BigInt(index))).isTrue);
}

/** Whose rows they are is secret once they are in another order; and noise takes the place of rules on organisations. */
const nobody = ({ length }: RowTable): Owners => ({ kind: 'public', names: [], ownerOf: new Uint32Array(length) });

function publicOwners(table: RowTable, sources: readonly SecretRows[]): Owners {
  const given = sources[0] as SecretRows;
  return { kind: 'public', names: given.givers, ownerOf: given.length === table.length ? given.giverOf : new Uint32Array(table.length) };
}
