import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PeerError, ProtocolError, systemRandom } from '@sluis/base';
import type { Committee } from '@sluis/technique';
import { replicatedComputation, replicatedSharing } from './index.ts';
import { deal, type Message, Network, settleCommittee, simulateCommittee } from './simulation/index.ts';

const values = deal([1n, -2n, 3n, -4n, 5n], 1);
/** A program that goes through every kind of message. */
async function program(c: Committee): Promise<Uint8Array> {
  const x = values[c.me];
  const smallest = await c.minimum([x, c.addConstant(x, 1n)], 10);
  return c.openBits(await c.and(await c.negative(await c.rerandomise(smallest), 10), c.constantBits(5, 1)));
}

/** Steps of the program with their senders. */
async function messages(): Promise<Message[]> {
  return [...(await simulateCommittee(program, { keepTranscript: true })).transcript];
}

test('the untouched program answers', async () => {
  assert.deepEqual([...(await simulateCommittee(program)).results[2]], [0, 1, 0, 1, 0]);
});

test('a peer that vanishes at any message leaves the others with a PeerError that names it and the step', async () => {
  for (const lost of await messages()) {
    const same = (m: Message) => m.step === lost.step && m.from === lost.from && m.to === lost.to;
    const { settled } = await settleCommittee(program, { tamper: (m) => (same(m) ? null : m.payload) });
    const outcome = settled[lost.to];
    assert.equal(outcome?.status, 'rejected', lost.step);
    const error = (outcome as PromiseRejectedResult).reason;
    assert.ok(error instanceof PeerError, lost.step);
    assert.match(error.message, new RegExp(`party ${lost.from} .*step "`));
  }
});

test('a payload of another length is a ProtocolError that names sender and step', async () => {
  for (const bent of await messages()) {
    for (const change of [(p: Uint8Array) => p.subarray(1), (p: Uint8Array) => new Uint8Array(p.length + 4), () => new Uint8Array(0)]) {
      const same = (m: Message) => m.step === bent.step && m.from === bent.from && m.to === bent.to;
      const { settled } = await settleCommittee(program, { tamper: (m) => (same(m) ? change(m.payload) : m.payload) });
      const error = (settled[bent.to] as PromiseRejectedResult).reason;
      assert.ok(error instanceof ProtocolError, bent.step);
      assert.equal(error.code, 'mpc/bad-length');
      assert.ok(error.message.includes(bent.step) && error.message.includes(`party ${bent.from}`));
    }
  }
});

test('an opening whose copies differ is refused, and names the step and both peers', async () => {
  const opening = (await messages()).filter((m) => m.step.includes('open'));
  assert.equal(opening.length, 6);
  for (const bent of opening) {
    const flip = (p: Uint8Array) => p.map((b, i) => (i === 0 ? b ^ 1 : b));
    const same = (m: Message) => m.step === bent.step && m.from === bent.from && m.to === bent.to;
    const { settled } = await settleCommittee(program, { tamper: (m) => (same(m) ? flip(m.payload) : m.payload) });
    const error = (settled[bent.to] as PromiseRejectedResult).reason;
    assert.equal(error.code, 'mpc/inconsistent-opening');
    assert.match(error.message, /open/);
    assert.ok([0, 1, 2].filter((p) => p !== bent.to).every((p) => error.message.includes(String(p))));
  }
});

test('a key that comes back to its sender is refused', async () => {
  const network = new Network({ tamper: (m) => (m.to === 0 ? new Uint8Array(32).fill(7) : m.payload) });
  const fixed = { bytes: (n: number) => new Uint8Array(n).fill(7) };
  const parties = [0, 1, 2].map((me) =>
    replicatedComputation.convene(network.links(me as 0 | 1 | 2), new Uint8Array(1), me === 0 ? fixed : systemRandom),
  );
  const [first] = await Promise.allSettled(parties);
  assert.equal((first as PromiseRejectedResult).reason.code, 'mpc/weak-key');
});

test('parties with different contexts compute nothing together', async () => {
  const network = new Network();
  const results = await Promise.all(
    ([0, 1, 2] as const).map(async (me) => {
      const committee = await replicatedComputation.convene(network.links(me), Uint8Array.of(me), systemRandom);
      return committee.components(await committee.rerandomise(values[me]));
    }),
  );
  const total = [0, 1, 2, 3, 4].map((i) =>
    BigInt.asIntN(
      64,
      results.reduce((s, r) => s + (r.mine[i] ?? 0n), 0n),
    ),
  );
  assert.notDeepEqual(total, [1n, -2n, 3n, -4n, 5n]);
});

test('shares of another party, shape or size are malformed', () => {
  const [zero, one] = replicatedSharing.split({ cells: 2, columns: [BigUint64Array.of(1n, 2n)] }, [1], systemRandom);
  const refused = (read: () => unknown) => assert.throws(read, (e) => e instanceof ProtocolError && e.code === 'share/malformed');
  assert.equal(replicatedSharing.combine(0, zero, 2, [1]).length, 1);
  refused(() => replicatedSharing.combine(1, zero, 2, [1]));
  refused(() => replicatedSharing.combine(2, one, 2, [1]));
  refused(() => replicatedSharing.combine(0, zero, 3, [1]));
  refused(() => replicatedSharing.combine(1, one, 2, [2]));
  refused(() => replicatedSharing.combine(1, one, 1, [1, 1]));
  refused(() => replicatedSharing.combine(1, one.subarray(1), 2, [1]));
  refused(() => replicatedSharing.combine(0, new Uint8Array(0), 2, [1]));
});

test('a share reads the same from a Buffer, whose slice shares memory with others', () => {
  const messages = replicatedSharing.split({ cells: 2, columns: [BigUint64Array.of(1n, 2n)] }, [1], systemRandom);
  for (const me of [1, 2] as const) {
    const pooled = Buffer.concat([Buffer.alloc(3), messages[me]]).subarray(3);
    assert.deepEqual(replicatedSharing.combine(me, pooled, 2, [1]), replicatedSharing.combine(me, messages[me], 2, [1]));
  }
});

test('both holders of a component have its digest, and it depends on component and context', () => {
  const messages = replicatedSharing.split({ cells: 2, columns: [BigUint64Array.of(1n, 2n)] }, [1], systemRandom);
  const held = ([0, 1, 2] as const).map((me) => replicatedSharing.combine(me, messages[me], 2, [1]));
  const digest = (me: 0 | 1 | 2, which: 0 | 1 | 2, context = 1) =>
    Buffer.from(replicatedSharing.digest(held[me] ?? [], me, which, Uint8Array.of(context))).toString('hex');
  for (const which of [0, 1, 2] as const) assert.equal(digest(which, which), digest(((which + 2) % 3) as 0 | 1 | 2, which));
  assert.equal(new Set([digest(0, 0), digest(1, 1), digest(2, 2), digest(0, 0, 2)]).size, 4);
  assert.throws(() => digest(0, 2), RangeError);
});
