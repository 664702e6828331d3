/**
 * Whatever the program, the order of its strands and the threat model: no random stream is begun twice by one party. All
 * programs under the malicious model: streams.slow.test.ts.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '@sluis/base';
import { Prg } from '@sluis/crypto';
import { begun, most, testStreams } from './fixtures/begun-streams.ts';

testStreams('semi-honest');
testStreams('malicious', (name) => ['multiply', 'less', 'shuffle'].includes(name));

test('control: a stream that is begun a third time is seen', async () => {
  const seed = systemRandom.bytes(32);
  const streams = await begun(async () => [1, 2, 3].map(() => new Prg(seed, 'the same')));
  assert.equal(most(streams), 3);
});
