/**
 * Keys for the sums of a tree's level: for each of the two bits of a child's number two keys, of which the receiver has the one
 * of the *other* value. It can then open the sums of all classes of children but its own: of the class that differs in the
 * high bit both sums, of the class that differs in the low bit only, the sum over both high bits.
 *
 *     high bit = b:  S(b,0)  S(b,1)        low bit = b:  S(0,b) ⊕ S(1,b)          6 blocks a level
 *
 * Keys come from correlated transfers by hashing: H(q), H(q ⊕ Δ) for the sender, H(t) for the receiver.
 * Source: Boyle et al. 2019 (two-round OT extension), with four children a node instead of two.
 */
import { type Arena, linearEvaluation } from '@sluis/kernels';
import { EXPANDED_BYTES, type Expansion, SEED_BYTES } from './expansion.ts';

/** Words of the six blocks of a level. */
export const LEVEL_WORDS = 24;
export const LEVEL_BYTES = 4 * LEVEL_WORDS;
/** Transfers that a level takes. */
export const TRANSFERS_PER_LEVEL = 2;
const WORDS = EXPANDED_BYTES / 4;

/** Hashes `count` rows; the view is valid until the arena grows. */
export function hashRows(arena: Arena, expansion: Expansion, rows: number, count: number): Uint32Array {
  const seeds = arena.reserve(SEED_BYTES * (count + 2));
  arena.bytes(seeds, SEED_BYTES * count).set(arena.bytes(rows, SEED_BYTES * count));
  const out = arena.reserve(EXPANDED_BYTES * (count + 2));
  expansion.run('transfer', seeds, out, count, {});
  return arena.words(out, WORDS * count);
}

/** Rows ⊕ Δ, elsewhere. */
export function shiftedRows(arena: Arena, rows: number, count: number, delta: Uint8Array): number {
  const out = arena.reserve(SEED_BYTES * count);
  arena.bytes(out, SEED_BYTES * count).set(arena.bytes(rows, SEED_BYTES * count));
  const shift = arena.place(delta);
  const field = arena.attach(linearEvaluation);
  for (let i = 0; i < count; i++) field.xorInto(shift, out + SEED_BYTES * i, 1);
  return out;
}

/**
 * What is sent for a level: its four sums (16 words) under the keys at `level` of both hashes.
 *
 * @param keys - hashes of the rows, and of the rows ⊕ Δ. @param level - number of the level over all trees.
 */
export function sealSums(sums: Uint32Array, keys: readonly [Uint32Array, Uint32Array], level: number, out: Uint32Array): void {
  const at = 2 * level * WORDS;
  for (let b = 0; b < 2; b++) {
    const key = keys[b] as Uint32Array;
    for (let w = 0; w < 8; w++) out[8 * b + w] = (sums[8 * b + w] as number) ^ (key[at + w] as number);
    for (let w = 0; w < 4; w++) {
      out[16 + 4 * b + w] = (sums[4 * b + w] as number) ^ (sums[8 + 4 * b + w] as number) ^ (key[at + WORDS + w] as number);
    }
  }
}

/** A word of block `bit` of two that stand `distance` words apart, read without an address that depends on the bit. */
const either = (words: Uint32Array, at: number, distance: number, bit: number): number =>
  (words[at] as number) ^ (((words[at] as number) ^ (words[at + distance] as number)) & -bit);

/**
 * The sums of all classes but `digit` (16 words, zero for that class).
 *
 * @param keys - hashes of the receiver's rows, whose choices were the opposites of the digit's bits.
 */
export function openSums(sealed: Uint32Array, keys: Uint32Array, level: number, digit: number): Uint32Array {
  const at = 2 * level * WORDS;
  const [high, low] = [1 - (digit >> 1), 1 - (digit & 1)];
  const sums = new Uint32Array(WORDS);
  for (let w = 0; w < 4; w++) {
    const far = [0, 1].map((c) => either(sealed, 4 * c + w, 8, high) ^ (keys[at + 4 * c + w] as number)) as [number, number];
    const both = either(sealed, 16 + w, 4, low) ^ (keys[at + WORDS + w] as number);
    const near = both ^ (far[0] ^ ((far[0] ^ far[1]) & -low));
    for (let c = 0; c < 4; c++) {
      const isFar = 1 - ((c >> 1) ^ high);
      const isNear = (1 - isFar) & (1 - ((c & 1) ^ low));
      sums[4 * c + w] = ((far[c & 1] as number) & -isFar) | (near & -isNear);
    }
  }
  return sums;
}
