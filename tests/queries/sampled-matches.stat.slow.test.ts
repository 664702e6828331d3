/**
 * USING SAMPLE: how many of 300 matching keys, and of 300 items, are in samples of 30 %, in 12 runs each. The number in all
 * runs is binomial with n = 3,600 and p = 0.3 (mean 1,080, standard deviation 27.5), up to the slight dependence of two keys
 * under one hash function. Accepted within 5.5 standard deviations (α ≈ 4e-8); a sample of 25 % lies 6.5 beyond and is
 * rejected with a power above 0.8: the control, with 16 % (18 beyond), in practice always. Rows of one key stay together.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSqlEngine } from '@sluis/engine';
import { agreementSchema, layoutOf, type Plan } from '@sluis/model';
import { prepare } from '@sluis/planner';
import type { ClearSource } from '../../packages/planner/src/fixtures/evaluate-rows.ts';
import { evaluateOnShares } from './rows-on-shares.ts';
import { OUTSIDER, sampleAgreement } from './sample-agreement.ts';

const [KEYS, RUNS, SHARE] = [300, 12, 0.3];
const engine = createSqlEngine();
const id = { type: 'BIGINT', uses: ['join', 'filter', 'aggregate'], bounds: ['0', '4294967295'] };
const owned = (owner: string) => ({ kind: 'owner', providers: [owner], maximum_rows: 2 * KEYS, columns: { id } });
const base = sampleAgreement({
  table: 'unused',
  definition: { kind: 'union', description: '', violations: 'refuse', maximum_rows: 10, columns: {} },
  parties: ['hospital', 'insurer', 'registry'],
  output: { minimum_rows: 1, minimum_organisations: 1 },
  receivers: [OUTSIDER],
});
const all = { kind: 'union', providers: ['hospital', 'insurer'], maximum_rows: 2 * KEYS, columns: { id } };
const agreement = agreementSchema.parse({ ...base, tables: { a: owned('hospital'), b: owned('insurer'), all } });

/** Neighbouring addresses: keys that differ little. Every key twice, by two givers. */
const source: ClearSource = {
  rows: Array.from({ length: 2 * KEYS }, (_, i) => new Map([['id', BigInt(3_232_235_776 + (i % KEYS))]])),
  givers: Array.from({ length: 2 * KEYS }, (_, i) => (i < KEYS ? 'hospital' : 'insurer')),
};

async function planOf(sql: string): Promise<Plan> {
  const { plan } = await prepare({ sql, agreement, agreementId: 'a', receivers: [OUTSIDER] }, engine);
  return plan;
}

/** Rows, and different keys or organisations of items, in one sample. */
async function drawn(plan: Plan, threat: 'semi-honest' | 'malicious'): Promise<readonly [number, number]> {
  const found = await evaluateOnShares(agreement, plan, plan.rows?.sources.map(() => source) ?? [], threat);
  const value = (kind: string) => Number(found.columns[layoutOf(plan).findIndex((l) => l.kind === kind)]?.[0] ?? -1n);
  return [value('count'), value('accumulator')];
}

const JOINED = `SELECT count(*) AS n, count(DISTINCT id) AS m FROM a WHERE id IN (SELECT id FROM b) USING SAMPLE 30%`;
const ITEMS = `SELECT count(*) AS n, sum(o) AS m FROM (SELECT id, count(DISTINCT organisation) AS o FROM "all" GROUP BY id) USING SAMPLE 30%`;

/** Standard deviations that a number of keys lies from what is due. */
const off = (keys: number): number => Math.abs(keys - KEYS * RUNS * SHARE) / Math.sqrt(KEYS * RUNS * SHARE * (1 - SHARE));

async function sampled(plan: Plan): Promise<number[]> {
  const sizes: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const [n, m] = await drawn(plan, run === 0 ? 'malicious' : 'semi-honest');
    // Both rows of a key are in the sample, or neither; and an item has two organisations.
    assert.deepEqual(
      [n, m].sort((x, y) => x - y),
      [Math.min(n, m), 2 * Math.min(n, m)],
    );
    sizes.push(Math.min(n, m));
  }
  return sizes;
}

for (const [name, sql] of [
  ['matching keys', JOINED],
  ['items', ITEMS],
] as const)
  test(`a sample of ${name} is as large as declared, another one in every run, and keys stay whole`, async (t) => {
    const sizes = await sampled(await planOf(sql));
    const keys = sizes.reduce((a, b) => a + b, 0);
    t.diagnostic(`${sizes.join(' ')}: ${off(keys).toFixed(2)} standard deviations off`);
    assert.ok(off(keys) < 5.5, `${keys} keys`);
    assert.ok(new Set(sizes).size > 2, 'runs draw keys of their own');
  });

test('control: a sample of another size is noticed', async () => {
  const plan = await planOf(JOINED.replace('30%', '16%'));
  const sizes = await sampled(plan);
  assert.ok(off(sizes.reduce((a, b) => a + b, 0)) > 5.5);
});
