/** Polynomials with many coefficients at one point, sixteen at a time. Constant time. */
import { multiplyTurned } from './field';
import { turn } from './turn';

const WORK: usize = 8192;

/**
 * Goes on with 16 polynomials at a point: lane l's sum becomes sum·χ^count ⊕ Σ_k x_l,k · χ^(count−1−k), where x_l,k stands at
 * x + l·stride + 16·k and the table is of χ. Sums are turned: `turnElements` turns them, and back.
 */
export function hornerLanes(x: usize, stride: usize, count: usize, table: usize, sums: usize): void {
  const work = table + WORK;
  for (let k: usize = 0; k < count; k++) {
    multiplyTurned(sums, sums, table, work + 256);
    turn(x, stride, work);
    for (let o: usize = 0; o < 256; o += 16) v128.store(sums + o, v128.xor(v128.load(sums + o), v128.load(work + o)));
    x += 16;
  }
}

/** Turns 16 elements: byte j of element i becomes byte i of element j. */
export function turnElements(x: usize): void {
  turn(x, 16, x);
}
