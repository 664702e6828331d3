/** Counts of questions in a file (SQLite): on the disk before a question is answered, one window at a time. */
import { DatabaseSync } from 'node:sqlite';
import type { Allowance, Charge, QuestionCounter, Verdict } from '@sluis/lookup';

export class QuestionCounts implements QuestionCounter {
  readonly #database: DatabaseSync;

  constructor(path: string) {
    this.#database = new DatabaseSync(path);
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS spent (window INTEGER, client TEXT, identifiers INTEGER NOT NULL, PRIMARY KEY (window, client)) STRICT;
      CREATE TABLE IF NOT EXISTS nonces (window INTEGER, nonce BLOB PRIMARY KEY) STRICT;
    `);
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

  #undo(verdict: Verdict): Verdict {
    this.#database.exec('ROLLBACK');
    return verdict;
  }

  close(): void {
    this.#database.close();
  }
}
