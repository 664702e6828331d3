/**
 * Replicated shares: a secret is the sum (or exclusive or) of components 0, 1 and 2; party i holds components i
 * (`mine`) and i + 1 mod 3 (`next`). Any two parties hold all three. Source: Araki et al. 2016, §2.
 */
import type { SecretBits, SecretColumn } from '@sluis/technique';

export type Party = 0 | 1 | 2;
export const nextParty = (i: Party): Party => ((i + 1) % 3) as Party;
export const previousParty = (i: Party): Party => ((i + 2) % 3) as Party;

/** A party's two components of something. */
export interface Pair {
  readonly mine: BigUint64Array;
  readonly next: BigUint64Array;
}
export interface PackedPair {
  readonly mine: Uint32Array;
  readonly next: Uint32Array;
}

/** One party's part of a column, word-major. */
export interface ColumnShare {
  readonly length: number;
  readonly words: number;
  readonly mine: BigUint64Array;
  readonly next: BigUint64Array;
}

/** One party's part of packed bits; bits beyond `length` are unspecified. */
export interface BitShare {
  readonly length: number;
  readonly mine: Uint32Array;
  readonly next: Uint32Array;
}

class ReplicatedColumn implements ColumnShare {
  readonly length: number;
  readonly words: number;
  readonly mine: BigUint64Array;
  readonly next: BigUint64Array;
  constructor(words: number, mine: BigUint64Array, next: BigUint64Array) {
    if (mine.length !== next.length || mine.length % words !== 0)
      throw new RangeError('the two components of a column have the same shape');
    this.length = mine.length / words;
    this.words = words;
    this.mine = mine;
    this.next = next;
  }
  /** Shares never reach a log or an error text through printing. */
  toJSON(): string {
    return `secret column of ${this.length}`;
  }
}

class ReplicatedBits implements BitShare {
  readonly length: number;
  readonly mine: Uint32Array;
  readonly next: Uint32Array;
  constructor(length: number, mine: Uint32Array, next: Uint32Array) {
    if (mine.length !== Math.ceil(length / 32) || next.length !== mine.length)
      throw new RangeError('the two components of bits have the same shape');
    this.length = length;
    this.mine = mine;
    this.next = next;
  }
  toJSON(): string {
    return `${this.length} secret bits`;
  }
}

export function column(words: number, mine: BigUint64Array, next: BigUint64Array): SecretColumn & ColumnShare {
  return new ReplicatedColumn(words, mine, next) as unknown as SecretColumn & ColumnShare;
}

export function bits(length: number, mine: Uint32Array, next: Uint32Array): SecretBits & BitShare {
  return new ReplicatedBits(length, mine, next) as unknown as SecretBits & BitShare;
}

/** Throws TypeError on a column that another technique made. */
export function columnShare(a: SecretColumn): ColumnShare {
  if (!(a instanceof ReplicatedColumn)) throw new TypeError('not a replicated column');
  return a;
}

export function bitShare(a: SecretBits): BitShare {
  if (!(a instanceof ReplicatedBits)) throw new TypeError('not replicated bits');
  return a;
}

/** Elements `from` to `from + length` of a column. */
export function sliceColumn(a: ColumnShare, from: number, length: number): SecretColumn & ColumnShare {
  const cut = (v: BigUint64Array) => {
    const out = new BigUint64Array(length * a.words);
    for (let j = 0; j < a.words; j++) out.set(v.subarray(j * a.length + from, j * a.length + from + length), j * length);
    return out;
  };
  return column(a.words, cut(a.mine), cut(a.next));
}

/** Little-endian bytes of a vector, without copying. */
export const bytesOf = (a: BigUint64Array | Uint32Array): Uint8Array => new Uint8Array(a.buffer, a.byteOffset, a.byteLength);

/** A received payload as words, without copying where it is aligned: for reading, and for as long as nobody writes into it. */
export const wordsOf = (payload: Uint8Array): BigUint64Array =>
  payload.byteOffset % 8 === 0 ? new BigUint64Array(payload.buffer, payload.byteOffset, payload.length / 8) : wordsFrom(payload);
export const halvesOf = (payload: Uint8Array): Uint32Array =>
  payload.byteOffset % 4 === 0 ? new Uint32Array(payload.buffer, payload.byteOffset, payload.length / 4) : halvesFrom(payload);

/** A received payload as words: copied, so that it is aligned and nobody else's. (The `slice` of a Buffer would not copy.) */
export const wordsFrom = (payload: Uint8Array): BigUint64Array => new BigUint64Array(new Uint8Array(payload).buffer);
export const halvesFrom = (payload: Uint8Array): Uint32Array => new Uint32Array(new Uint8Array(payload).buffer);
