/** Whole vectors of secret bits: cutting them, and conjunctions of many at once. */
import type { Committee, SecretBits } from '@sluis/technique';

/** Equal parts of a vector of bits. */
export function sliceBits(committee: Committee, bits: SecretBits, parts: number): SecretBits[] {
  const size = bits.length / parts;
  return Array.from({ length: parts }, (_, p) => rangeOfBits(committee, bits, p * size, size));
}

export function rangeOfBits(committee: Committee, bits: SecretBits, from: number, length: number): SecretBits {
  const index = new Uint32Array(length);
  for (let i = 0; i < length; i++) index[i] = from + i;
  return committee.gatherBits(bits, index);
}

/** Per list, the conjunction of its vectors (all of `length` bits); each level of all lists is one call. */
export async function conjoin(committee: Committee, lists: readonly (readonly SecretBits[])[], length: number): Promise<SecretBits[]> {
  let open = lists.map((list) => [...list]);
  while (open.some((list) => list.length > 1)) {
    const pairs = open.flatMap((list) =>
      Array.from({ length: list.length >> 1 }, (_, i) => [list[2 * i] as SecretBits, list[2 * i + 1] as SecretBits] as const),
    );
    const product = await committee.and(committee.concatBits(pairs.map((p) => p[0])), committee.concatBits(pairs.map((p) => p[1])));
    const parts = sliceBits(committee, product, pairs.length);
    let at = 0;
    open = open.map((list) => {
      const made = parts.slice(at, at + (list.length >> 1));
      at += made.length;
      return list.length % 2 === 1 ? [...made, list[list.length - 1] as SecretBits] : made;
    });
  }
  return open.map((list) => list[0] ?? committee.constantBits(length, 1));
}
