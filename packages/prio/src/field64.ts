/** The field of 2^64 − 2^32 + 1 elements: three limbs; see field.ts. */
import { DOWN, Field, LIMB, power, ROUNDER, type Vector } from './field.ts';

const P = 2n ** 64n - 2n ** 32n + 1n;

class Field64 extends Field {
  readonly name = 'Field64';
  readonly modulus = P;
  readonly encodedBytes = 8;
  readonly limbs = 3;
  readonly generator = power(7n, 4294967295n, P);
  readonly logOrder = 32;

  /**
   * With X = 2^22: X^3 = 4·2^64 = 2^12·X − 4, so X^4 = 2^12·X^2 − 4·X and X^5 = −4·X^2 + 2^24·X − 2^14.
   * Columns are below 3·2^48, what is carried out of them below 2^28, so the largest term, 2^24 times the last carry, is
   * below 2^52. The first pass leaves limbs below 2^44, the second below 2^22.
   */
  multiply(out: Vector, o: number, a: Vector, i: number, b: Vector, j: number): void {
    const p = i * 3;
    const q = j * 3;
    const a0 = a[p] as number;
    const a1 = a[p + 1] as number;
    const a2 = a[p + 2] as number;
    const b0 = b[q] as number;
    const b1 = b[q + 1] as number;
    const b2 = b[q + 2] as number;
    const t3 = a1 * b2 + a2 * b1;
    const t4 = a2 * b2;
    const c3 = t3 + ROUNDER - ROUNDER;
    const c4 = t4 + ROUNDER - ROUNDER;
    const n3 = t3 - c3;
    const n4 = t4 - c4 + c3 * DOWN;
    const n5 = c4 * DOWN;
    const r = o * 3;
    const u0 = a0 * b0 - 4 * n3 - 16384 * n5;
    const u1 = a0 * b1 + a1 * b0 + 4096 * n3 - 4 * n4 + 16777216 * n5;
    const u2 = a0 * b2 + a1 * b1 + a2 * b0 + 4096 * n4 - 4 * n5;
    const d0 = u0 + ROUNDER - ROUNDER;
    const d1 = u1 + ROUNDER - ROUNDER;
    const d2 = u2 + ROUNDER - ROUNDER;
    out[r] = u0 - d0 - 4 * (d2 * DOWN);
    out[r + 1] = u1 - d1 + d0 * DOWN + 4096 * (d2 * DOWN);
    out[r + 2] = u2 - d2 + d1 * DOWN;
    this.tidy(out, o);
  }

  tidy(v: Vector, i: number): void {
    const r = i * 3;
    const u0 = v[r] as number;
    const u1 = v[r + 1] as number;
    const u2 = v[r + 2] as number;
    const d0 = u0 + ROUNDER - ROUNDER;
    const d1 = u1 + ROUNDER - ROUNDER;
    const d2 = u2 + ROUNDER - ROUNDER;
    v[r] = u0 - d0 - 4 * (d2 * DOWN);
    v[r + 1] = u1 - d1 + d0 * DOWN + 4096 * (d2 * DOWN);
    v[r + 2] = u2 - d2 + d1 * DOWN;
  }

  /** Folds what lies above 2^64 back twice (the second time it is −1, 0 or 1), then takes the modulus off if it fits. */
  write(v: Vector, i: number, out: DataView, at: number): void {
    let l0 = v[i * 3] as number;
    let l1 = v[i * 3 + 1] as number;
    let l2 = v[i * 3 + 2] as number;
    for (let turn = 0; turn < 3; turn++) {
      const c0 = Math.floor(l0 * DOWN);
      l0 -= c0 * LIMB;
      l1 += c0;
      const c1 = Math.floor(l1 * DOWN);
      l1 -= c1 * LIMB;
      l2 += c1;
      if (turn === 2) break;
      const top = Math.floor(l2 / 1048576);
      l2 -= top * 1048576;
      l0 -= top;
      l1 += top * 1024;
    }
    const w0 = l0 - 1;
    const e0 = Math.floor(w0 * DOWN);
    const w1 = l1 + 1024 + e0;
    const e1 = Math.floor(w1 * DOWN);
    const w2 = l2 + e1;
    const over = Math.floor(w2 / 1048576);
    l0 += over * (w0 - e0 * LIMB - l0);
    l1 += over * (w1 - e1 * LIMB - l1);
    l2 += over * (w2 - 1048576 - l2);
    out.setUint32(at, (l0 | (l1 << 22)) >>> 0, true);
    out.setUint32(at + 4, ((l1 >>> 10) | (l2 << 12)) >>> 0, true);
  }

  read(bytes: DataView, at: number, v: Vector, i: number): boolean {
    const low = bytes.getUint32(at, true);
    const high = bytes.getUint32(at + 4, true);
    v[i * 3] = low & 0x3fffff;
    v[i * 3 + 1] = (low >>> 22) | ((high & 0xfff) << 10);
    v[i * 3 + 2] = high >>> 12;
    return high < 0xffffffff || low === 0;
  }
}

export const field64: Field = new Field64();
