/** Gadgets: the parts of a validity circuit that are not affine (VDAF, appendix "FLP Gadgets"). */
import type { Field, Vector } from './field.ts';
import { powerOfTwo } from './roots.ts';

export interface Gadget {
  /** Number of input wires. */
  readonly arity: number;
  /** Degree of the polynomial that it computes. */
  readonly degree: number;
  /** out[o] = the gadget on the wires `wires[at]`, `wires[at + stride]` … */
  evaluate(field: Field, out: Vector, o: number, wires: Vector, at: number, stride: number): void;
}

/** x · y. */
export const multiplication: Gadget = {
  arity: 2,
  degree: 2,
  evaluate: (field, out, o, wires, at, stride) => field.multiply(out, o, wires, at, wires, at + stride),
};

/** x_0·y_0 + x_1·y_1 + …: ParallelSum(Mul(), pairs) of the specification. */
export function sumOfProducts(pairs: number): Gadget {
  return {
    arity: 2 * pairs,
    degree: 2,
    evaluate(field, out, o, wires, at, stride) {
      const [sum, product] = [field.zeros(1), field.zeros(1)];
      for (let pair = 0; pair < pairs; pair++) {
        const first = at + 2 * pair * stride;
        field.multiply(product, 0, wires, first, wires, first + stride);
        field.add(sum, 0, sum, 0, product, 0);
      }
      field.copy(out, o, sum, 0);
    },
  };
}

/** A polynomial of one wire, its coefficients from the constant one up: PolyEval. */
export function polynomial(coefficients: readonly bigint[]): Gadget {
  const degree = coefficients.findLastIndex((c) => c !== 0n);
  if (degree < 1) throw new RangeError('a gadget is a polynomial that is not constant');
  const made = new Map<Field, Vector>();
  const constants = (field: Field): Vector => {
    const found = made.get(field);
    if (found !== undefined) return found;
    const v = field.zeros(degree + 1);
    for (let k = 0; k <= degree; k++) field.set(v, k, coefficients[k] as bigint);
    made.set(field, v);
    return v;
  };
  return {
    arity: 1,
    degree,
    evaluate(field, out, o, wires, at) {
      const c = constants(field);
      const value = field.part(c, degree, degree + 1).slice();
      for (let k = degree - 1; k >= 0; k--) {
        field.multiply(value, 0, value, 0, wires, at);
        field.add(value, 0, value, 0, c, k);
      }
      field.copy(out, o, value, 0);
    },
  };
}

/** wire_poly_len: the calls and the seed, up to a power of two. */
export const wireLength = (calls: number): number => powerOfTwo(1 + calls);

/** gadget_poly_len: how many values of the gadget's polynomial a proof holds. */
export const gadgetLength = (gadget: Gadget, calls: number): number => gadget.degree * (wireLength(calls) - 1) + 1;
