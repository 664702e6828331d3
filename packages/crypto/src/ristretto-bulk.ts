/**
 * The group ristretto255 (RFC 9496) for many elements at once: packed bytes in, packed bytes out, an element and a scalar
 * of 32 bytes each. libsodium's WebAssembly build computes, in Node and in browsers alike; about fifteen times as fast as
 * JavaScript on big integers.
 *
 * Timing: independent of scalars and elements as far as libsodium's portable code is; WebAssembly promises nothing below
 * that. Whether an element is malformed shows, which is public.
 */
import { concatBytes, ProtocolError, type Random, utf8 } from '@sluis/base';
import { loadSodium, type SodiumMemory } from './sodium-memory.ts';

export const ELEMENT_BYTES = 32;
const SCALAR = 32;
const UNIFORM = 64;
/** The group's order, little-endian: 2^252 + 27742317777372353535851937790883648493. */
const ORDER = Uint8Array.of(
  0xed,
  0xd3,
  0xf5,
  0x5c,
  0x1a,
  0x63,
  0x12,
  0x58,
  0xd6,
  0x9c,
  0xf7,
  0xa2,
  0xde,
  0xf9,
  0xde,
  0x14,
  ...new Uint8Array(15),
  0x10,
);

type Operation = (sodium: SodiumMemory['sodium'], out: number, a: number, b: number) => number;

/** Functions on packed elements and scalars. Made by `loadRistretto`; belongs to one thread. */
export class Ristretto {
  readonly #memory: SodiumMemory;

  constructor(memory: SodiumMemory) {
    this.#memory = memory;
  }

  /** SHA-512 of the parts, one after the other. */
  sha512(...parts: readonly Uint8Array[]): Uint8Array {
    return this.#memory.sha512(...parts);
  }

