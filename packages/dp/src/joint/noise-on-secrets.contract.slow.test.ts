import { systemRandom } from '@sluis/base';
import { layoutOf, type Plan } from '@sluis/model';
import { exerciseCommittee } from '@sluis/mpc/simulation';
import { techniqueContract, type TechniqueHarness } from '@sluis/technique/contract';
import { noisyPlan, on, shareAll } from './fixtures/noisy-plan.ts';
import { noiseOnSecrets } from './index.ts';

const quantile = { size: 6, on: on('4'), at: 5000, continuous: false };
const margins = [
  { values: 2, by: '60000' },
  { values: 3, by: '0' },
];
const plans: readonly Plan[] = [
  noisyPlan({ bins: { ...quantile, margins } }),
  noisyPlan({ mechanism: 'discrete-gaussian', count: on('40'), sum: on('90000', '30'), threshold: 25 }),
  noisyPlan({ generation: 'bits', threshold: 20, cells: 100 }),
  noisyPlan({ generation: 'bits', mechanism: 'discrete-gaussian', count: on('40'), sum: on('90000', '30'), words: 2, cells: 40 }),
];

const withNoise = (plan: Plan, change: Partial<NonNullable<Plan['noise']>>): Plan => {
  if (plan.noise === undefined) throw new TypeError('a plan with noise');
  return { ...plan, noise: { ...plan.noise, ...change } };
};
const [laplace, gaussian, bits] = plans as [Plan, Plan, Plan];
const { noise: _, ...exact } = laplace;
const unsupported: readonly Plan[] = [
  exact,
  withNoise(laplace, { counts: [] }),
  // Opened without noise.
  withNoise(laplace, { counts: [{ sensitivity: '0', parameter: '0' }] }),
  withNoise(laplace, { histograms: [{ sensitivity: '0', parameter: '0' }] }),
  withNoise(laplace, { counts: [on('0')] }),
  noisyPlan({ bins: { ...quantile, margins: margins.slice(1) } }),
  noisyPlan({ bins: { ...quantile, margins: [{ values: 5, by: '-1' }] } }),
  noisyPlan({ bins: { ...quantile, margins: [{ values: 5, by: String(10n ** 12n) }] } }),
  // No room for it.
  withNoise(laplace, { accumulators: [on(String(2n ** 60n)), ...(laplace.noise?.accumulators.slice(1) ?? [])] }),
  { ...laplace, accumulators: laplace.accumulators.map((a) => (a.kind === 'sum' ? { ...a, maximum: String(2n ** 62n) } : a)) },
  { ...laplace, accumulators: laplace.accumulators.map((a) => (a.kind === 'sum' ? { ...a, kind: 'max' as const } : a)) },
  withNoise(laplace, { threshold: { contribution: 0, atLeast: '-1' } }),
  // Accounted for as something else, or too small to be a sum.
  withNoise(gaussian, { events: [] }),
  noisyPlan({ mechanism: 'discrete-gaussian', count: on('8/5'), sum: on('90000', '30') }),
  withNoise(bits, { events: bits.noise?.events.slice(0, -1) ?? [] }),
  noisyPlan({ generation: 'bits', mechanism: 'discrete-gaussian', count: on('40'), sum: on('90000', '20000') }),
];

function harness(supported: Plan): TechniqueHarness {
  return {
    supported,
    unsupported,
    exercise(canary, fault) {
      const given = supported.providers.map(() => layoutOf(supported).map(() => Array<bigint>(supported.cellCount).fill(canary)));
      const inputsOf = shareAll(supported, given);
      return exerciseCommittee(
        async (c) => {
          const inputs = inputsOf(c);
          const totals = await noiseOnSecrets.addNoise(c, supported, await noiseOnSecrets.combine(c, supported, inputs), systemRandom);
          await noiseOnSecrets.decide(c, supported, inputs, totals);
        },
        fault,
        false,
      );
    },
  };
}

for (const plan of plans) techniqueContract(noiseOnSecrets, harness(plan));
