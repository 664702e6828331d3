/** Sums of elements, and bit columns as elements. Addresses and time depend on lengths only. */
import { turn } from './turn';

/** z = x ⊕ z, element by element. */
export function xorInto(x: usize, z: usize, count: usize): void {
  for (let i: usize = 0; i < count << 4; i += 16) v128.store(z + i, v128.xor(v128.load(z + i), v128.load(x + i)));
}

/** Four sums: of the elements k with k mod 4 = 0, 1, 2, 3. */
export function sumClasses(x: usize, count: usize, sums: usize): void {
  let s0 = i64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  const whole = x + ((count >> 2) << 6);
  for (; x < whole; x += 64) {
    s0 = v128.xor(s0, v128.load(x));
    s1 = v128.xor(s1, v128.load(x, 16));
    s2 = v128.xor(s2, v128.load(x, 32));
    s3 = v128.xor(s3, v128.load(x, 48));
  }
  if ((count & 3) > 0) s0 = v128.xor(s0, v128.load(x));
  if ((count & 3) > 1) s1 = v128.xor(s1, v128.load(x, 16));
  if ((count & 3) > 2) s2 = v128.xor(s2, v128.load(x, 32));
  v128.store(sums, s0);
  v128.store(sums, s1, 16);
  v128.store(sums, s2, 32);
  v128.store(sums, s3, 48);
}

/** Element i of `out` = Σ_j x^j · row 128·i + j, j from 0 to 127. */
export function sumPowers(rows: usize, out: usize, count: usize): void {
  for (let i: usize = 0; i < count; i++) {
    let low: u64 = 0;
    let high: u64 = 0;
    for (let row = rows + 16 * 127; row >= rows; row -= 16) {
      const carry = 0 - (high >> 63);
      high = ((high << 1) | (low >> 63)) ^ load<u64>(row, 8);
      low = (low << 1) ^ (carry & 0x87) ^ load<u64>(row);
    }
    store<u64>(out, low);
    store<u64>(out, high, 8);
    out += 16;
    rows += 2048;
  }
}

/** Bit j of row i (16 bytes) = bit i of column j, of 128 columns that stand `stride` bytes apart; blocks of 128 rows. */
export function transposeColumns(columns: usize, stride: usize, rows: usize, blocks: usize, work: usize): void {
  for (; blocks > 0; blocks--) {
    for (let group: usize = 0; group < 8; group++) {
      turn(columns + 16 * group * stride, stride, work);
      for (let k: usize = 0; k < 16; k++) {
        let bytes = v128.load(work + 16 * k);
        for (let bit: isize = 7; bit >= 0; bit--) {
          store<u16>(rows + 128 * k + 16 * bit + 2 * group, <u16>i8x16.bitmask(bytes));
          bytes = i8x16.add(bytes, bytes);
        }
      }
    }
    columns += 16;
    rows += 2048;
  }
}

/**
 * Adds four elements to those of one group of four, out of `groups`: every group is read and written, so that neither time
 * nor addresses tell which one.
 */
export function addToGroup(x: usize, groups: i32, group: i32, four: usize): void {
  const a = v128.load(four);
  const b = v128.load(four, 16);
  const c = v128.load(four, 32);
  const d = v128.load(four, 48);
  const sought = i32x4.splat(group);
  for (let g = 0; g < groups; g++) {
    const keep = i32x4.eq(i32x4.splat(g), sought);
    v128.store(x, v128.xor(v128.load(x), v128.and(a, keep)));
    v128.store(x, v128.xor(v128.load(x, 16), v128.and(b, keep)), 16);
    v128.store(x, v128.xor(v128.load(x, 32), v128.and(c, keep)), 32);
    v128.store(x, v128.xor(v128.load(x, 48), v128.and(d, keep)), 48);
    x += 64;
  }
}

/**
 * Writes zeros to `count` elements that stand `step` bytes apart, and `value` to the one at `place`; nowhere if there is no
 * such place among them. Neither time nor addresses tell where.
 */
export function placeElement(x: usize, step: usize, count: i32, place: i32, value: usize): void {
  const element = v128.load(value);
  const sought = i32x4.splat(place);
  for (let i = 0; i < count; i++) {
    v128.store(x, v128.and(element, i32x4.eq(i32x4.splat(i), sought)));
    x += step;
  }
}
