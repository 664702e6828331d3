import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contributePage, writtenPage } from './contribute-page.ts';

test("the contributor's page is what its sources make (npm run page)", async () => {
  const made = await contributePage();
  assert.equal(made.length, 2);
  for (const [i, written] of writtenPage().entries()) assert.ok(written === made[i]?.text, `${made[i]?.path} is out of date: npm run page`);
});

test('nothing of Node is in it', async () => {
  for (const { path, text } of await contributePage()) assert.doesNotMatch(text, /["']node:|require\(/, path);
});
