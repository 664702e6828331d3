/** Linking records inside the committee: candidates by block keys, then similarity of filters, all on secrets. */
import type { Committee, JoinSide, SecretBits, SecretColumn } from '@sluis/technique';
import { countOnes } from './count-bits.ts';
import type { EncodedRecords } from './encode.ts';
import { checkTerms, type LinkageTerms, type Likeness, wordsOf } from './terms.ts';

/** One side's records as secrets. */
export interface SecretRecords {
  readonly length: number;
  /** Words of the filters. */
  readonly filters: readonly SecretColumn[];
  readonly blocks: readonly { readonly keys: SecretColumn; readonly valid: SecretBits }[];
}

/** Candidate pairs, most of which are none: `maximumPairs` for each block key. */
export interface SecretLinks {
  readonly length: number;
  /** Row numbers at both sides. */
  readonly left: SecretColumn;
  readonly right: SecretColumn;
  /** 1 where the pair is linked. A pair that shares several block keys stands several times. */
  readonly linked: SecretBits;
  /**
   * One bit: 0 if some block key had more pairs than were compared. Opened, it would tell that; whatever is computed from
   * the links should stay shut instead where it is 0.
   */
  readonly fits: SecretBits;
}

/** Bits of a block key. */
export const BLOCK_BITS = 32;
/** Of a block key, or a number above all of them. */
export const APART_BITS = BLOCK_BITS + 2;

/** The columns that a side shares, in the order that `secretRecords` reads. Run by: each side. */
export function columnsToShare(terms: LinkageTerms, encoded: EncodedRecords): BigUint64Array[] {
  const { length, filters, blocks } = encoded;
  return [
    ...Array.from({ length: wordsOf(terms) }, (_, w) => filters.slice(w * length, (w + 1) * length)),
    ...blocks.flatMap(({ keys, valid }) => [keys, BigUint64Array.from(valid, BigInt)]),
  ];
}

/** Reads a side's shared columns. Run by: all three compute parties. Throws RangeError for another number of columns. */
export async function secretRecords(on: Committee, terms: LinkageTerms, columns: readonly SecretColumn[]): Promise<SecretRecords> {
  checkTerms(terms);
  const words = wordsOf(terms);
  const length = columns[0]?.length ?? 0;
  if (columns.length !== words + 2 * terms.blocks.length || columns.some((c) => c.length !== length || c.words !== 1))
    throw new RangeError('columns as columnsToShare gives them');
  const flags = terms.blocks.map((_, b) => columns[words + 2 * b + 1] as SecretColumn);
  const [valid] = (await on.toBits(on.concat(flags), 1)) as [SecretBits];
  // Cut to the width that sorting relies on, whatever a side shared.
  const keys = await on.fromBits(
    await on.toBits(on.concat(terms.blocks.map((_, b) => columns[words + 2 * b] as SecretColumn)), BLOCK_BITS),
    1,
  );
  return {
    length,
    filters: columns.slice(0, words),
    blocks: terms.blocks.map((_, b) => ({ keys: on.slice(keys, b * length, length), valid: on.sliceBits(valid, b * length, length) })),
  };
}

const numbers = (on: Committee, n: number): SecretColumn =>
  on.publicColumn(
    BigUint64Array.from({ length: n }, (_, i) => BigInt(i)),
    1,
  );

/** Bits of filters, one vector per position. */
async function bitsOf(on: Committee, filters: readonly SecretColumn[]): Promise<SecretBits[]> {
  const length = filters[0]?.length ?? 0;
  const all = await on.toBits(on.concat(filters), 64);
  return filters.flatMap((_, w) => all.map((bit) => on.sliceBits(bit, w * length, length)));
}

/** Number of ones in each record's filter. */
async function sizes(on: Committee, filters: readonly SecretColumn[]): Promise<SecretColumn> {
  return on.fromBits([...(await countOnes(on, await bitsOf(on, filters))), on.constantBits(filters[0]?.length ?? 0, 0)], 1);
}

interface Sized {
  readonly records: SecretRecords;
  readonly ones: SecretColumn;
}

/** A side's records for one block key: filters, their ones, and row numbers. */
function blockSide(on: Committee, { records, ones }: Sized, block: number): JoinSide {
  const { keys, valid } = records.blocks[block] as SecretRecords['blocks'][number];
  return {
    table: { length: records.length, columns: [...records.filters, ones, numbers(on, records.length)], bits: [] },
    keys: [{ column: keys, bits: BLOCK_BITS }],
    valid,
    unique: false,
  };
}

/**
 * Leaves so many records of each block key, in an order that nobody knows; nobody learns whether any were left out. Cost: a
 * shuffle and a sort of the records, an equality and a conjunction for each.
 */
async function thinned(on: Committee, side: JoinSide, perKey: number): Promise<JoinSide> {
  const { table, valid, keys } = side;
  const key = keys[0]?.column;
  if (key === undefined || table.length <= perKey) return side;
  // Records without a key, which hold 0, get one that no other has: they must not take anybody's place.
  const apart = on.add(key, on.scale(await on.inject(on.not(valid), 1), 1n << BigInt(BLOCK_BITS)));
  const shuffled = await on.shuffle({ length: table.length, columns: [apart, key, ...table.columns], bits: [valid] });
  const sorted = await on.sort(shuffled, [{ column: shuffled.columns[0] as SecretColumn, bits: APART_BITS }]);
  const [order, own, ...columns] = sorted.columns as [SecretColumn, SecretColumn, ...SecretColumn[]];
  const stays = sorted.bits[0] as SecretBits;
  const rest = table.length - perKey;
  const full = await on.equal(on.slice(order, 0, rest), on.slice(order, perKey, rest), APART_BITS);
  const later = await on.and(on.sliceBits(stays, perKey, rest), on.not(full));
  return {
    table: { length: table.length, columns, bits: [] },
    keys: [{ column: own, bits: BLOCK_BITS }],
    valid: on.concatBits([on.sliceBits(stays, 0, perKey), later]),
    unique: false,
  };
}

