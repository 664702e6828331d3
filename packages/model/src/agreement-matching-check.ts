/** What the terms on matching must satisfy beyond their schema. */
import { InvalidError } from '@sluis/base';
import { keyReader, recipes } from '@sluis/matching';
import type { Agreement } from './agreement.ts';
import type { AgreementProblem } from './agreement-columns.ts';
import { columnOfPart, keyPartOf, type MatchingTerms } from './agreement-matching.ts';

type Path = AgreementProblem['path'];
type Part = MatchingTerms['any_of'][number]['parts'][number];

/** Twice the same name, where case does not count. */
function twice(names: readonly string[], path: (i: number) => Path): AgreementProblem[] {
  const lower = names.map((n) => n.toLowerCase());
  return names.flatMap((n, i) =>
    lower.indexOf(n.toLowerCase()) < i ? [{ path: path(i), what: `"${n}" stands twice`, remedy: 'each must be there once only' }] : [],
  );
}

function columnProblem({ tables }: Agreement, table: string, part: Part, path: Path): AgreementProblem[] {
  const column = columnOfPart(part, table);
  if (column === null) return [{ path, what: `no column is named for table ${table}`, remedy: `add "${table}: COLUMN"` }];
  const declared = tables[table]?.columns;
  const found = declared !== undefined && Object.hasOwn(declared, column) ? declared[column] : undefined;
  if (found === undefined)
    return [
      { path, what: `"${column}" is no column of table ${table}`, remedy: 'name a column, or one for each table: { TABLE: COLUMN }' },
    ];
  if (!found.uses.includes('join'))
    return [{ path, what: `column ${table}.${column} may not be matched by`, remedy: 'add the use "join" to it, or take it out here' }];
  if (found.type === 'DOUBLE')
    return [{ path, what: `column ${table}.${column} is a DOUBLE, whose text is not exact`, remedy: 'declare it as DECIMAL or INTEGER' }];
  return [];
}

function partProblems(agreement: Agreement, terms: MatchingTerms, part: Part, path: Path): AgreementProblem[] {
  const tables = terms.tables.filter((t) => Object.hasOwn(agreement.tables, t));
  const found = tables.flatMap((table) => columnProblem(agreement, table, part, [...path, 'column']));
  if (typeof part.column !== 'string')
    for (const table of Object.keys(part.column))
      if (!terms.tables.includes(table))
        found.push({ path: [...path, 'column', table], what: `${table} is none of the tables of this matching`, remedy: 'take it out' });
  return [...found, ...recipeProblems(part, path)];
}

/** A recipe that exists, with options that it has. */
function recipeProblems(part: Part, path: Path): AgreementProblem[] {
  if (!recipes.has(part.recipe))
    return [
      { path: [...path, 'recipe'], what: `there is no recipe ${part.recipe}`, remedy: `use one of ${[...recipes.keys()].join(', ')}` },
    ];
  try {
    keyReader({ name: 'check', parts: [keyPartOf(part)] });
  } catch (error) {
    if (!(error instanceof InvalidError)) throw error;
    return [{ path, what: error.message.replace(/\.$/, ''), remedy: error.remedy ?? 'correct it' }];
  }
  return [];
}

/** Tables that exist, and rows of at least two organisations to be matched. */
function tableProblems(agreement: Agreement, terms: MatchingTerms, path: Path): AgreementProblem[] {
  const unknown = terms.tables.flatMap((table, i) =>
    Object.hasOwn(agreement.tables, table)
      ? []
      : [{ path: [...path, i], what: `there is no table ${table}`, remedy: `use one of ${Object.keys(agreement.tables).join(', ')}` }],
  );
  if (unknown.length > 0) return unknown;
  const holders = new Set(terms.tables.flatMap((t) => agreement.tables[t]?.providers ?? []));
  return holders.size >= 2
    ? []
    : [
        {
          path,
          what: 'fewer than two organisations hold these tables',
          remedy: 'name tables of different owners, or one with several providers',
        },
      ];
}

