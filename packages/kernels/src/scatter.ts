/** Scattering: element i goes to the given position. Positions are public to whoever runs this. */
import { packedWords } from './bits.ts';

/**
 * out[index[i]] = a[i], with as many elements as `a`. Throws RangeError unless `index` names a position inside for each
 * element. A position that is named by no element holds 0; one that is named twice holds the later element.
 */
export function scatterVector(a: BigUint64Array, index: Uint32Array, words: number): BigUint64Array {
  const n = index.length;
  if (!Number.isInteger(words) || words < 1 || a.length !== n * words) throw new RangeError('one position per element is needed');
  const out = new BigUint64Array(a.length);
  const [x, z] = [new Uint32Array(a.buffer, a.byteOffset, a.length * 2), new Uint32Array(out.buffer)];
  for (let i = 0; i < n; i++) {
    const to = index[i] as number;
    if (to >= n) throw new RangeError('a position lies outside the column');
    for (let j = 0; j < words; j++) {
      const [source, target] = [2 * (j * n + i), 2 * (j * n + to)];
      z[target] = x[source] as number;
      z[target + 1] = x[source + 1] as number;
    }
  }
  return out;
}

/** The same for packed bits; a position that is named twice holds the later bit. */
export function scatterPacked(bits: Uint32Array, length: number, index: Uint32Array): Uint32Array {
  if (index.length !== length || bits.length !== packedWords(length)) throw new RangeError('one position per bit is needed');
  const out = new Uint32Array(packedWords(length));
  for (let i = 0; i < length; i++) {
    const to = index[i] as number;
    if (to >= length) throw new RangeError('a position lies outside the bit vector');
    const bit = ((bits[i >>> 5] as number) >>> (i & 31)) & 1;
    const at = to >>> 5;
    out[at] = ((out[at] as number) & ~(1 << (to & 31))) | (bit << (to & 31));
  }
  return out;
}
