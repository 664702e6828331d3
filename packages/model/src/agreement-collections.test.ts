import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agreementProblems } from './agreement-check.ts';
import { diffAgreements } from './agreement-diff.ts';
import { sampleAgreement } from './agreement-fixture.test.ts';
import { serialiseAgreementYaml } from './agreement-serialise.ts';
import { parseAgreementYaml } from './agreement-yaml.ts';

const AGES = { reports: { kind: 'prio3-histogram', buckets: 10 }, aggregators: ['north', 'south'] };
const collecting = (terms: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  sampleAgreement({ collections: { ages: { ...AGES, ...terms } }, ...more });
const found = (...given: Parameters<typeof collecting>) =>
  agreementProblems(collecting(...given)).map((p) => `${p.path.join('.')}: ${p.what}`);

test('collections have no problems where two different organisations aggregate, and survive being written', () => {
  assert.deepEqual(found({}), []);
  const agreement = collecting({ until: '2026-06-01T00:00:00Z' });
  assert.deepEqual(parseAgreementYaml(serialiseAgreementYaml(agreement), 'test'), agreement);
});

test('what could protect nobody, or give nothing, is a problem', () => {
  assert.match(found({ aggregators: ['north', 'north'] })[0] ?? '', /one organisation alone would see every report/);
  assert.match(found({ aggregators: ['north', 'nobody'] })[0] ?? '', /"nobody" is none of the organisations/);
  assert.match(found({ minimum_reports: 10, maximum_reports: 9 })[0] ?? '', /nothing could ever be released/);
  const noise = { budget: { epsilon: '1' } };
  assert.match(found({}, { output: { noise } }).join('\n'), /collections: sums of reports are exact/);
  assert.doesNotMatch(found({}, { output: { noise: { ...noise, required: false } } }).join('\n'), /collections/);
  for (const reports of [
    { kind: 'prio3-histogram' },
    { kind: 'prio3-sum', maximum: 0 },
    { kind: 'other' },
    { kind: 'prio3-count', maximum: 3 },
  ])
    assert.throws(() => collecting({ reports }));
});

test('a lower minimum of reports is said to be weaker', () => {
  const changes = diffAgreements(collecting({}), collecting({ minimum_reports: 50 }));
  assert.deepEqual(
    changes.filter((c) => c.path.startsWith('collections')).map((c) => [c.path, c.effect]),
    [['collections.ages.minimum_reports', 'weaker']],
  );
});
