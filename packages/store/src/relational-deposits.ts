/** Deposits over kysely: each method is one transaction. Shares themselves lie in files beside (see `share-files.ts`). */
import { RefusedError } from '@sluis/base';
import type { DepositFilter, DepositRecord, DepositStore, PieceRecord, TokenRecord } from '@sluis/flow';
import type { Kysely } from 'kysely';
import { guarded } from './failures.ts';
import type { Database } from './open-store.ts';
import { depositRecord } from './records.ts';
import type { Tables } from './schema.ts';

type Db = Kysely<Tables>;
type State = DepositRecord['state'];
/** Names in one statement: databases limit its parameters. */
const MOST_NAMED = 500;

async function read(db: Db, batch: string): Promise<DepositRecord | null> {
  const row = await db.selectFrom('deposits').selectAll().where('batch', '=', batch).executeTakeFirst();
  return row === undefined ? null : depositRecord(row);
}

/**
 * Makes acceptances of one giver wait for each other: all take the lock of its oldest deposit in the table first. A
 * PostgreSQL server would otherwise let two transactions count rows without seeing each other's.
 */
async function lockGiver(db: Db, { collaboration, table, giver }: DepositRecord): Promise<void> {
  const oldest = await db
    .selectFrom('deposits')
    .select('batch')
    .where('collaboration', '=', collaboration)
    .where('table_name', '=', table)
    .where('giver', '=', giver)
    .orderBy('created_at')
    .orderBy('batch')
    .limit(1)
    .executeTakeFirst();
  if (oldest !== undefined) await db.updateTable('deposits').set({ giver }).where('batch', '=', oldest.batch).execute();
}

/** Ends a deposit: without the sealed key nobody can read what was kept of them. */
async function end(db: Db, batch: string, from: readonly State[], state: State, reason: string | null, at: number): Promise<bigint> {
  const ended = await db
    .updateTable('deposits')
    // Who withdraws may deposit again with the same token; a rejected deposit has used it up.
    .set({ state, reason, successor: null, sealed_key: null, updated_at: at, ...(state === 'withdrawn' ? { token: null } : {}) })
    .where('batch', '=', batch)
    .where('state', 'in', [...from])
    .executeTakeFirst();
  if (ended.numUpdatedRows > 0n) {
    await db.deleteFrom('deposit_pieces').where('batch', '=', batch).execute();
    // What waited for it waits for what took its place, or counts again.
    const successor = state === 'replaced' ? reason : null;
    await db.updateTable('deposits').set({ successor }).where('successor', '=', batch).execute();
  }
  return ended.numUpdatedRows;
}

