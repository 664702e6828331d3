/**
 * What checking products with random triples does to vectors of 64-bit words: each function for elements of Z_2^64, and
 * for 64 bits a word (with `bits`: sums become exclusive or, products conjunctions). `out` is overwritten and returned.
 * Local: run by each party for itself; nobody learns anything. Run times depend on lengths only.
 */
import { eachBlock, loadElements, storeElements } from './blocks.ts';
import { addressOf, BLOCK, elementSlot, kernels } from './module.ts';

const [S0, S1, S2, S3, S4, S5, S6] = [0, 1, 2, 3, 4, 5, 6].map(addressOf) as [number, number, number, number, number, number, number];

function sameLength(out: BigUint64Array, ...others: readonly BigUint64Array[]): void {
  if (others.some((v) => v.length !== out.length)) throw new RangeError('vectors of one operation have the same length');
}

function canTurn(out: BigUint64Array, a: BigUint64Array, turn: number): void {
  if (!Number.isInteger(turn) || turn < 0 || turn >= a.length || a.length < out.length)
    throw new RangeError('a turned vector is as long as what it meets, and turned by less than its length');
}

/** Elements from `from` on of `a` turned by `turn`: element i of it is a[(i + turn) mod length]. */
function loadTurned(slot: number, a: BigUint64Array, turn: number, from: number, count: number): void {
  const start = (from + turn) % a.length;
  const straight = Math.min(count, a.length - start);
  const room = elementSlot(slot);
  room.set(a.subarray(start, start + straight));
  if (straight < count) room.set(a.subarray(0, count - straight), straight);
}

/** x − a, with a turned: out[i] = x[i] − a[(i + turn) mod length of a]. */
export function subtractTurned(x: BigUint64Array, a: BigUint64Array, turn: number, bits: boolean, out: BigUint64Array): BigUint64Array {
  sameLength(out, x);
  canTurn(out, a, turn);
  eachBlock(out.length, BLOCK, (from, count) => {
    loadElements(0, x, from, count);
    loadTurned(1, a, turn, from, count);
    if (bits) kernels.xor(S0, S1, S2, 8 * count);
    else kernels.subtract(S0, S1, S2, count);
    storeElements(2, out, from, count);
  });
  return out;
}

/** One component of z − c − rho·y − sigma·a, with c and a turned as in `subtractTurned`; rho and sigma are public. */
export function turnedResidue(
  [z, y]: readonly [BigUint64Array, BigUint64Array],
  [c, a]: readonly [BigUint64Array, BigUint64Array],
  [rho, sigma]: readonly [BigUint64Array, BigUint64Array],
  turn: number,
  bits: boolean,
  out: BigUint64Array,
): BigUint64Array {
  sameLength(out, z, y, rho, sigma);
  sameLength(a, c);
  canTurn(out, a, turn);
  eachBlock(out.length, BLOCK, (from, count) => {
    loadElements(0, z, from, count);
    loadTurned(1, c, turn, from, count);
    loadElements(2, rho, from, count);
    loadElements(3, y, from, count);
    loadElements(4, sigma, from, count);
    loadTurned(5, a, turn, from, count);
    if (bits) kernels.residueBits(S0, S1, S2, S3, S4, S5, S6, 8 * count);
    else kernels.residue(S0, S1, S2, S3, S4, S5, S6, count);
    storeElements(6, out, from, count);
  });
  return out;
}

/** x + y + w: what three components add up to. */
export function sumOfThree(x: BigUint64Array, y: BigUint64Array, w: BigUint64Array, bits: boolean, out: BigUint64Array): BigUint64Array {
  sameLength(out, x, y, w);
  eachBlock(out.length, BLOCK, (from, count) => {
    loadElements(0, x, from, count);
    loadElements(1, y, from, count);
    loadElements(2, w, from, count);
    if (bits) kernels.xorOfThree(S0, S1, S2, S3, 8 * count);
    else kernels.sumOfThree(S0, S1, S2, S3, count);
    storeElements(3, out, from, count);
  });
  return out;
}

/** −(x + y): the third component of a sharing of zeros. */
export function negatedSum(x: BigUint64Array, y: BigUint64Array, bits: boolean, out: BigUint64Array): BigUint64Array {
  sameLength(out, x, y);
  eachBlock(out.length, BLOCK, (from, count) => {
    loadElements(0, x, from, count);
    loadElements(1, y, from, count);
    if (bits) kernels.xor(S0, S1, S2, 8 * count);
    else kernels.negateSum(S0, S1, S2, count);
    storeElements(2, out, from, count);
  });
  return out;
}
