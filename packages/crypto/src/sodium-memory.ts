/**
 * libsodium as WebAssembly, the same code in Node and in browsers, and the piece of its memory that calls work in. Its own
 * random numbers, which sodium_init would set up, are never used: randomness comes through `Random`.
 */
import type { Sodium } from 'libsodium-sumo';

/** Room for one call: four operands of at most 64 bytes; and a message to hash. */
const OPERANDS = 256;
const MESSAGE_BYTES = 16_384;

/** One instance of the module, with addresses of four operands (64 bytes each) and of a message. */
export class SodiumMemory {
  readonly sodium: Sodium;
  readonly operands: readonly [number, number, number, number];
  readonly #message: number;

  constructor(sodium: Sodium) {
    this.sodium = sodium;
    const at = sodium._malloc(OPERANDS + MESSAGE_BYTES);
    this.operands = [at, at + 64, at + 128, at + 192];
    this.#message = at + OPERANDS;
  }

  /** Copies bytes to an address. */
  put(at: number, bytes: Uint8Array): void {
    this.sodium.HEAPU8.set(bytes, at);
  }

  /** A copy of the bytes at an address. */
  get(at: number, length: number): Uint8Array {
    return this.sodium.HEAPU8.slice(at, at + length);
  }

  /** Clears the operands, which may have been secret. */
  wipe(): void {
    this.sodium.HEAPU8.fill(0, this.operands[0], this.operands[0] + OPERANDS);
  }

  /** SHA-512 of the parts, one after the other. */
  sha512(...parts: readonly Uint8Array[]): Uint8Array {
    const length = parts.reduce((n, part) => n + part.length, 0);
    const at = length <= MESSAGE_BYTES ? this.#message : this.sodium._malloc(length);
    let end = at;
    for (const part of parts) {
      this.put(end, part);
      end += part.length;
    }
    this.sodium._crypto_hash_sha512(this.operands[0], at, length, 0);
    this.sodium.HEAPU8.fill(0, at, end);
    if (at !== this.#message) this.sodium._free(at);
    const digest = this.get(this.operands[0], 64);
    this.wipe();
    return digest;
  }
}

let loading: Promise<SodiumMemory> | null = null;

/** Compiles the module at the first call; some ten milliseconds, then shared by this thread. */
export function loadSodium(): Promise<SodiumMemory> {
  loading ??= import('libsodium-sumo').then(async ({ default: load }) => new SodiumMemory(await load()));
  return loading;
}