const keysProblems = (
  agreement: Agreement,
  terms: MatchingTerms,
  keys: readonly Pick<MatchingTerms['any_of'][number], 'name' | 'parts'>[],
  path: Path,
): AgreementProblem[] => [
  ...twice(
    keys.map((k) => k.name),
    (i) => [...path, i, 'name'],
  ),
  ...keys.flatMap((k, i) => k.parts.flatMap((part, p) => partProblems(agreement, terms, part, [...path, i, 'parts', p]))),
];

function likenessProblems(agreement: Agreement, terms: MatchingTerms, path: Path): AgreementProblem[] {
  if (terms.approximate === undefined) return [];
  const { fields, blocks } = terms.approximate;
  return [
    ...fields.flatMap((field, i) => partProblems(agreement, terms, field, [...path, 'fields', i])),
    ...keysProblems(agreement, terms, blocks, [...path, 'blocks']),
  ];
}

export function matchingProblems(agreement: Agreement): AgreementProblem[] {
  const all = Object.entries(agreement.matching ?? {});
  return [
    ...twice(
      all.map(([key]) => key),
      (i) => ['matching', all[i]?.[0] ?? ''],
    ),
    ...all.flatMap(([key, terms]) => {
      const path = ['matching', key];
      return [
        ...tableProblems(agreement, terms, [...path, 'tables']),
        ...twice(terms.tables, (i) => [...path, 'tables', i]),
        ...keysProblems(agreement, terms, terms.any_of, [...path, 'any_of']),
        ...likenessProblems(agreement, terms, [...path, 'approximate']),
      ];
    }),
  ];
}

/** What is wrong with the terms alone, where no agreement says which columns there are. Paths begin at the terms. */
export function matchingTermsProblems(terms: MatchingTerms): AgreementProblem[] {
  const partsOf = (path: Path, parts: readonly Part[]) => parts.map((part, i) => ({ part, path: [...path, i] }));
  const { any_of, approximate } = terms;
  const blocks = approximate?.blocks ?? [];
  const parts = [
    ...any_of.flatMap((k, i) => partsOf(['any_of', i, 'parts'], k.parts)),
    ...partsOf(['approximate', 'fields'], approximate?.fields ?? []),
    ...blocks.flatMap((k, i) => partsOf(['approximate', 'blocks', i, 'parts'], k.parts)),
  ];
  const nameless = ({ part, path }: (typeof parts)[number]) =>
    terms.tables
      .filter((table) => columnOfPart(part, table) === null)
      .map((table) => ({ path: [...path, 'column'], what: `no column is named for ${table}`, remedy: `add "${table}: COLUMN"` }));
  return [
    ...twice(
      any_of.map((k) => k.name),
      (i) => ['any_of', i, 'name'],
    ),
    ...twice(
      blocks.map((k) => k.name),
      (i) => ['approximate', 'blocks', i, 'name'],
    ),
    ...parts.flatMap((p) => [...nameless(p), ...recipeProblems(p.part, p.path)]),
  ];
}

/** Recipes whose codes many people share. */
const ROUGH = /^(soundex|cologne|phonetic-nl|initial|year)@/;

/** What a careful reader should know before signing. */
export function matchingWarnings(agreement: Agreement): string[] {
  return Object.entries(agreement.matching ?? {}).flatMap(([key, { any_of, repeated, approximate }]) => {
    const found: string[] = any_of
      .filter(({ parts }) => parts.every((p) => ROUGH.test(p.recipe)))
      .map((k) => `Matching ${key}: key ${k.name} is made of codes that many people share: records of different people will match.`);
    if (any_of.some(({ parts }) => parts.some((p) => p.recipe.startsWith('bsn@'))))
      found.push(`Matching ${key}: citizen service numbers may be used only where a law says so, by each organisation that brings them.`);
    if (any_of.some((k) => (k.repeated ?? repeated) === 'once'))
      found.push(
        `Matching ${key}: rows of one side with equal keys count as one record. Each side sees in its own report how many these are.`,
      );
    if (approximate !== undefined)
      found.push(
        `Matching ${key}: records may also be compared by how alike they are; some pairs will then be of different records. Any two compute parties together could reconstruct the filters that are compared.`,
      );
    return found;
  });
}
