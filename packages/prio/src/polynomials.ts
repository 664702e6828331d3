/** Polynomials given by their values at the n-th roots of unity: the Lagrange basis of VDAF §6.1.3.2. n is a power of two. */
import type { Field, Vector } from './field.ts';
import { cosetScale, inverse, inversePowers, lastValueWeights, principalRoot, rootPowers, scaledPowers } from './roots.ts';

/**
 * double_evaluations: the values of a polynomial at the odd powers of the principal 2n-th root, from the n values at
 * `values[from…]`; the even ones are those values. Down to coefficients in reversed order, and up again from there, so that
 * nothing need be put in order.
 */
export function oddValues(field: Field, values: Vector, from: number, n: number): Vector {
  const work = field.part(values, from, from + n).slice();
  const pair = field.zeros(1);
  const back = inversePowers(field, n);
  for (let half = n >> 1; half >= 1; half >>= 1) {
    for (let start = 0; start < n; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const [i, j] = [start + k, start + k + half];
        field.subtract(pair, 0, work, i, work, j);
        field.add(work, i, work, i, work, j);
        field.multiply(work, j, pair, 0, back, k * (n / (2 * half)));
      }
    }
  }
  const scale = cosetScale(field, n);
  for (let i = 0; i < n; i++) field.multiply(work, i, work, i, scale, i);
  const forth = rootPowers(field, n);
  for (let half = 1; half < n; half <<= 1) {
    for (let start = 0; start < n; start += 2 * half) {
      for (let k = 0; k < half; k++) {
        const [i, j] = [start + k, start + k + half];
        field.multiply(pair, 0, work, j, forth, k * (n / (2 * half)));
        field.subtract(work, j, work, i, pair, 0);
        field.add(work, i, work, i, pair, 0);
      }
    }
  }
  return work;
}

/** Values at `size` roots from values at n of them: doubled until there are enough. */
export function extended(field: Field, values: Vector, from: number, n: number, size: number): Vector {
  let now = field.part(values, from, from + n);
  for (let have = n; have < size; have *= 2) {
    const odd = oddValues(field, now, 0, have);
    const next = field.zeros(2 * have);
    for (let i = 0; i < have; i++) {
      field.copy(next, 2 * i, now, i);
      field.copy(next, 2 * i + 1, odd, i);
    }
    now = next;
  }
  return now;
}

/**
 * What each of n values weighs in the polynomial's value at t: w^i/n · Π_{j≠i} (t − w^j), from products of all before and
 * all after, without a division. The same for all polynomials that are evaluated at t.
 */
export function weightsAt(field: Field, n: number, t: Vector): Vector {
  const powers = rootPowers(field, n);
  const scaled = scaledPowers(field, n);
  const weights = field.zeros(n);
  const one = field.part(powers, 0, 1);
  const [product, difference] = [one.slice(), field.zeros(1)];
  for (let i = 0; i < n; i++) {
    field.multiply(weights, i, product, 0, scaled, i);
    field.subtract(difference, 0, t, 0, powers, i);
    field.multiply(product, 0, product, 0, difference, 0);
  }
  product.set(one);
  for (let i = n - 1; i >= 0; i--) {
    field.multiply(weights, i, weights, i, product, 0);
    field.subtract(difference, 0, t, 0, powers, i);
    field.multiply(product, 0, product, 0, difference, 0);
  }
  return weights;
}

/** out[o] = Σ a[from + i] · weights[i]. */
export function weightedSum(field: Field, out: Vector, o: number, a: Vector, from: number, weights: Vector): void {
  const [sum, term] = [field.zeros(1), field.zeros(1)];
  const n = field.count(weights);
  for (let i = 0; i < n; i++) {
    field.multiply(term, 0, a, from + i, weights, i);
    field.add(sum, 0, sum, 0, term, 0);
  }
  field.copy(out, o, sum, 0);
}

/** Whether t is an n-th root of unity: t^n = 1. */
export function isRoot(field: Field, t: Vector, n: number): boolean {
  const x = t.slice();
  for (let k = 1; k < n; k *= 2) field.multiply(x, 0, x, 0, x, 0);
  return field.equal(x, 0, rootPowers(field, 1), 0);
}

/**
 * extend_values_to_power_of_2: n values of the polynomial of lowest degree through the `given` first ones. One missing value,
 * which is what a gadget of degree two leaves, follows from the top coefficient being zero: Σ v_i·w^i = 0.
 */
export function completed(field: Field, values: Vector, n: number): Vector {
  const given = field.count(values);
  const out = field.zeros(n);
  out.set(values);
  if (given === n - 1) {
    weightedSum(field, out, given, values, 0, lastValueWeights(field, n));
  } else {
    for (let k = given; k < n; k++) weightedSum(field, out, k, values, 0, interpolation(field, given, n, k));
  }
  return out;
}

const known = new Map<string, Vector>();

/** The weights of the first `given` values in the value at w^k. */
function interpolation(field: Field, given: number, n: number, k: number): Vector {
  const key = `${field.name} ${given} ${n} ${k}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const root = principalRoot(field, n);
  const x: bigint[] = [1n];
  for (let i = 1; i < n; i++) x.push(((x[i - 1] as bigint) * root) % field.modulus);
  const weights = field.zeros(given);
  for (let i = 0; i < given; i++) {
    let [above, below] = [1n, 1n];
    for (let j = 0; j < given; j++) {
      if (j === i) continue;
      above = (above * ((x[k] as bigint) - (x[j] as bigint))) % field.modulus;
      below = (below * ((x[i] as bigint) - (x[j] as bigint))) % field.modulus;
    }
    field.set(weights, i, above * inverse(field, (below + field.modulus) % field.modulus));
  }
  known.set(key, weights);
  return weights;
}
