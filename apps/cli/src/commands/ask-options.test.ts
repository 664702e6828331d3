/** Options of `sluis ask` that go together, and those that would have no effect. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTogether } from './ask.ts';

test('options that would have no effect beside others are refused by name', () => {
  for (const options of [
    { wait: true },
    { wait: false },
    { wait: true, receipt: 'r.json' },
    { wait: true, eachReceiver: true },
    { wait: false, eachReceiver: false },
  ])
    checkTogether(options);
  const refused = (message: RegExp) => ({ code: 'usage/options', message });
  assert.throws(() => checkTogether({ wait: false, eachReceiver: true }), refused(/^--no-wait has no effect beside --each-receiver/));
  assert.throws(() => checkTogether({ wait: true, eachReceiver: true, receipt: 'r' }), refused(/^--receipt .* beside --each-receiver/));
  assert.throws(() => checkTogether({ wait: false, receipt: 'r' }), refused(/^--receipt .* beside --no-wait/));
});
