/** The same kernels as plain TypeScript loops over 32-bit halves, and a plain keystream: what WebAssembly is compared with. */
import { createCipheriv } from 'node:crypto';
import { release } from '@sluis/kernels';

/** Halves in pairs, low half first, signed so that loops stay within 32-bit integers. */
const halves = (a: BigUint64Array) => new Int32Array(a.buffer, a.byteOffset, a.length * 2);

export function add(a: BigUint64Array, b: BigUint64Array): BigUint64Array {
  const out = new BigUint64Array(a.length);
  const [x, y, z] = [halves(a), halves(b), halves(out)];
  for (let at = 0; at < z.length; at += 2) {
    const p = x[at] as number;
    const low = (p + (y[at] as number)) | 0;
    z[at] = low;
    z[at + 1] = ((x[at + 1] as number) + (y[at + 1] as number) + (low >>> 0 < p >>> 0 ? 1 : 0)) | 0;
  }
  return out;
}

export function subtract(a: BigUint64Array, b: BigUint64Array): BigUint64Array {
  const out = new BigUint64Array(a.length);
  const [x, y, z] = [halves(a), halves(b), halves(out)];
  for (let at = 0; at < z.length; at += 2) {
    const [p, q] = [x[at] as number, y[at] as number];
    z[at] = (p - q) | 0;
    z[at + 1] = ((x[at + 1] as number) - (y[at + 1] as number) - (p >>> 0 < q >>> 0 ? 1 : 0)) | 0;
  }
  return out;
}

/** The low product of 32-bit halves, exact through 16-bit pieces. */
export function multiply(a: BigUint64Array, b: BigUint64Array): BigUint64Array {
  const out = new BigUint64Array(a.length);
  const [x, y, z] = [halves(a), halves(b), halves(out)];
  for (let at = 0; at < z.length; at += 2) {
    const p = x[at] as number;
    const q = y[at] as number;
    const cross0 = Math.imul(p & 0xffff, q >>> 16);
    const cross1 = Math.imul(p >>> 16, q & 0xffff);
    const middle = (Math.imul(p & 0xffff, q & 0xffff) >>> 16) + (cross0 & 0xffff) + (cross1 & 0xffff);
    const carry = (Math.imul(p >>> 16, q >>> 16) + (cross0 >>> 16) + (cross1 >>> 16) + (middle >>> 16)) | 0;
    z[at] = Math.imul(p, q);
    z[at + 1] = (carry + Math.imul(p, y[at + 1] as number) + Math.imul(x[at + 1] as number, q)) | 0;
  }
  return out;
}

export type Six = readonly [BigUint64Array, BigUint64Array, BigUint64Array, BigUint64Array, BigUint64Array, BigUint64Array];

export function crossMultiply([a, c, b, d, m, w]: Six): BigUint64Array {
  const both = add(b, d);
  const [first, second, mask] = [multiply(a, both), multiply(c, b), subtract(m, w)];
  const terms = add(first, second);
  const out = add(terms, mask);
  release(both, first, second, mask, terms);
  return out;
}

export function crossAnd([a, c, b, d, m, w]: Six): Uint32Array {
  const [p, q, r, s, t, u] = [a, c, b, d, m, w].map(halves) as [Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array];
  const out = new Uint32Array(p.length);
  for (let i = 0; i < out.length; i++) {
    const y = r[i] as number;
    out[i] = ((p[i] as number) & (y ^ (s[i] as number))) ^ ((q[i] as number) & y) ^ (t[i] as number) ^ (u[i] as number);
  }
  return out;
}

/** 64 slices, by transposing blocks of 32×32 bits. Source: Warren 2012, Hacker's Delight, §7-3. */
export function toSlices(a: BigUint64Array): Uint32Array {
  const source = halves(a);
  const per = a.length / 32;
  const out = new Uint32Array(64 * per);
  const block = new Uint32Array(32);
  for (let half = 0; half < 2; half++) {
    for (let g = 0; g < per; g++) {
      for (let i = 0; i < 32; i++) block[i] = source[2 * (g * 32 + i) + half] as number;
      transpose(block);
      for (let b = 0; b < 32; b++) out[(half * 32 + b) * per + g] = block[b] as number;
    }
  }
  return out;
}

function transpose(block: Uint32Array): void {
  let mask = 0x0000_ffff;
  for (let step = 16; step !== 0; step >>= 1, mask ^= mask << step) {
    for (let k = 0; k < 32; k = (k + step + 1) & ~step) {
      const [low, high] = [block[k] as number, block[k + step] as number];
      const swap = ((low >>> step) ^ high) & mask;
      block[k] = low ^ (swap << step);
      block[k + step] = high ^ swap;
    }
  }
}

/** Fills with an AES-256-CTR keystream in pieces of a mebibyte that garbage collection takes back. */
export function keystream(): (out: Uint8Array) => Uint8Array {
  const cipher = createCipheriv('aes-256-ctr', new Uint8Array(32).fill(9), new Uint8Array(16));
  const zeros = new Uint8Array(1 << 20);
  return (out) => {
    for (let at = 0; at < out.length; at += zeros.length)
      out.set(cipher.update(zeros.subarray(0, Math.min(zeros.length, out.length - at))), at);
    return out;
  };
}
