/** A comparison with a limit is held back where one row makes up the total. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '@sluis/base';
import { amongBits, dominanceBits, layoutOf, type Plan, type PlanAccumulator, wordsForBits } from '@sluis/model';
import { replicatedSharing } from '@sluis/mpc';
import { simulateCommittee, toColumn } from '@sluis/mpc/simulation';
import { samplePlan } from '@sluis/technique/fixtures';
import { exactRules } from './index.ts';

const among = { what: 'exceeds', measure: 'sum', receiver: null, contribution: 0, parameter: '5' } as const;
const LARGEST = 1000n;

function limitPlan(): Plan {
  const draft: PlanAccumulator = { kind: 'among', sql: 'x', scale: 0, minimum: '0', maximum: '100000', words: 1, among };
  const base = samplePlan({
    providers: ['a', 'b', 'c'],
    receivers: ['outside'],
    maximumRows: 100,
    keys: [],
    groupingSets: [[]],
    cellCount: 2,
    contributions: [{ sql: 'count(*)' }],
    accumulators: [draft],
    dominances: [],
    aggregates: [],
    outputs: [],
    rules: { minimumRows: 1, minimumOrganisations: 2, dominance: { n: 1, k: 80 }, pPercent: null, withoutReceivers: [] },
  });
  const shape = { providers: base.providers, maximumRows: base.maximumRows };
  const words = wordsForBits(dominanceBits(shape, { maximum: String(LARGEST) }));
  return {
    ...base,
    accumulators: [{ ...draft, words: wordsForBits(amongBits(base, draft)) }],
    dominances: [{ rowSql: 'abs(x)', maximum: String(LARGEST), top: 1, words }],
    aggregates: [
      {
        kind: 'total_exceeds',
        sql: 'total_exceeds(x, 5)',
        type: 'BOOLEAN',
        contribution: 0,
        accumulators: [0],
        dominance: 0,
        dictionary: null,
      },
    ],
    outputs: [{ name: 'x', visible: true, aggregates: [0] }],
  };
}

test('total_exceeds passes for a total of many and not for one that a single row makes up', async () => {
  const plan = limitPlan();
  exactRules.checkPlan(plan);
  const layout = layoutOf(plan);
  // Per organisation, in two cells: the sum of two rows, and the larger of them.
  const parts = [
    { sums: [20n, 900n], tops: [10n, 899n] },
    { sums: [20n, 2n], tops: [10n, 1n] },
    { sums: [20n, 2n], tops: [10n, 1n] },
  ];
  const messages = parts.map(({ sums, tops }) => {
    const columns = layout.map(({ kind, words }) =>
      toColumn(kind === 'count' ? [2n, 2n] : kind === 'present' ? [1n, 1n] : kind === 'top' ? tops : sums, words),
    );
    return replicatedSharing.split(
      { cells: 2, columns },
      layout.map((l) => l.words),
      systemRandom,
    );
  });
  const { results } = await simulateCommittee(async (committee) => {
    const inputs = plan.providers.map((organisation, p) => ({
      organisation,
      columns: replicatedSharing.combine(
        committee.me,
        messages[p]?.[committee.me] ?? assert.fail(),
        2,
        layout.map((l) => l.words),
      ),
    }));
    const totals = await exactRules.combine(committee, plan, inputs);
    const [passes] = await exactRules.decide(committee, plan, inputs, totals);
    return [...(await committee.openBits(passes ?? assert.fail()))];
  });
  assert.deepEqual(results[0], [1, 0]);
});
