/** Convolution of two rows of non-negative numbers, with a bound on its rounding error. */

/** cos and sin of −2π·j/len at len/2 + j, for every power of two up to the largest asked for. */
let twiddles = { size: 1, re: new Float64Array([1, 1]), im: new Float64Array(2) };

function prepare(size: number): void {
  if (twiddles.size >= size) return;
  const [re, im] = [new Float64Array(size), new Float64Array(size)];
  for (let half = 1; half < size; half *= 2) {
    for (let j = 0; j < half; j++) {
      re[half + j] = Math.cos((Math.PI * j) / half);
      im[half + j] = -Math.sin((Math.PI * j) / half);
    }
  }
  twiddles = { size, re, im };
}

/** Forward transform in place; results in bit-reversed order. Source: Gentleman & Sande 1966 (decimation in frequency). */
function forward(re: Float64Array, im: Float64Array): void {
  const { re: wr, im: wi } = twiddles;
  for (let half = re.length >> 1; half >= 1; half >>= 1) {
    for (let start = 0; start < re.length; start += 2 * half) {
      for (let j = start, w = half; w < 2 * half; j++, w++) {
        const k = j + half;
        const ar = re[j] as number;
        const ai = im[j] as number;
        const br = re[k] as number;
        const bi = im[k] as number;
        const cr = wr[w] as number;
        const ci = wi[w] as number;
        re[j] = ar + br;
        im[j] = ai + bi;
        re[k] = (ar - br) * cr - (ai - bi) * ci;
        im[k] = (ar - br) * ci + (ai - bi) * cr;
      }
    }
  }
}

/** Inverse of it but for the factor 1/size, from bit-reversed order. Source: Cooley & Tukey 1965. */
function backward(re: Float64Array, im: Float64Array): void {
  const { re: wr, im: wi } = twiddles;
  for (let half = 1; half < re.length; half *= 2) {
    for (let start = 0; start < re.length; start += 2 * half) {
      for (let j = start, w = half; w < 2 * half; j++, w++) {
        const k = j + half;
        const br = re[k] as number;
        const bi = im[k] as number;
        const cr = wr[w] as number;
        const ci = wi[w] as number;
        const tr = br * cr + bi * ci;
        const ti = bi * cr - br * ci;
        const ar = re[j] as number;
        const ai = im[j] as number;
        re[k] = ar - tr;
        im[k] = ai - ti;
        re[j] = ar + tr;
        im[j] = ai + ti;
      }
    }
  }
}

export interface Convolved {
  readonly values: Float64Array;
  /** Bound on Σ|values − truth|. */
  readonly error: number;
}

const UNIT = 2 ** -53;

/** a * b for rows of numbers ≥ 0 whose sums are about 1 or below. */
export function convolve(a: Float64Array, b: Float64Array): Convolved {
  const length = a.length + b.length - 1;
  const size = 2 ** Math.ceil(Math.log2(length));
  return Math.min(a.length, b.length) < 12 + 4 * Math.log2(size) ? directly(a, b) : byFourier(a, b, size);
}

/** Sums of products of numbers ≥ 0: each is off by at most as many roundings as it has terms, relative. */
function directly(a: Float64Array, b: Float64Array): Convolved {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  const values = new Float64Array(a.length + b.length - 1);
  for (let i = 0; i < short.length; i++) {
    const x = short[i] as number;
    if (x === 0) continue;
    for (let j = 0; j < long.length; j++) values[i + j] = (values[i + j] as number) + x * (long[j] as number);
  }
  return { values, error: 2 * UNIT * (short.length + 1) * sumOf(a) * sumOf(b) };
}

/**
 * (a + ib)² = a² − b² + 2i·ab: one transform there and one back. Each of these is off by at most η = 6u·log₂(size) in the
 * 2-norm, relative (Higham 2002, §24.1, with room to spare), so the product by (4η·max|Z|·‖z‖₂), where max|Z| ≤ ‖a‖₁ + ‖b‖₁;
 * the 1-norm is at most √size times the 2-norm. Numbers below zero are errors and become zero, which only helps.
 */
function byFourier(a: Float64Array, b: Float64Array, size: number): Convolved {
  prepare(size);
  const [re, im] = [new Float64Array(size), new Float64Array(size)];
  re.set(a);
  im.set(b);
  forward(re, im);
  for (let k = 0; k < size; k++) {
    const x = re[k] as number;
    const y = im[k] as number;
    re[k] = x * x - y * y;
    im[k] = 2 * x * y;
  }
  backward(re, im);
  const values = im.subarray(0, a.length + b.length - 1);
  for (let k = 0; k < values.length; k++) values[k] = Math.max(0, (values[k] as number) / (2 * size));
  const eta = 6 * UNIT * Math.log2(size);
  const norm = Math.sqrt(squares(a) + squares(b));
  return { values, error: 4 * eta * (sumOf(a) + sumOf(b)) * norm * Math.sqrt(size) };
}

export function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum;
}

function squares(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) * (values[i] as number);
  return sum;
}
