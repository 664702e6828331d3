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

async function counted(sql: string, threat: 'semi-honest' | 'malicious'): Promise<bigint> {
  const { plan } = await prepare({ sql, agreement, agreementId: 'a', receivers: [OUTSIDER] }, engine);
  const found: Vectors = await evaluateOnShares(agreement, plan, [texts(A), texts(B)].slice(0, plan.rows?.sources.length), threat);
  const wanted = sql.includes('DISTINCT') ? 'accumulator' : 'count';
  return found.columns[layoutOf(plan).findIndex((l) => l.kind === wanted)]?.[0] ?? -1n;
}

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
