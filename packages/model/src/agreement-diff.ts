/** What changed between two versions of an agreement, in plain words. */
import type { Agreement } from './agreement.ts';
import type { MatchingTerms } from './agreement-matching.ts';

export interface AgreementChange {
  /** Dotted path; organisations by name. */
  readonly path: string;
  /** JSON text, null where there was or is nothing. */
  readonly before: string | null;
  readonly after: string | null;
  /** Whether data is less protected afterwards, better protected, or neither can be said. */
  readonly effect: 'weaker' | 'stronger' | 'neutral';
  /** One sentence such as "minimum rows 5 → 3: weaker". */
  readonly text: string;
}

type Flat = ReadonlyMap<string, unknown>;
type Effect = AgreementChange['effect'];

/** Leaves by path. Lists are leaves, so that an inserted value is one change and not a shift of all. */
function flatten(value: unknown, path: string, into: Map<string, unknown>): Map<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [key, member] of Object.entries(value))
      if (member !== undefined) flatten(member, path === '' ? key : `${path}.${key}`, into);
  } else into.set(path, value);
  return into;
}

/** Keys as lines, so that a changed one is shown in words. */
function matchingInWords({ approximate, ...terms }: MatchingTerms): unknown {
  const any_of = terms.any_of.map(keyInWords);
  if (approximate === undefined) return { ...terms, any_of };
  const fields = [keyInWords({ name: 'filter', parts: approximate.fields })];
  return { ...terms, any_of, approximate: { ...approximate, fields, blocks: approximate.blocks.map(keyInWords) } };
}

/** A key as one line: name(column recipe option …, …). */
function keyInWords({
  name,
  parts,
  repeated,
}: Partial<MatchingTerms['any_of'][number]> & Pick<MatchingTerms['any_of'][number], 'name' | 'parts'>): string {
  const words = parts.map(({ column, recipe, ...options }) =>
    [typeof column === 'string' ? column : JSON.stringify(column), recipe, ...Object.values(options).flat()].join(' '),
  );
  return `${name}(${words.join(', ')})${repeated === undefined ? '' : ` ${repeated}`}`;
}

function flat(agreement: Agreement): Flat {
  const organisations = Object.fromEntries(agreement.organisations.map((o) => [o.name, o]));
  const matching = Object.fromEntries(Object.entries(agreement.matching ?? {}).map(([name, terms]) => [name, matchingInWords(terms)]));
  return flatten({ ...agreement, organisations, matching }, '', new Map());
}

const asNumber = (value: unknown) => (typeof value === 'number' ? value : null);

/** Effect of a number growing from nothing (−∞) upwards, when more protects more. */
function moreIsStronger(before: unknown, after: unknown): Effect {
  const [a, b] = [asNumber(before) ?? Number.NEGATIVE_INFINITY, asNumber(after) ?? Number.NEGATIVE_INFINITY];
  return a === b ? 'neutral' : b > a ? 'stronger' : 'weaker';
}

/** Effect of a limit, where null or absence is no limit and less protects more. */
function lessIsStronger(before: unknown, after: unknown): Effect {
  const [a, b] = [asNumber(before) ?? Number.POSITIVE_INFINITY, asNumber(after) ?? Number.POSITIVE_INFINITY];
  return a === b ? 'neutral' : b < a ? 'stronger' : 'weaker';
}

/** As `lessIsStronger` for decimal text. */
function lessTextIsStronger(before: unknown, after: unknown): Effect {
  const number = (value: unknown) => (typeof value === 'string' ? Number(value) : null);
  return lessIsStronger(number(before), number(after));
}

/** Without a budget there is no noise at all: where one comes or goes, `noise required` says what that means. */
const smallerBudgetIsStronger = (before: unknown, after: unknown): Effect =>
  before === undefined || after === undefined ? 'neutral' : lessTextIsStronger(before, after);

/** Effect of a list of those who may do or see something. */
function fewerIsStronger(before: unknown, after: unknown): Effect {
  const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
  const [a, b] = [list(before), list(after)];
  if (b.some((x) => !a.includes(x))) return 'weaker';
  return a.some((x) => !b.includes(x)) ? 'stronger' : 'neutral';
}

