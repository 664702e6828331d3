/** Choosing one of several declared candidates by scores that the data give: with whole scores and exact probabilities. */
import type { Random } from '@sluis/base';
import { bernoulliExp, divideRationals, type Rational, RandomBits, rational, rationalText, weightedChoice } from '@sluis/math';
import type { PrivacyEvent } from '@sluis/model';
import { noiseFor, spent } from '../noise/choice.ts';
import { checkLevel } from '../noise/within.ts';
import { refused } from '../refusal.ts';

export interface SelectionOptions {
  readonly epsilon: string;
  /** Most that one unit changes any score, a whole number. */
  readonly sensitivity: bigint;
  /** Whether adding a unit never lowers a score (counts for instance): then the same ε gives twice the accuracy. */
  readonly monotonic?: boolean;
}

/** A way to choose, with its claim. */
export interface Selection {
  readonly name: string;
  readonly event: PrivacyEvent;
  /** Index of a candidate. Scores are of declared candidates, in their order. */
  choose(random: Random, scores: readonly bigint[]): number;
  /** How much below the best the chosen score is at most, with a probability of at least `level`. */
  within(level: number, candidates: number): number;
}

/** ε/(2Δ), or ε/Δ for monotonic scores: what a score counts in exponents. */
function rate({ epsilon, sensitivity, monotonic = false }: SelectionOptions): Rational {
  if (sensitivity <= 0n) throw refused('no-sensitivity', 'A score that nobody can change needs no mechanism.', 'Correct the sensitivity.');
  return divideRationals(spent(epsilon), rational((monotonic ? 1n : 2n) * sensitivity));
}

const guarantee = (options: SelectionOptions): PrivacyEvent => ({
  kind: 'guarantee',
  epsilon: rationalText(spent(options.epsilon)),
  delta: '0',
  times: 1,
});

const asNumber = ({ numerator, denominator }: Rational): number => Number(numerator) / Number(denominator);

const gamma = (distance: bigint, { numerator, denominator }: Rational): Rational => rational(distance * numerator, denominator);

function largest(scores: readonly bigint[]): bigint {
  const [first] = scores;
  if (first === undefined) throw refused('no-candidates', 'There is nothing to choose from.', 'Declare at least one candidate.');
  // biome-ignore lint/complexity/useMathMinMax: Math.max takes no big integers
  return scores.reduce((a, b) => (b > a ? b : a), first);
}

/**
 * The exponential mechanism: candidate i with a probability ∝ exp(ε·scoreᵢ/(2Δ)).
 *
 * Claim: (ε, 0). Proof: the numerator and the sum below it each change by a factor of at most exp(ε/2); with monotonic scores
 * both change in the same direction, each by at most exp(ε) at twice the rate. Probabilities are exact (`weightedChoice`).
 * Accuracy: P(best − chosen ≥ (ln(candidates) + t)/rate) ≤ exp(−t).
 * Source: McSherry & Talwar 2007; Dwork & Roth 2014, Theorem 3.11.
 */
export function exponentialMechanism(options: SelectionOptions): Selection {
  const r = rate(options);
  return {
    name: 'exponential mechanism',
    event: guarantee(options),
    choose(random, scores) {
      const best = largest(scores);
      return weightedChoice(
        random,
        scores.map((score) => ({ times: 1n, gamma: gamma(best - score, r) })),
      );
    },
    within: (level, candidates) => Math.log(candidates / (1 - checkLevel(level))) / asNumber(r),
  };
}

/**
 * Permute-and-flip: candidates in random order, each taken with probability exp(−ε·(best − score)/(2Δ)).
 *
 * Claim: (ε, 0), and an expected score never below that of the exponential mechanism. Proof: McKenna & Sheldon 2020, Theorem 1;
 * it is report-noisy-max with exponential noise (Ding et al. 2021), so monotonic scores need half of it, too; every coin is exact.
 * Accuracy: as the exponential mechanism's, at least. Timing: depends on the scores. Source: McKenna & Sheldon 2020, Algorithm 1.
 */
export function permuteAndFlip(options: SelectionOptions): Selection {
  const r = rate(options);
  return {
    ...exponentialMechanism(options),
    name: 'permute-and-flip',
    choose(random, scores) {
      const best = largest(scores);
      const bits = new RandomBits(random);
      const left = scores.map((_, i) => i);
      for (let end = left.length; end > 1; end--) {
        const at = Number(bits.below(BigInt(end)));
        const candidate = left[at] as number;
        if (bernoulliExp(random, gamma(best - (scores[candidate] as bigint), r))) return candidate;
        left[at] = left[end - 1] as number;
      }
      // The best one's coin never fails, so where all others' did, it is the one that is left.
      return left[0] as number;
    },
  };
}

/**
 * Report-noisy-max: the candidate with the largest score after discrete Laplace noise of scale 2Δ/ε; of equals the first.
 *
 * Claim: (ε, 0); scale Δ/ε for monotonic scores. Proof: fix all other noise. Candidate i is chosen where its own noise is at
 * least a whole number t; in neighbouring data t rises by at most 2Δ (Δ if monotonic), and P(x ≥ t + 2Δ) ≥ exp(−ε)·P(x ≥ t)
 * for whole numbers. Which of equals comes first is part of t. Only the index may be released.
 * Accuracy: by a union bound over all draws. Source: Dwork & Roth 2014, Claim 3.9, with discrete noise.
 */
export function reportNoisyMax(options: SelectionOptions): Selection {
  const scale = divideRationals(rational(1n), rate(options));
  const noise = noiseFor({ scale: rationalText(scale) }, { of: 'score', l1: options.sensitivity, squaredL2: options.sensitivity ** 2n });
  return {
    name: 'report-noisy-max',
    event: guarantee(options),
    choose(random, scores) {
      largest(scores);
      const draws = noise.draw(random, scores.length);
      const noisy = scores.map((score, i) => score + (draws[i] as bigint));
      return noisy.indexOf(largest(noisy));
    },
    within: (level, candidates) => 2 * Number(noise.within(1 - (1 - checkLevel(level)) / candidates)),
  };
}
