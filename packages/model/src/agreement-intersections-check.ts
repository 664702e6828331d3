/** What intersections of an agreement must satisfy beyond their schema, and what a reader should know of them. */
import type { Agreement, Column, ColumnUse } from './agreement.ts';
import type { AgreementProblem } from './agreement-columns.ts';
import { givers } from './agreement-deposits.ts';
import { columnsOfKey, type Intersection, intersectionSchema, isPlainIntersection, keyColumns } from './agreement-intersections.ts';
import { keysOfTable } from './agreement-matching.ts';

type Path = AgreementProblem['path'];
type Side = Intersection['between'][number];

const columnOf = (agreement: Agreement, table: string, column: string): Column | undefined => agreement.tables[table]?.columns[column];

function sideProblems(agreement: Agreement, terms: Intersection, side: Side, path: Path): AgreementProblem[] {
  const table = agreement.tables[side.table];
  // What the committee computes may be over rows that were deposited, by somebody without a station too.
  const deposited = !isPlainIntersection(terms) && Object.hasOwn(agreement.contributors ?? {}, side.organisation);
  if (!deposited && !agreement.organisations.some((o) => o.name === side.organisation))
    return [{ path: [...path, 'organisation'], what: `"${side.organisation}" is none of the organisations`, remedy: 'add its card' }];
  if (table === undefined)
    return [
      {
        path: [...path, 'table'],
        what: `there is no table "${side.table}"`,
        remedy: `use one of ${Object.keys(agreement.tables).join(', ')}`,
      },
    ];
  const found: AgreementProblem[] = [];
  if (!(isPlainIntersection(terms) ? table.providers : givers(table)).includes(side.organisation))
    found.push({
      path: [...path, 'table'],
      what: `${side.organisation} is no provider of "${side.table}"`,
      remedy: `name a table of its own, or add it to the providers`,
    });
  const { matching } = terms;
  if (matching === undefined && keyColumns(terms, side.organisation).length !== terms.on?.length)
    found.push({ path: [...path, 'on'], what: 'the key has another number of columns', remedy: `name ${terms.on?.length ?? 'some'}` });
  if (matching !== undefined && keysOfTable(agreement, matching, side.table) === null)
    found.push({ path: [...path, 'table'], what: `the matching "${matching}" leaves ${side.table} out`, remedy: 'add it to its tables' });
  for (const column of columnsOfKey(agreement, terms, side.organisation))
    found.push(...keyProblems(agreement, side.table, column, usesOfKey(terms, side), [...path, matching === undefined ? 'on' : 'table']));
  return found;
}

/** What a column of a key is used for: to match, and to be shown. */
function usesOfKey(terms: Intersection, { organisation }: Side): ColumnUse[] {
  if (terms.show_items) return ['join', 'group', 'reveal'];
  const others = terms.receivers.some((r) => r !== organisation);
  return isPlainIntersection(terms) && others ? ['join', 'reveal'] : ['join'];
}

function keyProblems(agreement: Agreement, table: string, column: string, uses: readonly ColumnUse[], path: Path): AgreementProblem[] {
  const definition = columnOf(agreement, table, column);
  if (definition === undefined) return [{ path, what: `"${column}" is no column of "${table}"`, remedy: 'name columns of the table' }];
  const missing = uses.filter((use) => !definition.uses.includes(use));
  if (missing.length === 0) return [];
  const why = missing.includes('group')
    ? 'items are shown by it'
    : missing.includes('reveal')
      ? 'others see which of these values match'
      : 'rows are matched by it';
  return [
    {
      path,
      what: `column ${table}.${column} lacks the use${missing.length === 1 ? '' : 's'} ${missing.join(' and ')}: ${why}`,
      remedy: `add ${missing.map((m) => `"${m}"`).join(' and ')} to its uses`,
    },
  ];
}

