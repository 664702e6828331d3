/**
 * Bounding what one privacy unit contributes, on secret rows: of the rows that take part, so many with the same key stay,
 * and nobody learns which, or whether any were left out.
 */
import { type Plan, type PlanRowBound, type PlanRows, wordsForBits } from '@sluis/model';
import type { Committee, SecretBits, SecretColumn } from '@sluis/technique';
import { aggregatedColumns } from './expressions-of.ts';
import { lowerNumber } from './lower.ts';
import type { Node, Program } from './program.ts';
import { takingPart } from './row-facts.ts';
import type { RowTable, TableColumn } from './row-table.ts';
import { type NumberValue, sized, widthOf } from './row-values.ts';
import { TableProgram } from './table-program.ts';

/** A unit per row, as a number; rows that take no part have one that no unit has. */
export interface UnitNumber {
  readonly node: Node;
  readonly bits: number;
}

/**
 * What a row that takes no part holds was never checked, so it is replaced. NULL is a unit of its own, as in the engine of
 * a provider.
 */
export function unitNumber(program: Program, { node, present, low, high }: NumberValue, takes: Node): UnitNumber {
  const [nobody, missing] = [high + 1n, high + 2n];
  const first = low < 0n ? low : 0n;
  const bits = widthOf(first, missing);
  const words = wordsForBits(bits);
  const constant = (value: bigint) => program.constant(value, words);
  const value = program.select(present, sized(program, { node, low, high }, words), constant(missing));
  return { node: program.select(takes, value, constant(nobody)), bits };
}

/**
 * The rows that are aggregated, in an order that nobody knows, where the plan bounds the rows of a unit; else the same
 * table. Run by: all three compute parties, in step.
 *
 * Rows are shuffled and sorted by unit (stable), so that those of one unit stand together in an order of their own that
 * is random; a row whose unit also has the row `bound.rows` places before it is left out. Whatever another unit has, which
 * of a unit's rows stay has the same distribution: one unit changes no more than the bound says.
 *
 * Learns: nobody anything (see `Committee.sort`). Cost: a shuffle and a sort of the rows, an equality and a conjunction a
 * row. Source: contribution bounding as in Wilson et al. 2020 (Differentially private SQL with bounded user contribution), §4.
 */
export async function boundUnits(committee: Committee, plan: Plan, table: RowTable): Promise<RowTable> {
  const rows = plan.rows as PlanRows;
  if (rows.bound === undefined) return table;
  const on = new TableProgram(table);
  const takes = takingPart(on.lowering, on.valid, plan);
  // Fewer rows than one unit may have: no unit has more.
  const fewer = table.length <= rows.bound.rows;
  const unit = unitNumber(on.program, lowerNumber(on.lowering, rows.bound.key), takes);
  const found = await on.run(committee, fewer ? [takes] : [takes, unit.node]);
  if (fewer) return { ...table, valid: found.bits(takes) };
  const needed = aggregatedColumns(rows);
  const kept = [...table.columns].filter(([name]) => needed.has(name));
  return bounded(committee, table.length, kept, rows.bound, { ...unit, column: found.column(unit.node), takes: found.bits(takes) });
}

async function bounded(
  committee: Committee,
  length: number,
  kept: readonly (readonly [string, TableColumn])[],
  bound: PlanRowBound,
  unit: { readonly column: SecretColumn; readonly bits: number; readonly takes: SecretBits },
): Promise<RowTable> {
  const columns = [unit.column, ...kept.map(([, c]) => c.values)];
  const bits = [unit.takes, ...kept.flatMap(([, c]) => (c.present === null ? [] : [c.present]))];
  const shuffled = await committee.shuffle({ length, columns, bits });
  const sorted = await committee.sort(shuffled, [{ column: shuffled.columns[0] as SecretColumn, bits: unit.bits }]);
  const [units, takes] = [sorted.columns[0] as SecretColumn, sorted.bits[0] as SecretBits];
  const pairs = length - bound.rows;
  const full = await committee.equal(committee.slice(units, 0, pairs), committee.slice(units, bound.rows, pairs), unit.bits);
  const later = await committee.and(committee.sliceBits(takes, bound.rows, pairs), committee.not(full));
  let bit = 1;
  const named = kept.map(([name, c], i): readonly [string, TableColumn] => {
    const present = c.present === null ? null : (sorted.bits[bit++] as SecretBits);
    return [name, { ...c, values: sorted.columns[i + 1] as SecretColumn, present }];
  });
  return { length, columns: new Map(named), valid: committee.concatBits([committee.sliceBits(takes, 0, bound.rows), later]) };
}
