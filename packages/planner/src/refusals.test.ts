/** What is not supported is refused by name, and what may not be used is refused with column, use and grantor. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusedError } from '@sluis/base';
import { createSqlEngine } from '@sluis/engine';
import { prepare } from './index.ts';
import { sampleAgreement } from './fixtures/sample-agreement.ts';

const engine = createSqlEngine();
const plan = (sql: string, agreement = sampleAgreement()) => prepare({ sql, agreement, agreementId: 'a'.repeat(64) }, engine);

async function refused(sql: string, code: string, text: RegExp, agreement = sampleAgreement()): Promise<void> {
  await assert.rejects(plan(sql, agreement), (error: unknown) => {
    assert.ok(error instanceof RefusedError, `${sql}: ${error}`);
    assert.equal(error.code, code, `${sql}: ${error.message}`);
    assert.match(`${error.message} ${error.remedy}`, text, sql);
    return true;
  });
}

const UNSUPPORTED: readonly (readonly [string, RegExp])[] = [
  ['SELECT sum(DISTINCT severity) FROM incidents', /sum\(DISTINCT.*COUNT\(DISTINCT x\)/],
  ['SELECT mode(cost) FROM incidents', /mode.*counts per range/],
  ['SELECT quantile_cont(cost, 1.5) FROM incidents', /one number from 0 to 1/],
  ['SELECT quantile_cont(cost, 0.12345) FROM incidents', /four decimals/],
  ['SELECT quantile_cont(cost, [0.25, 0.75]) FROM incidents', /list_value|one number/],
  ['SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY cost DESC) FROM incidents', /descending/],
  ['SELECT histogram(severity, 3) FROM incidents', /histogram with 2 arguments.*empty bins/],
  ['SELECT histogram(DISTINCT sector) FROM incidents', /histogram\(DISTINCT/],
  ['SELECT histogram(happened) FROM incidents', /more than 256.*empty bins/],
  ['SELECT map_keys(histogram(sector)) FROM incidents', /map_keys/],
  ['SELECT histogram(sector) IS NULL FROM incidents', /histogram other than as a column/],
  ['SELECT count(*) FROM incidents HAVING histogram(sector) IS NOT NULL', /histogram other than as a column/],
  ['SELECT histogram(sector) AS h FROM incidents ORDER BY h', /histogram other than as a column/],
  ['SELECT histogram(severity > 2), histogram(severity > 3) FROM incidents', /two different expressions over severity/],
  ['SELECT severity > 2, histogram(severity > 3) FROM incidents GROUP BY ROLLUP(1)', /two different expressions over severity/],
  ['SELECT corr(cost) FROM incidents', /Give two: corr\(y, x\)/],
  ['SELECT any_value(note) FROM incidents', /any_value.*single records/],
  ['SELECT string_agg(note) FROM incidents', /string_agg/],
  ['SELECT sector, count(*) OVER () FROM incidents GROUP BY sector', /window function/i],
  ['SELECT count(*) FROM incidents WHERE cost > (SELECT avg(cost) FROM incidents)', /subquery inside an expression/i],
  ['SELECT count(*) FROM incidents a JOIN incidents b ON a.id = b.id', /join/],
  ['SELECT count(*) FROM incidents UNION SELECT count(*) FROM incidents', /UNION/],
  ['SELECT count(*) FROM incidents TABLESAMPLE 10%', /TABLESAMPLE/],
  ['SELECT count(*) FROM bank.incidents', /rows of bank alone.*leave the owner out/],
  ['SELECT count(*) FROM (SELECT * FROM incidents LIMIT 10)', /LIMIT in a subquery/],
  ['SELECT sum(error(note)::INT) FROM incidents', /error/],
  ['SELECT count(*) FROM incidents WHERE random() < 0.5', /random/],
  ['SELECT count(*) FROM incidents WHERE happened < now()', /now/],
  ['SELECT count(*) FROM incidents WHERE happened < current_date', /current_date/],
  ["SELECT count(*) FROM incidents WHERE getenv('HOME') = note", /getenv/],
  ["SELECT count(*) FROM incidents WHERE note = (read_text('x'))", /read_text/],
  ["SELECT count(*) FROM read_csv('x')", /table function/],
  ['SELECT list_value(count(*)) FROM incidents', /list_value/],
  ['SELECT count(*) FROM incidents WHERE regexp_matches(note, sector)', /differs by row/],
  ['SELECT count(*) FROM incidents WHERE note LIKE sector', /differs by row|not supported/],
  ['SELECT sum(sum(cost)) FROM incidents', /inside another aggregate/],
  ['SELECT sum(cost) AS total, avg(total) FROM incidents', /aggregate inside avg/i],
  ['SELECT count(*) FROM incidents GROUP BY count(*)', /in GROUP BY/],
  ['SELECT sector, count(*) FROM incidents GROUP BY sector QUALIFY row_number() OVER () = 1', /QUALIFY/],
  ['SELECT max(cost, 3) FROM incidents', /arguments/],
  ["SELECT count(*) FROM incidents WHERE lpad(note, 100000, 'x') = ''", /1000 characters/],
  [
    "SELECT count(*) FROM incidents WHERE replace(replace(replace(replace(replace(note, 'a', 'aa'), 'a', 'aa'), 'a', 'aa'), 'a', 'aa'), 'a', 'aa') = ''",
    /replacements/,
  ],
  ['SELECT sum(cost * 2.5e0) FROM incidents', /CAST\(2\.5 AS DOUBLE\)/],
  ['SELECT sum(cost * 1e6) FROM incidents', /Write 1000000/],
  ["SELECT count(*) FROM incidents WHERE main.note = 'x'", /There is no main.note/],
];

test('everything outside the dialect is refused by name', async () => {
  for (const [sql, text] of UNSUPPORTED) {
    await refused(sql, /There is no/.test(text.source) ? 'plan/unknown-name' : 'plan/unsupported', text);
  }
});

test('the printed question is the same question: a receipt that holds it verifies', async () => {
  for (const expression of [
    'cost * 2.5',
    'cost * CAST(2.5 AS DOUBLE)',
    'cost * 1.5e-7',
    'CASE WHEN hours < 1e300 THEN cost END',
    'cost * 0.00001',
  ]) {
    const { plan: first, hash } = await plan(`SELECT sum(${expression}) FROM incidents`);
    assert.equal((await plan(first.sql)).hash, hash, expression);
  }
});

test('rows are never shown', async () => {
  await refused('SELECT sector FROM incidents', 'plan/rows-asked', /single rows/);
  await refused('SELECT sector, cost FROM incidents GROUP BY sector', 'plan/rows-asked', /"cost"/);
  await refused('SELECT sector, count(*) FROM incidents GROUP BY sector ORDER BY cost', 'plan/rows-asked', /ORDER BY/);
  await refused('SELECT 1 FROM incidents', 'plan/rows-asked', /one line per row/);
});

test('names that do not exist are told apart from what may not be used', async () => {
  await refused('SELECT count(*) FROM nothing', 'plan/unknown-name', /no shared table nothing.*incidents/);
  await refused('SELECT sum(costs) FROM incidents', 'plan/unknown-name', /costs/);
  await refused('SELECT sum(x.cost) FROM incidents', 'plan/unknown-name', /x\.cost/);
  await refused("SELECT count(*) FROM incidents WHERE happened > 'yesterday'", 'plan/type-mismatch', /DATE/);
  await refused('SELECT sum(note) FROM incidents', 'plan/type-mismatch', /sum of VARCHAR/);
});

/** Ways to single out record 7 through a column that may only be aggregated; each needs `filter`. */
const SINGLING_OUT = [
  'SELECT sum(cost) FROM incidents WHERE id = 7',
  'SELECT sum(CASE WHEN id = 7 THEN cost END) FROM incidents',
  'SELECT sum(cost) FILTER (WHERE id = 7) FROM incidents',
  'SELECT sum(cost * (id = 7)::INT) FROM incidents',
  'SELECT sum((id = 7)::INT) FROM incidents',
  'SELECT count_if(id = 7) FROM incidents',
  'SELECT sum(if(id = 7, cost, 0)) FROM incidents',
  'SELECT sum(cost / nullif(id - 7, 0)) FROM incidents',
  'SELECT count(nullif(id, 7)) FROM incidents',
  'SELECT sum(1 - least(abs(id - 7), 1)) FROM incidents',
  'SELECT sum(greatest(id, 7)) FROM incidents',
  'SELECT sum(1 // (id - 6)) FROM incidents',
  'SELECT sum(1 / (id - 7)) FROM incidents',
  'SELECT sum(0.0000001 ^ abs(id - 7)) FROM incidents',
  'SELECT sum(round(id / 14.0)) FROM incidents',
  'SELECT count(TRY_CAST(id AS TINYINT)) FROM incidents',
  'SELECT sum(id % 8) FROM incidents',
  'SELECT covar_pop(severity, CASE WHEN id = 7 THEN 1 ELSE 0 END) FROM incidents',
  'SELECT count(*) FROM (SELECT * FROM incidents WHERE id <> 7)',
  'WITH x AS (SELECT cost, id AS other FROM incidents) SELECT sum(cost) FROM x WHERE other = 7',
  'SELECT sum(coalesce(nullif(id, 7), 0)) FROM incidents',
  'SELECT sum(sign(id - 7)) FROM incidents',
  // Found in a security review: polynomials, packing, rounding, overflow, and what is missing.
  'SELECT sum(id * (id - 1) * (id - 2)) FROM incidents',
  'SELECT var_pop(1000000 * (id * id)) FROM incidents',
  'SELECT count(id / 5e-306) FROM incidents',
  'SELECT sum(id * 1.5e-15) FROM incidents',
  'SELECT sum(CAST(id + 1152921504606846976 AS DOUBLE)) FROM incidents',
  'SELECT sum(CASE WHEN true THEN id + 1152921504606846976 ELSE CAST(0 AS DOUBLE) END) FROM incidents',
  'SELECT sum((CAST(id AS DOUBLE) + CAST(1152921504606846976 AS DOUBLE)) - CAST(1152921504606846976 AS DOUBLE)) FROM incidents',
];

