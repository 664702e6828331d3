import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError, systemRandom, utf8 } from '@sluis/base';
import { CHECK_PIECE, type CheckArrays, checkArrays, checkBatches } from '@sluis/technique';
import { Session } from '../session.ts';
import { Network } from '../simulation/simulate.ts';
import { type Algebra, bitAlgebra, ringAlgebra } from './algebra.ts';
import { CheckMemory, checkProducts, type Cut, type Products } from './product-check.ts';
import { batchBounds } from './soundness.ts';

const PARTIES = [0, 1, 2] as const;
type Error0 = { readonly at: number; readonly by: bigint };

/** Component c of random x and y and of z = x·y, with additive errors, as the three parties hold them. */
function dealt(words: number, n: number, errors: readonly Error0[]): Products[] {
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

function held(all: { x: BigUint64Array[]; y: BigUint64Array[]; z: BigUint64Array[] }): Products[] {
  const of = (v: BigUint64Array[], me: number) => ({ mine: v[me] as BigUint64Array, next: v[(me + 1) % 3] as BigUint64Array });
  return PARTIES.map((me) => ({ x: of(all.x, me), y: of(all.y, me), z: of(all.z, me) }));
}

/** As `dealt` for 64 conjunctions a position. */
function dealtBits(n: number, errors: readonly Error0[]): Products[] {
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
  triples: Products[],
  plan: CheckArrays,
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
        const cut: Cut = (from, to) => cutOf(triples[me] as Products, algebra.words, from, to);
        await session.run((strand) => checkProducts(strand, algebra, positions, cut, new CheckMemory(), plan));
      } catch (error) {
        network.leave(me);
        throw error;
      }
    }),
  );
}

/** The shortest arrays that there can be: far fewer triples than a check needs, so that lies succeed often enough to be counted. */
function least(positions: number, arrays: number): CheckArrays {
  const prime = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 101].find((p) => p > positions) as number;
  return { arrays, length: prime };
}

/** Positions from `from` to `to` of word-major products. */
function cutOf({ x, y, z }: Products, words: number, from: number, to: number): Products {
  const cut = (v: BigUint64Array) => {
    const n = v.length / words;
    return BigUint64Array.from(
      { length: words * (to - from) },
      (_, i) => v[Math.floor(i / (to - from)) * n + from + (i % (to - from))] as bigint,
    );
  };
  const both = (h: Products['x']) => ({ mine: cut(h.mine), next: cut(h.next) });
  return { x: both(x), y: both(y), z: both(z) };
}

const passes = (settled: PromiseSettledResult<void>[]) => settled.every((s) => s.status === 'fulfilled');
const failsAtAll = (settled: PromiseSettledResult<void>[]) =>
  settled.every((s) => s.status === 'rejected' && s.reason instanceof ProtocolError && s.reason.code === 'mpc/verification-failed');

test('right products pass at all sizes and widths', async () => {
  for (const n of [1, 2, 15, 16, 17, 33, 100]) {
    for (const words of [1, 2, 3])
      assert.ok(passes(await check(ringAlgebra(words), dealt(words, n, []), least(n, 3))), `${n} of ${words} words`);
    assert.ok(passes(await check(bitAlgebra, dealtBits(n, []), least(n, 3))), `${n} of 64 bits`);
  }
});

test('one wrong product anywhere, by any error, is found by all parties', async () => {
  for (const n of [1, 16, 33])
    for (const at of new Set([0, n - 1, n >> 1]))
      for (const by of [1n, -1n, 1n << 63n, 1n << 32n]) {
        assert.ok(failsAtAll(await check(ringAlgebra(1), dealt(1, n, [{ at, by }]), least(n, 2))), `${n} ${at} ${by}`);
        assert.ok(failsAtAll(await check(bitAlgebra, dealtBits(n, [{ at, by }]), least(n, 2))), `bits ${n} ${at} ${by}`);
      }
  const all = Array.from({ length: 20 }, (_, at) => ({ at, by: 1n << 63n }));
  assert.ok(failsAtAll(await check(ringAlgebra(1), dealt(1, 20, all), least(20, 2))));
  assert.ok(failsAtAll(await check(ringAlgebra(2), dealt(2, 20, [{ at: 39, by: 1n << 63n }]), least(20, 2))));
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
    if (passes(await check(ringAlgebra(1), dealt(1, positions, [{ at: 0, by: 5n }]), least(positions, arrays), lie))) count += 1;
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
    assert.ok(failsAtAll(await check(ringAlgebra(1), dealt(1, positions, wrong), least(positions, arrays), lie)), `${positions}`);
  }
});

test('products in several pieces are checked wherever they stand, in every way of checking', async () => {
  const n = CHECK_PIECE + 5;
  for (const plan of [checkArrays(n), { arrays: 2, length: 65_537 }]) {
    assert.ok(passes(await check(ringAlgebra(1), dealt(1, n, []), plan)));
    assert.ok(passes(await check(bitAlgebra, dealtBits(n, []), plan)));
    assert.ok(passes(await check(ringAlgebra(2), dealt(2, n, []), plan)));
    for (const at of [0, CHECK_PIECE - 1, CHECK_PIECE, n - 1]) {
      assert.ok(failsAtAll(await check(ringAlgebra(1), dealt(1, n, [{ at, by: 1n << 63n }]), plan)), `${at}`);
      assert.ok(failsAtAll(await check(bitAlgebra, dealtBits(n, [{ at, by: 1n }]), plan)), `bits ${at}`);
    }
  }
});

test('a wrong triple that meets no product is found', async () => {
  // Every triple of the second piece is wrong, and the one product meets none of them or one.
  const lie = (step: string, payload: Uint8Array) => {
    if (step.includes('triples')) payload[8] = (payload[8] as number) ^ 1;
  };
  for (let i = 0; i < 20; i++) assert.ok(failsAtAll(await check(ringAlgebra(1), dealt(1, 1, []), { arrays: 1, length: 5 }, lie)));
});

test('arrays are prime, longer than there are products, and enough for the bound', () => {
  const sizes = [1, 2, 31, 255, 1023, 10_320, 10_321, 100_000, 700_000, 800_000, 2 ** 20, 3_000_001];
  for (const n of [...Array.from({ length: 600 }, (_, i) => i + 1), ...sizes]) {
    const { arrays, length } = checkArrays(n);
    assert.ok(length > n && arrays * Math.log2(length) > 40, `${n}`);
    for (let d = 2; d * d <= length; d++) assert.notEqual(length % d, 0, `${n}: ${length}`);
  }
  assert.equal(checkArrays(50_000).arrays, 3);
  assert.equal(checkArrays(900_000).arrays, 2);
});

test('batches are even, and no smaller than three arrays, or two, are worth', () => {
  for (const [positions, batches] of [
    [11, 1],
    [65_535, 1],
    [65_536, 2],
    [700_000, 21],
    [900_000, 1],
    [2 ** 21, 2],
  ] as const) {
    assert.equal(checkBatches(positions), batches);
    const bounds = batchBounds(positions);
    assert.deepEqual([bounds[0], bounds.at(-1), bounds.length], [0, positions, batches + 1]);
  }
  assert.deepEqual(batchBounds(0), [0, 0]);
});
