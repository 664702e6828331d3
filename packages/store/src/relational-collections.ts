/** Reports to collections over kysely: each method is one transaction. */
import { RefusedError, toHex } from '@sluis/base';
import type { CollectionStore, ReleaseRecord, ReportCounts, ReportRecord } from '@sluis/flow';
import { type CollectionPlace, reportsDigest } from '@sluis/model';
import type { Kysely } from 'kysely';
import { guarded } from './failures.ts';
import type { Database } from './open-store.ts';
import type { Tables } from './schema.ts';

type Db = Kysely<Tables>;
/** Names in one statement: databases limit its parameters. */
const MOST_NAMED = 500;

const reportRecord = ({ public_share, received_at, release_id: _, state, ...rest }: Tables['collection_reports']): ReportRecord => ({
  ...rest,
  publicShare: public_share,
  state: state as ReportRecord['state'],
  at: received_at,
});
const releaseRecord = ({ release_id, begun_at, ...rest }: Tables['collection_releases']): ReleaseRecord => ({
  ...rest,
  release: release_id,
  at: begun_at,
});

const reportsOf = (db: Db, { agreement, collection }: CollectionPlace) =>
  db.selectFrom('collection_reports').where('agreement', '=', agreement).where('collection', '=', collection);
const changeReports = (db: Db, { agreement, collection }: CollectionPlace) =>
  db.updateTable('collection_reports').where('agreement', '=', agreement).where('collection', '=', collection);