test('a column that may only be aggregated cannot decide which rows count; with filter each question is answered', async () => {
  const open = sampleAgreement({ columns: { id: { type: 'INTEGER', uses: ['aggregate', 'filter'], bounds: [0, 1_000_000] } } });
  for (const sql of SINGLING_OUT) {
    await refused(sql, 'plan/column-use-missing', /incidents\.id.*"filter" to id.*harbour, bank, hospital/);
    await plan(sql, open).catch((error: RefusedError) => assert.equal(error.code, 'plan/no-bounds', `${sql}: ${error.message}`));
  }
});

test('columns that are only aggregated decide nothing about each other', async () => {
  const only = (type: string, more: object = {}) => ({ type, uses: ['aggregate'], bounds: [0, 1000], ...more });
  const columns = { flag: only('INTEGER'), x: only('INTEGER', { nullable: true }), y: only('INTEGER', { nullable: true }) };
  const strict = sampleAgreement({ columns });
  await refused('SELECT sum(id * flag) FROM incidents', 'plan/column-use-missing', /"filter" to id, "filter" to flag/, strict);
  await refused('SELECT sum(x), sum(x + 0 * y) FROM incidents', 'plan/column-use-missing', /"filter" to x, "filter" to y/, strict);
  await refused('SELECT count(x + y) FROM incidents', 'plan/column-use-missing', /SUM\(a\) \+ SUM\(b\)/, strict);
  await plan('SELECT sum(x) + sum(y), sum(id + 3 * flag), count(x) FROM incidents', strict);
  await refused(
    'SELECT var_pop(id + 1000000 * flag) FROM incidents',
    'plan/column-use-missing',
    /"filter" to id, "filter" to flag/,
    strict,
  );
  for (const statistic of ['corr(x, y)', 'covar_pop(id, flag)', 'regr_slope(flag, id)', 'regr_sxy(cost, x + id)'])
    await refused(`SELECT ${statistic} FROM incidents`, 'plan/column-use-missing', /"filter" to (x|id)/, strict);
  await plan('SELECT corr(severity, id), regr_slope(id, severity), covar_samp(id, id) FROM incidents', strict);
  const shown = sampleAgreement({ columns: { flag: { type: 'INTEGER', uses: ['reveal'], bounds: [0, 1000] } } });
  await plan('SELECT max(flag) FROM incidents', shown);
  await refused('SELECT max(nullif(flag, 7)) FROM incidents', 'plan/column-use-missing', /"filter" to flag/, shown);
});

