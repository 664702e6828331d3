/**
 * Between words and bit slices. Slice b of a column is the packed vector of bit b of every element; slices stand one
 * after the other, each `packedWords(n)` words long. Run time depends on lengths only.
 */
import { packedWords } from './bits.ts';
import { eachBlock, loadElements, storeElements } from './blocks.ts';
import { addressOf, BLOCK, kernels, wordSlot } from './module.ts';

/** Bytes from slice to slice in a block; no power of two, so that 64 slices do not compete for the same cache lines. */
const ROW = BLOCK / 8 + 16;
const [X, Z] = [addressOf(0), addressOf(1)];

function row(slot: number, slice: number, words: number): Uint32Array {
  return wordSlot(slot).subarray((slice * ROW) / 4, (slice * ROW) / 4 + words);
}

/**
 * The low `bits` bits of every element, as slices from bit 0 upwards. Bits beyond n in a slice are zero.
 *
 * @param a - n elements of `words` words, word-major; bits ≤ 64·words.
 * @param places - where given, slice b stands at place places[b] instead of b (see `pairingOrder`).
 * @returns bits · packedWords(n) words.
 */
export function toSlices(a: BigUint64Array, words: number, bits: number, places?: Uint32Array): Uint32Array {
  const n = a.length / words;
  if (!Number.isInteger(n) || !Number.isInteger(bits) || bits < 1 || bits > 64 * words)
    throw new RangeError('a slice lies outside the element');
  if (places !== undefined && (places.length !== bits || places.some((p) => p >= bits)))
    throw new RangeError('every slice has a place among the slices');
  const per = packedWords(n);
  const out = new Uint32Array(bits * per);
  eachBlock(n, BLOCK, (from, count) => {
    for (let j = 0; 64 * j < bits; j++) {
      loadElements(0, a, j * n + from, count);
      // Zeros beyond the last element: the tails of both holders' slices are the same, and hold nothing of other columns.
      wordSlot(0).fill(0, 2 * count, 2 * Math.min(BLOCK, 64 * Math.ceil(count / 64)));
      kernels.toSlices(X, Z, ROW, count);
      for (let b = 64 * j; b < Math.min(bits, 64 * j + 64); b++)
        out.set(row(1, b - 64 * j, packedWords(count)), (places?.[b] ?? b) * per + from / 32);
    }
  });
  return out;
}

/**
 * An order of positions in which a tree that combines neighbours (0 with 1, 2 with 3 …) works on whole vectors: at every
 * level of `count` positions, those with an even index are the first ⌊count/2⌋ places, their neighbours the next, and
 * what has no neighbour the last; the results, in the same order, followed by the latter, are the next level's places.
 * Position 0 stays at place 0, and the last position at the last place.
 *
 * @returns the place of each position.
 */
export function pairingOrder(count: number): Uint32Array {
  const places = new Uint32Array(count);
  if (count < 2) return places;
  const pairs = count >> 1;
  const above = pairingOrder(count - pairs);
  for (let i = 0; i < pairs; i++) {
    places[2 * i] = above[i] as number;
    places[2 * i + 1] = pairs + (above[i] as number);
  }
  if (count & 1) places[count - 1] = count - 1;
  return places;
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
  const top = Math.floor((bits - 1) / 64);
  eachBlock(n, BLOCK, (from, count) => {
    for (let j = 0; j <= top; j++) {
      const held = Math.min(64, bits - 64 * j);
      for (let b = 0; b < 64; b++) {
        const start = (64 * j + b) * per + from / 32;
        if (b < held) row(0, b, packedWords(count)).set(slices.subarray(start, start + packedWords(count)));
        else row(0, b, packedWords(count)).fill(0);
      }
      kernels.fromSlices(X, Z, ROW, count);
      if (signExtend && held < 64) kernels.extendSign(Z, Z, 64 - held, 64 - held, count);
      storeElements(1, out, j * n + from, count);
    }
    if (!signExtend) return;
    if (top + 1 < words) kernels.extendSign(Z, Z, 0, 63, count);
    for (let j = top + 1; j < words; j++) storeElements(1, out, j * n + from, count);
  });
  return out;
}
