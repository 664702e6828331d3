/** What the benchmark and its three compute parties tell each other over their process channel. */
import type { Peer } from '@sluis/wire';

export type Threat = 'semi-honest' | 'malicious';

export interface Order {
  readonly workload: string;
  readonly size: number;
  readonly threat: Threat;
  /** Hexadecimal, fresh for each order. */
  readonly run: string;
  /** Folder for a CPU profile of the measured part, or null. */
  readonly profile: string | null;
}

export type ToParty =
  | { readonly kind: 'peers'; readonly peers: readonly Peer[] }
  | { readonly kind: 'prepare'; readonly order: Order }
  | { readonly kind: 'go' }
  | { readonly kind: 'check' }
  | { readonly kind: 'memory' };

/** What a party takes anew when it is asked about its memory: about what a long sort holds. */
export const MEMORY_PROBE_BYTES = 384 * 2 ** 20;

/** One party's figures of one measured part. */
export interface PartyFigures {
  readonly cpuSeconds: number;
  readonly bytesSent: number;
  readonly rounds: number;
  readonly peakBytes: number;
  /** Pages of memory that the system had to provide. */
  readonly pageFaults: number;
}

export type FromParty =
  | { readonly kind: 'listening'; readonly peer: Peer }
  | { readonly kind: 'ready' }
  | { readonly kind: 'missing'; readonly what: string }
  | { readonly kind: 'done'; readonly figures: PartyFigures }
  | { readonly kind: 'checked' }
  /** After garbage was collected, in bytes; `again`: resident once new vectors of `MEMORY_PROBE_BYTES` were made and written. */
  | { readonly kind: 'memory'; readonly resident: number; readonly vectors: number; readonly again: number }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };
