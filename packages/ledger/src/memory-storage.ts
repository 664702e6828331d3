/** A log in memory: for tests and for processes whose log need not outlive them. */
import type { LogEntry, LogStorage } from './storage.ts';

export class MemoryLogStorage implements LogStorage {
  readonly #entries: LogEntry[] = [];

  async size(): Promise<number> {
    return this.#entries.length;
  }

  async append(entry: LogEntry): Promise<void> {
    if (entry.index !== this.#entries.length) throw new RangeError('the log has another size: somebody else writes to it');
    this.#entries.push(copy(entry));
  }

  async entry(index: number): Promise<LogEntry | null> {
    const found = this.#entries[index];
    return found === undefined ? null : copy(found);
  }

  async leafHashes(from: number, to: number): Promise<Uint8Array[]> {
    return this.#entries.slice(from, to).map((e) => e.leafHash.slice());
  }

  async entries(from: number, to: number): Promise<LogEntry[]> {
    return this.#entries.slice(from, to).map(copy);
  }
}

const copy = (e: LogEntry): LogEntry => ({ index: e.index, leafHash: e.leafHash.slice(), salt: e.salt.slice(), data: e.data.slice() });