  /** Elements from 64 uniformly random bytes each (RFC 9496, §4.3.4). Cost: about 25 µs an element. */
  fromUniform(uniform: Uint8Array): Uint8Array {
    return this.#each(sizeOf(uniform, UNIFORM), ELEMENT_BYTES, [[uniform, UNIFORM]], (s, out, a) =>
      s._crypto_core_ristretto255_from_hash(out, a),
    );
  }

  /** Hashes messages to elements: hash_to_ristretto255 with expand_message_xmd over SHA-512 (RFC 9380, appendix B). */
  hashToGroup(messages: readonly Uint8Array[], domain: Uint8Array): Uint8Array {
    return this.fromUniform(concatBytes(...messages.map((message) => this.expandMessage(message, domain, UNIFORM))));
  }

  /** Hashes to a scalar (RFC 9497, §4.1): 64 bytes, reduced. */
  hashToScalar(message: Uint8Array, domain: Uint8Array): Uint8Array {
    return this.reduceScalars(this.expandMessage(message, domain, UNIFORM));
  }

  /** expand_message_xmd over SHA-512 (RFC 9380, §5.3.1). Throws RangeError beyond 255 blocks or 65,535 bytes. */
  expandMessage(message: Uint8Array, domain: Uint8Array, length: number): Uint8Array {
    const blocks = Math.ceil(length / 64);
    if (blocks > 255 || length > 65_535) throw new RangeError(`${length} bytes are too many to expand a message to`);
    const tag = domain.length > 255 ? this.sha512(utf8('H2C-OVERSIZE-DST-'), domain) : domain;
    const prime = concatBytes(tag, Uint8Array.of(tag.length));
    const first = this.sha512(new Uint8Array(128), message, Uint8Array.of(length >> 8, length & 255, 0), prime);
    const out = new Uint8Array(blocks * 64);
    let last: Uint8Array = new Uint8Array(64);
    for (let i = 0; i < blocks; i++) {
      last = this.sha512(
        last.map((byte, at) => byte ^ (first[at] ?? 0)),
        Uint8Array.of(i + 1),
        prime,
      );
      out.set(last, i * 64);
    }
    return out.subarray(0, length);
  }

  /**
   * Multiplies every element by one scalar. Cost: about 120 µs an element.
   *
   * @throws ProtocolError `crypto/not-an-element` if one is not the canonical encoding of an element, or is the identity,
   *   or the scalar is 0; `crypto/not-a-scalar`.
   */
  multiply(elements: Uint8Array, scalar: Uint8Array): Uint8Array {
    return this.#multiply(elements, scalar, 0);
  }

  /** Multiplies element i by scalar i; errors as `multiply`. */
  multiplyEach(elements: Uint8Array, scalars: Uint8Array): Uint8Array {
    return this.#multiply(elements, scalars, SCALAR);
  }

  #multiply(elements: Uint8Array, scalars: Uint8Array, step: number): Uint8Array {
    const count = sizeOf(elements, ELEMENT_BYTES);
    checkScalars(scalars, step === 0 ? 1 : count);
    return this.#each(
      count,
      ELEMENT_BYTES,
      [
        [scalars, step],
        [elements, ELEMENT_BYTES],
      ],
      (s, out, k, p) => s._crypto_scalarmult_ristretto255(out, k, p),
    );
  }

  /** Multiplies the generator by every scalar. Throws ProtocolError `crypto/not-a-scalar`; for 0, `crypto/not-an-element`. */
  multiplyGenerator(scalars: Uint8Array): Uint8Array {
    const count = checkScalars(scalars);
    return this.#each(count, ELEMENT_BYTES, [[scalars, SCALAR]], (s, out, k) => s._crypto_scalarmult_ristretto255_base(out, k));
  }

  /** Element by element a + b. The identity may come out and go in. Throws ProtocolError `crypto/not-an-element`. */
  add(a: Uint8Array, b: Uint8Array): Uint8Array {
    return this.#elementwise(a, b, (s, out, x, y) => s._crypto_core_ristretto255_add(out, x, y));
  }

  /** Element by element a − b; as `add`. */
  subtract(a: Uint8Array, b: Uint8Array): Uint8Array {
    return this.#elementwise(a, b, (s, out, x, y) => s._crypto_core_ristretto255_sub(out, x, y));
  }

  /** The sum of all elements; the identity (32 zero bytes) of none. */
  sum(elements: Uint8Array): Uint8Array {
    let total: Uint8Array = new Uint8Array(ELEMENT_BYTES);
    for (let i = 0; i < sizeOf(elements, ELEMENT_BYTES); i++)
      total = this.add(total, elements.subarray(i * ELEMENT_BYTES, (i + 1) * ELEMENT_BYTES));
    return total;
  }

  /** Throws ProtocolError `crypto/not-an-element` unless all are canonical encodings of elements other than the identity. */
  checkElements(elements: Uint8Array): void {
    const { sodium, operands } = this.#memory;
    const count = sizeOf(elements, ELEMENT_BYTES);
    for (let i = 0; i < count; i++) {
      const element = elements.subarray(i * ELEMENT_BYTES, (i + 1) * ELEMENT_BYTES);
      this.#memory.put(operands[0], element);
      if (sodium._crypto_core_ristretto255_is_valid_point(operands[0]) !== 1 || element.every((byte) => byte === 0)) throw notAnElement();
    }
  }

  /** Uniform scalars other than 0: 64 bytes each, reduced (bias below 2^-256). */
  randomScalars(count: number, random: Random): Uint8Array {
    for (;;) {
      const scalars = this.reduceScalars(random.bytes(count * UNIFORM));
      if (!hasZero(scalars)) return scalars;
    }
  }

  /** Reduces 64 little-endian bytes each to a scalar. */
  reduceScalars(wide: Uint8Array): Uint8Array {
    return this.#each(sizeOf(wide, UNIFORM), SCALAR, [[wide, UNIFORM]], (s, out, a) =>
      done(s._crypto_core_ristretto255_scalar_reduce(out, a)),
    );
  }

  /** 1 / scalar, each. Throws ProtocolError `crypto/not-a-scalar`; for 0, `crypto/not-an-element`. */
  invertScalars(scalars: Uint8Array): Uint8Array {
    const count = checkScalars(scalars);
    return this.#each(count, SCALAR, [[scalars, SCALAR]], (s, out, a) => s._crypto_core_ristretto255_scalar_invert(out, a));
  }

  /** a · b, each. */
  multiplyScalars(a: Uint8Array, b: Uint8Array): Uint8Array {
    return this.#scalarwise(a, b, (s, out, x, y) => done(s._crypto_core_ristretto255_scalar_mul(out, x, y)));
  }

  /** a + b, each. */
  addScalars(a: Uint8Array, b: Uint8Array): Uint8Array {
    return this.#scalarwise(a, b, (s, out, x, y) => done(s._crypto_core_ristretto255_scalar_add(out, x, y)));
  }

  /** a − b, each. */
  subtractScalars(a: Uint8Array, b: Uint8Array): Uint8Array {
    return this.#scalarwise(a, b, (s, out, x, y) => done(s._crypto_core_ristretto255_scalar_sub(out, x, y)));
  }

  #elementwise(a: Uint8Array, b: Uint8Array, operation: Operation): Uint8Array {
    const inputs = [
      [a, ELEMENT_BYTES],
      [b, ELEMENT_BYTES],
    ] as const;
    return this.#each(sameSize(a, b), ELEMENT_BYTES, inputs, operation);
  }

  #scalarwise(a: Uint8Array, b: Uint8Array, operation: Operation): Uint8Array {
    checkScalars(a);
    checkScalars(b);
    const inputs = [
      [a, SCALAR],
      [b, SCALAR],
    ] as const;
    return this.#each(sameSize(a, b), SCALAR, inputs, operation);
  }

  /** Runs an operation `count` times over inputs of the given sizes (0: always the same scalar) and wipes what it worked in. */
  #each(count: number, outSize: number, inputs: readonly (readonly [Uint8Array, number])[], operation: Operation): Uint8Array {
    const { sodium, operands } = this.#memory;
    const out = new Uint8Array(count * outSize);
    try {
      for (let i = 0; i < count; i++) {
        inputs.forEach(([bytes, size], k) => {
          this.#memory.put(operands[k] ?? 0, size === 0 ? bytes : bytes.subarray(i * size, (i + 1) * size));
        });
        if (operation(sodium, operands[3], operands[0], operands[1]) !== 0) throw notAnElement();
        out.set(sodium.HEAPU8.subarray(operands[3], operands[3] + outSize), i * outSize);
      }
    } finally {
      this.#memory.wipe();
    }
    return out;
  }
}

