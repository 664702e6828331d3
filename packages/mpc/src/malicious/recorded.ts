/** Products as they were recorded, piece by piece, and consecutive positions of all of them as one vector. */
import type { Words } from './algebra.ts';

/** One component of one factor or product of everything recorded. */
export interface Recorded {
  /** Positions; for packed words, 64 bits each, the last one filled up with zeros. */
  readonly positions: number;
  /** Copies positions `from` to `to` to `out`, word-major, and returns it. */
  slice(from: number, to: number, out: Words): Words;
}

/** Pieces of a column of elements of `words` words, each word-major. */
export function recordedColumn(pieces: readonly BigUint64Array[], words: number): Recorded {
  const { starts, total } = startsOf(pieces.map((p) => p.length / words));
  return {
    positions: total,
    slice(from, to, out) {
      eachOverlap(starts, total, from, to, (piece, first, last, at) => {
        const source = pieces[piece] as BigUint64Array;
        const length = source.length / words;
        for (let w = 0; w < words; w++) out.set(source.subarray(w * length + first, w * length + last), w * (to - from) + at);
      });
      return out;
    },
  };
}

/** Pieces of packed words. */
export function recordedBits(pieces: readonly Uint32Array[]): Recorded {
  const { starts, total } = startsOf(pieces.map((p) => p.length));
  return {
    positions: Math.ceil(total / 2),
    slice(from, to, out) {
      const halves = new Uint32Array(out.buffer, out.byteOffset, 2 * out.length);
      if (2 * to > total) halves.fill(0, total - 2 * from);
      eachOverlap(starts, total, 2 * from, Math.min(total, 2 * to), (piece, first, last, at) => {
        halves.set((pieces[piece] as Uint32Array).subarray(first, last), at);
      });
      return out;
    },
  };
}

function startsOf(lengths: readonly number[]): { starts: number[]; total: number } {
  let total = 0;
  const starts = lengths.map((length) => {
    total += length;
    return total - length;
  });
  return { starts, total };
}

/** Calls `run` for every piece that has some of [from, to): with the part of the piece, and its place in the result. */
function eachOverlap(
  starts: readonly number[],
  total: number,
  from: number,
  to: number,
  run: (piece: number, first: number, last: number, at: number) => void,
): void {
  let piece = lastNotAfter(starts, from);
  for (let at = from; at < to; piece++) {
    const [start, end] = [starts[piece] as number, starts[piece + 1] ?? total];
    const until = Math.min(to, end);
    if (until > at) run(piece, at - start, until - start, at - from);
    at = Math.max(at, until);
  }
}

/** The last start that is not after a position, by halving. */
function lastNotAfter(starts: readonly number[], position: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= position) low = middle;
    else high = middle - 1;
  }
  return low;
}
