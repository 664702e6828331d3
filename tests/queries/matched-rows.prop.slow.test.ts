/**
 * Questions by a declared matching (ON matches('…')) over secret rows, against a reference that compares all pairs of
 * records in the clear: several keys in normal form, likeness, both; missing and repeated values; semi and anti joins;
 * candidates that have no room.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { encodeRecords, linkInTheClear } from '@sluis/linkage';
import { seededRandom, testSeed } from '@sluis/math/fixtures';
import { prepareKey } from '@sluis/matching';
import { type Agreement, agreementSchema, keysOfTable, likenessOfTable } from '@sluis/model';
import { filterKey } from '../../packages/engine/src/matching-columns.ts';
import { DryPipeline } from './dry-pipeline.ts';
import { sampleAgreement } from './sample-agreement.ts';

const seed = testSeed;
console.log(`matched rows: seed ${seed}`);
const random = seededRandom(seed);
const below = (n: number): number => Number(random.bytes(4).reduce((x, b) => x * 256 + b, 0)) % n;
const one = <T>(list: readonly T[]): T => list[below(list.length)] as T;

const uses = ['join', 'filter', 'aggregate', 'group'];
const text = { type: 'VARCHAR', uses, nullable: true };
const NAMES = ['Jansen', 'Janssen', 'de Vries', 'Pietersen', 'Pieterson', 'Bakker', 'Visser', 'Smit', 'Smith', 'Mulder'];
const PEOPLE = 30;

interface Person {
  readonly number: string | null;
  readonly name: string | null;
  readonly born: string | null;
}

const written = (name: string): string => one([name, name.toUpperCase(), ` ${name} `, name.replace('s', 'z')]);
const person = (): Person => ({
  number: one([null, ...Array.from({ length: 30 }, (_, i) => String(1000 + i)), 'none']),
  name: below(12) === 0 ? null : written(one(NAMES)),
  born: below(10) === 0 ? null : `19${one(['60', '61', '75'])}-0${1 + below(3)}-1${below(2)}`,
});

const maximumPairs = PEOPLE * PEOPLE;
function agreement(change: { readonly approximate?: object | undefined; readonly keys?: number } = {}): Agreement {
  const base = sampleAgreement({
    table: 'unused',
    definition: { kind: 'union', description: '', violations: 'refuse', maximum_rows: 10, columns: {} },
    parties: ['hospital', 'insurer'],
    output: { minimum_rows: 1, minimum_organisations: 1 },
    receivers: ['hospital', 'insurer', 'centre'],
  });
  const amount = { type: 'INTEGER', uses, bounds: [0, 1000] };
  const owned = (owner: string, columns: object) => ({ kind: 'owner', providers: [owner], maximum_rows: PEOPLE, columns });
  const approximate = {
    bits: 256,
    fields: [
      { column: { patients: 'name', insured: 'surname' }, recipe: 'name@1', hashes: 6 },
      { column: 'born', recipe: 'date@1', grams: 'places', hashes: 4 },
    ],
    threshold_percent: 80,
    blocks: [
      { name: 'sound', parts: [{ column: { patients: 'name', insured: 'surname' }, recipe: 'cologne@1' }] },
      { name: 'birth', parts: [{ column: 'born', recipe: 'date@1' }] },
    ],
    maximum_pairs: maximumPairs,
  };
  const any_of = [
    { name: 'number', parts: [{ column: 'number', recipe: 'digits@1' }] },
    {
      name: 'name-and-birth',
      parts: [
        { column: { patients: 'name', insured: 'surname' }, recipe: 'name@1' },
        { column: 'born', recipe: 'date@1' },
      ],
    },
  ].slice(0, change.keys ?? 2);
  return agreementSchema.parse({
    ...base,
    tables: {
      patients: owned('hospital', { number: text, name: text, born: text, cost: amount }),
      insured: owned('insurer', { number: text, surname: text, born: text, premium: amount }),
    },
    matching: {
      persons: {
        tables: ['patients', 'insured'],
        any_of,
        repeated: 'once',
        ...('approximate' in change
          ? change.approximate === undefined
            ? {}
            : { approximate: { ...approximate, ...change.approximate } }
          : { approximate }),
      },
    },
  });
}

let db: DuckDBConnection;
before(async () => {
  db = await (await DuckDBInstance.create(':memory:')).connect();
});
after(() => db.closeSync());

const quoted = (value: string | null): string => (value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`);

async function fill(patients: readonly Person[], insured: readonly Person[]): Promise<void> {
  const rows = (list: readonly Person[]) =>
    list.map((p, i) => `(${[p.number, p.name, p.born].map(quoted).join(', ')}, ${(i * 37) % 1000}, ${i})`).join(', ');
  const create = (table: string, owner: string, name: string, amount: string, list: readonly Person[]) =>
    db.run(
      `CREATE OR REPLACE TABLE ${table} AS SELECT number::VARCHAR AS number, ${name}::VARCHAR AS ${name}, born::VARCHAR AS born, ${amount}::INTEGER AS ${amount}, id, '${owner}' AS __party FROM (VALUES ${rows(list)}) AS t(number, ${name}, born, ${amount}, id)`,
    );
  await create('patients', 'hospital', 'name', 'cost', patients);
  await create('insured', 'insurer', 'surname', 'premium', insured);
}

/** Patients that some insured person matches, by comparing everything with everything. */
function partners(agreed: Agreement, patients: readonly Person[], insured: readonly Person[]): Set<number> {
  const column = (list: readonly Person[], name: string) =>
    list.map((p) => (name === 'number' ? p.number : name === 'born' ? p.born : p.name));
  const found = new Set<number>();
  const [a, b] = ['patients', 'insured'].map((table) => keysOfTable(agreed, 'persons', table)?.keys ?? []);
  for (const [k, key] of (a ?? []).entries()) {
    const other = b?.[k] ?? key;
    const keyed = (list: readonly Person[], { definition, columns }: typeof key) => {
      const { keys, keyOfRow } = prepareKey(
        definition,
        columns.map((c) => column(list, c)),
        { repeated: 'once' },
      );
      return Array.from(keyOfRow, (i) =>
        i < 0 ? null : Buffer.from(keys.bytes.subarray(keys.offsets[i], keys.offsets[i + 1])).toString('hex'),
      );
    };
    const theirs = new Set(keyed(insured, other).filter((x) => x !== null));
    for (const [row, made] of keyed(patients, key).entries()) if (made !== null && theirs.has(made)) found.add(row);
  }
  const likeness = ['patients', 'insured'].map((table) => likenessOfTable(agreed, 'persons', table));
  const [l, r] = likeness;
  if (l === null || l === undefined || r === null || r === undefined) return found;
  const encode = (list: readonly Person[], { terms, fields, blocks }: typeof l) =>
    encodeRecords(
      terms,
      { fields: fields.map((f) => column(list, f)), blocks: blocks.map((cs) => cs.map((c) => column(list, c))) },
      filterKey('persons', { collaboration: agreed.collaboration, plan: '00'.repeat(32) }),
    );
  for (const { left } of linkInTheClear(l.terms, encode(patients, l), encode(insured, r)).links) found.add(left);
  return found;
}

