/** Pass 7, explain: in plain sentences, before anything runs, who will learn what. */
import { type Agreement, type Explanation, pairSums, type PairSum, type Plan, type PlanAggregate, pushdownProviders } from '@sluis/model';
import type { Cost } from '@sluis/technique';
import { amongSentences } from './bind-among.ts';
import type { Question } from './question.ts';
import type { Sharing } from './sharing.ts';
import { isPair } from './bind-aggregate.ts';
import { noiseSentences, shownWithNoise } from './explain-noise.ts';
import { opensHashes, seesOfRows, sharesRows, showsRows, suppressesRows, threat } from './explain-rows.ts';
import { listed, say, several, type Sentence } from './sentences.ts';

export interface Explained {
  readonly plan: Plan;
  readonly agreement: Agreement;
  readonly question: Question;
  readonly sharing: Sharing | null;
  /** DOUBLE columns of the table with the decimals that are kept of them. */
  readonly floats: readonly { readonly name: string; readonly scale: number }[];
}

export function explain({ plan, agreement, question, sharing, floats }: Explained, cost: Cost | null): Explanation {
  const sentences: Sentence[] = [
    ...sandbox(agreement),
    ...sends(plan, floats),
    ...(sharing === null ? [] : sharesRows(plan, sharing)),
    ...committee(plan),
    ...(plan.rows === undefined ? [] : seesOfRows(plan, plan.rows)),
    ...receiver(plan, question),
    ...opensHashes(plan),
    ...intermediate(plan),
    ...showsRows(plan),
    ...(plan.noise === undefined ? suppression(plan) : shownWithNoise(plan)),
    ...noiseSentences(plan, question),
    ...checking(plan),
    ...(plan.rows === undefined || plan.noise !== undefined || sharing === null ? [] : suppressesRows(plan, plan.rows, sharing)),
    ...coalition(plan),
    ...threat(agreement),
    ...costs(cost),
  ];
  return { sentences, cost: cost ?? { rounds: 0, bytes: 0, seconds: 0 } };
}

function sandbox(agreement: Agreement): Sentence[] {
  if (!agreement.sandbox) return [];
  return say(
    'sandbox',
    'This is a sandbox: one person runs all stations, and drafting its agreement looked at the data. Nothing here is protected from that person.',
  );
}

function sends(plan: Plan, floats: readonly { readonly name: string; readonly scale: number }[]): Sentence[] {
  const parts = [
    several(plan.contributions.length, 'row count'),
    ...(plan.accumulators.length === 0 ? [] : [several(plan.accumulators.length, 'partial aggregate')]),
  ];
  const where = plan.provider.where === '' ? 'all its rows' : `its rows with ${plan.provider.where}`;
  const pushing = pushdownProviders(plan);
  if (pushing.length === 0) return say('sends', ...roundings(plan, floats));
  const alone = plan.rows === undefined ? 'No row leaves a provider, and the' : 'No row leaves these providers, and the';
  return say(
    'sends',
    `Each of ${several(pushing.length, 'data provider')} (${listed(pushing)}) computes ${listed(parts)} for every one of ${several(plan.cellCount, 'declared group')} in its own engine, over ${where}.`,
    `It splits every number into secret shares and sends them, encrypted, to the three compute parties. ${alone} shares look the same size whatever the data.`,
    ...(plan.dominances.length === 0
      ? []
      : [
          `For the dominance rule it also shares, per group, the sum of absolute values and its ${several(plan.dominances[0]?.top ?? 0, 'largest single value')}.`,
        ]),
    ...roundings(plan, floats),
  );
}

function roundings(plan: Plan, floats: Explained['floats']): string[] {
  const used = floats.filter((f) => plan.accumulators.some((a) => a.sql.includes(`"${f.name}"`)));
  return [
    ...computedScales(plan).map(
      (d) => `Computed values that are no whole numbers or decimals are rounded to ${several(d, 'decimal')} before they are added.`,
    ),
    ...used.map((f) => `Values of ${f.name} are rounded to ${several(f.scale, 'decimal')} before they are added.`),
  ];
}

