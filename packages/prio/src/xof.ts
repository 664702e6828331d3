/** XofTurboShake128 (VDAF §6.2.1) and the domain separation of §6.2.3. */
import { concatBytes } from '@sluis/base';
import { TurboShake128 } from '@sluis/crypto';
import type { Field, Vector } from './field.ts';

export const SEED_BYTES = 32;
/** The version byte of the specification: that of draft 18 and of everything after it so far. */
const VERSION = 18;
/** TurboSHAKE's domain byte (§6.2.1). */
const DOMAIN = 1;

/** What an output is for (§7.2, table of constants). */
export const USAGE = {
  encodedShare: 1,
  proofShare: 2,
  jointRandomness: 3,
  proverRandomness: 4,
  queryRandomness: 5,
  jointSeed: 6,
  jointPart: 7,
} as const;

/** format_dst of class 0 (a VDAF), followed by the application's context (§5, domain_separation_tag). */
export function domainTag(algorithm: number, usage: number, context: Uint8Array): Uint8Array {
  const tag = new Uint8Array(8 + context.length);
  const view = new DataView(tag.buffer);
  view.setUint8(0, VERSION);
  view.setUint32(2, algorithm);
  view.setUint16(6, usage);
  tag.set(context, 8);
  return tag;
}

function started(seed: Uint8Array, tag: Uint8Array, binder: readonly Uint8Array[]): TurboShake128 {
  if (seed.length > 255 || tag.length > 65_535) throw new RangeError('a seed has at most 255 bytes, a domain tag 65,535');
  const xof = new TurboShake128(DOMAIN);
  xof.absorb(concatBytes(Uint8Array.of(tag.length & 255, tag.length >> 8), tag, Uint8Array.of(seed.length), seed));
  for (const part of binder) xof.absorb(part);
  return xof;
}

/** derive_seed: 32 bytes. */
export function deriveSeed(seed: Uint8Array, tag: Uint8Array, ...binder: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(SEED_BYTES);
  started(seed, tag, binder).squeeze(out);
  return out;
}

/**
 * expand_into_vec: uniform elements, by taking the next bytes wherever a number is not below the modulus. Both moduli fill
 * their bytes, so no bits are masked. Its time depends on how many are passed over, which says nothing of those kept.
 */
export function expand(field: Field, seed: Uint8Array, tag: Uint8Array, count: number, ...binder: readonly Uint8Array[]): Vector {
  const xof = started(seed, tag, binder);
  const vector = field.zeros(count);
  for (let at = 0; at < count; ) {
    const bytes = new Uint8Array((count - at) * field.encodedBytes);
    xof.squeeze(bytes);
    const view = new DataView(bytes.buffer);
    for (let from = 0; from < bytes.length; from += field.encodedBytes) if (field.read(view, from, vector, at)) at += 1;
  }
  return vector;
}
