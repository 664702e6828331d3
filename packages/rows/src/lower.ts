/** Expressions over rows become operations of a program: bounds decide widths, and what is public is never computed on. */
import { least, most } from './extreme-integers.ts';
import { type RowExpression, wordsForBits } from '@sluis/model';
import { lowerCase } from './lower-case.ts';
import { lowerMembership, lowerPosition } from './lower-lists.ts';
import type { Program } from './program.ts';
import {
  conjunction,
  constantNumber,
  constantTruth,
  disjunction,
  negation,
  nullNumber,
  nullTruth,
  type NumberValue,
  pairFor,
  type RowValue,
  sized,
  type TruthValue,
  whenPresent,
  widthOf,
} from './row-values.ts';

/** Finds the columns of the rows that an expression is over. */
export type ColumnFinder = (source: number, column: string) => NumberValue;

export interface Lowering {
  readonly program: Program;
  readonly columnOf: ColumnFinder;
}

/** Lowers an expression. Throws RangeError on one that mixes numbers and truth values: the planner makes none. */
export function lower(to: Lowering, e: RowExpression): RowValue {
  const { program } = to;
  switch (e.op) {
    case 'column':
      return to.columnOf(e.source, e.column);
    case 'number':
      return constantNumber(program, BigInt(e.value));
    case 'boolean':
      return constantTruth(program, e.value);
    case 'null':
      return e.of === 'number' ? nullNumber(program) : nullTruth(program);
    case 'add':
    case 'subtract':
    case 'multiply':
      return arithmetic(program, e.op, lowerNumber(to, e.args[0]), lowerNumber(to, e.args[1]));
    case 'negate':
      return arithmetic(program, 'subtract', constantNumber(program, 0n), lowerNumber(to, e.args[0]));
    case 'absolute':
      return absolute(program, lowerNumber(to, e.args[0]));
    case 'divide':
      return divide(program, lowerNumber(to, e.args[0]), lowerNumber(to, e.args[1]));
    case 'rescale':
      return rescale(program, lowerNumber(to, e.args[0]), BigInt(e.divisor));
    case 'less':
      return less(program, lowerNumber(to, e.args[0]), lowerNumber(to, e.args[1]));
    case 'equal':
      return equal(program, lower(to, e.args[0]), lower(to, e.args[1]));
    case 'and':
    case 'or':
      return (e.op === 'and' ? conjunction : disjunction)(
        program,
        e.args.map((a) => lowerTruth(to, a)),
      );
    case 'not':
      return negation(lowerTruth(to, e.args[0]));
    case 'isNull':
      return isNull(program, lower(to, e.args[0]));
    case 'case':
      return lowerCase(to, e);
    case 'in':
      return lowerMembership(program, lowerNumber(to, e.args[0]), e.values.map(BigInt));
    case 'position':
      return lowerPosition(program, lowerNumber(to, e.args[0]), e.values);
  }
}

export function lowerNumber(to: Lowering, e: RowExpression): NumberValue {
  const value = lower(to, e);
  if (value.kind === 'number') return value;
  // A truth value where a number is due counts as 0 and 1.
  const present = to.program.xor(value.isTrue, value.isFalse);
  return { kind: 'number', node: to.program.inject(value.isTrue, 1), present, low: 0n, high: 1n };
}

export function lowerTruth(to: Lowering, e: RowExpression): TruthValue {
  const value = lower(to, e);
  if (value.kind === 'number') throw new RangeError('a condition is no number');
  return value;
}

function arithmetic(program: Program, op: 'add' | 'subtract' | 'multiply', a: NumberValue, b: NumberValue): NumberValue {
  const ends: [bigint, ...bigint[]] =
    op === 'add'
      ? [a.low + b.low, a.high + b.high]
      : op === 'subtract'
        ? [a.low - b.high, a.high - b.low]
        : [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high];
  const [low, high] = [least(...ends), most(...ends)];
  const [x, y] = pairFor(program, a, b, low, high);
  return { kind: 'number', node: program[op](x, y), present: program.and(a.present, b.present), low, high };
}

function absolute(program: Program, a: NumberValue): NumberValue {
  if (a.low >= 0n) return a;
  const high = most(a.high, -a.low);
  const sign = program.negative(a.node, Math.min(widthOf(a.low, a.high), 64 * program.width(a.node)));
  const node = sized(program, a, wordsForBits(widthOf(0n, high)));
  return { ...a, node: program.subtract(node, program.scale(program.mask(sign, node), 2n)), low: 0n, high };
}

/** Towards zero; NULL where the divisor is 0. */
function divide(program: Program, a: NumberValue, b: NumberValue): NumberValue {
  // Quotients are largest by the divisors of either sign that are nearest to zero, and smallest by the furthest.
  const divisors = [b.low, b.high, 1n, -1n].filter((d) => d !== 0n && b.low <= d && d <= b.high);
  const [first, ...rest] = divisors.flatMap((d) => [a.low / d, a.high / d]);
  if (first === undefined) return nullNumber(program);
  const [low, high] = [least(first, ...rest), most(first, ...rest)];
  const bits = Math.max(widthOf(a.low, a.high), widthOf(b.low, b.high));
  const words = wordsForBits(Math.max(bits, widthOf(low, high)));
  const [x, y] = [sized(program, a, words), sized(program, b, words)];
  const present = b.low > 0n || b.high < 0n ? [] : [program.not(program.isZero(y, bits))];
  return { kind: 'number', node: program.divide(x, y, bits), present: program.all([a.present, b.present, ...present]), low, high };
}

/** Rounded half away from zero. */
function rescale(program: Program, a: NumberValue, divisor: bigint): NumberValue {
  const round = (v: bigint) => (v < 0n ? -((-v + divisor / 2n) / divisor) : (v + divisor / 2n) / divisor);
  // Room for the rounding half: the committee adds it before it divides.
  const bits = widthOf(a.low - divisor, a.high + divisor);
  const node = sized(program, a, wordsForBits(bits));
  return { ...a, node: program.rescale(node, divisor, bits), low: round(a.low), high: round(a.high) };
}

function less(program: Program, a: NumberValue, b: NumberValue): TruthValue {
  const [low, high] = [a.low - b.high, a.high - b.low];
  const present = program.and(a.present, b.present);
  if (high < 0n || low >= 0n) return whenPresent(program, program.bit(high < 0n ? 1 : 0), present);
  const [x, y] = pairFor(program, a, b, low, high);
  return whenPresent(program, program.negative(program.subtract(x, y), widthOf(low, high)), present);
}

function equal(program: Program, a: RowValue, b: RowValue): TruthValue {
  if (a.kind === 'number' && b.kind === 'number') return equalNumbers(program, a, b);
  if (a.kind !== 'truth' || b.kind !== 'truth') throw new RangeError('a number is never equal to a truth value');
  return disjunction(program, [conjunction(program, [a, b]), conjunction(program, [negation(a), negation(b)])]);
}

export function equalNumbers(program: Program, a: NumberValue, b: NumberValue): TruthValue {
  const [low, high] = [a.low - b.high, a.high - b.low];
  const present = program.and(a.present, b.present);
  if (high < 0n || low > 0n) return whenPresent(program, program.bit(0), present);
  const [x, y] = pairFor(program, a, b, low, high);
  return whenPresent(program, program.isZero(program.subtract(x, y), widthOf(low, high)), present);
}

function isNull(program: Program, a: RowValue): TruthValue {
  const present = a.kind === 'number' ? a.present : program.xor(a.isTrue, a.isFalse);
  return { kind: 'truth', isTrue: program.not(present), isFalse: present };
}
