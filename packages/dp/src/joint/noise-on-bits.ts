/**
 * Generation `bits`: noise sampled inside the committee on random bits that nobody knows. It is as large as one trusted
 * curator's, no party knows or can choose any part of it, and its distribution is within 2^-40 of the true one over all
 * numbers of a plan (see `biases.ts`), which is charged as δ. It costs hundreds of bytes a number where shares cost 24.
 */
import type { Plan } from '@sluis/model';
import type { Committee, CommitteeMeter, SecretBits, SecretColumn } from '@sluis/technique';
import { type Bias, digitsOf } from './biases.ts';
import { tossBits, tossCost } from './comparison-tree.ts';
import { gaussianCost, gaussianDigits } from './gaussian-digits.ts';
import { type NoiseGroup, noiseOf } from './noisy-values.ts';
import { batchesOf, type Digits, type Recipe, roundedUp } from './recipes.ts';

/**
 * One vector of noise per group. Run by: all three compute parties, in step.
 *
 * Learns: nobody anything. Cost: see `costOfNoiseOnBits`. Timing: independent of what is sampled.
 */
export async function noiseOnBits(committee: Committee, plan: Plan, groups: readonly NoiseGroup[]): Promise<SecretColumn[]> {
  const made = groups.map((): SecretColumn[] => []);
  const sample = noiseOf(plan).mechanism === 'discrete-laplace' ? laplaceDigits : gaussianDigits;
  for (const batch of batchesOf(plan, groups)) {
    const recipes = batch.map((b) => b.recipe);
    const columns = await numbers(committee, recipes, await sample(committee, recipes));
    for (const [i, { group }] of batch.entries()) made[group]?.push(columns[i] as SecretColumn);
  }
  return made.map((parts) => (parts.length === 1 ? (parts[0] as SecretColumn) : committee.concat(parts)));
}

/**
 * X = G where B = 0 and −1 − G, which is G's complement, where B = 1: with P(B = 1) = q/(1 + q) and G geometric, q =
 * exp(−1/scale), P(x) ∝ q^|x|. B has the bias of G's lowest digit.
 */
async function laplaceDigits(committee: Committee, recipes: readonly Recipe[]): Promise<Digits[]> {
  const tosses = recipes.flatMap(({ vectors, length }) => laplaceTosses(vectors[0] ?? [], length));
  const tossed = await tossBits(committee, tosses);
  let at = 0;
  return recipes.map(({ vectors }) => {
    const digits = vectors[0]?.length ?? 0;
    const [below, ...geometric] = tossed.slice(at, at + digits + 1) as [SecretBits, ...SecretBits[]];
    at += digits + 1;
    return {
      bits: [...geometric.map((g) => committee.xor(g, below)), below],
      weights: [...geometric.map((_, j) => 1n << BigInt(j)), -(1n << BigInt(digits))],
    };
  });
}

function laplaceTosses(biases: readonly (readonly Bias[])[], length: number): { length: number; bias: (0 | 1)[] }[] {
  return [biases[0] as readonly Bias[], ...biases].map(([bias]) => ({ length: roundedUp(length), bias: digitsOf(bias as Bias) }));
}

/** Digits as ring elements, added up with their weights: one injection for each width of ring. */
async function numbers(committee: Committee, recipes: readonly Recipe[], digits: readonly Digits[]): Promise<SecretColumn[]> {
  const out = new Array<SecretColumn>(recipes.length);
  for (const words of new Set(recipes.map((r) => r.words))) {
    const members = recipes.flatMap((r, i) => (r.words === words ? [i] : []));
    const ring = await committee.inject(committee.concatBits(members.flatMap((i) => digits[i]?.bits ?? [])), words);
    let at = 0;
    for (const i of members) {
      const { weights, bits } = digits[i] as Digits;
      const terms = weights.map((weight, b) => {
        at += (bits[b] as SecretBits).length;
        const own = committee.slice(ring, at - (bits[b] as SecretBits).length, (recipes[i] as Recipe).length);
        return committee.scale(own, weight);
      });
      out[i] = committee.sum(terms);
    }
  }
  return out;
}

/** What `noiseOnBits` costs: the same steps on shapes. */
export function costOfNoiseOnBits(meter: CommitteeMeter, plan: Plan, groups: readonly NoiseGroup[]): void {
  for (const batch of batchesOf(plan, groups)) {
    const recipes = batch.map((b) => b.recipe);
    if (noiseOf(plan).mechanism === 'discrete-laplace')
      tossCost(
        meter,
        recipes.flatMap(({ vectors, length }) => laplaceTosses(vectors[0] ?? [], length)),
      );
    else gaussianCost(meter, recipes);
    for (const words of new Set(recipes.map((r) => r.words)))
      meter.inject(
        recipes
          .filter((r) => r.words === words)
          .reduce((n, { vectors, length }) => n + roundedUp(length) * vectors.reduce((sum, v) => sum + v.length + 1, 0), 0),
        words,
      );
  }
}
