/** Sums of output shares (VDAF §7.2.4): what an aggregator keeps, and at the end sends to the receiver. */
import type { Field, Vector } from './field.ts';
import { malformed } from './refusals.ts';

export class Aggregate {
  readonly #field: Field;
  readonly sum: Vector;
  #count = 0;

  constructor(field: Field, length: number) {
    this.#field = field;
    this.sum = field.zeros(length);
  }

  /** How many output shares were added one by one. */
  get count(): number {
    return this.#count;
  }

  /** Adds the output share of one verified report. */
  add(outputShare: Vector): void {
    this.#field.addTo(this.sum, outputShare);
    this.#count += 1;
  }

  /** Adds an encoded aggregate share. Throws InvalidError `prio/message-malformed`. */
  merge(encoded: Uint8Array): void {
    const share = this.#field.decode(encoded);
    if (share === null || share.length !== this.sum.length) throw malformed('aggregate share');
    this.#field.addTo(this.sum, share);
  }

  /** The encoded aggregate share: a secret share of the sum. */
  encode(): Uint8Array {
    return this.#field.encode(this.sum);
  }
}
