/** Items of an intersection as bytes: keys of rows, and lots. Padding up to the declared size is the protocol's. */
import { concatBytes, fromUtf8, utf8 } from '@sluis/base';
import { hmac } from '@sluis/crypto';
import type { OwnKey } from '@sluis/model';
import type { PairItems } from '@sluis/technique';

/** A station's distinct keys in an order of its own that stays, with what was found on the way. For the owner only. */
export interface OwnItems {
  readonly items: PairItems;
  readonly rows: number;
  /** Rows that lack a part of the key, or give none. */
  readonly missing: number;
  /** What each key came to, where a matching has them. */
  readonly keys: readonly OwnKey[];
  /** What the owner is shown of matches at these positions of `items`, ascending. */
  readonly found: (positions: Uint32Array) => readonly (readonly string[])[];
}

/** Instead of a length: this part is missing, which is no text. */
const MISSING = 0xffff_ffff;

/** One item: each part of the key preceded by its length, so that no two different keys are the same bytes. */
export function encodeItem(key: readonly (string | null)[]): Uint8Array {
  return concatBytes(
    ...key.flatMap((part) => {
      if (part === null) return [Uint8Array.of(255, 255, 255, 255)];
      const bytes = utf8(part);
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, bytes.length);
      return [length, bytes];
    }),
  );
}

/** Reads item `index` back; missing parts as empty texts. */
export function decodeItem({ bytes, offsets }: PairItems, index: number): string[] {
  const item = bytes.subarray(offsets[index], offsets[index + 1]);
  const view = new DataView(item.buffer, item.byteOffset, item.length);
  const key: string[] = [];
  for (let at = 0; at < item.length; ) {
    const said = view.getUint32(at);
    const length = said === MISSING ? 0 : said;
    key.push(fromUtf8(item.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return key;
}

const encoder = new TextEncoder();
/** Offsets have 32 bits. */
const MOST_BYTES = 2 ** 32 - 1;

/** Collects items one after the other in one growing block. */
export class ItemCollector {
  #bytes = new Uint8Array(1 << 16);
  #view = new DataView(this.#bytes.buffer);
  #used = 0;
  #offsets = new Uint32Array(1 << 12);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(item: Uint8Array): void {
    this.#reserve(item.length);
    this.#bytes.set(item, this.#used);
    this.#used += item.length;
    this.#end();
  }

  /** The same as `add(encodeItem(key))`, several times as fast. */
  addKey(key: readonly (string | null)[]): void {
    for (const part of key) {
      if (part === null) {
        this.#reserve(4);
        this.#view.setUint32(this.#used, MISSING);
        this.#used += 4;
        continue;
      }
      this.#reserve(4 + 3 * part.length);
      const [bytes, at] = [this.#bytes, this.#used + 4];
      let length = 0;
      // Most keys are ASCII: writing that here costs less than a call.
      while (length < part.length) {
        const code = part.charCodeAt(length);
        if (code > 127) break;
        bytes[at + length++] = code;
      }
      if (length < part.length) length = encoder.encodeInto(part, bytes.subarray(at)).written;
      this.#view.setUint32(this.#used, length);
      this.#used = at + length;
    }
    this.#end();
  }

  items(): PairItems {
    return { bytes: this.#bytes.slice(0, this.#used), offsets: this.#offsets.slice(0, this.#count + 1) };
  }

  #end(): void {
    if (++this.#count === this.#offsets.length) {
      const grown = new Uint32Array(2 * this.#offsets.length);
      grown.set(this.#offsets);
      this.#offsets = grown;
    }
    this.#offsets[this.#count] = this.#used;
  }

  #reserve(more: number): void {
    if (this.#used + more <= this.#bytes.length) return;
    const size = Math.max(Math.min(2 * this.#bytes.length, MOST_BYTES), this.#used + more);
    if (size > MOST_BYTES) throw new RangeError('keys take more than 4 GiB');
    const grown = new Uint8Array(size);
    grown.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Items that a run looks at, and where they stand among all; null if it looks at all. */
export interface DrawnItems {
  readonly items: PairItems;
  readonly origin: Uint32Array | null;
}

/** The items whose lot, under a seed that both sides made, is below the percentage: equal items have equal lots at both. */
export function drawn(items: PairItems, percent: number, seed: Uint8Array): DrawnItems {
  if (percent >= 100) return { items, origin: null };
  const kept = new ItemCollector();
  const origin: number[] = [];
  const limit = Math.floor((percent / 100) * 2 ** 32);
  for (let i = 0; i + 1 < items.offsets.length; i++) {
    const item = items.bytes.subarray(items.offsets[i], items.offsets[i + 1]);
    if (new DataView(hmac(seed, item).buffer).getUint32(0) >= limit) continue;
    kept.add(item);
    origin.push(i);
  }
  return { items: kept.items(), origin: Uint32Array.from(origin) };
}
