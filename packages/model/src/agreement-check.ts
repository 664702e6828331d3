/** What an agreement must satisfy beyond its schema. Every station checks this for itself before it keeps or signs one. */
import { InvalidError } from '@sluis/base';
import type { Agreement, Organisation, Table } from './agreement.ts';
import { collectionProblems } from './agreement-collections.ts';
import { contributorProblems, depositProblems } from './agreement-deposits.ts';
import { intersectionProblems } from './agreement-intersections-check.ts';
import { releaseProblems } from './agreement-release-check.ts';
import { type AgreementProblem, columnProblems } from './agreement-columns.ts';
import { matchingProblems } from './agreement-matching-check.ts';
import { noiseProblems } from './agreement-noise-check.ts';

type Path = AgreementProblem['path'];

/** One problem for each element whose key was there before. */
function repeated<T>(
  items: readonly T[],
  key: (item: T) => string,
  path: (i: number) => Path,
  what: (item: T) => string,
): AgreementProblem[] {
  const seen = new Set<string>();
  const found: AgreementProblem[] = [];
  for (const [i, item] of items.entries()) {
    if (seen.has(key(item))) found.push({ path: path(i), what: what(item), remedy: 'each must be there once only' });
    seen.add(key(item));
  }
  return found;
}

function organisationProblems(organisations: readonly Organisation[]): AgreementProblem[] {
  const at = (field: string) => (i: number) => ['organisations', i, field];
  return [
    ...repeated(
      organisations,
      (o) => o.name.toLowerCase(),
      at('name'),
      (o) => `another organisation is called "${o.name}" (case does not count)`,
    ),
    ...repeated(
      organisations,
      (o) => o.identity,
      at('identity'),
      (o) => `${o.name} has the same identity key as another organisation`,
    ),
    ...repeated(
      organisations,
      (o) => o.sealing,
      at('sealing'),
      (o) => `${o.name} has the same sealing key as another organisation`,
    ),
    ...repeated(
      organisations,
      (o) => o.certificate,
      at('certificate'),
      (o) => `${o.name} has the same certificate as another organisation`,
    ),
    ...repeated(
      organisations,
      (o) => o.station.toLowerCase(),
      at('station'),
      (o) => `${o.name} has the same station address as another organisation`,
    ),
    ...organisations.flatMap((o, i) => {
      const port = Number(o.station.slice(o.station.lastIndexOf(':') + 1));
      return port >= 1 && port <= 65_535
        ? []
        : [{ path: ['organisations', i, 'station'], what: 'the port is not between 1 and 65535', remedy: 'write host:port' }];
    }),
  ];
}

function namesProblems(agreement: Agreement, names: readonly string[], path: Path): AgreementProblem[] {
  const known = agreement.organisations.map((o) => o.name);
  return [
    ...names.flatMap((name, i) =>
      known.includes(name)
        ? []
        : [
            {
              path: [...path, i],
              what: `"${name}" is none of the organisations`,
              remedy: `use one of ${known.join(', ')}, or add its card under "organisations"`,
            },
          ],
    ),
    ...repeated(
      names,
      (n) => n,
      (i) => [...path, i],
      (n) => `"${n}" stands twice`,
    ),
  ];
}

function uniqueProblems(table: Table, path: Path): AgreementProblem[] {
  const unknown = (table.unique ?? []).flatMap((set, i) => set.filter((c) => !(c in table.columns)).map((column) => ({ i, column })));
  return unknown.map(({ i, column }) => ({
    path: [...path, i],
    what: `"${column}" is no column of the table`,
    remedy: 'name columns whose values together no two rows share',
  }));
}

