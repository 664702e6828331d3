/** Noise for people on shared rows: how many of their rows count, which joins keep them apart, and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Agreement, agreementSchema } from '@sluis/model';
import { noisy, PERSON, plan, refused, ROW } from './fixtures/noisy-questions.ts';

const NOISE = 'WITH NOISE (epsilon = 1, delta = 1e-6)';
const all = ['group', 'filter', 'aggregate', 'join'];

/** Three providers, and deposits of one of them and of another. */
function deposits(unit: unknown = PERSON, by: readonly string[] = ['harbour', 'centre']): Agreement {
  const base = noisy(unit);
  const { incidents } = base.tables;
  return agreementSchema.parse({
    ...base,
    tables: { incidents: { ...incidents, maximum_rows: 200, deposits: { by } } },
  });
}

const person = { type: 'VARCHAR', uses: ['join'] };
const unit = { protects: 'column', column: 'person', groups: 3, rows_per_group: 2 };

/** People, their claims and their visits, at an owner each; `person` as it is given. */
function owners(changes: { person?: object; patients?: object; claims?: object; visits?: object } = {}): Agreement {
  const base = noisy(ROW);
  const of = (provider: string, more: object, change: object | undefined) => ({
    ...{ kind: 'owner', providers: [provider], maximum_rows: 100, privacy_unit: unit },
    columns: { person: changes.person ?? person, ...more },
    ...change,
  });
  const ward = { type: 'VARCHAR', uses: all, domain: { values: ['a', 'b'] } };
  const paid = { type: 'DECIMAL(9,2)', uses: all, bounds: ['-2', '3'] };
  const account = { type: 'INTEGER', uses: all, bounds: [1, 99] };
  return agreementSchema.parse({
    ...base,
    tables: {
      patients: of('hospital', { ward, account }, { unique: [['person']], ...changes.patients }),
      claims: of('bank', { paid, account }, changes.claims),
      visits: of('harbour', { ward }, changes.visits),
    },
  });
}

const JOINED = 'FROM bank.claims c JOIN hospital.patients p ON c.person = p.person';

test('of one person so many rows count in all, at providers and in deposits together', async () => {
  const { plan: made, explanation } = await plan(`SELECT sector, count(*) AS n FROM incidents GROUP BY sector ${NOISE}`, deposits());
  assert.deepEqual(made.rows?.bound, { key: { op: 'column', source: 0, column: 'id', bits: 21 }, rows: 6 });
  assert.deepEqual(made.noise?.unit, { kind: 'column', column: 'id' });
  assert.equal(made.noise?.occurrences, 1);
  assert.deepEqual(made.noise?.counts, [{ sensitivity: '6', parameter: '6' }]);
  assert.deepEqual(made.rows?.sources[0]?.stations, ['harbour', 'bank', 'hospital']);
  assert.deepEqual(made.rows?.sources[0]?.columns, ['id', 'sector']);
  const about = (topic: string): string => explanation.sentences.flatMap((s) => (s.about === topic ? [s.text] : [])).join(' ');
  assert.match(about('sends'), /because noise that protects all rows with the same id needs all rows together.*deposited into incidents/);
  assert.match(about('noise'), /At most 6 rows of one id count in all, over all providers, deposits and groups together/);
  assert.doesNotMatch(about('noise'), /multiplies the noise|nobody occurs at two|At each provider/);
  assert.match(about('committee'), /Where rows are sorted/);
});

test('without groups a person counts with the rows of one; of an exact answer nothing is bounded', async () => {
  const whole = await plan(`SELECT count(*), count(DISTINCT severity) FROM incidents ${NOISE}`, deposits());
  assert.equal(whole.plan.rows?.bound?.rows, 3);
  assert.deepEqual([whole.plan.noise?.counts[0]?.sensitivity, whole.plan.noise?.accumulators[0]?.sensitivity], ['3', '3']);
  const distinct = await plan(`SELECT count(DISTINCT id) FROM incidents ${NOISE}`, noisy(PERSON));
  assert.equal(distinct.plan.rows?.bound?.rows, 3);
  const exact = await plan('SELECT count(*) FROM incidents', deposits(PERSON, ['harbour']));
  assert.equal(exact.plan.rows?.bound, undefined);
  assert.deepEqual(exact.plan.rows?.sources[0]?.stations, []);
});

test('every grouping set is changed by all rows of a person', async () => {
  const { noise } = (await plan(`SELECT sector, count(*) FROM incidents GROUP BY ROLLUP (sector) ${NOISE}`, deposits())).plan;
  assert.deepEqual(noise?.counts, [{ sensitivity: '6', parameter: '12' }]);
});

