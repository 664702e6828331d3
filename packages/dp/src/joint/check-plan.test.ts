/** Plans on shared rows: what is opened without noise there, and what would run out of room. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidError } from '@sluis/base';
import type { Plan, PlanRowJoin, PlanRows } from '@sluis/model';
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
