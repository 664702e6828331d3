/** One block of a bit matrix, for callers with a layout of their own. Source: Warren 2012, Hacker's Delight, §7-3. */

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
