/**
 * Records as Bloom filters: the grams of all columns hashed, with a key, into one filter (Schnell, Bachteler & Reiher 2009;
 * one filter for all columns: Schnell et al. 2011). Positions come from HMAC, not from double hashing, which is easier to
 * attack.
 *
 * **A Bloom filter is no protection.** Frequent names make frequent filters; with public lists of names, most values can
 * be found again from filters alone (Kuzu et al. 2011; Niedermeyer et al. 2014; Christen et al. 2018), with or without the
 * key. Filters must therefore be seen by nobody: each side shares its own among the committee, and they are compared there.
 */
import { concatBytes, lengthPrefixed, utf8 } from '@sluis/base';
import { hmac } from '@sluis/crypto';
import { type KeyReader, keyOf, keyReader, recipeOf, type TextColumn } from '@sluis/matching';
import { checkTerms, type FilterField, type LinkageTerms, partOf, wordsOf } from './terms.ts';

/** One side's records: public are only their number and the terms. */
export interface EncodedRecords {
  readonly length: number;
  /** Word-major: word w of record i stands at w·length + i. */
  readonly filters: BigUint64Array;
  /** For each block key, 32 bits of its hash as a signed number, and whether the record has one. */
  readonly blocks: readonly { readonly keys: BigUint64Array; readonly valid: Uint8Array }[];
  /** Records without any value in the filter: they are never linked. */
  readonly empty: number;
}

/** Distinct grams of a value in normal form. */
export function gramsOf(value: string, grams: FilterField['grams']): string[] {
  const characters = [...value];
  if (grams === 'places') return characters.map((c, i) => `${i} ${c}`);
  const marked = ['\u0002', ...characters, '\u0003'];
  return [...new Set(marked.slice(1).map((c, i) => (marked[i] ?? '') + c))];
}

/** Positions of a gram; remembered, since columns have few different grams. */
class Positions {
  readonly #known = new Map<string, Uint16Array>();
  readonly #key: Uint8Array;
  readonly #bits: number;

  constructor(key: Uint8Array, field: number, bits: number) {
    this.#key = hmac(key, lengthPrefixed(utf8('sluis/linkage/field/1'), Uint8Array.of(field)));
    this.#bits = bits;
  }

  of(gram: string, hashes: number): Uint16Array {
    const known = this.#known.get(gram);
    if (known !== undefined) return known;
    const made = new Uint16Array(hashes);
    for (let done = 0, block = 0; done < hashes; block++) {
      const bytes = new DataView(hmac(this.#key, concatBytes(Uint8Array.of(block), utf8(gram))).buffer);
      // The number of bits is a power of two: no bias.
      for (let i = 0; i < 16 && done < hashes; i++) made[done++] = bytes.getUint16(2 * i) % this.#bits;
    }
    if (this.#known.size < 100_000) this.#known.set(gram, made);
    return made;
  }
}

/** Hash of a record's block key, or null. Equal hashes of different keys only mean a pair more to compare. */
function blockHash(key: Uint8Array, reader: KeyReader, values: readonly (string | null | undefined)[]): bigint | null {
  const made = keyOf(reader, values);
  if (!(made instanceof Uint8Array)) return null;
  return BigInt(new DataView(hmac(key, made).buffer).getInt32(0));
}

/** Columns of one side: for each field of the filter, and for each part of each block key. All equally long. */
export interface LinkageColumns {
  readonly fields: readonly TextColumn[];
  readonly blocks: readonly (readonly TextColumn[])[];
}

/**
 * Encodes records. Run by: each side, on its own rows.
 *
 * @param key - at least 16 bytes, the same at both sides and unlike that of any other linkage: such as a hash of the
 *   agreement's id and the run. It need not be secret, because nobody sees filters.
 * @throws InvalidError `linkage/terms`; RangeError for a short key or columns that don't fit the terms.
 * Cost: about 10 microseconds a record.
 */
export function encodeRecords(terms: LinkageTerms, columns: LinkageColumns, key: Uint8Array): EncodedRecords {
  checkTerms(terms);
  const length = columns.fields[0]?.length ?? 0;
  const all = [...columns.fields, ...columns.blocks.flat()];
  const fits = columns.fields.length === terms.fields.length && terms.blocks.every((b, i) => b.parts.length === columns.blocks[i]?.length);
  if (!fits || key.length < 16 || all.some((c) => c.length !== length))
    throw new RangeError('columns as in the terms, and a key of 16 bytes');
  const { filters, filled } = fillFilters(terms, columns.fields, length, key);
  const blocks = terms.blocks.map((block, b) => {
    const reader = keyReader(block);
    const blockKey = hmac(key, lengthPrefixed(utf8('sluis/linkage/block/1'), Uint8Array.of(b)));
    const [keys, valid] = [new BigUint64Array(length), new Uint8Array(length)];
    for (let i = 0; i < length; i++) {
      const hash =
        filled[i] === 1
          ? blockHash(
              blockKey,
              reader,
              (columns.blocks[b] ?? []).map((c) => c[i]),
            )
          : null;
      if (hash !== null) [keys[i], valid[i]] = [BigInt.asUintN(64, hash), 1];
    }
    return { keys, valid };
  });
  return { length, filters, blocks, empty: filled.reduce((n, f) => n - f, length) };
}

function fillFilters(terms: LinkageTerms, columns: readonly TextColumn[], length: number, key: Uint8Array) {
  const filters = new BigUint64Array(wordsOf(terms) * length);
  // Bit p of a record is bit p mod 32 of half-word p / 32; halves of a word lie side by side (little-endian).
  const halves = new Uint32Array(filters.buffer);
  const filled = new Uint8Array(length);
  for (const [f, field] of terms.fields.entries()) {
    const read = recipeOf(field.recipe).reader(partOf(field));
    const positions = new Positions(key, f, terms.bits);
    const column = columns[f] as TextColumn;
    for (let i = 0; i < length; i++) {
      const value = column[i];
      const reading = value === null || value === undefined || value.length > 1024 || !value.isWellFormed() ? null : read(value);
      if (typeof reading !== 'string') continue;
      filled[i] = 1;
      for (const gram of gramsOf(reading, field.grams)) {
        for (const p of positions.of(gram, field.hashes)) {
          const half = 2 * ((p >> 6) * length + i) + ((p >> 5) & 1);
          halves[half] = (halves[half] as number) | (1 << (p & 31));
        }
      }
    }
  }
  return { filters, filled };
}
