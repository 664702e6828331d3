/** What the benchmark and its two parties tell each other over their process channel. */
import type { IntersectionTerms } from '@sluis/psi';

export interface Order {
  readonly protocol: IntersectionTerms['protocol'];
  readonly threat: IntersectionTerms['threat'];
  readonly sender: number;
  readonly receiver: number;
  /** Fresh for each order. */
  readonly run: string;
  /** File for a CPU profile of the measured part, or null. */
  readonly profile: string | null;
}

export type ToParty =
  | { readonly kind: 'listen' }
  | { readonly kind: 'dial'; readonly port: number }
  | { readonly kind: 'prepare'; readonly order: Order }
  | { readonly kind: 'go' };

export interface PartyFigures {
  readonly cpuSeconds: number;
  readonly bytesSent: number;
  /** The largest resident set since the process started. */
  readonly peakBytes: number;
}

export type FromParty =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly figures: PartyFigures }
  | { readonly kind: 'failed'; readonly message: string };
