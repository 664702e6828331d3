/** Polynomials over the scalars of ristretto255, and the same in the exponent. Party i stands at i + 1; the secret at 0. */
import type { Ristretto } from '@sluis/crypto';

export const SIZE = 32;

/** Item i of packed scalars or elements. */
export const at = (packed: Uint8Array, i: number): Uint8Array => packed.subarray(i * SIZE, (i + 1) * SIZE);

/** A small number as a scalar. */
export function scalarOf(n: number): Uint8Array {
  const out = new Uint8Array(SIZE);
  new DataView(out.buffer).setUint32(0, n, true);
  return out;
}

/** Value at x of a polynomial with the given coefficients, lowest first. */
export function valueAt(group: Ristretto, coefficients: Uint8Array, x: number): Uint8Array {
  const count = coefficients.length / SIZE;
  let value: Uint8Array = at(coefficients, count - 1).slice();
  for (let m = count - 2; m >= 0; m--) value = group.addScalars(group.multiplyScalars(value, scalarOf(x)), at(coefficients, m));
  return value;
}

/** The element that the value at x is the exponent of, from commitments to the coefficients. */
export function elementAt(group: Ristretto, commitments: Uint8Array, x: number): Uint8Array {
  const count = commitments.length / SIZE;
  let value: Uint8Array = at(commitments, count - 1).slice();
  for (let m = count - 2; m >= 0; m--) value = group.add(group.multiply(value, scalarOf(x)), at(commitments, m));
  return value;
}

/** Lagrange's coefficients: Σ coefficient_i · f(places_i) = f(x) for polynomials of lower degree than there are places. */
export function lagrange(group: Ristretto, places: readonly number[], x: number): Uint8Array[] {
  return places.map((i) => {
    let [top, bottom] = [scalarOf(1), scalarOf(1)];
    for (const j of places) {
      if (j === i) continue;
      top = group.multiplyScalars(top, group.subtractScalars(scalarOf(x), scalarOf(j)));
      bottom = group.multiplyScalars(bottom, group.subtractScalars(scalarOf(i), scalarOf(j)));
    }
    return group.multiplyScalars(top, group.invertScalars(bottom));
  });
}

/** Σ weight_i · element_i, for vectors of elements. */
export function weightedSum(group: Ristretto, vectors: readonly Uint8Array[], weights: readonly Uint8Array[]): Uint8Array {
  const terms = vectors.map((v, i) => group.multiply(v, weights[i] ?? scalarOf(0)));
  return terms.reduce((a, b) => group.add(a, b));
}

/** Σ weight_i · scalar_i. */
export const weightedScalars = (group: Ristretto, scalars: readonly Uint8Array[], weights: readonly Uint8Array[]): Uint8Array =>
  scalars.map((s, i) => group.multiplyScalars(s, weights[i] ?? scalarOf(0))).reduce((a, b) => group.addScalars(a, b));
