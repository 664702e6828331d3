/**
 * Estimates are unbiased, vary as they say, and their intervals hold as often as they say: 1,500 collections of 150 reports each.
 *
 * The mean error over collections, in standard errors, is below 6.2 (α = 1e-9). The mean of squared errors over variances lies where
 * χ² with 1,500 degrees of freedom, over 1,500, does but for α = 2e-9: from 0.765 to 1.263 (Laurent & Massart 2000, Lemma 1); so 0.7 or
 * 1.3 times the standard deviation is always rejected where the true one is accepted. Intervals of 95 % hold at least 90 % of the time
 * (nine standard deviations of that share). Intervals with 0.7 of the reach, which hold 84 % of it at most, are rejected (six), or
 * with 0.5 for an alternative that nobody has, whose estimates lie so far apart that 0.7 would hold 88 %.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidError } from '@sluis/base';
import { seededRandom, testSeed } from '@sluis/math/fixtures';
import fc from 'fast-check';
import { FREQUENCIES } from './fixtures/trials.ts';
import { FrequencyTally, hybridMean, type Interval, MeanTally, piecewiseMean, standardErrors, twoEndsMean } from './index.ts';

const random = seededRandom(testSeed);
const COLLECTIONS = 1500;
const PEOPLE = 150;
const DOMAIN = 6;
/** 75, 38, 19, 18, 0, 0 people have alternatives 0 to 5. */
const people = Array.from({ length: PEOPLE }, (_, i) => (i < 75 ? 0 : i < 113 ? 1 : i < 132 ? 2 : 3));
const truth = Float64Array.of(75, 38, 19, 18, 0, 0);

interface Outcome {
  readonly error: number;
  readonly standardError: number;
  readonly interval: Interval;
  readonly truth: number;
}

function check(name: string, outcomes: readonly Outcome[], deviation: number, short = 0.7): void {
  const n = outcomes.length;
  const mean = outcomes.reduce((sum, o) => sum + o.error / deviation, 0) / Math.sqrt(n);
  assert.ok(Math.abs(mean) < 6.2, `${name}: biased by ${mean} standard errors`);
  const ratio = outcomes.reduce((sum, o) => sum + (o.error / deviation) ** 2, 0) / n;
  const fits = (r: number) => r > 0.765 && r < 1.263;
  assert.ok(fits(ratio), `${name}: variance is ${ratio} of the theory's`);
  for (const factor of [0.7, 1.3]) assert.ok(!fits(ratio * factor ** 2), `${factor} times the standard deviation is noticed`);
  const held = (reach: number) =>
    outcomes.filter(({ interval: { low, high }, truth: t }) => Math.abs(t - (low + high) / 2) <= (reach * (high - low)) / 2).length / n;
  assert.ok(held(1) >= 0.9, `${name}: intervals hold ${held(1)} of the time`);
  assert.ok(held(short) < 0.9, `${name}: shorter intervals are noticed: ${held(short)}`);
}

for (const make of FREQUENCIES) {
  for (const epsilon of ['1', '5/2']) {
    const mechanism = make(epsilon, DOMAIN);
    test(`${mechanism.name}, ε = ${epsilon}: estimates of counts (seed ${testSeed})`, () => {
      const deviations = standardErrors(mechanism, truth);
      const outcomes: Outcome[][] = Array.from({ length: DOMAIN }, () => []);
      for (let i = 0; i < COLLECTIONS; i++) {
        const tally = new FrequencyTally(mechanism);
        for (const value of people) tally.add(mechanism.randomise(value, random));
        assert.equal(tally.reports, PEOPLE);
        for (const [v, { count, standardError, interval }] of tally.estimates().entries())
          outcomes[v]?.push({ error: count - (truth[v] as number), standardError, interval, truth: truth[v] as number });
      }
      for (const v of [0, 1, 5])
        check(`${mechanism.name}, alternative ${v}`, outcomes[v] as Outcome[], deviations[v] as number, truth[v] === 0 ? 0.5 : 0.7);
    });
  }
}

for (const make of [twoEndsMean, piecewiseMean, hybridMean]) {
  for (const epsilon of ['1', '4']) {
    // Everybody has the same value, so that errors are those of the mechanism alone.
    const mechanism = make(epsilon, { lower: 0, upper: 1000 });
    test(`${mechanism.name}, ε = ${epsilon}: estimates of means (seed ${testSeed})`, () => {
      const outcomes = Array.from({ length: COLLECTIONS }, () => {
        const tally = new MeanTally(mechanism);
        for (let i = 0; i < PEOPLE; i++) tally.add(mechanism.randomise(700, random));
        const { mean, standardError, interval } = tally.estimate() ?? assert.fail();
        return { error: mean - 700, standardError, interval, truth: 700 };
      });
      check(mechanism.name, outcomes, Math.sqrt(mechanism.variance(700) / PEOPLE));
    });
  }
}

test('the hybrid is never worse than the better of its parts in the worst case, and much better than the worse', () => {
  for (const epsilon of ['1/2', '1', '2', '4']) {
    const worst = (make: typeof hybridMean) => {
      const mechanism = make(epsilon, { lower: 0, upper: 1000 });
      return Math.max(...[0, 100, 250, 500, 750, 900, 1000].map((v) => mechanism.variance(v)));
    };
    assert.ok(worst(hybridMean) <= 1.001 * Math.min(worst(twoEndsMean), worst(piecewiseMean)), epsilon);
  }
});

test('whatever bytes arrive, tallies refuse with an error of ours, or count one report', () => {
  const frequency = FREQUENCIES.map((make) => make('1', 11));
  const means = [twoEndsMean, piecewiseMean, hybridMean].map((make) => make('1', { lower: 0, upper: 9 }));
  for (const mechanism of [...frequency, ...means]) {
    const length = mechanism.reportBytes;
    let refused = 0;
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ minLength: length, maxLength: length }), fc.uint8Array({ maxLength: 20 })), (bytes) => {
        const tally = 'domain' in mechanism ? new FrequencyTally(mechanism) : new MeanTally(mechanism);
        try {
          tally.add(bytes);
        } catch (e) {
          assert.ok(e instanceof InvalidError && e.code === 'dp/local-report', String(e));
          refused++;
        }
        if (tally instanceof FrequencyTally) assert.ok(tally.estimates().every(({ count }) => Number.isFinite(count)));
      }),
      { seed: testSeed, numRuns: 200 },
    );
    assert.ok(refused > 20, mechanism.name);
  }
});
