/** Hashes of items: SHA-256 of a first block that all share, already in `start`, followed by the item. */
import { compress, digestPart, LANES, spreadWords } from './sha256';

@inline
function iota(from: i32): v128 {
  return i8x16.add(i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), i8x16.splat(<i8>from));
}

/** 16 bytes of a padded message: what the item has left counts from `from`, between -1 and 127. */
@inline
function padded(data: v128, left: i32, from: i32): v128 {
  const places = iota(from);
  const end = i8x16.splat(<i8>left);
  const inside = v128.and(data, i8x16.lt_s(places, end));
  return v128.or(inside, v128.and(i8x16.eq(places, end), i8x16.splat(-128)));
}

/** Writes block `block` of an item's padded message. Reads up to 63 bytes beyond the item. */
@inline
function placeBlock(item: usize, length: u32, block: u32, last: u32, to: usize): void {
  const rest = <i64>length - (<i64>block << 6);
  const left = rest < -1 ? -1 : rest > 127 ? 127 : <i32>rest;
  const from = left > 0 ? item + (<usize>block << 6) : item;
  v128.store(to, padded(v128.load(from), left, 0));
  v128.store(to, padded(v128.load(from, 16), left, 16), 16);
  v128.store(to, padded(v128.load(from, 32), left, 32), 32);
  v128.store(to, padded(v128.load(from, 48), left, 48), 48);
  if (block === last) store<u64>(to, bswap((<u64>length + 64) << 3), 56);
}

@inline
function lastBlock(length: u32): u32 {
  return <u32>((<u64>length + 8) >> 6);
}

/** state = `start` in every lane (128 bytes). */
@inline
function begin(start: usize, state: usize): void {
  memory.copy(state, start, 128);
}

/** start = the state after one block of 64 bytes, from the initial value `start` holds. */
export function hashFirstBlock(block: usize, start: usize, scratch: usize, k: usize): void {
  for (let j: usize = 0; j < 64; j += 16) {
    const x = v128.load(block + j);
    spreadWords(x, x, x, x, scratch + (j << 2));
  }
  compress(start, scratch, k);
}

/**
 * Digests of items, 32 bytes each. Item i stands at `items` + offset i, up to offset i + 1; 64 bytes beyond the last item
 * must be readable. `state` is room for 128 bytes.
 */
export function hashItems(
  items: usize,
  offsets: usize,
  count: u32,
  start: usize,
  state: usize,
  scratch: usize,
  k: usize,
  digests: usize,
): void {
  for (let i: u32 = 0; i < count; i += 4) {
    const lanes = min<u32>(4, count - i);
    let blocks: u32 = 0;
    for (let lane: u32 = 0; lane < lanes; lane++) {
      const at = offsets + (<usize>(i + lane) << 2);
      blocks = max<u32>(blocks, lastBlock(load<u32>(at, 4) - load<u32>(at)));
    }
    begin(start, state);
    for (let block: u32 = 0; block <= blocks; block++) {
      for (let lane: u32 = 0; lane < lanes; lane++) {
        const at = offsets + (<usize>(i + lane) << 2);
        const length = load<u32>(at, 4) - load<u32>(at);
        placeBlock(items + load<u32>(at), length, block, lastBlock(length), scratch + LANES + (lane << 6));
      }
      for (let j: usize = 0; j < 64; j += 16) {
        const from = scratch + LANES + j;
        spreadWords(v128.load(from), v128.load(from, 64), v128.load(from, 128), v128.load(from, 192), scratch + (j << 2));
      }
      compress(state, scratch, k);
      for (let lane: u32 = 0; lane < lanes; lane++) {
        const at = offsets + (<usize>(i + lane) << 2);
        if (lastBlock(load<u32>(at, 4) - load<u32>(at)) === block) writeDigest(state, lane, digests + (<usize>(i + lane) << 5));
      }
    }
  }
}

function writeDigest(state: usize, lane: i32, to: usize): void {
  v128.store(to, digestPart(state, 0, lane));
  v128.store(to, digestPart(state, 1, lane), 16);
}

/**
 * The first `length` bytes (at most 16) of the hashes of decoded blocks, each followed by its item's digest, one after the
 * other. 16 bytes beyond the last value are overwritten.
 */
export function hashDecoded(
  decoded: usize,
  count: u32,
  digests: usize,
  start: usize,
  state: usize,
  scratch: usize,
  k: usize,
  length: usize,
  values: usize,
): void {
  for (let i: u32 = 0; i < count; i += 4) {
    const last = count - 1;
    const r0 = i;
    const r1 = min<u32>(i + 1, last);
    const r2 = min<u32>(i + 2, last);
    const r3 = min<u32>(i + 3, last);
    spreadWords(
      v128.load(decoded + (<usize>r0 << 4)),
      v128.load(decoded + (<usize>r1 << 4)),
      v128.load(decoded + (<usize>r2 << 4)),
      v128.load(decoded + (<usize>r3 << 4)),
      scratch,
    );
    const d0 = digests + (<usize>r0 << 5);
    const d1 = digests + (<usize>r1 << 5);
    const d2 = digests + (<usize>r2 << 5);
    const d3 = digests + (<usize>r3 << 5);
    spreadWords(v128.load(d0), v128.load(d1), v128.load(d2), v128.load(d3), scratch + 64);
    spreadWords(v128.load(d0, 16), v128.load(d1, 16), v128.load(d2, 16), v128.load(d3, 16), scratch + 128);
    // Padding of a message of 64 + 48 bytes.
    v128.store(scratch, i32x4.splat(<i32>0x80000000), 192);
    v128.store(scratch, i32x4.splat(0), 208);
    v128.store(scratch, i32x4.splat(0), 224);
    v128.store(scratch, i32x4.splat(896), 240);
    begin(start, state);
    compress(state, scratch, k);
    for (let lane: u32 = 0; lane < min<u32>(4, count - i); lane++)
      v128.store(values + <usize>(i + lane) * length, digestPart(state, 0, lane));
  }
}
