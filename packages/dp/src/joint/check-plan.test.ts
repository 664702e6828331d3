/** Plans on shared rows: what is opened without noise there, and what would run out of room. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidError } from '@sluis/base';
import type { Plan, PlanRowJoin, PlanRows, RowExpression } from '@sluis/model';
import { NONE, noisyPlan, on } from './fixtures/noisy-plan.ts';
import { noiseOnSecrets } from './index.ts';

const NUMBER = { op: 'number', value: '1', bits: 8 } as const;

/** Groups by one secret key, over shared rows alone. */
function secretKeys(change: Partial<PlanRows>, threshold: number | null, keySize = 0): Plan {
  const plan = noisyPlan({ cells: 40, threshold, count: on('3') });
  const [key, noise] = [plan.keys[0] ?? assert.fail(), plan.noise ?? assert.fail()];
  return {
    ...plan,
    keys: [{ ...key, size: keySize, secret: true, accumulator: 1 }],
    accumulators: [...plan.accumulators, { kind: 'sum', sql: 'sector', scale: 0, minimum: '0', maximum: '99', words: 1 }],
    noise: { ...noise, accumulators: [...noise.accumulators, NONE] },
    rows: {
      sources: [{ table: 'incidents', columns: ['cost'], stations: plan.providers, deposits: true, stationWhere: '' }],
      joins: [],
      where: null,
      keys: [NUMBER],
      contributions: [null],
      accumulators: [
        { kind: 'sum', expression: NUMBER, quantile: 0 },
        { kind: 'key', expression: NUMBER, quantile: 0 },
      ],
      secretSlots: 40,
      maximumRows: 40,
      organisations: 'per-row',
      ...change,
    },
  };
}

const refused = (plan: Plan, why: RegExp) =>
  assert.throws(
    () => noiseOnSecrets.checkPlan(plan),
    (error) => error instanceof InvalidError && why.test(error.message),
  );

test('secret keys are opened only where cells are selected by a noisy count', () => {
  noiseOnSecrets.checkPlan(secretKeys({}, 20));
  refused(secretKeys({}, null), /sector would be opened without noise/);
});

test('there is room for every group and every joined row, since running out of it would show', () => {
  refused(secretKeys({ maximumRows: 41 }, 20), /room for as many groups/);
  noiseOnSecrets.checkPlan(secretKeys({ maximumRows: 41 }, 20, 40));
  refused(secretKeys({ maximumRows: 41 }, 20, 41), /room for as many groups/);
  const join: PlanRowJoin = { kind: 'inner', on: [], rightUnique: true, maximumRows: 0 };
  noiseOnSecrets.checkPlan(secretKeys({ joins: [join] }, 20));
  refused(secretKeys({ joins: [{ ...join, rightUnique: false, maximumRows: 40 }] }, 20), /keys are unique/);
});

test('single rows’ values get no noise that would hide them, and are refused', () => {
  const plan = secretKeys({}, 20);
  const rows = plan.rows ?? assert.fail();
  for (const kind of ['min', 'max', 'quantile'] as const)
    refused(
      { ...plan, rows: { ...rows, accumulators: [{ kind, expression: NUMBER, quantile: 0 }, ...rows.accumulators.slice(1)] } },
      /Noise can’t be added/,
    );
});

test('a rank counts rows from an end, and is one that counts can reach', () => {
  const ranked = (rank: string, at = 0, continuous = false): Plan => {
    const plan = noisyPlan({ bins: { size: 9, on: on('2'), at, rank: 1, continuous } });
    const accumulators = plan.accumulators.map((a) => (a.quantile === undefined ? a : { ...a, quantile: { ...a.quantile, rank } }));
    return { ...plan, accumulators };
  };
  noiseOnSecrets.checkPlan(ranked('40'));
  noiseOnSecrets.checkPlan(ranked('40', 10_000));
  for (const rank of ['0', '-1', '1.5', '10000000']) refused(ranked(rank), /rank is a number of rows that noisy counts can reach/);
  refused(ranked('40', 5000), /from the smallest or the largest value/);
  refused(ranked('40', 0, true), /from the smallest or the largest value/);
});

