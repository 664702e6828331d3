/**
 * Between words and bit slices. Slice b of a column is the packed vector of bit b of every element; slices stand one
 * after the other, each `packedWords(n)` words long. Source: Warren, Hacker's Delight, §7-3 (32×32 transposition).
 */
import { packedWords } from './bits.ts';

/** Transposes a 32×32 bit matrix in place: afterwards bit j of word i is what bit i of word j was. */
export function transpose32(block: Uint32Array): void {
  let mask = 0x0000_ffff;
  for (let step = 16; step !== 0; step >>= 1, mask ^= mask << step) {
    for (let k = 0; k < 32; k = (k + step + 1) & ~step) {
      const [low, high] = [block[k] as number, block[k + step] as number];
      const swap = ((low >>> step) ^ high) & mask;
      block[k] = low ^ (swap << step);
      block[k + step] = high ^ swap;
    }
  }
}

/**
 * The low `bits` bits of every element, as slices from bit 0 upwards.
 *
 * @param a - n elements of `words` words, word-major; bits ≤ 64·words.
 * @returns bits · packedWords(n) words.
 */
export function toSlices(a: BigUint64Array, words: number, bits: number): Uint32Array {
  const n = a.length / words;
  if (bits < 1 || bits > 64 * words) throw new RangeError('a slice lies outside the element');
  const source = new Uint32Array(a.buffer, a.byteOffset, a.length * 2);
  const per = packedWords(n);
  const out = new Uint32Array(bits * per);
  const block = new Uint32Array(32);
  for (let half = 0; half * 32 < bits; half++) {
    const base = 2 * (half >> 1) * n + (half & 1);
    const slices = Math.min(32, bits - half * 32);
    for (let g = 0; g < per; g++) {
      for (let i = 0; i < 32; i++) block[i] = g * 32 + i < n ? (source[base + 2 * (g * 32 + i)] as number) : 0;
      transpose32(block);
      for (let b = 0; b < slices; b++) out[(half * 32 + b) * per + g] = block[b] as number;
    }
  }
  return out;
}

/**
 * The elements whose low bits the slices are: the inverse of `toSlices`.
 *
 * @param slices - bits · packedWords(n) words; bits beyond n in a slice are ignored.
 * @param signExtend - whether bit `bits − 1` also fills everything above it; zero stands there otherwise.
 * @returns n elements of `words` words, word-major.
 */
export function fromSlices(slices: Uint32Array, n: number, words: number, bits: number, signExtend: boolean): BigUint64Array {
  if (!Number.isInteger(bits) || bits < 1 || bits > 64 * words) throw new RangeError('a slice lies outside the element');
  const per = packedWords(n);
  if (slices.length !== bits * per) throw new RangeError('every slice has a bit per element');
  const out = new BigUint64Array(n * words);
  const target = new Uint32Array(out.buffer);
  const block = new Uint32Array(32);
  for (let half = 0; half < 2 * words; half++) {
    const base = 2 * (half >> 1) * n + (half & 1);
    for (let g = 0; g < per; g++) {
      for (let b = 0; b < 32; b++) {
        const slice = half * 32 + b < bits ? half * 32 + b : signExtend ? bits - 1 : -1;
        block[b] = slice < 0 ? 0 : (slices[slice * per + g] as number);
      }
      transpose32(block);
      for (let i = 0; i < 32 && g * 32 + i < n; i++) target[base + 2 * (g * 32 + i)] = block[i] as number;
    }
  }
  return out;
}
