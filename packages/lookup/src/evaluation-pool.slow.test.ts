/** Threads give what one thread gives, in order; ending early ends them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadOprf } from '@sluis/crypto';
import { evaluateHere } from './evaluate.ts';
import { evaluateOnAllCores } from './evaluation-pool.ts';
import { epochKeys } from './function-outputs.ts';

test('threads evaluate as one does, and say how far they are', async () => {
  const oprf = await loadOprf('voprf');
  const { privateKey } = epochKeys(oprf, new Uint8Array(32), 'd', 1);
  const names = Array.from({ length: 2500 }, (_, i) => `n${i}`);
  const heard: number[] = [];
  const out = await evaluateOnAllCores(privateKey, 'd', { threads: 2, progress: (done) => heard.push(done) })(names);
  assert.equal(heard.at(-1), 2500);
  assert.ok(heard.length >= 3);
  const here = evaluateHere(oprf, privateKey, 'd');
  for (const at of [0, 1023, 1024, 2048, 2499]) assert.deepEqual(out.subarray(at * 48, at * 48 + 48), await here(names.slice(at, at + 1)));
  const controller = new AbortController();
  const stopped = evaluateOnAllCores(privateKey, 'd', {
    threads: 2,
    signal: controller.signal,
    progress: () => controller.abort(new Error('stop')),
  });
  await assert.rejects(stopped(names), /stop/);
});