/** Text is compared: columns of different types would write equal values differently. */
function typeProblems(agreement: Agreement, terms: Intersection, path: Path): AgreementProblem[] {
  return (terms.on ?? []).flatMap((_, i) => {
    const types = terms.between.map((s) => columnOf(agreement, s.table, keyColumns(terms, s.organisation)[i] ?? '')?.type);
    const known = new Set(types.filter((t) => t !== undefined));
    if (known.size <= 1) return [];
    return [
      {
        path: [...path, 'on', i],
        what: `the sides have different types: ${[...known].join(', ')}`,
        remedy: 'declare the same type on all sides',
      },
    ];
  });
}

function valueProblems(agreement: Agreement, terms: Intersection, path: Path): AgreementProblem[] {
  const needed = terms.reveal === 'sum' || terms.reveal === 'average';
  const { value } = terms;
  if (value === undefined)
    return needed ? [{ path: [...path, 'value'], what: `"${terms.reveal}" needs a value`, remedy: 'say whose column it is' }] : [];
  if (!needed) return [{ path: [...path, 'value'], what: `"${terms.reveal}" takes no value`, remedy: 'leave it out' }];
  const side = terms.between.find((s) => s.organisation === value.organisation);
  const definition = side === undefined ? undefined : columnOf(agreement, side.table, value.column);
  if (definition === undefined)
    return [{ path: [...path, 'value'], what: `${value.organisation} has no such column here`, remedy: 'name a column of its table' }];
  if (definition.uses.includes('aggregate')) return [];
  return [{ path: [...path, 'value'], what: `column ${value.column} lacks the use aggregate`, remedy: 'add "aggregate" to its uses' }];
}

function shapeProblems(agreement: Agreement, terms: Intersection, path: Path): AgreementProblem[] {
  const found: AgreementProblem[] = [];
  const names = terms.between.map((s) => s.organisation);
  if (new Set(names).size !== names.length)
    found.push({ path: [...path, 'between'], what: 'an organisation stands twice', remedy: 'each compares with the others only' });
  if ((terms.on === undefined) === (terms.matching === undefined))
    found.push({ path: [...path, 'on'], what: 'the key is not said once', remedy: 'name either columns ("on") or a "matching"' });
  if (terms.matching !== undefined && !Object.hasOwn(agreement.matching ?? {}, terms.matching))
    found.push({ path: [...path, 'matching'], what: `there is no matching "${terms.matching}"`, remedy: 'declare it under "matching"' });
  const two = !['size', 'union', 'at-least'].includes(terms.reveal);
  if (two && names.length !== 2)
    found.push({ path: [...path, 'between'], what: `"${terms.reveal}" is for two organisations`, remedy: 'name two, or reveal "size"' });
  if ((terms.reveal === 'at-least') !== (terms.threshold !== undefined) || (terms.threshold ?? 0) > names.length)
    found.push({
      path: [...path, 'threshold'],
      what: 'a threshold of at most as many organisations as there are belongs to "at-least", and to nothing else',
      remedy: terms.reveal === 'at-least' ? `write a threshold from 2 to ${names.length}` : 'leave it out',
    });
  found.push(...shownProblems(agreement, terms, path));
  const plain = isPlainIntersection(terms);
  for (const [i, receiver] of terms.receivers.entries()) {
    if (plain && !names.includes(receiver))
      found.push({
        path: [...path, 'receivers', i],
        what: `${receiver} does not compare, and could not be shown matches between the two stations`,
        remedy: `name one or both of ${names.join(', ')}`,
      });
    if (!agreement.receivers.includes(receiver))
      found.push({
        path: [...path, 'receivers', i],
        what: `${receiver} receives no results`,
        remedy: 'add it to the agreement’s receivers',
      });
  }
  if (!plain) found.push(...hiddenProblems(agreement, terms, path));
  if (!plain && agreement.committee.length === 0)
    found.push({
      path: [...path, 'reveal'],
      what: `"${terms.reveal}" needs three compute parties`,
      remedy: 'name a committee, or reveal "items"',
    });
  if (plain && agreement.output.noise?.required === true)
    found.push({ path: [...path, 'reveal'], what: 'matches are exact, and "output.noise" requires noise', remedy: 'agree on it apart' });
  return found;
}