test('histograms of shared rows say where rows are, and what is found in them is nothing that rows give', () => {
  const plan = noisyPlan({ bins: { size: 9, on: on('2'), at: 0, rank: 5, continuous: false } });
  const rows = secretKeys({}, 20).rows ?? assert.fail();
  const sum = { kind: 'sum', expression: NUMBER, quantile: 0 } as const;
  const shared = (change: Partial<PlanRows>): Plan => ({
    ...plan,
    rows: { ...rows, secretSlots: null, accumulators: [sum, { ...sum, kind: 'histogram' }], histograms: [NUMBER], ...change },
  });
  noiseOnSecrets.checkPlan(shared({}));
  const { histograms: _, ...without } = shared({}).rows ?? assert.fail();
  refused({ ...plan, rows: without }, /where in its histograms shared rows are/);
  refused(shared({ accumulators: [sum, sum] }), /does not say how shared rows give/);
});

/** People whose rows are bounded to 6 in all, in groups without secret keys. */
function people(change: Partial<PlanRows> = {}, noise: Partial<NonNullable<Plan['noise']>> = {}): Plan {
  const id = { op: 'column', source: 0, column: 'id', bits: 20 } as const;
  const plan = noisyPlan({ count: on('12', '6'), sum: on('600', '60') });
  const { rows } = secretKeys({}, 20);
  assert.ok(rows !== undefined && plan.noise !== undefined);
  const unit = { kind: 'column', column: 'id' } as const;
  return {
    ...plan,
    noise: { ...plan.noise, unit, bounds: { groups: 2, rowsPerGroup: 3 }, ...noise },
    rows: { ...rows, bound: { key: id, rows: 6 }, secretSlots: null, accumulators: rows.accumulators.slice(0, 1), ...change },
  };
}

test('noise for more than a row rests on a bound of the same rows, for all that is added up', () => {
  noiseOnSecrets.checkPlan(people());
  const key = (column: string) => ({ op: 'column', source: 0, column, bits: 20 }) as const;
  const { bound: _, ...unbounded } = people().rows ?? assert.fail();
  refused({ ...people(), rows: unbounded }, /same id, and does not bound how many/);
  refused(people({ bound: { key: key('cost'), rows: 6 } }), /bounds those of something else/);
  for (const rows of [5, 7]) refused(people({ bound: { key: key('id'), rows } }), /another number of rows/);
  refused(people({}, { bounds: null }), /another number of rows/);
  refused(people({}, { occurrences: 2 }), /another number of rows/);
  refused(people({}, { counts: [on('12', '5')] }), /fewer rows of a unit than count/);
  refused(people({}, { accumulators: [on('600', '5')] }), /fewer rows of a unit than count/);
  const sources = people().rows?.sources.map((s) => ({ ...s, stations: s.stations.slice(1) })) ?? [];
  refused(people({ sources }), /bounded together only where all providers share them/);
  refused(people({}, { unit: { kind: 'organisation' } }), /organisation counts for is not bounded on shared rows/);
  refused(people({}, { unit: { kind: 'row' } }), /although each row is one/);
});

test('joined rows are of one person where both sides’ columns are equal', () => {
  const id = (source: number): RowExpression => ({ op: 'column', source, column: 'id', bits: 20 });
  const join = (left: RowExpression, right: RowExpression, kind: PlanRowJoin['kind'] = 'inner') =>
    people({
      joins: [
        {
          kind,
          on: [
            { left: NUMBER, right: NUMBER },
            { left, right },
          ],
          rightUnique: true,
          maximumRows: 0,
        },
      ],
    });
  const position: RowExpression = { op: 'position', args: [id(0)], values: ['1'], bits: 2 };
  const some: RowExpression = {
    op: 'case',
    // biome-ignore lint/suspicious/noThenProperty: a plan names its branches so.
    when: [{ if: { op: 'boolean', value: true }, then: id(1) }],
    else: { op: 'null', of: 'number' },
    bits: 20,
  };
  noiseOnSecrets.checkPlan(join(id(0), id(1)));
  noiseOnSecrets.checkPlan(join(position, some, 'semi'));
  const twice: RowExpression = { op: 'add', args: [id(0), id(0)], bits: 20 };
  for (const plan of [
    join(id(0), id(1), 'left'),
    join(id(0), id(1), 'anti'),
    join(NUMBER, id(1)),
    join(twice, id(1)),
    join(id(0), { ...some, else: NUMBER }),
  ])
    refused(plan, /joins rows of several units/);
});
