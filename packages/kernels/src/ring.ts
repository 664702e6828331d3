/**
 * Vectors over the ring Z_2^(64·words): word-major columns as `Vectors` in `model` defines them (word j of element i
 * stands at index j·n + i). Plain loops over 32-bit halves: no BigInt is made for an element. Run times depend on
 * lengths only, never on values, as far as the JavaScript engine allows.
 */

const HALF = 2 ** 32;

/** The 32-bit halves of a column, low half first. */
function halves(a: BigUint64Array): Uint32Array {
  return new Uint32Array(a.buffer, a.byteOffset, a.length * 2);
}

function elements(a: BigUint64Array, words: number, ...others: readonly BigUint64Array[]): number {
  const n = a.length / words;
  if (!Number.isInteger(words) || words < 1 || !Number.isInteger(n))
    throw new RangeError('a column holds whole elements of at least one word');
  if (others.some((b) => b.length !== a.length)) throw new RangeError('columns of one operation have the same length');
  return n;
}

/** Signed halves, for loops that stay within 32-bit integers: a larger half would make the engine use floating point. */
function signedHalves(a: BigUint64Array): Int32Array {
  return new Int32Array(a.buffer, a.byteOffset, a.length * 2);
}

/** Moves unsigned order onto signed order. */
const SIGN = 0x8000_0000 | 0;

/** a + b, element by element. Cost: O(n·words). */
export function addVectors(a: BigUint64Array, b: BigUint64Array, words: number): BigUint64Array {
  const n = elements(a, words, b);
  return words === 1 ? addSingle(a, b, n) : addWide(a, b, n, words);
}

function addSingle(a: BigUint64Array, b: BigUint64Array, n: number): BigUint64Array {
  const out = new BigUint64Array(n);
  const [x, y, z] = [signedHalves(a), signedHalves(b), signedHalves(out)];
  for (let at = 0; at < 2 * n; at += 2) {
    const p = x[at] as number;
    const low = (p + (y[at] as number)) | 0;
    z[at] = low;
    z[at + 1] = ((x[at + 1] as number) + (y[at + 1] as number) + ((low ^ SIGN) < (p ^ SIGN) ? 1 : 0)) | 0;
  }
  return out;
}

function addWide(a: BigUint64Array, b: BigUint64Array, n: number, words: number): BigUint64Array {
  const out = new BigUint64Array(a.length);
  const [x, y, z] = [halves(a), halves(b), halves(out)];
  const carries = new Uint8Array(n);
  for (let j = 0; j < words; j++) {
    for (let i = 0, at = 2 * j * n; i < n; i++, at += 2) {
      const low = (x[at] as number) + (y[at] as number) + (carries[i] as number);
      const high = (x[at + 1] as number) + (y[at + 1] as number) + (low >= HALF ? 1 : 0);
      z[at] = low;
      z[at + 1] = high;
      carries[i] = high >= HALF ? 1 : 0;
    }
  }
  return out;
}

/** a − b, element by element. Cost: O(n·words). */
export function subtractVectors(a: BigUint64Array, b: BigUint64Array, words: number): BigUint64Array {
  const n = elements(a, words, b);
  return words === 1 ? subtractSingle(a, b, n) : subtractWide(a, b, n, words);
}

function subtractSingle(a: BigUint64Array, b: BigUint64Array, n: number): BigUint64Array {
  const out = new BigUint64Array(n);
  const [x, y, z] = [signedHalves(a), signedHalves(b), signedHalves(out)];
  for (let at = 0; at < 2 * n; at += 2) {
    const [p, q] = [x[at] as number, y[at] as number];
    z[at] = (p - q) | 0;
    z[at + 1] = ((x[at + 1] as number) - (y[at + 1] as number) - ((p ^ SIGN) < (q ^ SIGN) ? 1 : 0)) | 0;
  }
  return out;
}

function subtractWide(a: BigUint64Array, b: BigUint64Array, n: number, words: number): BigUint64Array {
  const out = new BigUint64Array(a.length);
  const [x, y, z] = [halves(a), halves(b), halves(out)];
  const borrows = new Uint8Array(n);
  for (let j = 0; j < words; j++) {
    for (let i = 0, at = 2 * j * n; i < n; i++, at += 2) {
      const low = (x[at] as number) - (y[at] as number) - (borrows[i] as number);
      const high = (x[at + 1] as number) - (y[at + 1] as number) - (low < 0 ? 1 : 0);
      z[at] = low;
      z[at + 1] = high;
      borrows[i] = high < 0 ? 1 : 0;
    }
  }
  return out;
}

