import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agreementProblems } from './agreement-check.ts';
import { diffAgreements } from './agreement-diff.ts';
import { sampleAgreement } from './agreement-fixture.test.ts';
import { keysOfTable, likenessOfTable } from './agreement-matching.ts';
import { serialiseAgreementYaml } from './agreement-serialise.ts';
import { agreementWarnings } from './agreement-warnings.ts';
import { parseAgreementYaml } from './agreement-yaml.ts';

const join = { type: 'VARCHAR', uses: ['join'] };
const TABLES = {
  patients: { kind: 'owner', providers: ['north'], columns: { bsn: join, surname: join, born: join, note: { type: 'VARCHAR' } } },
  insured: {
    kind: 'owner',
    providers: ['south'],
    columns: { bsn: join, achternaam: join, born: join, weight: { type: 'DOUBLE', uses: ['join'] } },
  },
};
const NAMED = { column: { patients: 'surname', insured: 'achternaam' }, recipe: 'surname-nl@1' };
const PERSONS = {
  tables: ['patients', 'insured'],
  any_of: [
    { name: 'number', parts: [{ column: 'bsn', recipe: 'bsn@1' }] },
    { name: 'name', parts: [NAMED, { column: 'born', recipe: 'date@1', order: 'dmy', between: ['1900-01-01', '2026-12-31'] }] },
  ],
};
const matching = (terms: Record<string, unknown> = {}) =>
  sampleAgreement({ tables: TABLES, templates: {}, matching: { persons: { ...PERSONS, ...terms } } });
const found = (terms: Record<string, unknown>) =>
  agreementProblems(matching(terms))
    .map((p) => `${p.path.join('.')}: ${p.what} — ${p.remedy}`)
    .join('\n');
const keyed = (...parts: readonly unknown[]) => found({ any_of: [{ name: 'k', parts }] });

test('terms on matching have no problems where keys are columns that may join, and survive being written', () => {
  assert.equal(found({}), '');
  const agreement = matching();
  assert.deepEqual(parseAgreementYaml(serialiseAgreementYaml(agreement), 'test'), agreement);
});

test('keys of a table come with its own columns', () => {
  const { keys } =
    keysOfTable(matching({ any_of: [PERSONS.any_of[0], { ...PERSONS.any_of[1], repeated: 'once' }] }), 'persons', 'insured') ??
    assert.fail();
  assert.deepEqual(
    keys.map((k) => k.conditions),
    [
      { rejected: 'leave-out', repeated: 'refuse' },
      { rejected: 'leave-out', repeated: 'once' },
    ],
  );
  assert.deepEqual(
    keys.map((k) => k.columns),
    [['bsn'], ['achternaam', 'born']],
  );
  const own = keysOfTable(matching(), 'persons', 'patients') ?? assert.fail();
  assert.deepEqual(
    own.keys.map((k) => k.definition),
    keys.map((k) => k.definition),
  );
  assert.equal(keysOfTable(matching(), 'persons', 'others'), null);
  assert.equal(keysOfTable(matching(), 'toString', 'insured'), null);
  assert.equal(keysOfTable(sampleAgreement(), 'persons', 'insured'), null);
});

test('what could not be matched by is a problem', () => {
  assert.match(
    keyed({ column: 'note', recipe: 'text@1' }),
    /patients\.note may not be matched by[\s\S]*"note" is no column of table insured/,
  );
  assert.match(keyed({ column: { patients: 'bsn' }, recipe: 'bsn@1' }), /no column is named for table insured/);
  assert.match(keyed({ column: { patients: 'bsn', insured: 'bsn', other: 'x' }, recipe: 'bsn@1' }), /other is none of the tables/);
  assert.match(keyed({ column: { patients: 'bsn', insured: 'weight' }, recipe: 'decimal@1' }), /is a DOUBLE/);
  assert.match(keyed({ column: 'bsn', recipe: 'bsn@2' }), /there is no recipe bsn@2 — use one of exact@1/);
  assert.match(keyed({ column: 'bsn', recipe: 'bsn@1', country: 'NL' }), /bsn@1 has no option "country"/);
  assert.match(keyed({ column: 'bsn', recipe: 'phone@1' }), /phone@1 needs option "country"/);
  assert.match(keyed({ column: 'bsn', recipe: 'phone@1', country: 'ZZ' }), /does not know this country/);
  assert.match(keyed({ column: 'born', recipe: 'date@1', between: ['1900', '2000'] }), /no date/);
  assert.match(found({ tables: ['patients'] }), /fewer than two organisations/);
  assert.match(found({ tables: ['patients', 'persons'] }), /there is no table persons/);
  assert.match(found({ tables: ['patients', 'insured', 'insured'] }), /"insured" stands twice/);
  assert.match(found({ any_of: [...PERSONS.any_of, PERSONS.any_of[0]] }), /any_of\.2\.name: "number" stands twice/);
  for (const terms of [{ any_of: [] }, { any_of: [{ name: 'k', parts: [] }] }, { rejected: 'ignore' }, { keys: [] }]) {
    assert.throws(() => matching(terms));
  }
  assert.throws(() => keyed({ column: 'bsn', recipe: 'bsn' }));
});