/** Each item that is shown is a group of one, and has to pass the rules by itself. */
function shownProblems({ output }: Agreement, { show_items, reveal, threshold = 0 }: Intersection, path: Path): AgreementProblem[] {
  if (show_items === undefined) return [];
  const at = [...path, 'show_items'];
  if (reveal !== 'at-least') return [{ path: at, what: `"show_items" belongs to "at-least", not to "${reveal}"`, remedy: 'leave it out' }];
  const found: AgreementProblem[] = [];
  if (output.minimum_rows > 1)
    found.push({
      path: at,
      what: `output.minimum_rows is ${output.minimum_rows} and counts items, so no single one is ever shown`,
      remedy: 'agree on minimum_rows 1, and on output.minimum_organisations; or leave "show_items" out',
    });
  if (output.minimum_organisations > threshold)
    found.push({
      path: [...path, 'threshold'],
      what: `items that fewer than ${output.minimum_organisations} organisations have are suppressed (output.minimum_organisations)`,
      remedy: `write a threshold of at least ${output.minimum_organisations}`,
    });
  if (output.noise?.required === true)
    found.push({ path: at, what: 'items are shown exactly, and "output.noise" requires noise', remedy: 'leave "show_items" out' });
  return found;
}

/** What only runs between two stations have: as a question to the committee, an intersection follows the agreement's terms on questions. */
const PLAIN_ONLY = ['size_bucket', 'sample_percent', 'commit_inputs', 'approval', 'limits', 'protocol', 'threat_model', 'missing'] as const;

function hiddenProblems(agreement: Agreement, terms: Intersection, path: Path): AgreementProblem[] {
  const { between, on, receivers, reveal } = terms;
  const defaults = intersectionSchema.parse({ between, on, receivers });
  const without = PLAIN_ONLY.filter((f) => JSON.stringify(terms[f]) !== JSON.stringify(defaults[f]));
  const found: AgreementProblem[] = without.map((field) => ({
    path: [...path, field],
    what: `"${field}" has no effect with "${reveal}"`,
    remedy: 'leave it out: the agreement’s own terms on questions hold (approval, limits, threat_model)',
  }));
  if (terms.minimum > agreement.output.minimum_rows)
    found.push({
      path: [...path, 'minimum'],
      what: `with "${reveal}" the minimum is output.minimum_rows, which is ${agreement.output.minimum_rows}`,
      remedy: 'raise that, or leave this one out',
    });
  const several = between.length > 2 || reveal === 'union' || reveal === 'at-least';
  if (terms.matching !== undefined) found.push(...hiddenMatchingProblems(agreement, terms, several, path));
  if (several && new Set(between.map((s) => s.table)).size > 1)
    found.push({ path: [...path, 'between'], what: `"${reveal}" is over one table`, remedy: 'give all sides one table of kind union' });
  return found;
}

/** The committee counts rows of one side that have a partner at the other. */
function hiddenMatchingProblems(
  agreement: Agreement,
  { between, receivers, value, matching }: Intersection,
  several: boolean,
  path: Path,
): AgreementProblem[] {
  if (several)
    return [{ path: [...path, 'matching'], what: 'on secrets a matching is for two organisations', remedy: 'use "on", or name two' }];
  const names = between.map((s) => s.organisation);
  const found: AgreementProblem[] = [];
  const counted = value?.organisation ?? names.find((n) => !receivers.includes(n));
  if (counted === undefined || receivers.includes(counted))
    found.push({
      path: [...path, 'receivers'],
      what: `rows of ${counted ?? 'either side'} are counted, and by copies of one row their owner would learn whether it has a partner`,
      remedy: 'name receivers that hold none of these rows: the other side, or somebody else',
    });
  const rows = agreement.tables[between.find((s) => s.organisation === counted)?.table ?? '']?.maximum_rows ?? 0;
  const pairs = agreement.matching?.[matching ?? '']?.approximate?.maximum_pairs;
  if (pairs !== undefined && pairs < rows && receivers.some((r) => names.includes(r)))
    found.push({
      path: [...path, 'receivers'],
      what: `the other side receives, and "maximum_pairs" of ${pairs} is less than the ${rows} rows (maximum_rows) of ${counted ?? 'the one'} that may be counted: by missing room it would learn about single ones`,
      remedy: 'agree on some pairs for each row, or on fewer rows, or name a receiver that holds none',
    });
  for (const [i, side] of between.entries())
    if (agreement.tables[side.table]?.deposits !== undefined)
      found.push({
        path: [...path, 'between', i, 'table'],
        what: 'keys of a matching are made by stations, and rows are deposited here',
        remedy: 'use "on", or a table without deposits',
      });
  return found;
}

