/** Powers of roots of unity (VDAF §6.1.2), and tables that the transforms and evaluations need; made once per size. */
import { type Field, power, type Vector } from './field.ts';

const tables = new Map<string, Vector>();

function table(field: Field, name: string, n: number, make: () => Vector): Vector {
  const key = `${field.name} ${name} ${n}`;
  const known = tables.get(key);
  if (known !== undefined) return known;
  const made = make();
  tables.set(key, made);
  return made;
}

/** The next power of two that is not below n. */
export const powerOfTwo = (n: number): number => 2 ** Math.ceil(Math.log2(n));

function geometric(field: Field, n: number, first: bigint, ratio: bigint): Vector {
  const v = field.zeros(n);
  let value = first;
  for (let i = 0; i < n; i++) {
    field.set(v, i, value);
    value = (value * ratio) % field.modulus;
  }
  return v;
}

/** The principal n-th root of unity: nth_root. RangeError unless n is a power of two within the subgroup. */
export function principalRoot(field: Field, n: number): bigint {
  const log = Math.log2(n);
  if (!Number.isInteger(log) || log > Math.min(field.logOrder, 30)) throw new RangeError('no root of unity of this order');
  return power(field.generator, 2n ** BigInt(field.logOrder - log), field.modulus);
}

export const inverse = (field: Field, value: bigint): bigint => power(value, field.modulus - 2n, field.modulus);

/** nth_root_powers: w^0 … w^(n−1). */
export const rootPowers = (field: Field, n: number): Vector =>
  table(field, 'powers', n, () => geometric(field, n, 1n, principalRoot(field, n)));

/** w^0, w^−1 … */
export const inversePowers = (field: Field, n: number): Vector =>
  table(field, 'inverse powers', n, () => geometric(field, n, 1n, inverse(field, principalRoot(field, n))));

/** w^i / n: what the evaluation of a polynomial given by n values needs. */
export const scaledPowers = (field: Field, n: number): Vector =>
  table(field, 'scaled powers', n, () => geometric(field, n, inverse(field, BigInt(n)), principalRoot(field, n)));

/** −w^(i+1) for i < n − 1: what each of n − 1 values weighs in the last one, when the polynomial's top coefficient is zero. */
export const lastValueWeights = (field: Field, n: number): Vector =>
  table(field, 'last', n, () => {
    const root = principalRoot(field, n);
    return geometric(field, n - 1, field.modulus - root, root);
  });

/** s^i / n for the principal 2n-th root s, in the order of reversed bits: between an inverse transform and one on the coset. */
export const cosetScale = (field: Field, n: number): Vector =>
  table(field, 'coset', n, () => {
    const straight = geometric(field, n, inverse(field, BigInt(n)), principalRoot(field, 2 * n));
    const reversed = field.zeros(n);
    for (let i = 0; i < n; i++) field.copy(reversed, reversedBits(i, Math.log2(n)), straight, i);
    return reversed;
  });

function reversedBits(value: number, bits: number): number {
  let out = 0;
  for (let k = 0; k < bits; k++) out |= ((value >> k) & 1) << (bits - 1 - k);
  return out;
}
