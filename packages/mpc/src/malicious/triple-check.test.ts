import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError, systemRandom, utf8 } from '@sluis/base';
import { Session } from '../session.ts';
import { Network } from '../simulation/simulate.ts';
import { type Algebra, bitAlgebra, type Held, ringAlgebra } from './algebra.ts';
import { arraysFor, batchBounds, lanesFor } from './soundness.ts';
import type { Vector } from './tags.ts';
import { checkTriples, type Triples } from './triple-check.ts';

const PARTIES = [0, 1, 2] as const;
type Error0 = { readonly at: number; readonly by: bigint };

/** Component c of random x and y and of z = x·y, with additive errors, as the three parties hold them. */
function dealt(words: number, n: number, errors: readonly Error0[]): Triples<BigUint64Array>[] {
  const algebra = ringAlgebra(words);
  const fresh = (): BigUint64Array => new BigUint64Array(systemRandom.bytes(8 * n * words).slice().buffer);
  const [x, y] = [
    [fresh(), fresh(), fresh()],
    [fresh(), fresh(), fresh()],
  ];
  const total = (v: BigUint64Array[]) => v.reduce((a, b) => algebra.add(a, b));
  const product = algebra.multiply(total(x), total(y));
  for (const { at, by } of errors) product[at] = BigInt.asUintN(64, (product[at] as bigint) + by);
  const z = [fresh(), fresh()];
  z.push(algebra.subtract(product, total(z)));
  return held({ x, y, z });
}

function held<V>(all: { x: V[]; y: V[]; z: V[] }): Triples<V>[] {
  const of = (v: V[], me: number): Held<V> => ({ mine: v[me] as V, next: v[(me + 1) % 3] as V });
  return PARTIES.map((me) => ({ x: of(all.x, me), y: of(all.y, me), z: of(all.z, me) }));
}

function dealtBits(words: number, errors: readonly Error0[]): Triples<Uint32Array>[] {
  const fresh = () => new Uint32Array(systemRandom.bytes(4 * words).slice().buffer);
  const [x, y, z] = [
    [fresh(), fresh(), fresh()],
    [fresh(), fresh(), fresh()],
    [fresh(), fresh(), fresh()],
  ];
  const total = (v: Uint32Array[], i: number) => v.reduce((a, b) => a ^ (b[i] as number), 0);
  for (let i = 0; i < words; i++) {
    const last = z[2] as Uint32Array;
    last[i] = 0;
    last[i] = total(z, i) ^ (total(x, i) & total(y, i));
  }
  for (const { at, by } of errors) (z[2] as Uint32Array)[at] = ((z[2] as Uint32Array)[at] as number) ^ Number(by);
  return held({ x, y, z });
}

async function check<V extends Vector>(
  algebra: Algebra<V>,
  triples: Triples<V>[],
  positions: number,
  arrays: number,
  lie: ((step: string, payload: Uint8Array) => void) | null = null,
) {
  const network = new Network();
  return Promise.allSettled(
    PARTIES.map(async (me) => {
      try {
        const links = network.links(me);
        const lying = {
          ...links,
          send: (to: 0 | 1 | 2, step: string, payload: Uint8Array) => {
            lie?.(step, payload);
            return links.send(to, step, payload);
          },
        };
        const session = await Session.open(me === 0 ? lying : links, utf8('test'), systemRandom);
        await session.run((strand) =>
          checkTriples(strand, algebra, triples[me] as Triples<V>, positions, arrays, { positions: 16, atOnce: 3 }),
        );
      } catch (error) {
        network.leave(me);
        throw error;
      }
    }),
  );
}

const passes = (settled: PromiseSettledResult<void>[]) => settled.every((s) => s.status === 'fulfilled');
const failsAtAll = (settled: PromiseSettledResult<void>[]) =>
  settled.every((s) => s.status === 'rejected' && s.reason instanceof ProtocolError && s.reason.code === 'mpc/verification-failed');

