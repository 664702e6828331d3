/**
 * How a committee sorts shuffled items by comparisons that it opens: how many items are sorted first as pivots, and how
 * many levels of a search among them are compared at once. Chosen by cost, from public lengths alone.
 */
import type { ThreatModel } from './committee.ts';

/** What one comparison and one round of comparisons cost, in the same unit of time. */
export interface ComparisonCost {
  readonly perComparison: number;
  readonly perRound: number;
}

export interface OrderStep {
  /** 2^levels − 1 items are sorted first, and serve as pivots; 0 for comparing all pairs. */
  readonly levels: number;
  /** Levels of the search tree that are compared at once. */
  readonly stride: number;
  readonly cost: number;
  readonly comparisons: number;
  readonly rounds: number;
}

/** Levels compared at once: 2^stride − 1 comparisons take the place of `stride` rounds. */
const STRIDES = [1, 2, 3];

/** Chooses pivots and strides by cost; depends on numbers that are public before anything is compared. */
export class OrderPlan {
  readonly #known = new Map<number, OrderStep>();
  readonly #unit: ComparisonCost;

  constructor(unit: ComparisonCost) {
    this.#unit = unit;
  }

  step(n: number): OrderStep {
    const known = this.#known.get(n);
    if (known !== undefined) return known;
    let best = this.#allPairs(n);
    for (let levels = 1; 2 ** levels - 1 < n; levels++) {
      for (const stride of STRIDES) {
        const step = this.#search(n, levels, stride);
        if (step.cost < best.cost) best = step;
      }
    }
    this.#known.set(n, best);
    return best;
  }

  #allPairs(n: number): OrderStep {
    return this.#costed({ levels: 0, stride: 1, comparisons: (n * (n - 1)) / 2, rounds: n < 2 ? 0 : 1 });
  }

  #search(n: number, levels: number, stride: number): OrderStep {
    const pivots = 2 ** levels - 1;
    const rest = n - pivots;
    const before = this.step(pivots);
    let [each, rounds] = [0, 0];
    for (let left = levels; left > 0; left -= stride, rounds++) each += 2 ** Math.min(stride, left) - 1;
    // Two random items share a gap between random pivots with a probability of 2 / (pivots + 2).
    const within = (rest * (rest - 1)) / (pivots + 2);
    const comparisons = before.comparisons + rest * each + within;
    return this.#costed({ levels, stride, comparisons, rounds: before.rounds + rounds + 1 });
  }

  #costed(step: Omit<OrderStep, 'cost'>): OrderStep {
    return { ...step, cost: step.comparisons * this.#unit.perComparison + step.rounds * this.#unit.perRound };
  }
}

/**
 * Microseconds, roughly, of a comparison of `bits` bits in a long vector and of all rounds of one vector of comparisons,
 * on one machine with two processors for three compute parties. Only their quotient matters.
 */
export function comparisonCost(threat: ThreatModel, bits: number): ComparisonCost {
  const malicious = threat === 'malicious';
  return {
    perComparison: 0.05 + bits * (malicious ? 0.02 : 0.003),
    perRound: 300 * (5 + Math.log2(bits) + (malicious ? 8 : 0)),
  };
}
