/**
 * Integers from 0 to a maximum as a weighted sum of bits (VDAF §7.4.2, encode_range_checked_int): the weights are powers of
 * two, but for the last one, which makes the sum of all weights the maximum. Whatever the bits, the sum is in range.
 */
import type { Field, Vector } from './field.ts';
import { outOfRange } from './refusals.ts';

export class BoundedInteger {
  readonly #field: Field;
  readonly maximum: bigint;
  readonly bits: number;
  readonly #weights: Vector;

  /** @throws RangeError unless 0 < maximum < modulus. */
  constructor(field: Field, maximum: bigint) {
    if (maximum <= 0n || maximum >= field.modulus) throw new RangeError('the largest value is at least 1 and below the modulus');
    this.#field = field;
    this.maximum = maximum;
    this.bits = maximum.toString(2).length;
    this.#weights = field.zeros(this.bits);
    for (let k = 0; k < this.bits; k++) field.set(this.#weights, k, k < this.bits - 1 ? 1n << BigInt(k) : this.#lastWeight());
  }

  #lastWeight(): bigint {
    return this.maximum - ((1n << BigInt(this.bits - 1)) - 1n);
  }

  /** Writes the bits of `value` to out[at…]; both kinds of value do the same work. */
  encode(value: bigint, out: Vector, at: number): void {
    if (typeof value !== 'bigint' || value < 0n || value > this.maximum) throw outOfRange();
    const last = value >> BigInt(this.bits - 1) === 0n ? 0n : 1n;
    const rest = value - last * this.#lastWeight();
    for (let k = 0; k < this.bits - 1; k++) out[(at + k) * this.#field.limbs] = Number((rest >> BigInt(k)) & 1n);
    out[(at + this.bits - 1) * this.#field.limbs] = Number(last);
  }

  /** out[o] = the weighted sum of the bits, or of shares of them, at bits[at…]. */
  decode(bits: Vector, at: number, out: Vector, o: number): void {
    const field = this.#field;
    const [sum, term] = [field.zeros(1), field.zeros(1)];
    for (let k = 0; k < this.bits; k++) {
      field.multiply(term, 0, bits, at + k, this.#weights, k);
      field.add(sum, 0, sum, 0, term, 0);
    }
    field.copy(out, o, sum, 0);
  }
}
