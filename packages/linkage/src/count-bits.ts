/** How many of many secret bits are 1, element by element: carry-save adders, so that all levels cost conjunctions only. */
import type { Committee, SecretBits } from '@sluis/technique';

type Triple = readonly [SecretBits, SecretBits, SecretBits];

/** Sums of three bits each as a bit of the same weight and one of the next; one round for all. */
async function addThrees(on: Committee, triples: readonly Triple[]): Promise<{ readonly sum: SecretBits; readonly carry: SecretBits }[]> {
  const length = triples[0]?.[0].length ?? 0;
  const joined = (f: (t: Triple) => SecretBits) => on.concatBits(triples.map(f));
  // Majority: ((a ⊕ c) ∧ (b ⊕ c)) ⊕ c.
  const product = await on.and(
    joined((t) => on.xor(t[0], t[2])),
    joined((t) => on.xor(t[1], t[2])),
  );
  return triples.map(([a, b, c], i) => ({
    sum: on.xor(on.xor(a, b), c),
    carry: on.xor(on.sliceBits(product, i * length, length), c),
  }));
}

/**
 * Counts: for vectors of equal length, how many have a 1 at each element; as binary digits, lowest first. Run by: all
 * three compute parties.
 *
 * Learns: nobody anything. Cost: about as many conjunctions an element as there are vectors; about 2·log₂ rounds more than
 * log₁.₅ of their number.
 */
export async function countOnes(on: Committee, vectors: readonly SecretBits[]): Promise<SecretBits[]> {
  const length = vectors[0]?.length ?? 0;
  /** Bits waiting, by weight. */
  let weights: SecretBits[][] = [[...vectors]];
  while (weights.some((w) => w.length > 1)) {
    const triples: { readonly triple: Triple; readonly weight: number }[] = [];
    const next: SecretBits[][] = weights.map(() => []);
    for (const [weight, waiting] of weights.entries()) {
      let at = 0;
      for (; at + 3 <= waiting.length; at += 3) triples.push({ triple: waiting.slice(at, at + 3) as unknown as Triple, weight });
      // Two left over are added with a 0 once nothing of this weight can come from below any more.
      const settled = weights.slice(0, weight).every((w) => w.length < 2);
      if (waiting.length - at === 2 && settled) {
        triples.push({ triple: [waiting[at] as SecretBits, waiting[at + 1] as SecretBits, on.constantBits(length, 0)], weight });
      } else next[weight]?.push(...waiting.slice(at));
    }
    const added = await addThrees(
      on,
      triples.map((t) => t.triple),
    );
    for (const [i, { sum, carry }] of added.entries()) {
      const { weight } = triples[i] as (typeof triples)[number];
      next[weight]?.push(sum);
      next[weight + 1] = [...(next[weight + 1] ?? []), carry];
    }
    weights = next;
  }
  return weights.map((w) => w[0] ?? on.constantBits(length, 0));
}

/** Full adders in each round of `countOnes` over so many vectors: a conjunction an element each. */
export function addersOfOnes(vectors: number): number[] {
  const rounds: number[] = [];
  let weights = [vectors];
  while (weights.some((w) => w > 1)) {
    const next = weights.map(() => 0);
    let adders = 0;
    for (const [weight, waiting] of weights.entries()) {
      const settled = weights.slice(0, weight).every((w) => w < 2);
      const pair = waiting % 3 === 2 && settled;
      const here = Math.floor(waiting / 3) + (pair ? 1 : 0);
      adders += here;
      next[weight] = (next[weight] ?? 0) + here + (pair ? 0 : waiting % 3);
      if (here > 0) next[weight + 1] = (next[weight + 1] ?? 0) + here;
    }
    rounds.push(adders);
    weights = next;
  }
  return rounds;
}
