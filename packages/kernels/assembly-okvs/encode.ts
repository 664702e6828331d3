/**
 * Solving the store's system: Gaussian elimination over rows sorted by where they start, so that only a short part of the
 * matrix is touched at a time; then substitution from the last column to the first.
 *
 * A pivot has 32 bytes: 128 coefficients from its own column on (the first is 1; all zero: no pivot), and a value.
 */
import { highBits, lowBits } from './rows';

/**
 * Brings rows, whose digests stand in the order of the records, to echelon form: 0, or 1 if one depends on others (then the
 * system has no solution for most values).
 */
export function eliminate(records: usize, count: u32, digests: usize, seed: usize, pivots: usize): u32 {
  const seed0 = load<u64>(seed);
  const seed1 = load<u64>(seed, 8);
  for (let k: usize = 0; k < <usize>count; k++) {
    const digest = digests + (k << 5);
    let pivot = pivots + (<usize>load<u32>(records + (k << 3), 4) << 5);
    let low = lowBits(digest, seed0, seed1);
    let high = highBits(digest, seed1, low);
    let value = v128.load(digest);
    for (;;) {
      if (low === 0) {
        if (high === 0) return 1;
        pivot += 64 << 5;
        low = high;
        high = 0;
      }
      const zeros = ctz(low);
      low = (low >> zeros) | ((high << 1) << (63 - zeros));
      high >>= zeros;
      pivot += (<usize>zeros) << 5;
      const found = load<u64>(pivot);
      if (found === 0) break;
      low ^= found;
      high ^= load<u64>(pivot, 8);
      value = v128.xor(value, v128.load(pivot, 16));
    }
    store<u64>(pivot, low);
    store<u64>(pivot, high, 8);
    v128.store(pivot, value, 16);
  }
  return 0;
}
