/** Receivers who give rows themselves: what they may receive of shared rows, and how their own are left out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Agreement, agreementSchema } from '@sluis/model';
import { all, JOINED, members, owners, plan, refused, SEEN } from './fixtures/shared-questions.ts';

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
  const repeated = { unique: [], maximum_join_rows: 3_000_000 };
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

test('an explanation names compute parties that own joined rows: they learn which groups pass', async () => {
  const said = async (committee: readonly string[]) =>
    (await plan(`SELECT count(*) ${JOINED}`, owners({ more: { committee } }))).explanation.sentences.map((s) => s.text).join('\n');
  const says = /(.*) compute part(y|ies) and owns? joined rows: compute parties learn which groups pass/;
  assert.equal(says.exec(await said(['harbour', 'bank', 'centre']))?.[1], 'bank is a');
  assert.equal(says.exec(await said(['hospital', 'bank', 'centre']))?.[1], 'hospital and bank are');
  const elsewhere = {
    patients: { providers: ['harbour'] },
    claims: { providers: ['centre'] },
    more: { committee: ['bank', 'hospital', 'centre'] },
  };
  const sql = 'SELECT count(*) FROM patients p JOIN claims c ON p.person_id = c.person_id';
  const others = (await plan(sql, owners(elsewhere))).explanation.sentences.map((s) => s.text).join('\n');
  assert.equal(says.exec(others)?.[1], 'centre is a');
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

test('a receiver that owns a joined table gets answers only where room can not run out, whatever its rows are', async () => {
  const own = { person_id: { type: 'INTEGER', uses: all, bounds: [0, 1_000_000] } };
  const repeated = (rows: number) => ({ unique: [], maximum_join_rows: rows });
  const agreed = (receiver: string, rows: number) => owners({ receivers: [receiver], patients: repeated(rows), claims: { columns: own } });
  const sql = 'SELECT count(*) FROM patients p JOIN claims c ON p.person_id = c.person_id';
  const says = /room would tell it whether a single row.*"unique".*--receivers/;
  // 1,000 patients and 3,000 claims at most.
  await refused(sql, 'plan/receiver-gave-rows', says, agreed('hospital', 2_999_999));
  await refused(sql, 'plan/receiver-gave-rows', says, agreed('bank', 2_999_999));
  await plan(sql, agreed('bank', 3_000_000));
  await plan(sql, agreed('centre', 99));
  const many = { maximum_rows: 200_000, columns: { ...own, account: { type: 'INTEGER', uses: all, bounds: [0, 1_000_000_000] } } };
  const groups = (receiver: string) => owners({ receivers: [receiver], patients: { columns: own }, claims: many });
  const grouped = `SELECT account, count(*) FROM claims c JOIN patients p ON p.person_id = c.person_id GROUP BY account`;
  await refused(grouped, 'plan/receiver-gave-rows', /fill the room for 100000 groups.*one more.*--receivers/, groups('hospital'));
  await plan(grouped, groups('centre'));
});

test('who owns a third table chooses which rows look for a partner by likeness, and how often: there has to be room as well', async () => {
  const name = { type: 'VARCHAR', uses: ['join'] };
  const id = { type: 'INTEGER', uses: ['join'], bounds: [0, 1_000_000] };
  const visits = (more: object) => ({ kind: 'owner', providers: ['harbour'], maximum_rows: 50, columns: { person_id: id }, ...more });
  const persons = (pairs: number) => ({
    tables: ['patients', 'claims'],
    any_of: [{ name: 'name', parts: [{ column: 'name', recipe: 'name@1' }] }],
    approximate: {
      fields: [{ column: 'name', recipe: 'name@1' }],
      blocks: [{ name: 'sound', parts: [{ column: 'name', recipe: 'cologne@1' }] }],
      maximum_pairs: pairs,
    },
  });
  const agreed = (receiver: string, pairs: number, more: object): Agreement => {
    const base = owners({ receivers: [receiver], patients: { unique: [] }, claims: { columns: { name } } });
    return agreementSchema.parse({ ...base, tables: { ...base.tables, visits: visits(more) }, matching: { persons: persons(pairs) } });
  };
  const sql = `SELECT count(*) FROM patients p JOIN visits v ON p.person_id = v.person_id SEMI JOIN claims c ON matches('persons')`;
  const perKey = async (agreement: Agreement) => (await plan(sql, agreement)).plan.rows?.joins[1]?.matching?.likeness?.perKey;
  const says = /harbour.*owns visits: with rows of its choice.*patients and claims have room.*"maximum_pairs" of \d+ or more/;
  // Each visit once: as many rows as there are patients. Several: as many as the join has room for.
  const [once, often] = [{ unique: [['person_id']] }, { maximum_join_rows: 50_000 }];
  await refused(sql, 'plan/receiver-gave-rows', says, agreed('harbour', 999, once));
  assert.equal(await perKey(agreed('harbour', 3999, once)), 3);
  await refused(sql, 'plan/receiver-gave-rows', says, agreed('harbour', 49_999, often));
  assert.equal(await perKey(agreed('harbour', 100_000, often)), 2);
  for (const more of [once, often]) assert.equal(await perKey(agreed('centre', 999, more)), undefined, 'who owns nothing');
});

test('copies of a row are weights: values of others need the use "filter" where a receiver can repeat them', async () => {
  const age = (uses: readonly string[]) => ({ type: 'INTEGER', uses, bounds: [0, 120] });
  const id = { type: 'INTEGER', uses: ['join'], bounds: [0, 1_000_000] };
  const agreed = (receiver: string, uses: readonly string[], claims: object = {}, patients: object = {}) =>
    owners({
      receivers: [receiver],
      patients: { columns: { person_id: id, age: age(uses) }, ...patients },
      claims: { columns: { person_id: id, paid: age(['aggregate']) }, ...claims },
    });
  const join = 'FROM patients p JOIN claims c ON p.person_id = c.person_id';
  const says = /bank.*copies of one of its rows.*patients\.age.*"unique".*"filter".*--receivers/;
  for (const value of ['sum(p.age)', 'avg(p.age)', 'median(p.age)', 'var_pop(p.age)', 'count(*), sum(c.paid + p.age)'])
    await refused(`SELECT ${value} ${join}`, 'plan/receiver-gave-rows', says, agreed('bank', ['aggregate']));
  const ordered = `SELECT count(*) AS n ${join} HAVING sum(p.age) > 3 ORDER BY n`;
  await refused(ordered, 'plan/receiver-gave-rows', says, agreed('bank', ['aggregate']));
  const sum = `SELECT sum(p.age) ${join}`;
  for (const fine of [
    agreed('bank', ['aggregate', 'filter']),
    agreed('bank', ['aggregate'], { unique: [['person_id']] }),
    agreed('centre', ['aggregate']),
    agreed('hospital', ['aggregate']),
  ])
    await plan(sum, fine);
  await plan(`SELECT count(*), count(p.age), count(DISTINCT p.age), sum(c.paid) ${join}`, agreed('bank', ['aggregate']));
  // Each claim has one patient; unless patients may stand twice.
  await plan(`SELECT sum(c.paid) ${join}`, agreed('hospital', ['aggregate']));
  const twice = { unique: [], maximum_join_rows: 3_000_000 };
  await refused(
    `SELECT sum(c.paid) ${join}`,
    'plan/receiver-gave-rows',
    /hospital.*claims\.paid/,
    agreed('hospital', ['aggregate'], {}, twice),
  );
  // By rows that stand once a receiver can choose which one row of another's many rows are joined with, or how many one with.
  const base = agreed('harbour', ['aggregate'], { unique: [], maximum_join_rows: 3000 });
  const key = { type: 'INTEGER', uses: ['join'], bounds: [0, 1_000_000] };
  const links = {
    kind: 'owner',
    providers: ['harbour'],
    maximum_rows: 1000,
    unique: [['person_id']],
    columns: { person_id: key, other: key },
  };
  const chosen = agreementSchema.parse({ ...base, tables: { ...base.tables, links } });
  const by = (column: string) => `FROM patients p JOIN links l ON p.person_id = l.person_id JOIN claims c ON ${column} = c.person_id`;
  const room = agreementSchema.parse({
    ...chosen,
    tables: { ...chosen.tables, claims: { ...chosen.tables['claims'], maximum_join_rows: 3_000_000 } },
  });
  for (const [value, of] of [
    ['sum(p.age)', /patients\.age/],
    ['sum(c.paid)', /claims\.paid/],
  ] as const)
    await refused(`SELECT ${value} ${by('l.other')}`, 'plan/receiver-gave-rows', of, room);
  await plan(`SELECT sum(p.age), sum(c.paid) ${by('p.person_id')}`, room);
});

test('who counts as two organisations by itself, depositing anonymously as well or in rounds, is no receiver of items that two have', async () => {
  const agreed = (receiver: string, providers: readonly string[], by: readonly string[], round: string): Agreement => {
    const base = members([receiver]);
    const deposits = { by, anonymous: { members: ['harbour', 'bank', 'hospital'], issuer: 'centre', key: '0'.repeat(64), round } };
    return agreementSchema.parse({ ...base, tables: { ...base.tables, seen: { ...base.tables['seen'], providers, deposits } } });
  };
  const says = /bank.*count as two organisations.*round: once/;
  await refused(SEEN, 'plan/receiver-gave-rows', says, agreed('bank', [], [], 'month'));
  await refused(SEEN, 'plan/receiver-gave-rows', says, agreed('bank', [], ['bank'], 'once'));
  await refused(SEEN, 'plan/receiver-gave-rows', says, agreed('bank', ['bank'], [], 'once'));
  await plan(SEEN, agreed('bank', [], ['hospital'], 'once'));
  await plan(SEEN, agreed('centre', ['bank'], ['bank'], 'month'));
});
