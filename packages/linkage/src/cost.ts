/** What linking on secrets costs: the steps of `on-secrets.ts`, on shapes. */
import type { RowsMeter, TableShape } from '@sluis/technique';
import { addersOfOnes } from './count-bits.ts';
import { APART_BITS, BLOCK_BITS, numberBits } from './on-secrets.ts';
import { type Likeness, wordsOf } from './terms.ts';

export interface LinkageShape extends Likeness {
  /** Number of block keys. */
  readonly blocks: number;
}

/** Adds what `linkOnSecrets` costs, for so many records at both sides. */
export function linkCost(meter: RowsMeter, terms: LinkageShape, left: number, right: number): void {
  const words = wordsOf(terms);
  for (const length of [left, right]) {
    meter.toBits(words * length, 64);
    onesCost(meter, terms.bits, length);
  }
  const records = (length: number): TableShape => ({ length, words: new Array<number>(words + 2).fill(1), bits: 0 });
  const slots = terms.maximumPairs;
  for (let block = 0; block < terms.blocks; block++) {
    if (terms.perKey !== undefined) thinCost(meter, records(right), terms.perKey);
    meter.joinRepeated('inner', records(left), records(right), [{ bits: BLOCK_BITS, words: 1 }], 0, slots);
    meter.toBits(2 * words * slots, 64);
    meter.and(terms.bits * slots);
    onesCost(meter, terms.bits, slots);
    meter.negative(slots, 23);
    meter.and(slots);
  }
  for (let block = 1; block < terms.blocks; block++) meter.and(1);
}

function thinCost(meter: RowsMeter, { length, words }: TableShape, perKey: number): void {
  if (length <= perKey) return;
  meter.inject(length, 1);
  const table: TableShape = { length, words: [1, 1, ...words], bits: 1 };
  meter.shuffle(table);
  meter.sort(table, [{ bits: APART_BITS, words: 1 }]);
  meter.equal(length - perKey, APART_BITS);
  meter.and(length - perKey);
}

/** Adds what `linkedFlags` costs. */
export function flagsCost(meter: RowsMeter, terms: LinkageShape, left: number): void {
  const links: TableShape = { length: terms.blocks * terms.maximumPairs, words: [], bits: 0 };
  meter.joinToLeft('semi', left, links, [{ bits: numberBits(left), words: 1 }], 0);
}

/** Counting ones of vectors, and making numbers of the counts. */
function onesCost(meter: RowsMeter, vectors: number, length: number): void {
  for (const adders of addersOfOnes(vectors)) meter.and(adders * length);
  meter.fromBits(length, Math.floor(Math.log2(vectors)) + 2, 1);
}
