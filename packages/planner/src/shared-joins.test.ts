/** Joins on shared rows: what is refused by name, which uses they need, and what is joined how. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { all, JOINED, owners, plan, refused } from './fixtures/shared-questions.ts';

test('joins that are not supported are refused by name', async () => {
  const count = (from: string): string => `SELECT count(*) FROM ${from}`;
  for (const [from, text] of [
    ['patients p, claims c', /A cross join/],
    ['patients p NATURAL JOIN claims c', /A natural join/],
    ['patients p FULL JOIN claims c ON p.person_id = c.person_id', /A full join/i],
    ['patients p RIGHT JOIN claims c ON p.person_id = c.person_id', /A right join/i],
    ['patients p JOIN claims c ON p.person_id < c.person_id', /without equal keys/],
    ['patients p JOIN claims c ON true', /ON|equal keys/],
    ['patients p LEFT JOIN claims c ON p.person_id = c.person_id AND p.person_id < c.account', /in this join/],
    ['patients p JOIN patients q ON p.person_id = q.person_id', /with itself/],
    ['patients p JOIN incidents i ON p.person_id = i.id', /table of several organisations/],
    ['patients', /table of one owner/],
    [
      'patients p JOIN (SELECT person_id, count(*) FROM claims GROUP BY 1) c ON p.person_id = c.person_id',
      /subquery that aggregates|Asking over/,
    ],
    ['claims c LEFT JOIN (SELECT person_id, upper(ward) AS w FROM patients) p ON p.person_id = c.person_id', /computed column \(w\)/],
  ] as const)
    await refused(count(from), 'plan/unsupported', text);
  await refused(count('patients p JOIN claims c ON p.person_id = c.account'), 'plan/type-mismatch', /INTEGER.*BIGINT.*CAST/);
  await refused(count('patients p SEMI JOIN claims c ON p.name = c.name'), 'plan/type-mismatch', /Declare both columns alike/);
  await refused(
    count('bank.patients p JOIN claims c ON p.person_id = c.person_id'),
    'plan/unknown-name',
    /bank has no shared table patients.*hospital/,
  );
  await refused(`SELECT sum(person_id) ${JOINED}`, 'plan/unknown-name', /ambiguous.*p\.person_id or c\.person_id/);
});

test('a join needs the use join on both sides, and a bound on its rows', async () => {
  await plan(`SELECT count(*) ${JOINED}`);
  const paid = { person_id: { type: 'INTEGER', uses: ['filter'], bounds: [0, 10] }, paid: { type: 'INTEGER', uses: all, bounds: [0, 1] } };
  await refused(
    `SELECT count(*) ${JOINED}`,
    'plan/column-use-missing',
    /claims\.person_id may not be used to join/,
    owners({ claims: { columns: paid } }),
  );
  await refused(`SELECT count(*) ${JOINED} WHERE p.person_id > 3`, 'plan/column-use-missing', /patients\.person_id.*WHERE/);
  const repeated = owners({ patients: { unique: [] } });
  await refused(`SELECT count(*) ${JOINED}`, 'plan/no-bounds', /unique: \[\[person_id\]\].*maximum_join_rows/, repeated);
  const bounded = owners({ patients: { unique: [], maximum_join_rows: 77 } });
  assert.deepEqual((await plan(`SELECT count(*) ${JOINED}`, bounded)).plan.rows?.joins[0]?.maximumRows, 77);
});

test('the side that has every key once stands right, whatever was written', async () => {
  for (const from of ['patients p JOIN claims c', 'claims c JOIN patients p', 'claims c LEFT JOIN patients p']) {
    const { plan: made } = await plan(`SELECT count(*), sum(paid) FROM ${from} ON p.person_id = c.person_id`);
    assert.deepEqual(
      made.rows?.sources.map((s) => s.table),
      ['claims', 'patients'],
      from,
    );
    assert.equal(made.rows?.joins[0]?.rightUnique, true);
    assert.equal(made.rows?.maximumRows, 3000);
    assert.deepEqual([...made.providers].sort(), ['bank', 'hospital']);
  }
});

test('conditions of one source are evaluated by its station, except where a left join decides', async () => {
  const where = "WHERE paid > 10 AND lower(ward) = 'a' AND paid > length(ward)";
  const inner = (await plan(`SELECT count(*) ${JOINED} ${where}`)).plan.rows;
  assert.deepEqual(
    inner?.sources.map((s) => s.stationWhere),
    ['("paid" > 10)', `(lower("ward") = 'a')`],
  );
  assert.notEqual(inner?.where, null);
  const left = (await plan(`SELECT count(*) FROM claims c LEFT JOIN patients p USING (person_id) ${where}`)).plan.rows;
  assert.deepEqual(
    left?.sources.map((s) => s.stationWhere),
    ['("paid" > 10)', ''],
  );
});

test('text is joined by both parts of its hash, and an explanation says how surely', async () => {
  const name = { name: { type: 'VARCHAR', uses: ['join'] } };
  const agreement = owners({ claims: { columns: name }, patients: { columns: name, unique: undefined } });
  const { plan: made, explanation } = await plan('SELECT count(*) FROM claims c SEMI JOIN patients p ON c.name = p.name', agreement);
  assert.deepEqual(
    made.rows?.joins[0]?.on.map(({ left, right }) => [left, right].map((e) => (e.op === 'column' ? e.column : ''))),
    [
      ['name', 'name'],
      ['name#2', 'name#2'],
    ],
  );
  const said = explanation.sentences.map((s) => s.text).join('\n');
  // 3000 · 1000 < 2^22.
  assert.match(said, /96 bits of their hashes.*below 2\^-74\./);
  assert.match(said, /every row of patients \(name\)/);
});

test('groups that are one row of a joined table each are refused, however the key is written', async () => {
  const person = { type: 'INTEGER', uses: all, bounds: [0, 1000] };
  const columns = { person_id: person, ward: { type: 'VARCHAR', uses: all, domain: { values: ['a', 'b'] } } };
  const open = owners({
    patients: { columns },
    claims: { columns: { person_id: person, paid: { type: 'INTEGER', uses: all, bounds: [0, 9] } } },
  });
  for (const keys of ['p.person_id', 'c.person_id', 'ward, c.person_id'])
    await refused(`SELECT ${keys}, sum(paid) ${JOINED} GROUP BY ${keys}`, 'plan/unsupported', /patients\.person_id.*one row/, open);
  for (const key of ['p.person_id + 0', '-c.person_id', 'p.person_id % 1001', 'p.person_id // 100, c.person_id % 100', 'c.person_id // 2'])
    await refused(`SELECT ${key}, sum(paid) ${JOINED} GROUP BY ${key}`, 'plan/unsupported', /patients\.person_id.*one row/, open);
  await plan(`SELECT ward, p.person_id // 100, sum(paid) ${JOINED} GROUP BY ALL`, open);
});

test('a histogram of what tells joined rows apart is refused like grouping by it', async () => {
  const numbered = {
    columns: {
      person_id: { type: 'INTEGER', uses: all, bounds: [0, 100] },
      ward: { type: 'VARCHAR', uses: all, domain: { values: ['a'] } },
    },
  };
  const agreement = owners({ patients: numbered });
  for (const value of ['p.person_id', 'p.person_id + 1'])
    await refused(`SELECT histogram(${value}) AS h ${JOINED}`, 'plan/unsupported', /no two rows of patients share/, agreement);
  const { plan: made } = await plan(`SELECT histogram(p.ward) AS h ${JOINED}`, agreement);
  assert.deepEqual(
    made.outputs.map((o) => o.bin),
    ['a'],
  );
});
