/**
 * Looking for secrets in bytes, in every form in which a program would hold them: numbers as decimal text and as 64-bit
 * words of both byte orders; vectors as words, bytes and packed bits; text as UTF-8, UTF-16, base64 and hexadecimal.
 */

/** Smaller numbers occur everywhere by themselves. */
export const SMALLEST = 100_000;
const WINDOW = 16;

export interface Finding {
  readonly secret: string;
  readonly form: string;
  readonly where: string;
}

export class Search {
  readonly #numbers = new Map<number, string>();
  readonly #patterns: { readonly secret: string; readonly form: string; readonly bytes: Buffer }[] = [];

  /** A number of at least `SMALLEST` and below 2^53. */
  number(secret: string, value: number): this {
    if (!Number.isSafeInteger(value) || value < SMALLEST) throw new RangeError(`${secret} is no distinctive number`);
    this.#numbers.set(value, secret);
    return this;
  }

  /** A vector of numbers: any 16 neighbours of it are found, unless they are all alike. */
  vector(secret: string, values: readonly number[]): this {
    for (let at = 0; at + WINDOW <= values.length; at += WINDOW) {
      const part = values.slice(at, at + WINDOW);
      if (new Set(part).size < 2) continue;
      this.#pattern(secret, 'words, little-endian', words(part, true));
      this.#pattern(secret, 'words, big-endian', words(part, false));
      this.#pattern(secret, 'list', Buffer.from(part.join(',')));
      if (part.every((v) => v < 256)) this.#pattern(secret, 'bytes', Buffer.from(part));
    }
    return this;
  }

  /** A vector of bits: as `vector`, and any 64 neighbours packed from either end. */
  bits(secret: string, values: readonly number[]): this {
    this.vector(secret, values);
    for (let at = 0; at + 64 <= values.length; at += 64) {
      const part = values.slice(at, at + 64);
      const packed = (shift: (k: number) => number) =>
        Buffer.from(
          Array.from({ length: 8 }, (_, b) => part.slice(8 * b, 8 * b + 8).reduce((byte, bit, k) => byte | (bit << shift(k)), 0)),
        );
      this.#pattern(
        secret,
        'packed bits',
        packed((k) => k),
      );
      this.#pattern(
        secret,
        'packed bits, other end first',
        packed((k) => 7 - k),
      );
    }
    return this;
  }

  text(secret: string, value: string): this {
    this.#pattern(secret, 'UTF-8', Buffer.from(value));
    this.#pattern(secret, 'UTF-16', Buffer.from(value, 'utf16le'));
    this.#pattern(secret, 'hexadecimal', Buffer.from(Buffer.from(value).toString('hex')));
    // A stretch of base64 depends on where it begins: three shapes, without the characters that neighbours share.
    for (const lead of [0, 1, 2]) {
      const whole = Buffer.concat([Buffer.alloc(lead), Buffer.from(value)]).toString('base64');
      this.#pattern(secret, 'base64', Buffer.from(whole.slice(lead === 0 ? 0 : lead + 1, -4)));
    }
    return this;
  }

  /** Patterns of bytes to look for where only these can be looked for (files, memory). */
  needles(): readonly { readonly secret: string; readonly form: string; readonly bytes: Buffer }[] {
    const numbers = [...this.#numbers].flatMap(([value, secret]) => [
      { secret, form: 'decimal', bytes: Buffer.from(String(value)) },
      { secret, form: 'word, little-endian', bytes: words([value], true) },
      { secret, form: 'word, big-endian', bytes: words([value], false) },
    ]);
    return [...this.#patterns, ...numbers];
  }

  find(where: string, bytes: Buffer): Finding[] {
    const found = this.#patterns.filter((p) => bytes.includes(p.bytes)).map(({ secret, form }) => ({ secret, form, where }));
    const add = (value: number, form: string) => {
      const secret = this.#numbers.get(value);
      if (secret !== undefined) found.push({ secret, form, where });
    };
    for (let at = 0; at + 8 <= bytes.length; at++) {
      const high = bytes.readUInt32LE(at + 4);
      if (high < 0x200000) add(high * 0x1_0000_0000 + bytes.readUInt32LE(at), 'word, little-endian');
      const top = bytes.readUInt32BE(at);
      if (top < 0x200000) add(top * 0x1_0000_0000 + bytes.readUInt32BE(at + 4), 'word, big-endian');
    }
    // Digits inside a longer word (a hash, say) are not a number.
    for (const [digits] of bytes.toString('latin1').matchAll(/(?<![0-9A-Za-z])[0-9]{6,16}(?![0-9A-Za-z])/g)) add(Number(digits), 'decimal');
    return found;
  }

  #pattern(secret: string, form: string, bytes: Buffer): void {
    this.#patterns.push({ secret, form, bytes });
  }
}

function words(values: readonly number[], little: boolean): Buffer {
  const out = Buffer.alloc(values.length * 8);
  for (const [i, v] of values.entries()) {
    if (little) out.writeBigInt64LE(BigInt(v), 8 * i);
    else out.writeBigInt64BE(BigInt(v), 8 * i);
  }
  return out;
}

/** Bytes together with what stands in them as base64 or hexadecimal, and so on inwards. */
export function unwrapped(bytes: Buffer, depth = 3): Buffer[] {
  if (depth === 0) return [bytes];
  const text = bytes.toString('latin1');
  const inner = [
    ...[...text.matchAll(/[A-Za-z0-9+/]{16,}={0,2}/g)].map(([m]) => Buffer.from(m, 'base64')),
    ...[...text.matchAll(/(?<![0-9a-f])(?:[0-9a-f]{2}){8,}(?![0-9a-f])/g)].map(([m]) => Buffer.from(m, 'hex')),
  ];
  return [bytes, ...inner.flatMap((b) => unwrapped(b, depth - 1))];
}
