/**
 * Bit transposition of 64-bit elements, 128 elements at a time. Slice b of a block is a row of bits at b·stride bytes.
 *
 * First the 8×8 bit matrices (8 elements, one byte of each) are transposed by exchanging bits between vectors that hold
 * one element of each of two groups; then bytes are sorted into rows by interleaving. Both steps run backwards for the
 * inverse. Source: Warren 2012, Hacker's Delight, §7-3 (bit matrix transposition), on 128-bit vectors.
 */

/** Eight rows k of 128 bytes: byte b of group g stands at k·128 + 8·g + b and holds bits of slice 8·b + k. */
const SCRATCH: usize = 1024;

function difference(low: v128, high: v128, shift: i32, mask: v128): v128 {
  return v128.and(v128.xor(i64x2.shr_u(low, shift), high), mask);
}

/** Transposes the 8×8 bit matrices of the rows at `from` (distance `step` bytes between lanes is 64) into `to`. */
function exchange(to: usize, r0: v128, r1: v128, r2: v128, r3: v128, r4: v128, r5: v128, r6: v128, r7: v128, stride: usize): void {
  const m4 = i32x4.splat(0x0f0f_0f0f);
  let t = difference(r0, r4, 4, m4);
  r4 = v128.xor(r4, t);
  r0 = v128.xor(r0, i64x2.shl(t, 4));
  t = difference(r1, r5, 4, m4);
  r5 = v128.xor(r5, t);
  r1 = v128.xor(r1, i64x2.shl(t, 4));
  t = difference(r2, r6, 4, m4);
  r6 = v128.xor(r6, t);
  r2 = v128.xor(r2, i64x2.shl(t, 4));
  t = difference(r3, r7, 4, m4);
  r7 = v128.xor(r7, t);
  r3 = v128.xor(r3, i64x2.shl(t, 4));
  const m2 = i32x4.splat(0x3333_3333);
  t = difference(r0, r2, 2, m2);
  r2 = v128.xor(r2, t);
  r0 = v128.xor(r0, i64x2.shl(t, 2));
  t = difference(r1, r3, 2, m2);
  r3 = v128.xor(r3, t);
  r1 = v128.xor(r1, i64x2.shl(t, 2));
  t = difference(r4, r6, 2, m2);
  r6 = v128.xor(r6, t);
  r4 = v128.xor(r4, i64x2.shl(t, 2));
  t = difference(r5, r7, 2, m2);
  r7 = v128.xor(r7, t);
  r5 = v128.xor(r5, i64x2.shl(t, 2));
  const m1 = i32x4.splat(0x5555_5555);
  t = difference(r0, r1, 1, m1);
  v128.store(to + stride, v128.xor(r1, t));
  v128.store(to, v128.xor(r0, i64x2.shl(t, 1)));
  t = difference(r2, r3, 1, m1);
  v128.store(to + 3 * stride, v128.xor(r3, t));
  v128.store(to + 2 * stride, v128.xor(r2, i64x2.shl(t, 1)));
  t = difference(r4, r5, 1, m1);
  v128.store(to + 5 * stride, v128.xor(r5, t));
  v128.store(to + 4 * stride, v128.xor(r4, i64x2.shl(t, 1)));
  t = difference(r6, r7, 1, m1);
  v128.store(to + 7 * stride, v128.xor(r7, t));
  v128.store(to + 6 * stride, v128.xor(r6, i64x2.shl(t, 1)));
}

function two(at: usize): v128 {
  return v128.load64_lane(at + 64, v128.load64_zero(at), 1);
}

/** Elements at x become 64 rows of bits at z, for n elements rounded up to 128. */
export function toSlices(x: usize, z: usize, stride: usize, n: usize): void {
  for (const end = x + (n << 3); x < end; z += 16) {
    for (let t: usize = 0; t < 128; t += 16, x += 128)
      exchange(SCRATCH + t, two(x), two(x + 8), two(x + 16), two(x + 24), two(x + 32), two(x + 40), two(x + 48), two(x + 56), 128);
    for (let k: usize = 0; k < 8; k++) rowsOf(SCRATCH + (k << 7), z + k * stride, stride << 3);
  }
}

/** Rows of bits at x become elements at z, for n elements rounded up to 128. */
export function fromSlices(x: usize, z: usize, stride: usize, n: usize): void {
  for (const end = z + (n << 3); z < end; x += 16) {
    for (let k: usize = 0; k < 8; k++) groupsOf(x + k * stride, stride << 3, SCRATCH + (k << 7));
    for (let t: usize = 0; t < 128; t += 16, z += 128) elementsOf(SCRATCH + t, z);
  }
}

