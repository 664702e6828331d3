import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusedError } from '@sluis/base';
import { checkRoom } from './deposit-checks.ts';

const refused = (accepted: number, rows: number, most: number, replace = false, successor: string | null = null): string | null => {
  try {
    checkRoom('north', { rows, replace }, Array(accepted).fill({ rows: 1, successor }), most);
    return null;
  } catch (error) {
    assert.ok(error instanceof RefusedError);
    return error.code;
  }
};

test('a contributor has room for so many rows, and not for ever more deposits of one row each', () => {
  assert.equal(refused(9, 1, 10), null);
  assert.equal(refused(9, 2, 10), 'deposit/too-many-rows');
  assert.equal(refused(999, 1, 1_000_000), null);
  assert.equal(refused(1000, 1, 1_000_000), 'deposit/too-many');
});

test('what is being replaced does not count beside its successor, but is not kept without limit either', () => {
  assert.equal(refused(10, 10, 10, true), null);
  assert.equal(refused(10, 10, 10, false, 'ab'), null);
  assert.equal(refused(11, 10, 10, true), 'deposit/unsettled');
  assert.equal(refused(11, 10, 10, true, 'ab'), 'deposit/unsettled');
  assert.equal(refused(2000, 1, 1_000_000, true), 'deposit/unsettled');
});
