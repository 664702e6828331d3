import { test } from 'node:test';
import { askMany } from './many-organisations.ts';

test('twelve organisations and a receiver: thirteen stations answer together', async (t) => {
  const { seconds, startSeconds } = await askMany(12);
  t.diagnostic(`start, agreement and data ${startSeconds.toFixed(1)} s, question ${seconds.toFixed(1)} s`);
});
