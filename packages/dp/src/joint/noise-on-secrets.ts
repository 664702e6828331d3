/** The mechanism that adds noise inside the committee: nobody ever holds an exact value, or can subtract the noise. */
import type { Plan } from '@sluis/model';
import type { MechanismTechnique, Revelation } from '@sluis/technique';
import { addNoise } from './add-noise.ts';
import { checkPlan } from './check-plan.ts';
import { combine } from './combine.ts';
import { costOfNoise } from './cost.ts';
import { decide } from './decide.ts';
import { noiseOf } from './noisy-values.ts';

function reveals(plan: Plan): Revelation[] {
  const { threshold, generation } = noiseOf(plan);
  const named = [...new Set(plan.outputs.flatMap((o) => o.aggregates.map((a) => plan.aggregates[a]?.sql ?? '')))];
  const where =
    threshold === null
      ? 'for every declared group, empty ones included'
      : `for the groups whose noisy number of rows is at least ${threshold.atLeast}, and which groups these are`;
  const receivers = plan.receivers.map((to) => ({
    to,
    what: `The values of ${named.join(', ') || 'the question'} with noise, ${where}. Rules for exact answers, such as minimum rows, are not applied: noise takes their place.`,
  }));
  const own =
    generation === 'shares' ? 'Its own share of the noise, of which the other two make enough without it' : 'No part of the noise';
  const committee = plan.committee.map((to) => ({
    to,
    what: `${own}; ${threshold === null ? 'nothing about any value.' : 'which groups are shown, as their noisy numbers of rows decide, never a value.'}`,
  }));
  return [...receivers, ...committee];
}

export const noiseOnSecrets: MechanismTechnique = {
  id: 'noise-on-secrets',
  version: 1,
  stage: 'mechanism',
  title: 'Differentially private answers, with noise that is added to secrets before anything is opened',
  checkPlan,
  threat: {
    model: 'semi-honest',
    corruptions: 1,
    collusion:
      'One compute party together with any receivers can’t subtract its own part of the noise below what is charged for: the other two make enough. Two of three compute parties together can reconstruct everything, exact values too. A compute party that leaves its share out, inflates it or draws it badly changes how good the answer is, not how private it is: without one share the noise is as large as a single trusted curator’s, and a share far too large spoils the answer unnoticed. Only where secret groups are selected would such a share tell more: every group that exists would be shown. With noise sampled on secret bits it can do neither, where the computation checks every step.',
  },
  reveals,
  cost: ({ plan }) => costOfNoise(plan),
  maturity: 'experimental',
  ratings: {
    guarantees: {
      score: 5,
      reason: 'A mathematical guarantee across all questions together, against anybody but two compute parties that collude.',
    },
    maturity: {
      score: 3,
      reason:
        'Pólya shares, sums of discrete Gaussians and sampling on shared bits are published and analysed; this implementation is new.',
    },
    compute: {
      score: 5,
      reason: 'Shares take a microsecond a number to draw; sampling on secret bits about a hundred conjunctions a digit.',
    },
    network: { score: 4, reason: 'With shares one round and 24 bytes a number; on secret bits dozens of rounds and hundreds of bytes.' },
  },
  combine,
  addNoise,
  decide,
};
