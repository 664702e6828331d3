/**
 * Kernels for sets in an arena: hashing in bulk, sorting, oblivious key-value stores with a band of random bits, and
 * finding values. Nothing is allocated and there is no data of the compiler's own; every address comes from the caller.
 */
export * from './sha256';
export * from './item-hashes';
export * from './records';
export * from './rows';
export * from './encode';
export * from './decode';
export * from './values';
export * from './halves';
