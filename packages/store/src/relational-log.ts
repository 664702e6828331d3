/** The log's entries in a table. Positions are dense from 0; an entry is never changed. */
import { fromBase64, fromHex, toBase64, toHex } from '@sluis/base';
import type { LogEntry, LogStorage } from '@sluis/ledger';
import { sql } from 'kysely';
import { guarded } from './failures.ts';
import type { Database } from './open-store.ts';
import type { Tables } from './schema.ts';

const read = (row: Tables['log_entries']): LogEntry => ({
  index: row.position,
  leafHash: fromHex(row.leaf_hash),
  salt: fromHex(row.salt),
  data: fromBase64(row.data),
});

export class RelationalLog implements LogStorage {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  size(): Promise<number> {
    return guarded('reading the log', async () => {
      const { last } = await this.#database.db
        .selectFrom('log_entries')
        .select((e) => e.fn.max('position').as('last'))
        .executeTakeFirstOrThrow();
      return last === null ? 0 : Number(last) + 1;
    });
  }

  append(entry: LogEntry): Promise<void> {
    return guarded('writing to the log', async () => {
      this.#database.requireLock();
      // One statement, so that it is one durable commit; the primary key decides between two writers.
      const result = await sql`insert into log_entries (position, leaf_hash, salt, data)
        select cast(${entry.index} as bigint), ${toHex(entry.leafHash)}, ${toHex(entry.salt)}, ${toBase64(entry.data)}
        where (select coalesce(max(position) + 1, 0) from log_entries) = ${entry.index}
        on conflict (position) do nothing`.execute(this.#database.db);
      if (result.numAffectedRows !== 1n) throw new RangeError('the log has another size: somebody else writes to it');
    });
  }

  entry(index: number): Promise<LogEntry | null> {
    return guarded('reading the log', async () => {
      const row = await this.#database.db.selectFrom('log_entries').selectAll().where('position', '=', index).executeTakeFirst();
      return row === undefined ? null : read(row);
    });
  }

  leafHashes(from: number, to: number): Promise<Uint8Array[]> {
    return guarded('reading the log', async () => {
      const rows = await this.#database.db
        .selectFrom('log_entries')
        .select('leaf_hash')
        .where('position', '>=', from)
        .where('position', '<', to)
        .orderBy('position')
        .execute();
      return rows.map((r) => fromHex(r.leaf_hash));
    });
  }

  entries(from: number, to: number): Promise<LogEntry[]> {
    return guarded('reading the log', async () => {
      const rows = await this.#database.db
        .selectFrom('log_entries')
        .selectAll()
        .where('position', '>=', from)
        .where('position', '<', to)
        .orderBy('position')
        .execute();
      return rows.map(read);
    });
  }
}
