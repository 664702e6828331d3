/** The sparse vector technique: many questions whether a value is above a threshold, of which only the answers "yes" cost. */
import type { Random } from '@sluis/base';
import { divideRationals, multiplyRationals, rational, rationalText } from '@sluis/math';
import type { PrivacyEvent } from '@sluis/model';
import { type ChosenNoise, noiseFor, spent } from '../noise/choice.ts';
import { refused, wholeNumber } from '../refusal.ts';

export interface SparseVectorOptions {
  readonly epsilon: string;
  /** Most that one unit changes any of the values asked about, a whole number. */
  readonly sensitivity: bigint;
  readonly threshold: bigint;
  /** Answers "above" after which no more are given. */
  readonly most: number;
  /** Whether adding a unit changes all values in the same direction, or all in the other: then noise is half as large. */
  readonly monotonic?: boolean;
}

/**
 * Says of each value whether it is above the threshold, until it said yes so often. Run by: whoever holds exact values.
 *
 * Claim: (ε, 0) for all answers together, however many are "below". Half of ε is for the threshold's noise (scale Δ/ε₁, drawn
 * once and kept), half for that of each value (scale 2cΔ/ε₂, for monotonic values cΔ/ε₂, drawn afresh; c is `most`).
 * Proof: shift the threshold's noise by Δ: every "below" stays below whatever the values' noise; every "above" stays above
 * where that value's noise is 2Δ more. The first costs exp(ε₁), the c others exp(ε₂/c) each; shifts are whole numbers,
 * so discrete noise and ≥ do. Noisy values themselves are never released: that is what broke variants of it.
 * Source: Lyu, Su & Li 2017, Algorithm 1 (and 7 without numeric answers), Theorems 2 and 3.
 */
export class SparseVector {
  readonly event: PrivacyEvent;
  readonly #noise: ChosenNoise;
  readonly #threshold: bigint;
  readonly #random: Random;
  #left: number;

  constructor(random: Random, options: SparseVectorOptions) {
    const { sensitivity, monotonic = false } = options;
    const most = wholeNumber(options.most, 'The number of answers "above"');
    const epsilon = spent(options.epsilon);
    this.event = { kind: 'guarantee', epsilon: rationalText(epsilon), delta: '0', times: 1 };
    const half = multiplyRationals(epsilon, rational(1n, 2n));
    const shift = { of: 'value', l1: sensitivity, squaredL2: sensitivity ** 2n };
    const threshold = noiseFor({ epsilon: rationalText(half) }, shift);
    const each = divideRationals(rational(BigInt(most) * (monotonic ? 1n : 2n) * sensitivity), half);
    this.#noise = noiseFor({ scale: rationalText(each) }, shift);
    this.#threshold = options.threshold + (threshold.draw(random, 1)[0] as bigint);
    [this.#random, this.#left] = [random, most];
  }

  /** Whether more may be asked. */
  get open(): boolean {
    return this.#left > 0;
  }

  /** @throws RefusedError `dp/exhausted` once it said yes as often as it may. */
  isAbove(value: bigint): boolean {
    if (!this.open) throw refused('exhausted', 'This series of questions has had all of its answers "above".', 'Charge a new one.');
    const above = value + (this.#noise.draw(this.#random, 1)[0] as bigint) >= this.#threshold;
    if (above) this.#left--;
    return above;
  }
}
