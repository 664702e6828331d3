/** What an explanation says of rows that are shared: who gives them, who holds what, and what is opened on the way. */
import {
  type Agreement,
  isMatchingColumn,
  type Plan,
  type PlanMatching,
  type PlanRowJoin,
  type PlanRows,
  type RowExpression,
  tableColumn,
} from '@sluis/model';
import { listed, say, several, type Sentence } from './sentences.ts';
import { ownersOf } from './relation.ts';
import type { SharedSource, Sharing } from './sharing.ts';
import { askedKeys } from './text-keys.ts';

/** Who shares rows, why, and with whom. */
export function sharesRows(plan: Plan, sharing: Sharing): Sentence[] {
  const why =
    sharing.because.length === 0
      ? []
      : [`Rows are shared because ${listed(sharing.because)} ${sharing.because.length === 1 ? 'needs' : 'need'} all rows together.`];
  return say('sends', ...why, ...sharing.sources.flatMap((s, i) => ofSource(plan, s, i)), ...components(plan));
}

function ofSource(plan: Plan, { source, stations, deposits }: SharedSource, index: number): string[] {
  const planned = plan.rows?.sources[index];
  const columns =
    planned === undefined || planned.columns.length === 0 ? 'no column' : listed([...new Set(planned.columns.map(columnShared))]);
  const where =
    planned === undefined || planned.stationWhere === ''
      ? ''
      : ` Rows without ${planned.stationWhere} are marked, in secret, as not taking part, so that their number does not tell.`;
  return [
    ...(stations.length === 0
      ? []
      : [
          `${listed(stations)} ${stations.length === 1 ? 'splits' : 'each split'} every row of ${source.tableName} (${columns}) into secret shares in the run.${where}`,
        ]),
    ...(deposits
      ? [`What was deposited into ${source.tableName} counts as well: ${columns} of every deposited row is read, as shares.`]
      : []),
  ];
}

/** A column of the table, or what is made of columns for a matching. */
const columnShared = (name: string): string =>
  isMatchingColumn(name) ? `what the matching ${name.slice(0, name.indexOf('#'))} makes of its keys` : tableColumn(name);

/** Component c of every value is held by compute parties c and c − 1. */
function components({ committee }: Plan): string[] {
  const held = committee.map((name, i) => `${name} holds components ${i + 1} and ${((i + 1) % 3) + 1}`);
  return [`Every value is split into three components that add up to it; one or two of them say nothing about it. ${listed(held)}.`];
}

/** What compute parties see while they evaluate rows. */
export function seesOfRows(plan: Plan, rows: PlanRows): Sentence[] {
  const joined = rows.joins.length > 0;
  const sorts =
    joined ||
    plan.dominances.length > 0 ||
    rows.secretSlots !== null ||
    rows.bound !== undefined ||
    rows.merged !== undefined ||
    rows.histograms !== undefined ||
    rows.accumulators.some((a) => a.kind === 'distinct' || a.kind.startsWith('quantile'));
  return say(
    'committee',
    'Filters, sums and groups are computed on secret rows. The compute parties see how many rows each organisation shared or deposited, and of which organisation a row is; never a value, nor which rows take part.',
    ...(sorts || plan.cellCount > 64
      ? [
          'Where rows are sorted, they are first put into a secret order; then the outcomes of comparisons between them are opened to the compute parties, which say nothing about whose row is where.',
        ]
      : []),
    ...(plan.dominances.length === 0
      ? []
      : [
          `For the dominance rule the rows of each group are sorted by size in secret; the sum of absolute values and the ${several(plan.dominances[0]?.top ?? 0, 'largest single value')} are compared, and never opened.`,
        ]),
    ...rows.joins.flatMap((join, i) => ofJoin(rows, join, i)),
    ...ofItems(rows),
    ...ofSample(rows),
    ...(rows.secretSlots === null
      ? []
      : [
          `Room is made for ${several(rows.secretSlots, 'group')}. If there are more, nothing is shown at all: every group is suppressed, and nobody learns why.`,
        ]),
  );
}

function ofSample({ sample, merged }: PlanRows): string[] {
  if (sample === undefined) return [];
  const percent = Number(((sample.threshold / 65_536) * 100).toFixed(3));
  return [
    `Of ${merged === undefined ? 'the rows that match' : 'the items'} ${percent} % count, by a hash of their keys under a secret function that the compute parties draw together in every run: nobody learns which, and nobody alone can choose them. Numbers are those of the sample.`,
  ];
}

