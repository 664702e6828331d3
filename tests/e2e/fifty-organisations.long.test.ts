import { test } from 'node:test';
import { askMany } from './many-organisations.ts';

test('fifty organisations and a receiver: fifty-one stations answer together', async (t) => {
  const { seconds, startSeconds } = await askMany(50);
  t.diagnostic(`start, agreement and data ${startSeconds.toFixed(1)} s, question ${seconds.toFixed(1)} s`);
});
