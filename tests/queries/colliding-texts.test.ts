/**
 * Texts of which the first 62 bits of the hash are equal, in any order among each other, are told apart by the other 34:
 * in joins, set operations, conditions, distinct counts and groups, on shares.
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
const shown = { ...id, uses: [...id.uses, 'group', 'reveal'], nullable: true };
const seen = { kind: 'union', providers: ['hospital', 'insurer'], maximum_rows: 40, columns: { id: shown } };
const agreement = agreementSchema.parse({ ...base, tables: { a: owned('hospital'), b: owned('insurer'), seen } });

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

/** Both parts of each group's hash, its rows (or how many have it) and organisations, as text in order. */
async function groups(
  sql: string,
  threat: 'semi-honest' | 'malicious',
  value: 'count' | 'sum',
  source: ClearSource,
  underNull?: () => bigint,
): Promise<string[]> {
  const { plan } = await prepare({ sql, agreement, agreementId: 'a', receivers: [OUTSIDER] }, engine);
  const found: Vectors = await evaluateOnShares(agreement, plan, [source], threat, underNull);
  const layout = layoutOf(plan);
  const column = (wanted: (l: (typeof layout)[number]) => boolean) => found.columns[layout.findIndex(wanted)] ?? new BigUint64Array();
  const keys = plan.keys.map((k) => column((l) => l.kind === 'accumulator' && l.accumulator === k.accumulator));
  const values = [column((l) => (value === 'count' ? l.kind === 'count' : l.kind === 'accumulator' && l.accumulator === 0))];
  const cells = [...keys, ...values, column((l) => l.kind === 'present')];
  const lines = Array.from({ length: plan.cellCount }, (_, cell) => cells.map((c) => String(BigInt.asIntN(64, c[cell] ?? 0n))).join(' '));
  return lines.filter((line) => !line.endsWith(' 0')).sort();
}

for (const threat of ['semi-honest', 'malicious'] as const)
  test(`texts that collide in the first part of their hash are groups of their own, and so is NULL, ${threat}`, async () => {
    const row = (first: bigint | null, more: bigint | null) =>
      new Map([
        ['id', first],
        ['id#2', more],
      ]);
    const rows = [...A].map((t) => row(7n, BigInt('xyz'.indexOf(t))));
    // The hash whose parts are 0, which is what stands under NULL as well.
    rows.push(row(0n, 0n), row(null, null), row(null, null), row(0n, 5n));
    const source = { rows, givers: rows.map((_, i) => (i % 2 === 0 ? 'hospital' : 'insurer')) };
    const nothing = `-1 ${1n << 34n}`;
    const grouped = [`${nothing} 2 2`, '0 0 1 1', '0 5 1 1', '7 0 3 2', '7 1 3 2', '7 2 1 1'].sort();
    assert.deepEqual(await groups('SELECT id, count(*) AS n FROM seen GROUP BY id', threat, 'count', source), grouped);
    // A giver that shares other words under its NULLs, each time others, gets no group of its own by that.
    let under = 6n;
    const hostile = () => (under += 1n);
    assert.deepEqual(await groups('SELECT id, count(*) AS n FROM seen GROUP BY id', threat, 'count', source, hostile), grouped);
    assert.ok(under > 6n);
    assert.deepEqual(
      await groups('SELECT id, count(DISTINCT organisation) AS n FROM seen GROUP BY id HAVING count(*) > 1', threat, 'sum', source),
      [`${nothing} 2 2`, '7 0 2 2', '7 1 2 2'].sort(),
    );
  });
