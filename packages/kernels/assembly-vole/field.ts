/**
 * Products in GF(2^128), polynomial basis, lowest bit first, x^128 = x^7 + x^2 + x + 1. Constant time in all operands: no
 * address and no branch depends on them.
 *
 * Many elements times one: 16 elements at a time are turned so that a vector holds one byte of each; each half byte then
 * selects its share of the product from tables of 16 bytes that stay in registers (swizzle), not in memory.
 */
import { turn } from './turn';

/** A nibble's 16 tables, for the 16 bytes of the product: 256 bytes; 32 nibbles. After them: working space. */
const WORK: usize = 8192;
const NIBBLES: usize = WORK + 256;

/** Fills 8,192 bytes at `table` for multiplying by the element; 1,280 bytes after them are needed to work in. */
export function multiplyTable(element: usize, table: usize): void {
  let low = load<u64>(element);
  let high = load<u64>(element, 8);
  for (let p: usize = 0; p < 32; p++) {
    // x^(4p) times the element, then the multiples by the polynomials of degree below 4.
    for (let bit: usize = 1; bit < 16; bit <<= 1) {
      for (let n: usize = 0; n < 16; n++) {
        const keep: u64 = 0 - <u64>((n & bit) !== 0);
        for (let o: usize = 0; o < 16; o++) {
          const byte = <u8>((o < 8 ? low >> (8 * o) : high >> (8 * (o - 8))) & keep & 0xff);
          const at = table + 256 * p + 16 * o + n;
          store<u8>(at, bit === 1 ? byte : load<u8>(at) ^ byte);
        }
      }
      const carry = 0 - (high >> 63);
      high = (high << 1) | (low >> 63);
      low = (low << 1) ^ (carry & 0x87);
    }
  }
}

/** The 16 turned elements at `x` times the table's element, turned, to `z`; z may be x. Uses 512 bytes at `nibbles`. */
export function multiplyTurned(x: usize, z: usize, table: usize, nibbles: usize): void {
  const low = i8x16.splat(15);
  for (let k: usize = 0; k < 256; k += 16) {
    const bytes = v128.load(x + k);
    v128.store(nibbles + 2 * k, v128.and(bytes, low));
    v128.store(nibbles + 2 * k, i8x16.shr_u(bytes, 4), 16);
  }
  for (let o: usize = 0; o < 256; o += 64) {
    let r0 = i64x2.splat(0);
    let r1 = r0;
    let r2 = r0;
    let r3 = r0;
    let at = table + o;
    for (let p: usize = 0; p < 512; p += 16) {
      const n = v128.load(nibbles + p);
      r0 = v128.xor(r0, i8x16.swizzle(v128.load(at), n));
      r1 = v128.xor(r1, i8x16.swizzle(v128.load(at, 16), n));
      r2 = v128.xor(r2, i8x16.swizzle(v128.load(at, 32), n));
      r3 = v128.xor(r3, i8x16.swizzle(v128.load(at, 48), n));
      at += 256;
    }
    v128.store(z + o, r0);
    v128.store(z + o, r1, 16);
    v128.store(z + o, r2, 32);
    v128.store(z + o, r3, 48);
  }
}

/** z = each x times the table's element; z may be x. */
export function multiplyByTable(x: usize, z: usize, count: usize, table: usize): void {
  const work = table + WORK;
  while (count >= 16) {
    turn(x, 16, work);
    multiplyTurned(work, work, table, table + NIBBLES);
    turn(work, 16, z);
    x += 256;
    z += 256;
    count -= 16;
  }
  if (count === 0) return;
  memory.fill(work, 0, 256);
  memory.copy(work, x, 16 * count);
  const last = table + NIBBLES + 512;
  turn(work, 16, last);
  multiplyTurned(last, last, table, table + NIBBLES);
  turn(last, 16, work);
  memory.copy(z, work, 16 * count);
}

/** A mask of 64 bits from its half. */
function twice(half: u64): u64 {
  return (half << 32) | half;
}

/** The lower 64 bits of the carry-less product: integer products of every fourth bit, whose sums never reach the next. */
function low64(x: u64, y: u64): u64 {
  const m: u64 = twice(0x1111_1111);
  const x0 = x & m;
  const x1 = x & (m << 1);
  const x2 = x & (m << 2);
  const x3 = x & (m << 3);
  const y0 = y & m;
  const y1 = y & (m << 1);
  const y2 = y & (m << 2);
  const y3 = y & (m << 3);
  const z0 = (x0 * y0) ^ (x1 * y3) ^ (x2 * y2) ^ (x3 * y1);
  const z1 = (x0 * y1) ^ (x1 * y0) ^ (x2 * y3) ^ (x3 * y2);
  const z2 = (x0 * y2) ^ (x1 * y1) ^ (x2 * y0) ^ (x3 * y3);
  const z3 = (x0 * y3) ^ (x1 * y2) ^ (x2 * y1) ^ (x3 * y0);
  return (z0 & m) | (z1 & (m << 1)) | (z2 & (m << 2)) | (z3 & (m << 3));
}

function reverse(x: u64): u64 {
  x = ((x >> 1) & twice(0x5555_5555)) | ((x & twice(0x5555_5555)) << 1);
  x = ((x >> 2) & twice(0x3333_3333)) | ((x & twice(0x3333_3333)) << 2);
  x = ((x >> 4) & twice(0x0f0f_0f0f)) | ((x & twice(0x0f0f_0f0f)) << 4);
  return bswap<u64>(x);
}

/** z = x · y, element by element; z may be x or y. Source: Pornin, BearSSL, "ctmul64" (products with holes), Karatsuba. */
export function multiplyPairs(x: usize, y: usize, z: usize, count: usize): void {
  for (let i: usize = 0; i < count << 4; i += 16) {
    const x0 = load<u64>(x + i);
    const x1 = load<u64>(x + i, 8);
    const y0 = load<u64>(y + i);
    const y1 = load<u64>(y + i, 8);
    const x0r = reverse(x0);
    const x1r = reverse(x1);
    const y0r = reverse(y0);
    const y1r = reverse(y1);
    const l = low64(x0, y0);
    const lh = reverse(low64(x0r, y0r)) >> 1;
    const h = low64(x1, y1);
    const hh = reverse(low64(x1r, y1r)) >> 1;
    const m = low64(x0 ^ x1, y0 ^ y1) ^ l ^ h;
    const mh = (reverse(low64(x0r ^ x1r, y0r ^ y1r)) >> 1) ^ lh ^ hh;
    fold(z + i, l, lh ^ m, h ^ mh, hh);
  }
}

/** Stores the 256-bit polynomial d3 ‖ d2 ‖ d1 ‖ d0, reduced. */
function fold(z: usize, d0: u64, d1: u64, d2: u64, d3: u64): void {
  // The top word's own overflow beyond x^128 is folded into d2 first.
  d2 ^= (d3 >> 63) ^ (d3 >> 62) ^ (d3 >> 57);
  d1 ^= d3 ^ (d3 << 1) ^ (d3 << 2) ^ (d3 << 7) ^ (d2 >> 63) ^ (d2 >> 62) ^ (d2 >> 57);
  d0 ^= d2 ^ (d2 << 1) ^ (d2 << 2) ^ (d2 << 7);
  store<u64>(z, d0);
  store<u64>(z, d1, 8);
}
