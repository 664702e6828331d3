/** Byte strings: joining, comparing, text forms. Encodings are the platform's own. */

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

export const utf8 = (text: string): Uint8Array => encoder.encode(text);

/** Decodes UTF-8; throws a TypeError on malformed input. */
export const fromUtf8 = (bytes: Uint8Array): string => decoder.decode(bytes);

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Browsers have no Buffer; there the platform's own forms of hexadecimal and base64 do, a little slower. */
const NODE = typeof Buffer !== 'undefined';

export const toHex = (bytes: Uint8Array): string =>
  NODE
    ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
    : Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');

/** Strict hexadecimal, lower case; throws a RangeError on anything else. */
export function fromHex(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw new RangeError('not lower-case hexadecimal');
  return NODE ? new Uint8Array(Buffer.from(text, 'hex')) : Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export const toBase64 = (bytes: Uint8Array): string =>
  NODE
    ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
    : btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(''));

/** Strict standard base64 with padding; throws a RangeError on anything else. */
export function fromBase64(text: string): Uint8Array {
  const bytes = NODE ? new Uint8Array(Buffer.from(text, 'base64')) : fromBase64Text(text);
  if (toBase64(bytes) !== text) throw new RangeError('not canonical base64');
  return bytes;
}

function fromBase64Text(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  } catch {
    return new Uint8Array(0);
  }
}

/** Eight-byte big-endian length or counter. */
export function uint64be(value: number | bigint): Uint8Array {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(value));
  return out;
}

/** Joins parts so that no two different lists give the same bytes (each part preceded by its length). */
export function lengthPrefixed(...parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(...parts.flatMap((p) => [uint64be(p.length), p]));
}