export class RelationalCollections implements CollectionStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  #read<T>(operation: (db: Db) => Promise<T>): Promise<T> {
    return guarded('reading reports', () => operation(this.#database.db));
  }

  #write<T>(operation: (db: Db) => Promise<T>): Promise<T> {
    return guarded('writing reports', () => {
      this.#database.requireLock();
      return this.#database.db.transaction().execute(operation);
    });
  }

  verifyKey(place: CollectionPlace): Promise<string | null> {
    return this.#read((db) => keyOf(db, place));
  }

  saveVerifyKey(place: CollectionPlace, sealed: string, at: number): Promise<string> {
    return this.#write(async (db) => {
      await db
        .insertInto('collection_keys')
        .values({ agreement: place.agreement, collection: place.collection, sealed_key: sealed, made_at: at })
        .onConflict((c) => c.doNothing())
        .execute();
      return (await keyOf(db, place)) ?? sealed;
    });
  }

  addReport({ publicShare, at, ...rest }: ReportRecord): Promise<ReportRecord> {
    return this.#write(async (db) => {
      await db
        .insertInto('collection_reports')
        .values({ ...rest, public_share: publicShare, release_id: null, received_at: at })
        .onConflict((c) => c.doNothing())
        .execute();
      return reportRecord(await reportsOf(db, rest).where('nonce', '=', rest.nonce).selectAll().executeTakeFirstOrThrow());
    });
  }

  waitingPlaces(): Promise<CollectionPlace[]> {
    return this.#read(async (db) => {
      const query = db.selectFrom('collection_reports').select(['agreement', 'collection']).distinct().where('state', '=', 'waiting');
      return (await query.execute()).map(({ agreement, collection }) => ({ agreement, collection }));
    });
  }

  waitingReports(place: CollectionPlace, limit: number): Promise<ReportRecord[]> {
    return this.#read(async (db) => {
      const query = reportsOf(db, place).where('state', '=', 'waiting').orderBy('received_at').orderBy('nonce').limit(limit);
      return (await query.selectAll().execute()).map(reportRecord);
    });
  }

  decideReport(place: CollectionPlace, nonce: string, verdict: string | null): Promise<boolean> {
    const change = verdict === null ? { state: 'invalid', public_share: '', box: '' } : { state: 'valid', verdict };
    return this.#write(async (db) => {
      const changed = await changeReports(db, place)
        .where('nonce', '=', nonce)
        .where('state', '=', 'waiting')
        .set(change)
        .executeTakeFirst();
      return changed.numUpdatedRows === 1n;
    });
  }

  countReports(place: CollectionPlace): Promise<ReportCounts> {
    return this.#read(async (db) => {
      const rows = await reportsOf(db, place)
        .select(['state', (e) => e.fn.countAll().as('n')])
        .groupBy('state')
        .execute();
      const count = (state: string) => Number(rows.find((r) => r.state === state)?.n ?? 0);
      return { waiting: count('waiting'), valid: count('valid'), invalid: count('invalid'), released: count('released') };
    });
  }

  beginRelease(place: CollectionPlace, release: string, nonces: readonly string[] | null, minimum: number, at: number): Promise<string[]> {
    return this.#write(async (db) => {
      const known = await noncesOf(db, place, release);
      if (known.length > 0) return known;
      const mark = () => changeReports(db, place).where('state', '=', 'valid').set({ state: 'released', release_id: release });
      if (nonces === null) await mark().execute();
      else
        for (let from = 0; from < nonces.length; from += MOST_NAMED)
          await mark()
            .where('nonce', 'in', nonces.slice(from, from + MOST_NAMED))
            .execute();
      const marked = await noncesOf(db, place, release);
      // What is thrown here takes everything back.
      if (nonces !== null && marked.length !== nonces.length) throw reportsDiffer();
      if (marked.length < minimum) throw tooFew(marked.length, minimum);
      const digest = toHex(reportsDigest(marked));
      await db
        .insertInto('collection_releases')
        .values({ ...place, release_id: release, reports: marked.length, digest, boxes: null, begun_at: at })
        .execute();
      return marked;
    });
  }

  releaseReports(place: CollectionPlace, release: string): Promise<ReportRecord[]> {
    return this.#read(async (db) => {
      const query = reportsOf(db, place).where('release_id', '=', release).where('box', '<>', '').orderBy('nonce');
      return (await query.selectAll().execute()).map(reportRecord);
    });
  }

  finishRelease(place: CollectionPlace, release: string, boxes: string): Promise<void> {
    return this.#write(async (db) => {
      await db
        .updateTable('collection_releases')
        .set({ boxes })
        .where('agreement', '=', place.agreement)
        .where('collection', '=', place.collection)
        .where('release_id', '=', release)
        .where('boxes', 'is', null)
        .execute();
      await changeReports(db, place).where('release_id', '=', release).set({ box: '', public_share: '', verdict: null }).execute();
    });
  }

  releases({ agreement, collection }: CollectionPlace): Promise<ReleaseRecord[]> {
    return this.#read(async (db) => {
      const query = db.selectFrom('collection_releases').where('agreement', '=', agreement).where('collection', '=', collection);
      return (await query.orderBy('begun_at').orderBy('release_id').selectAll().execute()).map(releaseRecord);
    });
  }
}

async function keyOf(db: Db, { agreement, collection }: CollectionPlace): Promise<string | null> {
  const query = db.selectFrom('collection_keys').where('agreement', '=', agreement).where('collection', '=', collection);
  return (await query.select('sealed_key').executeTakeFirst())?.sealed_key ?? null;
}

async function noncesOf(db: Db, place: CollectionPlace, release: string): Promise<string[]> {
  const rows = await reportsOf(db, place).where('release_id', '=', release).select('nonce').orderBy('nonce').execute();
  return rows.map((r) => r.nonce);
}

const tooFew = (valid: number, minimum: number): RefusedError =>
  new RefusedError('collection/too-few-reports', {
    stage: 'release',
    message: `${valid} checked reports are in no sum yet; a sum has at least ${minimum}.`,
    remedy: 'Wait for more reports.',
  });

const reportsDiffer = (): RefusedError =>
  new RefusedError('collection/reports-differ', {
    stage: 'release',
    message: 'A report that was to be summed is not valid here, or is in another sum.',
    remedy: 'If it repeats, a state was restored from a backup, or one aggregator does not follow the protocol.',
  });
