/** Numbers and truth values of a program's rows, with NULL: what expressions are lowered to. */
import { bitsBetween, wordsForBits } from '@sluis/model';
import type { Node, Program } from './program.ts';

/** A number per row. Where `present` is 0 it is NULL and the node holds anything. */
export interface NumberValue {
  readonly kind: 'number';
  readonly node: Node;
  readonly present: Node;
  /** Bounds of the values that are not NULL. */
  readonly low: bigint;
  readonly high: bigint;
}

/** A truth value per row: both bits 0 is NULL; never both 1. */
export interface TruthValue {
  readonly kind: 'truth';
  readonly isTrue: Node;
  readonly isFalse: Node;
}

export type RowValue = NumberValue | TruthValue;

export const widthOf = (low: bigint, high: bigint): number => bitsBetween(low, high);

export function constantNumber(program: Program, value: bigint): NumberValue {
  const node = program.constant(value, wordsForBits(widthOf(value, value)));
  return { kind: 'number', node, present: program.bit(1), low: value, high: value };
}

export const nullNumber = (program: Program): NumberValue => ({ ...constantNumber(program, 0n), present: program.bit(0) });

/** The value's node in a ring of so many words. */
export function sized(program: Program, value: Pick<NumberValue, 'node' | 'low' | 'high'>, words: number): Node {
  return program.resize(value.node, widthOf(value.low, value.high), words);
}

/** Both in the ring in which what is made of them, between `low` and `high`, fits: modulo it, the operands need not. */
export function pairFor(program: Program, a: NumberValue, b: NumberValue, low: bigint, high: bigint): [Node, Node, number] {
  const words = wordsForBits(widthOf(low, high));
  return [sized(program, a, words), sized(program, b, words), words];
}

export const constantTruth = (program: Program, value: boolean): TruthValue => ({
  kind: 'truth',
  isTrue: program.bit(value ? 1 : 0),
  isFalse: program.bit(value ? 0 : 1),
});

export const nullTruth = (program: Program): TruthValue => ({ kind: 'truth', isTrue: program.bit(0), isFalse: program.bit(0) });

/** The truth of `bit` where everything it was made of is present; NULL elsewhere. */
export function whenPresent(program: Program, bit: Node, present: Node): TruthValue {
  const isTrue = program.and(bit, present);
  return { kind: 'truth', isTrue, isFalse: program.xor(present, isTrue) };
}

/** Three-valued conjunction: false as soon as one is false. */
export function conjunction(program: Program, list: readonly TruthValue[]): TruthValue {
  return { kind: 'truth', isTrue: program.all(list.map((v) => v.isTrue)), isFalse: program.any(list.map((v) => v.isFalse)) };
}

export const negation = (v: TruthValue): TruthValue => ({ kind: 'truth', isTrue: v.isFalse, isFalse: v.isTrue });

export const disjunction = (program: Program, list: readonly TruthValue[]): TruthValue =>
  negation(conjunction(program, list.map(negation)));

/** Width of a place in a histogram, less any other. */
export const placeBits = (size: number): number => widthOf(-BigInt(size), BigInt(size));
