/** What an explanation says of noise: what the question costs, whom it protects, how far off the answer will be, who weakens it. */
import { inputsOf, type Plan, type PlanAggregate, type PlanNoise, rowsOfCell, setSize } from '@sluis/model';
import { decimalText } from './cell-column.ts';
import { rankSentences } from './explain-ranks.ts';
import { hasAggregate } from './expression.ts';
import type { Question } from './question.ts';
import { listed, say, several, type Sentence } from './sentences.ts';

export function noiseSentences(plan: Plan, question: Question): Sentence[] {
  const { noise } = plan;
  if (noise === undefined) return [];
  return say(
    'noise',
    `The answer is differentially private: it costs ε = ${noise.epsilon}${noise.delta === '0' ? '' : ` and δ = ${noise.delta}`} of the budget, whatever it says.`,
    ...protectedBy(plan, noise),
    `The compute parties add ${noise.mechanism === 'discrete-laplace' ? 'discrete Laplace' : 'discrete Gaussian'} noise to every value in secret, before anything is opened. None of them knows it, and none can take it away.`,
    ...plan.aggregates.flatMap((a) => rankSentences(plan, noise, a)),
    ...errors(plan, noise, question),
    ...(plan.rows === undefined
      ? []
      : [
          'The compute parties see how many rows each organisation shared or deposited: that number is exact, and protected by nothing but their secrecy.',
        ]),
    noise.generation === 'shares'
      ? 'What remains after one compute party and any receivers take away the noise they know is still what was asked for; two of three compute parties could reconstruct everything anyway. A compute party that adds less or more than it should makes the answer worse, not the protection' +
          (noise.threshold === null ? '.' : ', except that by adding far too much it could have every group shown that exists.')
      : 'The noise is drawn from secret random bits of all compute parties: any one of them, with any receivers, knows nothing of it; two of three could reconstruct everything anyway.',
  );
}

function protectedBy({ providers, rows }: Plan, { unit, bounds, occurrences }: PlanNoise): string[] {
  const limits =
    bounds === null
      ? ''
      : rows?.bound !== undefined && unit.kind === 'column'
        ? ` At most ${several(rows.bound.rows, 'row')} of one ${unit.column} ${rows.bound.rows === 1 ? 'counts' : 'count'} in all, over all providers, deposits and groups together; what is more is left out by chance on secret rows, the same for all values of the question, and nobody learns of whom.`
        : unit.kind === 'organisation'
          ? ` At most ${several(bounds.rowsPerGroup, 'row')} of one organisation count in a group.`
          : ` At each provider at most ${several(bounds.rowsPerGroup, 'row')} of one ${unit.kind === 'column' ? unit.column : 'unit'} count in a group, in at most ${several(bounds.groups, 'group')}; what is more is left out by chance, the same for all values of the question.`;
  const whom = {
    row: 'It protects single rows: the answer hardly depends on whether any one row is there.',
    organisation: 'It protects whole organisations: the answer hardly depends on whether any one of them takes part.',
    column: `It protects everybody with rows of their own (all rows with the same ${unit.kind === 'column' ? unit.column : ''}): the answer hardly depends on whether they are there.`,
  }[unit.kind];
  const several_ =
    unit.kind !== 'column' || providers.length < 2 || rows?.bound !== undefined
      ? ''
      : occurrences > 1
        ? ` The same ${unit.column} may occur at ${several(occurrences, 'provider')}, which multiplies the noise.`
        : ` By agreement nobody occurs at two providers: who does is protected less.`;
  return [`${whom}${limits}${several_}`];
}

/** Of columns whose margin is known beforehand, in the column's own unit. */
function errors(plan: Plan, noise: PlanNoise, { items }: Question): string[] {
  const shown = items.filter((item) => hasAggregate(item.expression));
  return plan.outputs
    .filter((o) => o.visible)
    .flatMap(({ name, aggregates }, i) => {
      const [index = -1] = aggregates;
      const aggregate = plan.aggregates[index];
      const own = shown[i]?.expression.kind === 'aggregate' && aggregate !== undefined;
      const known = own ? knownMargin(plan, aggregate, index, noise) : null;
      if (known !== null)
        return [
          `"${name}" will be within ${decimalText(known.margin, known.scale)} of the exact value in 95 of 100 cases.`,
          ...drowning(plan, name, known),
        ];
      const ranks = own ? mostRanks(plan, aggregate) : null;
      return [
        `How far off "${name}" is depends on the values: the answer states it (low and high).`,
        ...(ranks === null
          ? []
          : [
              `Its ends are found in the same noisy counts, at most ${several(ranks, 'row')} before and beyond its place, at no further cost.`,
            ]),
      ];
    });
}

/** The largest margin of a quantile's ends, in rows; null where it has none. */
function mostRanks(plan: Plan, { accumulators }: PlanAggregate): number | null {
  const margins = accumulators.flatMap((a) => plan.accumulators[a]?.quantile?.end?.margins ?? []);
  return margins.length === 0 ? null : Math.max(...margins.map(({ by }) => Math.ceil(Number(by) / 10_000)));
}

interface KnownMargin {
  readonly margin: bigint;
  readonly scale: number;
  /** Largest size that all groups of a grouping set together can have, by what the agreement declares. */
  readonly most: bigint;
}

function knownMargin(plan: Plan, { kind, accumulators }: PlanAggregate, index: number, noise: PlanNoise): KnownMargin | null {
  const margin = noise.margins.find((m) => m.aggregate === index && m.among === 1);
  if (margin === undefined) return null;
  if (kind === 'count') return { margin: BigInt(margin.count ?? 0), scale: 0, most: rowsOfCell(plan) };
  const accumulator = plan.accumulators[accumulators[0] ?? -1];
  if ((kind !== 'sum' && kind !== 'count_distinct') || accumulator === undefined) return null;
  const [low, high] = [-BigInt(accumulator.minimum), BigInt(accumulator.maximum)];
  const most = (high - low > 0n ? high : low) * BigInt(inputsOf(plan).length);
  return { margin: BigInt(margin.accumulators[0] ?? 0), scale: accumulator.scale, most };
}

/** From declared facts only: what the data hold would be told by such a hint. */
function drowning(plan: Plan, name: string, { margin, most, scale }: KnownMargin): string[] {
  const groups = BigInt(Math.max(1, ...plan.groupingSets.map((set) => setSize(plan, set))));
  if (margin * 5n * groups < most) return [];
  return [
    `Noise may drown "${name}": by the agreement's maximum of rows${scale === 0 && most === rowsOfCell(plan) ? '' : ' and bounds'} it is at most ${decimalText(most, scale)}${groups === 1n ? '' : `, in ${groups} groups together`}. Ask for fewer groups, with a larger epsilon, or clamp rare large values.`,
  ];
}

/** In place of output rules. */
export function shownWithNoise(plan: Plan): Sentence[] {
  const { noise } = plan;
  if (noise === undefined) return [];
  const shown =
    noise.threshold === null
      ? 'Every declared group is shown, those without rows too: their values are noise, and may be negative.'
      : `A group is shown if its noisy count is at least ${noise.threshold.atLeast}; of the others nothing is shown, not even how many there are.`;
  return say(
    'suppression',
    `${shown} Minimum rows, minimum organisations and dominance are not applied: decisions on exact values would undo the guarantee.`,
    ...(/ HAVING | LIMIT | OFFSET /i.test(` ${plan.sql} `)
      ? [`HAVING, ORDER BY, LIMIT and OFFSET see noisy values only: ${listed(plan.receivers)} applies them.`]
      : []),
  );
}
