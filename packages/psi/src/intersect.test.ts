import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom, utf8 } from '@sluis/base';
import { pairOfLinks } from '@sluis/model/fixtures';
import { intersectAsReceiver, intersectAsSender, packItems } from './index.ts';

const MODES = [
  ['vole', 'semi-honest'],
  ['vole', 'malicious'],
  ['ddh', 'semi-honest'],
  ['ddh', 'malicious'],
] as const;

for (const [protocol, threat] of MODES) {
  test(`the receiver learns which of its items the sender has too: ${protocol}, ${threat}`, async () => {
    const [left, right] = pairOfLinks();
    const terms = { context: utf8('run 1'), threat, protocol, sizes: { sender: 5, receiver: 6 } } as const;
    const [, positions] = await Promise.all([
      intersectAsSender(left, packItems(['a', 'c', 'e', 'g']), terms, systemRandom),
      intersectAsReceiver(right, packItems(['b', 'c', 'd', 'e', 'c']), terms, systemRandom),
    ]);
    assert.deepEqual([...positions], [1, 3, 4]);
  });
}
