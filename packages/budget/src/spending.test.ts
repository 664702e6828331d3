/** Which charges fit in an agreement's budgets, and what refusals say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PrivacyEvent } from '@sluis/model';
import { affordable, allowed, type Charge, epsilonOf, grant, price, remaining, spentEpsilon, standings } from './index.ts';

const laplace = (epsilon: string, times = 1): PrivacyEvent => ({ kind: 'guarantee', epsilon, delta: '0', times });
const charge = (over: Partial<Charge> = {}): Charge => ({
  table: 'incidents',
  unit: { kind: 'column', column: 'person' },
  analyst: 'anna',
  purpose: 'ad-hoc',
  events: [laplace('0.1')],
  ...over,
});

test('ten times a tenth is exactly one, and an eleventh is refused', () => {
  const tenth: PrivacyEvent = { kind: 'discrete-laplace', scale: '10', l1: '1', times: 1 };
  for (const n of [1, 5, 9]) assert.ok(affordable([{ ...tenth, times: n }], [tenth], { epsilon: '1', delta: '0' }), `${n + 1}`);
  assert.equal(affordable([{ ...tenth, times: 10 }], [tenth], { epsilon: '1', delta: '0' }), false);
  assert.equal(
    affordable([], [laplace('1.000000000000000000000000001')], { epsilon: '1', delta: '0' }),
    false,
    'doubles would round this to 1',
  );
  assert.ok(affordable([], [laplace('1/3', 3)], { epsilon: '1', delta: '0' }));
});

test('with a delta many small questions cost less together than their sum', () => {
  const spent = [laplace('0.01', 10_000)];
  const { separately, together, before, after } = price(spent, [laplace('0.01', 100)], 1e-6);
  assert.ok(before < 5 && after > before && after < before + together && together <= separately + 1e-9);
  assert.ok(affordable(spent, [laplace('0.01', 100)], { epsilon: '5', delta: '0.000001' }));
  assert.equal(affordable(spent, [laplace('0.01', 100)], { epsilon: '5', delta: '0' }), false);
});

test('a comparison with the limit errs to refusing', () => {
  const event: PrivacyEvent = { kind: 'discrete-gaussian', variance: '20', squaredL2: '1', times: 3 };
  const epsilon = epsilonOf([event], 1e-6);
  const text = (x: number): string => x.toFixed(25);
  assert.ok(affordable([], [event], { epsilon: text(epsilon * (1 + 1e-15)), delta: '0.000001' }));
  assert.equal(affordable([], [event], { epsilon: text(epsilon * (1 - 1e-15)), delta: '0.000001' }), false);
  assert.equal(affordable([], [event], { epsilon: '1000', delta: '0' }), false, 'Gaussian noise has no pure guarantee');
});

test('limits of the table, the analyst and the purpose are each kept, over all tables of a question', () => {
  const terms = { epsilon: '1', delta: '0', per_analyst: { epsilon: '0.5', delta: '0' }, per_purpose: { epsilon: '0.8', delta: '0' } };
  const past = [
    charge({ events: [laplace('0.4')] }),
    charge({ analyst: 'bert', events: [laplace('0.3')] }),
    charge({ table: 'other', events: [laplace('9')] }),
  ];
  const fitting = grant(past, [charge()], terms);
  assert.deepEqual(
    fitting.map((s) => [s.scope, s.of, Number(s.before.toFixed(9)), Number(s.after.toFixed(9)), s.fits]),
    [
      ['table', 'incidents', 0.7, 0.8, true],
      ['analyst', 'anna on incidents', 0.4, 0.5, true],
      ['purpose', 'ad-hoc on incidents', 0.7, 0.8, true],
    ],
  );
  const broken = (asked: Charge): string[] =>
    standings(past, [asked], terms)
      .filter((s) => !s.fits)
      .map((s) => s.scope);
  assert.deepEqual(broken(charge({ events: [laplace('0.11')] })), ['analyst', 'purpose']);
  assert.deepEqual(broken(charge({ analyst: 'carla', events: [laplace('0.11')] })), ['purpose'], 'a second analyst does not help');
  assert.deepEqual(broken(charge({ analyst: 'carla', purpose: 'monthly', events: [laplace('0.31')] })), ['table'], 'nor another purpose');
  assert.throws(() => grant(past, [charge({ table: 'incidents' }), charge({ table: 'other' })], terms), /of table other/);
});

test('several charges of one question count together', () => {
  const terms = { epsilon: '1', delta: '0' };
  assert.throws(() =>
    grant([charge({ events: [laplace('0.8')] })], [charge({ events: [laplace('0.15')] }), charge({ events: [laplace('0.15')] })], terms),
  );
});

test('a refusal names the limit, what is spent, what was needed and what still fits', () => {
  assert.throws(
    () => grant([charge({ events: [laplace('0.1', 2)] })], [charge()], { epsilon: '0.25', delta: '0' }),
    (thrown: { code?: string; message?: string }) => {
      assert.equal(thrown.code, 'budget/exhausted');
      assert.equal(
        thrown.message,
        'The privacy budget of table incidents is epsilon 0.25 at delta 0. Epsilon 0.2 is spent; with this question it would take epsilon 0.3 in all. ' +
          'A question of epsilon 0.05 at most still fits.',
      );
      return true;
    },
  );
  const gaussian: PrivacyEvent = { kind: 'discrete-gaussian', variance: '20', squaredL2: '1', times: 1 };
  assert.throws(() => grant([], [charge({ events: [gaussian] })], { epsilon: '5', delta: '0' }), /a larger delta than the limit has/);
});

test('what remains is affordable, and a millionth more is not', () => {
  for (const [spent, limit] of [
    [[laplace('0.3')], { epsilon: '1', delta: '0' }],
    [
      [laplace('0.01', 3000), { kind: 'discrete-gaussian', variance: '50', squaredL2: '1', times: 4 } as const],
      { epsilon: '4', delta: '0.00001' },
    ],
  ] as const) {
    const left = remaining([spent], limit);
    assert.ok(Number(left) > 0 && allowed([spent], [laplace(left)], limit));
    assert.equal(allowed([spent], [laplace((Number(left) + 1.1e-6).toFixed(7))], limit), false);
  }
  assert.equal(remaining([[laplace('1')]], { epsilon: '1', delta: '0' }), '0');
  assert.equal(remaining([[laplace('2')]], { epsilon: '1', delta: '0' }), '0');
});

test('a privacy unit that earlier answers did not protect is refused; rows are protected by any', () => {
  const terms = { epsilon: '1', delta: '0' };
  const [row, person] = [charge({ unit: { kind: 'row' } }), charge()];
  assert.throws(() => grant([row], [person], terms), { code: 'budget/unit-changed' });
  assert.throws(() => grant([charge({ unit: { kind: 'organisation' } })], [person], terms), { code: 'budget/unit-changed' });
  assert.throws(() => grant([charge({ unit: { kind: 'column', column: 'household' } })], [person], terms), { code: 'budget/unit-changed' });
  assert.equal(grant([person], [row], terms).length, 1);
  assert.equal(grant([person], [person], terms).length, 1);
});

test('one charge may cost what it costs alone; more keep to a rule that holds whatever is asked', () => {
  const gaussian = (variance: string): PrivacyEvent => ({ kind: 'discrete-gaussian', variance, squaredL2: '1', times: 1 });
  const limit = { epsilon: '1', delta: '0.00001' };
  // The least whole variance whose ε at 1e-5 is at most 1.
  const whole = Array.from({ length: 30 }, (_, i) => String(i + 5)).find((v) => epsilonOf([gaussian(v)], 1e-5) <= 1) ?? assert.fail();
  assert.ok(allowed([], [gaussian(whole)], limit));
  assert.equal(allowed([[gaussian(whole)]], [laplace('0.000001')], limit), false, 'nothing more fits after it');
  const halves = String(Math.ceil(2.7 * Number(whole)));
  assert.ok(allowed([[gaussian(halves)]], [gaussian(halves)], limit), 'two of a bit less than half: not knowing what comes has a price');
  for (const charges of [
    [[gaussian('100')], [gaussian('80')]],
    [[laplace('0.01', 50)], [laplace('0.02', 40)], [gaussian('90')]],
  ]) {
    const spent = spentEpsilon(charges, '0.00001');
    const least = epsilonOf(charges.flat(), 1e-5);
    assert.ok(spent >= least * (1 - 1e-12) && spent < 1.25 * least, `${spent} for ${least}`);
    const [text, below] = [spent * (1 + 1e-9), spent * (1 - 1e-9)].map((x) => x.toFixed(20));
    const [last, ...earlier] = charges.toReversed();
    assert.ok(allowed(earlier, last ?? [], { epsilon: text ?? '', delta: '0.00001' }));
    assert.equal(allowed(earlier, last ?? [], { epsilon: below ?? '', delta: '0.00001' }), false);
  }
});

test("δ's of several charges may take half of the budget's δ, and one charge all of it", () => {
  const approximate = (delta: string): PrivacyEvent => ({ kind: 'guarantee', epsilon: '0.1', delta, times: 1 });
  const limit = { epsilon: '1', delta: '0.00001' };
  assert.ok(allowed([], [approximate('0.00001')], limit));
  assert.equal(allowed([[approximate('0.00001')]], [laplace('0.1')], limit), false);
  assert.ok(allowed([[approximate('0.0000025')]], [approximate('0.0000025')], limit));
  assert.equal(allowed([[approximate('0.0000025')]], [approximate('0.0000026')], limit), false);
  assert.equal(spentEpsilon([[approximate('0.00001')], [laplace('0.1')]], '0.00001'), Number.POSITIVE_INFINITY);
  assert.equal(spentEpsilon([], '0'), 0);
});