export function intersectionProblems(agreement: Agreement): AgreementProblem[] {
  const found = Object.entries(agreement.intersections ?? {}).flatMap(([key, terms]) => {
    const path = ['intersections', key];
    return [
      ...shapeProblems(agreement, terms, path),
      ...terms.between.flatMap((side, i) => sideProblems(agreement, terms, side, [...path, 'between', i])),
      ...typeProblems(agreement, terms, path),
      ...valueProblems(agreement, terms, path),
    ];
  });
  if (agreement.committee.length > 0) return found;
  // Without compute parties nothing but intersections between two stations can run.
  if (Object.keys(agreement.intersections ?? {}).length === 0)
    found.push({
      path: ['committee'],
      what: 'without three compute parties no question can run',
      remedy: 'name three, or agree on an intersection',
    });
  for (const [table, { deposits }] of Object.entries(agreement.tables))
    if (deposits !== undefined)
      found.push({ path: ['tables', table, 'deposits'], what: 'deposits go to three compute parties', remedy: 'name a committee' });
  if (Object.keys(agreement.templates).length > 0)
    found.push({ path: ['templates'], what: 'questions need three compute parties', remedy: 'name a committee, or leave templates out' });
  return found;
}

/** Sentences for people who are about to sign. */
export function intersectionWarnings(agreement: Agreement): string[] {
  return Object.entries(agreement.intersections ?? {}).flatMap(([name, terms]) => {
    const of = `Intersection ${name}`;
    const found: string[] = [];
    if (isPlainIntersection(terms)) {
      const others = terms.between.filter((s) => terms.receivers.some((r) => r !== s.organisation)).map((s) => s.organisation);
      found.push(
        `${of}: ${terms.receivers.join(' and ')} learn${terms.receivers.length === 1 ? 's' : ''} which of the own items ${others.join(' and ')} ${others.length === 1 ? 'has' : 'have'} too. A station that puts items into its list which are not its own can ask about them this way.`,
      );
      if (terms.minimum > 0)
        found.push(
          `${of}: the minimum of ${terms.minimum} is kept by the receiver's own station; against a receiver that cheats, reveal "size".`,
        );
    }
    if (terms.show_items)
      found.push(
        `${of}: ${terms.receivers.join(' and ')} get${terms.receivers.length === 1 ? 's' : ''} every item that at least ${terms.threshold} have: of text a hash, which each reads where it has the text itself, and against which it can test any text that it can guess. Whoever puts items into its rows which are not its own can ask about them this way.`,
      );
    if (terms.size_bucket === 1) found.push(`${of}: the exact sizes of both lists are shown to the other side.`);
    const { limits } = terms;
    if (limits.minimum_changed_items === undefined && limits.maximum_repeated_percent === undefined)
      found.push(`${of}: nothing keeps repeated runs with slightly changed lists from singling out what changed.`);
    if (!terms.commit_inputs) found.push(`${of}: nobody can check afterwards what was compared.`);
    if (terms.approval === 'agreed')
      found.push(`${of}: up to ${limits.runs} runs in ${limits.days} days start without anybody’s further approval.`);
    return found;
  });
}
