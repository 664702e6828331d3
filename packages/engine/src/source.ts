/** Where a shared table's rows come from: SQL over named local files, made absolute, so that exactly these can be read. */
import { globSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidError } from '@sluis/base';
import { csvHeads, csvReader } from './csv-files.ts';
import { type Database, quoteText } from './database.ts';
import { parse, printAst } from './sql-engine.ts';

export interface Source {
  /** SELECT with absolute paths only. */
  readonly sql: string;
  /** Every file it reads. */
  readonly files: readonly string[];
  /** Of the CSV files that it gives names by place: see `csvHeads`. */
  readonly heads?: Readonly<Record<string, string>>;
}

/** Tells whether a file is still the one that was checked. */
export interface Fingerprint {
  readonly path: string;
  readonly size: string;
  readonly modified: string;
  readonly inode: string;
}

type Node = Record<string, unknown>;

const READERS = new Set([
  'read_csv',
  'read_csv_auto',
  'read_parquet',
  'parquet_scan',
  'read_json',
  'read_json_auto',
  'read_ndjson',
  'read_ndjson_auto',
]);
const GENERATORS = new Set(['unnest', 'range', 'generate_series']);
const CSV = /\.(csv|tsv|txt)(\.gz|\.zst)?$/i;
const FILE_KINDS: readonly [RegExp, (files: readonly string[]) => string][] = [
  [CSV, csvReader],
  [/\.(parquet|pq)$/i, (files) => `read_parquet(${listed(files)}, union_by_name = true)`],
  [/\.(json|ndjson|jsonl)(\.gz|\.zst)?$/i, (files) => `read_json(${listed(files)}, union_by_name = true)`],
];

const listed = (files: readonly string[]): string => `[${files.map(quoteText).join(', ')}]`;

/** What stands behind FROM to read these files, which must be of one format. Throws InvalidError `dataset/unknown-format`. */
export function readerOf(files: readonly string[]): string {
  const kind = FILE_KINDS.find(([pattern]) => files.length > 0 && files.every((file) => pattern.test(file)));
  if (kind === undefined) {
    throw new InvalidError('dataset/unknown-format', {
      stage: 'dataset',
      message: `The format of ${files.join(', ')} is not known from its name.`,
      remedy: 'Use .csv, .tsv, .parquet, .json or .ndjson files (CSV and JSON also as .gz), or give SQL.',
    });
  }
  return kind[1](files);
}

const headsOf = (files: readonly string[]): Record<string, string> => csvHeads(files.filter((file) => CSV.test(file)));

export function fileSource(file: string, folder: string): Source {
  const files = existing(file, folder);
  return { sql: `SELECT * FROM ${readerOf(files)}`, files, heads: headsOf(files) };
}

/**
 * Makes the paths in the operator's SELECT absolute and lists the files it reads.
 * Throws InvalidError `dataset/source` if it reads anything but local files by DuckDB's readers.
 */
export async function sqlSource(database: Database, sql: string, folder: string): Promise<Source> {
  const ast = await parse(database, sql);
  const files = new Set<string>();
  const collect = (path: string) => {
    const found = existing(path, folder);
    for (const file of found) files.add(file);
    return found;
  };
  const named: { node: Node; reader: string }[] = [];
  const heads: Record<string, string> = {};
  walk(ast, (node) => {
    if (node['type'] === 'TABLE_FUNCTION') rewriteReader(node['function'] as Node, collect);
    if (node['type'] !== 'BASE_TABLE' || !isFile(node)) return;
    const found = collect(String(node['table_name']));
    named.push({ node, reader: readerOf(found) });
    Object.assign(heads, headsOf(found));
  });
  for (const { node, reader } of named) await readInstead(database, node, reader);
  if (files.size === 0) throw problem('The SQL reads no local file.', "Name a file, for example: SELECT * FROM 'incidents.csv'");
  return { sql: await printAst(database, ast), files: [...files], heads };
}

