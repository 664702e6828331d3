/** Domains of many values, beside the limits of cells and of what is sorted. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusedError } from '@sluis/base';
import { createSqlEngine } from '@sluis/engine';
import { agreementSchema } from '@sluis/model';
import { prepare } from './index.ts';
import { sampleAgreement } from './fixtures/sample-agreement.ts';

test('a question that would take too much memory at the stations is refused before anybody allocates it', async () => {
  const engine = createSqlEngine();
  const agreement = sampleAgreement({ columns: { part: { type: 'INTEGER', uses: ['group'], domain: { range: [1, 1_000_000] } } } });
  const plan = (counts: number) => {
    const columns = Array.from({ length: counts }, (_, i) => `count(*) FILTER (WHERE severity > ${i}.5)`).join(', ');
    return prepare({ sql: `SELECT part, ${columns} FROM incidents GROUP BY part`, agreement, agreementId: 'a'.repeat(64) }, engine);
  };
  await plan(5);
  await assert.rejects(plan(20), (thrown: unknown) => {
    assert.ok(thrown instanceof RefusedError, String(thrown));
    assert.equal(thrown.code, 'plan/too-many-cells');
    assert.match(String(thrown.remedy), /fewer aggregates/);
    return true;
  });
});

test('of shared rows, no more counts by value and group are asked of compute parties than they can sort', async () => {
  const engine = createSqlEngine();
  const days = { type: 'INTEGER', uses: ['group'], domain: { range: [1, 100] } };
  const grams = { type: 'INTEGER', uses: ['aggregate', 'filter'], bounds: [0, 29_999] };
  const output = { noise: { budget: { epsilon: '10', delta: '0.001' } } };
  const base = sampleAgreement({ unit: { protects: 'row' }, columns: { day: days, grams }, output });
  const { incidents } = base.tables;
  const planned = (deposits: boolean, groups: number, value = 'grams') => {
    const table = { ...incidents, ...(deposits ? { deposits: { by: ['harbour'] } } : {}) };
    const day = { ...days, domain: { range: [1, groups] } };
    const agreement = agreementSchema.parse({
      ...base,
      tables: { incidents: { ...table, columns: { ...table.columns, day } } },
    });
    const sql = `SELECT day, min(${value}), median(${value}) FROM incidents GROUP BY ROLLUP (day) WITH NOISE (epsilon = 1)`;
    return prepare({ sql, agreement, agreementId: 'a'.repeat(64) }, engine);
  };
  assert.notEqual((await planned(true, 66)).plan.rows, undefined);
  await assert.rejects(planned(true, 67), (thrown: unknown) => {
    assert.ok(thrown instanceof RefusedError, String(thrown));
    assert.equal(thrown.code, 'plan/too-many-cells');
    assert.match(thrown.message, /67 groups .* 30000 possible ones has 2010000 noisy counts/);
    return true;
  });
  await planned(true, 67, 'grams // 10');
  // Providers that keep their rows count each for itself, without a sort.
  assert.equal((await planned(false, 67)).plan.rows, undefined);
});