test('under a dominance rule nothing is added that would hide a dominating row', async () => {
  const strict = sampleAgreement({ output: { dominance: { n: 1, k: 70 } } });
  for (const argument of [
    'cost + 1000000',
    '1000000 - cost',
    '2 * (records - 5)',
    'records + 1000000000 * severity',
    'CASE WHEN paid THEN cost ELSE 1000000 END',
    'coalesce(cost, 1000000)',
    'greatest(cost, 1000000)',
    'abs(records + 7)',
    'CAST(records + 7 AS BIGINT) / 3',
  ]) {
    await refused(`SELECT sum(${argument}) FROM incidents`, 'plan/unsupported', /SUM\(a\) \+ SUM\(b\)/, strict);
    await refused(`SELECT corr(severity, ${argument}) FROM incidents`, 'plan/unsupported', /SUM\(a\) \+ SUM\(b\)/, strict);
    await plan(`SELECT sum(${argument}), corr(severity, ${argument}) FROM incidents`);
  }
  for (const argument of [
    '-cost',
    '2 * cost',
    'cost / 3',
    'coalesce(cost, 0)',
    'CASE WHEN paid THEN cost END',
    'least(cost, 100)',
    '1',
    'cost * severity',
    "happened - DATE '2024-01-01'",
  ])
    await plan(`SELECT sum(${argument}), avg(${argument}), count(*) FROM incidents`, strict);
});

