/** Inputs and outputs of an oblivious pseudorandom function: digests of items under the session, filled up with random ones. */
import type { Random } from '@sluis/base';
import { OPRF_OUTPUT_BYTES } from '@sluis/crypto';
import { Arena, BulkHash } from '@sluis/kernels';
import { DIGEST_BYTES, ItemRows } from './item-rows.ts';
import type { PackedItems } from './packed-items.ts';

/** Elements in one message, with one proof; at most what a proof allows (65,535). */
export const BATCH = 512;
export const ELEMENT = 32;

/** `declared` inputs; those beyond the items are random, so that they stand for no item. */
export async function inputsOf(items: PackedItems, session: Uint8Array, declared: number, random: Random): Promise<Uint8Array[]> {
  const arena = new Arena();
  try {
    const rows = await ItemRows.hash(arena, new BulkHash(arena), items, session, declared, random);
    const digests = arena.bytes(rows.itemDigests, DIGEST_BYTES * declared).slice();
    return Array.from({ length: declared }, (_, i) => digests.subarray(DIGEST_BYTES * i, DIGEST_BYTES * (i + 1)));
  } finally {
    arena.close();
  }
}

/** Writes the first `size` bytes of each output one after the other into `values`, from `at`; gives where the next stands. */
export function putShortened(outputs: Uint8Array, size: number, values: Uint8Array, at: number): number {
  const count = outputs.length / OPRF_OUTPUT_BYTES;
  for (let i = 0; i < count; i++) values.set(outputs.subarray(OPRF_OUTPUT_BYTES * i, OPRF_OUTPUT_BYTES * i + size), at + size * i);
  return at + size * count;
}

/** Inputs of each message. */
export function* batches<T>(inputs: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < inputs.length; from += BATCH) yield inputs.slice(from, from + BATCH);
}