async function ask(agreed: Agreement, sql: string, threat: string, receivers = ['centre']) {
  const pipeline = DryPipeline.onRows(agreed, db);
  try {
    return (await pipeline.answer(await pipeline.plan(sql, receivers), threat)).rows;
  } finally {
    pipeline.close();
  }
}

const number = (rows: readonly (readonly unknown[])[]): (number | null)[] => (rows[0] ?? []).map((v) => (v === null ? null : Number(v)));

for (const [name, change] of [
  ['two keys', { approximate: undefined }],
  ['one key', { approximate: undefined, keys: 1 }],
  ['one key, or alike', { keys: 1 }],
  ['two keys, or alike', {}],
] as const) {
  for (const threat of ['semi-honest', 'malicious'])
    test(`${name}: rows with a partner are counted and added up, ${threat}`, async () => {
      for (let trial = 0; trial < (threat === 'malicious' ? 1 : 2); trial++) {
        const [patients, insured] = [PEOPLE, 1 + below(PEOPLE)].map((n) => Array.from({ length: n }, person));
        if (patients === undefined || insured === undefined) assert.fail();
        await fill(patients, insured);
        const agreed = agreement(change);
        const expected = [...partners(agreed, patients, insured)].filter((row) => (row * 37) % 1000 > 100);
        const from = `FROM patients p SEMI JOIN insured i ON matches('persons') WHERE p.cost > 100`;
        const total = expected.reduce((n, row) => n + ((row * 37) % 1000), 0);
        const semi = await ask(agreed, `SELECT count(*) AS n, sum(p.cost) AS x ${from}`, threat);
        if (expected.length > 0) assert.deepEqual(number(semi), [expected.length, total], `trial ${trial}`);
        else assert.equal(semi.length === 0 || number(semi)[0] === 0 || number(semi)[0] === null, true, `trial ${trial}`);
        if (trial > 0) continue;
        const all = patients.map((_, row) => row).filter((row) => (row * 37) % 1000 > 100);
        const anti = await ask(agreed, `SELECT count(*) AS n ${from.replace('SEMI', 'ANTI')}`, threat);
        const without = all.length - expected.length;
        assert.deepEqual(number(anti), without === 0 ? [] : [without], 'no row of either is suppressed');
      }
    });
}

