/** Exact integers to doubles: the only place where an answer is rounded. */

/** The double nearest to a / b. */
export function quotient(a: bigint, b: bigint): number {
  if (a === 0n) return 0;
  // Both are doubles, and dividing doubles rounds once.
  if (isDouble(a) && isDouble(b)) return Number(a) / Number(b);
  return longQuotient(a, b);
}

const EXACT = 2n ** 53n;
const isDouble = (x: bigint): boolean => x <= EXACT && x >= -EXACT;

/** The same for integers of any size. */
export function longQuotient(a: bigint, b: bigint): number {
  const negative = a < 0n !== b < 0n;
  const [top, bottom] = [a < 0n ? -a : a, b < 0n ? -b : b];
  const shift = Math.max(0, bottom.toString(2).length - top.toString(2).length + 66);
  const scaled = top << BigInt(shift);
  // An inexact quotient gets its last bit set, so that rounding to 53 bits goes the right way.
  const bits = (scaled / bottom) | (scaled % bottom === 0n ? 0n : 1n);
  const size = Number(bits) * 2 ** -Math.min(shift, 1000) * 2 ** -Math.max(shift - 1000, 0);
  return negative ? -size : size;
}
