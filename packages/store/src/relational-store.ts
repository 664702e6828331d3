/** The station's state over kysely: each method is one transaction, durable when it resolves. */
import { type Clock, RefusedError, StationError } from '@sluis/base';
import type {
  AgreementRecord,
  ApprovalRecord,
  DatasetRecord,
  FootprintRecord,
  GuardRole,
  ResultRecord,
  RunRecord,
  RunState,
  StationStore,
} from '@sluis/flow';
import type { Kysely } from 'kysely';
import { guarded } from './failures.ts';
import type { Database } from './open-store.ts';
import { agreementRecord, datasetRecord, footprintRecord, runRecord } from './records.ts';
import type { Tables } from './schema.ts';

type Db = Kysely<Tables>;

async function addTo(db: Db, agreement: string, signatures: Readonly<Record<string, string>>): Promise<void> {
  const rows = Object.entries(signatures).map(([organisation, signature]) => ({ agreement, organisation, signature }));
  if (rows.length > 0)
    await db
      .insertInto('agreement_signatures')
      .values(rows)
      .onConflict((c) => c.columns(['agreement', 'organisation']).doNothing())
      .execute();
}

async function readAgreement(db: Db, id: string): Promise<AgreementRecord | null> {
  const row = await db.selectFrom('agreements').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) return null;
  const signatures = await db.selectFrom('agreement_signatures').selectAll().where('agreement', '=', id).orderBy('organisation').execute();
  return agreementRecord(row, signatures);
}

function requireKnown<T>(found: T | null | undefined, id: string): T {
  if (found !== null && found !== undefined) return found;
  throw new StationError('store/unknown-agreement', {
    stage: 'store',
    message: `The store holds no agreement ${id.slice(0, 12)}….`,
    remedy: 'Propose the agreement to this station first.',
  });
}

export class RelationalStore implements StationStore {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #close: () => Promise<void>;

  constructor(database: Database, clock: Clock, close: () => Promise<void>) {
    this.#database = database;
    this.#clock = clock;
    this.#close = close;
  }

  #read<T>(what: string, operation: (db: Db) => Promise<T>): Promise<T> {
    return guarded(`reading ${what}`, () => operation(this.#database.db));
  }

  #write<T>(what: string, operation: (db: Db) => Promise<T>): Promise<T> {
    return guarded(`writing ${what}`, () => {
      this.#database.requireLock();
      return this.#database.db.transaction().execute(operation);
    });
  }

