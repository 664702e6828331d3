import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '@sluis/base';
import { generateSigningKey, sign } from '@sluis/crypto';
import { agreementProblems } from './agreement-check.ts';
import { diffAgreements } from './agreement-diff.ts';
import { draftAgreement } from './agreement-draft.ts';
import { card, sampleAgreement } from './agreement-fixture.test.ts';
import { agreementId } from './agreement-id.ts';
import { agreementWarnings } from './agreement-warnings.ts';
import { applyRules, parseRulesYaml } from './agreement-rules.ts';
import { isInForce, signAgreement, verifyAgreementSignatures } from './agreement-signatures.ts';

const NAMES = ['north', 'south', 'west'];

async function signedByAll() {
  const keys = new Map(NAMES.map((n) => [n, generateSigningKey()]));
  const organisations = NAMES.map((n, i) => ({ ...card(n, i + 1), identity: toHex(keys.get(n)?.publicKey ?? new Uint8Array()) }));
  const agreement = sampleAgreement({ organisations, receivers: ['north'], askers: ['north'] });
  const signatures: Record<string, string> = {};
  for (const [organisation, key] of keys) {
    signatures[organisation] = await signAgreement(agreement, {
      organisation,
      sign: async (purpose, message) => sign(key.privateKey, purpose, message),
    });
  }
  return { agreement, signatures };
}
const DURING = Date.parse('2026-06-01T00:00:00Z');

test('an agreement is in force when all have signed, within its validity only', async () => {
  const signed = await signedByAll();
  assert.deepEqual(verifyAgreementSignatures(signed), NAMES);
  assert.deepEqual(isInForce(signed, DURING), { ok: true });
  assert.equal(isInForce(signed, Date.parse(signed.agreement.valid.from)).ok, true);
  assert.equal(isInForce(signed, Date.parse(signed.agreement.valid.from) - 1).ok, false);
  assert.equal(isInForce(signed, Date.parse(signed.agreement.valid.until)).ok, false);
  assert.equal(isInForce(signed, Number.NaN).ok, false);
});

test('missing, swapped and outdated signatures do not count', async () => {
  const { agreement, signatures } = await signedByAll();
  const { west: _west, ...two } = signatures;
  const missing = isInForce({ agreement, signatures: two }, DURING);
  assert.ok(!missing.ok && /not validly signed by west/.test(missing.reason));
  assert.deepEqual(verifyAgreementSignatures({ agreement, signatures: { ...signatures, west: signatures['north'] ?? '' } }), [
    'north',
    'south',
  ]);
  assert.deepEqual(verifyAgreementSignatures({ agreement: { ...agreement, title: 'changed' }, signatures }), []);
});

test('differences say what becomes weaker', () => {
  const before = sampleAgreement({ output: { minimum_rows: 10 } });
  assert.deepEqual(diffAgreements(before, before), []);
  const after = sampleAgreement({ output: { minimum_rows: 5 }, askers: ['centre', 'north'] });
  const texts = diffAgreements(before, after).map((c) => c.text);
  assert.deepEqual(texts, ['organisations that may ask [centre] → [centre, north]: weaker', 'minimum rows 10 → 5: weaker']);
  assert.equal(diffAgreements(after, before)[1]?.effect, 'stronger');
  assert.notEqual(agreementId(before), agreementId(after));
});

const COLUMNS = [
  { name: 'sector', type: 'VARCHAR', nullable: true, domain: { values: ['a', 'b'] } },
  { name: 'cost', type: 'DOUBLE', nullable: false, bounds: ['-3.14159265358', '123456.5'] as const, scale: 6 },
  { name: 'two words', type: 'VARCHAR', nullable: false },
  { name: 'day', type: 'DATE', nullable: false, domain: { range: ['2025-03-04', '2026-02-01'] as [string, string] } },
  { name: 'person', type: 'VARCHAR', nullable: false, unlisted: 60 },
];
const draft = (sandbox: boolean) =>
  draftAgreement({
    collaboration: 'try',
    cards: [card('north', 1), card('south', 2), card('west', 3)],
    tables: { data: { columns: COLUMNS } },
    from: DURING,
    uses: sandbox ? 'all' : 'none',
    sandbox,
  });

test('a draft is valid; only a sandbox shows the extremes found and grants uses', () => {
  const sandbox = draft(true);
  assert.deepEqual(agreementProblems(sandbox.agreement), []);
  const { sector, cost } = sandbox.agreement.tables['data']?.columns ?? {};
  assert.deepEqual(sector?.uses, ['group', 'join', 'filter', 'aggregate', 'reveal']);
  assert.deepEqual(cost?.bounds, ['-3.141593', '123456.5']);
  assert.equal(sandbox.agreement.approval.ad_hoc, 'none');
  assert.ok(sandbox.remarks.some((r) => r.includes('two words')));
  const real = draft(false);
  assert.deepEqual(agreementProblems(real.agreement), []);
  assert.deepEqual(real.agreement.tables['data']?.columns['cost']?.bounds, ['-4', '200000']);
  assert.deepEqual(real.agreement.tables['data']?.columns['sector']?.uses, []);
  assert.deepEqual(real.agreement.tables['data']?.columns['day']?.domain, { range: ['2025-01-01', '2026-12-31'] });
  assert.deepEqual(sandbox.agreement.tables['data']?.columns['day']?.domain, { range: ['2025-03-04', '2026-02-01'] });
  assert.ok(real.remarks.some((r) => r.includes('no list of values for person')));
  const warnings = agreementWarnings(real.agreement).join(' ');
  assert.match(warnings, /purpose is still to be written.*legal basis is still.*Table data: no column may be used/);
});

test('a rules file overrides what it names, and its mistakes have places', () => {
  const { agreement } = draft(true);
  const text =
    'tables:\n  data:\n    columns:\n      SECTOR: {uses: [filter], domain: null}\noutput:\n  minimum_rows: 12\n  dominance: {p: 10}\n';
  const changed = applyRules(agreement, parseRulesYaml(text, 'r.yaml'));
  assert.deepEqual(changed.tables['data']?.columns['sector'], { type: 'VARCHAR', description: '', uses: ['filter'], nullable: true });
  assert.deepEqual(changed.output, { minimum_rows: 12, minimum_organisations: 2, dominance: { p: 10 } });
  assert.deepEqual(changed.tables['data']?.columns['cost'], agreement.tables['data']?.columns['cost']);
  assert.throws(
    () => applyRules(agreement, parseRulesYaml(text.replace('SECTOR', 'nothing'), 'r.yaml')),
    /r\.yaml:4:7: .*no column "nothing"/,
  );
  assert.throws(
    () => applyRules(agreement, parseRulesYaml(text.replace('domain: null', 'uses2: 1'), 'r.yaml')),
    /r\.yaml:4:.*"uses2" is not known/,
  );
  assert.throws(
    () => applyRules(agreement, parseRulesYaml('tables: {data: {columns: {cost: {bounds: [2, 1]}}}}', 'r.yaml')),
    /lower bound is above/,
  );
});
