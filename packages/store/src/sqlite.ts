/** SQLite inside the process (node:sqlite): one file, one station, every commit on disk before it is acknowledged. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { StationError } from '@sluis/base';
import { makePrivateDatabase } from '@sluis/keys';
import { type Dialect, SqliteDialect } from 'kysely';

/** How long a starting station waits for one that is just stopping. */
const BUSY_MS = 1500;

function statement(prepared: StatementSync) {
  const values = (parameters: readonly unknown[]) => parameters as readonly SQLInputValue[];
  return {
    reader: prepared.columns().length > 0,
    all: (parameters: readonly unknown[]) => prepared.all(...values(parameters)),
    run: (parameters: readonly unknown[]) => prepared.run(...values(parameters)),
    iterate: (parameters: readonly unknown[]) => prepared.iterate(...values(parameters)),
  };
}

/**
 * Opens the file (created with mode 0600) and takes it for this process alone until it is closed or the process ends.
 *
 * @throws StationError `store/in-use` if another process has it.
 */
export function sqliteDialect(path: string): Dialect {
  makePrivateDatabase(path);
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: true, timeout: BUSY_MS });
  try {
    // In this mode the lock of the first transaction is kept; the operating system drops it when the process ends.
    database.exec('pragma locking_mode = exclusive');
    database.exec('pragma journal_mode = wal');
    database.exec('pragma synchronous = full');
    database.exec('begin exclusive; commit');
  } catch (thrown) {
    database.close();
    const code = (thrown as { errcode?: unknown }).errcode;
    if (typeof code !== 'number' || (code & 0xff) !== 5) throw thrown;
    throw new StationError('store/in-use', {
      stage: 'store',
      message: "Another process is using this station's database.",
      remedy: 'A folder serves one station at a time: stop the other one, or use another --home.',
      cause: thrown,
    });
  }
  return new SqliteDialect({ database: { close: () => database.close(), prepare: (text) => statement(database.prepare(text)) } });
}
