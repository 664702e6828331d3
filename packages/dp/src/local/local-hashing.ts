/** Optimised local hashing: hash to few alternatives with a function of one's own, then randomised response. Wang et al. 2017, §4.4. */
import type { Random } from '@sluis/base';
import { type FrequencyMechanism, zeroOrOne } from './frequencies.ts';
import { badReport, bitsFrom, checkAlternative, checkDomain, Epsilon, LikelySet, wordAt } from './likely-set.ts';

/** 2^31 − 1: hash functions are a·x + b modulo this prime, modulo the number of places. */
const PRIME = 2 ** 31 - 1;

/**
 * Reports one of `domain` alternatives in twelve bytes, however many there are; counting takes a step for each report and
 * alternative.
 *
 * Claim: ε-local differential privacy. Proof: the hash function is drawn independently of the value; given it, the report is
 * randomised response on the place of the value. The estimate is unbiased but for the hash function's 2^31 not being a multiple
 * of the number of places: the expectation of a count is off by less than 2^-30 of the number of reports.
 *
 * @throws InvalidError `dp/local-epsilon`, `dp/local-domain`.
 */
export function localHashing(epsilon: string, domain: number): FrequencyMechanism {
  checkDomain(domain, 1_000_000);
  const privacy = new Epsilon(epsilon);
  const places = Math.max(2, Number(privacy.wholeExponential) + 1);
  const set = new LikelySet(privacy, 1n, BigInt(places));
  return {
    name: 'local-hashing',
    epsilon,
    domain,
    event: privacy.event,
    reportBytes: 12,
    randomise(value: number, random: Random) {
      checkAlternative(value, domain);
      const bits = bitsFrom(random, 16);
      const [a, b] = [Number(bits.below(BigInt(PRIME))), Number(bits.below(BigInt(PRIME)))];
      const place = hash(a, b, value) % places;
      const other = set.draw(bits);
      const report = new Uint8Array(12);
      const view = new DataView(report.buffer);
      view.setUint32(0, a);
      view.setUint32(4, b);
      view.setUint32(8, other === null ? place : Number(other) + Number(Number(other) >= place));
      return report;
    },
    counters: domain,
    count(report, counters) {
      if (report.length !== 12) throw badReport();
      const [a, b, shown] = [wordAt(report, 0), wordAt(report, 4), wordAt(report, 8)];
      if (a >= PRIME || b >= PRIME || shown >= places) throw badReport();
      for (let v = 0; v < domain; v++) counters[v] = (counters[v] as number) + Number(hash(a, b, v) % places === shown);
    },
    sums: (counters) => counters.slice(),
    own: set.insideProbability,
    other: 1 / places,
    variances: zeroOrOne(set.insideProbability, 1 / places),
  };
}

/** (a·x + b) mod 2^31 − 1 for a, b below it and x below 2^20: in two parts, all exact. */
export const hash = (a: number, b: number, x: number): number => ((((a >>> 16) * x) % PRIME) * 65_536 + (a & 0xffff) * x + b) % PRIME;
