/** The exact mechanism with output rules: no noise; what passes is opened as it is. */
import { InvalidError } from '@sluis/base';
import {
  amongBits,
  MOST_BINS,
  comparisonBits,
  dominanceBits,
  inputsOf,
  type Plan,
  type PlanAccumulator,
  type PlanAmong,
  type PlanQuantile,
} from '@sluis/model';
import type { MechanismTechnique, Revelation } from '@sluis/technique';
import { costOfRules } from './cost.ts';
import { decide } from './decision.ts';
import { testsDominance, topNeeded } from './decision-units.ts';
import { quantileBits } from './histogram-quantile.ts';
import { findDifference } from './differencing.ts';
import { round, roundedBits, sumBits } from './rounding.ts';
import { settle } from './secondary-suppression.ts';
import { countBits, opensEmpty } from './thresholds.ts';
import { combine } from './totals.ts';

function refuse(message: string): never {
  throw new InvalidError('plan/unsupported-shape', {
    stage: 'plan',
    message,
    remedy: 'Ask a simpler question, or change bounds and rules in the agreement.',
  });
}

function checkRules(plan: Plan): void {
  const { minimumRows, minimumOrganisations, dominance, pPercent, withoutReceivers } = plan.rules;
  if (!isCount(minimumRows) || !isCount(minimumOrganisations))
    refuse('Minimum rows and minimum organisations are whole numbers of at least 1.');
  if (dominance !== null && !(isCount(dominance.n) && isPercent(dominance.k)))
    refuse('A dominance rule has n of at least 1 and k between 1 and 99 percent.');
  if (pPercent !== null && !isPercent(pPercent)) refuse('A p % rule lies between 1 and 99 percent.');
  if (plan.rules.countedSources?.some((s) => plan.rows?.sources[s] === undefined))
    refuse('Rows can be counted only of tables that are joined.');
  const inputs = inputsOf(plan);
  const mixed = withoutReceivers.find((r) => !inputs.includes(r));
  if (mixed !== undefined)
    refuse(
      `The rules can't be checked without the rows of the receiver ${mixed}: it is no provider, or its rows are computed on together with others'.`,
    );
  if (new Set(inputs).size !== inputs.length || inputs.length === 0)
    refuse('Every provider is named once, and there is something to combine.');
}

const isCount = (n: number) => Number.isSafeInteger(n) && n >= 1;
const isPercent = (n: number) => isCount(n) && n <= 99;

/** Every comparison must fit its ring: a wrapped one would be a wrong decision. */
function checkWidths(plan: Plan): void {
  if (countBits(plan) > 64) refuse('So many rows can’t be counted in 64 bits.');
  for (const a of plan.accumulators) {
    if (a.kind === 'sum' && sumBits(plan, a) > 64 * a.words)
      refuse(`The total of ${a.sql} over all providers does not fit in ${a.words} words.`);
    if ((a.kind === 'among') !== (a.among !== undefined)) refuse(`The plan of ${a.sql} does not say what is compared.`);
    if (a.among !== undefined) checkAmong(plan, a, a.among);
    if ((a.kind === 'histogram') !== (a.quantile !== undefined)) refuse(`The plan of ${a.sql} does not say which quantile is meant.`);
    if (a.quantile !== undefined) checkQuantile(plan, a, a.quantile);
    if ((a.kind === 'min' || a.kind === 'max') && comparisonBits(a) > 64 * a.words)
      refuse(`The bounds of ${a.sql} are too far apart to compare in ${a.words} words.`);
  }
  if (!testsDominance(plan)) return;
  for (const d of plan.dominances) {
    if (dominanceBits(plan, d) > 64 * d.words) refuse(`The dominance test of ${d.rowSql} does not fit in ${d.words} words.`);
    if (d.top < topNeeded(plan))
      refuse(`The dominance test of ${d.rowSql} needs the ${topNeeded(plan)} largest contributions of every provider.`);
  }
}

/** Histograms are counts of providers that push down; what is found in them must fit. */
function checkQuantile(plan: Plan, a: PlanAccumulator, q: PlanQuantile): void {
  const histogram = plan.histograms?.[q.histogram];
  if (plan.rows !== undefined || histogram === undefined || plan.contributions[q.contribution] === undefined)
    refuse(`The plan of ${a.sql} refers to what it does not hold.`);
  if (!Number.isInteger(q.at) || q.at < 0 || q.at > 10_000) refuse('A quantile lies between 0 and 1, with four decimals.');
  if (!isCount(histogram.size) || histogram.size > MOST_BINS) refuse(`A histogram has at most ${MOST_BINS} values.`);
  if (q.end !== undefined) refuse('An exact quantile has no interval.');
  if (quantileBits(plan) > 64) refuse('So many rows can’t be counted in 64 bits.');
}

