/** Making a published list from entries in any order. */
import type { Random } from '@sluis/base';
import { concatBytes, toHex } from '@sluis/base';
import { sha256 } from '@sluis/crypto';
import { LOCATOR_BYTES } from './function-outputs.ts';
import { encodeChunk, placeOf, shapeFor } from './locator-list.ts';
import { packedOrder } from './packed-order.ts';
import type { PublishedList } from './publication.ts';

export interface MadeList {
  readonly list: PublishedList;
  readonly chunks: readonly Uint8Array[];
}

/**
 * @param locators - packed, 16 bytes an entry. @param box - the i-th entry's encrypted value.
 * @param padTo - random entries are added up to a multiple of it, so that the number shows no closer than that.
 */
export function makeList(
  locators: Uint8Array,
  lowBytes: number,
  boxSize: number,
  box: (i: number) => Uint8Array,
  padTo: number,
  random: Random,
): MadeList {
  const own = locators.length / LOCATOR_BYTES;
  const entries = padTo === 1 ? own : Math.max(1, Math.ceil(own / padTo)) * padTo;
  const all = entries === own ? locators : concatBytes(locators, random.bytes((entries - own) * LOCATOR_BYTES));
  const shape = shapeFor(entries, lowBytes, boxSize);
  const order = packedOrder(all, LOCATOR_BYTES, LOCATOR_BYTES);
  const locator = (i: number) => {
    const at = (order[i] ?? 0) * LOCATOR_BYTES;
    return all.subarray(at, at + LOCATOR_BYTES);
  };
  const boxed = (i: number) => ((order[i] ?? 0) < own ? box(order[i] ?? 0) : random.bytes(boxSize));
  const chunks: Uint8Array[] = [];
  for (let chunk = 0, from = 0; chunk < 2 ** shape.chunkBits; chunk++) {
    let to = from;
    while (to < entries && placeOf(locator(to), shape).chunk === chunk) to++;
    const start = from;
    chunks.push(
      encodeChunk(
        shape,
        to - from,
        (i) => locator(start + i),
        (i) => boxed(start + i),
      ),
    );
    from = to;
  }
  const { chunkBits, placeBits } = shape;
  return { list: { entries, chunkBits, placeBits, lowBytes, chunks: chunks.map((c) => toHex(sha256(c))) }, chunks };
}
