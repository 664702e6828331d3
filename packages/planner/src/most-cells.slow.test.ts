/** A domain of a million values, beside the limit of cells. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusedError } from '@sluis/base';
import { createSqlEngine } from '@sluis/engine';
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
