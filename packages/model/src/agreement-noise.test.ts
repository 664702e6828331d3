import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Agreement } from './agreement.ts';
import { agreementProblems } from './agreement-check.ts';
import { diffAgreements } from './agreement-diff.ts';
import { sampleAgreement } from './agreement-fixture.test.ts';
import { budgetUnits } from './agreement-noise.ts';
import { applyRules, parseRulesYaml } from './agreement-rules.ts';
import { agreementId } from './agreement-id.ts';
import { serialiseAgreementYaml } from './agreement-serialise.ts';
import { agreementWarnings } from './agreement-warnings.ts';
import { parseAgreementYaml } from './agreement-yaml.ts';

const columns = {
  person: { type: 'BIGINT' },
  maybe: { type: 'BIGINT', nullable: true },
  weight: { type: 'DOUBLE' },
  kind: { type: 'BOOLEAN', uses: ['group'] },
};
const noisy = (noise: Record<string, unknown>, unit: Record<string, unknown> | null = { protects: 'row' }): Agreement =>
  sampleAgreement({
    tables: { t: { providers: ['north', 'south'], columns, ...(unit === null ? {} : { privacy_unit: unit }) } },
    output: { noise },
  });
const found = (agreement: Agreement) => agreementProblems(agreement).map((p) => `${p.path.join('.')}: ${p.what}`);
const BUDGET = { epsilon: '1', delta: '0.000001' };

test('terms on noise that fit together have no problems', () => {
  const spending = { epsilon: '1', delta: '0.000001' };
  assert.deepEqual(found(noisy({ budget: { ...BUDGET, per_analyst: spending, per_purpose: { epsilon: '0.5' } }, default: spending })), []);
  assert.deepEqual(found(noisy({ budget: BUDGET, mechanism: 'discrete-gaussian' }, { protects: 'column', column: 'person' })), []);
});

test('a unit without its column, parts above the whole and Gaussian noise without a delta are problems', () => {
  const cases: readonly [Agreement, RegExp][] = [
    [noisy({ budget: BUDGET }, { protects: 'column', column: 'persn' }), /privacy_unit\.column: "persn" is no column/],
    [noisy({ budget: BUDGET }, { protects: 'column', column: 'maybe' }), /privacy_unit\.column: "maybe" may be missing/],
    [noisy({ budget: BUDGET }, { protects: 'column', column: 'weight' }), /privacy_unit\.column: "weight" is a DOUBLE/],
    [noisy({ budget: BUDGET, default: { epsilon: '1.0000001' } }), /default\.epsilon: 1\.0000001 is more than the whole budget of 1/],
    [noisy({ budget: { ...BUDGET, per_analyst: { epsilon: '10' } } }), /per_analyst\.epsilon: 10 is more than/],
    [noisy({ budget: { ...BUDGET, per_purpose: { epsilon: '1', delta: '0.00001' } } }), /per_purpose\.delta: 0\.00001 is more than/],
    [noisy({ budget: { epsilon: '1' }, mechanism: 'discrete-gaussian' }), /budget\.delta: Gaussian noise costs a delta/],
  ];
  for (const [agreement, pattern] of cases) assert.match(found(agreement).join('\n'), pattern);
});

test('what a careful reader should know of noise is said', () => {
  const warned = (agreement: Agreement) => agreementWarnings(agreement).join('\n');
  assert.match(warned(noisy({ budget: BUDGET }, null)), /t has no privacy_unit while answers need noise: no question/);
  assert.match(warned(noisy({ budget: BUDGET, required: false })), /Noise is not required/);
  assert.match(warned(noisy({ budget: { epsilon: '50', delta: '0.01' } })), /ε = 50 promises very little.*\n.*δ = 0\.01/);
  assert.match(warned(noisy({ budget: BUDGET })), /noise protects single rows/);
  const people = { protects: 'column', column: 'person' };
  assert.doesNotMatch(warned(noisy({ budget: BUDGET }, people)), /privacy|[Nn]oise|ε|protected less/);
  assert.match(warned(noisy({ budget: BUDGET }, { ...people, providers: 'disjoint' })), /same person occurs at one provider only/);
});

test('differences say which budgets grow', () => {
  const texts = (after: Record<string, unknown>) => diffAgreements(noisy({ budget: BUDGET }), noisy(after)).map((c) => c.text);
  assert.deepEqual(texts({ budget: { ...BUDGET, epsilon: '1.5' } }), ['privacy budget (epsilon) 1 → 1.5: weaker']);
  assert.deepEqual(texts({ budget: { ...BUDGET, epsilon: '0.5', per_analyst: { epsilon: '0.5' } } }).slice(0, 1), [
    'privacy budget (epsilon) 1 → 0.5: stronger',
  ]);
  const begun = diffAgreements({ ...noisy({ budget: BUDGET }), output: sampleAgreement().output }, noisy({ budget: BUDGET })).filter((c) =>
    c.path.startsWith('output.noise.budget'),
  );
  assert.deepEqual(
    begun.map((c) => c.effect),
    ['neutral', 'neutral'],
  );
  assert.deepEqual(texts({ budget: BUDGET, required: false }), ['noise required true → false: weaker']);
  const units = (before: Record<string, unknown>, after: Record<string, unknown>): string[] =>
    diffAgreements(noisy({ budget: BUDGET }, before), noisy({ budget: BUDGET }, after)).map((c) => c.text);
  const people = { protects: 'column', column: 'person' };
  assert.ok(units(people, { protects: 'row' }).includes('whom noise protects column → row: weaker'));
  assert.ok(units({ protects: 'row' }, people).includes('whom noise protects row → column: stronger'));
  assert.deepEqual(units(people, { ...people, providers: 'disjoint' }), ['units at several providers overlapping → disjoint: weaker']);
});

test('rules of a sandbox may set noise and units, and take them away', () => {
  const rules = (text: string) => applyRules(noisy({ budget: BUDGET }), parseRulesYaml(text, 'rules.yaml'));
  const changed = rules(
    'tables:\n  t:\n    privacy_unit: {protects: column, column: person, groups: 3}\noutput:\n  noise: {required: false, budget: {epsilon: 2}}\n',
  );
  assert.deepEqual(changed.tables['t']?.privacy_unit, {
    protects: 'column',
    column: 'person',
    groups: 3,
    rows_per_group: 1,
    providers: 'overlapping',
  });
  assert.equal(changed.output.noise?.budget.epsilon, '2');
  const none = rules('tables: {t: {privacy_unit: null}}\noutput: {noise: null}\n');
  assert.deepEqual([none.tables['t']?.privacy_unit, none.output.noise], [undefined, undefined]);
});

test('ε and δ are compared exactly', () => {
  assert.equal(budgetUnits('0.000000000000000000000000000001'), 1n);
  assert.equal(budgetUnits('999999999'), 999_999_999n * 10n ** 30n);
  assert.throws(() => budgetUnits('1e-6'), RangeError);
});

test('terms on noise are written for people so that they read back as the same agreement', () => {
  const unit = { protects: 'column', column: 'person', groups: 2, providers: 'disjoint' };
  const agreement = noisy({ budget: { ...BUDGET, per_analyst: { epsilon: '0.5' } }, default: { epsilon: '0.10' } }, unit);
  assert.equal(agreementId(parseAgreementYaml(serialiseAgreementYaml(agreement), 'a.yaml')), agreementId(agreement));
});
