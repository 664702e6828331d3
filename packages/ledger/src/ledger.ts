/**
 * The station's tamper-evident log. Leaves are salted, so that hashes tell nothing about entries that are not shown.
 *
 * Consistency: appends are serialised; one process writes. Durability: `append` resolves when the storage has the entry.
 * Its storage's compromise yields the entries (identifiers and counts, no values); changing one is found at the next
 * start, unless all later hashes are changed too: then by whoever holds an earlier checkpoint.
 */
import { canonicalBytes, type Clock, concatBytes, fromUtf8, type Random, StationError, toHex } from '@sluis/base';
import { constantTimeEqual } from '@sluis/crypto';
import type { AuditSink, LedgerEvent, Signer } from '@sluis/model';
import { signCheckpoint } from './checkpoint.ts';
import { leafHash, MerkleTree } from './merkle.ts';
import type { LogEntry, LogStorage } from './storage.ts';
import { parseTilePath, readTile } from './tiles.ts';

const SALT_BYTES = 32;
const BATCH = 1000;

export interface LedgerOptions {
  readonly storage: LogStorage;
  /** The station's signer; `publicKey` is its Ed25519 key, 32 bytes. */
  readonly signer: Signer & { readonly publicKey: Uint8Array };
  /** `sluis/` and the organisation's name. */
  readonly origin: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** An inclusion in a log as receipts carry it. `leaf` is the entry's canonical JSON; hashes are hexadecimal. */
export interface LogInclusion {
  readonly checkpoint: string;
  readonly index: number;
  readonly leaf: string;
  readonly salt: string;
  readonly proof: string[];
}

/** What a leaf hash covers: salt (32 bytes), then the entry's canonical JSON. */
export const saltedLeafHash = (salt: Uint8Array, data: Uint8Array): Uint8Array => leafHash(concatBytes(salt, data));

/** The canonical JSON of an event with its time. */
export const entryData = (event: LedgerEvent, at: string): Uint8Array => canonicalBytes({ at, kind: event.kind, details: event.details });

export class Ledger implements AuditSink {
  readonly #options: LedgerOptions;
  readonly #tree: MerkleTree;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(options: LedgerOptions, tree: MerkleTree) {
    this.#options = options;
    this.#tree = tree;
  }

  /** Reads the log and recomputes every hash. Throws StationError `ledger/tampered` if an entry does not match its hash. */
  static async open(options: LedgerOptions): Promise<Ledger> {
    const tree = new MerkleTree();
    const size = await options.storage.size();
    for (let from = 0; from < size; from += BATCH) {
      const entries = await options.storage.entries(from, Math.min(size, from + BATCH));
      const hashes = await options.storage.leafHashes(from, Math.min(size, from + BATCH));
      if (entries.length !== Math.min(size - from, BATCH) || hashes.length !== entries.length) throw tampered(from + entries.length);
      entries.forEach((entry, i) => {
        const hash = saltedLeafHash(entry.salt, entry.data);
        const stored = hashes[i];
        const good = entry.index === from + i && entry.salt.length === SALT_BYTES && stored !== undefined;
        if (!good || !constantTimeEqual(hash, entry.leafHash) || !constantTimeEqual(hash, stored)) throw tampered(from + i);
        tree.append(hash);
      });
    }
    return new Ledger(options, tree);
  }

  async size(): Promise<number> {
    return this.#tree.size;
  }

  /** Adds an event with the present time; resolves when it is durable. A failed append leaves the log as it was. */
  append(event: LedgerEvent): Promise<{ readonly index: number }> {
    const appended = this.#last.then(() => this.#append(event));
    this.#last = appended.catch(() => undefined);
    return appended;
  }

  async #append(event: LedgerEvent): Promise<{ readonly index: number }> {
    const { storage, clock, random } = this.#options;
    const salt = random.bytes(SALT_BYTES);
    const data = entryData(event, new Date(clock.now()).toISOString());
    const hash = saltedLeafHash(salt, data);
    const index = this.#tree.size;
    await storage.append({ index, leafHash: hash, salt, data });
    this.#tree.append(hash);
    return { index };
  }

  /** A fresh signed checkpoint of the whole log. */
  checkpoint(): Promise<string> {
    return this.#checkpoint(this.#tree.size);
  }

  #checkpoint(size: number): Promise<string> {
    const { origin, signer } = this.#options;
    return signCheckpoint({ origin, size, root: this.#tree.root(size) }, signer, signer.publicKey);
  }

  /** Throws RangeError for an index outside the tree of that size. */
  inclusionProof(index: number, size?: number): Uint8Array[] {
    return this.#tree.inclusionProof(index, size);
  }

  consistencyProof(from: number, to?: number): Uint8Array[] {
    return this.#tree.consistencyProof(from, to);
  }

  /** Checkpoint, entry, salt and proof for one entry: whoever gets this learns that entry and no other. */
  async prove(index: number): Promise<LogInclusion> {
    const size = this.#tree.size;
    const proof = this.#tree.inclusionProof(index, size).map(toHex);
    const entry = await this.#options.storage.entry(index);
    if (entry === null) throw tampered(index);
    return { checkpoint: await this.#checkpoint(size), index, leaf: fromUtf8(entry.data), salt: toHex(entry.salt), proof };
  }

  /** Hashes of a tile, joined; null if the log does not reach that far. */
  tile(level: number, index: number, width: number): Uint8Array | null {
    return readTile(this.#tree, { level, index, width });
  }

  /** The tile at a C2SP path (`0/x001/234.p/5`); null if there is none. */
  async tileAt(path: string): Promise<Uint8Array | null> {
    const address = parseTilePath(path);
    return address === null ? null : readTile(this.#tree, address);
  }

  /** Entries [from, to), for the organisation's own eyes. */
  entries(from: number, to: number): Promise<LogEntry[]> {
    return this.#options.storage.entries(from, Math.min(to, this.#tree.size));
  }
}

function tampered(index: number): StationError {
  return new StationError('ledger/tampered', {
    stage: 'ledger',
    message: `The station's log does not hold together at entry ${index}: something outside Sluis changed it.`,
    remedy: "Keep the folder as evidence, restore the station's state from a backup, and tell the other organisations.",
  });
}
