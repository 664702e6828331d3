/**
 * The one form that all local randomisers here have: every value makes some of the possible outputs likely, as many for each
 * value, and an output is drawn with one probability from the likely ones and with another from the rest.
 *
 * Claim: ε-local differential privacy, exactly: for any two values, no output is more than e^ε times as probable for one as
 * for the other. Proof: with s likely outputs of m, let D = 2^64, let E ≤ e^ε be a fraction (from an upper bound on e^−ε in
 * whole numbers), q = ⌈D / (sE + m − s)⌉ and T = D − (m − s)·q. An output that is not likely has probability q/D, a likely one
 * T/(sD). By the choice of q, D ≤ q·(sE + m − s), so T ≤ sEq: a likely output is at most E ≤ e^ε times as probable as one that
 * is not. That it is also not less probable (T ≥ sq) is checked. All draws are of uniform whole numbers: no probability is ever
 * rounded but in q, and there to the safe side. Which outputs are likely is computed on whole numbers.
 */
import { InvalidError, type Random } from '@sluis/base';
import { expBounds, parseRational, type Rational, RandomBits } from '@sluis/math';
import type { PrivacyEvent } from '@sluis/model';

const BITS = 64;
const D = 1n << BigInt(BITS);
const PRECISION = 128;
const ONE = 1n << BigInt(PRECISION);

/** What one report may cost: ε as exact text, and what is computed from it. */
export class Epsilon {
  readonly text: string;
  readonly value: Rational;
  /** At least e^−ε, in units of 2^−128. */
  readonly inverse: bigint;

  /** @param text - "1", "0.5", "3/8"; above 0 and at most 16. @throws InvalidError `dp/local-epsilon`, `math/not-a-number`. */
  constructor(text: string) {
    this.text = text;
    this.value = parseRational(text);
    const { numerator, denominator } = this.value;
    if (numerator <= 0n || numerator > 16n * denominator)
      throw invalid('epsilon', 'Epsilon of a local mechanism is above 0 and at most 16.', 'Choose an epsilon such as "1" or "1/2".');
    this.inverse = expBounds(this.value, PRECISION).high;
  }

  /** ⌊E⌋ for a lower bound E on e^ε: the same on every machine. */
  get wholeExponential(): bigint {
    return ONE / this.inverse;
  }

  /** About length · e^(−ε/2), rounded in whole numbers: the same on every machine. */
  shrunk(length: bigint): bigint {
    const { numerator, denominator } = this.value;
    return (length * expBounds({ numerator, denominator: 2n * denominator }, PRECISION).high) >> BigInt(PRECISION);
  }

  /** What an accountant charges the person who reports. */
  get event(): PrivacyEvent {
    return { kind: 'guarantee', epsilon: this.text, delta: '0', times: 1 };
  }
}

export class LikelySet {
  readonly likely: bigint;
  readonly outputs: bigint;
  /** T: of 2^64, what the likely outputs have together. */
  readonly inside: bigint;
  /** q: of 2^64, what each other output has. */
  readonly outside: bigint;

  /** @throws InvalidError `dp/local-epsilon` where ε is so small that rounding would turn likely into unlikely. */
  constructor(epsilon: Epsilon, likely: bigint, outputs: bigint) {
    const others = outputs - likely;
    const below = likely * ONE + others * epsilon.inverse;
    this.likely = likely;
    this.outputs = outputs;
    this.outside = (D * epsilon.inverse + below - 1n) / below;
    this.inside = D - others * this.outside;
    if (this.inside < likely * this.outside)
      throw invalid('epsilon', 'Epsilon is too small for so many possible outputs.', 'Choose a larger epsilon or a coarser domain.');
  }

  /** Null: take one of the likely outputs, all alike. Otherwise the number of another output, from 0, among the others. */
  draw(bits: RandomBits): bigint | null {
    const place = bits.bits(BITS);
    return place < this.inside ? null : (place - this.inside) / this.outside;
  }

  /** The probability that the output is likely. For estimates. */
  get insideProbability(): number {
    return Number(this.inside) / Number(D);
  }

  /** The probability of each output that is not. For estimates. */
  get outsideProbability(): number {
    return Number(this.outside) / Number(D);
  }
}

/** A value to be hidden is outside its domain, or a parameter or report is wrong. Says no value. */
export const invalid = (what: 'epsilon' | 'domain' | 'value' | 'report', message: string, remedy: string): InvalidError =>
  new InvalidError(`dp/local-${what}`, { stage: 'contribution', message, remedy });

export const badReport = (): InvalidError =>
  invalid(
    'report',
    'This is no report of this mechanism: its length or a number in it is wrong.',
    'Leave it out. If all are refused, client and collector differ in parameters.',
  );

/** Throws InvalidError `dp/local-value` unless the value is one of `size` alternatives. */
export function checkAlternative(value: number, size: number): void {
  if (!Number.isInteger(value) || value < 0 || value >= size)
    throw invalid('value', 'The value is not one of the alternatives of this collection.', 'Give its number, from 0.');
}

/** Throws InvalidError `dp/local-domain`. */
export function checkDomain(size: number, most: number): void {
  if (!Number.isInteger(size) || size < 2 || size > most)
    throw invalid('domain', `A domain has 2 to ${most} alternatives.`, 'Choose fewer or coarser alternatives.');
}

export const bitsFrom = (random: Random, words: number): RandomBits => new RandomBits(random, words);

/** A number of four bytes, big-endian. */
export function word(value: number): Uint8Array {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value);
  return out;
}

export const wordAt = (bytes: Uint8Array, at: number): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
