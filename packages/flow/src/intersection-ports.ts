/** What intersections need beside the rest of the flow: keys of a dataset, and computing away from the event loop. */
import type { Agreement, PairLink, TableKey } from '@sluis/model';
import type { PairDescriptor, PairItems, PairTerms } from '@sluis/technique';
import type { OwnItems } from './intersection-items.ts';
import type { DatasetRecord } from './ports.ts';

export interface KeysWanted {
  readonly agreement: Agreement;
  readonly agreementId: string;
  readonly table: string;
  /** Columns that together are the key; none with a matching. */
  readonly columns: readonly string[];
  readonly missing: 'no-match' | 'equal';
  readonly matching: { readonly keys: readonly TableKey[] } | null;
  readonly dataset: DatasetRecord;
}

/** The station's own engine. Fails like `ProviderEngine`. */
export interface KeyReader {
  /**
   * Distinct keys: without a matching in ascending order of their encoded bytes, else in the order of the rows.
   *
   * @throws RefusedError `intersection/too-many-items` beyond `limit`; InvalidError `matching/…` where conditions are not met.
   */
  keys(wanted: KeysWanted, limit: number, signal: AbortSignal): Promise<OwnItems>;
}

/** Runs what takes long in another thread. */
export interface PairWork {
  /** What agreements call `vole` or `ddh`; throws RefusedError `plan/unknown-technique` where this station lacks it. */
  technique(protocol: string): PairDescriptor;
  /** One direction of a run; positions of matches at the receiver, null at the sender. Consumes `items`' memory. */
  run(
    protocol: string,
    role: 'sender' | 'receiver',
    link: PairLink,
    items: PairItems,
    terms: PairTerms,
    signal: AbortSignal,
  ): Promise<Uint32Array | null>;
  /** Sorted 8-byte fingerprints under a key, concatenated. */
  fingerprints(items: PairItems, key: Uint8Array, signal: AbortSignal): Promise<Uint8Array>;
}
