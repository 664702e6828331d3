/**
 * SHA-256 (FIPS 180-4) of four messages at once, one in each lane.
 *
 * A state has eight vectors (128 bytes). A scratch has 1,280 bytes: the message schedule (64 vectors), then room for one
 * block of each lane, one after the other. The 64 constants (256 bytes, little-endian words) come from the caller.
 */

/** Where in a scratch the lanes' blocks stand. */
export const LANES: usize = 1024;

@inline
function rotate(x: v128, n: i32): v128 {
  return v128.or(i32x4.shr_u(x, n), i32x4.shl(x, 32 - n));
}

/** What h becomes before it is added to d. */
@inline
function first(e: v128, f: v128, g: v128, h: v128, i: usize, scratch: usize, k: usize): v128 {
  const sigma = v128.xor(v128.xor(rotate(e, 6), rotate(e, 11)), rotate(e, 25));
  const keyed = i32x4.add(v128.load(scratch + (i << 4)), v128.load32_splat(k + (i << 2)));
  return i32x4.add(i32x4.add(h, sigma), i32x4.add(v128.bitselect(f, g, e), keyed));
}

/** What is added to h afterwards. */
@inline
function second(a: v128, b: v128, c: v128): v128 {
  const sigma = v128.xor(v128.xor(rotate(a, 2), rotate(a, 13)), rotate(a, 22));
  return i32x4.add(sigma, v128.bitselect(c, b, v128.xor(a, b)));
}

/** state = compression of state and the block in words 0 to 15 of the schedule. */
export function compress(state: usize, scratch: usize, k: usize): void {
  for (let at: usize = scratch; at < scratch + 768; at += 16) {
    const early = v128.load(at, 16);
    const late = v128.load(at, 14 * 16);
    const s0 = v128.xor(v128.xor(rotate(early, 7), rotate(early, 18)), i32x4.shr_u(early, 3));
    const s1 = v128.xor(v128.xor(rotate(late, 17), rotate(late, 19)), i32x4.shr_u(late, 10));
    v128.store(at, i32x4.add(i32x4.add(v128.load(at), s0), i32x4.add(v128.load(at, 9 * 16), s1)), 256);
  }
  let a = v128.load(state);
  let b = v128.load(state, 16);
  let c = v128.load(state, 32);
  let d = v128.load(state, 48);
  let e = v128.load(state, 64);
  let f = v128.load(state, 80);
  let g = v128.load(state, 96);
  let h = v128.load(state, 112);
  for (let i: usize = 0; i < 64; i += 8) {
    h = first(e, f, g, h, i, scratch, k);
    d = i32x4.add(d, h);
    h = i32x4.add(h, second(a, b, c));
    g = first(d, e, f, g, i + 1, scratch, k);
    c = i32x4.add(c, g);
    g = i32x4.add(g, second(h, a, b));
    f = first(c, d, e, f, i + 2, scratch, k);
    b = i32x4.add(b, f);
    f = i32x4.add(f, second(g, h, a));
    e = first(b, c, d, e, i + 3, scratch, k);
    a = i32x4.add(a, e);
    e = i32x4.add(e, second(f, g, h));
    d = first(a, b, c, d, i + 4, scratch, k);
    h = i32x4.add(h, d);
    d = i32x4.add(d, second(e, f, g));
    c = first(h, a, b, c, i + 5, scratch, k);
    g = i32x4.add(g, c);
    c = i32x4.add(c, second(d, e, f));
    b = first(g, h, a, b, i + 6, scratch, k);
    f = i32x4.add(f, b);
    b = i32x4.add(b, second(c, d, e));
    a = first(f, g, h, a, i + 7, scratch, k);
    e = i32x4.add(e, a);
    a = i32x4.add(a, second(b, c, d));
  }
  v128.store(state, i32x4.add(a, v128.load(state)));
  v128.store(state, i32x4.add(b, v128.load(state, 16)), 16);
  v128.store(state, i32x4.add(c, v128.load(state, 32)), 32);
  v128.store(state, i32x4.add(d, v128.load(state, 48)), 48);
  v128.store(state, i32x4.add(e, v128.load(state, 64)), 64);
  v128.store(state, i32x4.add(f, v128.load(state, 80)), 80);
  v128.store(state, i32x4.add(g, v128.load(state, 96)), 96);
  v128.store(state, i32x4.add(h, v128.load(state, 112)), 112);
}

/** Turns the bytes of every 32-bit word around. */
@inline
export function bigEndian(x: v128): v128 {
  return i8x16.shuffle(x, x, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}

/** Four words of four lanes, as four vectors of one word each: stored at `to`. Words are big-endian in the lanes. */
@inline
export function spreadWords(x: v128, y: v128, z: v128, w: v128, to: usize): void {
  const xy = i32x4.shuffle(x, y, 0, 4, 1, 5);
  const zw = i32x4.shuffle(z, w, 0, 4, 1, 5);
  const xy2 = i32x4.shuffle(x, y, 2, 6, 3, 7);
  const zw2 = i32x4.shuffle(z, w, 2, 6, 3, 7);
  v128.store(to, bigEndian(i64x2.shuffle(xy, zw, 0, 2)));
  v128.store(to, bigEndian(i64x2.shuffle(xy, zw, 1, 3)), 16);
  v128.store(to, bigEndian(i64x2.shuffle(xy2, zw2, 0, 2)), 32);
  v128.store(to, bigEndian(i64x2.shuffle(xy2, zw2, 1, 3)), 48);
}

/** The other way: words 4·half to 4·half + 3 of the state, of one lane. */
@inline
export function digestPart(state: usize, half: usize, lane: i32): v128 {
  const at = state + (half << 6);
  const x = v128.load(at);
  const y = v128.load(at, 16);
  const z = v128.load(at, 32);
  const w = v128.load(at, 48);
  if (lane < 2) {
    const xy = i32x4.shuffle(x, y, 0, 4, 1, 5);
    const zw = i32x4.shuffle(z, w, 0, 4, 1, 5);
    return bigEndian(lane === 0 ? i64x2.shuffle(xy, zw, 0, 2) : i64x2.shuffle(xy, zw, 1, 3));
  }
  const xy = i32x4.shuffle(x, y, 2, 6, 3, 7);
  const zw = i32x4.shuffle(z, w, 2, 6, 3, 7);
  return bigEndian(lane === 2 ? i64x2.shuffle(xy, zw, 0, 2) : i64x2.shuffle(xy, zw, 1, 3));
}
