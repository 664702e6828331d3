/** Lengths that follow from the declared sizes alone: all that an onlooker sees of a run. */
import { BAND } from '@sluis/kernels';
import type { IntersectionTerms } from './terms.ts';

/** Two different items are taken for the same with probability at most 2^-40 over the whole run. */
const STATISTICAL_BITS = 40;
/** What lookups need. */
const LEAST_BYTES = 8;
/** A malicious sender would have to search for two items with one value: 2^64 hashes. */
const MALICIOUS_BYTES = 16;
/** Columns of the store for each item; see store-failures.ts for the probability that a system has no solution. */
export const EXPANSION = 1.2;

/** Bytes of a value that the sender sends for each of its items. */
export function valueBytes({ sizes, threat }: IntersectionTerms): number {
  if (threat === 'malicious') return MALICIOUS_BYTES;
  const pairs = Math.max(1, sizes.sender) * Math.max(1, sizes.receiver);
  return Math.max(LEAST_BYTES, Math.ceil((STATISTICAL_BITS + Math.log2(pairs)) / 8));
}

/** A run reports an item that the sender does not have with probability at most 2^-this. */
export function falsePositiveBits(terms: IntersectionTerms): number {
  return 8 * valueBytes(terms) - Math.log2(Math.max(1, terms.sizes.sender) * Math.max(1, terms.sizes.receiver));
}

/** Blocks of a store of n items, a multiple of four. */
export const blocksFor = (n: number): number => 4 * Math.ceil((EXPANSION * n + BAND) / 4);

/** Blocks of the receiver's store. */
export const storeBlocks = ({ sizes }: IntersectionTerms): number => blocksFor(sizes.receiver);
