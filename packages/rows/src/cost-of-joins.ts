/** What opening sources and joining them costs: the steps of `join-sources.ts`, on shapes. */
import type { PlanRowJoin, PlanRows } from '@sluis/model';
import type { KeyShape, RowsMeter, TableShape } from '@sluis/technique';
import { type ColumnShapes, programCost } from './cost-of-program.ts';
import { matchingCost } from './cost-of-matching.ts';
import { columnsIn, columnsNeeded, matchedColumns } from './expressions-of.ts';
import { least, most } from './extreme-integers.ts';
import { lowerNumber } from './lower.ts';
import type { Node, Program } from './program.ts';
import { columnKey } from './row-table.ts';
import { type NumberValue, sized, widthOf } from './row-values.ts';

/** @param rowsOf - most rows of each source. @returns most rows of the result, and how many bits say that there was room. */
export function joinsCost(
  meter: RowsMeter,
  rows: PlanRows,
  shapes: ColumnShapes,
  rowsOf: readonly number[],
  counted: readonly number[],
): { readonly length: number; readonly fits: number } {
  const wanted = columnsNeeded(rows, -1);
  for (const join of rows.joins) for (const { right } of join.on) columnsIn(right, wanted);
  for (const [i, join] of rows.joins.entries()) for (const key of matchedColumns(join, i + 1)) wanted.add(key);
  const open = (source: number) => meter.toBits((rowsOf[source] ?? 1) * (1 + columnsOf(wanted, shapes, [source]).bits), 1);
  open(0);
  let length = rowsOf[0] ?? 1;
  let fits = 0;
  rows.joins.forEach((join, i) => {
    open(i + 1);
    const right = rowsOf[i + 1] ?? 1;
    if (join.matching !== undefined) {
      fits += matchingCost(meter, i, join.matching, shapes, length, right);
      return;
    }
    const keys = keysCost(meter, join, shapes, length, right);
    const needed = columnsNeeded(rows, i);
    const kept = (sources: readonly number[]): TableShape => {
      const { words, bits } = columnsOf(needed, shapes, sources);
      // Which row it is, and that there is one.
      const more = sources.filter((s) => counted.includes(s)).length + sources.filter((s) => s > 0 && s <= i).length;
      return { length: sources.includes(i + 1) ? right : length, words: [...words, ...new Array<number>(more).fill(1)], bits };
    };
    const [l, r] = [kept(Array.from({ length: i + 1 }, (_, s) => s)), kept([i + 1])];
    const checked = (join.rightUnique ? 1 : 0) + (join.leftUnique === true ? 1 : 0);
    if (join.rightUnique || join.kind === 'semi' || join.kind === 'anti') {
      meter.joinToLeft(join.kind, length, r, keys, checked, join.distinct);
      return;
    }
    meter.joinRepeated(join.kind, l, r, keys, checked, join.maximumRows);
    length = join.maximumRows;
    fits++;
  });
  return { length, fits };
}

function columnsOf(keys: ReadonlySet<string>, shapes: ColumnShapes, sources: readonly number[]): { words: number[]; bits: number } {
  const own = [...keys].filter((key) => sources.some((s) => key.startsWith(columnKey(s, ''))));
  return { words: own.map(() => 1), bits: own.filter((key) => shapes.get(key)?.nullable === true).length };
}

/** Keys of both sides, zero where a row is not compared. */
function keysCost(meter: RowsMeter, join: PlanRowJoin, shapes: ColumnShapes, left: number, right: number): KeyShape[] {
  const keepsUnmatched = join.kind === 'left' || join.kind === 'anti';
  let marks = false;
  const side = (n: number, of: 'left' | 'right'): NumberValue[] => {
    let values: NumberValue[] = [];
    programCost(meter, shapes, n, (lowering, valid) => {
      const program: Program = lowering.program;
      values = join.on.map((on) => lowerNumber(lowering, on[of]));
      const complete = program.all(values.map((v) => v.present));
      const compared = program.and(valid, complete);
      const roots: Node[] = values.map((v) => program.mask(compared, sized(program, v, 1)));
      if (of === 'right' || !keepsUnmatched || program.bitOf(complete) !== null) return [...roots, compared];
      marks = true;
      return [...roots, compared, program.inject(program.not(complete), 1)];
    });
    return values;
  };
  const [a, b] = [side(left, 'left'), side(right, 'right')];
  const keys = a.map((x, i): KeyShape => {
    const y = b[i] as NumberValue;
    return { bits: widthOf(least(x.low, y.low), most(x.high, y.high)), words: 1 };
  });
  return marks ? [...keys, { bits: 2, words: 1 }] : keys;
}
