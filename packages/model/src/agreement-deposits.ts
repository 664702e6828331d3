/** Contributors and deposits of an agreement: what must hold, and who gives rows to a table. */
import type { Agreement, Table } from './agreement.ts';
import { ANONYMOUS_PREFIX } from './deposit.ts';
import type { AgreementProblem } from './agreement-columns.ts';

/** Public key that signs deposits of this organisation or contributor, or null for nobody known. */
export function depositIdentity(agreement: Agreement, name: string): string | null {
  const organisation = agreement.organisations.find((o) => o.name === name);
  return (
    organisation?.identity ??
    (Object.hasOwn(agreement.contributors ?? {}, name) ? (agreement.contributors?.[name]?.identity ?? null) : null)
  );
}

/** Rows that one contributor may have in a table. */
export const rowsEach = (table: Pick<Table, 'deposits' | 'maximum_rows'>): number =>
  Math.min(table.maximum_rows, table.deposits?.maximum_rows_each ?? table.maximum_rows);

/** Everybody who may give rows to a table: providers with stations, named and anonymous depositors; each once. */
export const givers = (table: Pick<Table, 'providers' | 'deposits'>): string[] => [
  ...new Set([...table.providers, ...(table.deposits?.by ?? []), ...(table.deposits?.anonymous?.members ?? [])]),
];

export function contributorProblems(agreement: Agreement): AgreementProblem[] {
  const found: AgreementProblem[] = agreement.organisations.flatMap(({ name }, i) =>
    name.toLowerCase().startsWith(ANONYMOUS_PREFIX)
      ? [
          {
            path: ['organisations', i, 'name'],
            what: `names that begin with "${ANONYMOUS_PREFIX}" are for anonymous deposits`,
            remedy: 'choose another name',
          },
        ]
      : [],
  );
  const names = new Set(agreement.organisations.map((o) => o.name.toLowerCase()));
  const keys = new Set(agreement.organisations.map((o) => o.identity));
  for (const [name, { identity }] of Object.entries(agreement.contributors ?? {})) {
    const path = ['contributors', name];
    if (names.has(name.toLowerCase()))
      found.push({
        path,
        what: `another party is called "${name}" (case does not count)`,
        remedy: 'give every contributor a name of its own',
      });
    if (name.toLowerCase().startsWith(ANONYMOUS_PREFIX))
      found.push({ path, what: `names that begin with "${ANONYMOUS_PREFIX}" are for anonymous deposits`, remedy: 'choose another name' });
    if (keys.has(identity))
      found.push({
        path: [...path, 'identity'],
        what: `${name} has the same identity key as another party`,
        remedy: 'each must be there once only',
      });
    names.add(name.toLowerCase());
    keys.add(identity);
  }
  return found;
}

function nameProblems(agreement: Agreement, names: readonly string[], path: AgreementProblem['path']): AgreementProblem[] {
  return names.flatMap((name, i) => {
    if (depositIdentity(agreement, name) === null)
      return [
        {
          path: [...path, i],
          what: `"${name}" is neither a contributor nor an organisation`,
          remedy: 'add it under "contributors", with its identity',
        },
      ];
    return names.indexOf(name) === i
      ? []
      : [{ path: [...path, i], what: `"${name}" stands twice`, remedy: 'each must be there once only' }];
  });
}

export function depositProblems(agreement: Agreement, table: Table, path: AgreementProblem['path']): AgreementProblem[] {
  const found: AgreementProblem[] = [];
  const { deposits } = table;
  if (deposits === undefined && table.providers.length === 0) {
    found.push({ path: [...path, 'providers'], what: 'nobody provides rows of this table', remedy: 'name providers, or add "deposits"' });
  }
  if (table.kind === 'owner' && (table.providers.length > 1 || givers(table).length !== 1)) {
    found.push({
      path: [...path, 'providers'],
      what: 'a table of kind "owner" has exactly one provider or depositor',
      remedy: 'name one, or make it "kind: union"',
    });
  }
  if (deposits === undefined) return found;
  const at = [...path, 'deposits'];
  found.push(...nameProblems(agreement, deposits.by, [...at, 'by']));
  if (deposits.by.length === 0 && deposits.anonymous === undefined)
    found.push({ path: at, what: 'nobody may deposit', remedy: 'name contributors under "by", or take "deposits" out' });
  const twice = table.kind === 'union' ? deposits.by.find((name) => table.providers.includes(name)) : undefined;
  if (twice !== undefined)
    found.push({
      path: [...at, 'by'],
      what: `${twice} provides rows from its station as well: it would count as two organisations`,
      remedy: 'name it under "providers" or under "by", not under both',
    });
  if (deposits.anonymous === undefined) return found;
  const { issuer, members } = deposits.anonymous;
  found.push(...nameProblems(agreement, members, [...at, 'anonymous', 'members']));
  if (!agreement.organisations.some((o) => o.name === issuer))
    found.push({
      path: [...at, 'anonymous', 'issuer'],
      what: `"${issuer}" is none of the organisations`,
      remedy: 'the issuer of tokens needs a station',
    });
  return found;
}
