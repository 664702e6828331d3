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

/** Copies digests to the order of records: in a loop of its own, because only then many of them are waited for at once. */
export function gatherDigests(records: usize, count: u32, digests: usize, out: usize): void {
  for (let k: usize = 0; k < <usize>count; k++) {
    const digest = digests + (<usize>load<u32>(records + (k << 3)) << 5);
    v128.store(out + (k << 5), v128.load(digest));
    v128.store(out + (k << 5), v128.load(digest, 16), 16);
  }
}

/**
 * Takes out of sorted records, whose digests stand in the same order, those whose item stands in an earlier one; the others
 * move up. Run over the records in stripes. State, four words: where the next record that is kept goes, where its digest goes,
 * the first kept record with the last start, and where the next repeat goes: two positions, its own and that of the item that
 * stays (64 bits in all).
 */
export function distinctRecords(records: usize, count: u32, digests: usize, state: usize): void {
  let kept = <usize>load<u32>(state);
  let keptDigest = <usize>load<u32>(state, 4);
  let run = <usize>load<u32>(state, 8);
  let repeat = <usize>load<u32>(state, 12);
  for (let k: usize = 0; k < <usize>count; k++) {
    const record = load<u64>(records + (k << 3));
    if (run < kept && load<u32>(run, 4) !== <u32>(record >> 32)) run = kept;
    const low = v128.load(digests + (k << 5));
    const high = v128.load(digests + (k << 5), 16);
    let same = run;
    let other = keptDigest - ((kept - run) << 2);
    for (; same < kept; same += 8, other += 32) {
      if (!v128.any_true(v128.or(v128.xor(low, v128.load(other)), v128.xor(high, v128.load(other, 16))))) break;
    }
    if (same === kept) {
      store<u64>(kept, record);
      v128.store(keptDigest, low);
      v128.store(keptDigest, high, 16);
      kept += 8;
      keptDigest += 32;
    } else {
      store<u64>(repeat, (<u64>load<u32>(same) << 32) | <u32>record);
      repeat += 8;
    }
  }
  store<u32>(state, <u32>kept);
  store<u32>(state, <u32>keptDigest, 4);
  store<u32>(state, <u32>run, 8);
  store<u32>(state, <u32>repeat, 12);
}