  saveAgreement(record: AgreementRecord): Promise<void> {
    return this.#write('an agreement', async (db) => {
      const { id, collaboration, version, state, canonical, receivedAt, signatures } = record;
      const row = { id, collaboration, version, state, canonical, received_at: receivedAt };
      await db
        .insertInto('agreements')
        .values(row)
        .onConflict((c) => c.column('id').doNothing())
        .execute();
      await addTo(db, id, signatures);
    });
  }

  agreement(id: string): Promise<AgreementRecord | null> {
    return this.#read('an agreement', (db) => readAgreement(db, id));
  }

  agreements(collaboration?: string): Promise<AgreementRecord[]> {
    return this.#read('the agreements', async (db) => {
      let query = db.selectFrom('agreements').selectAll().orderBy('version', 'desc').orderBy('received_at', 'desc').orderBy('id');
      if (collaboration !== undefined) query = query.where('collaboration', '=', collaboration);
      const rows = await query.execute();
      const signatures = await db.selectFrom('agreement_signatures').selectAll().orderBy('organisation').execute();
      return rows.map((row) => agreementRecord(row, signatures));
    });
  }

  addSignatures(id: string, signatures: Readonly<Record<string, string>>): Promise<AgreementRecord> {
    return this.#write('signatures', async (db) => {
      requireKnown(await readAgreement(db, id), id);
      await addTo(db, id, signatures);
      return requireKnown(await readAgreement(db, id), id);
    });
  }

  putInForce(id: string): Promise<void> {
    return this.#write('an agreement', async (db) => {
      const { collaboration } = requireKnown(await readAgreement(db, id), id);
      await db
        .updateTable('agreements')
        .set({ state: 'superseded' })
        .where('collaboration', '=', collaboration)
        .where('state', '=', 'in-force')
        .where('id', '<>', id)
        .execute();
      await db.updateTable('agreements').set({ state: 'in-force' }).where('id', '=', id).execute();
    });
  }

  saveDataset(record: DatasetRecord): Promise<void> {
    return this.#write('a dataset', async (db) => {
      const { collaboration, table, connectedAt, agreement, sql, binding, report } = record;
      const change = { agreement, sql, binding, report, connected_at: connectedAt };
      await db
        .insertInto('datasets')
        .values({ collaboration, table_name: table, ...change })
        .onConflict((c) => c.columns(['collaboration', 'table_name']).doUpdateSet(change))
        .execute();
    });
  }

  dataset(collaboration: string, table: string): Promise<DatasetRecord | null> {
    return this.#read('a dataset', async (db) => {
      const row = await db
        .selectFrom('datasets')
        .selectAll()
        .where('collaboration', '=', collaboration)
        .where('table_name', '=', table)
        .executeTakeFirst();
      return row === undefined ? null : datasetRecord(row);
    });
  }

  datasets(): Promise<DatasetRecord[]> {
    return this.#read('the datasets', async (db) => {
      const rows = await db.selectFrom('datasets').selectAll().orderBy('collaboration').orderBy('table_name').execute();
      return rows.map(datasetRecord);
    });
  }

  removeDataset(collaboration: string, table: string): Promise<boolean> {
    return this.#write('a dataset', async (db) => {
      const removed = await db
        .deleteFrom('datasets')
        .where('collaboration', '=', collaboration)
        .where('table_name', '=', table)
        .executeTakeFirst();
      return removed.numDeletedRows > 0n;
    });
  }

  createRun(record: RunRecord): Promise<void> {
    return this.#write('a run', async (db) => {
      const { createdAt, updatedAt, ...rest } = record;
      const inserted = await db
        .insertInto('runs')
        .values({ ...rest, created_at: createdAt, updated_at: updatedAt })
        .onConflict((c) => c.column('id').doNothing())
        .executeTakeFirst();
      if (inserted.numInsertedOrUpdatedRows !== 1n) {
        throw new RefusedError('run/replayed', {
          stage: 'run',
          message: `Run ${record.id} is already known at this station.`,
          remedy: 'Ask the question again: each run has a fresh id.',
        });
      }
    });
  }

  run(id: string): Promise<RunRecord | null> {
    return this.#read('a run', async (db) => {
      const row = await db.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : runRecord(row);
    });
  }

  runs(limit: number): Promise<RunRecord[]> {
    return this.#read('the runs', async (db) => {
      const rows = await db.selectFrom('runs').selectAll().orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
      return rows.map(runRecord);
    });
  }

  moveRun(
    id: string,
    from: readonly RunState[],
    to: RunState,
    change?: { attempt?: number; error?: string | null; at: number },
  ): Promise<boolean> {
    if (from.length === 0) return Promise.resolve(false);
    return this.#write('a run', async (db) => {
      // The condition and the change are one statement: of two callers, one finds the state gone.
      const moved = await db
        .updateTable('runs')
        .set({
          state: to,
          updated_at: change?.at ?? this.#clock.now(),
          ...(change?.attempt === undefined ? {} : { attempt: change.attempt }),
          ...(change?.error === undefined ? {} : { error: change.error }),
        })
        .where('id', '=', id)
        .where('state', 'in', [...from])
        .executeTakeFirst();
      return moved.numUpdatedRows === 1n;
    });
  }

  countRuns(collaboration: string, coordinator: string, analyst: string, since: number): Promise<number> {
    return this.#read('the runs', async (db) => {
      const { count } = await db
        .selectFrom('runs')
        .select((e) => e.fn.countAll().as('count'))
        .where('collaboration', '=', collaboration)
        .where('coordinator', '=', coordinator)
        .where('analyst', '=', analyst)
        .where('created_at', '>=', since)
        .executeTakeFirstOrThrow();
      return Number(count);
    });
  }

  saveApproval(record: ApprovalRecord): Promise<void> {
    return this.#write('an approval', async (db) => {
      const { run, organisation, approval } = record;
      await db
        .insertInto('approvals')
        .values({ run, organisation, approval })
        .onConflict((c) => c.columns(['run', 'organisation']).doNothing())
        .execute();
      const kept = await db
        .selectFrom('approvals')
        .select('approval')
        .where('run', '=', run)
        .where('organisation', '=', organisation)
        .executeTakeFirstOrThrow();
      if (kept.approval !== approval) {
        throw new RefusedError('approve/conflict', {
          stage: 'approve',
          party: organisation,
          message: `${organisation} has already given another approval for run ${run}.`,
          remedy: 'The first approval stands.',
        });
      }
    });
  }

  approvals(run: string): Promise<ApprovalRecord[]> {
    return this.#read('the approvals', async (db) => {
      const rows = await db.selectFrom('approvals').selectAll().where('run', '=', run).orderBy('organisation').execute();
      return rows.map((row) => ({ ...row }));
    });
  }

  saveFootprint(record: FootprintRecord): Promise<void> {
    return this.#write('what a release is about', async (db) => {
      const { table, ...rest } = record;
      const row = { ...rest, table_name: table };
      await db
        .insertInto('footprints')
        .values(row)
        .onConflict((c) => c.columns(['run', 'role']).doNothing())
        .execute();
      const kept = await db.selectFrom('footprints').selectAll().where('run', '=', row.run).where('role', '=', row.role).executeTakeFirst();
      if (kept !== undefined && kept.footprint === row.footprint && kept.shown === row.shown && kept.data === row.data) return;
      throw new StationError('store/footprint-exists', {
        stage: 'store',
        message: `The store already holds another account of what run ${row.run} released.`,
        remedy: 'Ask the question again: each run has a fresh id.',
      });
    });
  }

  footprints(collaboration: string, table: string, role: GuardRole, wanted: (data: string) => boolean): Promise<FootprintRecord[]> {
    return this.#read('what was released', async (db) => {
      const of = db
        .selectFrom('footprints')
        .where('collaboration', '=', collaboration)
        .where('table_name', '=', table)
        .where('role', '=', role);
      const known = await of.select(['run', 'data']).orderBy('at').orderBy('run').execute();
      const found: FootprintRecord[] = [];
      for (const { run, data } of known) {
        if (!wanted(data)) continue;
        const row = await of.selectAll().where('run', '=', run).executeTakeFirst();
        if (row !== undefined) found.push(footprintRecord(row));
      }
      return found;
    });
  }

  saveResult(record: ResultRecord): Promise<void> {
    return this.#write('a result', async (db) => {
      const { run, result, receipt, savedAt } = record;
      await db
        .insertInto('results')
        .values({ run, result, receipt, saved_at: savedAt })
        .onConflict((c) => c.column('run').doNothing())
        .execute();
      const kept = await db.selectFrom('results').selectAll().where('run', '=', run).executeTakeFirstOrThrow();
      // Nothing is released twice: a second, different result of one run is a fault, whoever brings it.
      if (kept.result !== result || kept.receipt !== receipt) {
        throw new StationError('store/result-exists', {
          stage: 'store',
          message: `Run ${run} already has a result at this station; another one was not kept.`,
          remedy: 'Use the result that is there: sluis result RUN',
        });
      }
    });
  }

  result(run: string): Promise<ResultRecord | null> {
    return this.#read('a result', async (db) => {
      const row = await db.selectFrom('results').selectAll().where('run', '=', run).executeTakeFirst();
      return row === undefined ? null : { run: row.run, result: row.result, receipt: row.receipt, savedAt: row.saved_at };
    });
  }

  close(): Promise<void> {
    return this.#close();
  }
}
