/** Domains come from the agreement alone, in DuckDB's order. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSqlEngine } from '@sluis/engine';
import { prepare } from './index.ts';
import { sampleAgreement } from './fixtures/sample-agreement.ts';

const engine = createSqlEngine();
async function domains(select: string, columns: Record<string, unknown> = {}): Promise<(readonly (string | null)[])[]> {
  const agreement = sampleAgreement({ columns });
  const { domains: found } = await prepare(
    { sql: `SELECT ${select}, count(*) FROM incidents GROUP BY ALL`, agreement, agreementId: 'a' },
    engine,
  );
  return found.map((d) => d.values);
}

test('columns: lists are sorted, ranges counted, NULL is last', async () => {
  assert.deepEqual(await domains('sector, region, severity, paid'), [
    ['Energy', 'Finance', 'Health'],
    ['north', 'south', null],
    ['1', '2', '3', '4', '5'],
    ['false', 'true'],
  ]);
});

test('expressions: evaluated over the product of their columns', async () => {
  assert.deepEqual(await domains('severity // 2, upper(region), severity >= 4'), [
    ['0', '1', '2'],
    ['NORTH', 'SOUTH', null],
    ['false', 'true'],
  ]);
  const [months] = await domains("date_trunc('month', happened)");
  assert.equal(months?.length, 24);
  assert.deepEqual(await domains('sector || severity % 2'), [['Energy0', 'Energy1', 'Finance0', 'Finance1', 'Health0', 'Health1']]);
});

test('expressions over columns without a list: what their form allows', async () => {
  assert.deepEqual(await domains("CASE WHEN score > 10 THEN 'high' WHEN score > 1 THEN 'some' ELSE 'low' END"), [['high', 'low', 'some']]);
  assert.deepEqual(await domains('CASE WHEN score > 10 THEN 1 WHEN score > 5 THEN 2.5 END'), [['1.0', '2.5', null]]);
  assert.deepEqual(await domains('note IS NULL'), [['false', 'true']]);
  assert.deepEqual(await domains('floor(cost / 250000) * 250000'), [['0.0', '250000.0', '500000.0', '750000.0', '1000000.0', null]]);
  assert.deepEqual(await domains("'Q' || quarter(seen)"), [['Q1', 'Q2', 'Q3', 'Q4', null]]);
  const seen = { type: 'TIMESTAMP', uses: ['group', 'filter'], domain: { range: ['2025-01-15T00:00:00', '2025-03-02T10:00:00'] } };
  const [months] = await domains("date_trunc('month', seen)", { seen });
  assert.deepEqual(
    months?.filter((v) => v !== null),
    ['2025-01-01 00:00:00', '2025-02-01 00:00:00', '2025-03-01 00:00:00'],
  );
});

test('no declared domain, no groups', async () => {
  await assert.rejects(domains('lower(note)'), { code: 'plan/no-domain' });
  await assert.rejects(domains('note, lower(note)'), { code: 'plan/no-domain' });
});

const planned = (sql: string) => prepare({ sql, agreement: sampleAgreement(), agreementId: 'a'.repeat(64) }, engine);

test('numbers without declared groups are grouped on shared rows, as secrets; expressions of text and nested sets are not', async () => {
  const { plan } = await planned('SELECT records, sector, count(*) FROM incidents GROUP BY records, sector');
  assert.deepEqual(
    plan.keys.map((k) => [k.secret, k.size, k.accumulator]),
    [
      [true, 0, 0],
      [true, 3, 1],
    ],
  );
  assert.equal(plan.cellCount, plan.rows?.secretSlots);
  assert.deepEqual(plan.rows?.sources[0]?.stations, ['harbour', 'bank', 'hospital']);
  await assert.rejects(planned('SELECT records, count(*) FROM incidents GROUP BY ROLLUP (records)'), { code: 'plan/no-domain' });
});

test('large domains are evaluated in pieces, and too many groups refused', async () => {
  const values = Array.from({ length: 20_000 }, (_, i) => `organisation-${i}`);
  const [found] = await domains('lower(big)', { big: { type: 'VARCHAR', uses: ['group', 'filter'], domain: { values } } });
  assert.equal(found?.length, 20_000);
  const many = { type: 'INTEGER', uses: ['group'], domain: { range: [1, 3000] } };
  await assert.rejects(domains('a, b', { a: many, b: many }), { code: 'plan/too-many-cells' });
});
