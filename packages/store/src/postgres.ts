/** A PostgreSQL server: one database (or schema) for each station, held by an advisory lock while the station runs. */
import { StationError } from '@sluis/base';
import { type Dialect, PostgresDialect } from 'kysely';
import pg from 'pg';

/** "sluis" in ASCII. Advisory locks are per database. */
const LOCK = 0x736c_7569;
const INT8 = 20;

export interface PostgresHold {
  readonly dialect: Dialect;
  /** Throws StationError `store/in-use` once the lock's connection is gone: another station may write since. */
  requireLock(): void;
  release(): Promise<void>;
}

/** 64-bit integers as numbers: times and counters stay far below 2^53, and anything else is refused. */
function integer(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError('an integer of the store is out of range');
  return value;
}

const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? integer : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
};

const inUse = () =>
  new StationError('store/in-use', {
    stage: 'store',
    message: "Another process is using this station's database, or the connection that held it was lost.",
    remedy: 'Each station needs a database of its own: stop the other one or change DATABASE_URL, then start again.',
  });

/** Connects, takes the database for this station, and gives the dialect over a pool. */
export async function holdPostgres(databaseUrl: string): Promise<PostgresHold> {
  const settings = { connectionString: databaseUrl, types, application_name: 'sluis', connectionTimeoutMillis: 10_000 };
  const holder = new pg.Client({ ...settings, keepAlive: true });
  let held = false;
  holder.on('error', () => {
    held = false;
  });
  holder.on('end', () => {
    held = false;
  });
  await holder.connect();
  try {
    const { rows } = await holder.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [LOCK]);
    if (rows[0]?.taken !== true) throw inUse();
  } catch (thrown) {
    await holder.end();
    throw thrown;
  }
  held = true;
  // A server that was set to lose commits on a crash does not do so for this station.
  const pool = new pg.Pool({ ...settings, max: 4, options: '-c synchronous_commit=on -c statement_timeout=30000' });
  pool.on('error', () => {
    // An idle connection broke: the pool opens another, and a query that needs it reports its own failure.
  });
  return {
    dialect: new PostgresDialect({ pool }),
    requireLock() {
      if (!held) throw inUse();
    },
    async release() {
      // Unlocked by name, because the server notices a closed connection only some time later.
      if (held) await holder.query('select pg_advisory_unlock($1)', [LOCK]);
      await holder.end();
    },
  };
}
