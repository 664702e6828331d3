/** Partition selection by noisy counts: from which count on a group may be shown. */
import { divideRationals } from '@sluis/math';
import { downward, readPositive, whole } from './exact-number.ts';
import { leastWhole, sizeOf } from './noise-margin.ts';
import { type AddedNoise, tailOf } from './noise-tail.ts';

export interface ThresholdTarget {
  /** All noise on the count that is compared. */
  readonly noise: AddedNoise;
  /** Probability with which one unit may show a group that holds nobody else. */
  readonly delta: string;
  /** Groups in which one unit counts. */
  readonly groups: number;
  /** Most that one unit adds to one group's count. */
  readonly count: number;
}

/**
 * The least τ such that a unit alone in up to `groups` groups makes any of them show, noisy count ≥ τ, with probability ≤ δ.
 * Each shows with P(noise > τ − 1 − count); the union bound allows δ/groups each, never more than independence would.
 * Showing costs (0, δ) on top of the noisy counts: without the unit none of those groups exists.
 * A party's own share is part of the noise: δ is an average over it, which is what (ε, δ)-privacy towards that party asks.
 * Source: Korolova et al. 2009, and Wilson et al. 2020, §3.5, for Laplace; Swanberg, Desfontaines & Haney 2023 for Gaussian.
 */
export function thresholdFor({ noise, delta, groups, count }: ThresholdTarget): bigint {
  if (!Number.isSafeInteger(groups) || groups < 1 || !Number.isSafeInteger(count) || count < 1)
    throw new RangeError('a unit counts in at least one group');
  const each = downward(divideRationals(readPositive(delta, 'delta'), whole(groups)));
  const tail = tailOf(noise);
  return leastWhole((m) => tail(m) <= each, sizeOf(noise)) + 1n + BigInt(count);
}

/** What showing adds to the noisy counts' own events. */
export const thresholdEvent = (delta: string) => ({ kind: 'guarantee', epsilon: '0', delta, times: 1 }) as const;
