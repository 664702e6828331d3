/** Questions on shared rows: when rows are shared, what their values may show, and what an explanation says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openingMasks } from '@sluis/model';
import { sampleAgreement } from './fixtures/sample-agreement.ts';
import { all, JOINED, owners, plan, refused } from './fixtures/shared-questions.ts';

test('what can not be computed on secrets is refused; lists, ranges and periods are looked up', async () => {
  const deposits = owners({ more: { contributors: {} }, claims: { deposits: { by: ['bank'] }, providers: [] } });
  for (const value of ['ln(paid)', 'sqrt(paid)', "date_diff('month', seen, TIMESTAMP '2024-01-01 00:00:00')"])
    await refused(`SELECT sum(${value}) ${JOINED}`, 'plan/unsupported', /over shared rows.*comparisons/, deposits);
  await refused(`SELECT count(*) ${JOINED} WHERE paid / 3 > 1`, 'plan/unsupported', /over shared rows/, deposits);
  for (const value of [
    'paid * 1.21',
    'round(paid)',
    'hour(seen)',
    'floor(paid / 10)',
    "CASE WHEN upper(ward) = 'A' THEN paid END",
    'paid / 3',
  ])
    await plan(`SELECT avg(${value}) ${JOINED}`, deposits);
});

test('rows are shared only where a question needs them together', async () => {
  const of = async (sql: string) => (await plan(sql)).plan.rows?.sources[0]?.stations;
  assert.equal(await of('SELECT count(*), avg(cost), median(severity) FROM incidents'), undefined);
  assert.deepEqual(await of('SELECT count(DISTINCT note) FROM incidents'), ['harbour', 'bank', 'hospital']);
  assert.deepEqual(await of('SELECT median(cost) FROM incidents'), ['harbour', 'bank', 'hospital']);
  assert.deepEqual(await of('SELECT records, count(*) FROM incidents GROUP BY records'), ['harbour', 'bank', 'hospital']);
});

test('quantiles near the ends show single records', async () => {
  const agreement = sampleAgreement({ columns: { id: { type: 'INTEGER', uses: ['aggregate'], bounds: [0, 1_000_000] } } });
  await refused('SELECT quantile_cont(id, 0.99) FROM incidents', 'plan/column-use-missing', /"reveal" to id/, agreement);
  await plan('SELECT quantile_cont(id, 0.75) FROM incidents', agreement);
  // Of ten rows, the fewest a group may have, the first tenth is the smallest.
  const ten = { ...agreement, output: { minimum_rows: 10, minimum_organisations: 2 } };
  for (const shown of ['quantile_disc(id, 0.95)', 'quantile_disc(id, 0.1)', 'quantile_cont(id, 0.1)', 'quantile_cont(id, 0.9)'])
    await refused(`SELECT ${shown} FROM incidents`, 'plan/column-use-missing', /"reveal" to id/, ten);
  for (const hidden of [
    'quantile_disc(id, 0.9)',
    'quantile_disc(id, 0.11)',
    'quantile_cont(id, 0.1112)',
    'quantile_cont(id, 0.8888)',
    'median(id)',
  ])
    await plan(`SELECT ${hidden} FROM incidents`, ten);
});

test('dominance is tested on shared rows; what would hide it from the test is refused', async () => {
  const output = { dominance: { n: 1, k: 80 } };
  const { plan: made, explanation } = await plan('SELECT sum(cost), count(DISTINCT note) FROM incidents', sampleAgreement({ output }));
  assert.deepEqual(
    [made.dominances.map((d) => d.top), made.aggregates.map((a) => a.dominance), made.rows?.dominances?.map((e) => e.op)],
    [[1], [0, null], ['absolute']],
  );
  assert.match(
    explanation.sentences.map((s) => s.text).join('\n'),
    /sorted by size in secret; .* 1 largest single value are compared, and never opened/,
  );
  const wide = sampleAgreement({ output, columns: { far: { type: 'BIGINT', uses: all } } });
  await refused('SELECT avg(far), count(DISTINCT note) FROM incidents', 'plan/no-bounds', /dominance rule.*too wide/, wide);
  const columns = { person_id: { type: 'INTEGER', uses: all, bounds: [0, 9] }, height: { type: 'INTEGER', uses: all, bounds: [0, 9] } };
  const strict = (receivers: readonly string[], patients: object = {}) =>
    owners({ more: { output }, receivers, patients: { columns, ...patients } });
  const sum = `SELECT sum(paid) ${JOINED}`;
  for (const receivers of [['centre'], ['hospital']]) await plan(sum, strict(receivers));
  const repeated = { unique: [], maximum_join_rows: 3_000_000 };
  await plan(sum, strict(['centre'], repeated));
  for (const [sql, agreement] of [
    [sum, strict(['hospital'], repeated)],
    [sum, strict(['bank'])],
    [`SELECT sum(height) ${JOINED}`, strict(['hospital'])],
    [`SELECT sum(CASE WHEN height > 3 THEN paid ELSE 0 END) ${JOINED}`, strict(['hospital'])],
    [
      'SELECT sum(paid) FROM patients p LEFT JOIN claims c ON p.person_id = c.person_id',
      strict(['hospital'], { maximum_join_rows: 3_000_000 }),
    ],
  ] as const)
    await refused(sql, 'plan/unsupported', /owns a joined table, under an agreement with a dominance rule.*--receivers/, agreement);
});

test('a total is compared with a limit only where the total itself might be shown', async () => {
  const strict = sampleAgreement({ receivers: ['centre'], output: { dominance: { n: 1, k: 80 } } });
  const { plan: made } = await plan('SELECT total_exceeds(cost, 1000) FROM incidents', strict);
  assert.equal(made.aggregates[0]?.dominance, 0);
  await refused('SELECT total_exceeds(cost + 1000, 5000) FROM incidents', 'plan/unsupported', /several terms.*dominance rule/, strict);
});

test('comparisons among organisations open their result and nothing else', async () => {
  const agreement = sampleAgreement({ receivers: ['bank'] });
  const calls = ['my_rank(cost)', 'my_quartile(cost)', 'auction_won(cost)', 'auction_price(cost, 2)', 'auction_winner(cost)'];
  for (const call of [...calls, 'total_exceeds(cost, 5)']) {
    const { plan: made } = await plan(`SELECT ${call} FROM incidents`, agreement);
    const { counts, accumulators } = openingMasks(
      made,
      made.outputs.map(() => new Uint8Array([1])),
    );
    assert.deepEqual([counts, accumulators], [[new Uint8Array([0])], [new Uint8Array([1])]], call);
  }
});

test('an explanation says who shares rows, what is seen of them, and what a join or secret groups open', async () => {
  const said = async (sql: string, agreement = owners()): Promise<string> =>
    (await plan(sql, agreement)).explanation.sentences.map((s) => `${s.about}: ${s.text}`).join('\n');
  const joined = await said(`SELECT ward, count(*), avg(paid) ${JOINED} WHERE paid > 5 GROUP BY ward`);
  assert.match(joined, /Rows are shared because a join needs all rows together/);
  assert.match(
    joined,
    /bank splits every row of claims \(person_id and paid\) into secret shares in the run\. Rows without \("paid" > 5\) are marked/,
  );
  assert.match(joined, /harbour holds components 1 and 2, bank holds components 2 and 3 and centre holds components 3 and 1/);
  assert.match(joined, /how many rows each organisation shared.*never a value/);
  assert.match(joined, /agreement says that patients has every key once/);
  assert.match(joined, /A joined row counts as one of bank and hospital/);
  assert.match(joined, /semi-honest/);
  assert.doesNotMatch(joined, /No row leaves/);
  const secret = await said('SELECT records, median(cost) FROM incidents GROUP BY records');
  assert.match(secret, /values of records are opened for groups that pass only.*not even how many/);
  assert.match(secret, /Room is made for 100000 groups/);
  assert.match(secret, /quantile_cont\("cost", 0\.5\) shows the value of one row, or a value between those of two/);
  assert.doesNotMatch(secret, /suppressed or empty/);
  assert.match(
    await said('SELECT count(*) FROM incidents', owners({ more: { threat_model: 'malicious' } })),
    /caught before anything is opened/,
  );
  assert.equal(
    (await plan('SELECT count(*) FROM incidents', owners({ more: { threat_model: 'malicious' } }))).plan.techniques.computation.id,
    'mpc-replicated-3-malicious',
  );
});
