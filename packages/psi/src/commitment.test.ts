import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom, utf8 } from '@sluis/base';
import { checkCommitment, commitToItems } from './commitment.ts';
import { packItems } from './packed-items.ts';

const RUN = utf8('run 1, sender');
const names = Array.from({ length: 1000 }, (_, i) => `item ${i}`);

test('a commitment opens to the same items in any order, and to no others', async () => {
  const made = await commitToItems(packItems(names), RUN, systemRandom);
  await checkCommitment(packItems(names), RUN, made);
  await checkCommitment(packItems(names.toReversed()), RUN, made);
  const changed = { code: 'psi/changed-items' };
  await assert.rejects(checkCommitment(packItems(names.slice(1)), RUN, made), changed);
  await assert.rejects(checkCommitment(packItems([...names, 'item 3']), RUN, made), changed);
  await assert.rejects(checkCommitment(packItems([...names.slice(1), 'item x']), RUN, made), changed);
  await assert.rejects(checkCommitment(packItems(names), utf8('run 2, sender'), made), changed);
  await assert.rejects(checkCommitment(packItems(names), RUN, { ...made, salt: systemRandom.bytes(32) }), changed);
  await assert.rejects(checkCommitment(packItems(names), RUN, { ...made, salt: new Uint8Array(3) }), { code: 'psi/bad-salt' });
});

test('how often an item stands there counts; no items at all can be committed to; items that touch are told apart', async () => {
  for (const items of [[], ['a'], ['a', 'a'], ['a', 'a', 'b'], ['a', 'b', 'b'], ['', 'ab'], ['ab', ''], ['aa']]) {
    const made = await commitToItems(packItems(items), RUN, systemRandom);
    await checkCommitment(packItems(items), RUN, made);
    await assert.rejects(checkCommitment(packItems([...items, '']), RUN, made), { code: 'psi/changed-items' });
  }
});

test('two commitments to the same items look different', async () => {
  const [a, b] = await Promise.all([0, 1].map(() => commitToItems(packItems(names), RUN, systemRandom)));
  assert.notDeepEqual(a?.commitment, b?.commitment);
});
