/** Everything that the accountant composes: what the planner charges, and what the library knows besides. */
import type { PrivacyEvent } from '@sluis/model';

/** Continuous noise, for comparison with published values and for those who use this package alone. */
export type ContinuousEvent =
  | { readonly kind: 'gaussian'; readonly variance: string; readonly squaredL2: string; readonly times: number }
  | { readonly kind: 'laplace'; readonly scale: string; readonly l1: string; readonly times: number };

/** What may run on a random part of the data. */
export type SampledMechanism = Exclude<PrivacyEvent, { kind: 'summed-discrete-gaussian' }> | ContinuousEvent;

/**
 * A mechanism that sees a secret random part of the data. `poisson`: each unit independently with this rate; neighbours
 * have one unit more or less. `without-replacement`: a fixed number, which is this part of all; neighbours differ in one
 * unit's value, and so must the sensitivity. The inner `times` is how often it runs on one sample.
 */
export interface SubsampledEvent {
  readonly kind: 'subsampled';
  readonly sampling: 'poisson' | 'without-replacement';
  readonly rate: string;
  readonly of: SampledMechanism;
  readonly times: number;
}

export type AccountedEvent = PrivacyEvent | ContinuousEvent | SubsampledEvent;
