/**
 * Whole numbers with given weights, drawn fast and exactly. The support is cut into blocks of 2^bits numbers and a tail;
 * an alias table in 32-bit integers chooses a block, a number in it is uniform (in the tail, geometric), and it is
 * accepted with the quotient of its true weight and the proposal's. The quotient is compared with a uniform real number
 * whose first 32 bits decide nearly always; otherwise more bits of both are computed until the answer is certain. Tables
 * only propose: rounding in them costs acceptance, never exactness. Sources: von Neumann 1951 (rejection), Walker 1977 and
 * Vose 1991 (alias table), Knuth & Yao 1976 (bits as needed).
 */
import type { Rational } from '../rational.ts';
import { isBelow } from './decision.ts';
import { type Bounds, expBounds } from './exponential.ts';
import { oneGeometric } from './one-by-one.ts';
import { type RandomBits, stuck } from './random-bits.ts';

/** Weight of x (≥ 0, without sign) in any common unit, with error bounds. */
export type Weight = (x: bigint, precision: number) => Bounds;

/**
 * start … start + 2^bits − 1, or the same below zero. In a block of more than one, weights must not increase, and be
 * concave, convex, or first concave and then convex.
 */
export interface Block {
  readonly start: number;
  readonly bits: number;
  readonly negative: boolean;
}

/** All from `start` on: the weight of start + g is at most that of start, times exp(−g·rate). */
export interface Tail {
  readonly start: number;
  readonly rate: Rational;
  readonly bothSigns: boolean;
}

export interface Shape {
  readonly weight: Weight;
  readonly blocks: readonly Block[];
  readonly tail: Tail;
}

/** Bits with which tables are built. */
const BUILD = 96;
const TOTAL = 1n << 32n;
const SLOPE_UNIT = 2 ** 21;

export class BlockTable {
  readonly #shape: Shape;
  /** Proposals are 2^32 in all: so many for each block, then the tail; the rest proposes nothing. */
  readonly #shares: readonly bigint[];
  /** Common factor of all quotients, as a fraction of 2^BUILD: see `#quotient`. */
  readonly #sum: bigint;
  /** A word's upper bits choose a column, the lower ones one of its two places. */
  readonly #shift: number;
  readonly #mask: number;
  readonly #cuts: Uint32Array;
  readonly #aliases: Uint16Array;
  readonly #starts: Float64Array;
  readonly #signs: Int8Array;
  readonly #bits: Uint8Array;
  /** First 32 bits below which a block's last number is accepted, and so any other. */
  readonly #sure: Float64Array;
  /** How much more that is for each number before the last, at least, in units of 2^-21. */
  readonly #slopes: Float64Array;
  /** First 32 bits from which a block's first number is refused, and so any other; and how much less that is for each later one. */
  readonly #refused: Float64Array;
  readonly #falls: Float64Array;

