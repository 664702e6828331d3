/**
 * Databases as sources: rows of a PostgreSQL or SQLite query are copied, as text, to a Parquet file in the station's
 * folder. DuckDB's own scanners would have to be downloaded. To take newer rows in, connect again.
 */
import { chmodSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { InvalidError, systemRandom, toHex } from '@sluis/base';
import { openDatabase, quoteName, quoteText, temporaryFolder } from './database.ts';
import type { Source } from './source.ts';

const BATCH = 5_000;

type Rows = { readonly columns: readonly string[]; readonly batches: AsyncIterable<readonly (readonly (string | null)[])[]> };

/** Runs `sql` in a read-only transaction of the PostgreSQL server that the URL in `secretFile` names. */
export async function postgresSnapshot(home: string, secretFile: string, sql: string): Promise<Source> {
  const url = readSecret(secretFile);
  const { default: pg } = await import('pg');
  const client = new pg.Client({
    connectionString: url,
    types: { getTypeParser: () => (text: string) => text } as never,
    connectionTimeoutMillis: 15_000,
  });
  try {
    await client.connect();
    await client.query("BEGIN READ ONLY; SET LOCAL datestyle = 'ISO'; SET LOCAL intervalstyle = 'iso_8601'; SET LOCAL timezone = 'UTC'");
    // The extended protocol takes one statement only: nothing can follow the SELECT and leave the read-only transaction.
    const declare = { text: `DECLARE sluis NO SCROLL CURSOR FOR ${sql}`, queryMode: 'extended' };
    await client.query(declare);
    const fetch = () => client.query<(string | null)[]>({ text: `FETCH ${BATCH} FROM sluis`, rowMode: 'array' });
    const first = await fetch();
    async function* batches() {
      for (let batch = first; batch.rows.length > 0; batch = await fetch()) yield batch.rows;
    }
    return await write(home, { columns: first.fields.map((f) => f.name), batches: batches() });
  } catch (cause) {
    if (cause instanceof InvalidError) throw cause;
    throw databaseFault('PostgreSQL', (cause as { code?: string }).code ?? 'connection failed');
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Runs `sql` (or reads the only table) in a SQLite file, opened read-only. */
export async function sqliteSnapshot(home: string, file: string, folder: string, sql?: string): Promise<Source> {
  let database: DatabaseSync;
  try {
    database = new DatabaseSync(resolve(folder, file), { readOnly: true });
  } catch {
    throw databaseFault('SQLite', 'the file cannot be opened');
  }
  try {
    const statement = database.prepare(sql ?? `SELECT * FROM ${quoteName(onlyTable(database))}`);
    statement.setReadBigInts(true);
    const columns = statement.columns().map((c) => c.name);
    async function* batches() {
      let batch: (string | null)[][] = [];
      for (const row of statement.iterate()) {
        batch.push(columns.map((name) => sqliteText(row[name])));
        if (batch.length === BATCH) {
          yield batch;
          batch = [];
        }
      }
      if (batch.length > 0) yield batch;
    }
    return await write(home, { columns, batches: batches() });
  } catch (cause) {
    if (cause instanceof InvalidError) throw cause;
    throw databaseFault('SQLite', 'the query failed');
  } finally {
    database.close();
  }
}

function onlyTable(database: DatabaseSync): string {
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'").all();
  const name = tables[0]?.['name'];
  if (tables.length !== 1 || typeof name !== 'string') {
    throw new InvalidError('dataset/source', {
      stage: 'dataset',
      message: `The SQLite file has ${tables.length} tables.`,
      remedy: 'Keep the one to share in a file of its own, or export it to CSV or Parquet.',
    });
  }
  return name;
}

const sqliteText = (value: unknown): string | null => {
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return String(value);
};

/** Where copies of databases' rows lie, readable by the station only. */
export const snapshotFolder = (home: string): string => join(home, 'datasets');

async function write(home: string, rows: Rows): Promise<Source> {
  const names = rows.columns.map((name) => name.toLowerCase());
  if (names.length === 0 || new Set(names).size !== names.length)
    throw databaseFault('The database', 'the query needs columns with different names');
  const { DuckDBDataChunk, VARCHAR } = await import('@duckdb/node-api');
  const folder = snapshotFolder(home);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const id = toHex(systemRandom.bytes(12));
  const target = join(folder, `${id}.parquet`);
  const work = join(folder, `${id}.duckdb`);
  try {
    using database = await openDatabase({ path: work, files: [target], temporary: temporaryFolder(home), memoryLimit: '512MB' });
    await database.run(`CREATE TABLE snapshot (${rows.columns.map((c) => `${quoteName(c)} VARCHAR`).join(', ')})`);
    const appender = await database.connection.createAppender('snapshot');
    for await (const batch of rows.batches) {
      for (let at = 0; at < batch.length; at += 2048) {
        const chunk = DuckDBDataChunk.create(rows.columns.map(() => VARCHAR));
        chunk.setRows(batch.slice(at, at + 2048).map((row) => [...row]));
        appender.appendDataChunk(chunk);
      }
      appender.flushSync();
    }
    appender.closeSync();
    await database.run(`COPY snapshot TO ${quoteText(target)} (FORMAT parquet, COMPRESSION zstd)`);
  } finally {
    for (const suffix of ['', '.wal']) rmSync(work + suffix, { force: true });
  }
  chmodSync(target, 0o600);
  return { sql: `SELECT * FROM read_parquet([${quoteText(target)}])`, files: [target] };
}

function readSecret(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    throw new InvalidError('dataset/source', {
      stage: 'dataset',
      message: `The file ${file} with the connection URL cannot be read.`,
      remedy: 'Write postgres://user:password@host:port/database into it, mode 0600.',
    });
  }
}

const databaseFault = (kind: string, what: string): InvalidError =>
  new InvalidError('dataset/source', {
    stage: 'dataset',
    message: `${kind} could not give the rows (${what}).`,
    remedy: "Check the connection and the SQL with the database's own client.",
  });
