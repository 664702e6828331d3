/** What one compute party can do that does not follow the protocol: to accuracy something, to privacy nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PeerError, systemRandom } from '@sluis/base';
import { gaussianProbability, goodnessOfFit, laplaceProbability, testSeed } from '@sluis/math/fixtures';
import type { Plan } from '@sluis/model';
import { maliciousComputation, replicatedComputation } from '@sluis/mpc';
import { settleCommittee } from '@sluis/mpc/simulation';
import type { OwnVector } from '@sluis/technique';
import { constant, NONE, noised, noisyPlan, on, shareAll } from './fixtures/noisy-plan.ts';
import { viewOfCounts } from './fixtures/remaining.ts';
import { noiseOnSecrets } from './index.ts';

test(`seed ${testSeed}`, () => assert.ok(testSeed >= 0));

const inflated = (own: readonly OwnVector[]): OwnVector[] =>
  own.map(({ values, words }) => ({ values: values.map((v) => BigInt.asUintN(64, 1000n * v + 10n ** 6n)), words }));

test('a party that inflates its share moves every answer, and nobody notices; the others’ noise is on it all the same', async () => {
  const plan = noisyPlan({ cells: 20_000, sum: NONE, count: on('5'), threat: 'malicious' });
  const brings = (party: 0 | 1 | 2, own: readonly OwnVector[]) => (party === 2 ? inflated(own) : own);
  const { counts } = await noised(
    plan,
    constant(plan, () => 10n),
    { brings, convene: maliciousComputation.convene },
  );
  const mean = Number((counts[0] ?? []).reduce((sum, c) => sum + c, 0n)) / plan.cellCount;
  assert.ok(Math.abs(mean - 1_000_030) < 1000, 'answers are off by a million');
  const left = BigInt64Array.from(counts[0] ?? [], (c) => ((c - 30n + 500n) % 1000n) - 500n);
  // Its own share is a multiple of 1000: what is left modulo 1000 is the noise of the other two.
  const { statistic, threshold } = goodnessOfFit(left, laplaceProbability(5), 100);
  assert.ok(statistic < threshold, `${statistic} above ${threshold}`);
});

test('a party that leaves its share out takes nothing from the noise that is accounted for', async () => {
  for (const [plan, truth] of [
    [noisyPlan({ cells: 20_000, sum: NONE, count: on('4') }), laplaceProbability(4)],
    [noisyPlan({ cells: 20_000, sum: NONE, count: on('30'), mechanism: 'discrete-gaussian' }), gaussianProbability(30)],
  ] as const) {
    const seen = await viewOfCounts(plan, [1n, 2n, 3n], { seed: testSeed, colluding: null, silent: 1 });
    const { statistic, threshold } = goodnessOfFit(
      seen.map((x) => x - 6n),
      truth,
      80,
    );
    assert.ok(statistic < threshold, `${statistic} above ${threshold}`);
  }
});

test('a share far too large shows groups of a single row, which is why the planner refuses it where parties may deviate', async () => {
  const plan = noisyPlan({ cells: 64, sum: NONE, count: on('1'), threshold: 200, threat: 'malicious' });
  const single = constant(plan, (_kind, _bin, p) => (p === 0 ? 1n : 0n));
  const shown = async (brings?: (party: 0 | 1 | 2, own: readonly OwnVector[]) => readonly OwnVector[]) => {
    const { passes } = await noised(plan, single, {
      convene: maliciousComputation.convene,
      ...(brings === undefined ? {} : { brings }),
    });
    return passes[0]?.reduce((n, bit) => n + bit, 0);
  };
  const large = (own: readonly OwnVector[]) => own.map(({ values, words }) => ({ values: values.map(() => 1000n), words }));
  assert.equal(await shown((party, own) => (party === 2 ? large(own) : own)), 64);
  assert.equal(await shown(), 0);
});

/** One run in which a message of `step` is changed on its way from party 1, and at how many parties components were ready to leave. */
async function withBentInput(plan: Plan, malicious: boolean) {
  const inputsOf = shareAll(
    plan,
    constant(plan, () => 10n),
  );
  let [bent, left] = [0, 0];
  const { settled } = await settleCommittee(
    async (c) => {
      const inputs = inputsOf(c);
      const totals = await noiseOnSecrets.addNoise(c, plan, await noiseOnSecrets.combine(c, plan, inputs), systemRandom);
      const [passes] = await noiseOnSecrets.decide(c, plan, inputs, totals);
      await c.openBits(passes ?? assert.fail());
      // As a release does: refreshed components are what leaves the committee.
      await c.rerandomise(totals.counts[0] ?? assert.fail());
      left += 1;
    },
    {
      convene: (malicious ? maliciousComputation : replicatedComputation).convene,
      tamper: ({ from, step, payload }) => {
        if (from !== 1 || !step.endsWith(' input')) return payload;
        bent += 1;
        return payload.map((b, i) => (i === 8 ? b ^ 1 : b));
      },
    },
  );
  assert.equal(bent, 1, 'one message was changed');
  return { left, errors: settled.flatMap((s) => (s.status === 'rejected' ? [s.reason] : [])) };
}

test('copies of a share of noise that differ are noticed before any value leaves the committee', async () => {
  for (const threshold of [null, 20]) {
    const { left, errors } = await withBentInput(noisyPlan({ cells: 64, threshold, threat: 'malicious' }), true);
    assert.equal(left, 0);
    assert.ok(errors.length > 0);
    for (const error of errors) assert.ok(error instanceof PeerError, String(error));
  }
});

test('control: an honest run opens everything', async () => {
  const plan = noisyPlan({ cells: 64, threshold: 20, threat: 'malicious' });
  const { passes } = await noised(
    plan,
    constant(plan, () => 1000n),
    { convene: maliciousComputation.convene },
  );
  assert.ok(passes[0]?.every((bit) => bit === 1));
});
