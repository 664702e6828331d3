/** Blocks of 16 bytes of which the last 8 are zero, and words of 8 bytes: one more compact than the other. */

/** Sets the last 8 bytes of the first block of each of `count` records of 32 bytes to zero. */
export function narrowDigests(digests: usize, count: usize): void {
  for (let at = digests; at < digests + (count << 5); at += 32) store<u64>(at, 0, 8);
}

/** The first halves of blocks, one after the other. */
export function packHalves(blocks: usize, count: usize, halves: usize): void {
  for (let i: usize = 0; i < count; i++) store<u64>(halves + (i << 3), load<u64>(blocks + (i << 4)));
}

/** Blocks whose first halves these are; their last halves are zero. */
export function unpackHalves(halves: usize, count: usize, blocks: usize): void {
  for (let i: usize = 0; i < count; i++) {
    store<u64>(blocks + (i << 4), load<u64>(halves + (i << 3)));
    store<u64>(blocks + (i << 4), 0, 8);
  }
}
