/** kill -9 of every kind of station at every entry of its log in a question that costs a privacy budget. */
import { after, afterEach, before, test } from 'node:test';
import type { FragileCollaboration, Name } from '../simulation/fragile-collaboration.ts';
import { assertBooks, openNoisy, strikeNoisy } from '../simulation/noisy-collaboration.ts';

let together: FragileCollaboration;

before(async () => {
  together = await openNoisy({ epsilon: '100' });
});
afterEach(() => together.heal());
after(() => together?.close());

const PROVIDES = ['run.started', 'budget.charged', 'contribution.computed', 'share.sent'];
const COMPUTES = [...PROVIDES, 'share.accepted', 'noise.added', 'aggregate.decided', 'release.opened', 'receipt.issued'];
const ENTRIES: readonly (readonly [Name, readonly string[]])[] = [
  ['alpha', COMPUTES],
  ['beta', COMPUTES],
  ['delta', PROVIDES],
];
for (const [victim, entries] of ENTRIES) {
  for (const entry of entries) {
    for (const moment of ['before', 'after'] as const) {
      test(`kill -9 of ${victim} ${moment} ${entry}`, () => strikeNoisy(together, victim, { entry, moment, act: 'die' }));
    }
  }
}

test('after all of them, every release is paid for', async (t) => {
  t.diagnostic(`charges lost: ${JSON.stringify(await assertBooks(together))}`);
});