export const fingerprints = (files: readonly string[]): Fingerprint[] =>
  files.map((path) => {
    const s = statSync(path, { bigint: true });
    return { path, size: String(s.size), modified: String(s.mtimeNs), inode: String(s.ino) };
  });

/** Whether all files are there and unchanged. */
export function unchanged(before: readonly Fingerprint[]): boolean {
  try {
    return JSON.stringify(fingerprints(before.map((f) => f.path))) === JSON.stringify(before);
  } catch {
    return false;
  }
}

function rewriteReader(call: Node, collect: (path: string) => string[]): void {
  const name = String(call['function_name']).toLowerCase();
  if (GENERATORS.has(name)) return;
  if (!READERS.has(name)) throw problem(`The SQL may not use the table function ${name}().`, `Use one of: ${[...READERS].join(', ')}.`);
  const children = call['children'] as Node[];
  const first = children[0];
  const constants = first?.['function_name'] === 'list_value' ? (first['children'] as Node[]) : first === undefined ? [] : [first];
  const template = constants[0];
  if (first === undefined || template === undefined || !constants.every((c) => typeof textOf(c) === 'string')) {
    throw problem(
      `The files of ${name}() must be written out as text.`,
      `For example: ${name}('incidents.csv') or ${name}(['a.csv', 'b.csv'])`,
    );
  }
  const paths = constants.flatMap((c) => collect(textOf(c) ?? ''));
  const literals = paths.map((path) => ({ ...template, value: { ...(template['value'] as Node), value: path } }));
  children[0] = literals.length === 1 ? (literals[0] as Node) : listOf(template, literals);
}

const isFile = (table: Node): boolean => /[./\\*]/.test(String(table['table_name']));

/** Puts the reader of files in the place of a table that is called by their name; an alias stays. */
async function readInstead(database: Database, table: Node, reader: string): Promise<void> {
  const ast = (await parse(database, `SELECT * FROM ${reader}`)) as { statements: { node: { from_table: Node } }[] };
  const from = ast.statements[0]?.node.from_table;
  if (from === undefined) throw new RangeError('a SELECT has a table');
  const { alias, column_name_alias: columns, sample } = table;
  for (const key of Object.keys(table)) delete table[key];
  Object.assign(table, from, {
    alias,
    ...(sample === undefined ? {} : { sample }),
    ...(columns === undefined ? {} : { column_name_alias: columns }),
  });
}

const textOf = (node: Node): string | null => {
  const value = node['class'] === 'CONSTANT' ? (node['value'] as Node)['value'] : null;
  return typeof value === 'string' ? value : null;
};

const listOf = (template: Node, children: Node[]): Node => ({
  class: 'FUNCTION',
  type: 'FUNCTION',
  alias: '',
  query_location: template['query_location'],
  function_name: 'list_value',
  schema: 'main',
  children,
  filter: null,
  order_bys: { type: 'ORDER_MODIFIER', orders: [] },
  distinct: false,
  is_operator: false,
  export_state: false,
  catalog: '',
});

function existing(path: string, folder: string): string[] {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) throw problem(`"${path}" is not a local file.`, 'Copy the data to this station first.');
  const absolute = resolve(folder, path);
  const files = /[*?[]/.test(path) ? globSync(absolute).sort() : [absolute];
  for (const file of files) {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isDirectory() === true) throw problem(`${file} is a folder.`, 'Name a file in it.');
    if (found?.isFile() !== true)
      throw problem(`There is no file ${file}.`, 'Check the name; relative names start from the current folder.');
  }
  if (files.length === 0) throw problem(`No file matches ${absolute}.`, 'Check the pattern; relative names start from the current folder.');
  return files;
}

function walk(node: unknown, visit: (node: Node) => void): void {
  if (typeof node !== 'object' || node === null) return;
  if (!Array.isArray(node)) visit(node as Node);
  for (const child of Object.values(node)) walk(child, visit);
}

const problem = (message: string, remedy: string): InvalidError =>
  new InvalidError('dataset/source', { stage: 'dataset', message, remedy });
