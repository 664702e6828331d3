/** Shares of many rows, held once: filled piece by piece, in place, and never joined from copies. */
import { release } from '@sluis/kernels';
import type { SecretColumn, ShareRoom } from '@sluis/technique';
import { type ColumnShare, column, columnShare, type Pair } from './shares.ts';
import { pairOf } from './stripes.ts';

export class ReplicatedRoom implements ShareRoom {
  readonly #vectors: readonly Pair[];
  #rows: number;

  constructor(rows: number, vectors: number) {
    this.#rows = rows;
    this.#vectors = Array.from({ length: vectors }, () => pairOf(rows));
  }

  get rows(): number {
    return this.#rows;
  }

  put(from: number, columns: readonly SecretColumn[]): void {
    const shares = columns.map(columnShare);
    const length = shares[0]?.length ?? 0;
    if (shares.length !== this.#vectors.length || shares.some((s) => s.words !== 1 || s.length !== length) || from + length > this.#rows)
      throw new RangeError('rows fit the room they are put into');
    for (const [v, share] of shares.entries()) {
      const { mine, next } = this.#vectors[v] as Pair;
      mine.set(share.mine, from);
      next.set(share.next, from);
    }
  }

  view(from: number, length: number): SecretColumn[] {
    if (from + length > this.#rows) throw new RangeError('a view lies within its room');
    return this.#vectors.map(({ mine, next }) => column(1, mine.subarray(from, from + length), next.subarray(from, from + length)));
  }

  keep(stretches: readonly { readonly from: number; readonly length: number }[]): void {
    let [at, seen] = [0, 0];
    for (const { from, length } of stretches) {
      if (from < seen || from + length > this.#rows) throw new RangeError('what is kept is named in its order');
      if (from !== at)
        for (const { mine, next } of this.#vectors) {
          mine.copyWithin(at, from, from + length);
          next.copyWithin(at, from, from + length);
        }
      at += length;
      seen = from + length;
    }
    this.#rows = at;
  }

  release(): void {
    for (const { mine, next } of this.#vectors) release(mine, next);
    this.#rows = 0;
  }
}

/** Empties columns that were read from one message: they lie side by side in common memory. */
export function forgetColumns(columns: readonly SecretColumn[]): void {
  const buffers = new Set(columns.map(columnShare).flatMap((c: ColumnShare) => [c.mine.buffer, c.next.buffer]));
  for (const buffer of buffers) if (buffer instanceof ArrayBuffer && !buffer.detached) release(new Uint8Array(buffer));
}
