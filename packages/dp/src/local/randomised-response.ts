/** Randomised response with several alternatives: say the own one, or now and then another. Warner 1965; Kairouz, Oh & Viswanath 2014. */
import type { Random } from '@sluis/base';
import { type FrequencyMechanism, zeroOrOne } from './frequencies.ts';
import { badReport, bitsFrom, checkAlternative, checkDomain, Epsilon, LikelySet, word, wordAt } from './likely-set.ts';

/**
 * Reports one of `domain` alternatives in four bytes. The best where there are few: fewer than about 3·e^ε + 2.
 *
 * Claim: ε-local differential privacy: the likely set of a value is the value alone (see likely-set.ts).
 *
 * @param epsilon - exact text, such as "1" or "1/2".
 * @throws InvalidError `dp/local-epsilon`, `dp/local-domain`.
 */
export function randomisedResponse(epsilon: string, domain: number): FrequencyMechanism {
  checkDomain(domain, 1_000_000);
  const privacy = new Epsilon(epsilon);
  const set = new LikelySet(privacy, 1n, BigInt(domain));
  return {
    name: 'randomised-response',
    epsilon,
    domain,
    event: privacy.event,
    reportBytes: 4,
    randomise(value: number, random: Random) {
      checkAlternative(value, domain);
      const other = set.draw(bitsFrom(random, 8));
      return word(other === null ? value : Number(other) + Number(Number(other) >= value));
    },
    counters: domain,
    count(report, counters) {
      const value = report.length === 4 ? wordAt(report, 0) : domain;
      if (value >= domain) throw badReport();
      counters[value] = (counters[value] as number) + 1;
    },
    sums: (counters) => counters.slice(),
    own: set.insideProbability,
    other: set.outsideProbability,
    variances: zeroOrOne(set.insideProbability, set.outsideProbability),
  };
}
