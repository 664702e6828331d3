/** What noise on secret bits is sampled by: biases for every digit, from public parameters alone. */
import type { NoiseKind, Plan } from '@sluis/model';
import type { SecretBits } from '@sluis/technique';
import { type Bias, exactnessFor, type Exactness, gaussianBound, gaussianPieces, geometricBiases, laplaceBound } from './biases.ts';
import { type NoiseGroup, noiseGroups, noiseOf, noisyNumbers } from './noisy-values.ts';

/** Numbers that are sampled at a time: bounds the memory, some 200 bytes a number. */
const AT_A_TIME = 1 << 17;

/** A number in digits, its sum with these weights. */
export interface Digits {
  readonly bits: readonly SecretBits[];
  readonly weights: readonly bigint[];
}

/** What one vector of noise is sampled by. */
export interface Recipe {
  readonly length: number;
  readonly words: number;
  /** Vectors of digits that add up to the noise: one for Laplace; as many as there are pieces for Gaussian. */
  readonly vectors: readonly (readonly (readonly Bias[])[])[];
  readonly multipliers: readonly bigint[];
}

function recipeOf(mechanism: NoiseKind, group: NoiseGroup, length: number, exactness: Exactness): Recipe {
  const { parameter, sensitivity, words } = group;
  if (mechanism === 'discrete-laplace') {
    const biases = geometricBiases(parameter, laplaceBound(parameter, sensitivity, exactness), exactness);
    return { length, words, vectors: [biases.map((b) => [b])], multipliers: [1n] };
  }
  const pieces = gaussianPieces(parameter, gaussianBound(parameter, sensitivity, exactness), exactness);
  return { length, words, vectors: pieces.map((p) => p.levels), multipliers: pieces.map((p) => p.multiplier) };
}

/** Places are a multiple of 32, so that vectors of bits are cut between words. */
export const roundedUp = (length: number): number => 32 * Math.ceil(length / 32);

/** Recipes of all groups, cut and gathered so that about `AT_A_TIME` numbers are sampled together. */
export function batchesOf(plan: Plan, groups: readonly NoiseGroup[]): { readonly group: number; readonly recipe: Recipe }[][] {
  const { mechanism } = noiseOf(plan);
  const exactness = exactnessFor(noisyNumbers(plan));
  const batches: { group: number; recipe: Recipe }[][] = [];
  let room = 0;
  groups.forEach((g, group) => {
    const all = recipeOf(mechanism, g, g.values.length * plan.cellCount, exactness);
    for (let left = all.length; left > 0; ) {
      if (room === 0) batches.push([]);
      if (room === 0) room = AT_A_TIME;
      const length = Math.min(left, room);
      batches.at(-1)?.push({ group, recipe: { ...all, length } });
      left -= length;
      room -= length;
    }
  });
  return batches;
}

/** Whether there are biases for all noise of the plan. */
export function canBeSampled(plan: Plan): boolean {
  try {
    batchesOf(plan, noiseGroups(plan));
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
