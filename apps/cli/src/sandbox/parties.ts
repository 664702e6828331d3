/**
 * Whose file is whose: `party_NAME.csv` files of a folder, `--party NAME=FILE`, or the values of a column of one file.
 * Where tables of single owners are asked for, NAME may be NAME.TABLE.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { InvalidError } from '@sluis/base';
import { NAME } from '@sluis/model';

export interface PartyFile {
  readonly name: string;
  /** Which table of the organisation it is, if the file's name says so. */
  readonly table: string | null;
  readonly file: string;
}

const EXTENSIONS = ['.csv', '.parquet'];

/** Organisations with a file each, or (for `--split-by`) the one file there is. */
export function partyFiles(dir: string | undefined, named: readonly string[] | undefined, joined = false): PartyFile[] {
  if (named !== undefined) {
    if (dir !== undefined) throw usage('Both a folder and --party are given.', 'Give one of them.');
    return unique(named.map((text) => namedParty(text, joined)));
  }
  if (dir === undefined) throw usage('There are no files.', 'Give a folder with party_NAME.csv files, or --party NAME=FILE twice or more.');
  const path = resolve(dir);
  if (!existsSync(path)) throw usage(`${dir} does not exist.`, 'Check the path.');
  if (statSync(path).isFile()) return [{ ...called(basename(path, extname(path)), joined), file: path }];
  const files = readdirSync(path)
    .filter((entry) => EXTENSIONS.includes(extname(entry).toLowerCase()))
    .sort();
  const parties = files.filter((entry) => entry.startsWith('party_'));
  const [only] = files;
  if (parties.length === 0 && only !== undefined && files.length === 1) return [{ name: 'file', table: null, file: join(path, only) }];
  if (parties.length === 0) {
    throw usage(
      `${dir} holds no party_NAME.csv or party_NAME.parquet files.`,
      'Name one file per organisation so, or give --party NAME=FILE.',
    );
  }
  return unique(
    parties.map((entry) => ({ ...called(basename(entry, extname(entry)).slice('party_'.length), joined), file: join(path, entry) })),
  );
}

/** NAME or, among tables of single owners, NAME.TABLE. */
function called(text: string, joined: boolean): { name: string; table: string | null } {
  const at = joined ? text.indexOf('.') : -1;
  return at < 1 ? { name: partyName(text), table: null } : { name: partyName(text.slice(0, at)), table: text.slice(at + 1) };
}

function namedParty(text: string, joined: boolean): PartyFile {
  const at = text.indexOf('=');
  if (at < 1) throw usage(`"${text}" is not NAME=FILE.`, 'For instance: --party north=north.csv');
  const file = resolve(text.slice(at + 1));
  if (!existsSync(file)) throw usage(`${text.slice(at + 1)} does not exist.`, 'Check the path.');
  return { ...called(text.slice(0, at), joined), file };
}

/** A name that agreements accept, as close to the given one as can be. */
export function partyName(text: string): string {
  const clean = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[^A-Za-z]+/, (start) => (/\d/.test(start) ? `p${start.replace(/[^0-9]/g, '')}` : ''))
    .replace(/-+$/, '')
    .slice(0, 50);
  return NAME.test(clean) ? clean : 'party';
}

/** Names for the values of a column, all different. */
export function namesForValues(values: readonly (string | null)[]): string[] {
  const taken = new Set<string>();
  return values.map((value) => freeName(partyName(value ?? 'none'), taken));
}

/** The name itself, or with the first number that makes it free; case doesn't count. */
export function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${wanted}-${n}`;
  taken.add(name.toLowerCase());
  return name;
}

function unique(parties: readonly PartyFile[]): PartyFile[] {
  const names = parties.map(({ name, table }) => `${name}${table === null ? '' : `.${table}`}`);
  const lower = names.map((n) => n.toLowerCase());
  const twice = names.find((n, i) => lower.indexOf(n.toLowerCase()) !== i);
  if (twice !== undefined)
    throw usage(`Two ${twice.includes('.') ? 'tables' : 'organisations'} are called "${twice}".`, 'Rename one of the files.');
  return [...parties];
}

export function usage(message: string, remedy: string): InvalidError {
  return new InvalidError('usage/parties', { stage: 'usage', message, remedy });
}