/** Pairs that share one block key, and which of them are similar. */
async function linkBlock(on: Committee, terms: Likeness, left: Sized, right: Sized, block: number): Promise<SecretLinks> {
  const all = blockSide(on, right, block);
  const some = terms.perKey === undefined ? all : await thinned(on, all, terms.perKey);
  const joined = await on.join('inner', blockSide(on, left, block), some, terms.maximumPairs);
  const words = wordsOf(terms);
  const [a, b] = [joined.left.columns, joined.right.columns];
  const linked = await similar(on, terms, a.slice(0, words + 1), b.slice(0, words + 1));
  return {
    length: joined.length,
    left: a[words + 1] as SecretColumn,
    right: b[words + 1] as SecretColumn,
    linked: await on.and(linked, joined.valid),
    fits: joined.fits ?? on.constantBits(1, 1),
  };
}

/** 1 where 2·common·denominator ≥ numerator·(ones of both). Columns: words of the filter, then its ones. */
async function similar(on: Committee, terms: Likeness, a: readonly SecretColumn[], b: readonly SecretColumn[]): Promise<SecretBits> {
  const words = wordsOf(terms);
  const length = a[0]?.length ?? 0;
  const bits = await bitsOf(on, [...a.slice(0, words), ...b.slice(0, words)]);
  const common = await on.and(on.concatBits(bits.slice(0, terms.bits)), on.concatBits(bits.slice(terms.bits)));
  const vectors = Array.from({ length: terms.bits }, (_, p) => on.sliceBits(common, p * length, length));
  const count = await on.fromBits([...(await countOnes(on, vectors)), on.constantBits(length, 0)], 1);
  const { numerator, denominator } = terms.threshold;
  const all = on.add(a[words] as SecretColumn, b[words] as SecretColumn);
  const above = on.subtract(on.scale(count, BigInt(2 * denominator)), on.scale(all, BigInt(numerator)));
  // |above| ≤ 2·1024·1000 < 2^21.
  return on.not(await on.negative(above, 23));
}

/**
 * Links two sides' records. Run by: all three compute parties, in step.
 *
 * @param left - as many block keys as `right`. Keys of at most `BLOCK_BITS` bits where they are valid, and 0 elsewhere.
 * @returns for each block key `maximumPairs` slots, linked or not.
 * Learns: nobody anything; public are the sides' numbers of records and the terms.
 * Assumes: what the committee assumes. Cost: for each block key a join of both sides with repeated keys, and about
 * bits·5 conjunctions for each slot; measured in docs/matching.md.
 */
export async function linkOnSecrets(on: Committee, terms: Likeness, left: SecretRecords, right: SecretRecords): Promise<SecretLinks> {
  const l: Sized = { records: left, ones: await sizes(on, left.filters) };
  const r: Sized = { records: right, ones: await sizes(on, right.filters) };
  const parts: SecretLinks[] = [];
  for (let block = 0; block < left.blocks.length; block++) parts.push(await linkBlock(on, terms, l, r, block));
  const [fits] = parts.map((p) => p.fits);
  let all = fits as SecretBits;
  for (const part of parts.slice(1)) all = await on.and(all, part.fits);
  return {
    length: parts.reduce((n, p) => n + p.length, 0),
    left: on.concat(parts.map((p) => p.left)),
    right: on.concat(parts.map((p) => p.right)),
    linked: on.concatBits(parts.map((p) => p.linked)),
    fits: all,
  };
}

/** Bits of a row number, sign included. */
export const numberBits = (length: number): number => Math.ceil(Math.log2(length + 1)) + 1;

/** One element: how many records of the left side have a partner. Minimums are decided on it before anything is opened. */
export const linkedRecords = (on: Committee, links: SecretLinks, leftLength: number): Promise<SecretColumn> =>
  on.distinctCount([{ column: links.left, bits: numberBits(leftLength) }], links.linked);

/** One element: how many different pairs are linked. */
export const linkedPairs = (on: Committee, links: SecretLinks, leftLength: number, rightLength: number): Promise<SecretColumn> =>
  on.distinctCount(
    [
      { column: links.left, bits: numberBits(leftLength) },
      { column: links.right, bits: numberBits(rightLength) },
    ],
    links.linked,
  );

/** For each record of the left side whether it has a partner, in its order: for further questions on secrets. */
export async function linkedFlags(on: Committee, links: SecretLinks, leftLength: number): Promise<SecretBits> {
  const bits = numberBits(leftLength);
  const joined = await on.join(
    'semi',
    {
      table: { length: leftLength, columns: [], bits: [] },
      keys: [{ column: numbers(on, leftLength), bits }],
      valid: on.constantBits(leftLength, 1),
      unique: false,
    },
    { table: { length: links.length, columns: [], bits: [] }, keys: [{ column: links.left, bits }], valid: links.linked, unique: false },
  );
  return joined.valid;
}
