import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes, SluisError } from '@sluis/base';
import fc from 'fast-check';
import { FrameReader, frameHeader, type Kind, KIND } from './frame.ts';

interface Seen {
  readonly kind: number;
  readonly message: number;
  readonly bytes: readonly number[];
}

/** Reads a stream in pieces; data that comes in several pieces is joined again. */
function read(pieces: readonly Uint8Array[]): Seen[] {
  const seen: { kind: number; message: number; bytes: number[] }[] = [];
  const reader = new FrameReader('beta', 1000, {
    control: (kind, message, payload) => seen.push({ kind, message, bytes: [...payload] }),
    data: (message, bytes, opening) => {
      if (opening) seen.push({ kind: KIND.data, message, bytes: [] });
      seen.at(-1)?.bytes.push(...bytes);
    },
  });
  for (const piece of pieces) reader.push(piece);
  assert.equal(reader.midway, false);
  return seen;
}

const frames = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant(KIND.head), message: fc.nat(), bytes: fc.uint8Array({ maxLength: 300 }) }),
    fc.record({ kind: fc.constant(KIND.data), message: fc.nat(), bytes: fc.uint8Array({ minLength: 1, maxLength: 300 }) }),
    fc.record({ kind: fc.constantFrom(KIND.abort, KIND.ping, KIND.pong), message: fc.nat(), bytes: fc.constant(new Uint8Array(0)) }),
  ),
  { maxLength: 12 },
);
const encode = (list: readonly { kind: Kind; message: number; bytes: Uint8Array }[]) =>
  concatBytes(...list.flatMap((f, i) => [frameHeader(f.kind, f.message, i, f.bytes.length), f.bytes]));

const seed = Date.now() | 0;
console.log(`fast-check seed ${seed}`);

test('however a stream is cut, the same frames come out', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.nat({ max: 3000 }), { maxLength: 20 }), (list, cuts) => {
      const stream = encode(list);
      const at = [...new Set([0, ...cuts.map((c) => Math.min(c, stream.length)), stream.length])].sort((a, b) => a - b);
      const pieces = at.slice(1).map((end, i) => stream.subarray(at[i], end));
      assert.deepEqual(
        read(pieces),
        list.map((f) => ({ kind: f.kind, message: f.message, bytes: [...f.bytes] })),
      );
    }),
    { seed, numRuns: 200 },
  );
});

test('a frame left out, repeated or swapped is noticed at the next frame', () => {
  const three = fc.tuple(fc.nat({ max: 2 }), fc.constantFrom('leave out', 'repeat'));
  fc.assert(
    fc.property(three, ([which, how]) => {
      const one = (i: number) => frameHeader(KIND.ping, 0, i, 0);
      const order = [0, 1, 2].flatMap((i) => (i !== which ? [i] : how === 'repeat' ? [i, i] : []));
      assert.throws(
        () => read([...order, 3].map(one)),
        (e: unknown) => e instanceof SluisError && e.code === 'wire/garbage',
      );
    }),
    { seed },
  );
});

test('random bytes give frames or an error of the wire, nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const reader = new FrameReader('beta', 1000, { control: () => undefined, data: () => undefined });
      try {
        reader.push(bytes);
      } catch (thrown) {
        assert.ok(thrown instanceof SluisError && thrown.code === 'wire/garbage');
      }
    }),
    { seed, numRuns: 500 },
  );
});
