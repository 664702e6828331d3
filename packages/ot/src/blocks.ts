/** Blocks of 128 bits: 4 little-endian words each, one after the other in one array. */

export const BLOCK_WORDS = 4;

/** out = a ⊕ b, word by word. */
export function xorBlocks(a: Uint32Array, b: Uint32Array): Uint32Array {
  if (a.length !== b.length) throw new RangeError('as many blocks on both sides are needed');
  const out = new Uint32Array(a.length);
  for (let w = 0; w < out.length; w++) out[w] = (a[w] as number) ^ (b[w] as number);
  return out;
}

/** Every block ⊕ the one block `delta`. */
export function xorEach(a: Uint32Array, delta: Uint32Array): Uint32Array {
  const out = new Uint32Array(a.length);
  for (let w = 0; w < out.length; w++) out[w] = (a[w] as number) ^ (delta[w & 3] as number);
  return out;
}

/** Block k of `a` where the mask bit (lowest bit of block k of `selector`) is 1, zero elsewhere; without branching. */
export function whereOdd(selector: Uint32Array, a: Uint32Array): Uint32Array {
  const out = new Uint32Array(a.length);
  for (let at = 0; at < out.length; at += BLOCK_WORDS) {
    const keep = -((selector[at] as number) & 1);
    for (let w = at; w < at + BLOCK_WORDS; w++) out[w] = (a[w] as number) & keep;
  }
  return out;
}

/** Blocks as bytes, without copying. */
export const blockBytes = (a: Uint32Array): Uint8Array => new Uint8Array(a.buffer, a.byteOffset, a.byteLength);

/** Bytes as blocks, copied so that they are aligned. */
export const blocksFrom = (bytes: Uint8Array): Uint32Array => new Uint32Array(new Uint8Array(bytes).buffer);
