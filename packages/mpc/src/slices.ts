/** Packed words of both components, cut and joined. */
import { xorBits } from '@sluis/kernels';
import type { Session } from './session.ts';
import type { PackedPair } from './shares.ts';

export const xorPacked = (a: PackedPair, b: PackedPair): PackedPair => ({ mine: xorBits(a.mine, b.mine), next: xorBits(a.next, b.next) });

/** Words `from` to `to`, without copying. */
export const part = (a: PackedPair, from: number, to: number): PackedPair => ({
  mine: a.mine.subarray(from, to),
  next: a.next.subarray(from, to),
});

export function join(parts: readonly PackedPair[]): PackedPair {
  const size = parts.reduce((n, p) => n + p.mine.length, 0);
  const out = { mine: new Uint32Array(size), next: new Uint32Array(size) };
  let at = 0;
  for (const p of parts) {
    out.mine.set(p.mine, at);
    out.next.set(p.next, at);
    at += p.mine.length;
  }
  return out;
}

/** As `Session.temporary`, for both components. */
export function temporary(session: Session, a: PackedPair): PackedPair {
  session.temporary(a.mine);
  session.temporary(a.next);
  return a;
}
