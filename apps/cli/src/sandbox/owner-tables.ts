/** Which file is which table where a question joins tables of single owners. */
import { type AskedTable, type Renaming, same } from './asked-tables.ts';
import { type PartyFile, usage } from './parties.ts';

export interface OwnerTable {
  /** Its name in the agreement. */
  readonly name: string;
  readonly owner: string;
  readonly file: string;
}

export interface OwnerTables {
  readonly tables: readonly OwnerTable[];
  /** Tables that the question calls otherwise than the agreement. */
  readonly renamings: readonly Renaming[];
}

/** The name of a party's table whose file names none. */
const ONLY = 'data';
const TABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/**
 * `party_NAME.TABLE.csv` is NAME.TABLE; `party_NAME.csv` is NAME.data, or whatever the question calls the one table of
 * NAME. Throws InvalidError `usage/parties` if a table is nobody's, or several organisations'.
 */
export function ownerTables(asked: readonly AskedTable[], files: readonly PartyFile[]): OwnerTables {
  const matches = asked.map((table) => ({ table, file: fileOf(table, files) }));
  const names = new Map<PartyFile, string>();
  for (const { table, file } of matches) {
    const before = names.get(file);
    if (before !== undefined && !same(before, table.name))
      throw usage(`The question calls the one table of ${file.name} both "${before}" and "${table.name}".`, 'Use one name for it.');
    names.set(file, before ?? baseName(table, file));
  }
  const count = (name: string) => [...names.values()].filter((n) => same(n, name)).length;
  const finalName = (file: PartyFile): string => {
    const name = names.get(file) ?? ONLY;
    return count(name) === 1 && TABLE_NAME.test(name) ? name : plain(`${file.name}_${name}`);
  };
  const tables = [...names.keys()].map((file) => ({ name: finalName(file), owner: file.name, file: file.file }));
  const renamings = matches.flatMap(({ table, file }) => (same(finalName(file), table.name) ? [] : [{ from: table, to: finalName(file) }]));
  return { tables, renamings };
}

/** A party's own name is a table's, too: FROM hospital is what party_hospital.csv holds. */
const baseName = (table: AskedTable, file: PartyFile): string => file.table ?? table.name;

function fileOf({ owner, name }: AskedTable, files: readonly PartyFile[]): PartyFile {
  const own = owner === null ? files : files.filter((f) => same(f.name, owner));
  if (own.length === 0)
    throw usage(`No organisation is called "${owner}".`, `They are: ${[...new Set(files.map((f) => f.name))].join(', ')}.`);
  const unnamed = (f: PartyFile) => same(name, ONLY) || (owner === null ? same(f.name, name) : isOnly(f, own));
  const [file, other] = own.filter((f) => (f.table === null ? unnamed(f) : same(f.table, name)));
  if (other !== undefined)
    throw usage(
      `Several files make a table "${name}".`,
      owner === null ? `Write ${[file, other].map((f) => `${f?.name}.${name}`).join(' or ')}.` : 'Rename one of them.',
    );
  if (file !== undefined) return file;
  throw usage(
    `There is no file for the table ${owner === null ? '' : `${owner}.`}${name}.`,
    `The files make these tables: ${files.map((f) => `${f.name}.${f.table ?? ONLY}`).join(', ')}. Name one party_NAME.TABLE.csv for each table NAME.TABLE.`,
  );
}

const isOnly = (file: PartyFile, own: readonly PartyFile[]): boolean => own.every((f) => f === file);

const plain = (name: string): string =>
  name
    .replace(/[^A-Za-z0-9_]+/g, '_')
    .replace(/^(?=[0-9])/, '_')
    .slice(0, 63);
