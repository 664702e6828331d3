/**
 * Counts of questions in a file (SQLite, mode 0600: it says who asked): on the disk before a question is answered, one window
 * at a time. The file is held as long as it is open, so that no second process publishes or counts in the same folder.
 */
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { StationError } from '@sluis/base';
import { makePrivateDatabase } from '@sluis/keys';
import { type Allowance, type Charge, type CountingWindow, type QuestionCounter, type Verdict, windowAt } from '@sluis/lookup';

export class QuestionCounts implements QuestionCounter {
  readonly #database: DatabaseSync;

  /** Throws StationError `lookup/in-use`, or what `held` makes, if another process holds the file. */
  constructor(path: string, held: (path: string, cause: unknown) => StationError = inUse) {
    try {
      makePrivateDatabase(path);
    } catch (cause) {
      throw held(path, cause);
    }
    this.#database = new DatabaseSync(path);
    try {
      this.#database.exec(`
        PRAGMA locking_mode = EXCLUSIVE;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        BEGIN IMMEDIATE;
        CREATE TABLE IF NOT EXISTS counting (one INTEGER PRIMARY KEY CHECK (one = 1), begins INTEGER NOT NULL, ends INTEGER NOT NULL,
          behind_since INTEGER) STRICT;
        CREATE TABLE IF NOT EXISTS counted (client TEXT PRIMARY KEY, identifiers INTEGER NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS answered (nonce BLOB PRIMARY KEY) STRICT;
        COMMIT;
      `);
    } catch (cause) {
      this.#database.close();
      throw held(path, cause);
    }
  }

  async charge({ client, nonce, identifiers, now }: Charge, allowance: Allowance): Promise<Verdict> {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      // Kept also where the question is refused: else nothing would ever move on for a client that has spent all.
      this.#move(now, allowance.windowSeconds);
      const verdict = this.#verdict({ client, nonce, identifiers, now }, allowance);
      if (verdict === 'allowed') {
        this.#run('INSERT INTO answered VALUES (?)', nonce);
        const add = 'INSERT INTO counted VALUES (?, ?) ON CONFLICT DO UPDATE SET identifiers = identifiers + excluded.identifiers';
        this.#run(add, client, identifiers);
      }
      this.#database.exec('COMMIT');
      return verdict;
    } finally {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
    }
  }

  /** What a client has spent in the window of `now`. */
  spent(client: string, now: number, windowSeconds: number): number {
    return windowAt(now, windowSeconds, this.#window()).fresh ? 0 : this.#spentBy(client);
  }

  #verdict({ client, nonce, identifiers }: Charge, allowance: Allowance): Verdict {
    if (this.#number('SELECT count(*) FROM answered WHERE nonce = ?', nonce) > 0) return 'replayed';
    if (this.#spentBy(client) + identifiers > allowance.identifiers) return 'client-spent';
    return this.#number('SELECT sum(identifiers) FROM counted') + identifiers > allowance.total ? 'all-spent' : 'allowed';
  }

  #spentBy(client: string): number {
    return this.#number('SELECT identifiers FROM counted WHERE client = ?', client);
  }

  #window(): CountingWindow | null {
    const row = this.#database.prepare('SELECT begins, ends, behind_since FROM counting').get();
    if (row === undefined) return null;
    const { begins, ends, behind_since: behind } = row;
    return { begins: Number(begins), ends: Number(ends), behindSince: behind === null ? null : Number(behind) };
  }

  #move(now: number, windowSeconds: number): void {
    const before = this.#window();
    const { window, fresh } = windowAt(now, windowSeconds, before);
    if (fresh) this.#database.exec('DELETE FROM counted; DELETE FROM answered;');
    if (!fresh && window.behindSince === before?.behindSince) return;
    this.#run('INSERT OR REPLACE INTO counting VALUES (1, ?, ?, ?)', window.begins, window.ends, window.behindSince);
  }

  #run(sql: string, ...values: SQLInputValue[]): void {
    this.#database.prepare(sql).run(...values);
  }

  /** The one number that a query gives; 0 for none. */
  #number(sql: string, ...values: SQLInputValue[]): number {
    return Number(Object.values(this.#database.prepare(sql).get(...values) ?? {})[0] ?? 0);
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
