/** Gathering: element i comes from the given position. Positions are public to whoever runs this. */
import { elements } from './ring.ts';

/** The elements at the given positions. Throws RangeError on a position outside the column. */
export function gatherVector(a: BigUint64Array, index: Uint32Array, words: number): BigUint64Array {
  const n = elements(a, words);
  const out = new BigUint64Array(index.length * words);
  const [x, z] = [new Uint32Array(a.buffer, a.byteOffset, a.length * 2), new Uint32Array(out.buffer)];
  for (let i = 0; i < index.length; i++) {
    const from = index[i] as number;
    if (from >= n) throw new RangeError('a position lies outside the column');
    for (let j = 0; j < words; j++) {
      const [source, target] = [2 * (j * n + from), 2 * (j * index.length + i)];
      z[target] = x[source] as number;
      z[target + 1] = x[source + 1] as number;
    }
  }
  return out;
}
