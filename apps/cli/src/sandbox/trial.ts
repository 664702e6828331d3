/** The set-up of `sluis try`: who takes part, what was found in the files, and the agreement drafted from both. */
import { extname } from 'node:path';
import { inspectFiles } from '@sluis/engine';
import { type Agreement, applyRules, checkAgreement, type ColumnProposal, parseRulesYaml } from '@sluis/model';
import { readInput } from '../connection.ts';
import { draftSandbox, type SandboxRoles } from './draft.ts';
import { freeName, namesForValues, type PartyFile, usage } from './parties.ts';

export interface TrialOptions {
  readonly table: string;
  readonly splitBy?: string;
  readonly receiver?: string;
  readonly rules?: string;
  readonly minimumRows?: number;
  readonly minimumOrganisations?: number;
}

/** Where one organisation's rows come from. */
export type Source = { readonly file: string } | { readonly sql: string };

export interface Found {
  readonly columns: readonly ColumnProposal[];
  readonly maximumRows: number;
}

export interface Cast {
  /** Organisations with data, in order. */
  readonly providers: readonly { readonly name: string; readonly source: Source }[];
  readonly third: string | null;
  readonly receiver: string;
  readonly receiverHasData: boolean;
  readonly committee: readonly [string, string, string];
  /** Every organisation, once. */
  readonly names: readonly string[];
}

export async function inspectParties(parties: readonly PartyFile[]): Promise<Found> {
  const { columns, files } = await inspectFiles(parties.map((p) => p.file));
  return { columns, maximumRows: Math.max(...files.map((f) => f.rows)) };
}

/** Who takes part: the files' organisations or the values of `--split-by`, a third station if they are two, and the receiver. */
export function castOf(parties: readonly PartyFile[], found: Found | null, options: TrialOptions): Cast {
  const providers = providersOf(parties, found, options.splitBy);
  if (providers.length < 2) {
    throw usage('One organisation alone has nobody to compute with.', 'Give two files or more, or split one with --split-by COLUMN.');
  }
  const taken = new Set(providers.map((p) => p.name.toLowerCase()));
  const third = providers.length === 2 ? freeName('third-station', taken) : null;
  const members = [...providers.map((p) => p.name), ...(third === null ? [] : [third])];
  const receiver = receiverOf(members, options.receiver) ?? freeName('analyst', taken);
  const [a, b, c] = members;
  if (a === undefined || b === undefined || c === undefined) throw new RangeError('three members are there');
  return {
    providers,
    third,
    receiver,
    receiverHasData: providers.some((p) => p.name === receiver),
    committee: [a, b, c],
    names: members.includes(receiver) ? members : [...members, receiver],
  };
}

function providersOf(parties: readonly PartyFile[], found: Found | null, splitBy: string | undefined): Cast['providers'] {
  if (splitBy === undefined) return parties.map(({ name, file }) => ({ name, source: { file } }));
  const [only] = parties;
  if (only === undefined || parties.length > 1) throw usage('--split-by works on one file.', 'Give one file, or leave --split-by out.');
  const column = found?.columns.find((c) => c.name.toLowerCase() === splitBy.toLowerCase());
  if (column === undefined) throw usage(`The file has no column "${splitBy}".`, `It has: ${found?.columns.map((c) => c.name).join(', ')}.`);
  const values = valuesOf(column);
  if (values.length > 60)
    throw usage(
      `Column ${column.name} has ${values.length} different values; each would be a station.`,
      'Split by a column with fewer values.',
    );
  const names = namesForValues(values);
  return values.map((value, i) => ({ name: names[i] ?? '', source: { sql: partSql(only.file, column, value) } }));
}

function valuesOf(column: ColumnProposal): (string | null)[] {
  const listed = column.domain !== undefined && 'values' in column.domain ? column.domain.values : null;
  const values = listed ?? (column.type === 'BOOLEAN' ? ['false', 'true'] : null);
  if (values === null)
    throw usage(`Column ${column.name} has too many different values to split by.`, 'Split by a column with fewer values.');
  return column.nullable ? [...values, null] : [...values];
}

/** Rows of one organisation. Values are compared as the column's own type writes them, as the domain does. */
function partSql(file: string, column: ColumnProposal, value: string | null): string {
  const path = quoteText(file);
  const csv = extname(file).toLowerCase() === '.csv';
  const source = csv ? `read_csv(${path}, all_varchar = true)` : path;
  const cell = `CAST(TRY_CAST("${column.name.replaceAll('"', '""')}" AS ${column.type}) AS VARCHAR)`;
  return `SELECT * FROM ${source} WHERE ${value === null ? `${cell} IS NULL` : `${cell} = ${quoteText(value)}`}`;
}

const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

function receiverOf(members: readonly string[], wanted: string | undefined): string | null {
  if (wanted === undefined) return null;
  const found = members.find((name) => name.toLowerCase() === wanted.toLowerCase());
  if (found === undefined) throw usage(`No organisation is called "${wanted}".`, `They are: ${members.join(', ')}.`);
  return found;
}

export interface DraftedTrial {
  readonly agreement: Agreement;
  /** Columns that could not be taken over, in sentences. */
  readonly leftOut: readonly string[];
}

/** The agreement, with `--rules` and then the explicit options put over what drafting chose. Checked as any agreement is. */
export function draftTrial(cast: Cast, cards: SandboxRoles['cards'], found: Found, options: TrialOptions): DraftedTrial {
  const roles: SandboxRoles = { cards, providers: cast.providers.map((p) => p.name), committee: cast.committee, receiver: cast.receiver };
  const { agreement: drafted, remarks } = draftSandbox(roles, { name: options.table, ...found }, Date.now());
  const ruled = options.rules === undefined ? drafted : applyRules(drafted, parseRulesYaml(readInput(options.rules), options.rules));
  const agreement: Agreement = {
    ...ruled,
    output: {
      ...ruled.output,
      ...(options.minimumRows === undefined ? {} : { minimum_rows: options.minimumRows }),
      ...(options.minimumOrganisations === undefined ? {} : { minimum_organisations: options.minimumOrganisations }),
    },
  };
  checkAgreement(agreement);
  return { agreement, leftOut: remarks.filter((r) => r.startsWith('Column "')) };
}
