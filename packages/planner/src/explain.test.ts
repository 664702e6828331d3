/** Explanations say who learns what; the hash binds everything that matters. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSqlEngine } from '@sluis/engine';
import { planHash, prepare, suppressedGroups } from './index.ts';
import { sampleAgreement } from './fixtures/sample-agreement.ts';

const engine = createSqlEngine();
const QUESTION =
  'SELECT sector, avg(cost) AS mean, sum(hours) FROM incidents WHERE severity > 1 GROUP BY ROLLUP (sector) HAVING count(*) > 10';
const plan = (sql: string, agreement = sampleAgreement()) =>
  prepare({ sql, agreement, agreementId: 'a'.repeat(64), costs: () => ({ rounds: 12, bytes: 4_200_000, seconds: 0.4 }) }, engine);

test('an explanation covers every topic that applies', async () => {
  const agreement = sampleAgreement({ output: { minimum_rows: 7, dominance: { n: 1, k: 80, p: 10 } }, receivers: ['harbour', 'centre'] });
  const { explanation, plan: made } = await plan(QUESTION, agreement);
  const about = (topic: string): string =>
    explanation.sentences
      .filter((s) => s.about === topic)
      .map((s) => s.text)
      .join(' ');
  assert.match(
    about('sends'),
    /3 data providers \(harbour, bank and hospital\).*4 declared groups.*"severity" > 1.*No row leaves.*hours are rounded to 3 decimals/,
  );
  assert.match(about('committee'), /harbour, bank and centre.*learn only which cells/);
  assert.match(
    about('receiver'),
    /harbour and centre receive mean and .*count\(\*\) is opened.*HAVING, LIMIT and OFFSET are applied by the receiver/s,
  );
  assert.match(about('intermediate'), /avg\("cost"\) is computed by the receiver from the sum and the number of values/);
  assert.match(
    about('suppression'),
    /at least 7 rows from at least 2 organisations.*80 percent.*within 10 percent.*without the rows of harbour.*Empty groups suppress no totals/,
  );
  assert.match(
    about('coalition'),
    /harbour with bank, or harbour with centre, or bank with centre.*harbour and bank are also data providers; centre brings no data/,
  );
  assert.match(about('cost'), /12 rounds.*4\.2 MB.*under a second/);
  assert.equal(about('sandbox'), '');
  assert.deepEqual(made.rules.withoutReceivers, ['harbour']);
  assert.deepEqual(
    made.dominances.map((d) => d.top),
    [2, 2],
  );
});

test('statistics of pairs say which sums are opened, and pass only where the rules hold for both values', async () => {
  const strict = sampleAgreement({ output: { dominance: { n: 1, k: 80 } } });
  const { explanation, plan: made } = await plan(
    'SELECT regr_slope(cost, severity) AS slope FROM incidents HAVING corr(records, severity) > 0',
    strict,
  );
  const inside = explanation.sentences.filter((s) => s.about === 'intermediate').map((s) => s.text);
  assert.match(
    inside.join(' '),
    /regr_slope\("cost", "severity"\) is computed by the receiver from the sum of x, the sum of y, the sum of the products of x and y, the sum of squares of x and the number of rows that have both/,
  );
  const sizes = made.outputs.map((o) =>
    o.aggregates.map((a) => made.dominances[made.aggregates[a]?.dominance ?? -1]?.rowSql ?? '').join(' and '),
  );
  assert.match(sizes[0] ?? '', /severity.* and .*cost/);
  assert.match(sizes[1] ?? '', /severity.* and .*records/);
  assert.deepEqual(
    (await plan('SELECT corr(cost, severity) FROM incidents')).plan.outputs.map((o) => o.aggregates),
    [[0]],
  );
});

test('equal questions have equal hashes, whatever their layout; other questions, agreements, rules and receivers have others', async () => {
  const base = (await plan(QUESTION)).hash;
  assert.equal((await plan(QUESTION.replaceAll(' ', '\n  '))).hash, base);
  assert.equal((await prepare({ sql: QUESTION, agreement: sampleAgreement(), agreementId: 'a'.repeat(64) }, createSqlEngine())).hash, base);
  const others = [
    await plan(QUESTION.replace('> 1', '> 2')),
    await plan(QUESTION, sampleAgreement({ output: { minimum_rows: 4 } })),
    await plan(
      QUESTION,
      sampleAgreement({ columns: { sector: { type: 'VARCHAR', uses: ['group'], domain: { values: ['Finance', 'Energy', 'Mining'] } } } }),
    ),
    await plan(QUESTION, sampleAgreement({ receivers: ['bank'] })),
    await prepare({ sql: QUESTION, agreement: sampleAgreement(), agreementId: 'b'.repeat(64) }, engine),
  ].map((p) => p.hash);
  assert.equal(new Set([base, ...others]).size, 6);
});

test('the hash is over the canonical plan', async () => {
  const prepared = await plan(QUESTION);
  assert.equal(planHash(structuredClone(prepared.plan)), prepared.hash);
});

test('suppressed groups list declared groups with the cells that did not pass', async () => {
  const { plan: made, domains } = await plan(
    'SELECT sector, severity >= 4 AS severe, count(*) AS n, sum(cost) AS total FROM incidents GROUP BY ROLLUP (1, 2)',
  );
  const passed = made.outputs.map((_, o) =>
    Uint8Array.from({ length: made.cellCount }, (_, cell) => (cell % 2 === 0 || (o === 0 && cell === 1) ? 1 : 0)),
  );
  const found = suppressedGroups(made, domains, { passed });
  assert.equal(made.cellCount, 1 + 3 + 6);
  assert.deepEqual(
    found.map((g) => [g.group, g.cells]),
    [
      [{ sector: 'Energy' }, ['total']],
      [{ sector: 'Health' }, ['n', 'total']],
      [{ sector: 'Energy', severe: true }, ['n', 'total']],
      [{ sector: 'Finance', severe: true }, ['n', 'total']],
      [{ sector: 'Health', severe: true }, ['n', 'total']],
    ],
  );
});