let shared: Promise<Ristretto> | null = null;

/** The group, ready to compute; the first call of a thread compiles it (some tens of milliseconds). */
export function loadRistretto(): Promise<Ristretto> {
  shared ??= loadSodium().then((memory) => new Ristretto(memory));
  return shared;
}

/** The result of a function that cannot fail. */
const done = (_nothing: undefined): number => 0;

/** Throws ProtocolError `crypto/not-a-scalar` unless these are packed scalars below the group's order; `count` of them if given. */
function checkScalars(scalars: Uint8Array, count?: number): number {
  const found = scalars.length / SCALAR;
  let good = Number.isInteger(found) && (count === undefined || found === count);
  for (let i = 0; good && i < found; i++) good = belowOrder(scalars.subarray(i * SCALAR, (i + 1) * SCALAR));
  if (good) return found;
  throw new ProtocolError('crypto/not-a-scalar', {
    stage: 'wire',
    message: 'Bytes that should be scalars of the group ristretto255 are none.',
    remedy: 'Check that both sides run the same release of Sluis, then start again.',
  });
}

/** Whether scalar − order is negative; without branches on the scalar's bytes. */
function belowOrder(scalar: Uint8Array): boolean {
  let borrow = 0;
  for (let i = 0; i < SCALAR; i++) borrow = ((scalar[i] ?? 0) - (ORDER[i] ?? 0) + borrow) >> 8;
  return borrow !== 0;
}

function hasZero(scalars: Uint8Array): boolean {
  for (let i = 0; i < scalars.length; i += SCALAR) {
    let any = 0;
    for (let k = i; k < i + SCALAR; k++) any |= scalars[k] ?? 0;
    if (any === 0) return true;
  }
  return false;
}

/** How many items of `size` bytes there are; anything but a whole number of them is refused like a malformed element. */
function sizeOf(bytes: Uint8Array, size: number): number {
  if (bytes.length % size !== 0) throw notAnElement();
  return bytes.length / size;
}

function sameSize(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) throw notAnElement();
  return sizeOf(a, ELEMENT_BYTES);
}

const notAnElement = () =>
  new ProtocolError('crypto/not-an-element', {
    stage: 'wire',
    message: 'Bytes that should be elements of the group ristretto255, other than the identity, are none.',
    remedy: 'Check that both sides run the same release of Sluis, then start again.',
  });
