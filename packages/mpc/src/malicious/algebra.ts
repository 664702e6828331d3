/** The two kinds of products that are checked, with the vector operations a check needs: all on words of 64 bits. */
import {
  addVectors,
  andBits,
  crossAnd2,
  crossMultiply,
  multiplyVectors,
  negatedSum,
  subtractTurned,
  subtractVectors,
  sumOfThree,
  turnedResidue,
  xorBits,
} from '@sluis/kernels';

export type Words = BigUint64Array;

/** Both components of a shared vector. */
export interface Held {
  readonly mine: Words;
  readonly next: Words;
}

/** Where masks come from: a stream that writes its next bytes over what it is given. */
export interface Stream {
  fill<T extends Uint8Array>(out: T): T;
}

/**
 * Vectors of positions, `words` words of 64 bits each, word-major. `out`, where given, is overwritten and returned; it
 * may be an input.
 */
export interface Algebra {
  readonly words: number;
  add(a: Words, b: Words, out?: Words): Words;
  subtract(a: Words, b: Words, out?: Words): Words;
  sumOfThree(a: Words, b: Words, c: Words, out?: Words): Words;
  /** −(a + b). */
  negatedSum(a: Words, b: Words, out?: Words): Words;
  multiply(a: Words, b: Words, out?: Words): Words;
  /** This party's part of the product of shared x and y, plus the next words of one stream, minus those of the other, in `out`. */
  cross(x: Held, y: Held, plus: Stream, minus: Stream, out: Words): Words;
  /** x − a, where position k meets element (k + turn) mod length of a. */
  subtractTurned(x: Words, a: Words, turn: number, out: Words): Words;
  /** One component of z − c − rho·y − sigma·a, with c and a turned in the same way. */
  residue(zy: Two, ca: Two, opened: Two, turn: number, out: Words): Words;
}

type Two = readonly [Words, Words];

/** Elements of Z_2^(64·words). */
export function ringAlgebra(words: number): Algebra {
  const add: Algebra['add'] = (a, b, out) => addVectors(a, b, words, out);
  const subtract: Algebra['subtract'] = (a, b, out) => subtractVectors(a, b, words, out);
  const multiply: Algebra['multiply'] = (a, b, out) => multiplyVectors(a, b, words, out);
  const common = {
    words,
    add,
    subtract,
    multiply,
    cross: (x: Held, y: Held, plus: Stream, minus: Stream, out: Words) =>
      crossMultiply(x.mine, x.next, y.mine, y.next, plus, minus, words, out),
  };
  if (words === 1) return { ...common, ...oneWord(false) };
  const turned = (a: Words, turn: number, size: number) => turnedCopy(a, words, turn, size);
  return {
    ...common,
    sumOfThree: (a, b, c, out) => add(add(a, b), c, out),
    negatedSum: (a, b, out) => subtract(new BigUint64Array(a.length), add(a, b), out),
    subtractTurned: (x, a, turn, out) => subtract(x, turned(a, turn, x.length), out),
    residue: ([z, y], [c, a], [rho, sigma], turn, out) => {
      const known = add(multiply(rho, y), multiply(sigma, turned(a, turn, z.length)));
      return subtract(subtract(z, turned(c, turn, z.length)), known, out);
    },
  };
}

/** What vectors of single words have kernels for: elements of Z_2^64, or 64 bits. */
function oneWord(bits: boolean): Pick<Algebra, 'sumOfThree' | 'negatedSum' | 'subtractTurned' | 'residue'> {
  return {
    sumOfThree: (a, b, c, out = new BigUint64Array(a.length)) => sumOfThree(a, b, c, bits, out),
    negatedSum: (a, b, out = new BigUint64Array(a.length)) => negatedSum(a, b, bits, out),
    subtractTurned: (x, a, turn, out) => subtractTurned(x, a, turn, bits, out),
    residue: (zy, ca, opened, turn, out) => turnedResidue(zy, ca, opened, turn, bits, out),
  };
}

/** The first `size` words' elements of a turned by `turn` elements, word-major. */
export function turnedCopy(a: Words, words: number, turn: number, size: number): Words {
  const [length, n] = [a.length / words, size / words];
  const straight = Math.min(n, length - turn);
  const out = new BigUint64Array(size);
  for (let w = 0; w < words; w++) {
    out.set(a.subarray(w * length + turn, w * length + turn + straight), w * n);
    out.set(a.subarray(w * length, w * length + n - straight), w * n + straight);
  }
  return out;
}

const halves = (a: Words): Uint32Array => new Uint32Array(a.buffer, a.byteOffset, 2 * a.length);
const whole = (a: Uint32Array): Words => new BigUint64Array(a.buffer, a.byteOffset, a.length / 2);
const xor = (a: Words, b: Words, out?: Words): Words => whole(xorBits(halves(a), halves(b), out && halves(out)));

/** 64 bits to a position, added by exclusive or and multiplied by conjunction. */
export const bitAlgebra: Algebra = {
  words: 1,
  add: xor,
  subtract: xor,
  multiply: (a, b, out) => whole(andBits(halves(a), halves(b), out && halves(out))),
  cross: (x, y, plus, minus, out) =>
    whole(crossAnd2(halves(x.mine), halves(x.next), halves(y.mine), halves(y.next), plus, minus, halves(out))),
  ...oneWord(true),
};
