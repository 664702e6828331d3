/** Where a log keeps its entries. Implementations (`store`) must pass the contract suite of `ledger`. */

export interface LogEntry {
  readonly index: number;
  /** RFC 6962 leaf hash of the salted entry. */
  readonly leafHash: Uint8Array;
  readonly salt: Uint8Array;
  /** Canonical JSON of the event with its time. */
  readonly data: Uint8Array;
}

export interface LogStorage {
  size(): Promise<number>;
  /** Durable and atomic when it resolves; rejects if `entry.index` is not the current size (single writer). */
  append(entry: LogEntry): Promise<void>;
  /** Null when there is no such entry. */
  entry(index: number): Promise<LogEntry | null>;
  /** Leaf hashes of entries [from, to). */
  leafHashes(from: number, to: number): Promise<Uint8Array[]>;
  entries(from: number, to: number): Promise<LogEntry[]>;
}
