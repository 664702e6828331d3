/** Equal keys on one's own side: found and reported, because what counts once and what counts twice is not for a program to decide. */
import { type Random, systemRandom } from '@sluis/base';
import { type Packed, type PackedKeys, packedAt } from './pack.ts';

export interface Distinct {
  /** For each different key, the index at which it first occurs; ascending. */
  readonly first: Uint32Array;
  /** For each key, which of the different ones it is (index into `first`). */
  readonly which: Uint32Array;
  /** Different keys that occur more than once. */
  readonly repeated: number;
  /** Keys beyond the first of their kind. */
  readonly surplus: number;
}

/** A quick hash (xxHash's rounds on 32 bits), seeded, so that nobody can prepare values that collide. Not for secrets. */
function quickHash(bytes: Uint8Array, from: number, to: number, seed: number): number {
  let h = (seed ^ (to - from)) | 0;
  for (let i = from; i < to; i++) {
    h = Math.imul(h ^ (bytes[i] as number), 0x9e37_79b1);
    h ^= h >>> 15;
  }
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae3d | 0);
  return (h ^ (h >>> 16)) >>> 0;
}

function equalAt({ bytes, offsets }: Packed, a: number, b: number): boolean {
  const [from, other] = [offsets[a] as number, offsets[b] as number];
  const length = (offsets[a + 1] as number) - from;
  if ((offsets[b + 1] as number) - other !== length) return false;
  for (let i = 0; i < length; i++) if (bytes[from + i] !== bytes[other + i]) return false;
  return true;
}

/** Finds equal keys. Run by: the organisation whose keys they are. Cost: about 0.3 seconds for a million. */
export function distinctKeys(keys: Packed, random: Random = systemRandom): Distinct {
  const count = keys.offsets.length - 1;
  const seed = new DataView(random.bytes(4).buffer).getInt32(0);
  let size = 16;
  while (size < 2 * count) size *= 2;
  const slots = new Int32Array(size).fill(-1);
  const which = new Uint32Array(count);
  const first = new Uint32Array(count);
  const seen = new Uint8Array(count);
  let [different, repeated] = [0, 0];
  for (let i = 0; i < count; i++) {
    let at = quickHash(keys.bytes, keys.offsets[i] as number, keys.offsets[i + 1] as number, seed) & (size - 1);
    let found = slots[at] as number;
    while (found >= 0 && !equalAt(keys, first[found] as number, i)) {
      at = (at + 1) & (size - 1);
      found = slots[at] as number;
    }
    if (found < 0) {
      slots[at] = different;
      first[different] = i;
      found = different++;
    } else if (seen[found] === 0) {
      seen[found] = 1;
      repeated++;
    }
    which[i] = found;
  }
  return { first: first.slice(0, different), which, repeated, surplus: count - different };
}

/** The different keys alone, in the order of their first occurrence. */
export function onlyDistinct(keys: Packed, { first }: Distinct): Packed {
  if (first.length === keys.offsets.length - 1) return keys;
  const offsets = new Uint32Array(first.length + 1);
  for (let i = 0, at = 0; i < first.length; i++) {
    const k = first[i] as number;
    at += (keys.offsets[k + 1] as number) - (keys.offsets[k] as number);
    offsets[i + 1] = at;
  }
  const bytes = new Uint8Array(offsets[first.length] as number);
  for (let i = 0; i < first.length; i++) bytes.set(packedAt(keys, first[i] as number), offsets[i]);
  return { bytes, offsets };
}

/** Row numbers of the keys that occur more than once, in groups of equal keys, ordered by the first row of each. */
export function repeatedRows(keys: PackedKeys, { first, which, repeated }: Distinct): Uint32Array[] {
  if (repeated === 0) return [];
  const groups = new Map<number, number[]>();
  for (let i = 0; i < which.length; i++) {
    const w = which[i] as number;
    if (first[w] === i) continue;
    const group = groups.get(w) ?? [keys.rows[first[w] as number] as number];
    group.push(keys.rows[i] as number);
    groups.set(w, group);
  }
  return [...groups.entries()].sort((a, b) => a[0] - b[0]).map(([, rows]) => Uint32Array.from(rows));
}
