/** Exact changes of scale: wider rings, shifts, and division by a public number. */
import { fromSlices, packedWords, toSlices } from '@sluis/kernels';
import type { SecretBits, SecretColumn } from '@sluis/technique';
import { divideVector } from './public-division.ts';

/** What these need of the committee. */
export interface Rescaling {
  constant(length: number, words: number, value: bigint): SecretColumn;
  add(a: SecretColumn, b: SecretColumn): SecretColumn;
  subtract(a: SecretColumn, b: SecretColumn): SecretColumn;
  sum(columns: readonly SecretColumn[]): SecretColumn;
  scale(a: SecretColumn, factor: bigint): SecretColumn;
  addConstant(a: SecretColumn, value: bigint): SecretColumn;
  narrow(a: SecretColumn, words: number): SecretColumn;
  slice(a: SecretColumn, from: number, length: number): SecretColumn;
  concat(columns: readonly SecretColumn[]): SecretColumn;
  concatBits(parts: readonly SecretBits[]): SecretBits;
  inject(a: SecretBits, words: number): Promise<SecretColumn>;
  negative(a: SecretColumn, bits: number): Promise<SecretBits>;
  /** `wraps` and `sumOfChanged` of `truncation.ts`. */
  wraps(a: SecretColumn, width: number): Promise<SecretBits[]>;
  sumOfChanged(a: SecretColumn, words: number, change: (summand: BigUint64Array) => BigUint64Array): Promise<SecretColumn>;
}

const half = (bits: number): bigint => 1n << BigInt(bits - 1);
const bitLength = (value: bigint): number => value.toString(2).length;

function checkWidth(a: SecretColumn, bits: number): void {
  if (!Number.isInteger(bits) || bits < 1 || bits > 64 * a.words) throw new RangeError('a value is as wide as its ring at most');
}

/** The low `bits` bits without the lowest `shift`, as a number of `words` words. */
const cut = (words: number, bits: number, shift: number, to: number) => (summand: BigUint64Array) => {
  const n = summand.length / words;
  const slices = toSlices(summand, words, bits);
  return fromSlices(slices.subarray(shift * packedWords(n)), n, to, bits - shift, false);
};

/** How often lists of bits are 1 altogether, list by list; one injection for all. */
async function counts(on: Rescaling, lists: readonly (readonly SecretBits[])[], words: number): Promise<SecretColumn[]> {
  const all = lists.flat();
  const n = all[0]?.length ?? 0;
  const injected = await on.inject(on.concatBits(all), words);
  let at = 0;
  return lists.map((list) => {
    const from = at;
    at += list.length;
    return on.sum(list.map((_, i) => on.slice(injected, (from + i) * n, n)));
  });
}

/**
 * The same signed value of at most `bits` bits in a ring of `words` words. Run by: all three compute parties, in step.
 *
 * Learns: nobody anything. Cost: a comparison of bits + 1 bits, an injection, and 8·words bytes an element.
 * Source: as `truncation.ts`.
 */
export async function widen(on: Rescaling, a: SecretColumn, bits: number, words: number): Promise<SecretColumn> {
  checkWidth(a, bits);
  if (words <= a.words) return words === a.words ? a : on.narrow(a, words);
  if (a.length === 0) return on.constant(0, words, 0n);
  const positive = on.addConstant(a, half(bits));
  const sum = await on.sumOfChanged(positive, words, cut(a.words, bits, 0, words));
  const [times] = (await counts(on, [await on.wraps(positive, bits)], words)) as [SecretColumn];
  return on.addConstant(on.subtract(sum, on.scale(times, 2n * half(bits))), -half(bits));
}

/**
 * a / 2^shift rounded towards minus infinity, exactly; a has at most `bits` bits. Run by: all three compute parties.
 *
 * Learns: nobody anything. Cost: comparisons of bits + 1 and of shift + 1 bits, two injections, 8·words bytes an element.
 * Source: as `truncation.ts`; exact, unlike the truncation of ABY3, §5.1.
 */
