/** Answers over fetch: whole ones, and those that never end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fetchTransport, LARGEST_ANSWER } from './lookup-transport.ts';

const PIECE = 4 * 1024 * 1024;
const code = (expected: string) => (e: unknown) => (e as { code?: string }).code === expected;

/** An owner that answers with so many pieces, without saying how many; `taken` counts those that were read. */
function owner(pieces: number, status = 200) {
  const state = { taken: 0 };
  const get = async () => {
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      if (state.taken++ < pieces) controller.enqueue(new Uint8Array(PIECE).fill(state.taken));
      else controller.close();
    };
    return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }), { status });
  };
  return { state, transport: fetchTransport('https://owner.example/lookup/v1/', get as typeof fetch) };
}

test('an answer in pieces arrives whole, and an empty one empty', async () => {
  const body = await owner(2).transport.chunk('00');
  assert.deepEqual([body.length, body[0], body[PIECE]], [2 * PIECE, 1, 2]);
  assert.equal((await owner(0).transport.publication()).length, 0);
});

test('an answer that does not end is given up, refusals too', async () => {
  for (const status of [200, 403]) {
    const { state, transport } = owner(Number.POSITIVE_INFINITY, status);
    await assert.rejects(transport.publication(), code('lookup/malformed'));
    assert.ok(state.taken <= LARGEST_ANSWER / PIECE + 1, `${state.taken}`);
  }
});
