/** Optimised unary encoding: a bit for every alternative, each turned over now and then. Wang, Blocki, Li & Jha 2017, §4.3. */
import type { Random } from '@sluis/base';
import { type FrequencyMechanism, zeroOrOne } from './frequencies.ts';
import { badReport, bitsFrom, checkAlternative, checkDomain, Epsilon, LikelySet } from './likely-set.ts';

/**
 * Reports one of `domain` alternatives in one bit for each. As precise as local hashing, longer, and cheaper to count.
 *
 * The own bit is one with probability 1/2, every other with q/2^64, where q is that of randomised response with two
 * alternatives: about 1/(e^ε + 1).
 *
 * Claim: ε-local differential privacy. Proof: bits are independent, and reports of two values differ in distribution in their two
 * own bits only. There, of the four outcomes, the quotient is 1 where both bits are alike, and otherwise at most
 * (1/2 · (2^64 − q)) / (q · 1/2) = T/q ≤ e^ε, by the claim of the likely set; or its inverse.
 *
 * @throws InvalidError `dp/local-epsilon`, `dp/local-domain`.
 */
export function unaryEncoding(epsilon: string, domain: number): FrequencyMechanism {
  checkDomain(domain, 100_000);
  const privacy = new Epsilon(epsilon);
  const { outside, outsideProbability } = new LikelySet(privacy, 1n, 2n);
  const [high, low] = [Number(outside >> 32n), Number(outside & 0xffff_ffffn)];
  const reportBytes = Math.ceil(domain / 8);
  return {
    name: 'unary-encoding',
    epsilon,
    domain,
    event: privacy.event,
    reportBytes,
    randomise(value: number, random: Random) {
      checkAlternative(value, domain);
      const bits = bitsFrom(random, domain + 8);
      const report = new Uint8Array(reportBytes);
      for (let i = 0; i < domain; i++) {
        const first = bits.word();
        // Where the first 32 bits are not decisive (once in 2^32), 32 more are.
        const one = first < high || (first === high && bits.word() < low);
        const shown = i === value ? first >>> 31 === 1 : one;
        report[i >> 3] = (report[i >> 3] as number) | (Number(shown) << (i & 7));
      }
      return report;
    },
    counters: domain,
    count(report, counters) {
      const unused = domain & 7 ? (report[reportBytes - 1] as number) >> (domain & 7) : 0;
      if (report.length !== reportBytes || unused !== 0) throw badReport();
      for (let i = 0; i < domain; i++) counters[i] = (counters[i] as number) + (((report[i >> 3] as number) >> (i & 7)) & 1);
    },
    sums: (counters) => counters.slice(),
    own: 0.5,
    other: outsideProbability,
    variances: zeroOrOne(0.5, outsideProbability),
  };
}
