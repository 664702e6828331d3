/** Random histories of a database: after each version a client's copy says exactly what stands in it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8 } from '@sluis/base';
import { sha256 } from '@sluis/crypto';
import { playHistory } from './fixtures/history.ts';
import { randomSeed } from './fixtures/seed.ts';

test('random histories are answered exactly', async () => {
  const seed = randomSeed('publish.prop.test');
  let deltas = 0;
  for (let run = 0; run < 25; run++) {
    const versions = await playHistory(sha256(seed, utf8(String(run))));
    deltas += versions.filter((v) => v.segments.length > 1).length;
  }
  assert.ok(deltas > 3, `${deltas} versions were deltas: both forms were tried`);
});
