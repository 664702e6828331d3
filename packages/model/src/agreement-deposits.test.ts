import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agreementProblems } from './agreement-check.ts';
import { depositIdentity, givers, rowsEach } from './agreement-deposits.ts';
import { diffAgreements } from './agreement-diff.ts';
import { sampleAgreement } from './agreement-fixture.test.ts';
import { agreementId } from './agreement-id.ts';
import { serialiseAgreementYaml } from './agreement-serialise.ts';
import { agreementWarnings } from './agreement-warnings.ts';
import { parseAgreementYaml } from './agreement-yaml.ts';
import { anonymousName, roundOf, rowsOfPiece } from './deposit.ts';

const key = (digit: string) => digit.repeat(64);
const contributors = { alice: { identity: key('a') }, bob: { identity: key('b') } };
const columns = { n: { type: 'INTEGER', uses: ['aggregate'], bounds: [0, 9] } };
const withTable = (table: Record<string, unknown>, change: Record<string, unknown> = {}) =>
  sampleAgreement({ contributors, tables: { t: { providers: [], columns, ...table } }, ...change });
const problems = (table: Record<string, unknown>, change: Record<string, unknown> = {}) =>
  agreementProblems(withTable(table, change)).map((p) => `${p.path.join('.')}: ${p.what}`);

test('rows may come from depositors alone, from providers alone, or from both', () => {
  assert.deepEqual(problems({ deposits: { by: ['alice', 'north'] } }), []);
  assert.deepEqual(problems({ providers: ['south'], deposits: { by: ['bob'] } }), []);
  assert.match(problems({})[0] ?? '', /^tables\.t\.providers: nobody provides rows/);
  assert.match(problems({ deposits: {} })[0] ?? '', /nobody may deposit/);
  assert.match(problems({ providers: ['north'], deposits: { by: ['alice', 'north'] } })[0] ?? '', /count as two organisations/);
  assert.match(problems({ kind: 'owner', deposits: { by: ['alice', 'bob'] } })[0] ?? '', /exactly one/);
  assert.deepEqual(problems({ kind: 'owner', deposits: { by: ['alice'] } }), []);
  assert.deepEqual(problems({ kind: 'owner', providers: ['north'], deposits: { by: ['north'] } }), []);
});

test('depositors, members and issuers are known, each once, each with a key of its own', () => {
  const anonymous = { issuer: 'alice', key: key('c'), members: ['alice', 'nobody', 'alice'] };
  assert.deepEqual(problems({ deposits: { by: ['carol', 'bob', 'bob'], anonymous } }), [
    'tables.t.deposits.by.0: "carol" is neither a contributor nor an organisation',
    'tables.t.deposits.by.2: "bob" stands twice',
    'tables.t.deposits.anonymous.members.1: "nobody" is neither a contributor nor an organisation',
    'tables.t.deposits.anonymous.members.2: "alice" stands twice',
    'tables.t.deposits.anonymous.issuer: "alice" is none of the organisations',
  ]);
  const clash = { North: { identity: key('a') }, bob: { identity: key('a') }, 'anonymous-x': { identity: key('d') } };
  const found = problems({ providers: ['north'] }, { contributors: clash });
  assert.equal(found.length, 3, found.join('\n'));
});

test('what is left out changes nothing: ids of agreements without deposits stay', () => {
  const plain = sampleAgreement();
  assert.equal('contributors' in plain, false);
  assert.equal('deposits' in (plain.tables['incidents'] ?? {}), false);
  const yaml = serialiseAgreementYaml(withTable({ deposits: { by: ['alice'], keep_days: 30 } }));
  assert.match(yaml, /# Who deposits rows without a station/);
  assert.equal(agreementId(parseAgreementYaml(yaml, 'a.yaml')), agreementId(withTable({ deposits: { by: ['alice'], keep_days: 30 } })));
});

test('signing warns of what deposits mean, and differences say so', () => {
  const anonymous = { issuer: 'north', key: key('c'), members: ['alice', 'bob'], round: 'month' };
  const before = withTable({ deposits: { by: ['alice'], keep_days: 30 } });
  const after = withTable({ deposits: { by: ['alice', 'bob'], keep_days: 90, anonymous } });
  const warnings = agreementWarnings(after).join('\n');
  assert.match(warnings, /keep encrypted shares of every row until 90 days/);
  assert.match(warnings, /hides neither the network address/);
  assert.match(warnings, /counts as another organisation in each round/);
  assert.match(warnings, /members who may also give rows under their own name \(alice, bob\).*two organisations/);
  const apart = withTable({ deposits: { anonymous } });
  assert.doesNotMatch(agreementWarnings(apart).join('\n'), /two organisations/);
  assert.doesNotMatch(agreementWarnings(before).join('\n'), /anonymous|without their name/);
  assert.doesNotMatch(warnings, /nothing is ever released/, 'depositors count');
  const texts = diffAgreements(before, after).map((c) => c.text);
  assert.ok(texts.includes('days that deposits are kept 30 → 90: weaker'), texts.join('\n'));
  assert.ok(texts.includes('who may deposit [alice] → [alice, bob]'));
});

test('who gives, how much, and under which name', () => {
  const a = withTable({ providers: ['north'], maximum_rows: 50, deposits: { by: ['north', 'alice'], maximum_rows_each: 500 } });
  const table = a.tables['t'] ?? assert.fail();
  assert.deepEqual(givers(table), ['north', 'alice']);
  assert.equal(rowsEach(table), 50);
  assert.deepEqual(
    [depositIdentity(a, 'alice'), depositIdentity(a, 'south'), depositIdentity(a, 'toString')],
    [key('a'), '02'.repeat(32), null],
  );
  assert.match(anonymousName(key('a')), /^anonymous-[0-9a-f]{32}$/);
  assert.equal(rowsOfPiece(table), 65_536);
  const wide = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`c${i}`, { type: 'INTEGER', nullable: true }]));
  assert.equal(rowsOfPiece(withTable({ columns: wide, deposits: { by: ['alice'] } }).tables['t'] ?? assert.fail()), 5229);
});

test('rounds follow the calendar, in UTC', () => {
  const at = Date.parse('2026-06-30T23:59:59.999Z');
  assert.deepEqual(
    (['once', 'month', 'quarter', 'year'] as const).map((r) => roundOf(r, at)),
    ['once', '2026-06', '2026-Q2', '2026'],
  );
  assert.deepEqual(
    (['month', 'quarter'] as const).map((r) => roundOf(r, at + 1)),
    ['2026-07', '2026-Q3'],
  );
});
