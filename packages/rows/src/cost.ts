/**
 * Rounds and bytes of a plan on rows, for the most rows that it allows: the same steps as the code that runs, on shapes.
 * How many rows there are, who gave them and which columns have NULLs is known at the run only: every column counts as
 * one with NULLs, and givers are those whose stations share rows, or a handful where rows are deposited.
 */
import type { Plan, PlanRowJoin, PlanRows, RowExpression } from '@sluis/model';
import { type Cost, type KeyShape, RowsMeter, type TableShape, threatModelOf } from '@sluis/technique';
import { cellsCost } from './cost-of-cells.ts';
import { columnsIn, columnsNeeded, finalExpressions, partsOf } from './expressions-of.ts';
import { least, most } from './extreme-integers.ts';
import { lower } from './lower.ts';
import { type Operation, Program } from './program.ts';
import { columnKey } from './row-table.ts';
import { widthOf } from './row-values.ts';
import { batchesOf, scheduleOf } from './run-program.ts';
import { within } from './lower-lists.ts';

/** Assumed for tables with deposits. */
const SOME_GIVERS = 4;

export function costOfRows(plan: Plan): Cost {
  const rows = plan.rows as PlanRows;
  const meter = new RowsMeter(threatModelOf(plan));
  const wanted = columnsNeeded(rows, -1);
  for (const join of rows.joins) for (const { right } of join.on) columnsIn(right, wanted);
  for (const s of rows.sources.keys()) flagsCost(meter, rows.maximumRows, columnsOfSource(wanted, s).length);
  for (const [i, join] of rows.joins.entries()) joinCost(meter, rows, i, join);
  const widths = expressionsCost(meter, plan, rows);
  cellsCost(meter, plan, rows, { owners: ownersOf(rows), ...widths });
  return meter.total();
}

const columnsOfSource = (keys: ReadonlySet<string>, source: number): string[] =>
  [...keys].filter((key) => key.startsWith(columnKey(source, '')));

function ownersOf(rows: PlanRows): number {
  const counted = rows.organisations === 'per-row' ? rows.sources.slice(0, 1) : rows.sources;
  const stations = new Set(counted.flatMap((s) => s.stations));
  return stations.size + (counted.some((s) => s.deposits) ? SOME_GIVERS : 0);
}

function flagsCost(meter: RowsMeter, n: number, columns: number): void {
  for (let flag = 0; flag <= columns; flag++) meter.toBits(n, 1);
}

function joinCost(meter: RowsMeter, rows: PlanRows, index: number, join: PlanRowJoin): void {
  const n = rows.maximumRows;
  const needed = columnsNeeded(rows, index);
  const right = columnsOfSource(needed, index + 1).length;
  const left = needed.size - right;
  const shape = (columns: number): TableShape => ({ length: n, words: new Array<number>(columns).fill(1), bits: columns });
  const keys = join.on.map((on): KeyShape => ({ bits: Math.max(bitsOf(on.left), bitsOf(on.right)), words: 1 }));
  meter.and(n);
  for (let key = 0; key < 2 * keys.length; key++) meter.mask(n, 1);
  if (join.rightUnique || join.kind === 'semi' || join.kind === 'anti')
    meter.joinToLeft(join.kind, n, shape(right), keys, join.rightUnique ? 1 : 0);
  else meter.joinRepeated(join.kind, shape(left), shape(right), keys, 0, Math.max(1, join.maximumRows));
}

const bitsOf = (e: RowExpression): number => ('bits' in e ? Math.max(1, Math.min(64, e.bits)) : 64);

/** Every operation of the program that `rowFacts` makes. Gives the widths of keys and of accumulators' values. */
function expressionsCost(meter: RowsMeter, plan: Plan, rows: PlanRows): { keyBits: number[]; valueBits: number[] } {
  const program = new Program();
  const widths = columnWidths(rows);
  const names = [...widths.keys()];
  const columnOf = (source: number, column: string) => {
    const key = columnKey(source, column);
    const half = 1n << BigInt((widths.get(key) ?? 64) - 1);
    const index = names.indexOf(key);
    return { kind: 'number' as const, node: program.column(index), present: program.bits(index), low: -half, high: half - 1n };
  };
  const lowering = { program, columnOf };
  const truth = (e: RowExpression | null) => {
    const value = e === null ? null : lower(lowering, e);
    return value === null || value.kind === 'number' ? program.bit(1) : value.isTrue;
  };
  const number = (e: RowExpression) => {
    const value = lower(lowering, e);
    return value.kind === 'number' ? value : { node: program.inject(value.isTrue, 1), present: program.bit(1), low: 0n, high: 1n };
  };
  const keys = rows.keys.map(number);
  const inside = keys.map((k, i) => {
    if (rows.secretSlots !== null) return program.bit(1);
    return program.and(k.present, within(program, { kind: 'number', ...k }, { from: 0n, to: BigInt(plan.keys[i]?.size ?? 0) - 1n }));
  });
  const valid = program.bits(names.length);
  const base = program.all([valid, truth(rows.where), ...inside]);
  const values = rows.accumulators.map((a) => (a.kind === 'key' ? null : number(a.expression)));
  const coded = keys.map((k, i) => {
    const code = plan.keys[i]?.nullCode;
    return program.mask(base, code === undefined ? k.node : program.select(k.present, k.node, program.constant(BigInt(code), 1)));
  });
  const roots = [
    base,
    ...coded,
    ...rows.contributions.map((e) => program.and(base, truth(e))),
    ...values.flatMap((v) => (v === null ? [] : [v.node, program.and(base, v.present)])),
  ];
  for (const { interactive } of scheduleOf(program, roots).levels) {
    for (const batch of batchesOf(program, interactive, rows.maximumRows))
      meterBatch(meter, program, batch, rows.maximumRows * batch.length);
  }
  const codes = (i: number) => BigInt(plan.keys[i]?.nullCode ?? 0);
  return {
    keyBits: keys.map((k, i) => widthOf(least(k.low, codes(i), 0n), most(k.high, codes(i), 0n))),
    valueBits: values.map((v) => (v === null ? 1 : widthOf(v.low, v.high))),
  };
}

function meterBatch(meter: RowsMeter, program: Program, batch: readonly number[], n: number): void {
  const node = batch[0] as number;
  const o = program.operations[node] as Operation;
  const words = program.width(node);
  if (o.kind === 'and') meter.and(n);
  else if (o.kind === 'negative') meter.negative(n, o.bits);
  else if (o.kind === 'isZero') meter.isZero(n, o.bits);
  else if (o.kind === 'widen') meter.widen(n, program.width(o.a), words, o.bits);
  else if (o.kind === 'rescale') meter.rescale(n, o.by, o.bits, words);
  else if (o.kind === 'multiply') meter.multiply(n, words);
  else if (o.kind === 'inject') meter.inject(n, words);
  else if (o.kind === 'mask') meter.mask(n, words);
}

/** Widths as the plan states them where columns stand. */
function columnWidths(rows: PlanRows): Map<string, number> {
  const widths = new Map<string, number>();
  const look = (e: RowExpression): void => {
    if (e.op === 'column') widths.set(columnKey(e.source, e.column), bitsOf(e));
    partsOf(e).forEach(look);
  };
  finalExpressions(rows).forEach(look);
  return widths;
}