export class RelationalDeposits implements DepositStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  #read<T>(operation: (db: Db) => Promise<T>): Promise<T> {
    return guarded('reading deposits', () => operation(this.#database.db));
  }

  #write<T>(operation: (db: Db) => Promise<T>): Promise<T> {
    return guarded('writing a deposit', () => {
      this.#database.requireLock();
      return this.#database.db.transaction().execute(operation);
    });
  }

  openDeposit(record: DepositRecord): Promise<DepositRecord> {
    return this.#write(async (db) => {
      const { table, rows, key, checked, createdAt, updatedAt, ...rest } = record;
      const row = {
        ...rest,
        table_name: table,
        row_count: rows,
        sealed_key: key,
        checked: checked ? 1 : 0,
        created_at: createdAt,
        updated_at: updatedAt,
      };
      await db
        .insertInto('deposits')
        .values(row)
        .onConflict((c) => c.doNothing())
        .execute();
      const kept = await read(db, record.batch);
      // Nothing was inserted and no such deposit is there: it was the token that somebody has used before.
      if (kept === null)
        throw new RefusedError('deposit/token-spent', {
          stage: 'contribution',
          message: 'This token was used before, for another deposit.',
          remedy: 'A member has one token for each round: withdraw the earlier deposit if it is yours, or wait for the next round.',
        });
      return kept;
    });
  }

  deposit(batch: string): Promise<DepositRecord | null> {
    return this.#read((db) => read(db, batch));
  }

  deposits(filter: DepositFilter): Promise<DepositRecord[]> {
    return this.#read(async (db) => {
      let query = db.selectFrom('deposits').selectAll().orderBy('created_at').orderBy('batch');
      if (filter.collaboration !== undefined) query = query.where('collaboration', '=', filter.collaboration);
      if (filter.table !== undefined) query = query.where('table_name', '=', filter.table);
      if (filter.giver !== undefined) query = query.where('giver', '=', filter.giver);
      if (filter.states !== undefined) query = query.where('state', 'in', [...filter.states]);
      return (await query.execute()).map(depositRecord);
    });
  }

  pieces(batch: string): Promise<PieceRecord[]> {
    return this.#read(async (db) => {
      const rows = await db.selectFrom('deposit_pieces').selectAll().where('batch', '=', batch).orderBy('piece').execute();
      return rows.map((r) => ({ piece: r.piece, digests: [r.own_digest, r.next_digest] }));
    });
  }

  savePiece(batch: string, piece: PieceRecord): Promise<boolean> {
    return this.#write(async (db) => {
      if ((await read(db, batch))?.state !== 'uploading') return false;
      await db
        .insertInto('deposit_pieces')
        .values({ batch, piece: piece.piece, own_digest: piece.digests[0], next_digest: piece.digests[1] })
        .onConflict((c) => c.columns(['batch', 'piece']).doNothing())
        .execute();
      return true;
    });
  }

  acceptDeposit(batch: string, replace: boolean, most: number, at: number): Promise<void> {
    return this.#write(async (db) => {
      const known = await read(db, batch);
      if (known !== null) await lockGiver(db, known);
      const record = await read(db, batch);
      if (record?.state !== 'uploading')
        throw refused('deposit/not-open', `Deposit ${batch} is not being uploaded.`, 'List yours with: sluis contribute list');
      const others = (
        await db
          .selectFrom('deposits')
          .selectAll()
          .where('collaboration', '=', record.collaboration)
          .where('table_name', '=', record.table)
          .where('giver', '=', record.giver)
          .where('state', '=', 'accepted')
          .where('successor', 'is', null)
          .execute()
      ).map(depositRecord);
      const rows = record.rows + (replace ? 0 : others.reduce((n, o) => n + o.rows, 0));
      if (rows > most)
        throw refused(
          'deposit/too-many-rows',
          `With this deposit the contributor would have ${rows} rows in the table; the agreement allows ${most}.`,
          'Deposit fewer rows, or use --replace.',
        );
      await db.updateTable('deposits').set({ state: 'accepted', updated_at: at }).where('batch', '=', batch).execute();
      for (const other of replace ? others : [])
        await db.updateTable('deposits').set({ successor: batch }).where('batch', '=', other.batch).execute();
    });
  }

  endDeposit(batch: string, from: readonly State[], to: State, reason: string | null, at: number): Promise<boolean> {
    if (from.length === 0) return Promise.resolve(false);
    return this.#write(async (db) => (await end(db, batch, from, to, reason, at)) === 1n);
  }

  saveToken({ collaboration, table, round, member, blinded, at }: TokenRecord): Promise<{ blinded: string; fresh: boolean }> {
    return this.#write(async (db) => {
      const inserted = await db
        .insertInto('deposit_tokens')
        .values({ collaboration, table_name: table, round, member, blinded, issued_at: at })
        .onConflict((c) => c.doNothing())
        .executeTakeFirst();
      const kept = await db
        .selectFrom('deposit_tokens')
        .select('blinded')
        .where('collaboration', '=', collaboration)
        .where('table_name', '=', table)
        .where('round', '=', round)
        .where('member', '=', member)
        .executeTakeFirstOrThrow();
      return { blinded: kept.blinded, fresh: inserted.numInsertedOrUpdatedRows === 1n };
    });
  }

  markDepositsChecked(batches: readonly string[]): Promise<void> {
    return this.#write(async (db) => {
      for (let at = 0; at < batches.length; at += MOST_NAMED) {
        const some = batches.slice(at, at + MOST_NAMED);
        await db.updateTable('deposits').set({ checked: 1 }).where('batch', 'in', some).execute();
      }
    });
  }
}

const refused = (code: string, message: string, remedy: string) => new RefusedError(code, { stage: 'contribution', message, remedy });
