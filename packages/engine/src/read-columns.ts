/** Columns of a local file as text, for what works on them outside SQL: all rows, in the file's order. */
import { resolve } from 'node:path';
import { InvalidError } from '@sluis/base';
import { ownersFault, plainName } from './bind-dataset.ts';
import { type Database, openDatabase, quoteName } from './database.ts';
import { typeOfColumn } from './inspect-files.ts';
import { fileSource } from './source.ts';

export interface TextColumn {
  /** DuckDB's type; of files that hold text, the one that all values have. */
  readonly type: string;
  readonly values: readonly (string | null)[];
}

export interface TextTable {
  readonly names: readonly string[];
  /** One list a column, all equally long. */
  readonly columns: readonly (readonly (string | null)[])[];
}

/** Reads all columns of a file as text, in its order. Throws and costs as `readColumns`. */
export async function readTable(file: string, folder: string = process.cwd()): Promise<TextTable> {
  const source = fileSource(resolve(folder, file), folder);
  using database = await openDatabase({ files: source.files, memoryLimit: '1GB' });
  const described = await describe(database, source.sql);
  const names = [...described.keys()];
  return { names, columns: await ownersFault(() => read(database, names)) };
}

/**
 * Reads columns of a file. Run by: whoever may read it; the values stay in this process.
 *
 * @returns one list a name, as DuckDB writes the values; text files give their text unchanged, types or not.
 * @throws InvalidError `dataset/source`, `dataset/unknown-format`, `dataset/no-column`. Cost: 1 s and 100 MB a million short values.
 */
export async function readColumns(file: string, names: readonly string[], folder: string = process.cwd()): Promise<TextColumn[]> {
  const source = fileSource(resolve(folder, file), folder);
  using database = await openDatabase({ files: source.files, memoryLimit: '1GB' });
  const described = await describe(database, source.sql);
  for (const name of names) if (!described.has(name)) throw noColumn(file, name, [...described.keys()]);
  const values = await ownersFault(() => read(database, names));
  const types: string[] = [];
  for (const name of names) types.push(await typeOfColumn(database, name, described.get(name) ?? ''));
  return names.map((_, i) => ({ type: types[i] ?? 'VARCHAR', values: values[i] ?? [] }));
}

/**
 * Finds out before anything else is done whether a file has columns, by the names that a shared table may call them.
 *
 * @throws InvalidError `dataset/no-column`, and as `readColumns`. Cost: the file's beginning is read.
 */
export async function requireColumns(file: string, names: readonly string[], folder: string = process.cwd()): Promise<void> {
  const source = fileSource(resolve(folder, file), folder);
  using database = await openDatabase({ files: source.files, memoryLimit: '1GB' });
  const there = [...(await describe(database, source.sql)).keys()];
  const known = new Set(there.flatMap((name) => [name.toLowerCase(), plainName(name).toLowerCase()]));
  for (const name of names) if (!known.has(name.toLowerCase())) throw noColumn(file, name, there);
}

/** Columns of the file with their types, from now on the view `pooled`. */
async function describe(database: Database, sql: string): Promise<Map<string, string>> {
  await ownersFault(() => database.run(`CREATE VIEW pooled AS ${sql}`));
  return new Map((await database.text('DESCRIBE pooled')).map(([name, type]) => [name ?? '', type ?? '']));
}

async function read(database: Database, names: readonly string[]): Promise<(string | null)[][]> {
  const values: (string | null)[][] = names.map(() => []);
  const statement = `SELECT ${names.map((n) => `CAST(${quoteName(n)} AS VARCHAR)`).join(', ')} FROM pooled`;
  try {
    for await (const chunk of database.chunks(statement))
      for (const [i, column] of values.entries()) for (const value of chunk.getColumnValues(i)) column.push(value as string | null);
  } catch (cause) {
    await database.reasonOf(statement);
    throw cause;
  }
  return values;
}

/** The error for a column that a file lacks. */
export const noColumn = (file: string, name: string, there: readonly string[]) =>
  new InvalidError('dataset/no-column', {
    stage: 'dataset',
    message: `${file} has no column "${name}".`,
    remedy: `It has: ${there.slice(0, 50).join(', ')}.`,
  });
