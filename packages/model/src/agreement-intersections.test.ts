/** Intersections of an agreement: what is refused before anybody signs, what readers are told, and round trips. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Agreement, agreementSchema } from './agreement.ts';
import { agreementProblems } from './agreement-check.ts';
import { diffAgreements } from './agreement-diff.ts';
import { agreementId } from './agreement-id.ts';
import { columnsOfKey, declaredSize, keyColumns } from './agreement-intersections.ts';
import { serialiseAgreementYaml } from './agreement-serialise.ts';
import { agreementWarnings } from './agreement-warnings.ts';
import { parseAgreementYaml } from './agreement-yaml.ts';

const card = (name: string, n: number) => ({
  name,
  station: `127.0.0.1:${7000 + n}`,
  identity: `${n}`.repeat(64),
  sealing: `${'A'.repeat(1621)}${n}AA`,
  certificate: `${n}`.repeat(64),
});
const key = { type: 'VARCHAR', uses: ['join', 'reveal'] };
const BETWEEN = [
  { organisation: 'bank', table: 'customers' },
  { organisation: 'insurer', table: 'policies', on: ['mail'] },
];

function agreement(terms: Record<string, unknown> = {}, more: Record<string, unknown> = {}): Agreement {
  return agreementSchema.parse({
    sluis: 1,
    collaboration: 'test',
    version: 1,
    purpose: 'Testing.',
    legal_basis: 'None.',
    valid: { from: '2026-01-01T00:00:00Z', until: '2027-01-01T00:00:00Z' },
    organisations: [card('bank', 1), card('insurer', 2)],
    committee: [],
    tables: {
      customers: {
        kind: 'owner',
        providers: ['bank'],
        columns: { email: key, spent: { type: 'INTEGER', uses: ['aggregate'], bounds: [0, 10] } },
      },
      policies: { kind: 'owner', providers: ['insurer'], columns: { mail: { ...key, uses: ['join'] } } },
    },
    intersections: { clients: { between: BETWEEN, on: ['email'], receivers: ['insurer'], ...terms } },
    receivers: ['bank', 'insurer'],
    askers: ['bank'],
    ...more,
  });
}

const three = { organisations: [card('bank', 1), card('insurer', 2), card('centre', 3)], committee: ['bank', 'insurer', 'centre'] };
const problems = (terms: Record<string, unknown>, more?: Record<string, unknown>) =>
  agreementProblems(agreement(terms, more)).map((p) => p.path.join('.'));

test('two organisations agree without a committee; the document comes back from YAML as it was', () => {
  const good = agreement();
  assert.deepEqual(agreementProblems(good), []);
  assert.equal(agreementId(parseAgreementYaml(serialiseAgreementYaml(good), 'x.yaml')), agreementId(good));
  assert.deepEqual(agreementProblems(agreement({ reveal: 'size' }, three)), []);
  assert.deepEqual(agreementProblems(agreement({ reveal: 'sum', value: { organisation: 'bank', column: 'spent' } }, three)), []);
});

const at = (rest: string) => [`intersections.clients.${rest}`];
const CASES: readonly (readonly [string, Record<string, unknown>, readonly string[], Record<string, unknown>?])[] = [
  [
    'an organisation that nobody knows',
    { between: [{ organisation: 'ghost', table: 'customers' }, BETWEEN[1]] },
    at('between.0.organisation'),
  ],
  ['the same side twice', { between: [BETWEEN[0], BETWEEN[0]] }, ['intersections.clients.between', 'intersections.clients.receivers.0']],
  ['a table that is not there', { between: [{ organisation: 'bank', table: 'nothing' }, BETWEEN[1]] }, at('between.0.table')],
  [
    'another’s table',
    { between: [{ organisation: 'bank', table: 'policies', on: ['mail'] }, BETWEEN[1]] },
    ['intersections.clients.between.0.table', 'intersections.clients.between.0.on'],
  ],
  ['a column that is not there', { on: ['nothing'] }, at('between.0.on')],
  ['another number of columns', { on: ['email', 'spent'] }, ['intersections.clients.between.0.on', 'intersections.clients.between.1.on']],
  ['items shown without the use reveal', { receivers: ['bank'] }, at('between.1.on')],
  [
    'a receiver that is no side',
    { receivers: ['centre'] },
    ['intersections.clients.between.1.on', 'intersections.clients.receivers.0', 'intersections.clients.receivers.0'],
    three,
  ],
  ['secrets without compute parties', { reveal: 'size' }, at('reveal')],
  ['a sum of nothing', { reveal: 'sum' }, at('value'), three],
  ['a sum of a column without the use', { reveal: 'sum', value: { organisation: 'bank', column: 'email' } }, at('value'), three],
  ['a value that is not summed', { value: { organisation: 'bank', column: 'spent' } }, at('value')],
  [
    'terms that a question does not have',
    { reveal: 'size', sample_percent: 50, limits: { runs: 1 } },
    ['intersections.clients.sample_percent', 'intersections.clients.limits'],
    three,
  ],
  ['a minimum that nobody keeps', { reveal: 'size', minimum: 6 }, at('minimum'), three],
  [
    'a threshold beyond the sides',
    { reveal: 'at-least', threshold: 3 },
    ['intersections.clients.threshold', 'intersections.clients.between'],
    three,
  ],
  ['a threshold without a use for it', { threshold: 2 }, at('threshold')],
  [
    'both a key and a matching',
    { matching: 'persons' },
    [
      'intersections.clients.on',
      'intersections.clients.matching',
      'intersections.clients.between.0.table',
      'intersections.clients.between.1.table',
    ],
  ],
];
for (const [what, terms, expected, more] of CASES)
  test(`refused: ${what}`, () => {
    assert.deepEqual(problems(terms, more).sort(), [...expected].sort());
  });

test('on secrets a matching counts rows of a side that receives nothing', () => {
  const parts = [{ column: { customers: 'email', policies: 'mail' }, recipe: 'email@1' }];
  const more = { ...three, matching: { persons: { tables: ['customers', 'policies'], any_of: [{ name: 'mail', parts }] } } };
  const found = (terms: Record<string, unknown>) => problems({ on: undefined, matching: 'persons', ...terms }, more);
  const value = { organisation: 'bank', column: 'spent' };
  assert.deepEqual(found({ reveal: 'size' }), []);
  assert.deepEqual(found({ reveal: 'sum', value }), []);
  assert.deepEqual(found({ reveal: 'sum', value, receivers: ['bank'] }), ['intersections.clients.receivers']);
  assert.deepEqual(found({ reveal: 'size', receivers: ['bank', 'insurer'] }), ['intersections.clients.receivers']);
  assert.ok(found({ reveal: 'at-least', threshold: 2 }).includes('intersections.clients.matching'));
});

test('an agreement without compute parties must have something that runs without them', () => {
  const bare = agreementSchema.parse({ ...agreement(), intersections: undefined, templates: { t: { sql: 'SELECT 1' } } });
  assert.deepEqual(
    agreementProblems(bare).map((p) => p.path.join('.')),
    ['committee', 'templates'],
  );
});

test('keys come from the side, the intersection or the matching', () => {
  const { intersections } = agreement();
  const terms = intersections?.['clients'];
  assert.ok(terms !== undefined);
  assert.deepEqual([keyColumns(terms, 'bank'), keyColumns(terms, 'insurer')], [['email'], ['mail']]);
  const parts = [{ column: { customers: 'email', policies: 'mail' }, recipe: 'email@1' }];
  const matching = { persons: { tables: ['customers', 'policies'], any_of: [{ name: 'mail', parts }] } };
  const matched = agreement({ on: undefined, matching: 'persons' }, { matching });
  assert.deepEqual(agreementProblems(matched), []);
  const by = matched.intersections?.['clients'];
  assert.ok(by !== undefined);
  assert.deepEqual([columnsOfKey(matched, by, 'bank'), columnsOfKey(matched, by, 'insurer')], [['email'], ['mail']]);
});

test('declared sizes are whole buckets, at least one', () => {
  assert.deepEqual(
    [0, 1, 100, 101].map((n) => declaredSize(n, { size_bucket: 100 })),
    [100, 100, 100, 200],
  );
});

test('readers are told who learns what, and which change weakens it', () => {
  const said = agreementWarnings(agreement({ minimum: 5 })).join('\n');
  for (const word of ['insurer learns which of the own items bank has too', "receiver's own station", 'singling out'])
    assert.ok(said.includes(word), word);
  const effects = (before: Record<string, unknown>, after: Record<string, unknown>) =>
    diffAgreements(agreement(before), agreement(after)).map((c) => c.effect);
  assert.deepEqual(effects({ minimum: 5 }, { minimum: 4 }), ['weaker']);
  assert.deepEqual(effects({}, { limits: { runs: 11 } }), ['weaker']);
  assert.deepEqual(effects({}, { limits: { minimum_changed_items: 5 } }), ['stronger']);
  assert.deepEqual(effects({}, { receivers: ['insurer', 'bank'] }), ['weaker']);
  assert.deepEqual(effects({}, { approval: 'agreed' }), ['weaker']);
});

test('items are shown where the agreement lets each of them pass, and readers are told', () => {
  const seen = (uses: readonly string[], nullable = false) => ({
    ...three,
    tables: {
      seen: { kind: 'union', providers: ['bank', 'insurer', 'centre'], columns: { ioc: { type: 'VARCHAR', uses, nullable } } },
    },
    receivers: ['bank', 'centre'],
  });
  const between = ['bank', 'insurer', 'centre'].map((organisation) => ({ organisation, table: 'seen' }));
  const terms = { between, on: ['ioc'], reveal: 'at-least', threshold: 2, show_items: true, receivers: ['bank', 'centre'] };
  const output = { minimum_rows: 1, minimum_organisations: 2 };
  const uses = ['join', 'group', 'reveal'];
  const of = (more: object, changed: object = {}) => problems({ ...terms, ...changed }, { output, ...more });
  assert.deepEqual(of(seen(uses)), []);
  assert.deepEqual(of(seen(uses, true)), []);
  const on = [0, 1, 2].map((i) => `intersections.clients.between.${i}.on`);
  for (const lacking of uses)
    assert.deepEqual(of(lacking === 'reveal' ? seen(['join']) : seen(uses.filter((u) => u !== lacking))), on, lacking);
  assert.deepEqual(of({ ...seen(uses), output: { ...output, minimum_rows: 2 } }), ['intersections.clients.show_items']);
  assert.deepEqual(of({ ...seen(uses), output: { ...output, minimum_organisations: 3 } }), ['intersections.clients.threshold']);
  assert.deepEqual(of(seen(uses), { reveal: 'union', threshold: undefined }), ['intersections.clients.show_items']);
  const [hidden, shown] = [
    agreement({ ...terms, show_items: undefined }, { output, ...seen(uses) }),
    agreement(terms, { output, ...seen(uses) }),
  ];
  assert.match(agreementWarnings(shown).join('\n'), /bank and centre get every item that at least 2 have: of text a hash.*guess/);
  assert.deepEqual(
    [diffAgreements(hidden, shown), diffAgreements(shown, hidden)].map((d) => d.map((c) => c.effect)),
    [['weaker'], ['stronger']],
  );
  assert.equal(agreementId(parseAgreementYaml(serialiseAgreementYaml(shown), 'x.yaml')), agreementId(shown));
});
