/**
 * What oblivious linear evaluation over GF(2^128) computes on long vectors. Addresses are of 16-byte elements in an arena;
 * nothing is allocated. Each file says whether its time or its addresses depend on secrets.
 */
export { chachaBlocks } from './chacha';
export { convolve, convolvePairs, gatherPairSums, gatherSums, prepareMasks, spread } from './code';
export { multiplyByTable, multiplyPairs, multiplyTable } from './field';
export { hornerLanes, turnElements } from './horner';
export { addToGroup, placeElement, sumClasses, sumPowers, transposeColumns, xorInto } from './rows';
