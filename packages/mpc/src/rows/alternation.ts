/** Every second element of a column, and two columns in turn: what a tree over neighbours moves. Local, memory used in order. */
import type { SecretColumn } from '@sluis/technique';
import { column, columnShare } from '../shares.ts';

const halves = (a: BigUint64Array, from: number, count: number) => new Int32Array(a.buffer, a.byteOffset + 8 * from, 2 * count);

/** Elements 0, 2, 4 … */
export const evens = (a: SecretColumn): SecretColumn => everySecond(a, 0);

/** Elements 1, 3, 5 … */
export const odds = (a: SecretColumn): SecretColumn => everySecond(a, 1);

function everySecond(a: SecretColumn, start: 0 | 1): SecretColumn {
  const { length, words, mine, next } = columnShare(a);
  const count = (length + 1 - start) >> 1;
  const taken = (held: BigUint64Array) => {
    const out = new BigUint64Array(count * words);
    for (let j = 0; j < words; j++) thin(halves(held, j * length, length), halves(out, j * count, count), start);
    return out;
  };
  return column(words, taken(mine), taken(next));
}

function thin(source: Int32Array, out: Int32Array, start: number): void {
  for (let i = 0, from = 2 * start; i < out.length; i += 2, from += 4) {
    out[i] = source[from] as number;
    out[i + 1] = source[from + 1] as number;
  }
}

/** Elements of both columns in turn, beginning with `even`, which may have one more. Throws RangeError on other lengths. */
export function weave(even: SecretColumn, odd: SecretColumn): SecretColumn {
  const [a, b] = [columnShare(even), columnShare(odd)];
  if (a.words !== b.words || (a.length !== b.length && a.length !== b.length + 1))
    throw new RangeError('two columns in turn have equal lengths');
  const n = a.length + b.length;
  const woven = (x: BigUint64Array, y: BigUint64Array) => {
    const out = new BigUint64Array(n * a.words);
    for (let j = 0; j < a.words; j++) {
      const target = halves(out, j * n, n);
      spread(halves(x, j * a.length, a.length), target, 0);
      spread(halves(y, j * b.length, b.length), target, 1);
    }
    return out;
  };
  return column(a.words, woven(a.mine, b.mine), woven(a.next, b.next));
}

function spread(source: Int32Array, out: Int32Array, start: number): void {
  for (let i = 0, to = 2 * start; i < source.length; i += 2, to += 4) {
    out[to] = source[i] as number;
    out[to + 1] = source[i + 1] as number;
  }
}
