/** What an explanation says of noise: what the question costs, whom it protects, how far off the answer will be, who weakens it. */
import type { Plan, PlanAggregate, PlanNoise } from '@sluis/model';
import { decimalText } from './aggregate-values.ts';
import { isQuantile } from './split-histogram.ts';
import { listed, say, several, type Sentence } from './sentences.ts';

export function noiseSentences(plan: Plan): Sentence[] {
  const { noise } = plan;
  if (noise === undefined) return [];
  return say(
    'noise',
    `The answer is differentially private: it costs ε = ${noise.epsilon}${noise.delta === '0' ? '' : ` and δ = ${noise.delta}`} of the budget, whatever it says.`,
    ...protectedBy(plan, noise),
    `The compute parties add ${noise.mechanism === 'discrete-laplace' ? 'discrete Laplace' : 'discrete Gaussian'} noise to every value in secret, before anything is opened. None of them knows it, and none can take it away.`,
    ...errors(plan, noise),
    ...(plan.rows === undefined
      ? []
      : [
          'The compute parties see how many rows each organisation shared or deposited: that number is exact, and protected by nothing but their secrecy.',
        ]),
    noise.generation === 'shares'
      ? 'What remains after one compute party and any receivers take away the noise they know is still what was asked for; two of three compute parties could reconstruct everything anyway. A compute party that adds less or more than it should makes the answer worse, not the protection.'
      : 'The noise is drawn from secret random bits of all compute parties: any one of them, with any receivers, knows nothing of it; two of three could reconstruct everything anyway.',
  );
}

function protectedBy({ providers }: Plan, { unit, bounds, occurrences }: PlanNoise): string[] {
  const limits =
    bounds === null
      ? ''
      : unit.kind === 'organisation'
        ? ` At most ${several(bounds.rowsPerGroup, 'row')} of one organisation count in a group.`
        : ` At each provider at most ${several(bounds.rowsPerGroup, 'row')} of one ${unit.kind === 'column' ? unit.column : 'unit'} count in a group, in at most ${several(bounds.groups, 'group')}; what is more is left out by chance, the same for all values of the question.`;
  const whom = {
    row: 'It protects single rows: the answer hardly depends on whether any one row is there.',
    organisation: 'It protects whole organisations: the answer hardly depends on whether any one of them takes part.',
    column: `It protects everybody with rows of their own (all rows with the same ${unit.kind === 'column' ? unit.column : ''}): the answer hardly depends on whether they are there.`,
  }[unit.kind];
  const several_ =
    unit.kind !== 'column' || providers.length < 2
      ? ''
      : occurrences > 1
        ? ` The same ${unit.column} may occur at ${several(occurrences, 'provider')}, which multiplies the noise.`
        : ` By agreement nobody occurs at two providers: who does is protected less.`;
  return [`${whom}${limits}${several_}`];
}

/** Of columns whose margin is known beforehand, in the column's own unit. */
function errors(plan: Plan, noise: PlanNoise): string[] {
  return plan.outputs.flatMap((output) => {
    if (!output.visible) return [];
    const [index, ...more] = output.aggregates;
    const aggregate = plan.aggregates[index ?? -1];
    if (aggregate === undefined) return [];
    const margin = more.length > 0 ? null : marginText(plan, aggregate, index ?? -1, noise);
    if (output.aggregates.some((i) => isQuantile(plan.aggregates[i]?.kind ?? 'count')))
      return [`How far off "${output.name}" is depends on the values, and is not stated.`];
    return margin === null
      ? [`How far off "${output.name}" is depends on the values: the answer states it (low and high).`]
      : [`"${output.name}" will be within ${margin} of the exact value in 95 of 100 cases.`];
  });
}

function marginText(plan: Plan, aggregate: PlanAggregate, index: number, noise: PlanNoise): string | null {
  const margin = noise.margins.find((m) => m.aggregate === index && m.among === 1);
  if (aggregate.kind === 'count') return margin?.count ?? null;
  if (aggregate.kind !== 'sum' && aggregate.kind !== 'count_distinct') return null;
  const [first] = margin?.accumulators ?? [];
  return first === undefined ? null : decimalText(BigInt(first), plan.accumulators[aggregate.accumulators[0] ?? -1]?.scale ?? 0);
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
