/** Logic on blocks of 128 bits in an arena. Lengths are numbers of blocks; nothing is allocated. */

/** z = x ⊕ y; z may be x or y. */
export function xorBlocks(x: usize, y: usize, z: usize, blocks: usize): void {
  for (let i: usize = 0; i < blocks << 4; i += 16) v128.store(z + i, v128.xor(v128.load(x + i), v128.load(y + i)));
}

/** z = each block of x ⊕ the one block at `mask`; z may be x. */
export function xorEachBlock(x: usize, mask: usize, z: usize, blocks: usize): void {
  const m = v128.load(mask);
  for (let i: usize = 0; i < blocks << 4; i += 16) v128.store(z + i, v128.xor(v128.load(x + i), m));
}
