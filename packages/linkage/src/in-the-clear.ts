/**
 * The same rule without secrets: what the committee computes, for choosing terms on one's own labelled data, and as the
 * reference that tests compare the committee with. Whoever can run it sees everything.
 */
import type { EncodedRecords } from './encode.ts';
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

/** A record's filter as half-words. */
function filterOf({ filters, length }: EncodedRecords, words: number, i: number): Uint32Array {
  const halves = new Uint32Array(filters.buffer, filters.byteOffset, 2 * filters.length);
  return Uint32Array.from({ length: 2 * words }, (_, h) => halves[2 * ((h >> 1) * length + i) + (h & 1)] as number);
}

/** Whether two filters are similar enough. */
function similar(a: Uint32Array, b: Uint32Array, { numerator, denominator }: LinkageTerms['threshold']): boolean {
  let [common, all] = [0, 0];
  for (let h = 0; h < a.length; h++) {
    common += ones((a[h] as number) & (b[h] as number));
    all += ones(a[h] as number) + ones(b[h] as number);
  }
  return 2 * common * denominator >= numerator * all;
}

/** Pairs with equal keys of one block. */
function* candidates(left: EncodedRecords, right: EncodedRecords, block: number): Generator<Link> {
  const [a, b] = [left.blocks[block], right.blocks[block]];
  if (a === undefined || b === undefined) return;
  const rows = new Map<bigint, number[]>();
  for (let i = 0; i < right.length; i++) {
    if (b.valid[i] !== 1) continue;
    const key = b.keys[i] as bigint;
    const list = rows.get(key);
    if (list === undefined) rows.set(key, [i]);
    else list.push(i);
  }
  for (let i = 0; i < left.length; i++) {
    if (a.valid[i] === 1) for (const j of rows.get(a.keys[i] as bigint) ?? []) yield { left: i, right: j };
  }
}

export interface ClearLinks {
  /** Each linked pair once, by left row, then right row. */
  readonly links: readonly Link[];
  /** Pairs that share each block key: what `maximumPairs` must have room for. */
  readonly pairs: readonly number[];
}

/** Links two sides' records. Run by: whoever holds both. */
export function linkInTheClear(terms: LinkageTerms, left: EncodedRecords, right: EncodedRecords): ClearLinks {
  const words = wordsOf(terms);
  const filters = [left, right].map((side) => Array.from({ length: side.length }, (_, i) => filterOf(side, words, i)));
  const found = new Map<number, Link>();
  const pairs = terms.blocks.map((_, block) => {
    let count = 0;
    for (const link of candidates(left, right, block)) {
      count++;
      const [a, b] = [filters[0]?.[link.left], filters[1]?.[link.right]] as [Uint32Array, Uint32Array];
      if (similar(a, b, terms.threshold)) found.set(link.left * right.length + link.right, link);
    }
    return count;
  });
  const links = [...found.entries()].sort((x, y) => x[0] - y[0]).map(([, link]) => link);
  return { links, pairs };
}
