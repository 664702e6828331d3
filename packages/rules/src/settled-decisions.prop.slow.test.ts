/** With secondary suppression or a guard, what the committee opens leads every party to what the rules in the clear show. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '@sluis/base';
import fc from 'fast-check';
import { layoutOf, type Plan } from '@sluis/model';
import { replicatedSharing } from '@sluis/mpc';
import { simulateCommittee } from '@sluis/mpc/simulation';
import type { Committee } from '@sluis/technique';
import { type Question, question, vectorsOf } from './fixtures/random-question.ts';
import { decideInTheClear, exactRules } from './index.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

/** What each party shows, and what the whole of it cost. */
async function shown(q: Question, plan: Plan) {
  const words = layoutOf(plan).map((l) => l.words);
  const messages = q.rows.map((r) => replicatedSharing.split(vectorsOf(plan, r), words, systemRandom));
  const decided = async (c: Committee) => {
    const inputs = plan.providers.map((organisation, p) => ({
      organisation,
      columns: replicatedSharing.combine(c.me, messages[p]?.[c.me] ?? assert.fail(), plan.cellCount, words),
    }));
    return exactRules.decide(c, plan, inputs, await exactRules.combine(c, plan, inputs));
  };
  const { rounds, bytes } = await simulateCommittee(async (c) => void (await decided(c)));
  const { results } = await simulateCommittee(async (c) => {
    const opened = [];
    for (const bits of await decided(c)) opened.push(await c.openBits(bits));
    return exactRules.settle?.(plan, opened) ?? opened;
  });
  return { results, cost: [rounds, bytes[0] + bytes[1] + bytes[2]] };
}

let shownCells = 0;

for (const rules of [{ secondary: true }, { guarded: true }, { secondary: true, guarded: true }] as const) {
  test(`decided on secrets as in the clear, at the stated cost: ${JSON.stringify(rules)}`, async () => {
    await fc.assert(
      fc.asyncProperty(question, async (q) => {
        const secondary = 'secondary' in rules && q.plan.groupingSets.length < 2 ? {} : rules;
        const plan: Plan = { ...q.plan, rules: { ...q.plan.rules, ...secondary } };
        const inputs = plan.providers.map((organisation, p) => ({ organisation, vectors: vectorsOf(plan, q.rows[p] ?? []) }));
        const expected = decideInTheClear(plan, inputs);
        const { results, cost } = await shown(q, plan);
        for (const party of results) assert.deepEqual(party, expected);
        const stated = exactRules.cost({ cells: plan.cellCount, providers: plan.providers.length, wordsPerCell: 0, plan });
        assert.deepEqual([stated.rounds, stated.bytes], cost);
        shownCells += expected.reduce((n, b) => n + b.reduce((m, x) => m + x, 0), 0);
      }),
      { seed, numRuns: 12 },
    );
  });
}

test('something is shown, or nothing was compared', () => assert.ok(shownCells > 0));
