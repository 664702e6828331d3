/** From reports that hide one of several alternatives each, to how many people have which; with intervals. */
import type { Random } from '@sluis/base';
import type { PrivacyEvent } from '@sluis/model';
import { type Interval, normalInterval } from './interval.ts';

/**
 * A way to report one of `domain` alternatives under ε-local differential privacy, and to count reports.
 *
 * Every report speaks for or against each alternative with a number z. Its mean and variance are known, whether the
 * person has that alternative or another, so sums of z over reports estimate counts without bias.
 */
export interface FrequencyMechanism {
  readonly name: string;
  readonly epsilon: string;
  readonly domain: number;
  /** What the person who reports is charged; each report again. */
  readonly event: PrivacyEvent;
  /** Of an encoded report. */
  readonly reportBytes: number;

  /**
   * Run by: the person's own device. Learns: whoever gets the report, at most what ε allows, whoever they collude with.
   *
   * @throws InvalidError `dp/local-value`.
   */
  randomise(value: number, random: Random): Uint8Array;

  /** Length of what the collector keeps. */
  readonly counters: number;
  /** Adds one report to the counters. Throws InvalidError `dp/local-report`, and adds nothing then. */
  count(report: Uint8Array, counters: Float64Array): void;
  /** Σ z for every alternative. */
  sums(counters: Float64Array): Float64Array;
  /** Mean of z for people who have the alternative, and for those who have another. */
  readonly own: number;
  readonly other: number;
  /** The variance of Σ z, for every alternative, where so many people have each. */
  variances(counts: Float64Array): Float64Array;
}

/** `variances` where z is 1 with these probabilities for people who have the alternative and who do not, and otherwise 0. */
export const zeroOrOne =
  (own: number, other: number) =>
  (counts: Float64Array): Float64Array => {
    const people = total(counts);
    return counts.map((count) => count * own * (1 - own) + (people - count) * other * (1 - other));
  };

export const total = (counts: Float64Array): number => counts.reduce((a, b) => a + b, 0);

export interface FrequencyEstimate {
  /** May be negative or above the number of reports: cutting it off would bias sums of estimates. */
  readonly count: number;
  readonly standardError: number;
  readonly interval: Interval;
}

/** Counts reports of one mechanism. Run by: the collector, who need not be trusted. */
export class FrequencyTally {
  readonly mechanism: FrequencyMechanism;
  readonly #counters: Float64Array;
  #reports = 0;

  constructor(mechanism: FrequencyMechanism) {
    this.mechanism = mechanism;
    this.#counters = new Float64Array(mechanism.counters);
  }

  get reports(): number {
    return this.#reports;
  }

  /** Throws InvalidError `dp/local-report`. A false report moves an estimate by at most 2/(own − other). */
  add(report: Uint8Array): void {
    this.mechanism.count(report, this.#counters);
    this.#reports += 1;
  }

  /**
   * Unbiased estimates of how many of the reporting people have each alternative.
   *
   * @param level - of the intervals, which are approximate: each holds the true count with about this probability from some
   *   hundred reports on.
   */
  estimates(level = 0.95): FrequencyEstimate[] {
    const { mechanism } = this;
    const { own, other } = mechanism;
    const counts = mechanism.sums(this.#counters).map((sum) => (sum - this.#reports * other) / (own - other));
    const errors = standardErrors(mechanism, plausible(counts, this.#reports));
    return Array.from(counts, (count, v) => {
      const standardError = errors[v] as number;
      return { count, standardError, interval: normalInterval(count, standardError, level) };
    });
  }
}

/** The standard deviations of the estimates where so many people have each alternative: also to plan with. */
export const standardErrors = (mechanism: FrequencyMechanism, counts: Float64Array): Float64Array =>
  mechanism.variances(counts).map((variance) => Math.sqrt(variance) / (mechanism.own - mechanism.other));

/** Counts that are not negative and add up to the number of reports. */
function plausible(counts: Float64Array, reports: number): Float64Array {
  const positive = counts.map((count) => Math.max(count, 0));
  const sum = total(positive);
  return sum === 0 ? positive.fill(reports / counts.length) : positive.map((count) => (count * reports) / sum);
}
