/**
 * A compressed list of locators, cut into chunks by their first bits: the Elias–Fano coding, in which a chunk can be
 * searched as it stands. Of a locator the list keeps `positionBits` leading bits (chunk, then place in the chunk, unary)
 * and `lowBytes` further bytes as they are. A locator that is not in a list of n ≤ 2^positionBits is taken for one of it
 * with probability at most n / 2^(positionBits + 8·lowBytes) ≤ 2^(−8·lowBytes).
 *
 * A chunk: count (4 bytes), low parts, unary bits (a one for every entry of a place, a zero at its end), boxes.
 * Source: Elias 1974; Fano 1971. Cost: lowBytes and 2 to 3 bits an entry, and its box.
 */
import { malformed } from './faults.ts';

/** Where the low part of a locator begins; position bits come before it. */
const LOW_AT = 4;
export const MOST_POSITION_BITS = 32;

export interface ListShape {
  /** Bits that say which chunk. */
  readonly chunkBits: number;
  /** Bits that say which place within it. */
  readonly placeBits: number;
  readonly lowBytes: number;
  readonly boxBytes: number;
}

/** The shape for so many entries: about 64 KiB a chunk, and at least as many places as entries. */
export function shapeFor(count: number, lowBytes: number, boxBytes: number): ListShape {
  const positionBits = Math.max(0, Math.ceil(Math.log2(Math.max(1, count))));
  const perChunk = Math.max(64, Math.min(8192, 65_536 / (lowBytes + boxBytes)));
  const chunkBits = Math.max(0, Math.min(16, positionBits, Math.round(Math.log2(Math.max(1, count / perChunk)))));
  return { chunkBits, placeBits: positionBits - chunkBits, lowBytes, boxBytes };
}

export interface Place {
  readonly chunk: number;
  readonly place: number;
}

/** Which chunk and place a locator belongs to. */
export function placeOf(locator: Uint8Array, { chunkBits, placeBits }: ListShape): Place {
  const top = ((locator[0] ?? 0) * 2 ** 24 + ((locator[1] ?? 0) << 16) + ((locator[2] ?? 0) << 8) + (locator[3] ?? 0)) >>> 0;
  const position = chunkBits + placeBits === 0 ? 0 : top >>> (32 - chunkBits - placeBits);
  return { chunk: Math.floor(position / 2 ** placeBits), place: position % 2 ** placeBits };
}

/**
 * The chunk of entries in ascending order of their locators, all of one chunk.
 *
 * @param locator - the i-th entry's. @param box - writes its box, boxBytes long.
 */
export function encodeChunk(
  shape: ListShape,
  count: number,
  locator: (i: number) => Uint8Array,
  box: (i: number) => Uint8Array,
): Uint8Array {
  const { lowBytes, boxBytes } = shape;
  const bits = count + 2 ** shape.placeBits;
  const boxesAt = 4 + count * lowBytes + Math.ceil(bits / 8);
  const chunk = new Uint8Array(boxesAt + count * boxBytes);
  new DataView(chunk.buffer).setUint32(0, count);
  const unaryAt = 4 + count * lowBytes;
  for (let i = 0; i < count; i++) {
    const entry = locator(i);
    chunk.set(entry.subarray(LOW_AT, LOW_AT + lowBytes), 4 + i * lowBytes);
    // As many zeros come before this one as there are earlier places.
    const bit = i + placeOf(entry, shape).place;
    chunk[unaryAt + (bit >> 3)] = (chunk[unaryAt + (bit >> 3)] ?? 0) | (1 << (bit & 7));
    if (boxBytes > 0) chunk.set(box(i), boxesAt + i * boxBytes);
  }
  return chunk;
}

/** How many entries a chunk says it has, once its size has been found right. Throws ProtocolError `lookup/malformed`. */
export function chunkCount(chunk: Uint8Array, shape: ListShape): number {
  if (chunk.length < 4) throw malformed('A part of the published database');
  const count = new DataView(chunk.buffer, chunk.byteOffset).getUint32(0);
  const size = 4 + count * (shape.lowBytes + shape.boxBytes) + Math.ceil((count + 2 ** shape.placeBits) / 8);
  if (size !== chunk.length) throw malformed('A part of the published database');
  return count;
}

/** The box of a locator's entry in its chunk (empty if there are no boxes), or null if it isn't there. */
export function findInChunk(chunk: Uint8Array, shape: ListShape, locator: Uint8Array): Uint8Array | null {
  const { lowBytes, boxBytes } = shape;
  const count = chunkCount(chunk, shape);
  const unaryAt = 4 + count * lowBytes;
  const [from, to] = entriesOfPlace(chunk.subarray(unaryAt), placeOf(locator, shape).place, count + 2 ** shape.placeBits);
  if (to > count) throw malformed('A part of the published database');
  for (let i = from; i < to; i++) {
    let different = 0;
    for (let k = 0; k < lowBytes; k++) different |= (chunk[4 + i * lowBytes + k] ?? 0) ^ (locator[LOW_AT + k] ?? 0);
    if (different !== 0) continue;
    const boxAt = unaryAt + Math.ceil((count + 2 ** shape.placeBits) / 8) + i * boxBytes;
    return chunk.subarray(boxAt, boxAt + boxBytes);
  }
  return null;
}

/** Which entries stand in a place: the ones between its zero and the one before. */
function entriesOfPlace(unary: Uint8Array, place: number, bits: number): [number, number] {
  let zeros = 0;
  let byte = 0;
  // Whole bytes, as long as all their zeros end earlier places.
  for (;;) {
    const here = 8 - ones(unary[byte] ?? 0);
    if (zeros + here >= place || byte * 8 + 8 >= bits) break;
    zeros += here;
    byte++;
  }
  let bit = byte * 8;
  for (; zeros < place && bit < bits; bit++) if (bitAt(unary, bit) === 0) zeros++;
  const from = bit - place;
  while (bit < bits && bitAt(unary, bit) === 1) bit++;
  return [from, bit - place];
}

const bitAt = (bytes: Uint8Array, bit: number): number => ((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1;

function ones(byte: number): number {
  let n = byte - ((byte >> 1) & 0x55);
  n = (n & 0x33) + ((n >> 2) & 0x33);
  return (n + (n >> 4)) & 0x0f;
}
