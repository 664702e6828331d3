/** Private lookup as a page loads it: no module of Node in it, and the same answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browserBundle, browserSpeed } from '../bench/psi/lookup-browser.ts';

test("the browser's build has nothing of Node, and answers", async () => {
  const bundle = await browserBundle();
  assert.doesNotMatch(bundle, /from ?"node:|require\("node:|import\("node:/);
  assert.ok(bundle.length < 1_000_000, `${bundle.length} characters`);
  assert.ok((await browserSpeed(4)).right);
});
