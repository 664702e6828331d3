import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agreementProblems } from './agreement-check.ts';
import { diffAgreements } from './agreement-diff.ts';
import { sampleAgreement } from './agreement-fixture.test.ts';
import { serialiseAgreementYaml } from './agreement-serialise.ts';
import { parseAgreementYaml } from './agreement-yaml.ts';

const AGES = { reports: { kind: 'prio3-histogram', buckets: 10 }, aggregators: ['north', 'south'] };
const BROWSERS = { kind: 'local-frequency', values: ['firefox', 'other'], epsilon: '0.5' };
const HOURS = { kind: 'local-mean', bounds: [-10, 168], epsilon: 1, mechanism: 'two-ends' };
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
  assert.match(found({}, { output: { noise } }).join('\n'), /collections\.ages\.reports: sums of reports are exact/);
  assert.doesNotMatch(found({}, { output: { noise: { ...noise, required: false } } }).join('\n'), /collections/);
  for (const reports of [
    { kind: 'prio3-histogram' },
    { kind: 'prio3-sum', maximum: 0 },
    { kind: 'other' },
    { kind: 'prio3-count', maximum: 3 },
    { ...BROWSERS, values: ['a'] },
    { ...BROWSERS, values: ['a', 'a'] },
    { ...BROWSERS, values: ['a', 'b\n'] },
    { ...BROWSERS, values: Array.from({ length: 1001 }, String) },
    { ...BROWSERS, epsilon: '0' },
    { ...BROWSERS, epsilon: '0.009' },
    { ...BROWSERS, epsilon: '16.1' },
    { ...BROWSERS, epsilon: '1.2.3' },
    { ...BROWSERS, epsilon: 0.5 },
    { ...BROWSERS, mechanism: 'hybrid' },
    { ...HOURS, bounds: [3, 3] },
    { ...HOURS, bounds: [0, 1.5] },
    { ...HOURS, bounds: [0, 2 ** 33] },
    { ...HOURS, mechanism: 'randomised-response' },
  ])
    assert.throws(() => collecting({ reports }));
});

test('local reports are for one organisation, and allowed where noise is required', () => {
  const noise = { budget: { epsilon: '1' } };
  for (const reports of [BROWSERS, HOURS]) {
    assert.deepEqual(
      found({ reports, aggregators: ['north'] }, { output: { noise } }).filter((p) => p.includes('collections')),
      [],
    );
    assert.match(found({ reports }).join('\n'), /collections\.ages\.aggregators: local reports are for one organisation/);
    assert.match(found({ reports, aggregators: ['nobody'] }).join('\n'), /"nobody" is none of the organisations/);
    const agreement = collecting({ reports, aggregators: ['north'] });
    assert.deepEqual(parseAgreementYaml(serialiseAgreementYaml(agreement), 'test'), agreement);
  }
  for (const aggregators of [['north'], ['north', 'south', 'west']])
    assert.match(found({ aggregators }).join('\n'), /reports are split between two organisations/);
  assert.throws(() => collecting({ aggregators: [] }));
});

test('a larger epsilon of local reports is said to be weaker', () => {
  const local = (epsilon: string) => collecting({ reports: { ...BROWSERS, epsilon }, aggregators: ['north'] });
  const effects = (a: string, b: string) => diffAgreements(local(a), local(b)).map((c) => [c.path, c.effect]);
  assert.deepEqual(effects('0.5', '2'), [['collections.ages.reports.epsilon', 'weaker']]);
  assert.deepEqual(effects('10', '9'), [['collections.ages.reports.epsilon', 'stronger']]);
});

test('a lower minimum of reports is said to be weaker', () => {
  const changes = diffAgreements(collecting({}), collecting({ minimum_reports: 50 }));
  assert.deepEqual(
    changes.filter((c) => c.path.startsWith('collections')).map((c) => [c.path, c.effect]),
    [['collections.ages.minimum_reports', 'weaker']],
  );
});