test('right products pass at all sizes and widths', async () => {
  for (const n of [1, 2, 15, 16, 17, 33, 100])
    for (const words of [1, 2, 3]) {
      assert.ok(passes(await check(ringAlgebra(words), dealt(words, n, []), n, 3)), `${n} of ${words} words`);
      assert.ok(passes(await check(bitAlgebra(words), dealtBits(n * words, []), n, 3)), `${n} of ${words} lanes`);
    }
});

test('one wrong product anywhere, by any error, is found by all parties', async () => {
  for (const n of [1, 16, 33])
    for (const at of new Set([0, n - 1, n >> 1]))
      for (const by of [1n, -1n, 1n << 63n, 1n << 32n]) {
        assert.ok(failsAtAll(await check(ringAlgebra(1), dealt(1, n, [{ at, by }]), n, 2)), `${n} ${at} ${by}`);
        const bit = BigInt.asUintN(32, by === 1n << 32n ? 256n : by);
        assert.ok(failsAtAll(await check(bitAlgebra(1), dealtBits(n, [{ at, by: bit === 0n ? 8n : bit }]), n, 2)), `bits ${n} ${at} ${by}`);
      }
  const all = Array.from({ length: 20 }, (_, at) => ({ at, by: 1n << 63n }));
  assert.ok(failsAtAll(await check(ringAlgebra(1), dealt(1, 20, all), 20, 2)));
});

/** How often a wrong product is accepted by all, when party 0 adds the same error to the first triple of every array. */
async function accepted(positions: number, arrays: number, tries: number): Promise<number> {
  // Party 0 changes what it sends in place, and so what it keeps: nothing but the sum is off.
  const lie = (step: string, payload: Uint8Array) => {
    if (!step.includes('triples')) return;
    const sent = new BigUint64Array(payload.buffer, payload.byteOffset, payload.length / 8);
    for (let j = 0; j < arrays; j++) sent[j * (positions + 1)] = BigInt.asUintN(64, (sent[j * (positions + 1)] as bigint) + 5n);
  };
  let count = 0;
  for (let i = 0; i < tries; i++)
    if (passes(await check(ringAlgebra(1), dealt(1, positions, [{ at: 0, by: 5n }]), positions, arrays, lie))) count += 1;
  return count;
}

test('a wrong product hides behind wrong triples exactly as often as the bound says', async () => {
  // Binomial(400, 1/2): 5 standard deviations are 50. Binomial(400, 1/9): 31. Binomial(400, 1/8): 33.
  for (const [positions, arrays, expected, margin] of [
    [1, 1, 200, 50],
    [2, 2, 44, 31],
    [1, 3, 50, 33],
  ] as const) {
    const count = await accepted(positions, arrays, 400);
    assert.ok(Math.abs(count - expected) <= margin, `${count} where ${expected} are expected`);
  }
});

test('arrays are as many as the bound asks for, and not one more', () => {
  for (const [positions, arrays] of [
    [1, 41],
    [2, 26],
    [31, 9],
    [255, 6],
    [256, 5],
    [1023, 5],
    [1024, 4],
    [10_320, 4],
    [10_321, 3],
    [2 ** 20 - 1, 3],
    [2 ** 20, 2],
    [2 ** 30, 2],
    [2 ** 40, 1],
  ] as const)
    assert.equal(arraysFor(positions), arrays, `${positions}`);
  for (let n = 1; n < 5000; n++) {
    const r = arraysFor(n);
    assert.ok(r * Math.log2(n + 1) >= 40 && (r - 1) * Math.log2(n + 1) <= 40.000001, `${n}`);
  }
});

test('lanes widen where that costs no array, and batches are even', () => {
  assert.equal(lanesFor(1), 1);
  assert.ok(lanesFor(2 ** 21) >= 2);
  for (const words of [1, 5, 100, 5000, 2 ** 21, 2 ** 22]) {
    const lanes = lanesFor(words);
    assert.ok(lanes >= 1 && lanes <= 4 && arraysFor(Math.ceil(words / lanes)) >= arraysFor(words));
  }
  assert.deepEqual(batchBounds(10, 10), [0, 10]);
  assert.deepEqual(batchBounds(11, 10), [0, 5, 11]);
  assert.deepEqual(batchBounds(0, 10), [0, 0]);
});