/** Comparisons among organisations need everybody's own partial, and one receiver to whom the result belongs. */
function checkAmong(plan: Plan, a: PlanAccumulator, among: PlanAmong): void {
  if (plan.rows !== undefined) refuse('Organisations can be compared only where each one computes its own part.');
  if (plan.receivers.length !== 1) refuse('A comparison among organisations has one receiver at a time.');
  if (among.receiver !== (plan.providers.includes(plan.receivers[0] ?? '') ? plan.receivers[0] : null))
    refuse('A comparison among organisations is made for the one that receives it.');
  const place = among.what === 'rank' || among.what === 'quartile' || among.what === 'won';
  if (place && among.receiver === null) refuse('Only an organisation with data of its own has a place among the others.');
  if (plan.contributions[among.contribution] === undefined) refuse(`The plan of ${a.sql} refers to what it does not hold.`);
  if (among.what === 'price' && among.parameter !== '1' && among.parameter !== '2') refuse('An auction has a first or a second price.');
  if (amongBits(plan, a) > 64 * a.words) refuse(`The values of ${a.sql} don’t fit in ${a.words} words to be compared.`);
}

/** Rounding up must not leave the ring; only sums are rounded. */
function checkRounding(plan: Plan): void {
  const { rounding } = plan;
  if (rounding === undefined) return;
  if (!isCount(rounding.counts) || roundedBits(plan, BigInt(rounding.counts)) > 64)
    refuse('Numbers of rows are rounded to a whole number of at least 1.');
  if (rounding.accumulators.length !== plan.accumulators.length) refuse('The plan does not say how every value is rounded.');
  plan.accumulators.forEach((a, i) => {
    const base = rounding.accumulators[i] ?? null;
    if (base === null) return;
    if (a.kind !== 'sum' || BigInt(base) < 1n) refuse(`Only sums are rounded: not ${a.sql}.`);
    if (roundedBits(plan, BigInt(base), a) > 64 * a.words) refuse(`The rounded total of ${a.sql} does not fit in ${a.words} words.`);
  });
}

function checkReferences(plan: Plan): void {
  const within = (index: number, list: readonly unknown[]) => Number.isInteger(index) && index >= 0 && index < list.length;
  for (const a of plan.aggregates) {
    const good = within(a.contribution, plan.contributions) && a.accumulators.every((i) => within(i, plan.accumulators));
    if (!good || (a.dominance !== null && !within(a.dominance, plan.dominances)))
      refuse(`The plan of ${a.sql} refers to what it does not hold.`);
  }
  if (plan.outputs.some((o) => !o.aggregates.every((a) => within(a, plan.aggregates))))
    refuse('An output refers to an aggregate that the plan does not hold.');
}

function reveals(plan: Plan): Revelation[] {
  const { minimumRows, minimumOrganisations } = plan.rules;
  const passing = `cells with at least ${minimumRows} rows of at least ${minimumOrganisations} organisations that pass every output rule`;
  const named = [...new Set(plan.outputs.flatMap((o) => o.aggregates.map((a) => plan.aggregates[a]?.sql ?? '')))];
  const receivers = plan.receivers.map((to) => ({
    to,
    what: `The exact values of ${named.join(', ') || 'the question'} for ${passing}, with the sums and counts they are made of; for all other cells only that they are suppressed or empty.`,
  }));
  const committee = plan.committee.map((to) => ({
    to,
    what: `For each output and cell whether it passes the output rules, never its value.${opensEmpty(plan) ? ' For each cell also whether anybody has a row in it.' : ''}`,
  }));
  return [...receivers, ...committee];
}

export const exactRules: MechanismTechnique = {
  id: 'exact-with-rules',
  version: 1,
  stage: 'mechanism',
  title: 'Exact answers (noise: none) under output rules that are evaluated on secrets',
  checkPlan(plan) {
    checkReferences(plan);
    checkRules(plan);
    checkWidths(plan);
    checkRounding(plan);
  },
  threat: {
    model: 'semi-honest',
    corruptions: 1,
    collusion:
      'Receivers who pool what they know can subtract their own rows together: the rules are checked without each receiver, not without several. Answers to several questions can be compared with each other. It is not differential privacy.',
  },
  reveals,
  cost: ({ plan }) => costOfRules(plan),
  maturity: 'established',
  ratings: {
    guarantees: {
      score: 2,
      reason: 'Suppression stops the plain ways of singling somebody out; it gives no mathematical guarantee across questions.',
    },
    maturity: { score: 5, reason: 'Statistics offices have used these rules for decades.' },
    compute: { score: 4, reason: 'A few comparisons per cell, whatever the number of rows.' },
    network: { score: 4, reason: 'A few dozen rounds, whatever the number of cells.' },
  },
  combine,
  addNoise: async (_committee, _plan, totals) => totals,
  decide,
  settle,
  round,
  differences: (plan, history, now) => findDifference(history, now, plan.rules.dominance !== null || plan.rules.pPercent !== null),
};
