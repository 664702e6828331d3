/** What every implementation of the budget book must do, whatever database stands behind it. */
import assert from 'node:assert/strict';
import { RefusedError, StationError } from '@sluis/base';
import type { Charge, Decide } from '@sluis/flow';
import type { StorePlaceUnderTest } from './store.contract.ts';

const code = (expected: string) => (e: unknown) => (e instanceof RefusedError || e instanceof StationError) && e.code === expected;

const EVENTS: Charge['events'] = [{ kind: 'discrete-laplace', scale: '1/3', l1: '1', times: 2 }];

export function charge(run: string, change: Partial<Charge> = {}): Charge {
  return {
    run: run.padStart(32, '0'),
    collaboration: 'c',
    table: 'visits',
    agreement: 'a'.repeat(64),
    unit: 'row',
    organisation: 'north',
    analyst: 'Zoë',
    purpose: 'ad-hoc',
    epsilon: '0.5',
    delta: '0',
    events: EVENTS,
    at: 1_790_000_000_000,
    ...change,
  };
}

const TABLE = { collaboration: 'c', table: 'visits' };
const allowed: Decide = () => undefined;
const refused = () => new RefusedError('budget/exhausted', { stage: 'run', message: 'No.' });
/** As many as that, whatever they cost. */
const atMost =
  (limit: number): Decide =>
  (_, spent) => {
    if (spent.length >= limit) throw refused();
  };

type Contract = (title: string, body: (place: StorePlaceUnderTest) => Promise<void>) => void;

export function budgetContract(contract: Contract): void {
  contract('charges outlive a restart, in their order', async (place) => {
    const { budget } = place.opened;
    assert.deepEqual(await budget.charges(TABLE), []);
    assert.equal(await budget.charge([charge('2')], allowed), true);
    assert.equal(await budget.charge([charge('1', { epsilon: '0.25', at: 5 })], allowed), true);
    assert.equal(await budget.charge([charge('3', { table: 'other' })], allowed), true);
    assert.equal(await budget.charge([charge('4', { collaboration: 'd' })], allowed), true);
    const again = await place.reopen();
    assert.deepEqual(await again.budget.charges(TABLE), [charge('2'), charge('1', { epsilon: '0.25', at: 5 })]);
    assert.deepEqual(await again.budget.chargesOf([charge('1').run, 'f'.repeat(32)]), [charge('1', { epsilon: '0.25', at: 5 })]);
    assert.deepEqual(await again.budget.chargesOf([]), []);
    assert.deepEqual(await again.budget.tables('c'), [{ ...TABLE, table: 'other' }, TABLE]);
    assert.deepEqual(await again.budget.tables('e'), []);
    await again.close();
  });

  contract('a run is charged once, and never otherwise', async ({ opened: { budget } }) => {
    let asked = 0;
    const counting: Decide = () => {
      asked++;
    };
    assert.equal(await budget.charge([charge('1')], counting), true);
    assert.equal(await budget.charge([charge('1', { at: 99 })], counting), false);
    assert.equal(asked, 1);
    await assert.rejects(budget.charge([charge('1', { epsilon: '0.1' })], allowed), code('store/charge-differs'));
    await assert.rejects(budget.charge([charge('1'), charge('1', { table: 'other' })], allowed), code('store/charge-differs'));
    assert.deepEqual(await budget.charges(TABLE), [charge('1')]);
    await assert.rejects(budget.charge([], allowed), RangeError);
  });

  contract('a charge that is refused leaves nothing, on no table of its run', async ({ opened: { budget } }) => {
    await budget.charge([charge('1')], allowed);
    const both = [charge('2', { table: 'other' }), charge('2')];
    await assert.rejects(
      budget.charge(both, (c, spent) => atMost(c.table === 'visits' ? 1 : 9)(c, spent)),
      code('budget/exhausted'),
    );
    assert.deepEqual(await budget.charges(TABLE), [charge('1')]);
    assert.deepEqual(await budget.charges({ ...TABLE, table: 'other' }), []);
    assert.equal(await budget.charge(both, allowed), true);
    assert.equal((await budget.charges({ ...TABLE, table: 'other' })).length, 1);
  });

  contract('of many runs at once no more pass than are allowed', async ({ opened: { budget } }) => {
    const runs = Array.from({ length: 24 }, (_, i) => String(i));
    const ended = await Promise.allSettled(runs.map((run) => budget.charge([charge(run)], atMost(7))));
    assert.equal(ended.filter((e) => e.status === 'fulfilled').length, 7);
    assert.ok(ended.every((e) => e.status === 'fulfilled' || code('budget/exhausted')(e.reason)));
    assert.equal((await budget.charges(TABLE)).length, 7);
  });

  contract('many runs over the same two tables, named in either order, do not wait for each other forever', async (place) => {
    const { budget } = place.opened;
    const runs = Array.from({ length: 12 }, (_, i) => [charge(String(i)), charge(String(i), { table: 'other' })]);
    await Promise.all(runs.map((both, i) => budget.charge(i % 2 === 0 ? both : both.toReversed(), allowed)));
    assert.equal((await budget.charges(TABLE)).length, 12);
  });

  contract('the same run at many callers at once is charged once', async ({ opened: { budget } }) => {
    const ended = await Promise.all(Array.from({ length: 12 }, () => budget.charge([charge('1')], atMost(1))));
    assert.equal(ended.filter((written) => written).length, 1);
    assert.equal((await budget.charges(TABLE)).length, 1);
  });
}