test('secret groups: a person may be in as many as rows of it count', async () => {
  const sql = `SELECT cost, count(*) AS n FROM incidents GROUP BY cost ${NOISE}`;
  const { plan: made } = await plan(sql, deposits());
  assert.equal(made.rows?.bound?.rows, 6);
  const single = await plan(sql, deposits(ROW));
  const [many, one] = [made, single.plan].map((p) => Number(p.noise?.threshold?.atLeast));
  assert.ok(many !== undefined && one !== undefined && many > 5 * one, `${many} ${one}`);
});

test('joins on the person’s column: text by hash or by lists, numbers, several tables, conditions', async () => {
  const bounded = async (sql: string, agreement = owners()) => {
    const { plan: made } = await plan(`${sql} ${NOISE}`, agreement);
    assert.ok(made.rows?.joins.every((j) => j.leftUnique === undefined));
    return made.rows?.bound;
  };
  const first = { op: 'column', source: 0, column: 'person', bits: 63 };
  const room = { op: 'number', value: String(2n ** 34n), bits: 36 };
  const more = { op: 'column', source: 0, column: 'person#2', bits: 35 };
  const hashed = { key: { op: 'add', args: [{ op: 'multiply', args: [first, room], bits: 97 }, more], bits: 97 }, rows: 6 };
  assert.deepEqual(await bounded(`SELECT p.ward, sum(c.paid) ${JOINED} AND c.paid > 0 AND p.account < 50 GROUP BY p.ward`), {
    ...hashed,
    rows: 6 - 2,
  });
  assert.deepEqual(await bounded(`SELECT c.paid, count(*) ${JOINED} GROUP BY c.paid`), hashed);
  assert.deepEqual(await bounded('SELECT count(*) FROM bank.claims c SEMI JOIN harbour.visits v USING (person)'), { ...hashed, rows: 2 });
  const three = `SELECT sum(c.paid) ${JOINED} AND c.account = p.account SEMI JOIN harbour.visits v ON v.person = p.person`;
  assert.deepEqual(await bounded(three), { ...hashed, rows: 2 });
  const listed = owners({ person: { ...person, domain: { values: ['x', 'y', 'z'] } } });
  assert.equal((await bounded(`SELECT count(*) ${JOINED}`, listed))?.rows, 2);
  const numbered = owners({ person: { type: 'INTEGER', uses: ['join'], bounds: [0, 99] } });
  assert.equal((await bounded(`SELECT count(*) ${JOINED}`, numbered))?.rows, 2);
  // The sides change places; of two tables the least that either allows counts.
  const less = owners({ claims: { privacy_unit: { ...unit, rows_per_group: 1 } } });
  assert.equal((await bounded('SELECT count(*) FROM hospital.patients p JOIN bank.claims c ON c.person = p.person', less))?.rows, 1);
});

test('joins in which rows of several people could meet, or room could run out, are refused by name', async () => {
  const no = (sql: string, why: RegExp, agreement = owners()) => refused(`${sql} ${NOISE}`, 'plan/unsupported', why, agreement);
  const byAccount = owners({ patients: { unique: [['account']] } });
  await no(
    'SELECT count(*) FROM bank.claims c JOIN hospital.patients p ON c.account = p.account',
    /several may meet.*Join on person/,
    byAccount,
  );
  await no(
    'SELECT count(*) FROM bank.claims c SEMI JOIN harbour.visits v ON upper(c.person) = v.person',
    /several may meet/,
    owners({ person: { ...person, uses: all } }),
  );
  const wide = { maximum_join_rows: 500 };
  await no(
    'SELECT count(*) FROM bank.claims c JOIN harbour.visits v ON c.person = v.person',
    /key several times.*SEMI JOIN/,
    owners({ claims: wide, visits: wide }),
  );
  await no('SELECT count(*) FROM bank.claims c LEFT JOIN hospital.patients p ON c.person = p.person', /a left join/);
  await no('SELECT count(*) FROM bank.claims c ANTI JOIN hospital.patients p ON c.person = p.person', /an anti join/);
  const other = owners({ claims: { privacy_unit: { ...unit, column: 'account' } } });
  await no(`SELECT count(*) ${JOINED}`, /not the same column.*Agree on one/, other);
  await no(`SELECT count(*) ${JOINED}`, /not the same column/, owners({ claims: { privacy_unit: ROW } }));
  await no(
    `SELECT count(*) ${JOINED}`,
    /an organisation, over rows that are shared/,
    owners({ claims: { privacy_unit: { protects: 'organisation', rows_per_group: 5 } } }),
  );
  await no(
    'SELECT count(*) FROM incidents',
    /an organisation, over rows that are shared/,
    deposits({ protects: 'organisation', rows_per_group: 5 }),
  );
});
