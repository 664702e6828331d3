/** Two-party connections: order, limits, and everything that a peer or a network may do to messages. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SluisError } from '@sluis/base';
import { type Piece, PairDesk, type WirePairLink } from './pair-links.ts';

const RUN = 'ab'.repeat(16);
const PEER = { name: 'insurer', address: '127.0.0.1:1', certificate: 'c'.repeat(64) };
const code = (expected: string) => (thrown: unknown) =>
  thrown instanceof SluisError && thrown.code === expected && thrown.party === 'insurer';

type Meddle = (piece: Piece, body: Uint8Array) => readonly (readonly [Piece, Uint8Array])[];

/** Two desks that call each other, with a network between that may meddle. */
function pair(meddle: Meddle = (piece, body) => [[piece, body]], timeoutMs = 120_000) {
  const controller = new AbortController();
  const desks = [new PairDesk(), new PairDesk()] as const;
  const until = Date.now() + timeoutMs;
  const open = (me: 0 | 1): WirePairLink =>
    desks[me].open({
      run: RUN,
      attempt: 1,
      peer: PEER,
      timeLeftMs: () => until - Date.now(),
      signal: controller.signal,
      wire: {
        async request(_peer, _type, header, body) {
          for (const [piece, bytes] of meddle(header as Piece, body)) await desks[me === 0 ? 1 : 0].arrived(piece, bytes, 'insurer');
          return { header: {}, body: new Uint8Array(0) };
        },
      },
    });
  return { a: open(0), b: open(1), controller };
}

/** Not the same in any two places, but cheap. */
function bytes(length: number, seed = 1): Uint8Array {
  const out = new Uint8Array(length);
  for (let i = 0; i < length; i += 997) out[i] = (i * 31 + seed) & 255;
  return out;
}

test('messages of any length arrive whole and in order, also while nobody waits', async () => {
  const { a, b } = pair();
  const sizes = [0, 1, 4 * 1024 * 1024, 4 * 1024 * 1024 + 1, 9_000_000];
  const sent = Promise.all(sizes.map((n, i) => a.send('psi/data', bytes(n, i))));
  for (const [i, n] of sizes.entries())
    assert.ok(Buffer.from(await b.receive('psi/data', i % 2 === 0 ? n : { atMost: n })).equals(bytes(n, i)));
  await sent;
  assert.equal(
    a.sentBytes,
    sizes.reduce((x, y) => x + y),
  );
});

test('a sender waits while too much is unread, and goes on when it is read', async () => {
  const { a, b } = pair();
  let done = false;
  const big = a.send('big', bytes(80 * 1024 * 1024)).then(() => {
    done = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(done, false, 'more than is kept ahead');
  assert.equal((await b.receive('big', 80 * 1024 * 1024)).length, 80 * 1024 * 1024);
  await big;
});

test('who sends on without waiting is cut off: memory has a bound, for empty pieces too', async () => {
  for (const size of [4 * 1024 * 1024, 0]) {
    const { b } = pair();
    const body = bytes(size);
    let refused = 0;
    // Not awaited: they come one after the other, while none is taken.
    const all = Array.from({ length: size === 0 ? 20_000 : 20 }, (_, sequence) =>
      b.take({ run: RUN, attempt: 1, sequence, step: 'psi/data', bytes: size, from: 0 }, body).catch((thrown: unknown) => {
        assert.ok(code('intersection/broken-message')(thrown));
        refused++;
      }),
    );
    await Promise.all(all);
    assert.ok(refused > 0);
    await assert.rejects(b.receive('psi/data', size), code('intersection/broken-message'));
  }
});

const CASES: readonly (readonly [string, Meddle, string])[] = [
  [
    'a message that comes twice',
    (p, body) =>
      p.sequence === 1
        ? [
            [p, body],
            [p, body],
          ]
        : [[p, body]],
    'intersection/replayed-message',
  ],
  ['a message that is left out', (p, body) => (p.sequence === 0 ? [] : [[p, body]]), 'intersection/replayed-message'],
  ['a shorter message', (p, body) => [[{ ...p, bytes: body.length - 1 }, body.subarray(1)]], 'intersection/broken-message'],
  ['a truncated message', (p, body) => [[p, body.subarray(1)]], 'intersection/broken-message'],
  ['a longer message', (p, body) => [[{ ...p, bytes: body.length + 1 }, bytes(body.length + 1)]], 'intersection/broken-message'],
  ['more bytes than a message said', (p, body) => [[{ ...p, from: 0 }, bytes(body.length + 1)]], 'intersection/broken-message'],
  ['a message of another step', (p, body) => [[{ ...p, step: 'other' }, body]], 'intersection/broken-message'],
  ['a piece that is too large', (p) => [[{ ...p, bytes: 5_000_000 }, bytes(5_000_000)]], 'intersection/broken-message'],
  ['a piece from the middle', (p, body) => [[{ ...p, from: 1 }, body]], 'intersection/broken-message'],
];
for (const [what, meddle, expected] of CASES)
  test(`${what} ends the connection at its receiver`, async () => {
    const { a, b } = pair(meddle);
    const sending = Promise.allSettled([a.send('step', bytes(10)), a.send('step', bytes(10))]);
    await assert.rejects(async () => {
      for (let i = 0; i < 2; i++) await b.receive('step', 10);
      await b.receive('step', 10);
    }, code(expected));
    await assert.rejects(b.receive('step', 10), code(expected), 'and it stays ended');
    await sending;
  });

test('messages of another attempt, or of none, are refused', async () => {
  const { a } = pair((p, body) => [[{ ...p, attempt: 2 }, body]]);
  await assert.rejects(a.send('step', bytes(1)), code('intersection/not-running'));
  const { a: other } = pair((p, body) => [[{ ...p, run: 'cd'.repeat(16) }, body]]);
  await assert.rejects(other.send('step', bytes(1)), code('intersection/not-running'));
});

test('an end that is given up wakes both who send and who wait', async () => {
  const { a, b, controller } = pair();
  const waiting = assert.rejects(b.receive('step', 1), /given up/);
  controller.abort(new Error('given up'));
  await waiting;
  await assert.rejects(a.send('step', bytes(1)), /given up/);
});
