/** Linking where many records have the same block key. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maliciousComputation } from '@sluis/mpc';
import { encode, LEFT, type Person, RIGHT, TERMS } from './fixtures/alike-people.ts';
import { linkInCommittee } from './fixtures/in-committee.ts';
import { linkInTheClear } from './index.ts';

test('with so many records of a block key as there is room for each, it always suffices', async () => {
  const many = Array.from({ length: 9 }, (_, i): Person => ['Jansen', `1980-01-0${i + 1}`]);
  const [left, right] = [encode([...LEFT, ...many.slice(0, 3)]), encode([...many, ...RIGHT])];
  for (const perKey of [1, 2, 4]) {
    const terms = { ...TERMS, maximumPairs: left.length * perKey };
    for (const convene of [undefined, maliciousComputation.convene]) {
      const opened = await linkInCommittee({ ...terms, perKey }, left, right, convene === undefined ? {} : { convene });
      const all = linkInTheClear({ ...terms, maximumPairs: 1_000 }, left, right).links;
      assert.ok(opened.fits, `${perKey}`);
      for (const link of opened.links) assert.ok(all.some((l) => l.left === link.left && l.right === link.right));
      // Keys of few are all compared, whatever others fill.
      for (const row of [1, 6]) assert.equal(opened.flags[row], 1, `row ${row}, ${perKey} per key`);
    }
  }
  const enough = { ...TERMS, maximumPairs: 20 * left.length, perKey: 20 };
  assert.deepEqual((await linkInCommittee(enough, left, right)).links, linkInTheClear(enough, left, right).links);
});