function tableProblems(agreement: Agreement, name: string, table: Table): AgreementProblem[] {
  const path = ['tables', name];
  const columns = Object.keys(table.columns);
  const found = [
    ...namesProblems(agreement, table.providers, [...path, 'providers']),
    ...repeated(
      columns,
      (c) => c.toLowerCase(),
      (i) => [...path, 'columns', columns[i] ?? ''],
      (c) => `another column is called "${c}" (SQL does not tell case apart)`,
    ),
    ...Object.entries(table.columns).flatMap(([column, definition]) => columnProblems(definition, [...path, 'columns', column])),
    ...uniqueProblems(table, [...path, 'unique']),
  ];
  if (columns.length === 0) found.push({ path: [...path, 'columns'], what: 'the table has no columns', remedy: 'add at least one column' });
  return [...found, ...depositProblems(agreement, table, path)];
}

function termProblems(agreement: Agreement): AgreementProblem[] {
  const found: AgreementProblem[] = [];
  const { valid, output, version, previous } = agreement;
  if (Date.parse(valid.from) >= Date.parse(valid.until)) {
    found.push({ path: ['valid', 'until'], what: 'the agreement ends before it begins', remedy: 'put "until" after "from"' });
  }
  if (output.dominance !== undefined) {
    const { n, k, p } = output.dominance;
    if ((n === undefined) !== (k === undefined)) {
      found.push({
        path: ['output', 'dominance'],
        what: 'n and k of the dominance rule come together',
        remedy: `add ${n === undefined ? 'n (how many largest contributions)' : 'k (their largest share in percent)'}`,
      });
    }
    if (n === undefined && k === undefined && p === undefined) {
      found.push({
        path: ['output', 'dominance'],
        what: 'the dominance rule says nothing',
        remedy: 'give n and k, or p, or leave "dominance" out',
      });
    }
  }
  if ((version === 1) !== (previous === null)) {
    found.push(
      version === 1
        ? { path: ['previous'], what: 'version 1 replaces no other version', remedy: 'leave "previous" out, or raise "version"' }
        : {
            path: ['version'],
            what: `version ${version} must name the version it replaces`,
            remedy: 'add "previous" with its id (sluis agreement list)',
          },
    );
  }
  return found;
}

/** Everything wrong with an agreement that fits the schema, in the order of the document. */
export function agreementProblems(agreement: Agreement): AgreementProblem[] {
  const tables = Object.keys(agreement.tables);
  const found = [
    ...termProblems(agreement),
    ...releaseProblems(agreement),
    ...organisationProblems(agreement.organisations),
    ...contributorProblems(agreement),
    ...noiseProblems(agreement),
    ...collectionProblems(agreement),
    ...matchingProblems(agreement),
    ...intersectionProblems(agreement),
    ...namesProblems(agreement, agreement.committee, ['committee']),
    ...namesProblems(agreement, agreement.receivers, ['receivers']),
    ...namesProblems(agreement, agreement.askers, ['askers']),
    ...repeated(
      tables,
      (t) => t.toLowerCase(),
      (i) => ['tables', tables[i] ?? ''],
      (t) => `another table is called "${t}" (SQL does not tell case apart)`,
    ),
    ...Object.entries(agreement.tables).flatMap(([name, table]) => tableProblems(agreement, name, table)),
    ...Object.entries(agreement.templates).flatMap(([name, t]) =>
      t.sql.trim() === ''
        ? [{ path: ['templates', name, 'sql'], what: `template "${name}" has no SQL`, remedy: 'write a SELECT, or take the template out' }]
        : [],
    ),
  ];
  if (tables.length === 0) found.push({ path: ['tables'], what: 'the agreement shares no table', remedy: 'add a table' });
  return found;
}

/** Throws InvalidError `agreement/invalid` with one line per problem, each beginning with its path. */
export function checkAgreement(agreement: Agreement): void {
  const found = agreementProblems(agreement);
  if (found.length === 0) return;
  throw new InvalidError('agreement/invalid', {
    stage: 'agreement',
    message: found.map((p) => `${p.path.join('.')}: ${p.what} — ${p.remedy}`).join('\n'),
    remedy: 'Mend these places and try again.',
  });
}
