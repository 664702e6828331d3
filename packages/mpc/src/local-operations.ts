/**
 * What each compute party does with its own components alone: everything linear. No message, no round, nobody learns
 * anything; all three call it in step all the same, so that they hold shares of the same column.
 */
import {
  addVectors,
  concatPacked,
  concatVectors,
  constantVector,
  gatherPacked,
  gatherVector,
  narrowVector,
  packBits,
  prefixSums,
  slicePacked,
  sumVector,
  scaleVector,
  subtractVectors,
  xorBits,
} from '@sluis/kernels';
import type { SecretBits, SecretColumn } from '@sluis/technique';
import { bitShare, bits, type ColumnShare, column, columnShare, type Party, sliceColumn } from './shares.ts';

/** Throws RangeError unless all columns have one width. */
function oneWidth(columns: readonly ColumnShare[]): number {
  const words = columns[0]?.words;
  if (words === undefined || columns.some((c) => c.words !== words)) throw new RangeError('columns of one operation have the same width');
  return words;
}

/** Throws RangeError unless all columns have one width and length. */
export function oneShape(columns: readonly ColumnShare[]): number {
  if (columns.some((c) => c.length !== columns[0]?.length)) throw new RangeError('columns of one operation have the same length');
  return oneWidth(columns);
}

/** The part of the `Committee` port that needs no other party. */
export abstract class LocalOperations {
  abstract get me(): Party;

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

  slice(a: SecretColumn, from: number, length: number): SecretColumn {
    return sliceColumn(columnShare(a), from, length);
  }

  sliceBits(a: SecretBits, from: number, length: number): SecretBits {
    const x = bitShare(a);
    return bits(length, slicePacked(x.mine, x.length, from, length), slicePacked(x.next, x.length, from, length));
  }

  prefixSums(a: SecretColumn): SecretColumn {
    const x = columnShare(a);
    return column(x.words, prefixSums(x.mine, x.words), prefixSums(x.next, x.words));
  }

  total(a: SecretColumn): SecretColumn {
    const x = columnShare(a);
    return column(x.words, sumVector(x.mine, x.words), sumVector(x.next, x.words));
  }

  publicColumn(values: BigUint64Array, words: number): SecretColumn {
    const zero = new BigUint64Array(values.length);
    return column(words, this.me === 0 ? values.slice() : zero, this.me === 2 ? values.slice() : zero);
  }

  publicBits(values: Uint8Array): SecretBits {
    const held = packBits(values);
    const zero = new Uint32Array(held.length);
    return bits(values.length, this.me === 0 ? held : zero, this.me === 2 ? held : zero);
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

  components(a: SecretColumn): { readonly mine: BigUint64Array; readonly next: BigUint64Array } {
    const { mine, next } = columnShare(a);
    return { mine, next };
  }
}
