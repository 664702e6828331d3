/** Sums along a column, modulo 2^(64·words). Local; run time depends on lengths only. */

/** Element i of the result is the sum of elements 0 … i. */
export function prefixSums(a: BigUint64Array, words: number): BigUint64Array {
  const n = elementCount(a, words);
  const out = new BigUint64Array(a.length);
  const [x, z] = [new Uint32Array(a.buffer, a.byteOffset, a.length * 2), new Uint32Array(out.buffer)];
  const total = new Float64Array(2 * words);
  for (let i = 0; i < n; i++) {
    let carry = 0;
    for (let h = 0; h < 2 * words; h++) {
      const at = 2 * ((h >> 1) * n + i) + (h & 1);
      const sum = (total[h] as number) + (x[at] as number) + carry;
      carry = sum >= 2 ** 32 ? 1 : 0;
      total[h] = sum - carry * 2 ** 32;
      z[at] = total[h] as number;
    }
  }
  return out;
}

/** One element: the sum of all; 0 for an empty column. */
export function sumVector(a: BigUint64Array, words: number): BigUint64Array {
  const n = elementCount(a, words);
  const sums = prefixSums(a, words);
  const out = new BigUint64Array(words);
  if (n > 0) for (let j = 0; j < words; j++) out[j] = sums[(j + 1) * n - 1] as bigint;
  return out;
}

function elementCount(a: BigUint64Array, words: number): number {
  const n = a.length / words;
  if (!Number.isInteger(words) || words < 1 || !Number.isInteger(n))
    throw new RangeError('a column holds whole elements of at least one word');
  return n;
}
