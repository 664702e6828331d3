/** A mailbox takes one body from each expected sender, and says who is missing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError, SluisError } from '@sluis/base';
import { Mailbox } from './mailbox.ts';

const body = (n: number) => Uint8Array.of(n);
const never = new AbortController().signal;

test('bodies are taken before and while they are waited for', async () => {
  const box = new Mailbox('share', ['a', 'b'], 10);
  box.put('b', body(2));
  const all = box.all(120_000, never);
  setImmediate(() => box.put('a', body(1)));
  assert.deepEqual(Object.fromEntries(await all), { a: body(1), b: body(2) });
});

test('an unexpected sender, a second body and an oversized one are refused, and the first body stays', async () => {
  const box = new Mailbox('share', ['a'], 3);
  assert.throws(() => box.put('stranger', body(1)), ProtocolError);
  assert.throws(() => box.put('a', new Uint8Array(4)), /larger than the plan allows/);
  box.put('a', body(1));
  assert.throws(() => box.put('a', body(2)), /second time/);
  assert.deepEqual((await box.all(120_000, never)).get('a'), body(1));
});

test('when time runs out the error names who is missing and the step', async () => {
  const box = new Mailbox('delivery', ['a', 'b', 'c'], 3);
  box.put('b', body(1));
  await assert.rejects(box.all(20, never), (thrown: unknown) => {
    assert.ok(thrown instanceof SluisError);
    assert.equal(thrown.code, 'run/timeout');
    assert.equal(thrown.party, 'a');
    assert.match(thrown.message, /"delivery".*a, c/);
    return true;
  });
});

test("an abort ends the wait with the signal's reason, also when it came before", async () => {
  const controller = new AbortController();
  const box = new Mailbox('share', ['a'], 3);
  const waiting = box.all(10_000, controller.signal);
  const reason = new Error('stop');
  controller.abort(reason);
  await assert.rejects(waiting, reason);
  await assert.rejects(box.all(10_000, controller.signal), reason);
});
