import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError, systemRandom, utf8 } from '@sluis/base';
import { CHECK_BATCH } from '@sluis/technique';
import { Session } from '../session.ts';
import { Network } from '../simulation/simulate.ts';
import { type Algebra, bitAlgebra, ringAlgebra } from './algebra.ts';
import { Scratch } from './scratch.ts';
import { arraysFor, batchBounds } from './soundness.ts';
import { checkTriples, type Triples } from './triple-check.ts';

const PARTIES = [0, 1, 2] as const;
type Error0 = { readonly at: number; readonly by: bigint };

/** Component c of random x and y and of z = x·y, with additive errors, as the three parties hold them. */
function dealt(words: number, n: number, errors: readonly Error0[]): Triples[] {
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

function held(all: { x: BigUint64Array[]; y: BigUint64Array[]; z: BigUint64Array[] }): Triples[] {
  const of = (v: BigUint64Array[], me: number) => ({ mine: v[me] as BigUint64Array, next: v[(me + 1) % 3] as BigUint64Array });
  return PARTIES.map((me) => ({ x: of(all.x, me), y: of(all.y, me), z: of(all.z, me) }));
}

/** As `dealt` for 64 conjunctions a position. */
function dealtBits(n: number, errors: readonly Error0[]): Triples[] {
  const fresh = (): BigUint64Array => new BigUint64Array(systemRandom.bytes(8 * n).slice().buffer);
  const [x, y, z] = [
    [fresh(), fresh(), fresh()],
    [fresh(), fresh(), fresh()],
    [fresh(), fresh()],
  ];
  const total = (v: BigUint64Array[]) => v.reduce((a, b) => bitAlgebra.add(a, b));
  const product = bitAlgebra.multiply(total(x), total(y));
  for (const { at, by } of errors) product[at] = (product[at] as bigint) ^ BigInt.asUintN(64, by);
  z.push(bitAlgebra.subtract(product, total(z)));
  return held({ x, y, z });
}

async function check(
  algebra: Algebra,
  triples: Triples[],
  arrays: number,
  lie: ((step: string, payload: Uint8Array) => void) | null = null,
) {
  const network = new Network();
  const positions = (triples[0]?.z.mine.length ?? 0) / algebra.words;
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
        await session.run((strand) => checkTriples(strand, algebra, positions, () => triples[me] as Triples, arrays, new Scratch()));
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
  for (const n of [1, 2, 15, 16, 17, 33, 100]) {
    for (const words of [1, 2, 3]) assert.ok(passes(await check(ringAlgebra(words), dealt(words, n, []), 3)), `${n} of ${words} words`);
    assert.ok(passes(await check(bitAlgebra, dealtBits(n, []), 3)), `${n} of 64 bits`);
  }
});

test('one wrong product anywhere, by any error, is found by all parties', async () => {
  for (const n of [1, 16, 33])
    for (const at of new Set([0, n - 1, n >> 1]))
      for (const by of [1n, -1n, 1n << 63n, 1n << 32n]) {
        assert.ok(failsAtAll(await check(ringAlgebra(1), dealt(1, n, [{ at, by }]), 2)), `${n} ${at} ${by}`);
        assert.ok(failsAtAll(await check(bitAlgebra, dealtBits(n, [{ at, by }]), 2)), `bits ${n} ${at} ${by}`);
      }
  const all = Array.from({ length: 20 }, (_, at) => ({ at, by: 1n << 63n }));
  assert.ok(failsAtAll(await check(ringAlgebra(1), dealt(1, 20, all), 2)));
  assert.ok(failsAtAll(await check(ringAlgebra(2), dealt(2, 20, [{ at: 39, by: 1n << 63n }]), 2)));
});

/** How often a wrong product is accepted by all, when party 0 adds the same error to the first triple of every array. */
async function accepted(positions: number, arrays: number, tries: number): Promise<number> {
  // Party 0 changes what it sends in place, and so what it keeps: nothing but the sum is off.
  const lie = (step: string, payload: Uint8Array) => {
    if (!step.includes('triples')) return;
    const sent = new BigUint64Array(payload.buffer, payload.byteOffset, payload.length / 8);
    sent[0] = BigInt.asUintN(64, (sent[0] as bigint) + 5n);
  };
  let count = 0;
  for (let i = 0; i < tries; i++)
    if (passes(await check(ringAlgebra(1), dealt(1, positions, [{ at: 0, by: 5n }]), arrays, lie))) count += 1;
  return count;
}

test('a wrong product hides behind wrong triples exactly as often as the bound says', async () => {
  // Binomial(200, p): 5 standard deviations are 35 for p = 1/2, 22 for 1/9 and 24 for 1/8.
  for (const [positions, arrays, expected, margin] of [
    [1, 1, 100, 35],
    [2, 2, 22, 22],
    [1, 3, 25, 24],
  ] as const) {
    const count = await accepted(positions, arrays, 200);
    assert.ok(count > 0 && Math.abs(count - expected) <= margin, `${count} where ${expected} are expected`);
  }
});

test('products that are all wrong alike do not hide behind triples that are all wrong alike: one of these is opened', async () => {
  for (const [positions, arrays] of [
    [1, 41],
    [3, 2],
  ] as const) {
    const lie = (step: string, payload: Uint8Array) => {
      if (!step.includes('triples')) return;
      const sent = new BigUint64Array(payload.buffer, payload.byteOffset, payload.length / 8);
      for (let i = 0; i < sent.length; i++) sent[i] = (sent[i] as bigint) + 5n;
    };
    const wrong = Array.from({ length: positions }, (_, at) => ({ at, by: 5n }));
    assert.ok(failsAtAll(await check(ringAlgebra(1), dealt(1, positions, wrong), arrays, lie)), `${positions}`);
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

test('batches are even, and none is too small for three arrays where there is enough', () => {
  for (const positions of [CHECK_BATCH, CHECK_BATCH + 1, 2 * CHECK_BATCH - 1, 2 * CHECK_BATCH, 7 * CHECK_BATCH + 1]) {
    const bounds = batchBounds(positions);
    assert.equal(bounds.at(-1), positions);
    assert.ok(bounds.slice(1).every((to, b) => arraysFor(to - (bounds[b] as number)) === 3));
  }
  assert.deepEqual(batchBounds(11), [0, 11]);
  assert.deepEqual(batchBounds(0), [0, 0]);
});
