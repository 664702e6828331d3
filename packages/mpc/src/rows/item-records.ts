/** Items kept for comparing: differences of two of them at public places, in one pass over memory. */
import { addVectors, release } from '@sluis/kernels';
import type { SecretColumn } from '@sluis/technique';
import { column, columnShare, type Party } from '../shares.ts';

/** Moves unsigned order onto signed order: loops stay within 32-bit integers. */
const SIGN = 0x8000_0000 | 0;

/**
 * A column item by item, so that an item is read from one place in memory. Local.
 *
 * With `split`, only what a comparison among trusted parties reads is kept: the sum of components 0 and 1 at party 0, as
 * component 0 of a sharing whose component 1 is zero, and component 2 at parties 1 and 2. Party 2 then lacks component 0.
 */
export class ItemRecords {
  readonly length: number;
  readonly #pieces: number;
  readonly #words: number;
  /** What this party holds of both components; null for one that is left out. */
  readonly #mine: Int32Array | null;
  readonly #next: Int32Array | null;
  readonly #zeros: { all: BigUint64Array };

  private constructor(
    shape: { pieces: number; words: number; zeros: { all: BigUint64Array } },
    mine: Int32Array | null,
    next: Int32Array | null,
  ) {
    this.#pieces = shape.pieces;
    this.#words = shape.words;
    this.#zeros = shape.zeros;
    this.#mine = mine;
    this.#next = next;
    this.length = ((mine ?? next)?.length ?? 0) / shape.pieces;
  }

  /** @param bits - only so many low bits of the differences are right, which is all that a comparison looks at. */
  static of(items: SecretColumn, bits: number, split: Party | null = null): ItemRecords {
    const { words, mine, next } = columnShare(items);
    const pieces = Math.min(2 * words, Math.ceil(bits / 32));
    const known = split === 0 ? addVectors(mine, next, words) : mine;
    const records = (a: BigUint64Array) => interleaved(a, words, pieces);
    const shape = { pieces, words, zeros: { all: new BigUint64Array(0) } };
    return new ItemRecords(shape, split === 1 ? null : records(known), split === 0 || split === 2 ? null : records(next));
  }

  /** The items at the given places. */
  take(places: Uint32Array): ItemRecords {
    const of = (a: Int32Array | null) => (a === null ? null : takeRecords(a, this.#pieces, places));
    return new ItemRecords({ pieces: this.#pieces, words: this.#words, zeros: this.#zeros }, of(this.#mine), of(this.#next));
  }

  /** Item mine[i] − item theirs[i] of the other set, in the low bits; zero above the last 32-bit piece that holds any. */
  minus(mine: Uint32Array, other: ItemRecords, theirs: Uint32Array): SecretColumn {
    const of = (a: Int32Array | null, b: Int32Array | null) =>
      a === null || b === null ? this.#zero(mine.length) : difference(a, mine, b, theirs, this.#pieces, this.#words);
    return column(this.#words, of(this.#mine, other.#mine), of(this.#next, other.#next));
  }

  /** Gives the memory of a difference back at once; nobody may use it any more. */
  release(made: SecretColumn): void {
    const { mine, next } = columnShare(made);
    if (this.#mine !== null) release(mine);
    if (this.#next !== null) release(next);
  }

  /** Zeros that are never written to. */
  #zero(n: number): BigUint64Array {
    const size = n * this.#words;
    if (this.#zeros.all.length < size) this.#zeros.all = new BigUint64Array(size);
    return this.#zeros.all.subarray(0, size);
  }
}

function interleaved(a: BigUint64Array, words: number, pieces: number): Int32Array {
  const n = a.length / words;
  const source = new Int32Array(a.buffer, a.byteOffset, a.length * 2);
  const out = new Int32Array(n * pieces);
  for (let p = 0; p < pieces; p++) {
    for (let i = 0, at = p, from = 2 * (p >> 1) * n + (p & 1); i < n; i++, at += pieces, from += 2) out[at] = source[from] as number;
  }
  return out;
}

function takeRecords(a: Int32Array, pieces: number, places: Uint32Array): Int32Array {
  const out = new Int32Array(places.length * pieces);
  for (let i = 0, to = 0; i < places.length; i++) {
    const from = pieces * (places[i] as number);
    for (let p = 0; p < pieces; p++) out[to++] = a[from + p] as number;
  }
  return out;
}

function difference(a: Int32Array, first: Uint32Array, b: Int32Array, second: Uint32Array, pieces: number, words: number): BigUint64Array {
  const out = new BigUint64Array(first.length * words);
  const z = new Int32Array(out.buffer);
  if (pieces === 1) subtractHalf(a, first, b, second, z);
  else if (pieces === 2) subtractWord(a, first, b, second, z);
  else if (pieces === 3) subtractThree(a, first, b, second, z);
  else subtractMany(a, first, b, second, z, pieces);
  return out;
}

function subtractHalf(a: Int32Array, first: Uint32Array, b: Int32Array, second: Uint32Array, z: Int32Array): void {
  for (let i = 0; i < first.length; i++) z[2 * i] = ((a[first[i] as number] as number) - (b[second[i] as number] as number)) | 0;
}

function subtractWord(a: Int32Array, first: Uint32Array, b: Int32Array, second: Uint32Array, z: Int32Array): void {
  for (let i = 0; i < first.length; i++) {
    const [x, y] = [2 * (first[i] as number), 2 * (second[i] as number)];
    const [p, q] = [a[x] as number, b[y] as number];
    z[2 * i] = (p - q) | 0;
    z[2 * i + 1] = ((a[x + 1] as number) - (b[y + 1] as number) - ((p ^ SIGN) < (q ^ SIGN) ? 1 : 0)) | 0;
  }
}

/** The usual case of a 64-bit key and a row number. */
function subtractThree(a: Int32Array, first: Uint32Array, b: Int32Array, second: Uint32Array, z: Int32Array): void {
  const n = first.length;
  for (let i = 0; i < n; i++) {
    const x = 3 * (first[i] as number);
    const y = 3 * (second[i] as number);
    const p = a[x] as number;
    const q = b[y] as number;
    const r = a[x + 1] as number;
    const s = b[y + 1] as number;
    const borrow = (p ^ SIGN) < (q ^ SIGN) ? 1 : 0;
    const middle = (r - s) | 0;
    const further = ((r ^ SIGN) < (s ^ SIGN) ? 1 : 0) | (middle === 0 ? borrow : 0);
    z[2 * i] = (p - q) | 0;
    z[2 * i + 1] = (middle - borrow) | 0;
    z[2 * (n + i)] = ((a[x + 2] as number) - (b[y + 2] as number) - further) | 0;
  }
}

function subtractMany(a: Int32Array, first: Uint32Array, b: Int32Array, second: Uint32Array, z: Int32Array, pieces: number): void {
  const n = first.length;
  for (let i = 0; i < n; i++) {
    let borrow = 0;
    for (let piece = 0; piece < pieces; piece++) {
      const p = a[pieces * (first[i] as number) + piece] as number;
      const q = b[pieces * (second[i] as number) + piece] as number;
      const low = (p - q) | 0;
      z[2 * ((piece >> 1) * n + i) + (piece & 1)] = (low - borrow) | 0;
      borrow = ((p ^ SIGN) < (q ^ SIGN) ? 1 : 0) | (low === 0 ? borrow : 0);
    }
  }
}
