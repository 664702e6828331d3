/**
 * Texts of which the first 62 bits of the hash are equal, in any order among each other, are told apart by the other 34:
 * in joins, set operations, conditions and distinct counts, on shares.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSqlEngine } from '@sluis/engine';
import { agreementSchema, layoutOf, type Vectors } from '@sluis/model';
import { prepare } from '@sluis/planner';
import type { ClearSource } from '../../packages/planner/src/fixtures/evaluate-rows.ts';
import { evaluateOnShares } from './rows-on-shares.ts';
import { OUTSIDER, sampleAgreement } from './sample-agreement.ts';

const engine = createSqlEngine();
const id = { type: 'VARCHAR', uses: ['join', 'filter', 'aggregate'] };
const owned = (owner: string) => ({ kind: 'owner', providers: [owner], maximum_rows: 40, maximum_join_rows: 60, columns: { id } });
const base = sampleAgreement({
  table: 'unused',
  definition: { kind: 'union', description: '', violations: 'refuse', maximum_rows: 10, columns: {} },
  parties: ['hospital', 'insurer', 'registry'],
  output: { minimum_rows: 1, minimum_organisations: 1 },
  receivers: [OUTSIDER],
});
const agreement = agreementSchema.parse({ ...base, tables: { a: owned('hospital'), b: owned('insurer') } });

/** Three texts with one first part, interleaved, and one more. */
const texts = (of: string): ClearSource => {
  const rows = [...of].map(
    (t) =>
      new Map([
        ['id', t === 'z' ? 9n : 7n],
        ['id#2', BigInt('xyz'.indexOf(t))],
      ]),
  );
  return { rows, givers: rows.map(() => 'hospital') };
};
const A = 'xyxzyxy';
const B = 'yzyqzy'.replace('q', 'z');

async function counted(
  sql: string,
  threat: 'semi-honest' | 'malicious',
  sources: readonly ClearSource[] = [texts(A), texts(B)],
): Promise<bigint> {
  const { plan } = await prepare({ sql, agreement, agreementId: 'a', receivers: [OUTSIDER] }, engine);
  const found: Vectors = await evaluateOnShares(agreement, plan, sources.slice(0, plan.rows?.sources.length), threat);
  const wanted = sql.includes('DISTINCT') ? 'accumulator' : 'count';
  return found.columns[layoutOf(plan).findIndex((l) => l.kind === wanted)]?.[0] ?? -1n;
}

const listOf = (of: readonly number[], giver: string): ClearSource => ({
  rows: of.map(
    (t) =>
      new Map([
        ['id', BigInt(t >> 1)],
        ['id#2', BigInt(t & 1)],
      ]),
  ),
  givers: of.map(() => giver),
});
const range = (n: number, from = 0) => Array.from({ length: n }, (_, i) => from + i);

test('sizes 0 and 1, equal and very unequal, nothing and everything in common, all rows alike: exact', async () => {
  const cases: readonly (readonly [string, readonly number[], readonly number[]])[] = [
    ['nothing on both sides', [], []],
    ['nothing on the left', [], range(3)],
    ['nothing on the right', range(3), []],
    ['one each, the same', [4], [4]],
    ['one each, neighbours', [4], [5]],
    ['one against many', [7], range(30)],
    ['many against one', range(30), [7]],
    ['the same lists', range(20), range(20).reverse()],
    ['nothing in common', range(20), range(20, 20)],
    ['all rows alike', new Array<number>(12).fill(3), new Array<number>(9).fill(3)],
    ['all rows alike, others there', new Array<number>(12).fill(3), new Array<number>(9).fill(2)],
  ];
  for (const [i, [name, left, right]] of cases.entries()) {
    const sources = [listOf(left, 'hospital'), listOf(right, 'insurer')];
    const both = new Set(left.filter((t) => right.includes(t)));
    const only = new Set(left.filter((t) => !right.includes(t)));
    const threat = i % 3 === 0 ? 'malicious' : 'semi-honest';
    const of = async (sql: string) => counted(sql, threat, sources);
    assert.equal(await of('SELECT count(*) FROM (SELECT id FROM a INTERSECT SELECT id FROM b)'), BigInt(both.size), name);
    assert.equal(await of('SELECT count(*) FROM (SELECT id FROM a EXCEPT SELECT id FROM b)'), BigInt(only.size), name);
    assert.equal(await of('SELECT count(*) FROM a WHERE id IN (SELECT id FROM b)'), BigInt(left.filter((t) => both.has(t)).length), name);
  }
});

for (const threat of ['semi-honest', 'malicious'] as const)
  test(`texts that collide in the first part of their hash are told apart, ${threat}`, async () => {
    const matching = [...A].filter((t) => B.includes(t));
    assert.equal(await counted('SELECT count(*) FROM a SEMI JOIN b USING (id)', threat), BigInt(matching.length));
    assert.equal(await counted('SELECT count(*) FROM a ANTI JOIN b USING (id)', threat), BigInt(A.length - matching.length));
    assert.equal(
      await counted('SELECT count(*) FROM (SELECT id FROM a INTERSECT SELECT id FROM b)', threat),
      BigInt(new Set(matching).size),
    );
    const pairs = [...A].reduce((n, t) => n + [...B].filter((u) => u === t).length, 0);
    assert.equal(await counted('SELECT count(*) FROM a JOIN b ON a.id = b.id', threat), BigInt(pairs));
    assert.equal(await counted('SELECT count(DISTINCT a.id) FROM a SEMI JOIN b USING (id)', threat), BigInt(new Set(matching).size));
  });