/** Protecting single rows protects less than protecting all rows of somebody. */
function rowsAreWeakest(before: unknown, after: unknown): Effect {
  if (before === undefined || after === undefined) return 'neutral';
  return after === 'row' ? 'weaker' : before === 'row' ? 'stronger' : 'neutral';
}

type Meaning = readonly [RegExp, string, (before: unknown, after: unknown) => Effect];
const MEANINGS: readonly Meaning[] = [
  [/^output\.minimum_rows$/, 'minimum rows', moreIsStronger],
  [/^output\.minimum_organisations$/, 'minimum organisations', moreIsStronger],
  [/^output\.dominance\.n$/, 'dominance n', moreIsStronger],
  [/^output\.dominance\.k$/, 'dominance k %', lessIsStronger],
  [/^output\.dominance\.p$/, 'dominance p %', moreIsStronger],
  [/^output\.rounding\.counts$/, 'multiple that numbers of rows are rounded to', moreIsStronger],
  [
    /^output\.rounding\.sums\./,
    'multiple that sums are rounded to',
    (before, after) => moreIsStronger(Number(before ?? 0), Number(after ?? 0)),
  ],
  [/^output\.totals$/, 'totals over suppressed groups', () => 'neutral'],
  [/^output\.differencing$/, 'guard against differences between answers', (_before, after) => (after === 'guard' ? 'stronger' : 'weaker')],
  [/^output\.checking\.by$/, 'who checks answers before they are released', () => 'neutral'],
  [/^output\.checking\.when$/, 'which answers are checked', (_before, after) => (after === 'always' ? 'stronger' : 'weaker')],
  [/^output\.noise\.required$/, 'noise required', (_before, after) => (after === true ? 'stronger' : 'weaker')],
  [/^output\.noise\.budget\.epsilon$/, 'privacy budget (epsilon)', smallerBudgetIsStronger],
  [/^output\.noise\.budget\.delta$/, 'privacy budget (delta)', smallerBudgetIsStronger],
  [/^output\.noise\.budget\.per_(analyst|purpose)\.(epsilon|delta)$/, 'part of the privacy budget', lessTextIsStronger],
  [/^output\.noise\.(default|mechanism|generation)/, 'noise', () => 'neutral'],
  [/^tables\.[^.]+\.privacy_unit\.protects$/, 'whom noise protects', rowsAreWeakest],
  [
    /^tables\.[^.]+\.privacy_unit\.providers$/,
    'units at several providers',
    (_before, after) => (after === 'disjoint' ? 'weaker' : 'stronger'),
  ],
  [/^tables\.[^.]+\.privacy_unit\.(column|groups|rows_per_group)$/, 'whom noise protects', () => 'neutral'],
  [/^collections\.[^.]+\.minimum_reports$/, 'reports in a released sum, at least', moreIsStronger],
  [/^collections\.[^.]+\.reports\.epsilon$/, 'what one local report may reveal (epsilon)', lessTextIsStronger],
  [/^collections\.[^.]+\.aggregators$/, 'aggregators of reports', () => 'neutral'],
  [/^matching\.[^.]+\.tables$/, 'tables whose records may be matched', fewerIsStronger],
  [/^matching\.[^.]+\.any_of$/, 'keys that records are matched by', () => 'neutral'],
  [/^matching\.[^.]+\.approximate\.(fields|blocks|bits)$/, 'how alike records are compared', () => 'neutral'],
  [/^matching\.[^.]+\.approximate\.threshold_percent$/, 'how alike records must be, in percent', moreIsStronger],
  [/^matching\.[^.]+\.approximate\.maximum_pairs$/, 'pairs compared for each block key', () => 'neutral'],
  [/^matching\.[^.]+\.(rejected|repeated)$/, 'rows without a valid key or with the key of another row', () => 'neutral'],
  [/^intersections\.[^.]+\.(minimum|size_bucket|limits\.minimum_changed_items)$/, 'protection of an intersection', moreIsStronger],
  [
    /^intersections\.[^.]+\.(sample_percent|limits\.(runs|maximum_items|maximum_growth_percent|maximum_repeated_percent))$/,
    'limit of an intersection',
    lessIsStronger,
  ],
  [/^intersections\.[^.]+\.limits\.days$/, 'days that runs of an intersection are counted over', moreIsStronger],
  [/^intersections\.[^.]+\.receivers$/, 'receivers of an intersection', fewerIsStronger],
  [/^intersections\.[^.]+\.show_items$/, 'items shown by an intersection', (_before, after) => (after === true ? 'weaker' : 'stronger')],
  [/^intersections\.[^.]+\.threshold$/, 'organisations that have an item', moreIsStronger],
  [/^intersections\.[^.]+\.commit_inputs$/, 'commitments to inputs', (_before, after) => (after === true ? 'stronger' : 'weaker')],
  [/^intersections\.[^.]+\.approval$/, 'approval of an intersection', (_before, after) => (after === 'agreed' ? 'weaker' : 'stronger')],
  [/^receivers$/, 'receivers of results', fewerIsStronger],
  [/^askers$/, 'organisations that may ask', fewerIsStronger],
  [/^tables\.[^.]+\.columns\.[^.]+\.uses$/, 'uses', fewerIsStronger],
  [/^tables\.[^.]+\.deposits\.by$/, 'who may deposit', () => 'neutral'],
  [/^tables\.[^.]+\.deposits\.anonymous\.(members|round|issuer|key)$/, 'anonymous deposits', () => 'neutral'],
  [/^tables\.[^.]+\.deposits\.keep_days$/, 'days that deposits are kept', lessIsStronger],
  [/^contributors\.[^.]+\.identity$/, 'key of a contributor', () => 'neutral'],
  [/^approval\.ad_hoc$/, 'approval of ad-hoc questions', (_before, after) => (after === 'none' ? 'weaker' : 'stronger')],
  [/^limits\.questions_per_day$/, 'questions per analyst and day', lessIsStronger],
  [/^templates\.[^.]+\.sql$/, 'pre-approved question', (_before, after) => (after === undefined ? 'stronger' : 'weaker')],
  [/^sandbox$/, 'sandbox', (_before, after) => (after === true ? 'weaker' : 'stronger')],
  [/^committee$/, 'compute parties', () => 'neutral'],
  [/^valid\.until$/, 'end of validity', (before, after) => (String(after) > String(before) ? 'weaker' : 'stronger')],
];