export async function shiftRight(on: Rescaling, a: SecretColumn, shift: number, bits: number): Promise<SecretColumn> {
  checkWidth(a, bits);
  if (!Number.isInteger(shift) || shift < 0) throw new RangeError('a shift is a whole number of bits');
  if (shift === 0 || a.length === 0) return a;
  if (shift >= bits) return on.scale(await on.inject(await on.negative(a, bits), a.words), -1n);
  const positive = on.addConstant(a, half(bits));
  const sum = await on.sumOfChanged(positive, a.words, cut(a.words, bits, shift, a.words));
  const [low, whole] = [await on.wraps(positive, shift), await on.wraps(positive, bits)];
  const [carried, times] = (await counts(on, [low, whole], a.words)) as [SecretColumn, SecretColumn];
  const shifted = on.subtract(on.add(sum, carried), on.scale(times, 1n << BigInt(bits - shift)));
  return on.addConstant(shifted, -(half(bits) >> BigInt(shift)));
}

/**
 * a / divisor for a public divisor > 0, rounded half away from zero, exactly; a has at most `bits` bits. Run by: all
 * three compute parties, in step.
 *
 * Learns: nobody anything. Cost: a comparison of bits + 2 bits, two short ones of the divisor's bits + 2, three
 * injections and 16·words bytes an element; for an even divisor a comparison of `bits` bits and an injection more; one
 * word more where the ring has no spare bits.
 */
export async function rescale(on: Rescaling, a: SecretColumn, divisor: bigint, bits: number): Promise<SecretColumn> {
  checkWidth(a, bits);
  if (divisor < 1n) throw new RangeError('a divisor is at least 1');
  if (divisor === 1n || a.length === 0) return a;
  if (divisor > 2n * half(bits)) return on.constant(a.length, a.words, 0n);
  // Half away from zero: floor((a + h)/d) with h = ⌊d/2⌋; for a < 0 and even d, one less before dividing.
  const size = bitLength(divisor);
  // Known summands' remainders are compared with up to four divisors: three bits more than a divisor has.
  const roomy = Math.max(bits + 2, size + 3) > 64 * a.words ? await widen(on, a, bits, a.words + 1) : a;
  const up = on.addConstant(roomy, divisor / 2n);
  const tied = divisor % 2n === 0n ? on.subtract(up, await on.inject(await on.negative(a, bits), roomy.words)) : up;
  return on.narrow(await floorDivide(on, tied, divisor, Math.max(bits, size) + 1), a.words);
}

/** ⌊x / divisor⌋ for |x| < 2^(bits − 1) and divisor < 2^bits; the ring has more than `bits` bits. */
async function floorDivide(on: Rescaling, x: SecretColumn, divisor: bigint, bits: number): Promise<SecretColumn> {
  const offset = ((half(bits) + divisor - 1n) / divisor) * divisor;
  const width = bitLength(half(bits) + offset);
  const modulus = 1n << BigInt(width);
  const positive = on.addConstant(x, offset);
  const part = (of: 'quotient' | 'remainder') => (summand: BigUint64Array) => divideVector(summand, x.words, width, divisor)[of];
  const quotients = await on.sumOfChanged(positive, x.words, part('quotient'));
  const remainders = await on.sumOfChanged(positive, x.words, part('remainder'));
  const wrapped = await on.wraps(positive, width);
  const [times] = (await counts(on, [wrapped], x.words)) as [SecretColumn];
  const rest = on.subtract(remainders, on.scale(times, modulus % divisor));
  const most = wrapped.length;
  // The rest lies between −most·(divisor − 1) and (most + 1)·(divisor − 1): count the multiples that it reaches.
  const multiples = Array.from({ length: 2 * most }, (_, i) => BigInt(i - most + 1));
  const restBits = bitLength(divisor * BigInt(2 * most + 1)) + 1;
  const below = await on.negative(on.concat(multiples.map((m) => on.addConstant(rest, -m * divisor))), Math.min(restBits, 64 * x.words));
  const injected = await on.inject(below, x.words);
  const missed = on.sum(multiples.map((_, i) => on.slice(injected, i * x.length, x.length)));
  const sum = on.subtract(on.subtract(quotients, on.scale(times, modulus / divisor)), missed);
  return on.addConstant(sum, BigInt(most) - offset / divisor);
}
