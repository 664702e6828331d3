/** From reports that hide one number each to their mean, with an interval. */
import { type Interval, normalInterval } from './interval.ts';
import type { MeanMechanism } from './means.ts';

export interface MeanEstimate {
  /** Unbiased; may lie outside the range. */
  readonly mean: number;
  readonly standardError: number;
  readonly interval: Interval;
}

/** Adds reports of one mechanism. Run by: the collector, who need not be trusted. */
export class MeanTally {
  readonly mechanism: MeanMechanism;
  #reports = 0;
  #mean = 0;
  #squares = 0;

  constructor(mechanism: MeanMechanism) {
    this.mechanism = mechanism;
  }

  get reports(): number {
    return this.#reports;
  }

  /** Throws InvalidError `dp/local-report`. By Welford's recurrence, so that large sums lose nothing. */
  add(report: Uint8Array): void {
    const value = this.mechanism.read(report);
    this.#reports += 1;
    const before = value - this.#mean;
    this.#mean += before / this.#reports;
    this.#squares += before * (value - this.#mean);
  }

  /**
   * An estimate of the mean of the reporting people's values. Null before the second report.
   *
   * @param level - of the interval: approximate, from some hundred reports on. It also covers how people differ from each other,
   *   so it holds for those whom they were drawn from.
   */
  estimate(level = 0.95): MeanEstimate | null {
    if (this.#reports < 2) return null;
    const standardError = Math.sqrt(this.#squares / (this.#reports - 1) / this.#reports);
    return { mean: this.#mean, standardError, interval: normalInterval(this.#mean, standardError, level) };
  }
}
