/** The registered variants of Prio3 (VDAF §7.4 and §10): what to call to collect a count, a sum, a histogram or a vector. */
import { count, histogram, multihotCountVec, sum, sumVec } from './circuits.ts';
import { field64 } from './field64.ts';
import { field128 } from './field128.ts';
import { gadgetLength, sumOfProducts } from './gadgets.ts';
import { Prio3 } from './prio3.ts';

/** Counts how many say yes. */
export const prio3Count = (shares = 2): Prio3<boolean, bigint> => new Prio3({ algorithm: 1, shares, proofs: 1, circuit: count(field64) });

/** Adds integers from 0 to `maximum`. */
export const prio3Sum = (maximum: bigint, shares = 2): Prio3<bigint, bigint> =>
  new Prio3({ algorithm: 2, shares, proofs: 1, circuit: sum(field64, maximum) });

/** Adds vectors of `length` integers from 0 to `maximum`. All parties must use the same chunk length; the best one is the default. */
export function prio3SumVec(length: number, maximum: bigint, { shares = 2, chunk = 0 } = {}): Prio3<readonly bigint[], bigint[]> {
  const bits = maximum > 0n ? maximum.toString(2).length : 1;
  const circuit = sumVec(field128, length, maximum, chunk === 0 ? bestChunk(length * bits) : chunk);
  return new Prio3({ algorithm: 3, shares, proofs: 1, circuit });
}

/** Counts how many fall in each of `length` buckets. */
export const prio3Histogram = (length: number, { shares = 2, chunk = 0 } = {}): Prio3<number, bigint[]> =>
  new Prio3({ algorithm: 4, shares, proofs: 1, circuit: histogram(field128, length, chunk === 0 ? bestChunk(length) : chunk) });

/** Counts the yes to each of `length` questions, where nobody says yes to more than `maximum` of them. */
export function prio3MultihotCountVec(
  length: number,
  maximum: number,
  { shares = 2, chunk = 0 } = {},
): Prio3<readonly boolean[], bigint[]> {
  const bits = BigInt(Math.max(1, Math.trunc(maximum))).toString(2).length;
  const circuit = multihotCountVec(field128, length, maximum, chunk === 0 ? bestChunk(length + bits) : chunk);
  return new Prio3({ algorithm: 5, shares, proofs: 1, circuit });
}

/** The chunk length that makes the proof shortest for so many bits (§7.4.3.1), the largest of several: fewer calls. */
export function bestChunk(bits: number): number {
  let [best, shortest] = [1, Number.POSITIVE_INFINITY];
  for (let chunk = 1; chunk <= Math.min(bits, 8 * Math.ceil(Math.sqrt(bits))); chunk++) {
    const length = 2 * chunk + gadgetLength(sumOfProducts(chunk), Math.ceil(bits / chunk));
    if (length <= shortest) [best, shortest] = [chunk, length];
  }
  return best;
}
