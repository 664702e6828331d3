/** The descriptor of computation on replicated shares under the malicious threat model. */
import { type ComputationTechnique, MALICIOUS_COMPUTATION, secondsFor, zeroCheckCost } from '@sluis/technique';
import { ReplicatedCommittee } from '../committee.ts';
import { Session } from '../session.ts';
import { replicatedComputation } from '../techniques.ts';
import { BatchVerifier } from './batch-verifier.ts';

/** The same programs; every product is checked before anything that depends on it is opened, and a deviation aborts. */
export const maliciousComputation: ComputationTechnique = {
  ...replicatedComputation,
  id: MALICIOUS_COMPUTATION,
  title: 'Secure computation by three parties on replicated shares, with every step checked',
  threat: {
    model: 'malicious',
    corruptions: 1,
    collusion:
      'Any two of the three compute parties together can reconstruct everything that was shared. One alone learns nothing beyond what is opened, whatever it does; if it deviates, the others notice before anything is opened, except with probability 2^-40, and stop. It can always make a run fail.',
  },
  ratings: {
    guarantees: { score: 5, reason: 'Holds against one compute party that does whatever it likes; nothing against two.' },
    maturity: {
      score: 3,
      reason: 'Checking products by random triples was published in 2017 and is well analysed; this implementation is new.',
    },
    compute: { score: 3, reason: 'Every multiplication takes two or three more, on random numbers.' },
    network: { score: 2, reason: 'Seven to ten times the bytes of the semi-honest model, and five rounds more before whatever is opened.' },
  },
  /** What the semi-honest form costs, and the comparison of refreshed shares, once for every width. */
  cost: (shape) => {
    const plain = replicatedComputation.cost(shape);
    const widths = new Set([1, ...shape.plan.accumulators.map((a) => a.words)]).size;
    const check = zeroCheckCost();
    const [rounds, bytes] = [plain.rounds + widths * check.rounds, plain.bytes + widths * check.bytes];
    return { rounds, bytes, seconds: secondsFor(rounds, bytes) };
  },
  convene: async (links, context, random) =>
    new ReplicatedCommittee(await Session.open(links, context, random, (checks) => new BatchVerifier(checks))),
};
