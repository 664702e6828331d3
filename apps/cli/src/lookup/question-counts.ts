/**
 * Counts of questions in a file (SQLite): on the disk before a question is answered, one window at a time. The file is held
 * as long as it is open, so that no second process publishes or counts in the same folder.
 */
import { DatabaseSync } from 'node:sqlite';
import { StationError } from '@sluis/base';
import type { Allowance, Charge, QuestionCounter, Verdict } from '@sluis/lookup';

export class QuestionCounts implements QuestionCounter {
  readonly #database: DatabaseSync;

  /** Throws StationError `lookup/in-use`, or what `held` makes, if another process holds the file. */
  constructor(path: string, held: (path: string, cause: unknown) => StationError = inUse) {
    this.#database = new DatabaseSync(path);
    try {
      this.#database.exec(`
        PRAGMA locking_mode = EXCLUSIVE;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        BEGIN IMMEDIATE;
        CREATE TABLE IF NOT EXISTS spent (window INTEGER, client TEXT, identifiers INTEGER NOT NULL, PRIMARY KEY (window, client)) STRICT;
        CREATE TABLE IF NOT EXISTS nonces (window INTEGER, nonce BLOB PRIMARY KEY) STRICT;
        COMMIT;
      `);
    } catch (cause) {
      this.#database.close();
      throw held(path, cause);
    }
  }

  async charge({ client, nonce, identifiers, now }: Charge, allowance: Allowance): Promise<Verdict> {
    const window = Math.floor(now / (allowance.windowSeconds * 1000));
    const run = (sql: string, ...values: (string | number | Uint8Array)[]) => this.#database.prepare(sql).run(...values);
    const sum = (sql: string, ...values: (string | number)[]) =>
      Number(Object.values(this.#database.prepare(sql).get(...values) ?? {})[0] ?? 0);
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      // A window's length may have changed, so windows of other lengths go too.
      run('DELETE FROM spent WHERE window <> ?', window);
      run('DELETE FROM nonces WHERE window <> ?', window);
      if (run('INSERT OR IGNORE INTO nonces VALUES (?, ?)', window, nonce).changes === 0) return 'replayed';
      if (sum('SELECT identifiers FROM spent WHERE client = ?', client) + identifiers > allowance.identifiers)
        return this.#undo('client-spent');
      if (sum('SELECT sum(identifiers) FROM spent') + identifiers > allowance.total) return this.#undo('all-spent');
      run(
        'INSERT INTO spent VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET identifiers = identifiers + excluded.identifiers',
        window,
        client,
        identifiers,
      );
      this.#database.exec('COMMIT');
      return 'allowed';
    } finally {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    }
  }

  /** What a client has spent in the window of `now`. */
  spent(client: string, now: number, windowSeconds: number): number {
    const window = Math.floor(now / (windowSeconds * 1000));
    const row = this.#database.prepare('SELECT identifiers FROM spent WHERE window = ? AND client = ?').get(window, client);
    return Number(row?.['identifiers'] ?? 0);
  }

  #undo(verdict: Verdict): Verdict {
    this.#database.exec('ROLLBACK');
    return verdict;
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

const inUse = (path: string, cause: unknown) =>
  new StationError('lookup/in-use', {
    stage: 'store',
    message: `Another process holds ${path}, or it can't be written.`,
    remedy: 'Is this register being served already? End that process, or give another --state.',
    cause,
  });
