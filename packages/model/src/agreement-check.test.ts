import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidError } from '@sluis/base';
import { type Agreement, agreementSchema } from './agreement.ts';
import { agreementProblems, checkAgreement } from './agreement-check.ts';
import { card, sampleAgreement } from './agreement-fixture.test.ts';
import { agreementWarnings } from './agreement-warnings.ts';

function withColumn(column: Record<string, unknown>): Agreement {
  return sampleAgreement({ tables: { t: { providers: ['north', 'south'], columns: { x: column } } } });
}
const found = (agreement: Agreement) => agreementProblems(agreement).map((p) => `${p.path.join('.')}: ${p.what}`);

test('the sample has no problems', () => {
  assert.deepEqual(found(sampleAgreement()), []);
  checkAgreement(sampleAgreement());
});

const COLUMNS: readonly [string, Record<string, unknown>, RegExp | null][] = [
  ['group without domain', { type: 'VARCHAR', uses: ['group'] }, /needs a declared domain/],
  ['group of text whose hashes may be revealed', { type: 'VARCHAR', uses: ['group', 'reveal'] }, null],
  ['group of DOUBLE', { type: 'DOUBLE', uses: ['group', 'reveal'], bounds: [0, 1], scale: 2 }, /needs a declared domain/],
  ['group of BOOLEAN', { type: 'BOOLEAN', uses: ['group'] }, null],
  ['aggregate without bounds', { type: 'BIGINT', uses: ['aggregate'] }, /needs bounds/],
  ['counting text', { type: 'VARCHAR', uses: ['aggregate'] }, null],
  ['DOUBLE without scale', { type: 'DOUBLE', uses: ['aggregate'], bounds: [0, 1] }, /needs a scale/],
  ['bounds the wrong way round', { type: 'INTEGER', bounds: [2, 1] }, /lower bound is above/],
  ['bounds beyond the type', { type: 'INTEGER', bounds: [0, '2147483648'] }, /does not fit INTEGER/],
  ['bounds at the edge of the type', { type: 'INTEGER', bounds: ['-2147483648', '2147483647'] }, null],
  ['too many decimals', { type: 'DECIMAL(5,2)', bounds: [0, '1.234'] }, /at most 2 decimals/],
  ['trailing zeros are no decimals', { type: 'DECIMAL(5,2)', bounds: [0, '1.230'] }, null],
  ['bounds of text', { type: 'VARCHAR', bounds: [0, 1] }, /has no bounds/],
  ['a precision beyond 18', { type: 'DECIMAL(19,2)' }, /not supported/],
  ['the same number twice', { type: 'DECIMAL(5,2)', domain: { values: ['1', '1.00'] } }, /stands twice/],
  ['a date that is none', { type: 'DATE', domain: { values: ['2026-02-29'] } }, /not a value of DATE/],
  ['a backward range', { type: 'DATE', domain: { range: ['2026-02-02', '2026-02-01'] } }, /ends before/],
  ['a million and one values', { type: 'BIGINT', uses: ['group'], domain: { range: [0, 1_000_000] } }, /more than 1000000/],
  ['a million values', { type: 'BIGINT', uses: ['group'], domain: { range: [1, 1_000_000] } }, null],
  [
    'microseconds to group by',
    { type: 'TIMESTAMP', uses: ['group'], domain: { range: ['2026-01-01 00:00:00', '2026-01-02 00:00:00'] } },
    /more than 1000000/,
  ],
  ['a range of text', { type: 'VARCHAR', domain: { range: ['a', 'b'] } }, /has no range/],
];
for (const [title, column, expected] of COLUMNS) {
  test(`column: ${title}`, () => {
    const problems = found(withColumn(column));
    if (expected === null) assert.deepEqual(problems, []);
    else assert.match(problems.join('\n'), expected);
  });
}

const AGREEMENTS: readonly [string, Record<string, unknown>, RegExp][] = [
  [
    'two organisations of one name',
    { organisations: [card('north', 1), card('NORTH', 2), card('south', 3), card('west', 5), card('centre', 4)] },
    /another organisation is called/,
  ],
  [
    'a shared identity',
    { organisations: [card('north', 1), card('south', 2), { ...card('west', 3), identity: card('north', 1).identity }, card('centre', 4)] },
    /same identity key/,
  ],
  ['one party twice in the committee', { committee: ['north', 'north', 'south'] }, /committee\.1: "north" stands twice/],
  ['an unknown receiver', { receivers: ['east'] }, /receivers\.0: "east" is none/],
  ['an end before the beginning', { valid: { from: '2027-01-01T00:00:00Z', until: '2026-01-01T00:00:00Z' } }, /ends before it begins/],
  ['half a dominance rule', { output: { dominance: { n: 2 } } }, /come together/],
  ['an empty template', { templates: { a: { sql: ' ' } } }, /has no SQL/],
  ['a second version without a first', { version: 2 }, /must name the version it replaces/],
  [
    'an owner table of two',
    { tables: { t: { kind: 'owner', providers: ['north', 'south'], columns: { x: { type: 'DATE' } } } } },
    /exactly one provider/,
  ],
  [
    'columns that differ in case',
    { tables: { t: { providers: ['north'], columns: { x: { type: 'DATE' }, X: { type: 'DATE' } } } } },
    /does not tell case apart/,
  ],
  [
    'tables that differ in case',
    {
      tables: {
        t: { providers: ['north'], columns: { x: { type: 'DATE' } } },
        T: { providers: ['north'], columns: { x: { type: 'DATE' } } },
      },
    },
    /does not tell case apart/,
  ],
];
for (const [title, change, expected] of AGREEMENTS) {
  test(`agreement: ${title}`, () => {
    assert.match(found(sampleAgreement(change)).join('\n'), expected);
    assert.throws(() => checkAgreement(sampleAgreement(change)), InvalidError);
  });
}

test('warnings name reveal, committee receivers, two providers and impossible thresholds', () => {
  const agreement = agreementSchema.parse({
    ...withColumn({ type: 'VARCHAR', uses: ['reveal'] }),
    receivers: ['north'],
    output: { minimum_organisations: 3 },
  });
  const text = agreementWarnings(agreement).join('\n');
  for (const expected of [
    /may be revealed/,
    /is a compute party/,
    /two providers/,
    /nothing is ever released/,
    /Any two of north, south, west/,
  ])
    assert.match(text, expected);
  assert.doesNotMatch(agreementWarnings(sampleAgreement()).join('\n'), /may be revealed|two providers/);
});

test('a minimum that providers who receive can never meet is warned of; one that is met without their rows is not', () => {
  const providers = ['north', 'south', 'west'];
  const { tables } = withColumn({ type: 'VARCHAR' });
  const warnings = (minimum: number) =>
    agreementWarnings(
      sampleAgreement({
        tables: Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, { ...table, providers }])),
        receivers: ['south', 'west'],
        output: { minimum_organisations: minimum },
      }),
    ).join('\n');
  assert.match(warnings(3), /nothing is ever released to south, west: .*At most 2 can be met/);
  assert.doesNotMatch(warnings(2), /nothing is ever released/);
});
