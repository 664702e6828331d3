/**
 * Rows of the store's linear system: an item's digest gives the value (first 16 bytes) and, mixed with a seed, where its
 * 128 coefficients start and what they are.
 */

@inline
function mix(x: u64): u64 {
  let z = x;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/** Coefficients 0 to 63. With `highBits` a one-to-one function of the digest's last 16 bytes, so they are as uniform as those. */
@inline
export function lowBits(digest: usize, seed0: u64, seed1: u64): u64 {
  return mix((load<u64>(digest, 16) ^ seed0) + mix(load<u64>(digest, 24) ^ seed1));
}

/** Coefficients 64 to 127. */
@inline
export function highBits(digest: usize, seed1: u64, low: u64): u64 {
  return mix((load<u64>(digest, 24) ^ seed1) + low);
}

/** Where the coefficients start: below `range`. */
@inline
function startOf(low: u64, high: u64, range: u32): u64 {
  return ((mix(low + rotl(high, 32) * 0x9e3779b97f4a7c15) >> 32) * <u64>range) >> 32;
}

/** One record an item: its start and its position, which counts from `first`. `digests` is that of position 0. */
export function startRecords(digests: usize, first: u32, count: u32, seed: usize, range: u32, records: usize): void {
  const seed0 = load<u64>(seed);
  const seed1 = load<u64>(seed, 8);
  for (let i = first; i < first + count; i++) {
    const digest = digests + (<usize>i << 5);
    const low = lowBits(digest, seed0, seed1);
    store<u64>(records + (<usize>i << 3), (startOf(low, highBits(digest, seed1, low), range) << 32) | i);
  }
}

/**
 * Takes out of sorted records those whose item stands in an earlier one, moving the others to `kept`, up to `records`; run
 * over the records in stripes. `run` points to where in the kept ones the last start begins. State, four words at `state`:
 * `kept`, `run`, and where the next repeat goes: two positions, its own and that of the item that stays (64 bits in all).
 */
export function distinctRecords(records: usize, count: u32, digests: usize, state: usize): void {
  let kept = <usize>load<u32>(state);
  let run = <usize>load<u32>(state, 4);
  let repeat = <usize>load<u32>(state, 8);
  for (let at = records; at < records + (<usize>count << 3); at += 8) {
    const record = load<u64>(at);
    if (run < kept && load<u32>(run, 4) !== <u32>(record >> 32)) run = kept;
    const digest = digests + (<usize>(<u32>record) << 5);
    let same = run;
    for (; same < kept; same += 8) {
      const other = digests + (<usize>load<u32>(same) << 5);
      const difference = v128.or(
        v128.xor(v128.load(digest), v128.load(other)),
        v128.xor(v128.load(digest, 16), v128.load(other, 16)),
      );
      if (!v128.any_true(difference)) break;
    }
    if (same === kept) {
      store<u64>(kept, record);
      kept += 8;
    } else {
      store<u64>(repeat, (<u64>load<u32>(same) << 32) | <u32>record);
      repeat += 8;
    }
  }
  store<u32>(state, <u32>kept);
  store<u32>(state, <u32>run, 4);
  store<u32>(state, <u32>repeat, 8);
}
