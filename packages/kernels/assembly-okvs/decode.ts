/**
 * Sums of blocks that 128 consecutive coefficients choose. Blocks are taken in groups of four, and the sixteen sums of each
 * group near the current place are kept in a table (256 bytes), so that a row costs 33 additions.
 *
 * `tables` is room for 101 tables; what it holds before does not matter. The first entry of each is always zero, so that
 * coefficients beyond the last group, which are zero, add nothing.
 */
import { highBits, lowBits } from './rows';

/** Tables that a row needs, and that a full buffer holds. */
const WINDOW: usize = 33;
const ROOM: usize = 100;

/** The sum over 16 groups; `bits` has one coefficient of four for each, lowest first. */
@inline
function sumOfSixteen(t: usize, bits: u64): v128 {
  let x = v128.xor(v128.load(t + (<usize>(bits << 4) & 0xf0)), v128.load(t + (<usize>bits & 0xf0), 256));
  let y = v128.xor(v128.load(t + (<usize>(bits >> 4) & 0xf0), 512), v128.load(t + (<usize>(bits >> 8) & 0xf0), 768));
  x = v128.xor(x, v128.load(t + (<usize>(bits >> 12) & 0xf0), 1024));
  y = v128.xor(y, v128.load(t + (<usize>(bits >> 16) & 0xf0), 1280));
  x = v128.xor(x, v128.load(t + (<usize>(bits >> 20) & 0xf0), 1536));
  y = v128.xor(y, v128.load(t + (<usize>(bits >> 24) & 0xf0), 1792));
  x = v128.xor(x, v128.load(t + (<usize>(bits >> 28) & 0xf0), 2048));
  y = v128.xor(y, v128.load(t + (<usize>(bits >> 32) & 0xf0), 2304));
  x = v128.xor(x, v128.load(t + (<usize>(bits >> 36) & 0xf0), 2560));
  y = v128.xor(y, v128.load(t + (<usize>(bits >> 40) & 0xf0), 2816));
  x = v128.xor(x, v128.load(t + (<usize>(bits >> 44) & 0xf0), 3072));
  y = v128.xor(y, v128.load(t + (<usize>(bits >> 48) & 0xf0), 3328));
  x = v128.xor(x, v128.load(t + (<usize>(bits >> 52) & 0xf0), 3584));
  y = v128.xor(y, v128.load(t + (<usize>(bits >> 56) & 0xf0), 3840));
  return v128.xor(x, y);
}

/** The sum of the blocks that 128 coefficients choose, the first of which belongs to block `place` of the first group. */
@inline
function sumOf(table: usize, low: u64, high: u64, place: u64): v128 {
  const beyond = place === 0 ? 0 : high >> (64 - place);
  const upper = place === 0 ? high : (high << place) | (low >> (64 - place));
  const sum = v128.xor(sumOfSixteen(table, low << place), sumOfSixteen(table + 4096, upper));
  return v128.xor(sum, v128.load(table + <usize>(beyond << 4), 8192));
}

@inline
function addToTable(table: usize, block: v128, place: u32): void {
  const step = <usize>16 << place;
  for (let at: usize = 0; at < 256; at += step << 1) v128.store(table + at + step, v128.xor(v128.load(table + at), block));
}

/** The sixteen sums of four blocks. */
@inline
function makeTable(table: usize, blocks: usize): void {
  const a = v128.load(blocks);
  const b = v128.load(blocks, 16);
  const c = v128.load(blocks, 32);
  const d = v128.load(blocks, 48);
  const ab = v128.xor(a, b);
  const cd = v128.xor(c, d);
  v128.store(table, i32x4.splat(0));
  v128.store(table, a, 16);
  v128.store(table, b, 32);
  v128.store(table, ab, 48);
  v128.store(table, c, 64);
  v128.store(table, v128.xor(a, c), 80);
  v128.store(table, v128.xor(b, c), 96);
  v128.store(table, v128.xor(ab, c), 112);
  v128.store(table, d, 128);
  v128.store(table, v128.xor(a, d), 144);
  v128.store(table, v128.xor(b, d), 160);
  v128.store(table, v128.xor(ab, d), 176);
  v128.store(table, cd, 192);
  v128.store(table, v128.xor(a, cd), 208);
  v128.store(table, v128.xor(b, cd), 224);
  v128.store(table, v128.xor(ab, cd), 240);
}

/**
 * Decodes rows in the order of (some) sorted records: decoded block k belongs to record k and digest k. `blocks` has a multiple of four.
 * Where `values` is not 0, the first 16 bytes of each digest are copied there, in the same order.
 */
export function decodeRows(
  records: usize,
  count: u32,
  digests: usize,
  seed: usize,
  blocks: usize,
  length: u32,
  tables: usize,
  decoded: usize,
  values: usize,
): void {
  const seed0 = load<u64>(seed);
  const seed1 = load<u64>(seed, 8);
  const groups = <usize>length >> 2;
  memory.fill(tables, 0, (ROOM + 1) << 8);
  // Tables of groups from `base` on, up to `made`, stand in the buffer.
  let base: usize = 0;
  let made: usize = 0;
  for (let k: u32 = 0; k < count; k++) {
    const at = records + (<usize>k << 3);
    const start = load<u32>(at, 4);
    const group = <usize>start >> 2;
    const due = min<usize>(groups, group + WINDOW);
    if (due > base + ROOM || group >= made) {
      if (group < made) memory.copy(tables, tables + ((group - base) << 8), (made - group) << 8);
      else made = group;
      base = group;
    }
    for (; made < due; made++) makeTable(tables + ((made - base) << 8), blocks + (made << 6));
    const digest = digests + (<usize>k << 5);
    const low = lowBits(digest, seed0, seed1);
    const high = highBits(digest, seed1, low);
    v128.store(decoded + (<usize>k << 4), sumOf(tables + ((group - base) << 8), low, high, start & 3));
    if (values !== 0) v128.store(values + (<usize>k << 4), v128.load(digest));
  }
}

/**
 * Solves a system in echelon form: blocks such that each row's sum is its value; zero where there is no pivot. Run from the
 * last column to the first in stripes, columns `from` to `to` - 1, both multiples of four; `length` blocks in all.
 */
export function substitute(pivots: usize, from: u32, to: u32, length: u32, tables: usize, blocks: usize): void {
  memory.fill(tables, 0, (ROOM + 1) << 8);
  // The table of the current group stands at `table`; those of later groups behind it.
  let table = tables + ((ROOM - WINDOW) << 8);
  const later = min<u32>(length, to + 128);
  for (let column = to; column < later; column += 4) makeTable(table + (<usize>(column - to) << 6), blocks + (<usize>column << 4));
  for (let column = <i32>to - 1; column >= <i32>from; column--) {
    const place = <u32>column & 3;
    if (place === 3) {
      if (table === tables) {
        table = tables + ((ROOM - WINDOW) << 8);
        memory.copy(table, tables, WINDOW << 8);
      }
      table -= 256;
      v128.store(table, i32x4.splat(0));
    }
    const pivot = pivots + (<usize>column << 5);
    const low = load<u64>(pivot);
    const block = low === 0 ? i32x4.splat(0) : v128.xor(v128.load(pivot, 16), sumOf(table, low & ~1, load<u64>(pivot, 8), place));
    v128.store(blocks + (<usize>column << 4), block);
    addToTable(table, block, place);
  }
}
