/**
 * DuckDB instances as Sluis uses them: always locked down. No extension is ever installed or loaded, no network, no
 * file except those named, and nothing of this can be changed by a statement that runs later.
 */
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection, DuckDBDataChunk, DuckDBInstance } from '@duckdb/node-api';

export interface DatabaseOptions {
  /** The only files that statements may read. */
  readonly files?: readonly string[];
  /** Folder for spilling; without it nothing is spilled. */
  readonly temporary?: string;
  readonly threads?: number;
  /** DuckDB's notation, such as `1GB`. */
  readonly memoryLimit?: string;
  /** A database file to open instead of an empty in-memory one. */
  readonly path?: string;
}

/** A locked database with one connection. `using` closes it. */
export class Database {
  readonly connection: DuckDBConnection;
  readonly #instance: DuckDBInstance;
  #open = true;

  constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.connection = connection;
  }

  /** All rows of one statement as DuckDB's own text, or null. Only for small results. */
  async text(sql: string): Promise<(string | null)[][]> {
    const result = await this.connection.run(sql);
    const rows = await result.getRowsJson();
    return rows.map((row) => row.map((value) => (value === null ? null : typeof value === 'string' ? value : JSON.stringify(value))));
  }

  /**
   * Rows of one SELECT in its order, chunk by chunk, with few of them in memory at a time. DuckDB ends a result that fails
   * half-way as it ends one that is complete; so a row of our own comes last, and without it the rows are not all.
   *
   * @throws Error if the rows break off; `reasonOf` then knows why.
   */
  async *chunks(sql: string): AsyncGenerator<DuckDBDataChunk> {
    const columns = (await this.text(`DESCRIBE ${sql}`)).length;
    const result = await this.connection.stream(`SELECT *, false FROM (${sql}) UNION ALL SELECT ${'NULL, '.repeat(columns)}true`);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) throw new Error('the rows broke off');
      const ends = chunk.getColumnValues(columns);
      if (ends.at(-1) === true) {
        // DuckDB puts rows of two SELECTs into different chunks; were it otherwise, the row would pass for one of the data.
        if (ends.length > 1) throw new Error('the last row has company');
        return;
      }
      yield chunk;
    }
  }

  /** Runs into the fault by which the rows of a SELECT broke off, by computing all of its values once more. */
  async reasonOf(sql: string): Promise<void> {
    await this.connection.run(`SELECT max(hash(COLUMNS(*))) FROM (${sql})`);
  }

  async run(sql: string): Promise<void> {
    await this.connection.run(sql);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.connection.closeSync();
    this.#instance.closeSync();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Opens a database that can read `files` and nothing else. The native module is loaded on first use: it costs start-up time. */
export async function openDatabase(options: DatabaseOptions = {}): Promise<Database> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  if (options.temporary !== undefined) mkdirSync(options.temporary, { recursive: true, mode: 0o700 });
  const instance = await DuckDBInstance.create(options.path ?? ':memory:', {
    threads: String(options.threads ?? availableParallelism()),
    memory_limit: options.memoryLimit ?? '256MB',
    temp_directory: options.temporary ?? '',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    allow_unsigned_extensions: 'false',
    allow_persistent_secrets: 'false',
  });
  const connection = await instance.connect();
  if (options.files !== undefined && options.files.length > 0) {
    await connection.run(`SET allowed_paths = [${options.files.map(quoteText).join(', ')}]`);
  }
  // It would compute what two expressions share before either, outside the TRY that guards it: a failing value fails the whole.
  await connection.run("SET disabled_optimizers = 'common_subexpressions'");
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
  return new Database(instance, connection);
}

export const temporaryFolder = (home: string): string => join(home, 'tmp');

export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