function elementsOf(from: usize, z: usize): void {
  exchange(
    SCRATCH + 1024,
    v128.load(from),
    v128.load(from, 128),
    v128.load(from, 256),
    v128.load(from, 384),
    v128.load(from, 512),
    v128.load(from, 640),
    v128.load(from, 768),
    v128.load(from, 896),
    16,
  );
  for (let i: usize = 0; i < 8; i++) {
    const pair = v128.load(SCRATCH + 1024 + (i << 4));
    v128.store64_lane(z + (i << 3), pair, 0);
    v128.store64_lane(z + 64 + (i << 3), pair, 1);
  }
}

function pairBytes(v: v128): v128 {
  return i8x16.shuffle(v, v, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
}
function low16(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}
function high16(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}
function low32(a: v128, b: v128): v128 {
  return v128.shuffle<u32>(a, b, 0, 4, 1, 5);
}
function high32(a: v128, b: v128): v128 {
  return v128.shuffle<u32>(a, b, 2, 6, 3, 7);
}
function low64(a: v128, b: v128): v128 {
  return v128.shuffle<u64>(a, b, 0, 2);
}
function high64(a: v128, b: v128): v128 {
  return v128.shuffle<u64>(a, b, 1, 3);
}

/** 16 groups of 8 bytes at `from` become 8 rows of 16 bytes at `to`. */
function rowsOf(from: usize, to: usize, stride: usize): void {
  const a0 = pairBytes(v128.load(from));
  const a1 = pairBytes(v128.load(from, 16));
  const a2 = pairBytes(v128.load(from, 32));
  const a3 = pairBytes(v128.load(from, 48));
  const a4 = pairBytes(v128.load(from, 64));
  const a5 = pairBytes(v128.load(from, 80));
  const a6 = pairBytes(v128.load(from, 96));
  const a7 = pairBytes(v128.load(from, 112));
  // Bytes 0–3 and 4–7 of groups 0–3, 4–7, 8–11 and 12–15.
  const b0 = low16(a0, a1);
  const b1 = low16(a2, a3);
  const b2 = low16(a4, a5);
  const b3 = low16(a6, a7);
  const c0 = low32(b0, b1);
  const c1 = low32(b2, b3);
  v128.store(to, low64(c0, c1));
  v128.store(to + stride, high64(c0, c1));
  const c2 = high32(b0, b1);
  const c3 = high32(b2, b3);
  v128.store(to + 2 * stride, low64(c2, c3));
  v128.store(to + 3 * stride, high64(c2, c3));
  const b4 = high16(a0, a1);
  const b5 = high16(a2, a3);
  const b6 = high16(a4, a5);
  const b7 = high16(a6, a7);
  const c4 = low32(b4, b5);
  const c5 = low32(b6, b7);
  v128.store(to + 4 * stride, low64(c4, c5));
  v128.store(to + 5 * stride, high64(c4, c5));
  const c6 = high32(b4, b5);
  const c7 = high32(b6, b7);
  v128.store(to + 6 * stride, low64(c6, c7));
  v128.store(to + 7 * stride, high64(c6, c7));
}

/** 8 rows of 16 bytes at `from` become 16 groups of 8 bytes at `to`. */
function groupsOf(from: usize, stride: usize, to: usize): void {
  const r0 = v128.load(from);
  const r1 = v128.load(from + stride);
  const r2 = v128.load(from + 2 * stride);
  const r3 = v128.load(from + 3 * stride);
  const r4 = v128.load(from + 4 * stride);
  const r5 = v128.load(from + 5 * stride);
  const r6 = v128.load(from + 6 * stride);
  const r7 = v128.load(from + 7 * stride);
  interleave(r0, r1, r2, r3, r4, r5, r6, r7, to);
}

function low8(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
function high8(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** Byte g of each row becomes group g. */
function interleave(r0: v128, r1: v128, r2: v128, r3: v128, r4: v128, r5: v128, r6: v128, r7: v128, to: usize): void {
  const p0 = low8(r0, r1);
  const p1 = low8(r2, r3);
  const p2 = low8(r4, r5);
  const p3 = low8(r6, r7);
  let q0 = low16(p0, p1);
  let q1 = low16(p2, p3);
  v128.store(to, low32(q0, q1));
  v128.store(to, high32(q0, q1), 16);
  q0 = high16(p0, p1);
  q1 = high16(p2, p3);
  v128.store(to, low32(q0, q1), 32);
  v128.store(to, high32(q0, q1), 48);
  const s0 = high8(r0, r1);
  const s1 = high8(r2, r3);
  const s2 = high8(r4, r5);
  const s3 = high8(r6, r7);
  q0 = low16(s0, s1);
  q1 = low16(s2, s3);
  v128.store(to, low32(q0, q1), 64);
  v128.store(to, high32(q0, q1), 80);
  q0 = high16(s0, s1);
  q1 = high16(s2, s3);
  v128.store(to, low32(q0, q1), 96);
  v128.store(to, high32(q0, q1), 112);
}
