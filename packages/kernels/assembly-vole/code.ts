/**
 * The two steps of an expand-convolute code over GF(2)-linear sums of elements. The code is public, so addresses depend on
 * nothing secret.
 */

/** Sixteen nibbles, four masks of 16 bytes each: all ones where the nibble's bit is 1. 1,024 bytes. */
export function prepareMasks(masks: usize): void {
  for (let n: i32 = 0; n < 16; n++) {
    for (let bit: i32 = 0; bit < 4; bit++) v128.store(masks + 64 * n + 16 * bit, i32x4.splat(-((n >> bit) & 1)));
  }
}

/**
 * In order, x_i ⊕= x_(i−25) ⊕ Σ over j from 1 to 24 of (bit j−1 of the i-th three bytes of `bits`) · x_(i−j). Reads the 25
 * elements before `x`.
 */
export function convolve(x: usize, count: usize, bits: usize, masks: usize): void {
  const end = x + (count << 4);
  for (; x < end; x += 16) {
    const b = load<u32>(bits) & 0xff_ffff;
    bits += 3;
    let even = v128.xor(v128.load(x), v128.load(x - 400));
    let odd = i64x2.splat(0);
    let at = x - 16;
    for (let n = 0; n < 24; n += 4) {
      const m = masks + (((b >> n) & 15) << 6);
      even = v128.xor(even, v128.and(v128.load(m), v128.load(at)));
      odd = v128.xor(odd, v128.and(v128.load(m, 16), v128.load(at - 16)));
      even = v128.xor(even, v128.and(v128.load(m, 32), v128.load(at - 32)));
      odd = v128.xor(odd, v128.and(v128.load(m, 48), v128.load(at - 48)));
      at -= 64;
    }
    v128.store(x, v128.xor(even, odd));
  }
}

/** `convolve` for records of two elements, each with its own sum. */
export function convolvePairs(x: usize, count: usize, bits: usize, masks: usize): void {
  const end = x + (count << 5);
  for (; x < end; x += 32) {
    const b = load<u32>(bits) & 0xff_ffff;
    bits += 3;
    let left = v128.xor(v128.load(x), v128.load(x - 800));
    let right = v128.xor(v128.load(x, 16), v128.load(x - 784));
    let at = x - 32;
    for (let n = 0; n < 24; n += 2) {
      const m = masks + (((b >> n) & 3) << 6);
      const first = v128.load(m);
      const second = v128.load(m, 16);
      left = v128.xor(left, v128.and(first, v128.load(at)));
      right = v128.xor(right, v128.and(first, v128.load(at, 16)));
      left = v128.xor(left, v128.and(second, v128.load(at - 32)));
      right = v128.xor(right, v128.and(second, v128.load(at - 32, 16)));
      at -= 64;
    }
    v128.store(x, left);
    v128.store(x, right, 16);
  }
}

/** The elements at x become the first of each record at z; the second stays. */
export function spread(x: usize, z: usize, count: usize): void {
  for (const end = x + (count << 4); x < end; x += 16) {
    v128.store(z, v128.load(x));
    z += 32;
  }
}

/**
 * Row i of `out` ⊕= Σ of `weight` elements of x, one for each 32-bit word of `random`: a word r picks element
 * ⌊r·span / 2^32⌋ of x's part k for the first `parts` words (parts of `span` elements follow each other), of all `size`
 * elements for the others.
 */
export function gatherSums(x: usize, size: u64, span: u64, parts: i32, weight: i32, random: usize, out: usize, rows: usize): void {
  for (const end = out + (rows << 4); out < end; out += 16) {
    let sum = v128.load(out);
    let part = x;
    for (let k = 0; k < weight; k++) {
      const r = <u64>load<u32>(random);
      random += 4;
      if (k < parts) {
        sum = v128.xor(sum, v128.load(part + <usize>(((r * span) >> 32) << 4)));
        part += <usize>(span << 4);
      } else sum = v128.xor(sum, v128.load(x + <usize>(((r * size) >> 32) << 4)));
    }
    v128.store(out, sum);
  }
}

/** `gatherSums` over records of two elements, with one sum for each: one wait for memory instead of two. */
export function gatherPairSums(
  x: usize,
  size: u64,
  span: u64,
  parts: i32,
  weight: i32,
  random: usize,
  left: usize,
  right: usize,
  rows: usize,
): void {
  for (const end = left + (rows << 4); left < end; left += 16) {
    let leftSum = v128.load(left);
    let rightSum = v128.load(right);
    let part = x;
    for (let k = 0; k < weight; k++) {
      const r = <u64>load<u32>(random);
      random += 4;
      let at = x + <usize>(((r * size) >> 32) << 5);
      if (k < parts) {
        at = part + <usize>(((r * span) >> 32) << 5);
        part += <usize>(span << 5);
      }
      leftSum = v128.xor(leftSum, v128.load(at));
      rightSum = v128.xor(rightSum, v128.load(at, 16));
    }
    v128.store(left, leftSum);
    v128.store(right, rightSum);
    right += 16;
  }
}
