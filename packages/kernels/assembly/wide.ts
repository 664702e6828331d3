/**
 * Elements of Z_2^(64·words) for two words and more: word j of element i stands at j·stride + 8·i of a block, with
 * `stride` in bytes. Exactly n elements are made. The 128-bit product of two words is put together from 32-bit halves.
 */

function high(a: u64, b: u64): u64 {
  const a0 = a & 0xffff_ffff;
  const a1 = a >> 32;
  const b0 = b & 0xffff_ffff;
  const b1 = b >> 32;
  const middle = a0 * b1 + ((a0 * b0) >> 32);
  const other = a1 * b0 + (middle & 0xffff_ffff);
  return a1 * b1 + (middle >> 32) + (other >> 32);
}

export function addWide(x: usize, y: usize, z: usize, n: usize, words: usize, stride: usize): void {
  for (let i: usize = 0; i < n << 3; i += 8) {
    let carry: u64 = 0;
    for (let j: usize = 0, at = i; j < words; j++, at += stride) {
      const p = load<u64>(x + at);
      const s = p + load<u64>(y + at);
      const t = s + carry;
      carry = u64(s < p) + u64(t < s);
      store<u64>(z + at, t);
    }
  }
}

export function subtractWide(x: usize, y: usize, z: usize, n: usize, words: usize, stride: usize): void {
  for (let i: usize = 0; i < n << 3; i += 8) {
    let borrow: u64 = 0;
    for (let j: usize = 0, at = i; j < words; j++, at += stride) {
      const p = load<u64>(x + at);
      const q = load<u64>(y + at);
      const s = p - q;
      store<u64>(z + at, s - borrow);
      borrow = u64(p < q) + u64(s < borrow);
    }
  }
}

/** z += x·y. */
export function multiplyAddWide(x: usize, y: usize, z: usize, n: usize, words: usize, stride: usize): void {
  for (let i: usize = 0; i < n << 3; i += 8) {
    for (let j: usize = 0; j < words; j++) {
      const p = load<u64>(x + i + j * stride);
      let carry: u64 = 0;
      for (let k: usize = 0, at = i + j * stride; j + k < words; k++, at += stride) {
        const q = load<u64>(y + i + k * stride);
        const low = p * q;
        const s = low + load<u64>(z + at);
        const t = s + carry;
        store<u64>(z + at, t);
        // The carry of a highest word is never used; its cost is small beside a branch.
        carry = high(p, q) + u64(s < low) + u64(t < s);
      }
    }
  }
}

/** Two words: z += x·y. */
export function multiplyAddTwo(x: usize, y: usize, z: usize, n: usize, stride: usize): void {
  for (let i: usize = 0; i < n << 3; i += 8) {
    const p = load<u64>(x + i);
    const q = load<u64>(y + i);
    const low = p * q;
    const s = low + load<u64>(z + i);
    store<u64>(z + i, s);
    const top = high(p, q) + p * load<u64>(y + i + stride) + q * load<u64>(x + i + stride) + u64(s < low);
    store<u64>(z + i + stride, load<u64>(z + i + stride) + top);
  }
}

/** Two words: z += a·b + a·d + c·b. */
export function crossAccumulateTwo(a: usize, c: usize, b: usize, d: usize, z: usize, n: usize, stride: usize): void {
  for (let i: usize = 0; i < n << 3; i += 8) {
    const b0 = load<u64>(b + i);
    const b1 = load<u64>(b + i + stride);
    const e0 = b0 + load<u64>(d + i);
    const e1 = b1 + load<u64>(d + i + stride) + u64(e0 < b0);
    const a0 = load<u64>(a + i);
    const c0 = load<u64>(c + i);
    const first = a0 * e0;
    const second = c0 * b0;
    const both = first + second;
    const s = both + load<u64>(z + i);
    store<u64>(z + i, s);
    const carries = u64(both < first) + u64(s < both);
    const ofFirst = high(a0, e0) + a0 * e1 + load<u64>(a + i + stride) * e0;
    const ofSecond = high(c0, b0) + c0 * b1 + load<u64>(c + i + stride) * b0;
    store<u64>(z + i + stride, load<u64>(z + i + stride) + ofFirst + ofSecond + carries);
  }
}

/** z[i] = running total + x[0] + … + x[i]; the running total is one element of consecutive words at `total`. */
export function prefixSumsWide(x: usize, z: usize, total: usize, n: usize, words: usize, stride: usize): void {
  for (let i: usize = 0; i < n << 3; i += 8) {
    let carry: u64 = 0;
    for (let j: usize = 0, at = i; j < words; j++, at += stride) {
      const p = load<u64>(x + at);
      const s = p + load<u64>(total + (j << 3));
      const t = s + carry;
      carry = u64(s < p) + u64(t < s);
      store<u64>(total + (j << 3), t);
      store<u64>(z + at, t);
    }
  }
}
