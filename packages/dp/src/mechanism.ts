/** What every mechanism of this library is: a claim that can be charged before anything is drawn, and a way to run it. */
import type { Random } from '@sluis/base';
import type { PrivacyEvent } from '@sluis/model';
import type { Contributions } from './data/rows.ts';

/** How much one unit, added or removed, changes the values that get noise: in the whole numbers that they are. */
export interface Sensitivity {
  readonly of: string;
  readonly l1: bigint;
  readonly squaredL2: bigint;
}

export interface Claim {
  /** What one privacy unit may be in; neighbours differ by one unit. */
  readonly contributions: Contributions;
  readonly sensitivities: readonly Sensitivity[];
  /** The privacy map: what an accountant composes, all of them. */
  readonly events: readonly PrivacyEvent[];
}

/** Holds what would have been released without noise, with a probability of at least `level` over the noise. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly level: number;
}

/** A released value. Its exact form is a whole number of steps; numbers are made from that, after the noise. */
export interface Estimate {
  readonly value: number;
  readonly interval: Interval;
}

/**
 * A mechanism with all parameters chosen. Charge `claim.events` durably, then run it, once: every run is a new release.
 * Parameters must not depend on the data.
 */
export interface Mechanism<Data, Release> {
  readonly name: string;
  readonly claim: Claim;
  run(random: Random, data: Data): Release;
}

export interface MechanismOptions {
  /** Default: one row in one group. */
  readonly contributions?: Contributions;
  /** Of confidence intervals; default 0.95. */
  readonly level?: number;
}