const ALIKE = {
  fields: [
    { ...NAMED, recipe: 'name@1', hashes: 12 },
    { column: 'born', recipe: 'date@1', order: 'dmy', grams: 'places' },
  ],
  threshold_percent: 70,
  blocks: [
    {
      name: 'sound',
      parts: [
        { ...NAMED, recipe: 'cologne@1' },
        { column: 'born', recipe: 'year@1', order: 'dmy' },
      ],
    },
  ],
  maximum_pairs: 1000,
};

test("terms on likeness come with each table's columns, and survive being written", () => {
  assert.equal(found({ approximate: ALIKE }), '');
  const agreement = matching({ approximate: ALIKE });
  assert.deepEqual(parseAgreementYaml(serialiseAgreementYaml(agreement), 'test'), agreement);
  const likeness = likenessOfTable(agreement, 'persons', 'insured') ?? assert.fail();
  assert.deepEqual([likeness.fields, likeness.blocks], [['achternaam', 'born'], [['achternaam', 'born']]]);
  assert.deepEqual(likeness.terms.fields, [
    { recipe: 'name@1', grams: 'pairs', hashes: 12 },
    { recipe: 'date@1', order: 'dmy', grams: 'places', hashes: 10 },
  ]);
  assert.deepEqual(likeness.terms.threshold, { numerator: 70, denominator: 100 });
  assert.deepEqual(likenessOfTable(agreement, 'persons', 'patients')?.terms, likeness.terms);
  assert.equal(likenessOfTable(matching(), 'persons', 'insured'), null);
  assert.equal(likenessOfTable(agreement, 'persons', 'others'), null);
  assert.match(agreementWarnings(agreement).join('\n'), /by how alike they are/);
});

test('what makes no sense in terms on likeness is a problem', () => {
  const alike = (change: object) => found({ approximate: { ...ALIKE, ...change } });
  assert.match(alike({ fields: [{ column: 'note', recipe: 'name@1' }] }), /approximate\.fields\.0\.column/);
  assert.match(
    alike({ blocks: [{ name: 'b', parts: [{ column: 'born', recipe: 'year@7' }] }] }),
    /blocks\.0\.parts\.0\.recipe: there is no recipe/,
  );
  assert.match(alike({ blocks: [ALIKE.blocks[0], ALIKE.blocks[0]] }), /"sound" stands twice/);
  for (const change of [
    { bits: 100 },
    { threshold_percent: 0 },
    { blocks: [] },
    { maximum_pairs: 0 },
    { fields: [{ ...ALIKE.fields[0], hashes: 65 }] },
  ])
    assert.throws(() => matching({ approximate: { ...ALIKE, ...change } }));
  const changes = diffAgreements(matching({ approximate: ALIKE }), matching({ approximate: { ...ALIKE, threshold_percent: 60 } }));
  assert.deepEqual(
    changes.map((c) => c.text),
    ['how alike records must be, in percent 70 → 60: weaker'],
  );
});

test('changes are told in words, and what deserves a second look is said', () => {
  const changes = (terms: Record<string, unknown>) => diffAgreements(matching(), matching(terms)).map((c) => c.text);
  assert.deepEqual(changes({}), []);
  assert.deepEqual(changes({ repeated: 'once' }), ['rows without a valid key or with the key of another row refuse → once']);
  assert.match(changes({ any_of: [PERSONS.any_of[0]] }).join(), /keys that records are matched by \[number\(bsn bsn@1\), name\(/);
  assert.match(
    diffAgreements(sampleAgreement(), matching())
      .map((c) => c.text)
      .join('\n'),
    /may be matched nothing → \[patients, insured\]: weaker/,
  );
  assert.match(agreementWarnings(matching()).join('\n'), /citizen service numbers/);
  const rough = [{ name: 'sound', parts: [{ ...NAMED, recipe: 'cologne@1' }] }];
  assert.match(
    agreementWarnings(matching({ any_of: rough, repeated: 'once' })).join('\n'),
    /codes that many people share[\s\S]*count as one record/,
  );
});
