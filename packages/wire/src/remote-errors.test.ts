/** An error that a remote handler throws arrives as it was thrown, also when it is itself about a broken connection. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PeerError } from '@sluis/base';
import { type Pins, station } from './fixtures/stations.ts';

test("a third station's broken connection keeps the step at which the remote station saw it", async (t) => {
  const pins: Pins = new Map();
  const a = await station(t, 'alpha', pins);
  const b = await station(t, 'beta', pins);
  b.wire.onRequest('play', async () => {
    throw new PeerError('wire/disconnected', {
      stage: 'wire',
      party: 'gamma',
      message: 'The connection with gamma broke ("share-digests").',
    });
  });
  await assert.rejects(a.wire.request(b.peer, 'play', {}, new Uint8Array(0)), {
    code: 'wire/disconnected',
    party: 'gamma',
    message: 'The connection with gamma broke ("share-digests").',
  });
});