/** −a, element by element. */
export function negateVector(a: BigUint64Array, words: number): BigUint64Array {
  return subtractVectors(new BigUint64Array(a.length), a, words);
}

/** `n` times the same value, taken modulo 2^(64·words). */
export function constantVector(n: number, words: number, value: bigint): BigUint64Array {
  const out = new BigUint64Array(n * words);
  let rest = BigInt.asUintN(64 * words, value);
  for (let j = 0; j < words; j++, rest >>= 64n) out.fill(BigInt.asUintN(64, rest), j * n, (j + 1) * n);
  return out;
}

/** a · factor, element by element. The factor is public: run time may depend on it. */
export function scaleVector(a: BigUint64Array, factor: bigint, words: number): BigUint64Array {
  if (factor === -1n) return negateVector(a, words);
  if (factor === 2n) return addVectors(a, a, words);
  return multiplyVectors(a, constantVector(elements(a, words), words, factor), words);
}

/** a · b modulo 2^(64·words), element by element. Cost: O(n·words²). */
export function multiplyVectors(a: BigUint64Array, b: BigUint64Array, words: number): BigUint64Array {
  const n = elements(a, words, b);
  return words === 1 ? multiplySingle(a, b, n) : multiplyWide(a, b, n, words);
}

/** One word: 32-bit halves, the low product exact through 16-bit pieces. */
function multiplySingle(a: BigUint64Array, b: BigUint64Array, n: number): BigUint64Array {
  const out = new BigUint64Array(n);
  const [x, y, z] = [signedHalves(a), signedHalves(b), signedHalves(out)];
  for (let at = 0; at < 2 * n; at += 2) {
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

/** Several words: schoolbook on 16-bit limbs; a column of products stays below 2^53. */
function multiplyWide(a: BigUint64Array, b: BigUint64Array, n: number, words: number): BigUint64Array {
  const out = new BigUint64Array(a.length);
  const [x, y, z] = [a, b, out].map((v) => new Uint16Array(v.buffer, v.byteOffset, v.length * 4)) as [
    Uint16Array,
    Uint16Array,
    Uint16Array,
  ];
  const limbs = 4 * words;
  const place = Array.from({ length: limbs }, (_, l) => 4 * n * (l >> 2) + (l & 3));
  for (let i = 0; i < n; i++) {
    let carry = 0;
    for (let l = 0; l < limbs; l++) {
      let total = carry;
      for (let m = 0; m <= l; m++) total += (x[(place[m] as number) + 4 * i] as number) * (y[(place[l - m] as number) + 4 * i] as number);
      z[(place[l] as number) + 4 * i] = total % 65_536;
      carry = Math.floor(total / 65_536);
    }
  }
  return out;
}

/** The elements at the given positions. Throws RangeError on a position outside the column. */
export function gatherVector(a: BigUint64Array, index: Uint32Array, words: number): BigUint64Array {
  const n = elements(a, words);
  const out = new BigUint64Array(index.length * words);
  const [x, z] = [halves(a), halves(out)];
  for (let i = 0; i < index.length; i++) {
    const from = index[i] as number;
    if (from >= n) throw new RangeError('a position lies outside the column');
    for (let j = 0; j < words; j++) {
      const [source, target] = [2 * (j * n + from), 2 * (j * index.length + i)];
      z[target] = x[source] as number;
      z[target + 1] = x[source + 1] as number;
    }
  }
  return out;
}

/** The columns one after the other. */
export function concatVectors(columns: readonly BigUint64Array[], words: number): BigUint64Array {
  const lengths = columns.map((c) => elements(c, words));
  const n = lengths.reduce((sum, l) => sum + l, 0);
  const out = new BigUint64Array(n * words);
  let at = 0;
  columns.forEach((column, c) => {
    const length = lengths[c] as number;
    for (let j = 0; j < words; j++) out.set(column.subarray(j * length, (j + 1) * length), j * n + at);
    at += length;
  });
  return out;
}

/** The low `words` words of every element: a view, nothing is copied. */
export function narrowVector(a: BigUint64Array, from: number, words: number): BigUint64Array {
  const n = elements(a, from);
  if (words > from || words < 1) throw new RangeError('narrowing keeps at most the words there are');
  return a.subarray(0, n * words);
}
