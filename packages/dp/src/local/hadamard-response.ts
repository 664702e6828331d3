/** Hadamard response: a short report whose likely outputs are half a row of a Hadamard matrix. Acharya, Sun & Zhang 2019. */
import type { Random } from '@sluis/base';
import { type FrequencyMechanism, total } from './frequencies.ts';
import { badReport, bitsFrom, checkAlternative, checkDomain, Epsilon, LikelySet, word, wordAt } from './likely-set.ts';

/**
 * Reports one of `domain` alternatives in four bytes; near the best precision at every ε, and counted in time of the domain
 * times its logarithm, whatever the number of reports.
 *
 * Outputs are B blocks of b (§4). Value x belongs to block x mod B and to row j = ⌊x/B⌋ + 1 of the b × b Hadamard matrix, and
 * the b/2 outputs y of that block with H(j, y) = 1 are likely. Claim: ε-local differential privacy, by that of the likely set.
 *
 * @throws InvalidError `dp/local-epsilon`, `dp/local-domain`.
 */
export function hadamardResponse(epsilon: string, domain: number): FrequencyMechanism {
  checkDomain(domain, 1_000_000);
  const privacy = new Epsilon(epsilon);
  const { blocks, width } = shape(privacy, domain);
  const outputs = blocks * width;
  const set = new LikelySet(privacy, BigInt(width / 2), BigInt(outputs));
  const row = (value: number): number => Math.floor(value / blocks) + 1;
  const [likely, other] = [set.insideProbability, (width / 2) * set.outsideProbability];
  return {
    name: 'hadamard-response',
    epsilon,
    domain,
    event: privacy.event,
    reportBytes: 4,
    randomise(value: number, random: Random) {
      checkAlternative(value, domain);
      const bits = bitsFrom(random, 8);
      const [block, own] = [value % blocks, row(value)];
      const drawn = set.draw(bits);
      const half = width / 2;
      if (drawn === null) return word(block * width + member(own, Number(bits.below(BigInt(half))), 0));
      // The other outputs: first the rest of the own block, then all of the other blocks.
      const place = Number(drawn);
      if (place < half) return word(block * width + member(own, place, 1));
      const beyond = place - half;
      return word(beyond < block * width ? beyond : beyond + width);
    },
    counters: outputs,
    count(report, counters) {
      const output = report.length === 4 ? wordAt(report, 0) : outputs;
      if (output >= outputs) throw badReport();
      counters[output] = (counters[output] as number) + 1;
    },
    sums(counters) {
      const transformed = counters.slice();
      for (let block = 0; block < blocks; block++) transform(transformed.subarray(block * width, (block + 1) * width));
      return Float64Array.from({ length: domain }, (_, v) => transformed[(v % blocks) * width + row(v)] as number);
    },
    // z is the matrix's sign in the own block and 0 elsewhere. People of the same block with another row: half of what is
    // likely for them has either sign. People of other blocks: both signs are alike. So the mean of both is 0.
    own: likely - other,
    other: 0,
    variances(counts) {
      const [people, inBlock] = [total(counts), new Float64Array(blocks)];
      counts.forEach((count, v) => {
        inBlock[v % blocks] = (inBlock[v % blocks] as number) + count;
      });
      return counts.map((count, v) => {
        const near = inBlock[v % blocks] as number;
        return near * (likely + other) - count * (likely - other) ** 2 + (people - near) * 2 * other;
      });
    },
  };
}

/** §4: B = 2^(⌈log min(e^ε, 2k)⌉ − 1), b = 2^⌈log(k/B + 1)⌉, in whole numbers, so that all machines agree. */
function shape(epsilon: Epsilon, domain: number): { blocks: number; width: number } {
  const most = Number(epsilon.wholeExponential) + 1;
  let blocks = 1;
  while (2 * blocks < Math.min(most, 2 * domain)) blocks *= 2;
  let width = 2;
  while (width < Math.ceil(domain / blocks) + 1) width *= 2;
  return { blocks, width };
}

/** The `place`-th number (in an order of its own) for which the parity of its common bits with `row` is `parity`. */
export function member(row: number, place: number, parity: number): number {
  const pivot = row & -row;
  const below = place & (pivot - 1);
  const y = ((place - below) << 1) | below;
  return ones(row & y) % 2 === parity ? y : y | pivot;
}

function ones(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** Walsh–Hadamard transform in place: v[j] becomes Σ_y (−1)^(ones in j & y)·v[y]. */
function transform(v: Float64Array): void {
  for (let half = 1; half < v.length; half *= 2) {
    for (let start = 0; start < v.length; start += 2 * half) {
      for (let i = start; i < start + half; i++) {
        const [a, b] = [v[i] as number, v[i + half] as number];
        v[i] = a + b;
        v[i + half] = a - b;
      }
    }
  }
}