  constructor(shape: Shape) {
    const { weight, blocks, tail } = shape;
    this.#shape = shape;
    const most = [...blocks.map(({ start, bits }) => weight(BigInt(start), BUILD).high << BigInt(bits)), mostOfTail(shape)];
    this.#sum = most.reduce((a, b) => a + b);
    const free = TOTAL - BigInt(most.length);
    this.#shares = most.map((m) => (m * free) / this.#sum + 1n);
    const { cuts, aliases, columnBits } = aliasTable(this.#shares.map(Number));
    [this.#cuts, this.#aliases, this.#shift] = [cuts, aliases, 32 - columnBits];
    this.#mask = 2 ** this.#shift - 1;
    // A place for "nothing" too: never accepted.
    const places = most.length + 1;
    [this.#starts, this.#signs] = [new Float64Array(places), new Int8Array(places)];
    [this.#bits, this.#sure, this.#slopes] = [new Uint8Array(places), new Float64Array(places), new Float64Array(places)];
    [this.#refused, this.#falls] = [new Float64Array(places).fill(2 ** 32), new Float64Array(places)];
    blocks.forEach(({ start, bits, negative }, i) => {
      [this.#starts[i], this.#signs[i], this.#bits[i]] = [start, negative ? -1 : 1, bits];
      const { sure, slope, refused, fall } = this.#lines(i, BigInt(start), bits);
      [this.#sure[i], this.#slopes[i], this.#refused[i], this.#falls[i]] = [sure, slope, refused, fall];
    });
    this.#starts[blocks.length] = tail.start;
  }

  /** One draw. Throws RangeError where it is not a safe integer, which no scale that tables are made for makes likely. */
  next(bits: RandomBits): number {
    for (let tries = 0; tries < 1000; tries++) {
      const word = bits.word();
      const column = word >>> this.#shift;
      const place = (word & this.#mask) < (this.#cuts[column] as number) ? column : (this.#aliases[column] as number);
      const width = this.#bits[place] as number;
      const within = width === 0 ? 0 : bits.word() >>> (32 - width);
      const x = (this.#starts[place] as number) + within;
      const first = bits.word();
      const sure = this.#sure[place] as number;
      if (first < sure) return (this.#signs[place] as number) * x;
      // Whole numbers below 2^53.
      if (width > 0 && first < sure + Math.floor(((2 ** width - 1 - within) * (this.#slopes[place] as number)) / SLOPE_UNIT))
        return (this.#signs[place] as number) * x;
      if (first >= (this.#refused[place] as number) - Math.floor((within * (this.#falls[place] as number)) / SLOPE_UNIT)) continue;
      const slow = this.#undecided(bits, place, x, first);
      if (slow !== null) return slow;
    }
    throw stuck();
  }

  /**
   * Two lines between which all quotients of the block lie. The lower one ends in the last quotient, with the lesser of the
   * slopes there and over the whole block: below convex weights lies their tangent, below concave ones the chord, and the
   * lesser of both lies below weights that are concave first and then convex. The upper one begins in the first quotient,
   * with the lesser of the slopes there and over the whole block, for the same reasons.
   */
  #lines(place: number, start: bigint, bits: number): { sure: number; slope: number; refused: number; fall: number } {
    const steps = (1n << BigInt(bits)) - 1n;
    const at = (x: bigint) => this.#quotient(place, x, BUILD);
    const [first, last] = [at(start), at(start + steps)];
    const sure = Number(last.low >> BigInt(BUILD - 32));
    const refused = Number((first.high >> BigInt(BUILD - 32)) + 1n);
    if (steps === 0n) return { sure, slope: 0, refused, fall: 0 };
    const chord = (first.low - last.high) / steps;
    const slopeOf = (end: bigint): number => {
      const least = chord < end ? chord : end;
      return least > 0n ? Number((least * BigInt(SLOPE_UNIT)) >> BigInt(BUILD - 32)) : 0;
    };
    return { sure, slope: slopeOf(at(start + steps - 1n).low - last.high), refused, fall: slopeOf(first.low - at(start + 1n).high) };
  }

  #undecided(bits: RandomBits, place: number, x: number, first: number): number | null {
    const { blocks, tail } = this.#shape;
    if (place < blocks.length)
      return isBelow(bits, first, (p) => this.#quotient(place, BigInt(x), p)) ? (this.#signs[place] as number) * x : null;
    if (place > blocks.length) return null;
    const { numerator, denominator } = tail.rate;
    const beyond = oneGeometric(bits, { numerator: denominator, denominator: numerator });
    const negative = tail.bothSigns && bits.word() >>> 31 === 1;
    if (!isBelow(bits, first, (p) => this.#tailQuotient(beyond, p))) return null;
    const value = Number(beyond) + tail.start;
    if (!Number.isSafeInteger(value)) throw new RangeError('noise does not fit: use a coarser grid');
    return negative ? -value : value;
  }

  /**
   * weight(x)·2^bits / the block's share, times (2^32 − places)/sum: at most 1, because the share was rounded up from
   * weight(start)·2^bits·(2^32 − places)/sum. So every x comes with a probability proportional to weight(x).
   */
  #quotient(place: number, x: bigint, precision: number): Bounds {
    const { low, high } = this.#shape.weight(x, precision);
    const above = (TOTAL - BigInt(this.#shares.length)) << BigInt(BUILD + (this.#bits[place] as number));
    const below = this.#sum * (this.#shares[place] as bigint);
    return { low: (low * above) / below, high: (high * above) / below + 1n };
  }

  /** The same in the tail, where g comes with probability (1 − exp(−rate))·exp(−g·rate), halved where there are two signs. */
  #tailQuotient(beyond: bigint, precision: number): Bounds {
    const { weight, tail, blocks } = this.#shape;
    const { low, high } = weight(BigInt(tail.start) + beyond, precision);
    const { numerator, denominator } = tail.rate;
    const one = 1n << BigInt(precision);
    const step = expBounds(tail.rate, precision);
    const far = expBounds({ numerator: beyond * numerator, denominator }, precision);
    const above = (TOTAL - BigInt(this.#shares.length)) << BigInt(BUILD + 2 * precision + (tail.bothSigns ? 1 : 0));
    const below = this.#sum * (this.#shares[blocks.length] as bigint);
    const leastProposed = (one - step.high) * far.low;
    return {
      low: (low * above) / (below * (one - step.low) * far.high),
      // Without a lower bound on the proposal yet, the quotient is still known to be at most 1.
      high: leastProposed <= 0n ? one : (high * above) / (below * leastProposed) + 1n,
    };
  }
}

/** weight(start)/(1 − exp(−rate)) ≤ weight(start)·(1 + 1/rate), for each sign. */
function mostOfTail({ weight, tail }: Shape): bigint {
  const { numerator, denominator } = tail.rate;
  const each = (weight(BigInt(tail.start), BUILD).high * (numerator + denominator)) / numerator + 1n;
  return tail.bothSigns ? 2n * each : each;
}

interface AliasTable {
  readonly cuts: Uint32Array;
  readonly aliases: Uint16Array;
  readonly columnBits: number;
}

/** Shares of 2^32; what is missing of it goes to one more place. Every column holds the same, at most two places each. */
export function aliasTable(shares: readonly number[]): AliasTable {
  const left = [...shares, 2 ** 32 - shares.reduce((a, b) => a + b, 0)];
  // At least two columns, so that what one holds fits 32 bits.
  let columnBits = 1;
  while (2 ** columnBits < left.length) columnBits++;
  if (columnBits > 16) throw new RangeError('a table has at most 65,536 places');
  const capacity = 2 ** (32 - columnBits);
  const columns = 2 ** columnBits;
  while (left.length < columns) left.push(0);
  const [cuts, aliases] = [new Uint32Array(columns), new Uint16Array(columns)];
  const small = left.flatMap((w, i) => (w < capacity ? [i] : []));
  const large = left.flatMap((w, i) => (w > capacity ? [i] : []));
  left.forEach((_, i) => {
    [cuts[i], aliases[i]] = [capacity, i];
  });
  for (let s = small.pop(); s !== undefined; s = small.pop()) {
    const l = large.at(-1) as number;
    [cuts[s], aliases[s]] = [left[s] as number, l];
    left[l] = (left[l] as number) - (capacity - (left[s] as number));
    if ((left[l] as number) > capacity) continue;
    large.pop();
    if ((left[l] as number) < capacity) small.push(l);
  }
  return { cuts, aliases, columnBits };
}
