/** Rounds and bytes of noise on secrets, from the plan alone: the same steps as the code that runs, on shapes. */
import type { Plan } from '@sluis/model';
import { binQuantileCost, CommitteeMeter, type Cost, quantileEndCost, secondsFor, threatModelOf } from '@sluis/technique';
import { noisyQuantileBits } from './add-noise.ts';
import { emptyBits, thresholdBits } from './decide.ts';
import { costOfNoiseOnBits } from './noise-on-bits.ts';
import { noiseGroups, noiseOf } from './noisy-values.ts';

export function costOfNoise(plan: Plan): Cost {
  const threat = threatModelOf(plan);
  const meter = new CommitteeMeter(threat);
  // What parties bring is no product: nothing of it has to be checked.
  const brought = new CommitteeMeter(threat);
  const noise = noiseOf(plan);
  const groups = noiseGroups(plan);
  if (noise.generation === 'bits') costOfNoiseOnBits(meter, plan, groups);
  else brought.sumOfInputs(groups.reduce((n, { words, values }) => n + words * values.length * plan.cellCount, 0));
  for (const { quantile, words } of plan.accumulators) {
    if (quantile === undefined) continue;
    const size = plan.histograms?.[quantile.histogram]?.size ?? 1;
    const costOf = quantile.end === undefined ? binQuantileCost : quantileEndCost;
    costOf(meter, size, plan.cellCount, quantile, noisyQuantileBits(plan, quantile), words);
  }
  if (noise.threshold !== null) {
    meter.negative(plan.cellCount, thresholdBits(plan));
    meter.isZero(plan.cellCount, emptyBits(plan));
    meter.and(plan.cellCount);
  }
  const computed = meter.total();
  const [rounds, bytes] = [computed.rounds + brought.rounds, computed.bytes + brought.bytes];
  return { rounds, bytes, seconds: secondsFor(rounds, bytes) };
}
