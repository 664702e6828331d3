/**
 * Packed bits, 128 at a time, and masks made of them. Pointers are to 16-byte-aligned blocks; `bytes` may be rounded up
 * to a multiple of 16, into the room that every block has at its end.
 */

export function xor(x: usize, y: usize, z: usize, bytes: usize): void {
  for (const end = x + bytes; x < end; x += 32, y += 32, z += 32) {
    v128.store(z, v128.xor(v128.load(x), v128.load(y)));
    v128.store(z, v128.xor(v128.load(x, 16), v128.load(y, 16)), 16);
  }
}

export function not(x: usize, z: usize, bytes: usize): void {
  for (const end = x + bytes; x < end; x += 16, z += 16) v128.store(z, v128.not(v128.load(x)));
}

export function and(x: usize, y: usize, z: usize, bytes: usize): void {
  for (const end = x + bytes; x < end; x += 32, y += 32, z += 32) {
    v128.store(z, v128.and(v128.load(x), v128.load(y)));
    v128.store(z, v128.and(v128.load(x, 16), v128.load(y, 16)), 16);
  }
}

/** z = x & y ^ w. */
export function andXor(x: usize, y: usize, w: usize, z: usize, bytes: usize): void {
  for (const end = x + bytes; x < end; x += 16, y += 16, w += 16, z += 16)
    v128.store(z, v128.xor(v128.and(v128.load(x), v128.load(y)), v128.load(w)));
}

/** z = a & b ^ a & d ^ c & b ^ m. */
export function crossAnd(a: usize, c: usize, b: usize, d: usize, m: usize, z: usize, bytes: usize): void {
  for (const end = a + bytes; a < end; a += 16, c += 16, b += 16, d += 16, m += 16, z += 16) {
    const y = v128.load(b);
    const first = v128.and(v128.load(a), v128.xor(y, v128.load(d)));
    v128.store(z, v128.xor(v128.xor(first, v128.load(m)), v128.and(v128.load(c), y)));
  }
}

/** z = a & b ^ a & d ^ c & b ^ m ^ w. */
export function crossAnd2(a: usize, c: usize, b: usize, d: usize, m: usize, w: usize, z: usize, bytes: usize): void {
  for (const end = a + bytes; a < end; a += 16, c += 16, b += 16, d += 16, m += 16, w += 16, z += 16) {
    const y = v128.load(b);
    const mask = v128.xor(v128.load(m), v128.load(w));
    const first = v128.and(v128.load(a), v128.xor(y, v128.load(d)));
    v128.store(z, v128.xor(v128.xor(first, mask), v128.and(v128.load(c), y)));
  }
}

/** z[i] = bit i ? x[i] : 0 for n elements, rounded up to whole words of bits. */
export function maskElements(bits: usize, x: usize, z: usize, n: usize): void {
  for (const end = x + (n << 3); x < end; bits += 4) {
    const word = i64x2.splat(load<u32>(bits));
    let place = i64x2(1, 2);
    for (let pair = 0; pair < 16; pair++, x += 16, z += 16) {
      v128.store(z, v128.and(v128.load(x), i64x2.eq(v128.and(word, place), place)));
      place = i64x2.shl(place, 2);
    }
  }
}

/** z[i] = bit i as 0 or 1 for n elements, rounded up to whole words of bits. */
export function spreadBits(bits: usize, z: usize, n: usize): void {
  for (const end = z + (n << 3); z < end; bits += 4) {
    const word = i64x2.splat(load<u32>(bits));
    let place = i64x2(1, 2);
    for (let pair = 0; pair < 16; pair++, z += 16) {
      v128.store(z, i64x2.shr_u(i64x2.eq(v128.and(word, place), place), 63));
      place = i64x2.shl(place, 2);
    }
  }
}

/** Packs the lowest bits of n elements, rounded up to whole words of bits. */
export function lowBits(x: usize, bits: usize, n: usize): void {
  for (const end = x + (n << 3); x < end; bits += 4) {
    let word: u32 = 0;
    for (let pair = 0; pair < 32; pair += 2, x += 16) word |= i64x2.bitmask(i64x2.shl(v128.load(x), 63)) << pair;
    store<u32>(bits, word);
  }
}

/** Packs the lowest bits of n bytes, rounded up to whole words of bits. */
export function bytesToBits(x: usize, bits: usize, n: usize): void {
  for (const end = x + n; x < end; x += 32, bits += 4) {
    const low = i8x16.bitmask(i8x16.shl(v128.load(x), 7));
    store<u32>(bits, low | (i8x16.bitmask(i8x16.shl(v128.load(x, 16), 7)) << 16));
  }
}

/** One byte, 0 or 1, for each of n bits, rounded up to whole words of bits. */
export function bitsToBytes(bits: usize, z: usize, n: usize): void {
  const place = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
  for (const end = z + n; z < end; z += 32, bits += 4) {
    const word = v128.load32_splat(bits);
    const low = v128.and(i8x16.shuffle(word, word, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1), place);
    const high = v128.and(i8x16.shuffle(word, word, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3), place);
    v128.store(z, i8x16.shr_u(i8x16.eq(low, place), 7));
    v128.store(z, i8x16.shr_u(i8x16.eq(high, place), 7), 16);
  }
}

/** z = x ^ y ^ w. */
export function xorOfThree(x: usize, y: usize, w: usize, z: usize, bytes: usize): void {
  for (const end = x + bytes; x < end; x += 16, y += 16, w += 16, z += 16)
    v128.store(z, v128.xor(v128.xor(v128.load(x), v128.load(y)), v128.load(w)));
}

/** out = z ^ c ^ r & y ^ s & a. */
export function residueBits(z: usize, c: usize, r: usize, y: usize, s: usize, a: usize, out: usize, bytes: usize): void {
  for (const end = z + bytes; z < end; z += 16, c += 16, r += 16, y += 16, s += 16, a += 16, out += 16) {
    const products = v128.xor(v128.and(v128.load(r), v128.load(y)), v128.and(v128.load(s), v128.load(a)));
    v128.store(out, v128.xor(v128.xor(v128.load(z), v128.load(c)), products));
  }
}
