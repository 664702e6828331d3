/**
 * A receiver that owns a joined table can repeat its own rows, and each copy repeats what it is joined with: five copies
 * of one patient make five joined rows of one claim. So where a receiver owns a table, the rows of the others' tables are
 * counted by themselves, each once, and what nothing can be counted of is refused. Copies are weights as well: a median of
 * many copies of one row and a few decoys is that row's own value.
 */
import { RefusedError } from '@sluis/base';
import { aggregatesOf, columnsOf, type AggregateNode, type Bound } from './expression.ts';
import type { Join, Question, Source } from './question.ts';
import { unsupported } from './refusal.ts';
import { ownersOf } from './relation.ts';

export interface JoinedReceivers {
  /** Sources of which enough different rows must stand behind every cell. */
  readonly countedSources: readonly number[];
  /** Whether the first source must have every key of its join once, as it is declared: tested on shares. */
  readonly leftUnique: boolean;
}

const NOBODY: JoinedReceivers = { countedSources: [], leftUnique: false };

/** Throws RefusedError `plan/receiver-gave-rows` where a receiver could learn of single rows of the others. */
export function joinedReceivers(question: Question, receivers: readonly string[]): JoinedReceivers {
  if (question.joins.length === 0) return NOBODY;
  const counted = new Set<number>();
  let owns = false;
  for (const receiver of receivers) {
    const own = ownedBy(receiver, question);
    if (own.size === 0) continue;
    owns = true;
    checkWeights(receiver, own, question);
    for (const source of question.sources.keys()) if (!own.has(source) && mayRepeat(question.joins, source)) counted.add(source);
    question.joins.forEach((join, i) => {
      if (own.has(i + 1)) checkComplement(receiver, own, question, join, i);
      else checkPresence(receiver, own, question, join, i);
    });
  }
  return { countedSources: [...counted].sort((a, b) => a - b), leftUnique: owns && reliesOnLeft(question.joins) };
}

const ownedBy = (receiver: string, { sources }: Question): ReadonlySet<number> =>
  new Set(sources.flatMap((s, i) => (givesTo(s).includes(receiver) ? [i] : [])));

const givesTo = ({ table }: Source): string[] => [...ownersOf(table), ...(table.deposits?.anonymous?.members ?? [])];

const multiplies = (join: Join): boolean => (join.kind === 'inner' || join.kind === 'left') && !join.rightUnique;

/** What the first join can take from the left once only: tested where a receiver owns a table. */
const reliesOnLeft = ([first]: readonly Join[]): boolean =>
  first?.leftUnique === true && first.set === undefined && (first.kind === 'inner' || first.kind === 'semi');

/** Whether one row of the source can stand behind several joined rows, or none behind some that count. */
function mayRepeat(joins: readonly Join[], source: number): boolean {
  if (source === 0) return joins.some(multiplies);
  const { kind } = joins[source - 1] as Join;
  if (kind === 'semi' || kind === 'anti') return false;
  return !(source === 1 && kind === 'inner' && reliesOnLeft(joins) && !joins.slice(1).some(multiplies));
}

/**
 * Whether the receiver's own rows decide how many joined rows one row of the source stands behind: by how many there are,
 * or by which rows of a further table they choose.
 */
function weighs(own: ReadonlySet<number>, { sources, joins }: Question, source: number): boolean {
  if (own.has(source) || !mayRepeat(joins, source)) return false;
  const chosen = (join: Join | undefined) => join?.on.some(({ left }) => sources.some((s, i) => own.has(i) && reads(left, s))) === true;
  return own.has(0) || chosen(joins[source - 1]) || joins.some((join, i) => multiplies(join) && (own.has(i + 1) || chosen(join)));
}

/** Counts of rows and of different values, and extremes, which need the use `reveal`. */
const UNWEIGHTED: ReadonlySet<AggregateNode['aggregate']> = new Set(['count', 'count_distinct', 'min', 'max']);

/** Copies of a row multiply its values as a factor would, and what acts so needs the use `filter`. */
function checkWeights(receiver: string, own: ReadonlySet<number>, question: Question): void {
  const weighed = question.sources.filter((_, i) => weighs(own, question, i));
  const values = [...question.items.map((i) => i.expression), ...question.orders.map((o) => o.expression)]
    .concat(question.having ?? [])
    .flatMap(aggregatesOf)
    .filter((a) => !UNWEIGHTED.has(a.aggregate))
    .flatMap((a) => [a.argument, a.second].flatMap((node) => (node == null ? [] : columnsOf(node))));
  const found = values.find(
    (name) => weighed.some((s) => name.startsWith(`${s.tableName}.`)) && question.table.columns[name]?.uses.includes('filter') !== true,
  );
  if (found === undefined) return;
  throw new RefusedError('plan/receiver-gave-rows', {
    stage: 'plan',
    party: receiver,
    message: `${receiver} would receive the result and owns a joined table: by many copies of one of its rows, values of ${found} that are added up or ranked would be little else than one row's.`,
    remedy: `Declare the keys of the table of ${receiver} "unique" in the agreement, or grant "filter" to ${found} there, which allows such weights; or name receivers that own none of the joined tables: --receivers NAME.`,
  });
}

