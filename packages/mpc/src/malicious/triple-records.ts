/**
 * Random triples side by side as records, so that taking one from a random place waits for memory once. A record holds
 * both components of a, b and c: six times `words` words.
 */
import type { Words } from './algebra.ts';

export const COLUMNS = 6;

/** Loops are cut into calls of so many records: the engine optimises functions that are called often, long loops late. */
const CALL = 512;

/** Record i of `out`, which is returned, holds element i of every column; columns are word-major, `words` words an element. */
export function recordsOf(columns: readonly Words[], words: number, out: Words): Words {
  const n = (columns[0] as Words).length / words;
  const planes = columns.flatMap((c) => Array.from({ length: words }, (_, w) => c.subarray(w * n, (w + 1) * n)));
  if (words === 1) return interleaveSix(planes, out, n);
  planes.forEach((plane, k) => {
    for (let i = 0, at = k; i < n; i++, at += planes.length) out[at] = plane[i] as bigint;
  });
  return out;
}

function interleaveSix(planes: readonly Words[], out: Words, n: number): Words {
  for (let from = 0; from < n; from += CALL) interleaveSome(planes, out, from, Math.min(n, from + CALL));
  return out;
}

function interleaveSome(planes: readonly Words[], out: Words, from: number, to: number): void {
  const [a, b, c, d, e, f] = planes as [Words, Words, Words, Words, Words, Words];
  for (let i = from, at = from * COLUMNS; i < to; i++, at += COLUMNS) {
    out[at] = a[i] as bigint;
    out[at + 1] = b[i] as bigint;
    out[at + 2] = c[i] as bigint;
    out[at + 3] = d[i] as bigint;
    out[at + 4] = e[i] as bigint;
    out[at + 5] = f[i] as bigint;
  }
}

/** The six columns of the records at the given positions, one after the other in `out`, each word-major. */
export function gatherTriples(records: Words, words: number, order: Uint32Array, out: Words): Words[] {
  const n = order.length;
  if (words === 1) gatherSix(records, order, out, n);
  else
    for (let k = 0; k < COLUMNS * words; k++)
      for (let i = 0; i < n; i++) out[k * n + i] = records[(order[i] as number) * COLUMNS * words + k] as bigint;
  return Array.from({ length: COLUMNS }, (_, c) => out.subarray(c * words * n, (c + 1) * words * n));
}

function gatherSix(records: Words, order: Uint32Array, out: Words, n: number): void {
  for (let from = 0; from < n; from += CALL) gatherSome(records, order, out, n, from, Math.min(n, from + CALL));
}

function gatherSome(records: Words, order: Uint32Array, out: Words, n: number, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const at = COLUMNS * (order[i] as number);
    out[i] = records[at] as bigint;
    out[n + i] = records[at + 1] as bigint;
    out[2 * n + i] = records[at + 2] as bigint;
    out[3 * n + i] = records[at + 3] as bigint;
    out[4 * n + i] = records[at + 4] as bigint;
    out[5 * n + i] = records[at + 5] as bigint;
  }
}
