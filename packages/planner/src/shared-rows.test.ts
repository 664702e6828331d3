/** Questions on shared rows: what is refused by name, which uses they need, and what their explanation says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusedError } from '@sluis/base';
import { createSqlEngine } from '@sluis/engine';
import { type Agreement, agreementSchema, openingMasks } from '@sluis/model';
import { prepare } from './index.ts';
import { sampleAgreement } from './fixtures/sample-agreement.ts';

const engine = createSqlEngine();
const all = ['group', 'filter', 'aggregate', 'reveal', 'join'];

interface Changes {
  readonly patients?: object;
  readonly claims?: object;
  readonly receivers?: readonly string[];
  readonly more?: object;
}

function owners({ patients, claims, receivers, more }: Changes = {}): Agreement {
  const base = sampleAgreement({ receivers: receivers ?? ['centre'] });
  return agreementSchema.parse({
    ...base,
    ...more,
    tables: {
      ...base.tables,
      patients: {
        kind: 'owner',
        providers: ['hospital'],
        maximum_rows: 1000,
        unique: [['person_id']],
        columns: {
          person_id: { type: 'INTEGER', uses: ['join'], bounds: [0, 1_000_000] },
          ward: { type: 'VARCHAR', uses: all, domain: { values: ['a', 'b'] } },
          name: { type: 'VARCHAR', uses: ['join'] },
        },
        ...patients,
      },
      claims: {
        kind: 'owner',
        providers: ['bank'],
        maximum_rows: 3000,
        columns: {
          person_id: { type: 'INTEGER', uses: ['join', 'filter'], nullable: true, bounds: [0, 1_000_000] },
          paid: { type: 'DECIMAL(9,2)', uses: all, bounds: ['0', '1000'] },
          account: { type: 'BIGINT', uses: ['join'] },
          name: { type: 'VARCHAR', uses: ['join'], domain: { values: ['x', 'y'] } },
          seen: { type: 'TIMESTAMP', uses: all },
        },
        ...claims,
      },
    },
  });
}

const plan = (sql: string, agreement = owners()) => prepare({ sql, agreement, agreementId: 'a'.repeat(64) }, engine);

async function refused(sql: string, code: string, text: RegExp, agreement = owners()): Promise<void> {
  await assert.rejects(plan(sql, agreement), (error: unknown) => {
    assert.ok(error instanceof RefusedError, `${sql}: ${error}`);
    assert.equal(error.code, code, `${sql}: ${error.message}`);
    assert.match(`${error.message} ${error.remedy}`, text, sql);
    return true;
  });
}

const JOINED = 'FROM hospital.patients p JOIN bank.claims c ON p.person_id = c.person_id';

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

const SEEN = 'SELECT count(*) AS n FROM (SELECT id FROM seen GROUP BY id HAVING count(DISTINCT organisation) >= 2)';

function members(receivers: readonly string[] = ['centre'], columns: object = {}): Agreement {
  const base = sampleAgreement({ receivers });
  const id = { type: 'BIGINT', uses: ['join'], bounds: [0, 4_294_967_295] };
  const hits = { type: 'INTEGER', uses: ['aggregate'], bounds: [0, 1000] };
  const maybe = { type: 'INTEGER', uses: all, nullable: true };
  const seen = { kind: 'union', providers: ['harbour', 'bank', 'hospital'], maximum_rows: 500 };
  return agreementSchema.parse({ ...base, tables: { ...base.tables, seen: { ...seen, columns: { id, hits, maybe, ...columns } } } });
}

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

test('who gives rows may receive only what counts items that two organisations have', async () => {
  for (const condition of ['>= 2', '> 1', '= 3', '>= 2 AND count(*) > 3'])
    assert.deepEqual((await plan(SEEN.replace('>= 2', condition), members(['bank']))).plan.rules.withoutReceivers, []);
  for (const condition of ['>= 1', '< 3', '<> 2', '> 0', '>= 2 OR count(*) > 5', 'BETWEEN 1 AND 2'])
    await refused(
      SEEN.replace('>= 2', condition),
      'plan/receiver-gave-rows',
      /bank.*HAVING count\(DISTINCT organisation\) >= 2/,
      members(['bank']),
    );
  await plan(SEEN.replace('>= 2', '>= 1'), members());
});

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

test('rows are shared only where a question needs them together', async () => {
  const of = async (sql: string) => (await plan(sql)).plan.rows?.sources[0]?.stations;
  assert.equal(await of('SELECT count(*), avg(cost), median(severity) FROM incidents'), undefined);
  assert.deepEqual(await of('SELECT count(DISTINCT note) FROM incidents'), ['harbour', 'bank', 'hospital']);
  assert.deepEqual(await of('SELECT median(cost) FROM incidents'), ['harbour', 'bank', 'hospital']);
  assert.deepEqual(await of('SELECT records, count(*) FROM incidents GROUP BY records'), ['harbour', 'bank', 'hospital']);
});

test('a receiver that gives rows which are shared is refused', async () => {
  const agreement = owners({ receivers: ['bank', 'centre'] });
  await refused('SELECT count(DISTINCT note) FROM incidents', 'plan/receiver-gave-rows', /bank.*--receivers/, agreement);
});

test('where a receiver owns a joined table, rows of the others that it could repeat are counted by themselves', async () => {
  const own = { person_id: { type: 'INTEGER', uses: all, bounds: [0, 1_000_000] } };
  const of = async (from: string, receivers: readonly string[], patients: object = {}, claims: object = {}) => {
    const sql = `SELECT count(*) FROM ${from} ON p.person_id = c.person_id`;
    const { plan: made } = await plan(sql, owners({ receivers, patients, claims: { columns: own, ...claims } }));
    assert.deepEqual([made.rules.withoutReceivers, made.rows?.organisations], [[], 'all-sources']);
    const counted = (made.rules.countedSources ?? []).map((s) => made.rows?.sources[s]?.table);
    return [...counted, ...(made.rows?.joins[0]?.leftUnique === true ? [`${made.rows.sources[0]?.table} unique`] : [])];
  };
  const inner = 'patients p JOIN claims c';
  const unique = { unique: [['person_id']] };
  const repeated = { unique: [], maximum_join_rows: 99 };
  assert.deepEqual(await of(inner, ['centre']), []);
  assert.deepEqual(await of(inner, ['hospital']), [], 'every claim is in one joined row');
  assert.deepEqual(await of(inner, ['bank']), ['patients'], 'one patient can be in many');
  assert.deepEqual(await of(inner, ['hospital', 'bank'], repeated), ['patients', 'claims']);
  assert.deepEqual(await of(inner, ['hospital'], repeated), ['claims']);
  assert.deepEqual(await of(inner, ['hospital'], repeated, unique), ['claims']);
  assert.deepEqual(await of(inner, ['hospital', 'bank'], {}, unique), ['patients unique'], 'tested on shares, and nothing is repeated');
  assert.deepEqual(await of('patients p LEFT JOIN claims c', ['hospital'], {}, unique), ['claims'], 'own rows without a claim count');
  assert.deepEqual(await of('claims c LEFT JOIN patients p', ['centre']), []);
  assert.deepEqual(await of('patients p SEMI JOIN claims c', ['hospital']), ['patients unique']);
  assert.deepEqual(await of('claims c SEMI JOIN patients p', ['hospital'], repeated), []);
  assert.deepEqual(await of('claims c ANTI JOIN patients p', ['centre'], repeated), []);
  const count = (from: string) => `SELECT count(*) FROM ${from} ON p.person_id = c.person_id`;
  const agreement = owners({ receivers: ['hospital'], patients: repeated });
  await refused(count('patients p SEMI JOIN claims c'), 'plan/receiver-gave-rows', /hospital.*patients.*unique.*--receivers/, agreement);
  const anti = owners({ receivers: ['hospital'] });
  await refused(count('patients p ANTI JOIN claims c'), 'plan/receiver-gave-rows', /made up.*missing in claims.*--receivers/, anti);
  await refused(
    count('claims c ANTI JOIN patients p'),
    'plan/receiver-gave-rows',
    /its choice.*single one is in claims.*--receivers/,
    anti,
  );
  const left = 'claims c LEFT JOIN patients p ON p.person_id = c.person_id';
  for (const sql of [
    `SELECT count(*) FROM ${left} WHERE ward IS NULL`,
    `SELECT count(*) FILTER (WHERE ward IS NULL) FROM ${left}`,
    `SELECT sum(CASE WHEN ward IS NULL THEN 1 ELSE 0 END) FROM ${left}`,
    `SELECT ward, count(*) FROM ${left} GROUP BY ward`,
    `SELECT count(ward) FROM ${left}`,
    // Two copies of an item make two rows of it, where it has a partner.
    `SELECT count(*) FROM ${left}`,
  ])
    for (const patients of [{}, repeated])
      await refused(
        sql,
        'plan/receiver-gave-rows',
        /left join.*not in patients.*claims.*--receivers/,
        owners({ receivers: ['hospital'], patients }),
      );
  const said = (await plan(`SELECT count(*) ${JOINED}`, owners({ receivers: ['bank'] }))).explanation.sentences
    .map((s) => s.text)
    .join('\n');
  assert.match(
    said,
    /bank receives the result and could repeat own rows\. So at least \d+ different rows of patients must be behind a cell/,
  );
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
  const repeated = { unique: [], maximum_join_rows: 99 };
  await plan(sum, strict(['centre'], repeated));
  for (const [sql, agreement] of [
    [sum, strict(['hospital'], repeated)],
    [sum, strict(['bank'])],
    [`SELECT sum(height) ${JOINED}`, strict(['hospital'])],
    [`SELECT sum(CASE WHEN height > 3 THEN paid ELSE 0 END) ${JOINED}`, strict(['hospital'])],
    ['SELECT sum(paid) FROM patients p LEFT JOIN claims c ON p.person_id = c.person_id', strict(['hospital'], { maximum_join_rows: 99 })],
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
  const { plan } = await prepare({ sql: `SELECT histogram(p.ward) AS h ${JOINED}`, agreement, agreementId: 'a' }, engine);
  assert.deepEqual(
    plan.outputs.map((o) => o.bin),
    ['a'],
  );
});
