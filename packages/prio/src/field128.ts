/** The field of 2^128 − 7·2^66 + 1 elements: six limbs; see field.ts. */
import { DOWN, Field, LIMB, power, ROUNDER, type Vector } from './field.ts';

const P = 2n ** 128n - 7n * 2n ** 66n + 1n;

class Field128 extends Field {
  readonly name = 'Field128';
  readonly modulus = P;
  readonly encodedBytes = 16;
  readonly limbs = 6;
  readonly generator = power(7n, 4611686018427387897n, P);
  readonly logOrder = 66;

  /**
   * With X = 2^22: X^6 = 16·2^128 = 112·X^3 − 16, so X^9 = 12528·X^3 − 1792. Columns are below 6·2^48; what is carried out
   * of the upper ones is below 2^29, and 12528 times that below 2^43. The first pass leaves limbs below 2^37, the second
   * below 2^22.
   */
  multiply(out: Vector, o: number, a: Vector, i: number, b: Vector, j: number): void {
    const p = i * 6;
    const q = j * 6;
    const a0 = a[p] as number;
    const a1 = a[p + 1] as number;
    const a2 = a[p + 2] as number;
    const a3 = a[p + 3] as number;
    const a4 = a[p + 4] as number;
    const a5 = a[p + 5] as number;
    const b0 = b[q] as number;
    const b1 = b[q + 1] as number;
    const b2 = b[q + 2] as number;
    const b3 = b[q + 3] as number;
    const b4 = b[q + 4] as number;
    const b5 = b[q + 5] as number;
    const t6 = a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1;
    const t7 = a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2;
    const t8 = a3 * b5 + a4 * b4 + a5 * b3;
    const t9 = a4 * b5 + a5 * b4;
    const t10 = a5 * b5;
    const c6 = t6 + ROUNDER - ROUNDER;
    const c7 = t7 + ROUNDER - ROUNDER;
    const c8 = t8 + ROUNDER - ROUNDER;
    const c9 = t9 + ROUNDER - ROUNDER;
    const c10 = t10 + ROUNDER - ROUNDER;
    const n6 = t6 - c6;
    const n7 = t7 - c7 + c6 * DOWN;
    const n8 = t8 - c8 + c7 * DOWN;
    const n9 = t9 - c9 + c8 * DOWN;
    const n10 = t10 - c10 + c9 * DOWN;
    const n11 = c10 * DOWN;
    const r = o * 6;
    out[r] = a0 * b0 - 16 * n6 - 1792 * n9;
    out[r + 1] = a0 * b1 + a1 * b0 - 16 * n7 - 1792 * n10;
    out[r + 2] = a0 * b2 + a1 * b1 + a2 * b0 - 16 * n8 - 1792 * n11;
    out[r + 3] = a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 + 112 * n6 + 12528 * n9;
    out[r + 4] = a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0 + 112 * n7 + 12528 * n10;
    out[r + 5] = a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0 + 112 * n8 + 12528 * n11;
    this.tidy(out, o);
    this.tidy(out, o);
  }

  tidy(v: Vector, i: number): void {
    const r = i * 6;
    const u0 = v[r] as number;
    const u1 = v[r + 1] as number;
    const u2 = v[r + 2] as number;
    const u3 = v[r + 3] as number;
    const u4 = v[r + 4] as number;
    const u5 = v[r + 5] as number;
    const d0 = u0 + ROUNDER - ROUNDER;
    const d1 = u1 + ROUNDER - ROUNDER;
    const d2 = u2 + ROUNDER - ROUNDER;
    const d3 = u3 + ROUNDER - ROUNDER;
    const d4 = u4 + ROUNDER - ROUNDER;
    const d5 = u5 + ROUNDER - ROUNDER;
    v[r] = u0 - d0 - 16 * (d5 * DOWN);
    v[r + 1] = u1 - d1 + d0 * DOWN;
    v[r + 2] = u2 - d2 + d1 * DOWN;
    v[r + 3] = u3 - d3 + d2 * DOWN + 112 * (d5 * DOWN);
    v[r + 4] = u4 - d4 + d3 * DOWN;
    v[r + 5] = u5 - d5 + d4 * DOWN;
  }

  /** Folds what lies above 2^128 back twice (the second time it is −1, 0 or 1), then takes the modulus off if it fits. */
  write(v: Vector, i: number, out: DataView, at: number): void {
    const l = scratch;
    for (let k = 0; k < 6; k++) l[k] = v[i * 6 + k] as number;
    for (let turn = 0; turn < 2; turn++) {
      carryUp(l);
      const top = Math.floor((l[5] as number) / TOP);
      l[5] = (l[5] as number) - top * TOP;
      l[0] = (l[0] as number) - top;
      l[3] = (l[3] as number) + 7 * top;
    }
    carryUp(l);
    const w = lessModulus;
    for (let k = 0; k < 6; k++) w[k] = l[k] as number;
    w[0] = (w[0] as number) - 1;
    w[3] = (w[3] as number) + 7;
    carryUp(w);
    const over = Math.floor((w[5] as number) / TOP);
    w[5] = (w[5] as number) - TOP;
    for (let k = 0; k < 6; k++) l[k] = (l[k] as number) + over * ((w[k] as number) - (l[k] as number));
    const [l0, l1, l2, l3, l4, l5] = [l[0], l[1], l[2], l[3], l[4], l[5]] as [number, number, number, number, number, number];
    out.setUint32(at, (l0 | (l1 << 22)) >>> 0, true);
    out.setUint32(at + 4, ((l1 >>> 10) | (l2 << 12)) >>> 0, true);
    out.setUint32(at + 8, ((l2 >>> 20) | (l3 << 2) | (l4 << 24)) >>> 0, true);
    out.setUint32(at + 12, ((l4 >>> 8) | (l5 << 14)) >>> 0, true);
  }

  read(bytes: DataView, at: number, v: Vector, i: number): boolean {
    const w0 = bytes.getUint32(at, true);
    const w1 = bytes.getUint32(at + 4, true);
    const w2 = bytes.getUint32(at + 8, true);
    const w3 = bytes.getUint32(at + 12, true);
    const r = i * 6;
    v[r] = w0 & 0x3fffff;
    v[r + 1] = (w0 >>> 22) | ((w1 & 0xfff) << 10);
    v[r + 2] = (w1 >>> 12) | ((w2 & 3) << 20);
    v[r + 3] = (w2 >>> 2) & 0x3fffff;
    v[r + 4] = (w2 >>> 24) | ((w3 & 0x3fff) << 8);
    v[r + 5] = w3 >>> 14;
    return w3 < 0xffffffff || w2 < 0xffffffe4 || (w2 === 0xffffffe4 && w1 === 0 && w0 === 0);
  }
}

/** What the top limb of a number below 2^128 stays under. */
const TOP = 2 ** 18;
const scratch = new Float64Array(6);
const lessModulus = new Float64Array(6);

/** Carries upwards so that all limbs but the top one are in [0, 2^22). */
function carryUp(l: Float64Array): void {
  for (let k = 0; k < 5; k++) {
    const carry = Math.floor((l[k] as number) * DOWN);
    l[k] = (l[k] as number) - carry * LIMB;
    l[k + 1] = (l[k + 1] as number) + carry;
  }
}

export const field128: Field = new Field128();
