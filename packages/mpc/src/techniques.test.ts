import { systemRandom } from '@sluis/base';
import { layoutOf } from '@sluis/model';
import { type Exercise, type TechniqueHarness, techniqueContract } from '@sluis/technique/contract';
import { samplePlan } from '@sluis/technique/fixtures';
import type { ComputationTechnique } from '@sluis/technique';
import { maliciousComputation, replicatedComputation, replicatedSharing } from './index.ts';
import { bend, deal, exerciseCommittee, PARTIES, toColumn } from './simulation/index.ts';

const supported = samplePlan();
const [accumulator] = supported.accumulators;
const unsupported = [
  samplePlan({ committee: ['anna', 'bram', 'anna'] }),
  samplePlan({ cellCount: 0 }),
  samplePlan({ cellCount: 2 ** 30 }),
  samplePlan({ accumulators: accumulator === undefined ? [] : [{ ...accumulator, words: 17 }] }),
];
const words = layoutOf(supported).map((l) => l.words);
const filled = (canary: bigint) => ({
  cells: supported.cellCount,
  columns: words.map((w) => toColumn(Array<bigint>(supported.cellCount).fill(canary), w)),
});

const sharing: TechniqueHarness = {
  supported,
  unsupported,
  async exercise(canary, fault): Promise<Exercise> {
    const sent = supported.providers.flatMap(() => replicatedSharing.split(filled(canary), words, systemRandom));
    const errors: unknown[] = [];
    sent.forEach((message, number) => {
      const arrived = fault?.message === number ? (bend(message, fault.kind) ?? new Uint8Array(0)) : message;
      try {
        replicatedSharing.combine(PARTIES[number % 3] ?? 0, arrived, supported.cellCount, words);
      } catch (error) {
        errors.push(error);
      }
    });
    return { rounds: 1, sent, errors, faulted: fault !== null && fault.message < sent.length };
  },
};
techniqueContract(replicatedSharing, sharing);

const computation = (technique: ComputationTechnique): TechniqueHarness => ({
  supported,
  unsupported,
  exercise(canary, fault): Promise<Exercise> {
    const secret = deal(Array<bigint>(supported.cellCount).fill(canary), 1);
    const outputs = supported.contributions.length + supported.accumulators.length;
    return exerciseCommittee(
      async (c) => {
        await c.openBits(c.constantBits(supported.cellCount * supported.outputs.length, 1));
        return c.rerandomise(c.concat(Array.from({ length: outputs }, () => secret[c.me])));
      },
      fault,
      true,
      technique.convene,
    );
  },
});
techniqueContract(replicatedComputation, computation(replicatedComputation));
techniqueContract(maliciousComputation, computation(maliciousComputation));
