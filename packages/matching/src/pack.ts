/** Keys of many rows at once: one block of bytes with offsets, as bulk hashing wants them, and a report of what gave no key. */
import type { KeyReader } from './key.ts';
import type { Reason } from './recipe.ts';

/** One column of a table as text; null where the row has no value. */
export type TextColumn = ArrayLike<string | null | undefined>;

/** Byte strings one after the other: number i is bytes[offsets[i]] up to bytes[offsets[i + 1]]. */
export interface Packed {
  readonly bytes: Uint8Array;
  /** One more than there are strings. */
  readonly offsets: Uint32Array;
}

export interface PackedKeys extends Packed {
  /** Row number of each key, ascending, from 0. */
  readonly rows: Uint32Array;
  readonly rejections: readonly Rejections[];
  /** Rows that were read. */
  readonly read: number;
}

/** Rows that one part of the key rejected for one reason. Row numbers stay at home; values stand nowhere. */
export interface Rejections {
  /** Index of the key's part. */
  readonly part: number;
  readonly recipe: string;
  readonly reason: Reason;
  readonly rows: Uint32Array;
}

const encoder = new TextEncoder();
/** Offsets have 32 bits. */
const MAXIMUM_BYTES = 2 ** 32 - 1;

/** Bytes that grow as they are written; what is reserved before a write is never exceeded. */
class Pen {
  bytes: Uint8Array;
  at = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
  }

  reserve(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    const next = new Uint8Array(Math.min(Math.max(this.bytes.length * 2, this.at + more), MAXIMUM_BYTES));
    if (this.at + more > next.length) throw new RangeError('keys take more than 4 GiB: read fewer rows at once');
    next.set(this.bytes.subarray(0, this.at));
    this.bytes = next;
  }

  /** Copies a few bytes: quicker than `set` for so few. */
  copy(from: Uint8Array): void {
    const { bytes, at } = this;
    for (let i = 0; i < from.length; i++) bytes[at + i] = from[i] as number;
    this.at = at + from.length;
  }

  /** A text preceded by its length. ASCII is written here, since the platform's encoder costs more than a short text. */
  text(value: string): void {
    const { bytes, at } = this;
    const n = value.length;
    if (n < 128) {
      let i = 0;
      for (; i < n; i++) {
        const c = value.charCodeAt(i);
        if (c > 127) break;
        bytes[at + 1 + i] = c;
      }
      if (i === n) {
        bytes[at] = n;
        this.at = at + 1 + n;
        return;
      }
    }
    const encoded = encoder.encode(value);
    let rest = encoded.length;
    let to = at;
    for (; rest > 127; rest >>>= 7) bytes[to++] = (rest & 127) | 128;
    bytes[to++] = rest;
    bytes.set(encoded, to);
    this.at = to + encoded.length;
  }
}

/** Rejected rows by part and reason, in the order in which they first occur. */
class Tally {
  readonly #lists = new Map<string, { part: number; reason: Reason; rows: number[] }>();

  add(part: number, reason: Reason, row: number): void {
    const key = `${part} ${reason}`;
    const list = this.#lists.get(key);
    if (list !== undefined) list.rows.push(row);
    else this.#lists.set(key, { part, reason, rows: [row] });
  }

  result(reader: KeyReader): Rejections[] {
    return [...this.#lists.values()]
      .map(({ part, reason, rows }) => ({
        part,
        recipe: reader.definition.parts[part]?.recipe ?? '',
        reason,
        rows: Uint32Array.from(rows),
      }))
      .sort((a, b) => a.part - b.part || (a.reason < b.reason ? -1 : 1));
  }
}

/**
 * Reads the key of every row. Run by: the organisation whose rows they are.
 *
 * @param columns - one for each part of the key, all equally long.
 * @returns keys of the accepted rows in order, with what was rejected and why.
 * @throws RangeError for columns of different lengths, or more than 4 GiB of keys.
 *
 * Learns: nobody else anything. Cost: about a microsecond a value; the time depends on the values.
 */
export function packKeys(reader: KeyReader, columns: readonly TextColumn[]): PackedKeys {
  const { parts, head } = reader;
  const read = columns[0]?.length ?? 0;
  if (columns.length !== parts.length || columns.some((c) => c.length !== read)) {
    throw new RangeError('one column for each part of the key, all equally long');
  }
  const fixed = head.length + parts.reduce((n, p) => n + p.prefix.length, 0);
  const pen = new Pen(read * (fixed + 16 * parts.length) + 64);
  const offsets = new Uint32Array(read + 1);
  const rows = new Uint32Array(read);
  const tally = new Tally();
  let keys = 0;
  for (let row = 0; row < read; row++) {
    if (!writeKey(pen, reader, columns, row, tally)) continue;
    rows[keys++] = row;
    offsets[keys] = pen.at;
  }
  return {
    bytes: pen.bytes.slice(0, pen.at),
    offsets: offsets.slice(0, keys + 1),
    rows: rows.slice(0, keys),
    rejections: tally.result(reader),
    read,
  };
}

/** Writes one row's key; leaves nothing behind where it has none. */
function writeKey(pen: Pen, { head, parts }: KeyReader, columns: readonly TextColumn[], row: number, tally: Tally): boolean {
  const start = pen.at;
  pen.reserve(head.length);
  pen.copy(head);
  for (let p = 0; p < parts.length; p++) {
    const part = parts[p] as KeyReader['parts'][number];
    const value = part.read((columns[p] as TextColumn)[row]);
    if (typeof value !== 'string') {
      tally.add(p, value.rejected, row);
      pen.at = start;
      return false;
    }
    // UTF-8 has at most three bytes for each UTF-16 unit.
    pen.reserve(part.prefix.length + 5 + 3 * value.length);
    pen.copy(part.prefix);
    pen.text(value);
  }
  return true;
}

/** String number i. */
export const packedAt = ({ bytes, offsets }: Packed, i: number): Uint8Array => bytes.subarray(offsets[i], offsets[i + 1]);

/** Packs byte strings that are there already. */
export function packBytes(strings: readonly Uint8Array[]): Packed {
  const offsets = new Uint32Array(strings.length + 1);
  let at = 0;
  for (const [i, s] of strings.entries()) {
    at += s.length;
    if (at > MAXIMUM_BYTES) throw new RangeError('more than 4 GiB of keys');
    offsets[i + 1] = at;
  }
  const bytes = new Uint8Array(at);
  for (const [i, s] of strings.entries()) bytes.set(s, offsets[i] as number);
  return { bytes, offsets };
}
