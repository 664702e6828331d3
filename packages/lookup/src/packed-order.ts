/** Order of packed byte strings of one size, for tens of millions of them: counting on the first bytes, then small sorts. */

/** More leading bits than these are not counted by. */
const MOST_PREFIX_BITS = 20;

/** The indices of the strings in ascending order. @param stride - bytes from one to the next. @param size - bytes compared. */
export function packedOrder(packed: Uint8Array, stride: number, size: number): Uint32Array {
  const count = packed.length / stride;
  const bits = Math.min(MOST_PREFIX_BITS, Math.ceil(Math.log2(count + 1)));
  const prefix = (i: number) => {
    const at = i * stride;
    return (((packed[at] ?? 0) << 16) | ((packed[at + 1] ?? 0) << 8) | (packed[at + 2] ?? 0)) >>> (24 - bits);
  };
  const ends = new Uint32Array((1 << bits) + 1);
  for (let i = 0; i < count; i++) ends[prefix(i) + 1] = (ends[prefix(i) + 1] ?? 0) + 1;
  for (let p = 1; p < ends.length; p++) ends[p] = (ends[p] ?? 0) + (ends[p - 1] ?? 0);
  const order = new Uint32Array(count);
  const next = ends.slice();
  for (let i = 0; i < count; i++) {
    const at = next[prefix(i)] ?? 0;
    order[at] = i;
    next[prefix(i)] = at + 1;
  }
  for (let p = 0; p + 1 < ends.length; p++) {
    const [from, to] = [ends[p] ?? 0, ends[p + 1] ?? 0];
    if (to - from > 1) order.subarray(from, to).sort((a, b) => comparePacked(packed, a * stride, packed, b * stride, size));
  }
  return order;
}

/** Compares `size` bytes at two places: negative, zero or positive. */
export function comparePacked(a: Uint8Array, atA: number, b: Uint8Array, atB: number, size: number): number {
  for (let i = 0; i < size; i++) {
    const difference = (a[atA + i] ?? 0) - (b[atB + i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
