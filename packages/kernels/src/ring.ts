/**
 * Vectors over the ring Z_2^(64·words): word-major columns as `Vectors` in `model` defines them (word j of element i
 * stands at index j·n + i). Run times depend on lengths only, never on values.
 */
import { elementwise, wideElementwise } from './blocks.ts';
import { addressOf, elementSlot, kernels } from './module.ts';

const [X, Y, Z] = [addressOf(0), addressOf(1), addressOf(2)];

/** Number of elements; RangeError unless all columns have one shape. */
export function elements(a: BigUint64Array, words: number, ...others: readonly BigUint64Array[]): number {
  const n = a.length / words;
  if (!Number.isInteger(words) || words < 1 || !Number.isInteger(n))
    throw new RangeError('a column holds whole elements of at least one word');
  if (others.some((b) => b.length !== a.length)) throw new RangeError('columns of one operation have the same length');
  return n;
}

/** a + b, element by element. `out`, where given, is overwritten and returned; it may be an input. Cost: O(n·words). */
export function addVectors(a: BigUint64Array, b: BigUint64Array, words: number, out?: BigUint64Array): BigUint64Array {
  const result = resultFor(a, b, words, out);
  return words === 1
    ? elementwise([a, b], result, (n) => kernels.add(X, Y, Z, n))
    : wideElementwise([a, b], result, words, (n, stride) => kernels.addWide(X, Y, Z, n, words, stride));
}

/** a − b, element by element. `out` as in `addVectors`. Cost: O(n·words). */
export function subtractVectors(a: BigUint64Array, b: BigUint64Array, words: number, out?: BigUint64Array): BigUint64Array {
  const result = resultFor(a, b, words, out);
  return words === 1
    ? elementwise([a, b], result, (n) => kernels.subtract(X, Y, Z, n))
    : wideElementwise([a, b], result, words, (n, stride) => kernels.subtractWide(X, Y, Z, n, words, stride));
}

/** a · b modulo 2^(64·words), element by element. `out` as in `addVectors`. Cost: O(n·words²). */
export function multiplyVectors(a: BigUint64Array, b: BigUint64Array, words: number, out?: BigUint64Array): BigUint64Array {
  const result = resultFor(a, b, words, out);
  return words === 1
    ? elementwise([a, b], result, (n) => kernels.multiply(X, Y, Z, n))
    : wideElementwise([a, b], result, words, (n, stride) => multiplyWide(n, words, stride));
}

function resultFor(a: BigUint64Array, b: BigUint64Array, words: number, out: BigUint64Array | undefined): BigUint64Array {
  elements(a, words, b, ...(out === undefined ? [] : [out]));
  return out ?? new BigUint64Array(a.length);
}

/** Slot 2 becomes slot 0 · slot 1. */
function multiplyWide(n: number, words: number, stride: number): void {
  elementSlot(2).fill(0n, 0, (words * stride) / 8);
  if (words === 2) kernels.multiplyAddTwo(X, Y, Z, n, stride);
  else kernels.multiplyAddWide(X, Y, Z, n, words, stride);
}

/** −a, element by element. */
export function negateVector(a: BigUint64Array, words: number): BigUint64Array {
  return scaleVector(a, -1n, words);
}

/** `n` times the same value, taken modulo 2^(64·words). */
export function constantVector(n: number, words: number, value: bigint): BigUint64Array {
  const out = new BigUint64Array(n * words);
  let rest = BigInt.asUintN(64 * words, value);
  for (let j = 0; j < words && rest !== 0n; j++, rest >>= 64n) out.fill(BigInt.asUintN(64, rest), j * n, (j + 1) * n);
  return out;
}

/** a · factor, element by element. The factor is public: run time may depend on it. */
export function scaleVector(a: BigUint64Array, factor: bigint, words: number): BigUint64Array {
  elements(a, words);
  const out = new BigUint64Array(a.length);
  if (words === 1) {
    const reduced = BigInt.asIntN(64, factor);
    return elementwise([a], out, (n) => kernels.scale(X, Y, reduced, n));
  }
  const value = BigInt.asUintN(64 * words, factor);
  return wideElementwise([a], out, words, (n, stride) => {
    // The product is made in slot 2 and moved to slot 1, from where it is stored.
    for (let j = 0; j < words; j++)
      elementSlot(1).fill(BigInt.asUintN(64, value >> BigInt(64 * j)), (j * stride) / 8, ((j + 1) * stride) / 8);
    multiplyWide(n, words, stride);
    elementSlot(1).set(elementSlot(2).subarray(0, (words * stride) / 8));
  });
}

/** The columns one after the other. */
export function concatVectors(columns: readonly BigUint64Array[], words: number): BigUint64Array {
  const lengths = columns.map((c) => elements(c, words));
  const n = lengths.reduce((sum, l) => sum + l, 0);
  const out = new BigUint64Array(n * words);
  let at = 0;
  columns.forEach((column, c) => {
    const length = lengths[c] as number;
    for (let j = 0; j < words; j++) out.set(column.subarray(j * length, (j + 1) * length), j * n + at);
    at += length;
  });
  return out;
}

/** The low `words` words of every element: a view, nothing is copied. */
export function narrowVector(a: BigUint64Array, from: number, words: number): BigUint64Array {
  const n = elements(a, from);
  if (words > from || words < 1) throw new RangeError('narrowing keeps at most the words there are');
  return a.subarray(0, n * words);
}
