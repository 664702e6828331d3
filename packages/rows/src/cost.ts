/**
 * Rounds and bytes of a plan on rows, for the most rows that it allows. Expressions are counted operation by operation, as
 * they run; sorting, grouping and joining by their shapes. An estimate: how many rows there are is known at the run only.
 */
import { type Plan, type PlanRows, setSize } from '@sluis/model';
import { CommitteeMeter, type Cost, secondsFor } from '@sluis/technique';
import { finalExpressions } from './expressions-of.ts';
import { fewEnough, fewForExtremes } from './few-cells.ts';
import { lower } from './lower.ts';
import { splitDigits } from './one-hot-sums.ts';
import { type Operation, Program } from './program.ts';
import { batchesOf, scheduleOf } from './run-program.ts';

/** Sent by all parties together for a row and 64-bit word in a shuffle, and for a row in a comparison of 64 bits. */
const SHUFFLE_BYTES = 96;
const COMPARISON_BYTES = 70;
const PRODUCT_BYTES = 24;

export function costOfRows(plan: Plan): Cost {
  const rows = plan.rows as PlanRows;
  const expressions = expressionCost(rows);
  const parts = [expressions, ...rows.joins.map(() => sortCost(2 * rows.maximumRows, 4)), ...aggregation(plan, rows)];
  const rounds = parts.reduce((n, p) => n + p.rounds, 0);
  const bytes = Math.ceil(parts.reduce((n, p) => n + p.bytes, 0));
  return { rounds, bytes, seconds: secondsFor(rounds, bytes) };
}

type Part = Pick<Cost, 'rounds' | 'bytes'>;

/** Every operation of the program that the expressions become, with widths as the plan states them. */
function expressionCost(rows: PlanRows): Part {
  const program = new Program();
  let inputs = 0;
  const lowering = {
    program,
    columnOf: (source: number, column: string) => {
      const half = 1n << BigInt(widthIn(rows, source, column) - 1);
      const index = inputs++;
      return { kind: 'number' as const, node: program.column(index), present: program.bits(index), low: -half, high: half - 1n };
    },
  };
  const wanted = finalExpressions(rows).map((e) => {
    const value = lower(lowering, e);
    return value.kind === 'number' ? value.node : value.isTrue;
  });
  const meter = new CommitteeMeter();
  const n = rows.maximumRows;
  for (const level of scheduleOf(program, wanted).levels) {
    for (const batch of batchesOf(program, level.interactive, n)) meterBatch(meter, program, batch, n * batch.length);
  }
  return meter.total();
}

function meterBatch(meter: CommitteeMeter, program: Program, batch: readonly number[], n: number): void {
  const node = batch[0] as number;
  const o = program.operations[node] as Operation;
  if (o.kind === 'and') meter.and(n);
  else if (o.kind === 'negative' || o.kind === 'isZero' || o.kind === 'widen') meter.negative(n, o.bits);
  else if (o.kind === 'rescale') for (let bit = 0; bit < o.bits; bit++) meter.negative(n, o.bits);
  else if (o.kind === 'lowBit') meter.and(n);
  else meter.select(n, program.width(node));
}

function widthIn(rows: PlanRows, source: number, column: string): number {
  let bits = 64;
  const look = (e: (typeof rows.keys)[number]): void => {
    if (e.op === 'column' && e.source === source && e.column === column) bits = Math.max(1, Math.min(64, e.bits));
    else if (e.op === 'case') [...e.when.flatMap((w) => [w.if, w.then]), e.else].forEach(look);
    else if ('args' in e) e.args.forEach(look);
  };
  finalExpressions(rows).forEach(look);
  return bits;
}

function sortCost(n: number, columns: number): Part {
  const depth = Math.max(1, Math.ceil(Math.log2(Math.max(2, n))));
  return { rounds: 10 * depth, bytes: n * (depth * COMPARISON_BYTES + columns * SHUFFLE_BYTES) };
}

function aggregation(plan: Plan, rows: PlanRows): Part[] {
  const n = rows.maximumRows;
  const of = (...kinds: string[]) => rows.accumulators.filter((a) => kinds.includes(a.kind)).length;
  const [sums, extremes] = [of('sum') + plan.contributions.length, of('min', 'max')];
  const sets = rows.secretSlots === null ? plan.groupingSets : [];
  const main = sets.map((set): Part => {
    const sizes = set.map((k) => plan.keys[k]?.size ?? 0).filter((s) => s > 1);
    const few = fewEnough(sizes, n, sums) && (extremes === 0 || fewForExtremes(setSize(plan, set), n));
    if (!few) return sortCost(n, sums + extremes + 2);
    const knockOuts = extremes * setSize(plan, set) * (COMPARISON_BYTES + 2 * PRODUCT_BYTES);
    return { rounds: 40 + 20 * extremes, bytes: n * (splitDigits(sizes, sums).cost * PRODUCT_BYTES + knockOuts) };
  });
  if (rows.secretSlots !== null) main.push(sortCost(n, sums + extremes + plan.keys.length + 1));
  const times = Math.max(1, sets.length);
  const distinct = Array.from({ length: 2 * times * of('distinct') }, () => sortCost(n, 3));
  const quantiles = Array.from({ length: times * of('quantile', 'quantile_disc') }, () => sortCost(n, 2));
  return [...main, ...distinct, ...quantiles];
}