test('conditions on the right side leave out partners, and EXISTS says the same', async () => {
  const [patients, insured] = [Array.from({ length: PEOPLE }, person), Array.from({ length: PEOPLE }, person)];
  await fill(patients, insured);
  const agreed = agreement({ approximate: undefined });
  const some = insured.map((p, i) => ((i * 37) % 1000 > 500 ? p : { number: null, name: null, born: null }));
  const expected = partners(agreed, patients, some).size;
  const sqls = [
    `SELECT count(*) AS n FROM patients p SEMI JOIN (SELECT * FROM insured WHERE premium > 500) i ON matches('persons')`,
    `SELECT count(*) AS n FROM patients WHERE EXISTS (SELECT 1 FROM (SELECT * FROM insured WHERE premium > 500) i WHERE matches('persons'))`,
  ];
  for (const sql of sqls) assert.deepEqual(number(await ask(agreed, sql, 'semi-honest')), [expected]);
});

test('more candidates than agreed, and nothing is shown', async () => {
  const alike = Array.from({ length: 10 }, (_, i) => ({ number: String(2000 + i), name: 'Jansen', born: '1960-01-10' }));
  await fill(alike, alike);
  const sql = `SELECT count(*) AS n FROM patients p SEMI JOIN insured i ON matches('persons')`;
  assert.deepEqual(number(await ask(agreement({ approximate: { maximum_pairs: 100 } }), sql, 'semi-honest')), [10]);
  assert.deepEqual(await ask(agreement({ approximate: { maximum_pairs: 99 } }), sql, 'semi-honest'), []);
});

test('a receiver that fills a rough key with rows of its own sees nothing by it', async () => {
  const names = ['Bakker', 'Visser', 'Smit', 'Pietersen', 'Kok'];
  const decoys = names.map((name, i) => ({ number: String(3000 + i), name, born: `1975-01-1${i}` }));
  const target = { number: '1', name: 'Mulder', born: '1961-02-10' };
  const copies = Array.from({ length: PEOPLE - 5 }, (_, i) => ({ number: String(4000 + i), name: 'Jansen', born: target.born }));
  const agreed = agreement({ approximate: { maximum_pairs: PEOPLE } });
  const sql = `SELECT count(*) AS n FROM patients p SEMI JOIN insured i ON matches('persons')`;
  for (const patients of [decoys, [...decoys, target]]) {
    await fill(patients, [...decoys, ...copies]);
    assert.deepEqual(number(await ask(agreed, sql, 'semi-honest', ['insurer'])), [5], 'with and without the target');
    // Control: where the receiver owns nothing there is no such bound, and missing room shows.
    const control = agreement({ approximate: { maximum_pairs: PEOPLE - 6 } });
    assert.deepEqual(number(await ask(control, sql, 'semi-honest')), patients === decoys ? [5] : []);
  }
});

test('who may not be told, and what can’t be asked, is refused with the reason', async () => {
  const agreed = agreement();
  const pipeline = DryPipeline.onRows(agreed, db);
  const from = "FROM patients p SEMI JOIN insured i ON matches('persons')";
  const refused = async (sql: string, says: RegExp, receivers = ['centre']) =>
    assert.rejects(pipeline.plan(sql, receivers), (e: Error & { code?: string }) => says.test(`${e.code} ${e.message}`), sql);
  await refused(`SELECT count(*) AS n ${from}`, /receiver-gave-rows .*hospital.* copies of one row/, ['hospital']);
  await pipeline.plan(`SELECT count(*) AS n ${from}`, ['insurer']);
  await refused(`SELECT count(*) AS n ${from.replace('SEMI', 'ANTI')}`, /receiver-gave-rows/, ['insurer']);
  const narrow = DryPipeline.onRows(agreement({ approximate: { maximum_pairs: PEOPLE - 1 } }), db);
  await assert.rejects(narrow.plan(`SELECT count(*) AS n ${from}`, ['insurer']), { code: 'plan/receiver-gave-rows' });
  await narrow.plan(`SELECT count(*) AS n ${from}`, ['centre']);
  narrow.close();
  await refused(`SELECT count(*) AS n ${from.replace('SEMI JOIN', 'JOIN')}`, /unsupported .*both sides/);
  await refused(`SELECT count(*) AS n ${from} AND p.cost > 3`, /unsupported .*beside other conditions/);
  await refused(`SELECT count(*) AS n ${from.replace('persons', 'people')}`, /unknown-name .*no matching people/);
  await refused(`SELECT count(*) AS n ${from} USING SAMPLE 20%`, /unsupported .*USING SAMPLE/);
  await refused(`SELECT count(*) AS n FROM patients WHERE matches('persons')`, /unsupported/);
  pipeline.close();
});
