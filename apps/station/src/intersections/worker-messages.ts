/** What the station and a thread that computes an intersection tell each other. Blocks of memory are handed over, not copied. */
import type { ErrorRecord } from '@sluis/base';
import type { PairItems, PairTerms } from '@sluis/technique';

export type Task =
  | {
      readonly kind: 'run';
      readonly protocol: string;
      readonly role: 'sender' | 'receiver';
      readonly items: PairItems;
      readonly terms: PairTerms;
    }
  | { readonly kind: 'fingerprints'; readonly items: PairItems; readonly key: Uint8Array };

/** From the thread: a message to send or to wait for on its connection, or its end. */
export type FromWorker =
  | { readonly kind: 'send'; readonly id: number; readonly step: string; readonly body: Uint8Array }
  | { readonly kind: 'receive'; readonly id: number; readonly step: string; readonly bytes: number | { readonly atMost: number } }
  | { readonly kind: 'done'; readonly positions: Uint32Array | null; readonly fingerprints: Uint8Array | null }
  | { readonly kind: 'failed'; readonly error: ErrorRecord; readonly exitCode: number };

/** To the thread: what its requests came to. A failure ends the thread instead. */
export interface ToWorker {
  readonly id: number;
  readonly body: Uint8Array | null;
}
