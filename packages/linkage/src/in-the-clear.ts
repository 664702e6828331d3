/**
 * The same rule without secrets: what the committee computes, for choosing terms on one's own labelled data, and as the
 * reference that tests compare the committee with. Whoever can run it sees everything.
 */
import type { EncodedRecords } from './encode.ts';
import { eachPair, type Groups, pairsOf } from './groups.ts';
import { type LinkageTerms, wordsOf } from './terms.ts';

export interface Link {
  readonly left: number;
  readonly right: number;
}

function ones(x: number): number {
  let v = x - ((x >>> 1) & 0x5555_5555);
  v = (v & 0x3333_3333) + ((v >>> 2) & 0x3333_3333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

/** One side's filters, record by record. */
interface ClearFilters {
  /** 32 bits of a filter each: those of record i stand at i·width up to (i + 1)·width. */
  readonly halves: Uint32Array;
  readonly width: number;
  /** Ones of each filter. */
  readonly ones: Uint16Array;
}

function clearFilters({ filters, length }: EncodedRecords, words: number): ClearFilters {
  const wordMajor = new Uint32Array(filters.buffer, filters.byteOffset, 2 * filters.length);
  const width = 2 * words;
  const [halves, count] = [new Uint32Array(width * length), new Uint16Array(length)];
  for (let h = 0; h < width; h++) {
    for (let i = 0; i < length; i++) {
      const half = wordMajor[2 * ((h >> 1) * length + i) + (h & 1)] as number;
      halves[i * width + h] = half;
      count[i] = (count[i] as number) + ones(half);
    }
  }
  return { halves, width, ones: count };
}

/** How alike two records are, as a fraction: the Dice coefficient of their filters is 2·common / all. */
export interface Likeness {
  readonly common: number;
  /** Bits of one and bits of the other. */
  readonly all: number;
}

/** A function that compares a record of one side with one of the other. */
export function comparer(terms: LinkageTerms, left: EncodedRecords, right: EncodedRecords): (left: number, right: number) => Likeness {
  const [a, b] = [clearFilters(left, wordsOf(terms)), clearFilters(right, wordsOf(terms))];
  return (l, r) => {
    let common = 0;
    for (let h = 0, i = l * a.width, j = r * b.width; h < a.width; h++)
      common += ones((a.halves[i + h] as number) & (b.halves[j + h] as number));
    return { common, all: (a.ones[l] as number) + (b.ones[r] as number) };
  };
}

/** Whether two records are alike enough. */
export const alike = ({ common, all }: Likeness, { numerator, denominator }: LinkageTerms['threshold']): boolean =>
  2 * common * denominator >= numerator * all;

/** Records by each of their block keys. */
export function blockGroups(terms: LinkageTerms, left: EncodedRecords, right: EncodedRecords): Groups[] {
  return terms.blocks.map(({ name }, block) => {
    const numbers = new Map<bigint, number>();
    const [a, b] = [left, right].map(({ blocks }) => {
      const { keys, valid } = blocks[block] as EncodedRecords['blocks'][number];
      return Int32Array.from(keys, (key, i) => {
        if (valid[i] !== 1) return -1;
        const known = numbers.get(key) ?? numbers.size;
        numbers.set(key, known);
        return known;
      });
    });
    return { name, left: a as Int32Array, right: b as Int32Array };
  });
}

export interface ClearLinks {
  /** Each linked pair once, by left row, then right row. */
  readonly links: readonly Link[];
  /** Pairs that share each block key: what `maximumPairs` must have room for. */
  readonly pairs: readonly number[];
}

/** Links two sides' records. Run by: whoever holds both. */
export function linkInTheClear(terms: LinkageTerms, left: EncodedRecords, right: EncodedRecords): ClearLinks {
  const compare = comparer(terms, left, right);
  const blocks = blockGroups(terms, left, right);
  const links: Link[] = [];
  eachPair(blocks, (l, r) => {
    if (alike(compare(l, r), terms.threshold)) links.push({ left: l, right: r });
  });
  return { links: links.sort((x, y) => x.left - y.left || x.right - y.right), pairs: blocks.map(pairsOf) };
}
