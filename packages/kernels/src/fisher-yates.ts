/** Random order of the positions in a part of a vector. */
import type { RandomPieces } from './random-pieces.ts';

export function identity(n: number): Uint32Array {
  const out = new Uint32Array(n);
  for (let i = 0; i < n; i++) out[i] = i;
  return out;
}

/** Puts out[from … to − 1] in a uniformly random order. Source: Durstenfeld 1964 (Fisher–Yates shuffle). */
export function shuffleSegment(out: Uint32Array, from: number, to: number, random: RandomPieces): void {
  for (let i = to - from - 1; i > 0; i--) {
    const place = from + random.below(i + 1);
    const kept = out[from + i] as number;
    out[from + i] = out[place] as number;
    out[place] = kept;
  }
}
