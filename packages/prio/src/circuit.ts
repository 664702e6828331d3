/** What a validity circuit is (VDAF §7.3.2), and what several of them share. */
import type { Field, Vector } from './field.ts';
import type { Gadget } from './gadgets.ts';

/** Runs the next call of a gadget on inputs (copied at once), and writes its output to out[0]. */
export type Call = (gadget: number, inputs: Vector, out: Vector) => void;

/** A kind of value that clients report: its encoding as field elements, which of them are valid, and how sums are read. */
export interface Circuit<Value, Result> {
  readonly field: Field;
  readonly gadgets: readonly { readonly gadget: Gadget; readonly calls: number }[];
  /** MEAS_LEN: elements of an encoded value. */
  readonly encodedLength: number;
  /** OUTPUT_LEN: elements of what is summed. */
  readonly outputLength: number;
  /** JOINT_RAND_LEN: random elements on which the circuit and the proof depend; 0 for a deterministic circuit. */
  readonly jointLength: number;
  /** EVAL_OUTPUT_LEN: how many outputs must be zero. */
  readonly checks: number;
  /** The largest element of what one valid report adds to the sum. */
  readonly largest: bigint;

  /** @throws InvalidError `prio/value-out-of-range`, which does not say the value. */
  encode(value: Value): Vector;
  /** Linear: from an encoded value, or a share of one, to what is summed. */
  truncate(encoded: Vector): Vector;
  /** The result from the sum over `count` reports. */
  decode(sum: Vector, count: number): Result;
  /**
   * Affine but for its gadgets. `share` is the inverse of the number of shares: constants are scaled by it, so that on
   * shares of a value the outputs are shares of the outputs.
   */
  evaluate(encoded: Vector, joint: Vector, share: Vector, call: Call): Vector;
}

/**
 * Checks that all of `encoded` are zero or one, as Σ r_i^(j+1)·x·(x − 1) over the chunks i and places j in them; one
 * element, zero when they are, and otherwise zero for few joint randomnesses. The part that SumVec, Histogram and
 * MultihotCountVec share (§7.4.3 to 7.4.5); its gadget is a `sumOfProducts(chunk)`.
 */
export function checkBits(field: Field, encoded: Vector, chunk: number, joint: Vector, share: Vector, call: Call): Vector {
  const [sum, output, power] = [field.zeros(1), field.zeros(1), field.zeros(1)];
  const inputs = field.zeros(2 * chunk);
  const zero = field.zeros(1);
  const count = field.count(encoded);
  for (let i = 0; i < field.count(joint); i++) {
    field.copy(power, 0, joint, i);
    for (let j = 0; j < chunk; j++) {
      const at = i * chunk + j;
      const [from, index] = at < count ? [encoded, at] : [zero, 0];
      field.multiply(inputs, 2 * j, power, 0, from, index);
      field.subtract(inputs, 2 * j + 1, from, index, share, 0);
      field.multiply(power, 0, power, 0, joint, i);
    }
    call(0, inputs, output);
    field.add(sum, 0, sum, 0, output, 0);
  }
  return sum;
}

/** The sum of some elements, added to out[0]. */
export function accumulate(field: Field, out: Vector, elements: Vector): void {
  for (let i = 0; i < field.count(elements); i++) field.add(out, 0, out, 0, elements, i);
}

/** All elements as integers. */
export const integers = (field: Field, v: Vector): bigint[] => Array.from({ length: field.count(v) }, (_, i) => field.get(v, i));
