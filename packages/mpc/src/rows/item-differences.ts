/** Differences of items at public places, for comparing them: gathering and subtracting in one pass over memory. */
import { addVectors, release } from '@sluis/kernels';
import type { SecretColumn } from '@sluis/technique';
import { column, columnShare, type Party } from '../shares.ts';

/** Moves unsigned order onto signed order: loops stay within 32-bit integers. */
const SIGN = 0x8000_0000 | 0;

/**
 * Keeps a column item by item, so that an item is read from one place in memory. Local.
 *
 * With `split`, only what a comparison among trusted parties reads is kept: the sum of components 0 and 1 at party 0, as
 * component 0 of a sharing whose component 1 is zero, and component 2 at parties 1 and 2. Party 2 then lacks component 0.
 *
 * @param bits - only so many low bits of the differences are right, which is all that a comparison looks at.
 */
export class ItemDifferences {
  readonly #pieces: number;
  readonly #words: number;
  /** What this party holds of both components; null for one that is left out. */
  readonly #mine: Int32Array | null;
  readonly #next: Int32Array | null;
  #zeros = new BigUint64Array(0);

  constructor(items: SecretColumn, bits: number, split: Party | null = null) {
    const { words, mine, next } = columnShare(items);
    this.#words = words;
    this.#pieces = Math.min(2 * words, Math.ceil(bits / 32));
    const first = split === 0 ? addVectors(mine, next, words) : mine;
    this.#mine = split === 1 ? null : this.#interleave(first);
    this.#next = split === 0 || split === 2 ? null : this.#interleave(next);
  }

  /** items[first[i]] − items[second[i]], in the low bits; zero above the last 32-bit piece that holds any. */
  of(first: Uint32Array, second: Uint32Array): SecretColumn {
    const of = (a: Int32Array | null) => (a === null ? this.#zero(first.length) : this.#subtract(a, first, second));
    return column(this.#words, of(this.#mine), of(this.#next));
  }

  /** Gives the memory of a difference back at once; nobody may use it any more. */
  release(difference: SecretColumn): void {
    const { mine, next } = columnShare(difference);
    if (this.#mine !== null) release(mine);
    if (this.#next !== null) release(next);
  }

  /** Zeros that are never written to. */
  #zero(n: number): BigUint64Array {
    const size = n * this.#words;
    if (this.#zeros.length < size) this.#zeros = new BigUint64Array(size);
    return this.#zeros.subarray(0, size);
  }

  #interleave(a: BigUint64Array): Int32Array {
    const [n, pieces] = [a.length / this.#words, this.#pieces];
    const source = new Int32Array(a.buffer, a.byteOffset, a.length * 2);
    const out = new Int32Array(n * pieces);
    for (let p = 0; p < pieces; p++) {
      for (let i = 0, at = p, from = 2 * (p >> 1) * n + (p & 1); i < n; i++, at += pieces, from += 2) out[at] = source[from] as number;
    }
    return out;
  }

  #subtract(a: Int32Array, first: Uint32Array, second: Uint32Array): BigUint64Array {
    const [n, pieces] = [first.length, this.#pieces];
    const out = new BigUint64Array(n * this.#words);
    const z = new Int32Array(out.buffer);
    if (pieces <= 2) subtractWord(a, first, second, z, pieces);
    else if (pieces === 3) subtractThree(a, first, second, z);
    else subtractMany(a, first, second, z, pieces);
    return out;
  }
}

function subtractWord(a: Int32Array, first: Uint32Array, second: Uint32Array, z: Int32Array, pieces: number): void {
  for (let i = 0; i < first.length; i++) {
    const [x, y] = [pieces * (first[i] as number), pieces * (second[i] as number)];
    const [p, q] = [a[x] as number, a[y] as number];
    z[2 * i] = (p - q) | 0;
    if (pieces === 2) z[2 * i + 1] = ((a[x + 1] as number) - (a[y + 1] as number) - ((p ^ SIGN) < (q ^ SIGN) ? 1 : 0)) | 0;
  }
}

/** The usual case of a 64-bit key and a row number. */
function subtractThree(a: Int32Array, first: Uint32Array, second: Uint32Array, z: Int32Array): void {
  const n = first.length;
  for (let i = 0; i < n; i++) {
    const x = 3 * (first[i] as number);
    const y = 3 * (second[i] as number);
    const p = a[x] as number;
    const q = a[y] as number;
    const r = a[x + 1] as number;
    const s = a[y + 1] as number;
    const borrow = (p ^ SIGN) < (q ^ SIGN) ? 1 : 0;
    const middle = (r - s) | 0;
    const further = ((r ^ SIGN) < (s ^ SIGN) ? 1 : 0) | (middle === 0 ? borrow : 0);
    z[2 * i] = (p - q) | 0;
    z[2 * i + 1] = (middle - borrow) | 0;
    z[2 * (n + i)] = ((a[x + 2] as number) - (a[y + 2] as number) - further) | 0;
  }
}

function subtractMany(a: Int32Array, first: Uint32Array, second: Uint32Array, z: Int32Array, pieces: number): void {
  const n = first.length;
  for (let i = 0; i < n; i++) {
    let borrow = 0;
    for (let piece = 0; piece < pieces; piece++) {
      const p = a[pieces * (first[i] as number) + piece] as number;
      const q = a[pieces * (second[i] as number) + piece] as number;
      const difference = (p - q) | 0;
      z[2 * ((piece >> 1) * n + i) + (piece & 1)] = (difference - borrow) | 0;
      borrow = ((p ^ SIGN) < (q ^ SIGN) ? 1 : 0) | (difference === 0 ? borrow : 0);
    }
  }
}
