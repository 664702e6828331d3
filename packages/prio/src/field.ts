/**
 * The prime fields of VDAF §6.1, on vectors.
 *
 * An element is `limbs` doubles in a row that hold signed integers with weights 1, 2^22, 2^44 …; what is carried over the
 * top comes back at the bottom, because the moduli are 2^64 − 2^32 + 1 and 2^128 − 7·2^66 + 1. Doubles are exact up to
 * 2^53, so nothing is ever rounded: a column of a product of elements with limbs up to 2^24 stays below 2^51. This is
 * several times as fast as BigInt, and takes no branch and no length that depends on a value.
 *
 * An element is *tidy* when its limbs are below 2^22 in size. Everything here returns tidy elements; `multiply` also takes
 * sums and differences of up to four of them.
 */

/** `count × limbs` doubles. */
export type Vector = Float64Array;

/** Adding and subtracting this rounds a double to a multiple of 2^22: the last bit of a number near it is 2^22. */
export const ROUNDER = 3 * 2 ** 73;
/** Turns what was rounded into what is carried. */
export const DOWN = 2 ** -22;
/** The size of a limb. */
export const LIMB = 2 ** 22;

export abstract class Field {
  abstract readonly name: string;
  abstract readonly modulus: bigint;
  /** Bytes of an encoded element. */
  abstract readonly encodedBytes: number;
  abstract readonly limbs: number;
  /** Generates the subgroup of order 2^`logOrder`. */
  abstract readonly generator: bigint;
  abstract readonly logOrder: number;

  /** out[o] = a[i] · b[j]; out may be a or b. */
  abstract multiply(out: Vector, o: number, a: Vector, i: number, b: Vector, j: number): void;
  /** Makes an element tidy whose limbs are below 2^45 in size. */
  abstract tidy(v: Vector, i: number): void;
  /** Writes the canonical encoding: little-endian (§6.1.1). */
  abstract write(v: Vector, i: number, out: DataView, at: number): void;
  /** Reads an encoding; false when the number is not below the modulus, and then the element is meaningless. */
  abstract read(bytes: DataView, at: number, v: Vector, i: number): boolean;

  zeros(count: number): Vector {
    return new Float64Array(count * this.limbs);
  }

  /** How many elements a vector has. */
  count(v: Vector): number {
    return v.length / this.limbs;
  }

  /** Elements from..to of a vector, without copying. */
  part(v: Vector, from: number, to: number): Vector {
    return v.subarray(from * this.limbs, to * this.limbs);
  }

  /** One element. */
  constant(value: bigint): Vector {
    const v = this.zeros(1);
    this.set(v, 0, value);
    return v;
  }

  set(v: Vector, i: number, value: bigint): void {
    let rest = ((value % this.modulus) + this.modulus) % this.modulus;
    for (let k = 0; k < this.limbs; k++) {
      v[i * this.limbs + k] = Number(rest & 0x3fffffn);
      rest >>= 22n;
    }
  }

  /** The element as an integer in [0, modulus). Slow: for results, not for the work on reports. */
  get(v: Vector, i: number): bigint {
    let sum = 0n;
    for (let k = this.limbs - 1; k >= 0; k--) sum = (sum << 22n) + BigInt(v[i * this.limbs + k] as number);
    return ((sum % this.modulus) + this.modulus) % this.modulus;
  }

  copy(out: Vector, o: number, a: Vector, i: number): void {
    const { limbs } = this;
    for (let k = 0; k < limbs; k++) out[o * limbs + k] = a[i * limbs + k] as number;
  }

  /** out[o] = a[i] + b[j]. */
  add(out: Vector, o: number, a: Vector, i: number, b: Vector, j: number): void {
    const { limbs } = this;
    for (let k = 0; k < limbs; k++) out[o * limbs + k] = (a[i * limbs + k] as number) + (b[j * limbs + k] as number);
    this.tidy(out, o);
  }

  /** out[o] = a[i] − b[j]. */
  subtract(out: Vector, o: number, a: Vector, i: number, b: Vector, j: number): void {
    const { limbs } = this;
    for (let k = 0; k < limbs; k++) out[o * limbs + k] = (a[i * limbs + k] as number) - (b[j * limbs + k] as number);
    this.tidy(out, o);
  }

  /** a += b, element by element; RangeError when the lengths differ. */
  addTo(a: Vector, b: Vector): void {
    if (a.length !== b.length) throw new RangeError('vectors of different lengths');
    for (let k = 0; k < a.length; k++) a[k] = (a[k] as number) + (b[k] as number);
    for (let i = 0; i < this.count(a); i++) this.tidy(a, i);
  }

  /** a −= b, element by element; RangeError when the lengths differ. */
  subtractFrom(a: Vector, b: Vector): void {
    if (a.length !== b.length) throw new RangeError('vectors of different lengths');
    for (let k = 0; k < a.length; k++) a[k] = (a[k] as number) - (b[k] as number);
    for (let i = 0; i < this.count(a); i++) this.tidy(a, i);
  }

  /** Whether a[i] = b[j] in the field. */
  equal(a: Vector, i: number, b: Vector, j: number): boolean {
    const difference = this.zeros(1);
    this.subtract(difference, 0, a, i, b, j);
    return this.encode(difference).every((byte) => byte === 0);
  }

  /** §6.1.1, encode_vec. */
  encode(v: Vector): Uint8Array {
    const out = new Uint8Array(this.count(v) * this.encodedBytes);
    const view = new DataView(out.buffer);
    for (let i = 0; i < this.count(v); i++) this.write(v, i, view, i * this.encodedBytes);
    return out;
  }

  /** §6.1.1, decode_vec: null when the length is no multiple of an element's, or a number is not below the modulus. */
  decode(bytes: Uint8Array): Vector | null {
    if (bytes.length % this.encodedBytes !== 0) return null;
    const v = this.zeros(bytes.length / this.encodedBytes);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let fine = true;
    for (let i = 0; i < this.count(v); i++) fine = this.read(view, i * this.encodedBytes, v, i) && fine;
    return fine ? v : null;
  }
}

/** base^exponent modulo p, for tables that are made once. */
export function power(base: bigint, exponent: bigint, p: bigint): bigint {
  let [result, square] = [1n, base % p];
  for (let e = exponent; e > 0n; e >>= 1n) {
    if ((e & 1n) === 1n) result = (result * square) % p;
    square = (square * square) % p;
  }
  return result;
}
