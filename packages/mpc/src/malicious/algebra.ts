/** The two kinds of products that are checked, with the few vector operations a check needs. */
import {
  addVectors,
  andBits,
  concatVectors,
  crossAnd2,
  crossMultiply,
  gatherVector,
  multiplyVectors,
  negateVector,
  subtractVectors,
  xorBits,
} from '@sluis/kernels';

export interface Held<V> {
  readonly mine: V;
  readonly next: V;
}

/** Vectors of positions. `V` is a plain vector: one component of shared ones, or public values. */
export interface Algebra<V extends BigUint64Array | Uint32Array> {
  readonly kind: string;
  /** 64-bit words of randomness (and of memory, rounded up) for a vector of so many positions. */
  words64(positions: number): number;
  bytesPerPosition: number;
  fromWords(words: BigUint64Array<ArrayBuffer>, positions: number): V;
  fromBytes(bytes: Uint8Array): V;
  /** Positions [from, to). */
  slice(v: V, from: number, to: number): V;
  gather(v: V, index: Uint32Array): V;
  concat(parts: readonly V[]): V;
  add(a: V, b: V): V;
  subtract(a: V, b: V): V;
  negate(a: V): V;
  multiply(a: V, b: V): V;
  isZero(a: V): boolean;
  /** This party's part of the product of shared x and y, plus mask0 − mask1. */
  cross(x: Held<V>, y: Held<V>, mask0: V, mask1: V): V;
  /** z − c − ρ·y − σ·a. */
  residue(z: V, c: V, rho: V, y: V, sigma: V, a: V): V;
}

/** Elements of Z_2^(64·words), word-major. */
export function ringAlgebra(words: number): Algebra<BigUint64Array> {
  const sub = (a: BigUint64Array, b: BigUint64Array) => subtractVectors(a, b, words);
  const mul = (a: BigUint64Array, b: BigUint64Array) => multiplyVectors(a, b, words);
  return {
    kind: `products of ${words}`,
    words64: (positions) => positions * words,
    bytesPerPosition: 8 * words,
    fromWords: (v) => v,
    fromBytes: (bytes) => new BigUint64Array(new Uint8Array(bytes).buffer),
    slice: (v, from, to) => sliceWordMajor(v, words, from, to),
    gather: (v, index) => gatherVector(v, index, words),
    concat: (parts) => concatVectors(parts, words),
    add: (a, b) => addVectors(a, b, words),
    subtract: sub,
    negate: (a) => negateVector(a, words),
    multiply: mul,
    isZero: (a) => a.every((word) => word === 0n),
    cross: (x, y, mask0, mask1) => crossMultiply(x.mine, x.next, y.mine, y.next, mask0, mask1, words),
    residue: (z, c, rho, y, sigma, a) => sub(sub(z, c), addVectors(mul(rho, y), mul(sigma, a), words)),
  };
}

function sliceWordMajor(v: BigUint64Array, words: number, from: number, to: number): BigUint64Array {
  if (words === 1) return v.subarray(from, to);
  const n = v.length / words;
  const out = new BigUint64Array((to - from) * words);
  for (let j = 0; j < words; j++) out.set(v.subarray(j * n + from, j * n + to), j * (to - from));
  return out;
}

/** `lanes` words of packed bits to a position. */
export function bitAlgebra(lanes: number): Algebra<Uint32Array> {
  return {
    kind: `conjunctions in ${lanes} lanes`,
    words64: (positions) => Math.ceil((positions * lanes) / 2),
    bytesPerPosition: 4 * lanes,
    fromWords: (v, positions) => new Uint32Array(v.buffer, v.byteOffset, positions * lanes),
    fromBytes: (bytes) => new Uint32Array(new Uint8Array(bytes).buffer),
    slice: (v, from, to) => v.subarray(from * lanes, to * lanes),
    gather: (v, index) => gatherLanes(v, index, lanes),
    concat: (parts) => join(parts),
    add: (a, b) => xorBits(a, b),
    subtract: (a, b) => xorBits(a, b),
    negate: (a) => a,
    multiply: (a, b) => andBits(a, b),
    isZero: (a) => a.every((word) => word === 0),
    cross: (x, y, mask0, mask1) => crossAnd2(x.mine, x.next, y.mine, y.next, mask0, mask1),
    residue: bitResidue,
  };
}

function gatherLanes(v: Uint32Array, index: Uint32Array, lanes: number): Uint32Array {
  const out = new Uint32Array(index.length * lanes);
  if (lanes === 2) {
    for (let i = 0; i < index.length; i++) {
      const at = 2 * (index[i] as number);
      out[2 * i] = v[at] as number;
      out[2 * i + 1] = v[at + 1] as number;
    }
    return out;
  }
  for (let i = 0, to = 0; i < index.length; i++) {
    const at = lanes * (index[i] as number);
    for (let l = 0; l < lanes; l++) out[to++] = v[at + l] as number;
  }
  return out;
}

function join(parts: readonly Uint32Array[]): Uint32Array {
  const out = new Uint32Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

function bitResidue(z: Uint32Array, c: Uint32Array, rho: Uint32Array, y: Uint32Array, sigma: Uint32Array, a: Uint32Array): Uint32Array {
  const out = new Uint32Array(z.length);
  for (let i = 0; i < out.length; i++)
    out[i] = (z[i] as number) ^ (c[i] as number) ^ ((rho[i] as number) & (y[i] as number)) ^ ((sigma[i] as number) & (a[i] as number));
  return out;
}
