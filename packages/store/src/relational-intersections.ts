/** Intersections over kysely: each method is one transaction. */
import { RefusedError } from '@sluis/base';
import type { BegunAttempt, IntersectionChange, IntersectionRecord, IntersectionStore, NewAttempt } from '@sluis/flow';
import type { IntersectionState } from '@sluis/model';
import type { Kysely } from 'kysely';
import { guarded } from './failures.ts';
import type { Database } from './open-store.ts';
import type { Tables } from './schema.ts';

type Db = Kysely<Tables>;

const runRecord = ({ created_at, updated_at, state, ...rest }: Tables['intersections']): IntersectionRecord => ({
  ...rest,
  state: state as IntersectionState,
  createdAt: created_at,
  updatedAt: updated_at,
});

export class RelationalIntersections implements IntersectionStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  #read<T>(operation: (db: Db) => Promise<T>): Promise<T> {
    return guarded('reading intersections', () => operation(this.#database.db));
  }

  #write<T>(operation: (db: Db) => Promise<T>): Promise<T> {
    return guarded('writing intersections', () => {
      this.#database.requireLock();
      return this.#database.db.transaction().execute(operation);
    });
  }

  createIntersection({ createdAt, updatedAt, ...rest }: IntersectionRecord): Promise<void> {
    return this.#write(async (db) => {
      const row = { ...rest, created_at: createdAt, updated_at: updatedAt };
      const done = await db
        .insertInto('intersections')
        .values(row)
        .onConflict((c) => c.doNothing())
        .executeTakeFirst();
      if (done.numInsertedOrUpdatedRows !== 1n) throw replayed(rest.run);
    });
  }

  intersection(run: string): Promise<IntersectionRecord | null> {
    return this.#read(async (db) => {
      const row = await db.selectFrom('intersections').where('run', '=', run).selectAll().executeTakeFirst();
      return row === undefined ? null : runRecord(row);
    });
  }

  intersections(limit: number): Promise<IntersectionRecord[]> {
    return this.#read(async (db) => {
      const query = db.selectFrom('intersections').orderBy('created_at', 'desc').orderBy('run').limit(limit);
      return (await query.selectAll().execute()).map(runRecord);
    });
  }

  intersectionsIn(states: readonly IntersectionState[]): Promise<string[]> {
    return this.#read(async (db) => {
      const query = db
        .selectFrom('intersections')
        .select('run')
        .where('state', 'in', [...states]);
      return (await query.orderBy('run').execute()).map(({ run }) => run);
    });
  }

  changeIntersection(run: string, from: readonly IntersectionState[], change: IntersectionChange, at: number): Promise<boolean> {
    return this.#write((db) => changed(db, run, from, { ...change, updated_at: at }));
  }

  releaseIntersection(run: string, result: string, at: number): Promise<boolean> {
    return this.#write(async (db) => {
      if (!(await changed(db, run, ['running'], { state: 'released', error: null, updated_at: at }))) return false;
      await db.insertInto('intersection_results').values({ run, result }).execute();
      return true;
    });
  }

  intersectionResult(run: string): Promise<string | null> {
    return this.#read(async (db) => {
      const row = await db.selectFrom('intersection_results').where('run', '=', run).select('result').executeTakeFirst();
      return row?.result ?? null;
    });
  }

  beginAttempt({ ownSize, peerSize, ...rest }: NewAttempt): Promise<void> {
    return this.#write(async (db) => {
      const done = await db
        .insertInto('intersection_attempts')
        .values({ ...rest, own_size: ownSize, peer_size: peerSize })
        .onConflict((c) => c.doNothing())
        .executeTakeFirst();
      if (done.numInsertedOrUpdatedRows !== 1n) throw replayed(rest.run);
    });
  }

  begunAttempts(collaboration: string, intersection: string, since: number): Promise<BegunAttempt[]> {
    return this.#read(async (db) => {
      const query = db
        .selectFrom('intersection_attempts')
        // Columns that are stored behind the fingerprints cost reading them, in SQLite.
        .select(['run', 'attempt', 'own_size as ownSize', 'peer_size as peerSize'])
        .where('collaboration', '=', collaboration)
        .where('intersection', '=', intersection)
        .where('at', '>=', since)
        .orderBy('at')
        .orderBy('run')
        .orderBy('attempt');
      return (await query.execute()).map((row) => ({ ...row }));
    });
  }

  attemptFingerprints(run: string, attempt: number): Promise<string | null> {
    return this.#read(async (db) => {
      const query = db.selectFrom('intersection_attempts').select('fingerprints');
      return (await query.where('run', '=', run).where('attempt', '=', attempt).executeTakeFirst())?.fingerprints ?? null;
    });
  }

  countAttempts(collaboration: string, intersection: string, since: number): Promise<number> {
    return this.#read(async (db) => {
      const query = db
        .selectFrom('intersection_attempts')
        .select((e) => e.fn.countAll().as('count'))
        .where('collaboration', '=', collaboration)
        .where('intersection', '=', intersection)
        .where('at', '>=', since);
      return Number((await query.executeTakeFirstOrThrow()).count);
    });
  }

  countProposals(collaboration: string, intersection: string, coordinator: string, since: number): Promise<number> {
    return this.#read(async (db) => {
      const query = db
        .selectFrom('intersections')
        .select((e) => e.fn.countAll().as('count'))
        .where('collaboration', '=', collaboration)
        .where('intersection', '=', intersection)
        .where('coordinator', '=', coordinator)
        .where('created_at', '>=', since);
      return Number((await query.executeTakeFirstOrThrow()).count);
    });
  }
}

async function changed(
  db: Db,
  run: string,
  from: readonly IntersectionState[],
  change: Partial<Tables['intersections']>,
): Promise<boolean> {
  const query = db.updateTable('intersections').set(change).where('run', '=', run);
  return (await query.where('state', 'in', [...from]).executeTakeFirst()).numUpdatedRows === 1n;
}

const replayed = (run: string): RefusedError =>
  new RefusedError('run/replayed', {
    stage: 'run',
    message: `Run ${run}, or this attempt of it, is known already; it is not taken twice.`,
    remedy: 'Begin a new run.',
  });
