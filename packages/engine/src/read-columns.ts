/** Columns of a local file as text, for what works on them outside SQL: all rows, in the file's order. */
import { resolve } from 'node:path';
import { InvalidError } from '@sluis/base';
import { openDatabase, quoteName } from './database.ts';
import { typeOfColumn } from './inspect-files.ts';
import { fileSource } from './source.ts';

export interface TextColumn {
  /** DuckDB's type; of files that hold text, the one that all values have. */
  readonly type: string;
  readonly values: readonly (string | null)[];
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
  await database.run(`CREATE VIEW pooled AS ${source.sql}`);
  const described = new Map((await database.text('DESCRIBE pooled')).map(([name, type]) => [name ?? '', type ?? '']));
  for (const name of names) if (!described.has(name)) throw noColumn(file, name, [...described.keys()]);
  const values: (string | null)[][] = names.map(() => []);
  const result = await database.connection.stream(`SELECT ${names.map((n) => `CAST(${quoteName(n)} AS VARCHAR)`).join(', ')} FROM pooled`);
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    for (const [i, column] of values.entries()) for (const value of chunk.getColumnValues(i)) column.push(value as string | null);
  }
  const types: string[] = [];
  for (const name of names) types.push(await typeOfColumn(database, name, described.get(name) ?? ''));
  return names.map((_, i) => ({ type: types[i] ?? 'VARCHAR', values: values[i] ?? [] }));
}

const noColumn = (file: string, name: string, there: readonly string[]) =>
  new InvalidError('dataset/no-column', {
    stage: 'dataset',
    message: `${file} has no column "${name}".`,
    remedy: `It has: ${there.slice(0, 50).join(', ')}.`,
  });
