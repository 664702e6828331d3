/** The descriptors of replicated sharing and of computation on it. */
import { InvalidError } from '@sluis/base';
import { layoutOf, type Plan } from '@sluis/model';
import { CommitteeMeter, type ComputationTechnique, secondsFor, type SharingTechnique } from '@sluis/technique';
import { ReplicatedCommittee } from './committee.ts';
import { Session } from './session.ts';
import { forgetColumns, ReplicatedRoom } from './share-room.ts';
import { combine, digest, messageBytes, split } from './sharing.ts';

const MAXIMUM_CELLS = 2 ** 24;
const MAXIMUM_WORDS = 16;

const threat = {
  model: 'semi-honest',
  corruptions: 1,
  collusion:
    'Any two of the three compute parties together can reconstruct everything that was shared. One alone learns nothing beyond what is opened, if it follows the protocol.',
} as const;

const ratings = {
  guarantees: { score: 4, reason: 'Information-theoretic against one compute party (up to its random streams); nothing against two.' },
  maturity: { score: 4, reason: 'Published in 2016, implemented and analysed many times since.' },
  compute: { score: 5, reason: 'Additions are free; a comparison costs about three bit operations per bit.' },
  network: { score: 3, reason: 'Each comparison needs a handful of rounds between the three compute parties.' },
} as const;

function refuse(message: string): never {
  throw new InvalidError('plan/unsupported-shape', { stage: 'plan', message, remedy: 'Ask for fewer groups or narrower columns.' });
}

function checkPlan(plan: Plan): void {
  if (new Set(plan.committee).size !== 3) refuse('Replicated sharing needs three different compute parties.');
  if (!Number.isSafeInteger(plan.cellCount) || plan.cellCount < 1 || plan.cellCount > MAXIMUM_CELLS) {
    refuse(`Replicated sharing takes 1 to ${MAXIMUM_CELLS} cells; this question has ${plan.cellCount}.`);
  }
  for (const { words } of layoutOf(plan)) {
    if (!Number.isInteger(words) || words < 1 || words > MAXIMUM_WORDS)
      refuse(`Replicated sharing takes numbers of 1 to ${MAXIMUM_WORDS} words of 64 bits.`);
  }
}

/** Splits a provider's vectors so that no single compute party can read them. */
export const replicatedSharing: SharingTechnique = {
  id: 'replicated-3',
  version: 1,
  stage: 'sharing',
  title: 'Replicated secret sharing among three compute parties',
  checkPlan,
  threat,
  ratings,
  maturity: 'established',
  reveals: (plan) =>
    plan.committee.map((to) => ({
      to,
      what: 'Random-looking components of each provider’s partial aggregates: two of three, of which nothing can be read. Also who provides, and how many cells there are.',
    })),
  cost: ({ cells, providers, plan }) => {
    const bytes =
      providers *
      messageBytes(
        cells,
        layoutOf(plan).map((c) => c.words),
      );
    return { rounds: 1, bytes, seconds: secondsFor(1, bytes) };
  },
  split,
  combine,
  digest,
  room: (rows, vectors) => new ReplicatedRoom(rows, vectors),
  forget: forgetColumns,
};

/** Computes on replicated shares. */
export const replicatedComputation: ComputationTechnique = {
  id: 'mpc-replicated-3',
  version: 1,
  stage: 'computation',
  title: 'Secure computation by three parties on replicated shares',
  checkPlan,
  threat,
  ratings,
  maturity: 'reviewed',
  reveals: (plan) =>
    plan.committee.map((to) => ({
      to,
      what: 'Which cells pass the output rules, one bit per output and cell; nothing else is opened to the committee.',
    })),
  /** Keys, opening the pass bits, and re-randomising what leaves: an upper bound, as if every cell passed. */
  cost: ({ cells, plan }) => {
    const meter = new CommitteeMeter();
    meter.convene();
    meter.openBits(cells * plan.outputs.length);
    const widths = [...plan.contributions.map(() => 1), ...plan.accumulators.map((a) => a.words)];
    for (const words of new Set(widths)) meter.rerandomise(cells * widths.filter((w) => w === words).length, words);
    return meter.total();
  },
  convene: async (links, context, random) => new ReplicatedCommittee(await Session.open(links, context, random)),
};
