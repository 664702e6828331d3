/** What receipts tell beside the answer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSqlEngine } from '@sluis/engine';
import type { Agreement, Plan } from '@sluis/model';
import { prepare } from '@sluis/planner';
import { openStations, SQL } from './fixtures/stations.ts';
import { noisyTerms } from './fixtures/noisy-visits.ts';
import { traffic } from './receipt.ts';

const METERS = [1n, 2n, 3n].map((n) => BigUint64Array.of(10n * n, 1000n * n, 0n));
const engine = createSqlEngine();

test('how much was sent tells how many rows were shared: a receipt is silent about it beside a noisy answer', async (t) => {
  const kind = { type: 'VARCHAR', uses: ['group', 'filter'], domain: { values: ['a', 'b'] } };
  const visits = { providers: ['alpha', 'beta'], maximum_rows: 1000, privacy_unit: { protects: 'row' }, columns: { kind } };
  const { agreement } = await openStations(t, noisyTerms({ epsilon: '9' }, { visits }));
  const told = async (sql: string) => traffic(await planOf(sql, agreement), METERS);
  const noise = ' WITH NOISE (epsilon = 1)';
  const distinct = 'SELECT count(DISTINCT kind) AS n FROM visits';
  assert.notEqual((await planOf(distinct + noise, agreement)).rows, undefined);
  assert.deepEqual(await told(distinct + noise), { rounds: [0, 0, 0], bytes: [0, 0, 0] });
  // Controls: an exact answer, and noise on partial aggregates, whose size follows from the plan.
  const all = { rounds: [10, 20, 30], bytes: [1000, 2000, 3000] };
  for (const sql of [distinct, SQL, SQL + noise]) assert.deepEqual(await told(sql), all, sql);
});

const planOf = async (sql: string, agreement: Agreement): Promise<Plan> =>
  (await prepare({ sql, agreement, agreementId: 'a'.repeat(64) }, engine)).plan;
