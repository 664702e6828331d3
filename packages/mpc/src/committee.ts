/** The committee of three on replicated shares: the `Committee` port, one method a primitive. */
import {
  addVectors,
  concatPacked,
  concatVectors,
  constantVector,
  gatherPacked,
  gatherVector,
  narrowVector,
  scaleVector,
  subtractVectors,
  xorBits,
} from '@sluis/kernels';
import type { Committee, SecretBits, SecretColumn } from '@sluis/technique';
import { allOf, and, negative } from './conjunction.ts';
import { openBits, rerandomise } from './opening.ts';
import { extreme, largestOf, select } from './selection.ts';
import type { Session } from './session.ts';
import { type BitShare, bitShare, bits, type ColumnShare, column, columnShare, type Party } from './shares.ts';

const asColumn = (a: ColumnShare) => a as ColumnShare & SecretColumn;
const asBits = (a: BitShare) => a as BitShare & SecretBits;

/** Throws RangeError unless all columns have one width. */
function oneWidth(columns: readonly ColumnShare[]): number {
  const words = columns[0]?.words;
  if (words === undefined || columns.some((c) => c.words !== words)) throw new RangeError('columns of one operation have the same width');
  return words;
}

/** Every method is run by all three compute parties in step; costs and sources stand at the functions it calls. */
export class ReplicatedCommittee implements Committee {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  get me(): Party {
    return this.#session.me;
  }

  constant(length: number, words: number, value: bigint): SecretColumn {
    const held = constantVector(length, words, value);
    const zero = new BigUint64Array(held.length);
    return column(words, this.me === 0 ? held : zero, this.me === 2 ? held : zero);
  }

  add(a: SecretColumn, b: SecretColumn): SecretColumn {
    const [x, y] = [columnShare(a), columnShare(b)];
    const words = oneWidth([x, y]);
    return column(words, addVectors(x.mine, y.mine, words), addVectors(x.next, y.next, words));
  }

  subtract(a: SecretColumn, b: SecretColumn): SecretColumn {
    const [x, y] = [columnShare(a), columnShare(b)];
    const words = oneWidth([x, y]);
    return column(words, subtractVectors(x.mine, y.mine, words), subtractVectors(x.next, y.next, words));
  }

  sum(columns: readonly SecretColumn[]): SecretColumn {
    const [first, ...rest] = columns;
    if (first === undefined) throw new RangeError('a sum needs a column');
    return rest.reduce((total, c) => this.add(total, c), first);
  }

  scale(a: SecretColumn, factor: bigint): SecretColumn {
    const x = columnShare(a);
    return column(x.words, scaleVector(x.mine, factor, x.words), scaleVector(x.next, factor, x.words));
  }

  addConstant(a: SecretColumn, value: bigint): SecretColumn {
    return this.add(a, this.constant(a.length, a.words, value));
  }

  narrow(a: SecretColumn, words: number): SecretColumn {
    const x = columnShare(a);
    return column(words, narrowVector(x.mine, x.words, words), narrowVector(x.next, x.words, words));
  }

  gather(a: SecretColumn, index: Uint32Array): SecretColumn {
    const x = columnShare(a);
    return column(x.words, gatherVector(x.mine, index, x.words), gatherVector(x.next, index, x.words));
  }

  concat(columns: readonly SecretColumn[]): SecretColumn {
    const parts = columns.map(columnShare);
    const words = oneWidth(parts);
    const join = (side: 'mine' | 'next') =>
      concatVectors(
        parts.map((p) => p[side]),
        words,
      );
    return column(words, join('mine'), join('next'));
  }

  constantBits(length: number, value: 0 | 1): SecretBits {
    const held = new Uint32Array(Math.ceil(length / 32)).fill(value === 1 ? 0xffff_ffff : 0);
    const zero = new Uint32Array(held.length);
    return bits(length, this.me === 0 ? held : zero, this.me === 2 ? held : zero);
  }

  not(a: SecretBits): SecretBits {
    return this.xor(a, this.constantBits(a.length, 1));
  }

  xor(a: SecretBits, b: SecretBits): SecretBits {
    const [x, y] = [bitShare(a), bitShare(b)];
    if (x.length !== y.length) throw new RangeError('bits of one operation have the same length');
    return bits(x.length, xorBits(x.mine, y.mine), xorBits(x.next, y.next));
  }

  gatherBits(a: SecretBits, index: Uint32Array): SecretBits {
    const x = bitShare(a);
    return bits(index.length, gatherPacked(x.mine, x.length, index), gatherPacked(x.next, x.length, index));
  }

  concatBits(parts: readonly SecretBits[]): SecretBits {
    const all = parts.map(bitShare);
    const join = (side: 'mine' | 'next') => concatPacked(all.map((p) => ({ bits: p[side], length: p.length })));
    return bits(
      all.reduce((n, p) => n + p.length, 0),
      join('mine'),
      join('next'),
    );
  }

  async and(a: SecretBits, b: SecretBits): Promise<SecretBits> {
    return asBits(await and(this.#session, bitShare(a), bitShare(b)));
  }

  async or(a: SecretBits, b: SecretBits): Promise<SecretBits> {
    return this.not(await this.and(this.not(a), this.not(b)));
  }

  async negative(a: SecretColumn, width: number): Promise<SecretBits> {
    return asBits(await negative(this.#session, columnShare(a), width));
  }

  async less(a: SecretColumn, b: SecretColumn, width: number): Promise<SecretBits> {
    return this.negative(this.subtract(a, b), width);
  }

  async select(c: SecretBits, a: SecretColumn, b: SecretColumn): Promise<SecretColumn> {
    return asColumn(await select(this.#session, bitShare(c), columnShare(a), columnShare(b)));
  }

  minimum(columns: readonly SecretColumn[], width: number): Promise<SecretColumn> {
    return extreme(this, columns, width, false);
  }

  maximum(columns: readonly SecretColumn[], width: number): Promise<SecretColumn> {
    return extreme(this, columns, width, true);
  }

  largest(columns: readonly SecretColumn[], n: number, width: number): Promise<SecretColumn[]> {
    return largestOf(this, columns, n, width);
  }

  async allOf(a: SecretBits, groups: readonly Uint32Array[]): Promise<SecretBits> {
    const gather = (x: BitShare, index: Uint32Array) => bitShare(this.gatherBits(asBits(x), index));
    const concat = (parts: readonly BitShare[]) => bitShare(this.concatBits(parts.map(asBits)));
    return asBits(await allOf(this.#session, bitShare(a), groups, { gather, concat, one: bitShare(this.constantBits(1, 1)) }));
  }

  openBits(a: SecretBits): Promise<Uint8Array> {
    return openBits(this.#session, bitShare(a));
  }

  async rerandomise(a: SecretColumn): Promise<SecretColumn> {
    return asColumn(await rerandomise(this.#session, columnShare(a)));
  }

  components(a: SecretColumn): { readonly mine: BigUint64Array; readonly next: BigUint64Array } {
    const { mine, next } = columnShare(a);
    return { mine, next };
  }
}