test('linear sums need aggregate only; extremes need reveal; keys need group', async () => {
  await plan('SELECT sum(id), avg(2 * id + 1), var_samp(0.5 * id), sum(CAST(id AS DOUBLE)), sum(cost * id), count(id) FROM incidents');
  await refused('SELECT max(id) FROM incidents', 'plan/column-use-missing', /"reveal" to id/);
  await refused('SELECT id, count(*) FROM incidents GROUP BY id', 'plan/column-use-missing', /"group" to id/);
  const grouped = sampleAgreement({ columns: { severity: { type: 'INTEGER', uses: ['group'], domain: { range: [1, 5] } } } });
  await plan('SELECT severity, count(*) FROM incidents GROUP BY severity', grouped);
  await refused('SELECT severity > 3, count(*) FROM incidents GROUP BY ALL', 'plan/column-use-missing', /"filter" to severity/, grouped);
  await refused('SELECT sum(severity) FROM incidents', 'plan/column-use-missing', /"aggregate" to severity/, grouped);
});

test('two cuts of one column in one question are refused unless nested', async () => {
  const cuts = 'SELECT severity < 3, severity < 4, count(*) FROM incidents';
  await refused(`${cuts} GROUP BY GROUPING SETS ((1), (2))`, 'plan/unsupported', /over severity/);
  await plan(`${cuts} GROUP BY ROLLUP (1, 2)`);
  await plan('SELECT sector, severity, count(*) FROM incidents GROUP BY CUBE (sector, severity)');
});

test('receivers must be those agreed on', async () => {
  await assert.rejects(
    prepare({ sql: 'SELECT count(*) FROM incidents', agreement: sampleAgreement(), agreementId: 'a', receivers: ['harbour'] }, engine),
    { code: 'plan/receiver-not-agreed' },
  );
});

test('sums without bounds are refused; a clamp gives bounds', async () => {
  await refused('SELECT sum(score) FROM incidents', 'plan/no-bounds', /least\(greatest/);
  const { plan: clamped } = await plan('SELECT sum(least(greatest(score, -1), 100)) FROM incidents');
  assert.deepEqual(
    [clamped.accumulators[0]?.minimum, clamped.accumulators[0]?.maximum],
    [String(-(10n ** 12n) * 1_000_000n), String(100n * 10n ** 12n * 1_000_000n)],
  );
});

test('a histogram needs what grouping by its value needs, and its filter what a filter needs', async () => {
  const only = (uses: readonly string[]) =>
    sampleAgreement({ columns: { secret: { type: 'BOOLEAN', uses }, age: { type: 'INTEGER', uses, domain: { range: [1, 9] } } } });
  await refused(
    'SELECT histogram(secret) FROM incidents',
    'plan/column-use-missing',
    /secret may not be used to group\./,
    only(['filter']),
  );
  await refused('SELECT histogram(age % 2) FROM incidents', 'plan/column-use-missing', /age may not be used to group\./, only(['filter']));
  const filtered = 'SELECT histogram(sector) FILTER (WHERE secret) FROM incidents';
  await refused(filtered, 'plan/column-use-missing', /"filter" to secret/, only(['group']));
  await plan('SELECT histogram(secret), histogram(age) FROM incidents', only(['group']));
});
