/** Failures of a database as errors that say what to do. The database's own text stays in the cause: it may hold values. */
import { SluisError, StationError } from '@sluis/base';

/** SQLite's primary result codes (https://sqlite.org/rescode.html). */
const SQLITE: Readonly<Record<number, readonly [string, string]>> = {
  5: ['another process holds the database', 'Stop the other station that uses this folder.'],
  6: ['another process holds the database', 'Stop the other station that uses this folder.'],
  8: ['the database is read-only', "Make the station's folder and files writable for its user."],
  10: ['reading or writing the disk failed', 'Check the disk and the file system, then start the station again.'],
  11: ['the database file is damaged', 'Restore the latest backup of the station.'],
  13: ['the disk is full', 'Free space on the disk that holds the station; nothing half-written was kept.'],
  14: ['the database file can not be opened', "Check that the station's folder exists and belongs to its user."],
  26: ['the file is no database', 'Restore the latest backup of the station.'],
};

/** PostgreSQL's SQLSTATE classes (appendix A of its manual), and Node's codes for files and connections. */
const BY_CODE: readonly (readonly [RegExp, string, string])[] = [
  [
    /^(ENOENT|ENOTDIR|EACCES|EPERM|EROFS)$/,
    'the database file can not be opened',
    "Check that the station's folder exists and belongs to its user.",
  ],
  [/^(ENOSPC|EDQUOT)$/, 'the disk is full', 'Free space on the disk that holds the station.'],
  [/^53100$/, "the database server's disk is full", 'Free space there; nothing half-written was kept.'],
  [/^53/, 'the database server has too few resources', 'Raise its limits or stop other clients.'],
  [/^(28|3D)/, 'the database server refuses the login', 'Check DATABASE_URL.'],
  [/^42501$/, 'the database user may not do this', 'Grant it the right to create and change tables in its schema.'],
  [
    /^(08|57P|ECONN|ENOTFOUND|ETIMEDOUT|EPIPE|EHOST|EAI_)/,
    'the database server can not be reached',
    'Check that it runs and that DATABASE_URL is right.',
  ],
];

function reasonOf(thrown: unknown): readonly [string, string] {
  const { errcode, code } = (thrown ?? {}) as { errcode?: unknown; code?: unknown };
  const sqlite = typeof errcode === 'number' ? SQLITE[errcode & 0xff] : undefined;
  if (sqlite !== undefined) return sqlite;
  const named = typeof code === 'string' ? BY_CODE.find(([pattern]) => pattern.test(code)) : undefined;
  if (named !== undefined) return [named[1], named[2]];
  return ['the database reported a failure', "See the station's own log; check the disk and the database."];
}

/** Anything a database operation throws: Sluis's own errors and programming mistakes pass, the rest becomes `store/failed`. */
export function storeFailure(thrown: unknown, doing: string): Error {
  if (thrown instanceof SluisError || thrown instanceof RangeError) return thrown;
  const [what, remedy] = reasonOf(thrown);
  return new StationError('store/failed', {
    stage: 'store',
    message: `The station's store failed while ${doing}: ${what}.`,
    remedy,
    cause: thrown,
  });
}

/** Runs one store operation; every failure leaves through `storeFailure`. */
export async function guarded<T>(doing: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (thrown) {
    throw storeFailure(thrown, doing);
  }
}
