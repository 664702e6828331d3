/** Pseudo-random draws for sample data. Repeatable, and nothing that secrets may come from. */
export interface Drawer {
  /** 0 ≤ x < n. */
  whole(n: number): number;
  chance(probability: number): boolean;
  weighted(choices: readonly (readonly [value: string, weight: number])[]): string;
  /** Log-normal: a median and the standard deviation of the logarithm. */
  skewed(median: number, spread: number): number;
}

/** Mulberry32: 32 bits of state, enough for a few thousand rows. */
export function drawer(seed: number): Drawer {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x51a15) >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return {
    whole: (n) => Math.floor(uniform() * n),
    chance: (probability) => uniform() < probability,
    weighted: (choices) => {
      let rest = uniform() * choices.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [value, weight] of choices) {
        rest -= weight;
        if (rest < 0) return value;
      }
      const last = choices.at(-1);
      if (last === undefined) throw new RangeError('there is nothing to choose from');
      return last[0];
    },
    skewed: (median, spread) => median * Math.exp(spread * normal()),
  };
}
