/** What a client keeps between questions: the publication it last saw, and chunks by their hash. Nothing in it is secret. */

export interface LookupCache {
  /** The signed publication, or null. */
  readPublication(): Promise<Uint8Array | null>;
  writePublication(bytes: Uint8Array): Promise<void>;
  /** Null if it isn't there. What comes back is checked against the hash by the caller. */
  readChunk(hash: string): Promise<Uint8Array | null>;
  writeChunk(hash: string, chunk: Uint8Array): Promise<void>;
  /** Forgets all other chunks. */
  keepOnly(hashes: ReadonlySet<string>): Promise<void>;
}

export class MemoryCache implements LookupCache {
  #publication: Uint8Array | null = null;
  readonly #chunks = new Map<string, Uint8Array>();

  async readPublication(): Promise<Uint8Array | null> {
    return this.#publication;
  }

  async writePublication(bytes: Uint8Array): Promise<void> {
    this.#publication = bytes;
  }

  async readChunk(hash: string): Promise<Uint8Array | null> {
    return this.#chunks.get(hash) ?? null;
  }

  async writeChunk(hash: string, chunk: Uint8Array): Promise<void> {
    this.#chunks.set(hash, chunk);
  }

  async keepOnly(hashes: ReadonlySet<string>): Promise<void> {
    for (const hash of this.#chunks.keys()) if (!hashes.has(hash)) this.#chunks.delete(hash);
  }
}
