/**
 * What checking costs under the malicious threat model, on top of what `CommitteeMeter` counts for a malicious committee:
 * exact rounds, and bytes sent by the three compute parties together. `mpc` tests its metered reality against this file.
 */

import type { Plan } from '@sluis/model';
import type { ThreatModel } from './committee.ts';

/** The computation technique under which every product is checked. */
export const MALICIOUS_COMPUTATION = 'mpc-replicated-3-malicious';

/** The threat model that a plan's computation withstands. */
export const threatModelOf = ({ techniques }: Pick<Plan, 'techniques'>): ThreatModel =>
  techniques.computation.id === MALICIOUS_COMPUTATION ? 'malicious' : 'semi-honest';

const PARTIES = 3;
const TAG_BYTES = 16;
const SEED_PART_BYTES = 32;
const SOUNDNESS_BITS = 40;
/** Products of a batch at least, where there are so many: far fewer would do for three triples each, but batches have messages of their own. */
const SMALL_BATCH = 32_768;
/** From this number on an array is so long that two triples for each product are enough. */
const LONG_ARRAY = 2 ** (SOUNDNESS_BITS / 2);
/** Products that are looked at together, so that what is computed stays near the processor. */
export const CHECK_PIECE = 32_768;

/** Batches that products are checked in; they are of equal size, but for one product. */
export function checkBatches(positions: number): number {
  const size = checkArrays(positions).arrays === 2 ? LONG_ARRAY : SMALL_BATCH;
  return Math.max(1, Math.floor(positions / size));
}

export interface CheckArrays {
  /** Random triples that each product meets. */
  readonly arrays: number;
  /** Triples in an array: a prime, with length^arrays > 2^40. */
  readonly length: number;
}

/** How to check so many products with the fewest bytes: more arrays, or longer ones than there are products. */
export function checkArrays(positions: number): CheckArrays {
  if (!Number.isSafeInteger(positions) || positions < 1) throw new RangeError('a check has at least one position');
  const known = CHOSEN.get(positions);
  if (known !== undefined) return known;
  let best: CheckArrays | null = null;
  for (let arrays = 2; arrays <= SOUNDNESS_BITS + 1; arrays++) {
    const length = primeAbove(Math.max(positions, Math.ceil(2 ** (SOUNDNESS_BITS / arrays))));
    if (best === null || wordsOf(positions, { arrays, length }) < wordsOf(positions, best)) best = { arrays, length };
    // More arrays of the same length only cost more.
    if (2 ** (SOUNDNESS_BITS / arrays) < positions) break;
  }
  if (CHOSEN.size > 1000) CHOSEN.clear();
  CHOSEN.set(positions, best as CheckArrays);
  return best as CheckArrays;
}
const CHOSEN = new Map<number, CheckArrays>();

/** Words sent by a party: a triple's product, two openings a product, three for a triple that meets none. */
const wordsOf = (positions: number, { arrays, length }: CheckArrays): number =>
  arrays * (length + 2 * positions + 3 * (length - positions));

function primeAbove(n: number): number {
  let prime = n + 1;
  while (!isPrime(prime)) prime += 1;
  return prime;
}

function isPrime(n: number): boolean {
  if (n < 4) return n > 1;
  if (n % 2 === 0) return false;
  for (let d = 3; d * d <= n; d += 2) if (n % d === 0) return false;
  return true;
}

export interface CheckCost {
  readonly rounds: number;
  readonly bytes: number;
}

/**
 * Checking products before one reveal.
 *
 * @param positions - products of one width, or words of 64 conjunctions, since the last check. @param words - 64-bit
 *   words of a product.
 */
export function checkCost(positions: number, words = 1): CheckCost {
  if (positions === 0) return { rounds: 0, bytes: 0 };
  const batches = checkBatches(positions);
  let bytes = 0;
  for (let b = 0; b < batches; b++) {
    const n = Math.floor((positions * (b + 1)) / batches) - Math.floor((positions * b) / batches);
    bytes += batchBytes(n, words);
  }
  return { rounds: 5, bytes };
}

/** Seed fixed and tossed; triples and openings; tags of each piece's openings and comparison, and of the triples left over. */
function batchBytes(positions: number, words: number): number {
  const seed = 2 * SEED_PART_BYTES + 1;
  const tags = TAG_BYTES * (3 * Math.ceil(positions / CHECK_PIECE) + 1);
  return PARTIES * (seed + 8 * words * wordsOf(positions, checkArrays(positions)) + tags);
}

/** Comparing what was refreshed with what it was, before it leaves: however much it is. */
export const zeroCheckCost = (): CheckCost => ({ rounds: 1, bytes: PARTIES * 2 * TAG_BYTES });

/**
 * Shuffling a table where a party may lie: three passes.
 *
 * @param columns - how many columns of each width: [words, columns]. @param bits - bit columns.
 */
export function verifiedShuffleCost(
  rows: number,
  columns: readonly (readonly [words: number, columns: number])[],
  bits: number,
): CheckCost {
  if (rows < 2 || (columns.length === 0 && bits === 0)) return { rounds: 0, bytes: 0 };
  let pass = PARTIES * 2 + PARTIES * 2 * TAG_BYTES * (columns.length + (bits > 0 ? 1 : 0));
  for (const [words, count] of columns) {
    const element = 8 * (words + 1);
    pass += element * rows * (1 + 2 * (count + 1)) + PARTIES * (element * count + TAG_BYTES);
  }
  if (bits > 0) pass += 8 * rows * 3 + 2 * bits * 4 * Math.ceil(rows / 32) + PARTIES * (8 * bits + TAG_BYTES);
  return { rounds: 15, bytes: 3 * pass };
}
