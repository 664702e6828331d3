/** What an explanation says of what is found in noisy counts: how many rows off it is, and where near the end an extreme is. */
import { parseRational } from '@sluis/math';
import { type Plan, type PlanAggregate, type PlanNoise, type PlanQuantile, rowsOfCell } from '@sluis/model';
import { outsideRows } from './error-wanted.ts';
import { splitNoiseClause } from './noise-clause.ts';
import { addedNoise } from './noise-parts.ts';
import { rowsOff } from './rows-off.ts';
import { several } from './sentences.ts';

/** From declared facts only. */
export function rankSentences(plan: Plan, noise: PlanNoise, aggregate: PlanAggregate): string[] {
  const { quantile } = plan.accumulators[aggregate.accumulators[0] ?? -1] ?? {};
  if (quantile === undefined) return [];
  const within = splitNoiseClause(plan.sql).clause?.within ?? null;
  const [size, cases] = [plan.histograms?.[quantile.histogram]?.size ?? 1, `${within?.rows === true ? within.percent : '95'} of 100 cases`];
  if (size === 1) return [];
  const { parameter } = noise.histograms[quantile.histogram] ?? { parameter: '0' };
  const added = addedNoise(noise.mechanism, noise.generation, parseRational(parameter));
  const rows = rowsOff(added, { at: quantile.at, extreme: quantile.rank !== undefined, size }, outsideRows(within));
  return [
    quantile.rank === undefined
      ? `In ${cases} ${aggregate.sql} is at most ${several(Number(rows), 'row')} off: it lies between the values that stand so many rows before and after its place.`
      : nearTheEnd(aggregate, BigInt(quantile.rank), size, cases),
    ...drowning(plan, aggregate, quantile, rows),
  ];
}

/** A minimum or maximum: at which rank it is found instead, and what that means. */
function nearTheEnd({ sql, kind }: PlanAggregate, rank: bigint, size: number, cases: string): string {
  const [end, other] = kind === 'min' ? ['smallest', 'largest'] : ['largest', 'smallest'];
  const few = `A group of fewer rows may show any value up to the ${other} possible one.`;
  // What is found there is one row's own after all: whoever approves has to know.
  if (rank === 1n)
    return `${sql} is the very ${end} value, which is one row's own, in ${cases}: so little noise in ${several(size, 'count')}, one for each possible value, hardly hides whether a row is there. Where that is too much, ask with a smaller epsilon. ${few}`;
  const nth = (n: bigint): string => `the ${ordinal(n)} ${end}`;
  return `${sql} is not the very ${end} value, which is one row's own, but a quantile near the end: about ${nth(rank)}. So many rows (${rank}) are asked for because the noise of ${several(size, 'count')}, one for each possible value, would otherwise find values that no row has. In ${cases} it lies between the ${end} value and ${nth(2n * rank - 1n)}; its interval is about ${nth(rank)}. ${few}`;
}

function drowning(plan: Plan, { sql }: PlanAggregate, { rank }: PlanQuantile, rows: bigint): string[] {
  // Off by half of all rows on either side, or beyond the other end.
  if ((rank === undefined ? 2n * rows : rows) < rowsOfCell(plan)) return [];
  return [
    `Noise may drown ${sql}: by the agreement's maximum of rows there are at most ${rowsOfCell(plan)}. Ask for it with a larger epsilon, or round the value so that it has fewer possible ones.`,
  ];
}

function ordinal(n: bigint): string {
  const [tens, ones] = [n % 100n, Number(n % 10n)];
  const ending = tens >= 11n && tens <= 13n ? 'th' : (['th', 'st', 'nd', 'rd'][ones] ?? 'th');
  return `${n}${ending}`;
}
