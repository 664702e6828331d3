/**
 * Elements of Z_2^64, two at a time. Pointers are to 16-byte-aligned blocks of `n` elements; kernels that make an
 * element per element may compute one element more than `n`, into the room that every block has at its end.
 */

export function add(x: usize, y: usize, z: usize, n: usize): void {
  const end = x + (n << 3);
  for (; x < end; x += 32, y += 32, z += 32) {
    v128.store(z, i64x2.add(v128.load(x), v128.load(y)));
    v128.store(z, i64x2.add(v128.load(x, 16), v128.load(y, 16)), 16);
  }
}

export function subtract(x: usize, y: usize, z: usize, n: usize): void {
  const end = x + (n << 3);
  for (; x < end; x += 32, y += 32, z += 32) {
    v128.store(z, i64x2.sub(v128.load(x), v128.load(y)));
    v128.store(z, i64x2.sub(v128.load(x, 16), v128.load(y, 16)), 16);
  }
}

export function multiply(x: usize, y: usize, z: usize, n: usize): void {
  const end = x + (n << 3);
  for (; x < end; x += 32, y += 32, z += 32) {
    v128.store(z, i64x2.mul(v128.load(x), v128.load(y)));
    v128.store(z, i64x2.mul(v128.load(x, 16), v128.load(y, 16)), 16);
  }
}

export function scale(x: usize, z: usize, factor: u64, n: usize): void {
  const end = x + (n << 3);
  const f = i64x2.splat(factor);
  for (; x < end; x += 32, z += 32) {
    v128.store(z, i64x2.mul(v128.load(x), f));
    v128.store(z, i64x2.mul(v128.load(x, 16), f), 16);
  }
}

/** z = a·b + a·d + c·b + m − w. */
export function crossMultiply(a: usize, c: usize, b: usize, d: usize, m: usize, w: usize, z: usize, n: usize): void {
  const end = a + (n << 3);
  for (; a < end; a += 16, c += 16, b += 16, d += 16, m += 16, w += 16, z += 16) {
    const y = v128.load(b);
    const mask = i64x2.sub(v128.load(m), v128.load(w));
    const first = i64x2.mul(v128.load(a), i64x2.add(y, v128.load(d)));
    v128.store(z, i64x2.add(i64x2.add(first, mask), i64x2.mul(v128.load(c), y)));
  }
}

/** z += a·b + a·d + c·b. */
export function crossAccumulate(a: usize, c: usize, b: usize, d: usize, z: usize, n: usize): void {
  const end = a + (n << 3);
  for (; a < end; a += 16, c += 16, b += 16, d += 16, z += 16) {
    const y = v128.load(b);
    const first = i64x2.mul(v128.load(a), i64x2.add(y, v128.load(d)));
    v128.store(z, i64x2.add(i64x2.add(first, v128.load(z)), i64x2.mul(v128.load(c), y)));
  }
}

/** The element at z += Σ of a·b + a·d + c·b over exactly n elements. */
export function crossDot(a: usize, c: usize, b: usize, d: usize, z: usize, n: usize): void {
  const end = a + ((n & ~1) << 3);
  let sum = i64x2.splat(0);
  for (; a < end; a += 16, c += 16, b += 16, d += 16) {
    const y = v128.load(b);
    sum = i64x2.add(sum, i64x2.mul(v128.load(a), i64x2.add(y, v128.load(d))));
    sum = i64x2.add(sum, i64x2.mul(v128.load(c), y));
  }
  let total = load<u64>(z) + i64x2.extract_lane(sum, 0) + i64x2.extract_lane(sum, 1);
  if (n & 1) total += load<u64>(a) * (load<u64>(b) + load<u64>(d)) + load<u64>(c) * load<u64>(b);
  store<u64>(z, total);
}

/** The element at z += Σ over exactly n elements. */
export function sum(x: usize, z: usize, n: usize): void {
  let total = load<u64>(z);
  const end = x + (n << 3);
  const even = x + ((n & ~3) << 3);
  let p = i64x2.splat(0);
  let q = i64x2.splat(0);
  for (; x < even; x += 32) {
    p = i64x2.add(p, v128.load(x));
    q = i64x2.add(q, v128.load(x, 16));
  }
  p = i64x2.add(p, q);
  total += i64x2.extract_lane(p, 0) + i64x2.extract_lane(p, 1);
  for (; x < end; x += 8) total += load<u64>(x);
  store<u64>(z, total);
}

/** z[i] = running total + x[0] + … + x[i] over exactly n elements; the running total, at `total`, moves on. */
export function prefixSums(x: usize, z: usize, total: usize, n: usize): void {
  let running = load<u64>(total);
  for (const end = x + (n << 3); x < end; x += 8, z += 8) {
    running += load<u64>(x);
    store<u64>(z, running);
  }
  store<u64>(total, running);
}

/** z[i] = all bits of x[i] shifted right arithmetically, after a shift to the left: sign extension. */
export function extendSign(x: usize, z: usize, left: i32, right: i32, n: usize): void {
  for (const end = x + (n << 3); x < end; x += 16, z += 16) v128.store(z, i64x2.shr_s(i64x2.shl(v128.load(x), left), right));
}

/** z = −(x + y). */
export function negateSum(x: usize, y: usize, z: usize, n: usize): void {
  for (const end = x + (n << 3); x < end; x += 16, y += 16, z += 16) v128.store(z, i64x2.neg(i64x2.add(v128.load(x), v128.load(y))));
}

/** z = x + y + w. */
export function sumOfThree(x: usize, y: usize, w: usize, z: usize, n: usize): void {
  for (const end = x + (n << 3); x < end; x += 16, y += 16, w += 16, z += 16)
    v128.store(z, i64x2.add(i64x2.add(v128.load(x), v128.load(y)), v128.load(w)));
}

/** out = z − c − r·y − s·a. */
export function residue(z: usize, c: usize, r: usize, y: usize, s: usize, a: usize, out: usize, n: usize): void {
  for (const end = z + (n << 3); z < end; z += 16, c += 16, r += 16, y += 16, s += 16, a += 16, out += 16) {
    const products = i64x2.add(i64x2.mul(v128.load(r), v128.load(y)), i64x2.mul(v128.load(s), v128.load(a)));
    v128.store(out, i64x2.sub(i64x2.sub(v128.load(z), v128.load(c)), products));
  }
}
