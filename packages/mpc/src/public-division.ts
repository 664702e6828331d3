/** Division of plain columns by a public number: by the party that knows the column, alone. */

export interface Divided {
  readonly quotient: BigUint64Array;
  readonly remainder: BigUint64Array;
}

/** Divisors up to here are handled without BigInt: a remainder and 16 bits more stay below 2^53. */
const SMALL = 1n << 36n;

/**
 * Quotient and remainder of the low `width` bits of each element, word-major. Local.
 *
 * Time depends on lengths, and for divisors of 2^36 and more slightly on values, which only whoever runs it can know.
 */
export function divideVector(a: BigUint64Array, words: number, width: number, divisor: bigint): Divided {
  const n = a.length / words;
  const out = { quotient: new BigUint64Array(a.length), remainder: new BigUint64Array(a.length) };
  if (divisor < SMALL) divideLimbs(a, n, width, Number(divisor), out);
  else divideWhole(a, n, words, width, divisor, out);
  return out;
}

/** Long division by 16-bit limbs, highest first; every step is exact in floating point. */
function divideLimbs(a: BigUint64Array, n: number, width: number, divisor: number, out: Divided): void {
  const limbs = (v: BigUint64Array) => new Uint16Array(v.buffer, v.byteOffset, v.length * 4);
  const [x, q] = [limbs(a), limbs(out.quotient)];
  const top = Math.ceil(width / 16) - 1;
  const topMask = 2 ** (width - 16 * top) - 1;
  for (let i = 0; i < n; i++) {
    let rest = 0;
    for (let l = top; l >= 0; l--) {
      const at = 4 * ((l >> 2) * n + i) + (l & 3);
      const limb = x[at] as number;
      const value = rest * 65_536 + (l === top ? limb & topMask : limb);
      const digit = Math.floor(value / divisor);
      q[at] = digit;
      rest = value - digit * divisor;
    }
    out.remainder[i] = BigInt(rest);
  }
}

function divideWhole(a: BigUint64Array, n: number, words: number, width: number, divisor: bigint, out: Divided): void {
  const put = (target: BigUint64Array, i: number, value: bigint) => {
    for (let j = 0, left = value; j < words; j++, left >>= 64n) target[j * n + i] = BigInt.asUintN(64, left);
  };
  for (let i = 0; i < n; i++) {
    let value = 0n;
    for (let j = words - 1; j >= 0; j--) value = (value << 64n) | (a[j * n + i] as bigint);
    value = BigInt.asUintN(width, value);
    put(out.quotient, i, value / divisor);
    put(out.remainder, i, value % divisor);
  }
}
