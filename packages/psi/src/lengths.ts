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

/** Bytes of a block of the receiver's store as it is sent. */
const NARROW_BYTES = 8;
const BLOCK_BYTES = 16;

/**
 * Whether blocks of the store have 8 bytes instead of 16. An item that the receiver lacks then fits the store with probability
 * 2^-64, which is enough where nobody searches for items that do.
 */
export const isNarrow = ({ threat, protocol }: IntersectionTerms): boolean => protocol === 'vole' && threat === 'semi-honest';

/** Bytes of a block of the store in a message. */
export const blockBytes = (terms: IntersectionTerms): number => (isNarrow(terms) ? NARROW_BYTES : BLOCK_BYTES);

/** Probability of one false positive or more: a sender's item that fits the store, or two items with one value. */
function falsePositives(terms: IntersectionTerms, length: number): number {
  const [sent, received] = [Math.max(1, terms.sizes.sender), Math.max(1, terms.sizes.receiver)];
  const fits = terms.protocol === 'vole' ? sent * 2 ** (-8 * blockBytes(terms)) : 0;
  return fits + sent * received * 2 ** (-8 * length);
}

/** Bytes of a value that the sender sends for each of its items. */
export function valueBytes(terms: IntersectionTerms): number {
  let length = terms.threat === 'malicious' ? MALICIOUS_BYTES : LEAST_BYTES;
  while (falsePositives(terms, length) > 2 ** -STATISTICAL_BITS) length++;
  return length;
}

/** A run reports an item that the sender does not have with probability at most 2^-this. */
export const falsePositiveBits = (terms: IntersectionTerms): number => -Math.log2(falsePositives(terms, valueBytes(terms)));

/** Blocks of a store of n items, a multiple of four. */
export const blocksFor = (n: number): number => 4 * Math.ceil((EXPANSION * n + BAND) / 4);

/** Blocks of the receiver's store. */
export const storeBlocks = ({ sizes }: IntersectionTerms): number => blocksFor(sizes.receiver);
