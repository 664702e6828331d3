/**
 * Found in a security review: expressions that failed for certain rows only. A run that fails tells everybody that such a
 * row is there, whatever the output rules. Each of these gives NULL, a value, or is refused without looking at data.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusedError } from '@sluis/base';
import { createSqlEngine } from '@sluis/engine';
import { prepare, providerStatement } from './index.ts';
import { openDuckDb } from './fixtures/clear-run.ts';
import { sampleAgreement } from './fixtures/sample-agreement.ts';

const engine = createSqlEngine();
const agreement = sampleAgreement();
const HUGE = '100000000000000000000000000000000000000';
/** 2^66: beside it a number of a few thousands disappears in rounding. */
const BIG = 'CAST(73786976294838206464 AS DOUBLE)';
/** The row that somebody wants to know of. */
const VICTIM = 'severity = 4';

const CONDITIONS = [
  'note = 5',
  'note IN (5, 6)',
  `CASE WHEN ${VICTIM} THEN note = 5 ELSE true END`,
  `CASE WHEN ${VICTIM} THEN ${HUGE} ELSE 0.5 END > 1`,
  `coalesce(CASE WHEN ${VICTIM} THEN ${HUGE} END, 0.5) > 1`,
  `greatest(CASE WHEN ${VICTIM} THEN ${HUGE} END, 0.5) > 1`,
  `nullif(CASE WHEN ${VICTIM} THEN ${HUGE} ELSE 1 END, 0.5) > 1`,
  `nullif(CASE WHEN ${VICTIM} THEN note END, 5) IS NULL`,
  `CAST(severity - 3 AS HUGEINT) * ${HUGE} = 0.5`,
  `CAST(severity - 3 AS HUGEINT) * ${HUGE} IN (0.5, 1.5)`,
  `CAST(severity - 3 AS HUGEINT) * ${HUGE} BETWEEN 0.5 AND 1.5`,
];
const AGGREGATES = [
  ...CONDITIONS.map((c) => `count(*) FILTER (WHERE ${c})`),
  `sum(greatest((severity * 2500.5 + ${BIG}) - ${BIG} - 12502.5, 0) * 1000000)`,
  `max((severity * 2500.5 + ${BIG}) - ${BIG})`,
  `sum(CASE WHEN ${VICTIM} THEN severity / 5e-306 ELSE 1.5 END)`,
  `sum(CASE WHEN ${VICTIM} THEN severity * 1e-300 * 1e250 ELSE 1.5 END)`,
];

test('no expression fails for one row: values that fit no common type, and floating point that leaves its bounds', async () => {
  const db = await openDuckDb();
  await db.run(`CREATE TABLE incidents AS
    SELECT 3 AS severity, 'abc' AS note UNION ALL SELECT 4, 'xyz' UNION ALL SELECT 5, '5'`);
  const planned: string[] = [];
  for (const aggregate of AGGREGATES) {
    try {
      const { plan } = await prepare({ sql: `SELECT ${aggregate} AS a FROM incidents`, agreement, agreementId: 'a' }, engine);
      await assert.doesNotReject(db.runAndReadAll(providerStatement(plan)), aggregate);
      checkBounds(plan.accumulators, (await db.runAndReadAll(providerStatement(plan))).getRowObjects()[0] ?? {}, aggregate);
      planned.push(aggregate);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
    }
  }
  assert.ok(planned.length >= CONDITIONS.length, 'the conditions are answered, not refused');
});

function checkBounds(accumulators: readonly { minimum: string; maximum: string }[], row: Record<string, unknown>, what: string): void {
  accumulators.forEach((a, i) => {
    const value = row[`a${i}`];
    if (value === null || value === undefined) return;
    assert.ok(BigInt(String(value)) >= BigInt(a.minimum) && BigInt(String(value)) <= BigInt(a.maximum), `${what} stays within its bounds`);
  });
}

test('no group lies outside the declared domain because of how a number is written', async () => {
  const domain = { values: ['0.0', '0.1', '1e20', '0.00001', '123456.5', '1000000000000000'] };
  const strict = sampleAgreement({ columns: { part: { type: 'DOUBLE', uses: ['group', 'filter'], domain } } });
  const db = await openDuckDb();
  await db.run(`CREATE TABLE incidents AS SELECT hours, CAST(part AS DOUBLE) AS part, true AS paid
    FROM (VALUES (300.0, '-0.0'), (0.0, '0.0'), (700.0, '1e20'), (NULL, '1e-5'), (1.0, '123456.5'), (2.0, '1e15'), (9999.0, '0.1')) AS v(hours, part)`);
  const keys = ['round(-hours / 1000)', 'ceil(-hours / 20000)', 'trunc(-hours / 100000)', 'part', '-part', 'part * 3', 'round(part, 1)'];
  for (const key of [...keys, 'CASE WHEN paid THEN round(-hours / 100000) ELSE 0 END']) {
    const sql = `SELECT ${key} AS k, count(*) FROM incidents GROUP BY 1`;
    const { plan, domains } = await prepare({ sql, agreement: strict, agreementId: 'a' }, engine);
    const rows = (await db.runAndReadAll(providerStatement(plan))).getRowObjects();
    const found = rows.map((r) => r['k0'] as string | null);
    assert.equal(new Set(found).size, found.length, `${key}: each group once`);
    for (const value of found) assert.ok(domains[0]?.values.includes(value), `${key}: ${value} is in the domain`);
  }
});
