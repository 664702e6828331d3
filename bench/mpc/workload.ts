/** The form of what the benchmark has three compute parties do. */
import type { Committee } from '@sluis/technique';
import type { OpenLinks } from '@sluis/wire';

export interface Place {
  readonly committee: Committee;
  readonly links: OpenLinks;
}

export interface Prepared {
  /** The measured part. */
  readonly run: () => Promise<void>;
  /** Opens results and throws if they are wrong. */
  readonly check: () => Promise<void>;
}

export interface Workload {
  readonly id: string;
  /** Methods of the committee it needs beyond the oldest ones. */
  readonly needs: readonly (keyof Committee)[];
  readonly prepare: (place: Place, size: number) => Promise<Prepared>;
}

export const missingMethod = (workload: Workload, committee: Committee): string | null =>
  workload.needs.find((method) => typeof committee[method] !== 'function') ?? null;
