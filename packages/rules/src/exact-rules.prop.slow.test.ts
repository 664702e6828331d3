import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '@sluis/base';
import fc from 'fast-check';
import { layoutOf, neutralElement, type Plan } from '@sluis/model';
import { replicatedSharing } from '@sluis/mpc';
import { reveal, simulateCommittee } from '@sluis/mpc/simulation';
import type { Committee, SecretVectors } from '@sluis/technique';
import { type Question, question, rowsOfCell, vectorsOf } from './fixtures/random-question.ts';
import { decideInTheClear, exactRules } from './index.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

/** Shares every provider's vectors; each party reads its own messages. */
function share({ plan, rows }: Question): (me: 0 | 1 | 2) => SecretVectors[] {
  const words = layoutOf(plan).map((l) => l.words);
  const messages = rows.map((r) => replicatedSharing.split(vectorsOf(plan, r), words, systemRandom));
  return (me) =>
    plan.providers.map((organisation, p) => ({
      organisation,
      columns: replicatedSharing.combine(me, messages[p]?.[me] ?? assert.fail(), plan.cellCount, words),
    }));
}

async function decided(q: Question) {
  const shared = share(q);
  return simulateCommittee(async (c: Committee) => {
    const inputs = shared(c.me);
    const totals = await exactRules.combine(c, q.plan, inputs);
    const bits = await exactRules.decide(c, q.plan, inputs, totals);
    const columns = [...totals.counts, ...totals.organisations, ...totals.accumulators];
    return { bits: c.concatBits(bits), columns: columns.map((column) => ({ words: column.words, ...c.components(column) })) };
  });
}

const clear = ({ plan, rows }: Question) =>
  decideInTheClear(
    plan,
    plan.providers.map((organisation, p) => ({ organisation, vectors: vectorsOf(plan, rows[p] ?? []) })),
  );

/** Questions in which a cell passes, and in which one is suppressed. */
let seen = { passed: 0, suppressed: 0 };

test('the committee decides as the rules in the clear do, and opens nothing before', async () => {
  await fc.assert(
    fc.asyncProperty(question, async (q) => {
      exactRules.checkPlan(q.plan);
      const shared = share(q);
      const { results, transcript } = await simulateCommittee(
        async (c: Committee) => {
          const inputs = shared(c.me);
          return c.openBits(c.concatBits(await exactRules.decide(c, q.plan, inputs, await exactRules.combine(c, q.plan, inputs))));
        },
        { keepTranscript: true },
      );
      const expected = clear(q).flatMap((bits) => [...bits]);
      assert.deepEqual([...results[0]], expected);
      assert.deepEqual(new Set(transcript.filter((m) => m.step.includes('open')).map((m) => m.step.split(' ')[0])).size, 1);
      seen = { passed: seen.passed + Number(expected.includes(1)), suppressed: seen.suppressed + Number(expected.includes(0)) };
    }),
    { seed, numRuns: 80 },
  );
  // A cell passes in 36 of 80 in the mean: in nine or fewer with a probability below 1e-9.
  assert.ok(seen.passed > 9 && seen.suppressed > 9, `both outcomes occur: ${JSON.stringify(seen)}`);
});

test('combined totals equal those over the pooled rows', async () => {
  await fc.assert(
    fc.asyncProperty(question, async (q) => {
      const { results } = await decided(q);
      const opened = results[0].columns.map((first, i) =>
        reveal(
          results.map((r) => r.columns[i] ?? assert.fail()),
          first.words,
        ),
      );
      assert.deepEqual(opened, pooled(q));
    }),
    { seed, numRuns: 25 },
  );
});

function pooled({ plan, rows }: Question): bigint[][] {
  const each = <T>(list: readonly T[], f: (item: T, i: number, cell: number) => bigint) =>
    list.map((item, i) => Array.from({ length: plan.cellCount }, (_, cell) => f(item, i, cell)));
  const of = (members: readonly (typeof rows)[number][number][], c: number) => members.filter((r) => r.counts[c] === true).map((r) => r.x);
  const all = (cell: number, c: number) => rows.flatMap((r) => of(rowsOfCell(plan, r, cell), c));
  return [
    ...each(plan.contributions, (_, c, cell) => BigInt(all(cell, c).length)),
    ...each(plan.contributions, (_, c, cell) => BigInt(rows.filter((r) => of(rowsOfCell(plan, r, cell), c).length > 0).length)),
    ...each(plan.accumulators, (a, i, cell) => {
      const x = all(cell, Math.floor(i / 3));
      if (x.length === 0) return neutralElement(a);
      return BigInt(a.kind === 'sum' ? x.reduce((s, v) => s + v, 0) : a.kind === 'min' ? Math.min(...x) : Math.max(...x));
    }),
  ];
}

test('stated cost equals metered rounds and bytes', async () => {
  await fc.assert(
    fc.asyncProperty(question, async (q) => {
      const { rounds, bytes } = await decided(q);
      const stated = exactRules.cost({ cells: q.plan.cellCount, providers: q.plan.providers.length, wordsPerCell: 0, plan: q.plan });
      assert.deepEqual([stated.rounds, stated.bytes], [rounds, bytes[0] + bytes[1] + bytes[2]]);
    }),
    { seed, numRuns: 25 },
  );
});

test('refuses plans whose comparisons would not fit, and inputs that are not the plan’s', async () => {
  const [{ plan }] = fc.sample(question, { seed, numRuns: 1 }) as [Question];
  const refused = (change: Partial<Plan>) =>
    assert.throws(() => exactRules.checkPlan({ ...plan, ...change }), { code: 'plan/unsupported-shape' });
  const rules = { minimumRows: 1, minimumOrganisations: 1, dominance: { n: 1, k: 50 }, pPercent: null, withoutReceivers: [] };
  refused({ rules: { ...rules, minimumRows: 0 } });
  refused({ rules: { ...rules, minimumOrganisations: 1.5 } });
  refused({ rules: { ...rules, dominance: { n: 1, k: 100 } } });
  refused({ rules: { ...rules, withoutReceivers: ['nobody'] } });
  refused({ rules, dominances: [{ rowSql: 'x', maximum: String(2n ** 62n), top: 1, words: 1 }] });
  refused({ rules: { ...rules, dominance: { n: 3, k: 50 } }, dominances: [{ rowSql: 'x', maximum: '1', top: 2, words: 1 }] });
  refused({
    accumulators: [{ kind: 'min', sql: 'x', scale: 0, minimum: String(-(2n ** 63n)), maximum: String(2n ** 63n - 1n), words: 1 }],
  });
  refused({ accumulators: [{ kind: 'sum', sql: 'x', scale: 0, minimum: '0', maximum: String(2n ** 63n - 1n), words: 1 }] });
  refused({ outputs: [{ name: 'x', aggregates: [99], visible: true }] });
  refused({ providers: ['anna', 'anna'] });
  await assert.rejects(
    simulateCommittee((c) => exactRules.combine(c, plan, [])),
    { code: 'aggregate/wrong-inputs' },
  );
});
