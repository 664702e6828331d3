/** Set operations, subqueries, items and samples on shared rows: what is refused by name, and what they count. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { members, owners, plan, refused, SEEN } from './fixtures/shared-questions.ts';

const SET = 'SELECT p.person_id FROM hospital.patients p INTERSECT SELECT person_id FROM claims';

test('set operations and subqueries that are not supported are refused by name', async () => {
  const from = (rows: string): string => `SELECT count(*) FROM (${rows})`;
  for (const [sql, text] of [
    [SET, /INTERSECT as the whole question.*SELECT count/],
    [from(SET.replace('INTERSECT', 'INTERSECT ALL')), /INTERSECT ALL.*counts equal rows once/],
    [from(SET.replace('INTERSECT', 'UNION')), /UNION is not.*kind "union".*count\(DISTINCT x\)/],
    [from(`${SET} LIMIT 3`), /LIMIT or DISTINCT after INTERSECT/],
    [from('SELECT person_id FROM patients EXCEPT SELECT person_id FROM patients'), /EXCEPT of a table with itself/],
    [from('SELECT 1 FROM patients INTERSECT SELECT 1 FROM claims'), /constant column in INTERSECT/],
    [
      from('SELECT person_id, count(*) FROM patients GROUP BY 1 INTERSECT SELECT person_id, account FROM claims'),
      /subquery that aggregates/,
    ],
    [
      from('SELECT c.account FROM claims c JOIN patients p USING (person_id) EXCEPT SELECT person_id FROM patients'),
      /of joined rows|with itself/,
    ],
    [
      from('SELECT person_id FROM patients EXCEPT SELECT person_id FROM claims WHERE name NOT IN (SELECT name FROM patients)'),
      /on the right of EXCEPT/,
    ],
    [
      'SELECT count(*) FROM patients WHERE person_id NOT IN (SELECT person_id FROM claims)',
      /NOT IN where either side may be NULL.*ANTI JOIN/,
    ],
    ['SELECT count(*) FROM claims WHERE paid > ALL (SELECT person_id FROM patients)', /comparison with a subquery/],
    ['SELECT count(*) FROM claims WHERE account IN (SELECT person_id, ward FROM patients)', /1 values and 2 columns/],
    ['SELECT count(*) FROM claims WHERE paid = 3 OR person_id IN (SELECT person_id FROM patients)', /inside an expression.*stand in WHERE/],
    ['SELECT count(*) FROM claims WHERE EXISTS (SELECT 1 FROM patients)', /EXISTS without WHERE/],
    ['SELECT count(*) FROM claims c WHERE EXISTS (SELECT 1 FROM patients p WHERE p.ward = c.name LIMIT 1)', /inside EXISTS/],
    ['SELECT count(*) FROM claims WHERE person_id IN (SELECT min(person_id) FROM patients GROUP BY ward)', /subquery that aggregates/],
  ] as const)
    await refused(sql, 'plan/unsupported', text);
  await refused(from('SELECT person_id FROM patients INTERSECT SELECT account FROM claims'), 'plan/type-mismatch', /INTEGER.*BIGINT/);
  await refused(from('SELECT person_id FROM patients INTERSECT SELECT name, paid FROM claims'), 'plan/type-mismatch', /1 columns.*2/);
  await refused(from('SELECT name FROM patients INTERSECT SELECT name FROM claims'), 'plan/type-mismatch', /Declare both columns alike/);
});

test('a set operation counts equal rows once, so that its owner may receive it; keys need the use join', async () => {
  const count = `SELECT count(*) FROM (SELECT account FROM claims WHERE paid > 3 INTERSECT SELECT account FROM patients)`;
  const account = { type: 'BIGINT', uses: ['join'] };
  const columns = { person_id: { type: 'INTEGER', uses: ['join'], bounds: [0, 9] }, account };
  const agreement = (more: object, receivers = ['bank', 'hospital']) => owners({ patients: { columns, ...more }, receivers });
  const { plan: made, explanation } = await plan(count, agreement({}));
  assert.deepEqual(made.rows?.joins, [
    {
      kind: 'semi',
      on: [
        { left: { op: 'column', source: 0, column: 'account', bits: 64 }, right: { op: 'column', source: 1, column: 'account', bits: 64 } },
      ],
      rightUnique: false,
      distinct: true,
      maximumRows: 0,
    },
  ]);
  assert.deepEqual([made.rows?.sources[0]?.stationWhere, made.rows?.where, made.rules.countedSources], ['("paid" > 3)', null, undefined]);
  assert.match(explanation.sentences.map((s) => s.text).join('\n'), /Of rows with equal keys one counts/);
  await refused(count.replace('INTERSECT', 'EXCEPT'), 'plan/receiver-gave-rows', /anti join/, agreement({}));
  await refused(count.replace('INTERSECT', 'EXCEPT'), 'plan/receiver-gave-rows', /its choice/, agreement({}, ['hospital']));
  await plan(count.replace('INTERSECT', 'EXCEPT'), agreement({}, ['centre']));
  const without = agreement({ columns: { ...columns, account: { ...account, uses: ['aggregate'] } } });
  await refused(count, 'plan/column-use-missing', /patients\.account.*to join/, without);
  const deposited = { providers: [], deposits: { by: ['bank'] } };
  const { plan: onShares } = await plan(count, owners({ patients: { columns }, claims: deposited, receivers: ['centre'] }));
  assert.equal(onShares.rows?.joins[0]?.on[0]?.left.op, 'case', 'a row that its condition leaves out stands for no other');
});

test('questions about items say what they can be asked, and which uses they need', async () => {
  for (const [sql, text] of [
    [SEEN.replace('GROUP BY id', 'GROUP BY id + 1').replace('SELECT id', 'SELECT id + 1'), /group by one to eight columns/],
    [SEEN.replace('SELECT id', 'SELECT id, max(hits) AS m'), /"hits"\) of an item.*count\(DISTINCT organisation\)/],
    [SEEN.replace('SELECT id', 'SELECT id, sum(maybe) AS m'), /"maybe"\) of an item.*never NULL/],
    [SEEN.replace('SELECT id', 'SELECT id, hits'), /"hits" beside items.*Group by it/],
    ['SELECT count(DISTINCT organisation) FROM seen', /"organisation" here.*GROUP BY id HAVING/],
    ["SELECT count(*) FROM seen WHERE organisation = 'bank'", /"organisation" here/],
    [`SELECT max(n) FROM (SELECT n, count(*) AS k FROM (${SEEN}) GROUP BY n)`, /aggregate of an aggregate here|aggregates already/],
    [SEEN.replace('>= 2)', '>= 2 LIMIT 5)'), /LIMIT in a subquery over items/],
    [SEEN.replace('GROUP BY id', 'GROUP BY ROLLUP (id)'), /group by one to eight columns/],
  ] as const)
    await refused(sql, 'plan/unsupported', text, members());
  await refused(
    SEEN,
    'plan/column-use-missing',
    /seen\.id.*tell items apart/,
    members(['centre'], { id: { type: 'BIGINT', uses: ['aggregate'] } }),
  );
  const total = SEEN.replace('SELECT id', 'SELECT id, sum(hits) AS h').replace('count(*)', 'sum(h)');
  await plan(total, members());
  await refused(`${total} WHERE h > 3`, 'plan/column-use-missing', /#sum0.*filter/, members());
  const { plan: made, explanation } = await plan(SEEN, members());
  assert.deepEqual(made.rows?.merged, { where: null, keys: [{ op: 'column', source: 0, column: 'id', bits: 33 }], sums: [] });
  const said = explanation.sentences.map((s) => s.text).join('\n');
  assert.match(said, /counting who has the same id needs all rows together/);
  assert.match(said, /equal id are put together as one item in secret: nobody learns how many items/);
  assert.match(said, /Items are counted, not rows/);
  const text = members(['centre'], { id: { type: 'VARCHAR', uses: ['join'] } });
  // 1500² / 2 < 2^21.
  assert.match((await plan(SEEN, text)).explanation.sentences.map((s) => s.text).join('\n'), /96 bits.*below 2\^-75/);
});

test('a sample is a share of what matches or of items, and an explanation says so', async () => {
  const joined = `SELECT count(*) FROM patients p SEMI JOIN claims c ON p.person_id = c.person_id USING SAMPLE`;
  const { plan: made, explanation } = await plan(`${joined} 12.5%`);
  assert.deepEqual(made.rows?.sample, { keys: [made.rows?.joins[0]?.on[0]?.left], threshold: 8192 });
  assert.match(explanation.sentences.map((s) => s.text).join('\n'), /rows that match 12\.5 % count.*nobody alone can choose/);
  assert.match(made.sql, /SAMPLE/i);
  const items = await plan(`${SEEN} USING SAMPLE 30 PERCENT`, members());
  assert.equal(items.plan.rows?.sample?.threshold, 19_661);
  for (const [sql, text] of [
    [`${joined} 10 ROWS`, /number of rows.*percentage/],
    [`${joined} bernoulli(10%) REPEATABLE (3)`, /REPEATABLE.*new secret key/],
    [`${joined} 0%`, /percentage/],
    [
      'SELECT count(*) FROM (SELECT person_id FROM patients USING SAMPLE 10%) p SEMI JOIN claims c ON p.person_id = c.person_id',
      /in a subquery/,
    ],
    ['SELECT sector, count(*) FROM incidents GROUP BY sector USING SAMPLE 10%', /rows that are not matched/],
  ] as const)
    await refused(sql, 'plan/unsupported', text);
});
