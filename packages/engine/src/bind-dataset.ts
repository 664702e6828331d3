/** Connecting local data to a shared table of an agreement. */
import { resolve } from 'node:path';
import { InvalidError, RefusedError, SluisError } from '@sluis/base';
import type { Agreement, Table } from '@sluis/model';
import type { Binding } from './binding.ts';
import type { ColumnSpec } from './column-check.ts';
import { formFault } from './csv-files.ts';
import { type Database, openDatabase, temporaryFolder } from './database.ts';
import { refuseOwnFiles } from './own-files.ts';
import { type CheckReport, checkRows, tooManyRows, violationsError } from './row-check.ts';
import { fileSource, fingerprints, type Source, sqlSource } from './source.ts';
import { firstLine } from './sql-engine.ts';
import { postgresSnapshot, sqliteSnapshot } from './snapshot.ts';

export interface BindRequest {
  readonly agreement: Agreement;
  readonly tableName: string;
  readonly home: string;
  readonly organisation: string;
  /** Either SELECT over local files, or one file. */
  readonly sql?: string;
  readonly file?: string;
  /** A file that holds a PostgreSQL connection URL; `sql` then runs there, read-only. */
  readonly postgres?: string;
  /** Where relative paths start. */
  readonly folder?: string;
}

export interface BoundDataset {
  readonly sql: string;
  /** `Binding` as JSON. */
  readonly binding: string;
  readonly report: CheckReport;
}

/**
 * Binds a shared table to a local source and checks every row. Run by: the data provider, on its own station.
 *
 * @throws InvalidError `dataset/source` if the source cannot be read, `dataset/missing-columns` if it lacks agreed columns.
 * @throws RefusedError `dataset/violations` with counts per column and kind, if the agreement says "refuse".
 *
 * Learns: nobody but the owner anything; the report has row numbers but no values. Cost: one pass over the rows.
 */
export async function bindDataset(request: BindRequest): Promise<BoundDataset> {
  const table = request.agreement.tables[request.tableName];
  if (table === undefined || !table.providers.includes(request.organisation)) {
    throw new InvalidError('dataset/unknown-table', {
      stage: 'dataset',
      message: `The agreement names ${request.organisation} as a provider of no table "${request.tableName}".`,
      remedy: 'Check the name against the agreement.',
    });
  }
  if (request.file !== undefined) refuseOwnFiles(request.home, [resolve(request.folder ?? process.cwd(), request.file)]);
  const source = await sourceOf(request);
  refuseOwnFiles(request.home, source.files);
  const files = fingerprints(source.files);
  using database = await openDatabase({ files: source.files, temporary: temporaryFolder(request.home), memoryLimit: '1GB' });
  const columns = await match(database, source, request.tableName, table);
  const report = await ownersFault(() => checkRows(database, source.sql, columns, table.violations));
  if (report.rows > table.maximum_rows) throw tooManyRows(request.tableName, table.maximum_rows);
  if (table.violations === 'refuse' && report.violations.length > 0) throw violationsError('dataset/violations', request.tableName, report);
  if (JSON.stringify(fingerprints(source.files)) !== JSON.stringify(files)) {
    throw new RefusedError('dataset/changed', {
      stage: 'dataset',
      message: 'A source file changed while it was being checked.',
      remedy: 'Connect again.',
    });
  }
  const binding: Binding = {
    format: 'sluis-binding/1',
    table: request.tableName,
    sql: source.sql,
    files,
    ...(source.heads === undefined ? {} : { heads: { ...source.heads } }),
    columns: columns.map((c) => ({ ...c, domain: c.domain ?? null, bounds: c.bounds === null ? null : [...c.bounds] })),
    violations: table.violations,
    maximumRows: table.maximum_rows,
    clean: columns.map((c) => c.name).filter((name) => !report.violations.some((v) => v.column === name)),
  };
  return { sql: request.sql ?? source.sql, binding: JSON.stringify(binding), report };
}

async function sourceOf(request: BindRequest): Promise<Source> {
  const folder = request.folder ?? process.cwd();
  if (request.postgres !== undefined && request.sql !== undefined) return postgresSnapshot(request.home, request.postgres, request.sql);
  if (request.file !== undefined && /\.(sqlite3?|db)$/i.test(request.file))
    return sqliteSnapshot(request.home, request.file, folder, request.sql);
  if (request.sql !== undefined) {
    using parser = await openDatabase({ threads: 1 });
    return await sqlSource(parser, request.sql, folder);
  }
  if (request.file !== undefined) return fileSource(request.file, folder);
  throw new InvalidError('dataset/source', { stage: 'dataset', message: 'No source is given.', remedy: 'Give a file or SQL.' });
}

async function match(database: Database, source: Source, tableName: string, table: Table): Promise<ColumnSpec[]> {
  const described = await ownersFault(() => database.text(`DESCRIBE ${source.sql}`));
  const found = described.map(([name, type]) => ({ name: name ?? '', type: type ?? '' }));
  const specs: ColumnSpec[] = [];
  const missing: string[] = [];
  for (const [name, column] of Object.entries(table.columns)) {
    const at =
      found.find((f) => f.name.toLowerCase() === name.toLowerCase()) ??
      found.find((f) => plainName(f.name).toLowerCase() === name.toLowerCase());
    if (at === undefined) missing.push(name);
    else {
      specs.push({
        name,
        source: at.name,
        sourceType: at.type,
        type: column.type,
        nullable: column.nullable,
        domain: column.domain ?? null,
        bounds: column.bounds ?? null,
      });
    }
  }
  if (missing.length > 0) {
    throw new InvalidError('dataset/missing-columns', {
      stage: 'dataset',
      message: `The source of "${tableName}" (${source.files.join(', ')}) lacks ${missing.length === 1 ? 'the column' : 'the columns'} ${missing.join(', ')}.`,
      remedy: `It has: ${found.map((f) => f.name).join(', ')}. Use SQL to rename, for example: SELECT a AS ${missing[0]} FROM …`,
    });
  }
  return specs;
}

/** A column's name as an agreement can write it: letters, digits and "_" only. */
export function plainName(header: string): string {
  const plain = header
    .trim()
    .replace(/[^A-Za-z0-9_]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 63);
  return /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`.slice(0, 63);
}

/** Errors of reading the owner's own source, told to its owner; what DuckDB says of values is withheld. */
export async function ownersFault<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof SluisError) throw cause;
    const form = formFault(cause);
    if (form !== null)
      throw new InvalidError('dataset/source', {
        stage: 'dataset',
        message: `The source cannot be read. ${form.message}`,
        remedy: form.remedy,
      });
    const said = firstLine(cause);
    const about = /^(Parser|Binder|Catalog|IO|Permission) Error/.test(said)
      ? said
      : `${/^[\w ]{1,40} Error/.exec(said)?.[0] ?? 'an unexpected error'} (details are withheld, since they may show values)`;
    throw new InvalidError('dataset/source', {
      stage: 'dataset',
      message: `The source cannot be read: ${about}`,
      remedy: 'Check the file and the SQL. Every file needs a header row and the same columns in every row.',
    });
  }
}