const shown = (value: unknown): string => {
  const text = value === undefined ? 'nothing' : Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
  return text.length > 200 ? `${text.slice(0, 197)}…` : text;
};

function change(path: string, before: unknown, after: unknown): AgreementChange {
  const meaning = MEANINGS.find(([pattern]) => pattern.test(path));
  const column = /^tables\.([^.]+)\.columns\.([^.]+)\./.exec(path);
  const subject = meaning === undefined ? path : column === null ? meaning[1] : `${meaning[1]} of ${column[1]}.${column[2]}`;
  const effect = meaning === undefined ? 'neutral' : meaning[2](before, after);
  return {
    path,
    before: before === undefined ? null : JSON.stringify(before),
    after: after === undefined ? null : JSON.stringify(after),
    effect,
    text: `${subject} ${shown(before)} → ${shown(after)}${effect === 'neutral' ? '' : `: ${effect}`}`,
  };
}

/** Changes from `before` to `after`, in the order of their paths; none exactly if the two have the same id. */
export function diffAgreements(before: Agreement, after: Agreement): AgreementChange[] {
  const [a, b] = [flat(before), flat(after)];
  const paths = [...new Set([...a.keys(), ...b.keys()])].sort();
  const found = paths.filter((p) => JSON.stringify(a.get(p)) !== JSON.stringify(b.get(p))).map((p) => change(p, a.get(p), b.get(p)));
  const order = (x: Agreement) => x.organisations.map((o) => o.name);
  if (
    JSON.stringify([...order(before)].sort()) === JSON.stringify([...order(after)].sort()) &&
    JSON.stringify(order(before)) !== JSON.stringify(order(after))
  ) {
    found.push(change('organisations', order(before), order(after)));
  }
  return found;
}