/** What has a partner, or none, is a fact about rows of the other side that are in no joined row. */
function checkPresence(receiver: string, own: ReadonlySet<number>, question: Question, join: Join, index: number): void {
  if (join.kind !== 'semi' && join.kind !== 'anti') return;
  const from = question.sources.findIndex((s, i) => own.has(i) && i <= index && join.on.some((on) => reads(on.left, s)));
  if (from < 0) return;
  const distinct = join.set !== undefined && !question.joins.some(multiplies);
  const single = index === 0 && reliesOnLeft(question.joins) && !question.joins.slice(1).some(multiplies);
  const once = join.kind === 'semi' && (distinct || single);
  if (once) return;
  const right = question.sources[index + 1]?.tableName ?? '';
  const left = question.sources[from]?.tableName ?? '';
  if (join.matching !== undefined && join.kind === 'semi')
    throw new RefusedError('plan/receiver-gave-rows', {
      stage: 'plan',
      party: receiver,
      message: `${receiver} would receive the result and owns ${left}, whose rows are counted: copies of one row would tell it whether that row has a partner in ${right}.`,
      remedy: `Count the others' rows: FROM ${right} SEMI JOIN ${left} ON matches('${join.matching.name}'). Or name receivers that own none of the tables: --receivers NAME.`,
    });
  throw new RefusedError('plan/receiver-gave-rows', {
    stage: 'plan',
    party: receiver,
    message:
      join.kind === 'anti'
        ? `${receiver} would receive the result and owns ${left}: with rows that it made up, an anti join would tell it whether a single one is missing in ${right}.`
        : `${receiver} would receive the result and owns ${left}, which may have a key several times: copies of one row would tell it whether that row has a partner in ${right}.`,
    remedy:
      join.kind === 'anti'
        ? 'Name receivers that own none of the joined tables: --receivers NAME.'
        : `Declare the keys of ${left} "unique" in the agreement, or name receivers that own none of the joined tables: --receivers NAME.`,
  });
}

/**
 * What has no partner in a receiver's own list is not counted, so no minimum holds for what has one: beside the number of
 * all rows an anti join shows one item of a list, and so does a left join, by the list's columns or by copies in it.
 */
function checkComplement(receiver: string, own: ReadonlySet<number>, question: Question, join: Join, index: number): void {
  if (join.kind !== 'anti' && join.kind !== 'left') return;
  const from = question.sources.find((s, i) => !own.has(i) && i <= index && join.on.some((on) => reads(on.left, s)));
  if (from === undefined) return;
  const right = question.sources[index + 1]?.tableName ?? '';
  const how =
    join.kind === 'anti' ? 'an anti join beside the number of all rows' : `a left join, which keeps rows that are not in ${right},`;
  throw new RefusedError('plan/receiver-gave-rows', {
    stage: 'plan',
    party: receiver,
    message: `${receiver} would receive the result and owns ${right}: with a list of its choice there, ${how} would tell it whether a single one is in ${from.tableName}.`,
    remedy:
      'Ask about what both have (JOIN, SEMI JOIN, INTERSECT), or name receivers that own none of the joined tables: --receivers NAME.',
  });
}

const reads = (node: Bound, { tableName }: Source): boolean => columnsOf(node).some((name) => name.startsWith(`${tableName}.`));

/**
 * Throws RefusedError `plan/unsupported` unless the dominance rule means something to a receiver that owns a joined
 * table: copies of its own rows would split a large value of another's, and values of its own would hide it.
 */
export function checkDominanceOfJoin(question: Question, receivers: readonly string[], argument: Bound): void {
  const [join, ...more] = question.joins;
  if (join === undefined) return;
  for (const receiver of receivers) {
    const own = ownedBy(receiver, question);
    if (own.size === 0) continue;
    const once = more.length === 0 && (own.has(0) ? reliesOnLeft(question.joins) : !multiplies(join));
    const hides = question.sources.some((s, i) => own.has(i) && reads(argument, s));
    if (once && !hides) continue;
    throw unsupported(
      `A sum over joined rows for ${receiver}, which owns a joined table, under an agreement with a dominance rule`,
      `Sum a value of the other table, with the keys of the table of ${receiver} declared "unique" in the agreement and one join, or name receivers that own none of the joined tables: --receivers NAME.`,
    );
  }
}