function ofItems({ merged, sources }: PlanRows): string[] {
  if (merged === undefined) return [];
  const names = [...new Set(merged.keys.flatMap(columnsRead))];
  const hashed = names.some((name) => tableColumn(name) !== name);
  return [
    `Rows with equal ${listed([...new Set(names.map(tableColumn))])} are put together as one item in secret: nobody learns how many items there are, which ones, or who has one.`,
    ...(hashed ? hashesCollide(2 * Math.log2(Math.max(2, sources[0]?.maximumRows ?? 2 ** 31)) - 1) : []),
  ];
}

function ofJoin(rows: PlanRows, join: PlanRowJoin, index: number): string[] {
  const right = rows.sources[index + 1]?.table ?? '';
  const left = rows.sources[0]?.table ?? '';
  if (join.matching !== undefined) return ofMatching(rows, join.matching, index);
  const texts = comparesTexts(rows, join, index);
  if (join.kind === 'semi' || join.kind === 'anti')
    return [
      `Which rows have a partner in ${right} stays secret.${join.distinct === true ? ' Of rows with equal keys one counts, and nobody learns whether there are any.' : ''}`,
      ...texts,
    ];
  if (join.rightUnique)
    return [
      ...texts,
      `The agreement says that ${right} has every key once; if that is not so, the run ends and says so. The join has room for one row per row of ${index === 0 ? left : 'what was joined before'}, whatever matches.`,
    ];
  return [
    ...texts,
    `The join with ${right} has room for ${several(join.maximumRows, 'row')}, whatever matches; if there are more, nothing is shown at all: every group is suppressed, and nobody learns why.`,
  ];
}

function ofMatching({ sources }: PlanRows, { name, source, keys, likeness }: PlanMatching, index: number): string[] {
  const [left, right] = [sources[source], sources[index + 1]];
  const rowsOf = (s: typeof left) => Math.max(1, s?.maximumRows ?? 2 ** 31);
  const pairs = Math.log2(rowsOf(left)) + Math.log2(rowsOf(right)) + Math.log2(Math.max(1, keys));
  return [
    `A row of ${left?.table ?? ''} has a partner in ${right?.table ?? ''} if ${[
      ...(keys === 0 ? [] : [keys === 1 ? 'its key is equal' : `one of its ${keys} keys is equal`]),
      ...(likeness === undefined ? [] : [`they are alike by ${percent(likeness.threshold)} %`]),
    ].join(' or ')} (matching ${name}). Which rows have one stays secret, and so does by what.`,
    ...(keys === 0
      ? []
      : [
          `Keys in normal form are compared by 96 bits of their hashes: the chance that any two different ones count as equal is below 2^-${96 - Math.ceil(pairs)}.`,
        ]),
    ...(likeness === undefined
      ? []
      : [
          `Likeness is that of filters of ${likeness.bits} bits, compared on secrets for up to ${several(likeness.maximumPairs, 'pair')} for each of ${several(likeness.blocks, 'rough key')}; ${
            likeness.perKey === undefined
              ? 'if there are more, nothing is shown at all: every group is suppressed, and nobody learns why'
              : `of rows of ${right?.table ?? ''} with the same rough key at most ${likeness.perKey} are compared, drawn in secret, so that there is room whatever rows a receiver brings`
          }. Alike is not the same: some partners are missed, and some are other people.`,
        ]),
  ];
}

const percent = ({ numerator, denominator }: { readonly numerator: number; readonly denominator: number }): number =>
  Math.round((1000 * numerator) / denominator) / 10;

/** Texts whose values are not declared are compared by their hashes. */
function comparesTexts({ sources }: PlanRows, { on }: PlanRowJoin, index: number): string[] {
  const hashed = on.some(({ right }) => columnsRead(right).some((c) => tableColumn(c) !== c));
  if (!hashed) return [];
  const rowsOf = (i: number) => Math.max(1, sources[i]?.maximumRows ?? 2 ** 31);
  const most = Math.max(...sources.slice(0, index + 1).map((_, i) => rowsOf(i)));
  return hashesCollide(Math.log2(most) + Math.log2(rowsOf(index + 1)));
}

const hashesCollide = (pairs: number): string[] => [
  `Texts are compared by 96 bits of their hashes: the chance that any two different ones count as equal is below 2^-${96 - Math.ceil(pairs)}.`,
];

function columnsRead(e: RowExpression): string[] {
  if (e.op === 'column') return [e.column];
  if (e.op === 'case') return [...e.when.flatMap((w) => [w.if, w.then]), e.else].flatMap(columnsRead);
  return 'args' in e ? e.args.flatMap(columnsRead) : [];
}

