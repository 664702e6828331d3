/** What joins of local files come to, for drafting an agreement: which keys stand once, and how many rows there are. It looks at the data in the clear. */
import { resolve } from 'node:path';
import { ownersFault, plainName } from './bind-dataset.ts';
import { type Database, openDatabase, quoteName } from './database.ts';
import { fileSource } from './source.ts';

export interface JoinFile {
  readonly file: string;
  /** Columns that are keys, by the name that `inspectFiles` gave, with their types. */
  readonly keys: readonly { readonly name: string; readonly type: string }[];
}

/** Adds file number `index + 1` to what is joined so far. */
export interface FileJoin {
  readonly kind: 'inner' | 'left' | 'semi' | 'anti';
  /** Columns of an earlier file, and of the one added. */
  readonly on: readonly { readonly left: { readonly file: number; readonly column: string }; readonly right: string }[];
}

export interface JoinInspection {
  /** Per join, whether the added file has its keys once. */
  readonly rightUnique: readonly boolean[];
  /** Whether the first file has the first join's keys once. */
  readonly leftUnique: boolean;
  /** Per join, rows that it gives by its keys alone. */
  readonly rows: readonly number[];
}

/**
 * Joins the files by their keys. Run by: whoever drafts an agreement, over files that person may read.
 *
 * @throws InvalidError `dataset/source` or `dataset/unknown-format` naming the file.
 */
export async function inspectJoins(files: readonly JoinFile[], joins: readonly FileJoin[]): Promise<JoinInspection> {
  const folder = process.cwd();
  const sources = files.map(({ file }) => fileSource(resolve(folder, file), folder));
  using database = await openDatabase({ files: sources.flatMap((s) => s.files), memoryLimit: '1GB' });
  for (const [i, source] of sources.entries()) await ownersFault(async () => readKeys(database, i, source.sql, files[i]?.keys ?? []));
  const rightUnique: boolean[] = [];
  const rows: number[] = [];
  for (const [i, join] of joins.entries()) {
    const keys = join.on.map((pair) => pair.right);
    rightUnique.push(await standOnce(database, i + 1, keys));
    rows.push(await number(database, `SELECT count(*) FROM ${joined(joins.slice(0, i + 1))}`));
  }
  const first = (joins[0]?.on ?? []).map((pair) => pair.left.column);
  return { rightUnique, leftUnique: joins.length > 0 && (await standOnce(database, 0, first)), rows };
}

async function readKeys(database: Database, index: number, sql: string, keys: JoinFile['keys']): Promise<void> {
  const found = (await database.text(`DESCRIBE ${sql}`)).map(([name]) => name ?? '');
  const columns = keys.map(({ name, type }) => {
    const source =
      found.find((f) => f.toLowerCase() === name.toLowerCase()) ?? found.find((f) => plainName(f).toLowerCase() === name.toLowerCase());
    return `TRY_CAST(${source === undefined ? 'NULL' : quoteName(source)} AS ${type}) AS ${quoteName(name)}`;
  });
  await database.run(`CREATE TABLE t${index} AS SELECT ${[...columns, 'true AS "(row)"'].join(', ')} FROM (${sql})`);
}

/** No two rows have equal keys; of rows that lack one there may be one, since the committee counts NULL like a value. */
async function standOnce(database: Database, index: number, keys: readonly string[]): Promise<boolean> {
  const list = keys.map(quoteName).join(', ');
  return (await number(database, `SELECT count(*) FROM (SELECT ${list} FROM t${index} GROUP BY ${list} HAVING count(*) > 1)`)) === 0;
}

function joined(joins: readonly FileJoin[]): string {
  const parts = joins.map(({ kind, on }, i) => {
    const conditions = on.map(({ left, right }) => `t${left.file}.${quoteName(left.column)} = t${i + 1}.${quoteName(right)}`);
    return `${kind} JOIN t${i + 1} ON ${conditions.join(' AND ')}`;
  });
  return ['t0', ...parts].join(' ');
}

async function number(database: Database, sql: string): Promise<number> {
  return Number((await database.text(sql))[0]?.[0] ?? 0);
}