/** Decimals kept of computed DOUBLE values: those multiplied into integers from anything but a column. */
function computedScales(plan: Plan): number[] {
  const found = plan.accumulators.flatMap((a) => [...a.sql.matchAll(/[^"] \* 1e(\d+) AS/g)].map((m) => Number(m[1])));
  return [...new Set(found)].sort((a, b) => a - b);
}

function committee(plan: Plan): Sentence[] {
  return say(
    'committee',
    plan.noise === undefined
      ? `The compute parties ${listed(plan.committee)} add the shares and test the rules on secrets. They learn only which cells of which groups are opened, not a value, and not why a cell is not opened.`
      : `The compute parties ${listed(plan.committee)} add the shares on secrets, and noise to the sums. They learn no value.`,
  );
}

function receiver(plan: Plan, { having, limit, offset }: Question): Sentence[] {
  const columns = [...new Set(plan.outputs.filter((o) => o.visible).map((o) => o.name))];
  const hidden = plan.outputs.filter((o) => !o.visible).map((o) => o.name);
  // Conditions on items are tested on secrets.
  const narrowed = having !== null || limit !== null || offset > 0;
  return say(
    'receiver',
    `${listed(plan.receivers)} ${plan.receivers.length === 1 ? 'receives' : 'receive'} ${columns.length === 0 ? 'which groups exist' : listed(columns)} ${plan.noise === undefined ? 'for every group that passes the rules' : 'with noise, and intervals that hold the exact values in 95 of 100 cases'}.`,
    ...(hidden.length === 0 ? [] : [`For HAVING, ORDER BY or the list of groups, ${listed(hidden)} is opened to the receivers as well.`]),
    ...(narrowed
      ? ['HAVING, LIMIT and OFFSET are applied by the receiver after opening: it also sees the values of groups that they then remove.']
      : []),
  );
}

const PARTS: Partial<Record<PlanAggregate['kind'], string>> = {
  avg: 'the sum and the number of values',
  var_samp: 'the sum, the sum of squares and the number of values',
  var_pop: 'the sum, the sum of squares and the number of values',
  stddev_samp: 'the sum, the sum of squares and the number of values',
  stddev_pop: 'the sum, the sum of squares and the number of values',
};

const PAIR_SUMS: Record<PairSum, string> = {
  x: 'the sum of x',
  y: 'the sum of y',
  xy: 'the sum of the products of x and y',
  xx: 'the sum of squares of x',
  yy: 'the sum of squares of y',
};

const partsOf = (kind: PlanAggregate['kind']): string | undefined =>
  isPair(kind) ? listed([...pairSums(kind).map((s) => PAIR_SUMS[s]), 'the number of rows that have both']) : PARTS[kind];

function intermediate(plan: Plan): Sentence[] {
  const inside = plan.aggregates.flatMap((a) =>
    partsOf(a.kind) === undefined ? [] : [`${a.sql} is computed by the receiver from ${partsOf(a.kind)}, which it therefore learns.`],
  );
  const mixed = plan.outputs
    .filter((o) => o.visible && o.aggregates.length > 1)
    .map(
      (o) =>
        `"${o.name}" is computed by the receiver from ${listed(o.aggregates.map((a) => plan.aggregates[a]?.sql ?? ''))}, which it therefore learns.`,
    );
  return say('intermediate', ...inside, ...mixed, ...amongSentences(plan), ...binSentences(plan));
}

function binSentences({ outputs }: Plan): string[] {
  const names = [...new Set(outputs.flatMap((o) => (o.bin === undefined ? [] : [o.name])))];
  return names.map((name) => {
    const bins = outputs.filter((o) => o.name === name && o.bin !== undefined).length;
    return `"${name}" has ${several(bins, 'bin')}, each a cell of its own: bins that do not pass are left out. Beside a count of all its rows, a bin that alone is left out can be computed.`;
  });
}

function suppression(plan: Plan): Sentence[] {
  const { rules } = plan;
  const largest =
    rules.dominance === null
      ? []
      : [
          rules.dominance.n === 1
            ? `A sum is not opened if its largest contribution makes up more than ${rules.dominance.k} percent of it.`
            : `A sum is not opened if its ${rules.dominance.n} largest contributions make up more than ${rules.dominance.k} percent of it.`,
        ];
  const estimate =
    rules.pPercent === null
      ? []
      : [
          `A sum is not opened if the second largest contributor could estimate the largest contribution to within ${rules.pPercent} percent.`,
        ];
  const own =
    rules.withoutReceivers.length === 0
      ? []
      : [`The same must hold without the rows of ${listed(rules.withoutReceivers)}, since a receiver can subtract its own part.`];
  const totals =
    plan.groupingSets.length < 2
      ? []
      : rules.secondary
        ? [
            'Beside suppressed groups further groups or totals are suppressed, so that no suppressed one follows from what is shown by adding and subtracting; empty groups count as known. It can still be known to lie between bounds. For this the compute parties learn which groups pass by themselves, and which are empty.',
          ]
        : [
            'While a group with rows is suppressed, so are totals over it. Empty groups suppress no totals, so a total that is shown tells that its missing groups are empty.',
          ];
  return say(
    'suppression',
    `A cell is opened only if at least ${several(rules.minimumRows, 'row')} from at least ${several(rules.minimumOrganisations, 'organisation')} contribute to it.${plan.rows?.secretSlots == null ? ' Every other declared group shows as "suppressed or empty".' : ''}`,
    ...largest,
    ...estimate,
    ...own,
    ...totals,
    ...guarded(plan),
    ...rounded(plan),
    ...(plan.noise === undefined
      ? [
          'The answer is exact and what is suppressed depends on the data: this is not differential privacy, and answers to several questions can be compared.',
        ]
      : []),
  );
}

function checking({ checking: terms }: Plan): Sentence[] {
  if (terms === undefined) return [];
  const which =
    terms.when === 'always' ? 'Before anything is opened' : 'Unless the reasons to look twice add up to little, before anything is opened';
  return say(
    'suppression',
    `${which}, an output checker of ${listed(terms.by)} sees which groups would be shown, but no value, and says yes or no. Without a yes in the time that a run may take, nothing is released.`,
  );
}

function guarded({ rules }: Plan): string[] {
  if (rules.guarded === undefined) return [];
  return [
    'It is refused if by adding and subtracting its groups and those of earlier answers on the same data, whoever received them, a group would follow that has not passed the rules itself. Every station keeps a list of answers for this. The compute parties learn which groups are empty.',
  ];
}

function rounded({ rounding, aggregates }: Plan): string[] {
  if (rounding === undefined) return [];
  const sums = [
    ...new Set(rounding.accumulators.flatMap((base, i) => (base === null ? [] : aggregates.filter((a) => a.accumulators.includes(i))))),
  ];
  const named = sums.filter((a) => a.kind !== 'count_distinct').map((a) => a.sql);
  return [
    `Numbers of rows are rounded to the nearest multiple of ${rounding.counts} on secrets, after the rules are tested: nobody sees the exact number.`,
    ...(named.length === 0
      ? []
      : [
          `The sums behind ${listed(named)} are rounded in the same way, to the multiples that the agreement names; averages are made of rounded sums and numbers.`,
        ]),
    'Rounded totals need not equal the sum of their rounded parts.',
  ];
}

/** Any two of the three hold all components; a provider that is also a compute party counts as both. */
function coalition(plan: Plan): Sentence[] {
  const [a, b, c] = plan.committee;
  const pairs = [
    [a, b],
    [a, c],
    [b, c],
  ].map((p) => p.join(' with '));
  const own = plan.committee.filter((p) => plan.providers.includes(p));
  const external = plan.committee.filter((p) => !plan.providers.includes(p));
  const two =
    plan.providers.length === 2
      ? ['With two data providers, a sum tells each of them, if it sees the result, the value of the other.']
      : [];
  return say(
    'coalition',
    `Two compute parties together could reconstruct everything that was shared: ${pairs.join(', or ')}. One alone learns nothing.`,
    `${own.length === 0 ? 'No compute party is a data provider' : `${listed(own)} ${own.length === 1 ? 'is' : 'are'} also ${own.length === 1 ? 'a data provider' : 'data providers'}`}${external.length === 0 ? '.' : `; ${listed(external)} ${external.length === 1 ? 'brings' : 'bring'} no data to this question.`}`,
    ...two,
  );
}

function costs(cost: Cost | null): Sentence[] {
  if (cost === null) return [];
  const size = cost.bytes < 1e6 ? `${Math.ceil(cost.bytes / 1000)} kB` : `${(cost.bytes / 1e6).toFixed(1)} MB`;
  return say(
    'cost',
    `It takes about ${several(cost.rounds, 'round')} of messages, ${size} in all, and ${cost.seconds < 1 ? 'under a second' : `about ${several(Math.ceil(cost.seconds), 'second')}`}, besides each provider's own query.`,
  );
}
