/** What must hold of a plan before it is charged, checked again whatever the planner did: each refusal with a control. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Agreement, Plan } from '@sluis/model';
import { chargesOfPlan, checkNoiseTerms, tablesOf, unitOfText, unitText } from './charges.ts';

const ROW = { protects: 'row' };
const BUDGET = { epsilon: '1', delta: '0' };

const agreement = (noise: Record<string, unknown> | undefined, units: Record<string, unknown> = { visits: ROW, claims: ROW }): Agreement =>
  ({
    output: { noise },
    tables: Object.fromEntries(Object.entries(units).map(([name, privacy_unit]) => [name, { privacy_unit }])),
  }) as unknown as Agreement;

const noise = { unit: { kind: 'row' }, epsilon: '0.5', delta: '0', events: [{ kind: 'guarantee', epsilon: '0.5', delta: '0', times: 1 }] };
const plan = (change: Record<string, unknown> = {}): Plan => ({ table: 'visits', noise, ...change }) as unknown as Plan;
const exact = plan({ noise: undefined });
const joined = plan({ rows: { sources: [{ table: 'visits' }, { table: 'claims' }] } });

const refused = (code: string) => ({ code, exitCode: 3, party: 'alpha' });
const check = (terms: Agreement, of: Plan) => () => checkNoiseTerms('alpha', terms, of);

test('an exact plan passes where noise is on request, and not where it is required', () => {
  assert.doesNotThrow(check(agreement({ required: false, budget: BUDGET }), exact));
  assert.doesNotThrow(check(agreement(undefined), exact));
  assert.throws(check(agreement({ required: true, budget: BUDGET }), exact), refused('run/noise-required'));
});

test('a plan with noise needs terms, and the unit that the agreement has for every table it reads', () => {
  const terms = { required: true, budget: BUDGET };
  assert.doesNotThrow(check(agreement(terms), plan()));
  assert.doesNotThrow(check(agreement(terms), joined));
  assert.throws(check(agreement(undefined), plan()), refused('run/noise-not-agreed'));
  assert.throws(check(agreement(terms, { visits: undefined }), plan()), refused('run/no-privacy-unit'));
  assert.throws(check(agreement(terms, { visits: ROW, claims: undefined }), joined), refused('run/no-privacy-unit'));
  const person = { protects: 'column', column: 'person', groups: 1, rows_per_group: 1, providers: 'overlapping' };
  assert.throws(check(agreement(terms, { visits: person }), plan()), refused('run/no-privacy-unit'));
  assert.doesNotThrow(
    check(agreement(terms, { visits: person }), plan({ noise: { ...noise, unit: { kind: 'column', column: 'PERSON' } } })),
  );
});

test('a run is charged to every table that it reads, once, under the name without case', () => {
  const asked = {
    run: 'r',
    agreement: 'a',
    collaboration: 'c',
    coordinator: 'centre',
    analyst: 'ana',
    template: null,
  };
  assert.deepEqual(tablesOf(joined), ['visits', 'claims']);
  const charges = chargesOfPlan(asked, plan({ table: 'Visits', rows: { sources: [{ table: 'Visits' }, { table: 'CLAIMS' }] } }), 5);
  assert.deepEqual(
    charges.map((c) => [c.table, c.unit, c.organisation, c.analyst, c.purpose, c.epsilon, c.at]),
    [
      ['visits', 'row', 'centre', 'ana', 'ad-hoc', '0.5', 5],
      ['claims', 'row', 'centre', 'ana', 'ad-hoc', '0.5', 5],
    ],
  );
  assert.equal(chargesOfPlan({ ...asked, template: 'weekly' }, plan(), 5)[0]?.purpose, 'weekly');
  assert.deepEqual(chargesOfPlan(asked, exact, 5), []);
});

test('units are written so that they can be read back', () => {
  for (const unit of [{ kind: 'row' }, { kind: 'organisation' }, { kind: 'column', column: 'person' }] as const) {
    assert.deepEqual(unitOfText(unitText(unit)), unit);
  }
  assert.throws(() => unitOfText('person'), RangeError);
});
