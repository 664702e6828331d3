/** Who takes part in `sluis try`: the files' organisations or the values of a column, a third station if they are two, and the receiver. */
import type { ColumnProposal } from '@sluis/model';
import { freeName, namesForValues, type PartyFile, usage } from './parties.ts';

/** Where one organisation's rows come from. */
export type Source = { readonly file: string } | { readonly sql: string };

export interface Provider {
  readonly name: string;
  readonly datasets: readonly { readonly table: string; readonly source: Source }[];
}

export interface Cast {
  /** Organisations with data, in order. */
  readonly providers: readonly Provider[];
  readonly third: string | null;
  /** One, or with `--each-receiver` every organisation with data. */
  readonly receivers: readonly string[];
  readonly receiverHasData: boolean;
  readonly committee: readonly [string, string, string];
  /** Every organisation, once. */
  readonly names: readonly string[];
}

export interface Roles {
  readonly receiver?: string;
  readonly eachReceiver?: boolean;
}

/** Organisations without a table that is asked for are stations all the same. Throws InvalidError `usage/parties`. */
export function castOf(all: readonly Provider[], roles: Roles): Cast {
  if (all.length < 2) {
    throw usage('One organisation alone has nobody to compute with.', 'Give two files or more, or split one with --split-by COLUMN.');
  }
  const taken = new Set(all.map((p) => p.name.toLowerCase()));
  const third = all.length === 2 ? freeName('third-station', taken) : null;
  const members = [...all.map((p) => p.name), ...(third === null ? [] : [third])];
  const providers = all.filter((p) => p.datasets.length > 0);
  const receivers = receiversOf(members, providers, roles) ?? [freeName('analyst', taken)];
  const [a, b, c] = members;
  if (a === undefined || b === undefined || c === undefined) throw new RangeError('three members are there');
  return {
    providers,
    third,
    receivers,
    receiverHasData: providers.some((p) => receivers.includes(p.name)),
    committee: [a, b, c],
    names: [...members, ...receivers.filter((r) => !members.includes(r))],
  };
}

function receiversOf(
  members: readonly string[],
  providers: readonly Provider[],
  { receiver, eachReceiver }: Roles,
): readonly string[] | null {
  if (eachReceiver === true) {
    if (receiver !== undefined) throw usage('Both --receiver and --each-receiver are given.', 'Give one of them.');
    return providers.map((p) => p.name);
  }
  if (receiver === undefined) return null;
  const found = members.find((name) => name.toLowerCase() === receiver.toLowerCase());
  if (found === undefined) throw usage(`No organisation is called "${receiver}".`, `They are: ${members.join(', ')}.`);
  return [found];
}

/** The organisations of one file: one for each value of a column. */
export function splitParties(files: readonly PartyFile[], columns: readonly ColumnProposal[], splitBy: string, table: string): Provider[] {
  const [only] = files;
  if (only === undefined || files.length > 1) throw usage('--split-by works on one file.', 'Give one file, or leave --split-by out.');
  const column = columns.find((c) => c.name.toLowerCase() === splitBy.toLowerCase());
  if (column === undefined) throw usage(`The file has no column "${splitBy}".`, `It has: ${columns.map((c) => c.name).join(', ')}.`);
  const values = valuesOf(column);
  if (values.length > 60)
    throw usage(
      `Column ${column.name} has ${values.length} different values; each would be a station.`,
      'Split by a column with fewer values.',
    );
  const names = namesForValues(values);
  return values.map((value, i) => ({ name: names[i] ?? '', datasets: [{ table, source: { sql: partSql(only.file, column, value) } }] }));
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
  const cell = `CAST(TRY_CAST("${column.name.replaceAll('"', '""')}" AS ${column.type}) AS VARCHAR)`;
  return `SELECT * FROM ${quoteText(file)} WHERE ${value === null ? `${cell} IS NULL` : `${cell} = ${quoteText(value)}`}`;
}

const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`;
