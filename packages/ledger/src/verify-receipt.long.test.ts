import { test } from 'node:test';
import { assertChangesFound, makeReceipt } from './receipt-fixture.test.ts';

test('every changed byte of a receipt is found, each with a reason', async () => {
  assertChangesFound((await makeReceipt()).bytes, 0, 1);
});
