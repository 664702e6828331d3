/** The two kinds of products that are checked, with the vector operations a check needs: all on words of 64 bits. */
import { addVectors, andBits, crossAnd2, crossMultiply, multiplyVectors, subtractVectors, xorBits } from '@sluis/kernels';

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
  negate(a: Words, out: Words): Words;
  multiply(a: Words, b: Words, out?: Words): Words;
  /** This party's part of the product of shared x and y, plus the next words of one stream, minus those of the other. */
  cross(x: Held, y: Held, plus: Stream, minus: Stream): Words;
}

/** Elements of Z_2^(64·words). */
export function ringAlgebra(words: number): Algebra {
  return {
    words,
    add: (a, b, out) => addVectors(a, b, words, out),
    subtract: (a, b, out) => subtractVectors(a, b, words, out),
    negate: (a, out) => subtractVectors(zeros(a.length), a, words, out),
    multiply: (a, b, out) => multiplyVectors(a, b, words, out),
    cross: (x, y, plus, minus) => crossMultiply(x.mine, x.next, y.mine, y.next, plus, minus, words),
  };
}

let someZeros: Words = new BigUint64Array(0);
/** Never written to. */
function zeros(length: number): Words {
  if (someZeros.length < length) someZeros = new BigUint64Array(length);
  return someZeros.subarray(0, length);
}

const halves = (a: Words): Uint32Array => new Uint32Array(a.buffer, a.byteOffset, 2 * a.length);
const whole = (a: Uint32Array): Words => new BigUint64Array(a.buffer, a.byteOffset, a.length / 2);

/** 64 bits to a position, added by exclusive or and multiplied by conjunction. */
export const bitAlgebra: Algebra = {
  words: 1,
  add: (a, b, out) => whole(xorBits(halves(a), halves(b), out && halves(out))),
  subtract: (a, b, out) => whole(xorBits(halves(a), halves(b), out && halves(out))),
  negate: (a) => a,
  multiply: (a, b, out) => whole(andBits(halves(a), halves(b), out && halves(out))),
  cross: (x, y, plus, minus) => whole(crossAnd2(halves(x.mine), halves(x.next), halves(y.mine), halves(y.next), plus, minus)),
};
