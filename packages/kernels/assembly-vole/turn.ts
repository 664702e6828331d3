/** Transposes 16 × 16 bytes. */

function low(x: v128, y: v128): v128 {
  return v128.shuffle<i8>(x, y, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

function high(x: v128, y: v128): v128 {
  return v128.shuffle<i8>(x, y, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/**
 * Byte j of the vector at to + 16·i = byte i of the vector at from + j·stride; `to` may be `from`. Four rounds of
 * interleaving vector k with vector k + 8 each rotate the eight bits of the index (vector, byte) by one.
 */
export function turn(from: usize, stride: usize, to: usize): void {
  let a0 = v128.load(from);
  let a1 = v128.load(from + stride);
  let a2 = v128.load(from + 2 * stride);
  let a3 = v128.load(from + 3 * stride);
  let a4 = v128.load(from + 4 * stride);
  let a5 = v128.load(from + 5 * stride);
  let a6 = v128.load(from + 6 * stride);
  let a7 = v128.load(from + 7 * stride);
  let a8 = v128.load(from + 8 * stride);
  let a9 = v128.load(from + 9 * stride);
  let a10 = v128.load(from + 10 * stride);
  let a11 = v128.load(from + 11 * stride);
  let a12 = v128.load(from + 12 * stride);
  let a13 = v128.load(from + 13 * stride);
  let a14 = v128.load(from + 14 * stride);
  let a15 = v128.load(from + 15 * stride);
  let b0 = low(a0, a8);
  let b1 = high(a0, a8);
  let b2 = low(a1, a9);
  let b3 = high(a1, a9);
  let b4 = low(a2, a10);
  let b5 = high(a2, a10);
  let b6 = low(a3, a11);
  let b7 = high(a3, a11);
  let b8 = low(a4, a12);
  let b9 = high(a4, a12);
  let b10 = low(a5, a13);
  let b11 = high(a5, a13);
  let b12 = low(a6, a14);
  let b13 = high(a6, a14);
  let b14 = low(a7, a15);
  let b15 = high(a7, a15);
  a0 = low(b0, b8);
  a1 = high(b0, b8);
  a2 = low(b1, b9);
  a3 = high(b1, b9);
  a4 = low(b2, b10);
  a5 = high(b2, b10);
  a6 = low(b3, b11);
  a7 = high(b3, b11);
  a8 = low(b4, b12);
  a9 = high(b4, b12);
  a10 = low(b5, b13);
  a11 = high(b5, b13);
  a12 = low(b6, b14);
  a13 = high(b6, b14);
  a14 = low(b7, b15);
  a15 = high(b7, b15);
  b0 = low(a0, a8);
  b1 = high(a0, a8);
  b2 = low(a1, a9);
  b3 = high(a1, a9);
  b4 = low(a2, a10);
  b5 = high(a2, a10);
  b6 = low(a3, a11);
  b7 = high(a3, a11);
  b8 = low(a4, a12);
  b9 = high(a4, a12);
  b10 = low(a5, a13);
  b11 = high(a5, a13);
  b12 = low(a6, a14);
  b13 = high(a6, a14);
  b14 = low(a7, a15);
  b15 = high(a7, a15);
  a0 = low(b0, b8);
  a1 = high(b0, b8);
  a2 = low(b1, b9);
  a3 = high(b1, b9);
  a4 = low(b2, b10);
  a5 = high(b2, b10);
  a6 = low(b3, b11);
  a7 = high(b3, b11);
  a8 = low(b4, b12);
  a9 = high(b4, b12);
  a10 = low(b5, b13);
  a11 = high(b5, b13);
  a12 = low(b6, b14);
  a13 = high(b6, b14);
  a14 = low(b7, b15);
  a15 = high(b7, b15);
  v128.store(to, a0, 0);
  v128.store(to, a1, 16);
  v128.store(to, a2, 32);
  v128.store(to, a3, 48);
  v128.store(to, a4, 64);
  v128.store(to, a5, 80);
  v128.store(to, a6, 96);
  v128.store(to, a7, 112);
  v128.store(to, a8, 128);
  v128.store(to, a9, 144);
  v128.store(to, a10, 160);
  v128.store(to, a11, 176);
  v128.store(to, a12, 192);
  v128.store(to, a13, 208);
  v128.store(to, a14, 224);
  v128.store(to, a15, 240);
}
