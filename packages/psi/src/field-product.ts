/** Products with one fixed element of GF(2^128), added up. Bit order as in VOLE: see vole.ts of `ot`. */
import type { Arena } from '@sluis/kernels';

/** z ⊕= x·Δ, element by element; x and z are addresses of 16-byte elements. */
export type AddProducts = (x: number, z: number, count: number) => void;

/** Products with Δ from a table of its multiples by four bits at a time. */
export function productsWith(arena: Arena, delta: Uint8Array): AddProducts {
  const table = multiples(delta);
  return (x, z, count) => {
    const from = arena.words(x, 4 * count);
    const to = arena.words(z, 4 * count);
    for (let i = 0; i < 4 * count; i += 4) {
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let nibble = 0; nibble < 32; nibble++) {
        const value = ((from[i + (nibble >> 3)] as number) >>> (4 * (nibble & 7))) & 15;
        const at = 4 * (16 * nibble + value);
        a ^= table[at] as number;
        b ^= table[at + 1] as number;
        c ^= table[at + 2] as number;
        d ^= table[at + 3] as number;
      }
      to[i] = (to[i] as number) ^ a;
      to[i + 1] = (to[i + 1] as number) ^ b;
      to[i + 2] = (to[i + 2] as number) ^ c;
      to[i + 3] = (to[i + 3] as number) ^ d;
    }
  };
}

/** Entry 16·k + v: v·x^(4k)·Δ, four words each. */
function multiples(delta: Uint8Array): Uint32Array {
  const table = new Uint32Array(4 * 16 * 32);
  const power = new Uint32Array(4);
  new Uint8Array(power.buffer).set(delta);
  for (let bit = 0; bit < 128; bit++) {
    const base = 4 * 16 * (bit >> 2);
    const step = 1 << (bit & 3);
    for (let v = step; v < 2 * step; v++) {
      for (let w = 0; w < 4; w++) table[base + 4 * v + w] = (table[base + 4 * (v - step) + w] as number) ^ (power[w] as number);
    }
    const carry = (power[3] as number) >>> 31;
    for (let w = 3; w > 0; w--) power[w] = ((power[w] as number) << 1) | ((power[w - 1] as number) >>> 31);
    power[0] = ((power[0] as number) << 1) ^ (carry * 0x87);
  }
  return table;
}
