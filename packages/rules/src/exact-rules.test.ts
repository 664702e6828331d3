/** Each rule on an example small enough to check by hand. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '@sluis/base';
import { layoutOf, type Plan } from '@sluis/model';
import { replicatedSharing } from '@sluis/mpc';
import { simulateCommittee } from '@sluis/mpc/simulation';
import { samplePlan } from '@sluis/technique/fixtures';
import { type Row, vectorsOf } from './fixtures/random-question.ts';
import { decideInTheClear, exactRules } from './index.ts';

const ROLLUP = {
  keys: [{ name: 'k', sql: 'k', type: 'INTEGER', size: 2, domainHash: '0'.repeat(64) }],
  groupingSets: [[0], []],
  cellCount: 3,
};

/** A count with one contribution, cells k=0, k=1 and the total, four providers. */
function countPlan(rules: Partial<Plan['rules']>, dominated = false): Plan {
  return samplePlan({
    ...ROLLUP,
    accumulators: [],
    aggregates: [
      {
        kind: 'count',
        sql: 'count(*)',
        type: 'BIGINT',
        contribution: 0,
        accumulators: [],
        dominance: dominated ? 0 : null,
        dictionary: null,
      },
    ],
    outputs: [{ name: 'n', aggregates: [0], visible: true }],
    dominances: dominated ? [{ rowSql: 'x', maximum: '1000', top: 2, words: 1 }] : [],
    rules: { minimumRows: 3, minimumOrganisations: 2, dominance: null, pPercent: null, withoutReceivers: [], ...rules },
  });
}

/** Rows as [k, x], by provider. */
const data = (...providers: readonly (readonly (readonly [number, number])[])[]): Row[][] =>
  Array.from({ length: 4 }, (_, p) => (providers[p] ?? []).map(([k, x]) => ({ keys: [k], counts: [true], x })));

/** Pass bits of k=0, k=1 and the total, which committee and reference must agree on. */
async function passes(plan: Plan, rows: readonly Row[][]): Promise<number[]> {
  const words = layoutOf(plan).map((l) => l.words);
  const messages = rows.map((r) => replicatedSharing.split(vectorsOf(plan, r), words, systemRandom));
  const { results } = await simulateCommittee(async (c) => {
    const inputs = plan.providers.map((organisation, p) => ({
      organisation,
      columns: replicatedSharing.combine(c.me, messages[p]?.[c.me] ?? assert.fail(), 3, words),
    }));
    const [bits] = await exactRules.decide(c, plan, inputs, await exactRules.combine(c, plan, inputs));
    return c.openBits(bits ?? assert.fail());
  });
  const [reference] = decideInTheClear(
    plan,
    plan.providers.map((organisation, p) => ({ organisation, vectors: vectorsOf(plan, rows[p] ?? []) })),
  );
  assert.deepEqual(results[0], reference);
  return [...results[0]];
}

const one = [0, 10] as const;
const other = [1, 10] as const;

test('minimum rows: exactly the minimum passes, one less does not', async () => {
  assert.deepEqual(await passes(countPlan({}), data([one, one], [one])), [1, 0, 1]);
  assert.deepEqual(await passes(countPlan({}), data([one], [one])), [0, 0, 0]);
});

test('minimum organisations: many rows of one organisation do not pass', async () => {
  assert.deepEqual(await passes(countPlan({}), data([one, one, one, one])), [0, 0, 0]);
});

test('a total over a suppressed cell is suppressed; over an empty one it is not', async () => {
  assert.deepEqual(await passes(countPlan({}), data([one, one, other], [one])), [1, 0, 0]);
  assert.deepEqual(await passes(countPlan({}), data([one, one, other, other], [one, other])), [1, 1, 1]);
});

test('the rules hold again without the receiver’s own rows', async () => {
  const rows = data([one, one], [one], [one]);
  assert.deepEqual(await passes(countPlan({}), rows), [1, 0, 1]);
  assert.deepEqual(await passes(countPlan({ withoutReceivers: ['anna'] }), rows), [0, 0, 0]);
  assert.deepEqual(await passes(countPlan({ withoutReceivers: ['daan'] }), rows), [1, 0, 1]);
});

test('(n,k): exactly k percent passes, more does not', async () => {
  const plan = countPlan({ dominance: { n: 1, k: 80 } }, true);
  assert.deepEqual(await passes(plan, data([[0, 80]], [[0, 10]], [[0, 10]])), [1, 0, 1]);
  assert.deepEqual(await passes(plan, data([[0, 81]], [[0, 10]], [[0, 9]])), [0, 0, 0]);
  assert.deepEqual(await passes(countPlan({}, true), data([[0, 81]], [[0, 10]], [[0, 9]])), [1, 0, 1]);
});

test('(n,k) without the receiver: its own large row no longer covers another’s', async () => {
  const rows = data([[0, 100]], [[0, 99]], [[0, 1]], [[0, 1]]);
  assert.deepEqual(await passes(countPlan({ dominance: { n: 1, k: 80 } }, true), rows), [1, 0, 1]);
  assert.deepEqual(await passes(countPlan({ dominance: { n: 1, k: 80 }, withoutReceivers: ['anna'] }, true), rows), [0, 0, 0]);
});

test('p %: the second largest must not be able to estimate the largest within p percent', async () => {
  const plan = countPlan({ pPercent: 10 }, true);
  assert.deepEqual(await passes(plan, data([[0, 100]], [[0, 50]], [[0, 10]])), [1, 0, 1]);
  assert.deepEqual(await passes(plan, data([[0, 100]], [[0, 50]], [[0, 9]])), [0, 0, 0]);
});

test('shared rows are an input like others, with a number of organisations; a receiver whose rows are among them is refused', () => {
  const source = { table: 'visits', columns: [], stations: ['bram'], deposits: true, stationWhere: '' };
  const rows = {
    ...{ sources: [source], joins: [], where: null, keys: [], contributions: [], accumulators: [], secretSlots: null },
    ...{ maximumRows: 5000, organisations: 'per-row' as const },
  };
  const base = samplePlan();
  const plan = { ...base, rows, dominances: [], aggregates: base.aggregates.map((a) => ({ ...a, dominance: null })) };
  exactRules.checkPlan({ ...plan, rules: { ...base.rules, withoutReceivers: ['anna'] } });
  assert.throws(() => exactRules.checkPlan({ ...plan, rules: { ...base.rules, withoutReceivers: ['bram'] } }), {
    code: 'plan/unsupported-shape',
    message: /without the rows of the receiver bram/,
  });
});
