/** What a program over rows costs: every operation that it would play, depth by depth. */
import { matchingColumnNames, matchingEncoding, type PlanRows, type RowExpression } from '@sluis/model';
import type { RowsMeter } from '@sluis/technique';
import { finalExpressions, mergedExpressions, partsOf } from './expressions-of.ts';
import type { Lowering } from './lower.ts';
import { type Node, type Operation, Program } from './program.ts';
import { columnKey } from './row-table.ts';
import { batchesOf, scheduleOf } from './run-program.ts';

/** Columns by `source.column`: as a plan states them where they stand. */
export type ColumnShapes = ReadonlyMap<string, { readonly bits: number; readonly nullable: boolean }>;

export function columnShapes(rows: PlanRows): ColumnShapes {
  const shapes = new Map<string, { bits: number; nullable: boolean }>();
  const look = (e: RowExpression): void => {
    if (e.op === 'column') {
      const key = columnKey(e.source, e.column);
      shapes.set(key, { bits: Math.max(1, Math.min(64, e.bits)), nullable: e.nullable === true || shapes.get(key)?.nullable === true });
    }
    partsOf(e).forEach(look);
  };
  [...finalExpressions(rows), ...mergedExpressions(rows)].forEach(look);
  rows.joins.forEach(({ on, matching }, i) => {
    for (const pair of on) [pair.left, pair.right].forEach(look);
    for (const name of matching === undefined ? [] : matchingColumnNames(matching)) {
      const { bits, nullable } = matchingEncoding(name);
      for (const source of [matching?.source ?? 0, i + 1]) shapes.set(columnKey(source, name), { bits, nullable });
    }
  });
  return shapes;
}

/** @param make - builds the program; `valid` are the rows that take part. @returns the nodes that are wanted. */
export function programCost(
  meter: RowsMeter,
  shapes: ColumnShapes,
  n: number,
  make: (lowering: Lowering, valid: Node) => readonly Node[],
): void {
  const program = new Program();
  const names = [...shapes.keys()];
  const columnOf = (source: number, column: string) => {
    const key = columnKey(source, column);
    const { bits = 64, nullable = true } = shapes.get(key) ?? {};
    const half = 1n << BigInt(bits - 1);
    const index = names.indexOf(key);
    const present = nullable ? program.bits(index) : program.bit(1);
    return { kind: 'number' as const, node: program.column(index), present, low: -half, high: half - 1n };
  };
  const roots = make({ program, columnOf }, program.bits(names.length));
  for (const { interactive } of scheduleOf(program, roots).levels) {
    for (const batch of batchesOf(program, interactive, n)) meterBatch(meter, program, batch, n * batch.length);
  }
}

function meterBatch(meter: RowsMeter, program: Program, batch: readonly number[], n: number): void {
  const node = batch[0] as number;
  const o = program.operations[node] as Operation;
  const words = program.width(node);
  if (o.kind === 'and') meter.and(n);
  else if (o.kind === 'negative') meter.negative(n, o.bits);
  else if (o.kind === 'isZero') meter.isZero(n, o.bits);
  else if (o.kind === 'widen') meter.widen(n, program.width(o.a), words, o.bits);
  else if (o.kind === 'divide') meter.divide(n, o.bits, words);
  else if (o.kind === 'rescale') meter.rescale(n, o.by, o.bits, words);
  else if (o.kind === 'multiply') meter.multiply(n, words);
  else if (o.kind === 'inject') meter.inject(n, words);
  else if (o.kind === 'mask') meter.mask(n, words);
  else if (o.kind === 'lowBit') meter.toBits(n, 1);
}
