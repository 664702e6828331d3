/** kill -9 of every kind of station at every entry of its log in a question that costs a privacy budget, and at random. */
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { mulberry32 } from '../harness/seeded.ts';
import { type FragileCollaboration, NAMES, type Name } from '../simulation/fragile-collaboration.ts';
import { assertBooks, openNoisy, strikeNoisy } from '../simulation/noisy-collaboration.ts';

const KILLS = Number(process.env['SLUIS_KILLS'] ?? 100);
const SEED = Number(process.env['SLUIS_SEED'] ?? Date.now() % 1_000_000);

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

test(`${KILLS} kills at random moments (seed ${SEED})`, { timeout: 7_000_000 }, async (t) => {
  const random = mulberry32(SEED);
  const ends = new Map<string, number>();
  let before = await assertBooks(together);
  for (let i = 0; i < KILLS; i++) {
    const victim = NAMES[Math.floor(random() * NAMES.length)] as Name;
    const afterMs = Math.floor(random() * 500);
    const asked = together.askUnderFault();
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    await together.station(victim).kill();
    if (victim === 'centre') await together.station(victim).start();
    const { error } = await asked;
    ends.set(error?.code ?? 'right', (ends.get(error?.code ?? 'right') ?? 0) + 1);
    await together.heal();
    await together.assertSettled();
    const after = await assertBooks(together);
    for (const name of NAMES)
      assert.ok((after[name] ?? 0) - (before[name] ?? 0) <= 1, `kill ${i} (seed ${SEED}): ${name} lost two charges`);
    before = after;
  }
  await together.assertWorks();
  t.diagnostic(JSON.stringify(Object.fromEntries(ends)));
});

test('after all of them, every release is paid for', async (t) => {
  t.diagnostic(`charges lost: ${JSON.stringify(await assertBooks(together))}`);
});
