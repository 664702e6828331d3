/** CASE: the first branch whose condition is true. */
import { least, most } from './extreme-integers.ts';
import { type RowExpression, wordsForBits } from '@sluis/model';
import { lower, type Lowering, lowerTruth } from './lower.ts';
import type { Node, Program } from './program.ts';
import { type NumberValue, type RowValue, sized, type TruthValue, widthOf } from './row-values.ts';

type Case = Extract<RowExpression, { op: 'case' }>;

export function lowerCase(to: Lowering, e: Case): RowValue {
  const { program } = to;
  const conditions = firstTrue(
    program,
    e.when.map((w) => lowerTruth(to, w.if).isTrue),
  );
  const values = [...e.when.map((w) => lower(to, w.then)), lower(to, e.else)];
  if (values.every((v) => v.kind === 'truth')) return truthCase(program, conditions, values as TruthValue[]);
  if (values.every((v) => v.kind === 'number')) return numberCase(program, conditions, values as NumberValue[]);
  throw new RangeError('the branches of a CASE are all numbers or all truth values');
}

/** Condition i and none before it: at most one is 1. */
function firstTrue(program: Program, conditions: readonly Node[]): Node[] {
  let none = program.bit(1);
  return conditions.map((c) => {
    const first = program.and(none, c);
    none = program.xor(none, first);
    return first;
  });
}

/** Since at most one condition holds, the parts can be added: else + Σ first_i · (value_i − else). */
function numberCase(program: Program, first: readonly Node[], values: readonly NumberValue[]): NumberValue {
  const real = values.filter((v) => program.bitOf(v.present) !== 0);
  const low = least(real[0]?.low ?? 0n, ...real.map((v) => v.low));
  const high = most(real[0]?.high ?? 0n, ...real.map((v) => v.high));
  const words = wordsForBits(widthOf(low, high));
  const nodes = values.map((v) => (program.bitOf(v.present) === 0 ? null : sized(program, v, words)));
  // NULL branches hold anything: whatever makes the sum short.
  const last = nodes.at(-1) ?? program.constant(0n, words);
  let node = last;
  first.forEach((condition, i) => {
    const branch = nodes[i] ?? null;
    if (branch !== null) node = program.add(node, program.mask(condition, program.subtract(branch, last)));
  });
  const present = bitCase(
    program,
    first,
    values.map((v) => v.present),
  );
  return { kind: 'number', node, present, low, high };
}

function truthCase(program: Program, first: readonly Node[], values: readonly TruthValue[]): TruthValue {
  const side = (of: 'isTrue' | 'isFalse') =>
    bitCase(
      program,
      first,
      values.map((v) => v[of]),
    );
  return { kind: 'truth', isTrue: side('isTrue'), isFalse: side('isFalse') };
}

function bitCase(program: Program, first: readonly Node[], values: readonly Node[]): Node {
  const last = values.at(-1) as Node;
  return first.reduce((sum, condition, i) => program.xor(sum, program.and(condition, program.xor(values[i] as Node, last))), last);
}
