/** The validity circuits of VDAF §7.4: what is counted, summed or put in a histogram. */
import { BoundedInteger } from './bounded-integer.ts';
import { accumulate, type Call, type Circuit, checkBits, integers } from './circuit.ts';
import type { Field, Vector } from './field.ts';
import { multiplication, polynomial, sumOfProducts } from './gadgets.ts';
import { outOfRange } from './refusals.ts';

/** §7.4.1: zero or one; the result is how many ones. */
export function count(field: Field): Circuit<boolean, bigint> {
  return {
    field,
    gadgets: [{ gadget: multiplication, calls: 1 }],
    encodedLength: 1,
    outputLength: 1,
    jointLength: 0,
    checks: 1,
    largest: 1n,
    encode(value) {
      if (typeof value !== 'boolean') throw outOfRange();
      return field.constant(value ? 1n : 0n);
    },
    truncate: (encoded) => encoded.slice(),
    decode: (sum) => field.get(sum, 0),
    evaluate(encoded, _joint, _share, call) {
      const inputs = field.zeros(2);
      field.copy(inputs, 0, encoded, 0);
      field.copy(inputs, 1, encoded, 0);
      const out = field.zeros(1);
      call(0, inputs, out);
      field.subtract(out, 0, out, 0, encoded, 0);
      return out;
    },
  };
}

/** §7.4.2: an integer from 0 to `maximum`; the result is their sum. */
export function sum(field: Field, maximum: bigint): Circuit<bigint, bigint> {
  const integer = new BoundedInteger(field, maximum);
  return {
    field,
    gadgets: [{ gadget: polynomial([0n, -1n, 1n]), calls: integer.bits }],
    encodedLength: integer.bits,
    outputLength: 1,
    jointLength: 0,
    checks: integer.bits,
    largest: maximum,
    encode(value) {
      const out = field.zeros(integer.bits);
      integer.encode(value, out, 0);
      return out;
    },
    truncate(encoded) {
      const out = field.zeros(1);
      integer.decode(encoded, 0, out, 0);
      return out;
    },
    decode: (total) => field.get(total, 0),
    evaluate(encoded, _joint, _share, call) {
      const [outputs, input, output] = [field.zeros(integer.bits), field.zeros(1), field.zeros(1)];
      for (let k = 0; k < integer.bits; k++) {
        field.copy(input, 0, encoded, k);
        call(0, input, output);
        field.copy(outputs, k, output, 0);
      }
      return outputs;
    },
  };
}

const chunksOf = (field: Field, length: number, chunk: number) => {
  if (!Number.isSafeInteger(length) || length < 1 || !Number.isSafeInteger(chunk) || chunk < 1)
    throw new RangeError('lengths and chunks are whole numbers from 1');
  const calls = Math.ceil(length / chunk);
  return { field, gadgets: [{ gadget: sumOfProducts(chunk), calls }], encodedLength: length, jointLength: calls };
};

/** §7.4.3: `length` integers from 0 to `maximum`; the result is their sums. */
export function sumVec(field: Field, length: number, maximum: bigint, chunk: number): Circuit<readonly bigint[], bigint[]> {
  const integer = new BoundedInteger(field, maximum);
  return {
    ...chunksOf(field, length * integer.bits, chunk),
    outputLength: length,
    checks: 1,
    largest: maximum,
    encode(values) {
      if (!Array.isArray(values) || values.length !== length) throw outOfRange();
      const out = field.zeros(length * integer.bits);
      for (let i = 0; i < length; i++) integer.encode(values[i] as bigint, out, i * integer.bits);
      return out;
    },
    truncate(encoded) {
      const out = field.zeros(length);
      for (let i = 0; i < length; i++) integer.decode(encoded, i * integer.bits, out, i);
      return out;
    },
    decode: (sums) => integers(field, sums),
    evaluate: (encoded, joint, share, call) => checkBits(field, encoded, chunk, joint, share, call),
  };
}

/** The outputs of a circuit that checks bits and one sum. */
function twoChecks(field: Field, bits: Vector, balance: Vector): Vector {
  const out = field.zeros(2);
  field.copy(out, 0, bits, 0);
  field.copy(out, 1, balance, 0);
  return out;
}

/** §7.4.4: one of `length` buckets; the result is how many reports are in each. */
export function histogram(field: Field, length: number, chunk: number): Circuit<number, bigint[]> {
  return {
    ...chunksOf(field, length, chunk),
    outputLength: length,
    checks: 2,
    largest: 1n,
    encode(bucket) {
      if (!Number.isSafeInteger(bucket) || bucket < 0 || bucket >= length) throw outOfRange();
      const out = field.zeros(length);
      for (let i = 0; i < length; i++) out[i * field.limbs] = Number(i === bucket);
      return out;
    },
    truncate: (encoded) => encoded.slice(),
    decode: (sums) => integers(field, sums),
    evaluate(encoded, joint, share, call: Call) {
      const bits = checkBits(field, encoded, chunk, joint, share, call);
      const balance = field.zeros(1);
      field.subtract(balance, 0, balance, 0, share, 0);
      accumulate(field, balance, encoded);
      return twoChecks(field, bits, balance);
    },
  };
}

/** §7.4.5: `length` yes-or-no answers of which at most `maximum` are yes; the result is how many yes each got. */
export function multihotCountVec(field: Field, length: number, maximum: number, chunk: number): Circuit<readonly boolean[], bigint[]> {
  if (!Number.isSafeInteger(maximum) || maximum < 1 || maximum > length) throw new RangeError('at least one yes, and at most all');
  const weight = new BoundedInteger(field, BigInt(maximum));
  return {
    ...chunksOf(field, length + weight.bits, chunk),
    outputLength: length,
    checks: 2,
    largest: 1n,
    encode(answers) {
      if (!Array.isArray(answers) || answers.length !== length || answers.some((a) => typeof a !== 'boolean')) throw outOfRange();
      const out = field.zeros(length + weight.bits);
      answers.forEach((answer, i) => {
        out[i * field.limbs] = Number(answer);
      });
      weight.encode(BigInt(answers.filter(Boolean).length), out, length);
      return out;
    },
    truncate: (encoded) => field.part(encoded, 0, length).slice(),
    decode: (sums) => integers(field, sums),
    evaluate(encoded, joint, share, call: Call) {
      const bits = checkBits(field, encoded, chunk, joint, share, call);
      const [stated, balance] = [field.zeros(1), field.zeros(1)];
      accumulate(field, balance, field.part(encoded, 0, length));
      weight.decode(encoded, length, stated, 0);
      field.subtract(balance, 0, balance, 0, stated, 0);
      return twoChecks(field, bits, balance);
    },
  };
}