/** Texts whose values are not declared are shown by hashes, which receivers can compare with what they have or guess. */
export function opensHashes({ keys, receivers }: Plan): Sentence[] {
  const names = keys.filter((k) => k.text !== undefined).map((k) => k.name);
  if (names.length === 0) return [];
  const each = receivers.length === 1 ? "The receiver's own station" : "Each receiver's own station";
  return say(
    'receiver',
    `Of ${listed(names)}, whose values are not declared, 96 bits of a hash are opened for every group that passes. ${each} puts back the texts that stand in its own connected data; for all others it has the hash only.`,
    'The hash is made without a key: whoever receives it can compute it for any text that it can guess, and so learns whether that text is among the groups.',
  );
}

/** Single values that an answer shows although they are called aggregates. */
export function showsRows(plan: Plan): Sentence[] {
  return say(
    'intermediate',
    ...plan.aggregates.flatMap((a) => {
      if (plan.noise !== undefined) return [];
      if (a.kind === 'quantile_disc') return [`${a.sql} shows the value of one row.`];
      return a.kind === 'quantile_cont' ? [`${a.sql} shows the value of one row, or a value between those of two.`] : [];
    }),
  );
}

export function suppressesRows(plan: Plan, rows: PlanRows, sharing: Sharing): Sentence[] {
  const owners = [...new Set(sharing.sources.flatMap(({ source }) => ownersOf(source.table)))];
  return say(
    'suppression',
    ...(rows.merged === undefined
      ? []
      : ['Items are counted, not rows: the rules ask for so many different items, and for so many organisations that have any of them.']),
    ...(rows.organisations === 'all-sources'
      ? [
          `A joined row counts as one of ${listed(owners)}, with a partner or without. The rules are not tested again without the rows of a receiver: without an owner's rows there is no joined row.`,
          'Rows are counted after the join: a row that matches five rows of the other table counts five times.',
          ...forOwners(plan, rows, sharing),
          ...forComputingOwners(plan, sharing),
        ]
      : []),
    ...(rows.secretSlots === null
      ? []
      : [
          `The values of ${listed(askedKeys(plan).map((k) => k.name))} are opened for groups that pass only. Nothing is shown of the others, not even how many there are.`,
        ]),
  );
}

/** What holds because a receiver could repeat its own rows. */
function forOwners({ receivers, rules }: Plan, { sources, joins }: PlanRows, sharing: Sharing): string[] {
  const owners = receivers.filter((r) => sharing.sources.some(({ source }) => ownersOf(source.table).includes(r)));
  if (owners.length === 0) return [];
  const counted = (rules.countedSources ?? []).map((s) => sources[s]?.table ?? '');
  const once = joins[0]?.leftUnique === true ? (sources[0]?.table ?? null) : null;
  const who = `${listed(owners)} ${owners.length === 1 ? 'receives' : 'receive'} the result and could repeat own rows.`;
  return [
    ...(counted.length === 0
      ? [`${who} The join repeats no row of another's table, whatever stands in these.`]
      : [
          `${who} So at least ${several(rules.minimumRows, 'different row')} of ${listed(counted)} must be behind a cell as well, each counted once.`,
        ]),
    ...(once === null ? [] : [`The agreement says that ${once} has every key once; if that is not so, the run ends and says so.`]),
    `A receiver chooses what stands in its own rows: sums of values of its own, and numbers of rows where it may repeat them, can tell it which of them have a partner; where they decide what is added (CASE, FILTER, products, copies), it can leave all but one row of another's out of a sum that counts many.`,
  ];
}

/** Which cells pass is opened to the compute parties, and an owner among them chooses its rows. */
function forComputingOwners({ committee }: Plan, sharing: Sharing): string[] {
  const owners = committee.filter((c) => sharing.sources.some(({ source }) => ownersOf(source.table).includes(c)));
  if (owners.length === 0) return [];
  return [
    `${listed(owners)} ${owners.length === 1 ? 'is a compute party and owns' : 'are compute parties and own'} joined rows: compute parties learn which groups pass, and by rows of its own choice, such as copies of one, an owner could learn from that whether this one has a partner.`,
  ];
}

/** What the agreement's threat model means for the compute parties. */
export function threat({ threat_model: model }: Agreement): Sentence[] {
  return say(
    'coalition',
    model === 'malicious'
      ? 'A compute party that does not follow the protocol is caught before anything is opened, and the run ends without a result (threat model: malicious).'
      : 'The compute parties are trusted to follow the protocol: one that does not could falsify the result (threat model: semi-honest).',
  );
}
