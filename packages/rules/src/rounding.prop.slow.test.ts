/** Rounding on secrets gives what rounding of the plain totals gives, at the stated cost, and opens nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '@sluis/base';
import fc from 'fast-check';
import { layoutOf, type Plan, roundedTo } from '@sluis/model';
import { replicatedSharing } from '@sluis/mpc';
import { reveal, simulateCommittee } from '@sluis/mpc/simulation';
import type { Committee, SecretVectors, Totals } from '@sluis/technique';
import { type Question, question, vectorsOf } from './fixtures/random-question.ts';
import { exactRules } from './index.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

const round = exactRules.round ?? assert.fail();

async function totalsOf(q: Question, plan: Plan, rounds: boolean) {
  const words = layoutOf(plan).map((l) => l.words);
  const messages = q.rows.map((r) => replicatedSharing.split(vectorsOf(plan, r), words, systemRandom));
  const run = await simulateCommittee(async (c: Committee) => {
    const inputs: SecretVectors[] = plan.providers.map((organisation, p) => ({
      organisation,
      columns: replicatedSharing.combine(c.me, messages[p]?.[c.me] ?? assert.fail(), plan.cellCount, words),
    }));
    const totals: Totals = await exactRules.combine(c, plan, inputs);
    await exactRules.decide(c, plan, inputs, totals);
    const { counts, accumulators } = rounds ? await round(c, plan, totals) : totals;
    return [...counts, ...accumulators].map((column) => ({ words: column.words, ...c.components(column) }));
  });
  const values = run.results[0].map((first, i) =>
    reveal(
      run.results.map((r) => r[i] ?? assert.fail()),
      first.words,
    ),
  );
  return { values, rounds: run.rounds, bytes: run.bytes };
}

const bases = fc.record({
  counts: fc.constantFrom(3, 5, 10),
  sums: fc.array(fc.constantFrom('1', '3', '7', '10', '1000'), { minLength: 9, maxLength: 9 }),
});

test('rounded on secrets is rounded in the clear', async () => {
  let changed = 0;
  await fc.assert(
    fc.asyncProperty(question, bases, async (q, base) => {
      const accumulators = q.plan.accumulators.map((a, i) => (a.kind === 'sum' ? (base.sums[i] ?? null) : null));
      const plan: Plan = { ...q.plan, rounding: { counts: base.counts, accumulators } };
      exactRules.checkPlan(plan);
      const [exact, rounded] = [await totalsOf(q, plan, false), await totalsOf(q, plan, true)];
      const by = [...plan.contributions.map(() => String(base.counts)), ...accumulators];
      const expected = exact.values.map((column, i) => column.map((v) => (by[i] == null ? v : roundedTo(v, BigInt(by[i] as string)))));
      assert.deepEqual(rounded.values, expected);
      changed += expected.flat().filter((v, i) => v !== exact.values.flat()[i]).length;
      const { rounds, bytes } = exactRules.cost({ cells: plan.cellCount, providers: plan.providers.length, wordsPerCell: 0, plan });
      assert.deepEqual([rounds, bytes], [rounded.rounds, rounded.bytes[0] + rounded.bytes[1] + rounded.bytes[2]]);
    }),
    { seed, numRuns: 25 },
  );
  assert.ok(changed > 100, `rounding changes values: ${changed}`);
});

test('nearest multiple, half-way away from zero', () => {
  assert.deepEqual(
    [0n, 1n, 2n, 3n, 4n, 5n].map((v) => roundedTo(v, 3n)),
    [0n, 0n, 3n, 3n, 3n, 6n],
  );
  assert.deepEqual(
    [4n, 5n, 14n, 15n, -5n, -4n].map((v) => roundedTo(v, 10n)),
    [0n, 10n, 10n, 20n, -10n, 0n],
  );
});

test('plans that can’t be rounded are refused', () => {
  const [{ plan }] = fc.sample(question, { seed, numRuns: 1 }) as [Question];
  const refused = (rounding: Plan['rounding']) =>
    assert.throws(() => exactRules.checkPlan({ ...plan, rounding } as Plan), { code: 'plan/unsupported-shape' });
  const none = plan.accumulators.map(() => null);
  refused({ counts: 0, accumulators: none });
  refused({ counts: 5, accumulators: [] });
  refused({ counts: 5, accumulators: plan.accumulators.map(() => '5') });
  refused({ counts: 5, accumulators: plan.accumulators.map((a) => (a.kind === 'sum' ? String(2n ** 127n) : null)) });
});
