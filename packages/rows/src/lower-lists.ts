/** IN and positions in lists: runs of neighbouring numbers are one range each, single ones an equality. */
import { least, most } from './extreme-integers.ts';
import type { Node, Program } from './program.ts';
import { constantNumber, type NumberValue, pairFor, type TruthValue, whenPresent, widthOf } from './row-values.ts';

interface Run {
  readonly from: bigint;
  readonly to: bigint;
}

/** x IN (values): NULL where x is. */
export function lowerMembership(program: Program, x: NumberValue, values: readonly bigint[]): TruthValue {
  const runs = runsOf(values);
  return whenPresent(program, program.anyExclusive(runs.map((run) => within(program, x, run))), x.present);
}

/** How many tests the values of an IN take. */
export const membershipTests = (values: readonly string[]): number => runsOf(values.map(BigInt)).length;

/** How many tests the positions of a list take. */
export const positionTests = (list: readonly (string | null)[]): number => stepsOf(list.filter((v) => v !== null).map(BigInt)).length;

function runsOf(values: readonly bigint[]): Run[] {
  const runs: Run[] = [];
  for (const v of [...new Set(values)].sort((a, b) => (a < b ? -1 : 1))) {
    const open = runs.at(-1);
    if (open !== undefined && open.to + 1n === v) runs[runs.length - 1] = { from: open.from, to: v };
    else runs.push({ from: v, to: v });
  }
  return runs;
}

/** 1 where from ≤ x ≤ to; what the bounds of x exclude is not tested. Right where x is present. */
export function within(program: Program, x: NumberValue, run: Run): Node {
  const [from, to] = [most(run.from, x.low), least(run.to, x.high)];
  if (from > to) return program.bit(0);
  if (from === x.low && to === x.high) return program.bit(1);
  if (from === to) return isValue(program, x, from);
  // x < from implies x ≤ to, so the range is the difference of the two.
  return program.xor(below(program, x, to + 1n), below(program, x, from));
}

function isValue(program: Program, x: NumberValue, value: bigint): Node {
  const [low, high] = [x.low - value, x.high - value];
  const [a, b] = pairFor(program, x, constantNumber(program, value), low, high);
  return program.isZero(program.subtract(a, b), widthOf(low, high));
}

function below(program: Program, x: NumberValue, value: bigint): Node {
  const [low, high] = [x.low - value, x.high - value];
  if (high < 0n || low >= 0n) return program.bit(high < 0n ? 1 : 0);
  const [a, b] = pairFor(program, x, constantNumber(program, value), low, high);
  return program.negative(program.subtract(a, b), widthOf(low, high));
}

/** Position of x in the list; NULL has the last one if the list ends with it; −1 for whatever the list lacks. */
export function lowerPosition(program: Program, x: NumberValue, list: readonly (string | null)[]): NumberValue {
  const values = list.filter((v) => v !== null).map(BigInt);
  const ofNull = list.at(-1) === null ? BigInt(list.length - 1) : -1n;
  const steps = stepsOf(values);
  const parts = steps.map((step) => ({ ...step, bit: within(program, x, step) }));
  const known = program.anyExclusive(parts.map((p) => p.bit));
  // Where x lies in a step, its position is x minus the step's offset; offsets are public.
  const offset = parts.reduce((sum, p) => program.add(sum, program.scale(program.inject(p.bit, 1), p.offset)), program.constant(0n, 1));
  const single = parts.length === 1 ? program.constant(parts[0]?.offset ?? 0n, 1) : offset;
  const position = program.subtract(program.resize(x.node, 64, 1), single);
  const found = program.select(known, position, program.constant(-1n, 1));
  const node = program.select(x.present, found, program.constant(ofNull, 1));
  const complete = program.bitOf(known) === 1 && (ofNull >= 0n || program.bitOf(x.present) === 1);
  return { kind: 'number', node, present: program.bit(1), low: complete ? 0n : -1n, high: BigInt(list.length) - 1n };
}

/** Runs of the list in which position and value go up together. */
function stepsOf(values: readonly bigint[]): (Run & { offset: bigint })[] {
  const steps: (Run & { offset: bigint })[] = [];
  values.forEach((v, i) => {
    const offset = v - BigInt(i);
    const open = steps.at(-1);
    if (open !== undefined && open.offset === offset && open.to + 1n === v) steps[steps.length - 1] = { ...open, to: v };
    else steps.push({ from: v, to: v, offset });
  });
  return steps;
}
