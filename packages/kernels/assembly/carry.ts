/**
 * Carries of an addition u + v over groups of two or three positions, on packed bits. Rows stand `stride` bytes apart;
 * `bytes` may be rounded up to a multiple of 16. What a group generates and propagates is a sum of products of a function
 * of u's bits with a function of v's bits.
 */

/** onto[k] ^= a, b, ab. */
export function productsOfTwo(u: usize, onto: usize, stride: usize, bytes: usize): void {
  for (const end = u + bytes; u < end; u += 16, onto += 16) {
    const a = v128.load(u);
    const b = v128.load(u + stride);
    exclusive(onto, a);
    exclusive(onto + stride, b);
    exclusive(onto + 2 * stride, v128.and(a, b));
  }
}

/** onto[k] ^= a, b, c, ab, ac, bc, abc. */
export function productsOfThree(u: usize, onto: usize, stride: usize, bytes: usize): void {
  for (const end = u + bytes; u < end; u += 16, onto += 16) {
    const a = v128.load(u);
    const b = v128.load(u + stride);
    const c = v128.load(u + 2 * stride);
    const ab = v128.and(a, b);
    exclusive(onto, a);
    exclusive(onto + stride, b);
    exclusive(onto + 2 * stride, c);
    exclusive(onto + 3 * stride, ab);
    exclusive(onto + 4 * stride, v128.and(a, c));
    exclusive(onto + 5 * stride, v128.and(b, c));
    exclusive(onto + 6 * stride, v128.and(ab, c));
  }
}

function exclusive(at: usize, value: v128): void {
  v128.store(at, v128.xor(v128.load(at), value));
}

/** g ^= y(b + xa) + x·ab, p ^= ab + xb + ya (+ xy where `alone` is all ones), with v's bits x and y. */
export function summandsOfTwo(m: usize, v: usize, g: usize, p: usize, alone: i32, stride: usize, bytes: usize): void {
  const own = i32x4.splat(alone);
  for (const end = v + bytes; v < end; v += 16, m += 16, g += 16, p += 16) {
    const x = v128.load(v);
    const y = v128.load(v + stride);
    const a = v128.load(m);
    const b = v128.load(m + stride);
    const ab = v128.load(m + 2 * stride);
    exclusive(g, v128.xor(v128.and(y, v128.xor(b, v128.and(x, a))), v128.and(x, ab)));
    const mixed = v128.xor(v128.and(x, b), v128.and(y, v128.xor(a, v128.and(x, own))));
    exclusive(p, v128.xor(ab, mixed));
  }
}

/** The same for three positions with v's bits x, y and z. */
export function summandsOfThree(m: usize, v: usize, g: usize, p: usize, alone: i32, stride: usize, bytes: usize): void {
  const own = i32x4.splat(alone);
  for (const end = v + bytes; v < end; v += 16, m += 16, g += 16, p += 16) {
    const x = v128.load(v);
    const y = v128.load(v + stride);
    const z = v128.load(v + 2 * stride);
    const a = v128.load(m);
    const b = v128.load(m + stride);
    const c = v128.load(m + 2 * stride);
    const ab = v128.load(m + 3 * stride);
    const ac = v128.load(m + 4 * stride);
    const bc = v128.load(m + 5 * stride);
    const abc = v128.load(m + 6 * stride);
    const low = v128.xor(b, v128.and(x, a));
    const upper = v128.and(z, v128.xor(c, v128.xor(v128.and(y, low), v128.and(x, ab))));
    const middle = v128.and(y, v128.xor(bc, v128.and(x, ac)));
    exclusive(g, v128.xor(v128.xor(upper, middle), v128.and(x, abc)));
    const ofX = v128.and(x, v128.xor(bc, v128.xor(v128.and(y, v128.xor(c, v128.and(z, own))), v128.and(z, b))));
    const ofY = v128.and(y, v128.xor(ac, v128.and(z, a)));
    exclusive(p, v128.xor(v128.xor(abc, ofX), v128.xor(ofY, v128.and(z, ab))));
  }
}
