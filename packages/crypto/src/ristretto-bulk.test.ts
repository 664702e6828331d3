/** The group in bulk against @noble's, what it refuses, and the oblivious functions' refusals. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { concatBytes, fromHex, systemRandom, toHex, utf8 } from '@sluis/base';
import { loadOprf } from './oprf.ts';
import { loadRistretto } from './ristretto-bulk.ts';

const { Point } = ristretto255;
const code = (expected: string) => (e: unknown) => (e as { code?: string }).code === expected;
const at = (packed: Uint8Array, i: number) => packed.subarray(32 * i, 32 * i + 32);
const integer = (scalar: Uint8Array) => BigInt(`0x${toHex(scalar.slice().reverse())}`);
const bytesOf = (n: bigint) => fromHex(n.toString(16).padStart(64, '0')).reverse();

test('the group in bulk computes what @noble computes', async () => {
  const group = await loadRistretto();
  const messages = [0, 1, 16, 300, 20_000].map((n) => systemRandom.bytes(n));
  const elements = group.hashToGroup(messages, utf8('domain'));
  const points = messages.map((m) => ristretto255_hasher.hashToCurve(m, { DST: utf8('domain') }));
  for (const [i, p] of points.entries()) assert.deepEqual(at(elements, i), p.toBytes());
  const scalars = group.randomScalars(5, systemRandom);
  const one = scalars.subarray(0, 32);
  const [each, all] = [group.multiplyEach(elements, scalars), group.multiply(elements, one)];
  const others = group.fromUniform(systemRandom.bytes(5 * 64));
  for (const [i, p] of points.entries()) {
    assert.deepEqual(at(each, i), p.multiply(integer(at(scalars, i))).toBytes());
    assert.deepEqual(at(all, i), p.multiply(integer(one)).toBytes());
    const other = Point.fromBytes(at(others, i));
    assert.deepEqual(at(group.add(elements, others), i), p.add(other).toBytes());
    assert.deepEqual(at(group.subtract(elements, others), i), p.subtract(other).toBytes());
    assert.deepEqual(at(group.multiplyGenerator(scalars), i), Point.BASE.multiply(integer(at(scalars, i))).toBytes());
  }
  assert.deepEqual(group.sum(elements), points.reduce((a, b) => a.add(b), Point.ZERO).toBytes());
  assert.deepEqual(group.sum(new Uint8Array(0)), new Uint8Array(32));
  const inverses = group.invertScalars(scalars);
  assert.deepEqual(group.multiplyEach(each, inverses), elements);
  const ones = group.multiplyScalars(scalars, inverses);
  for (let i = 0; i < 5; i++) assert.equal(integer(at(ones, i)), 1n);
  assert.deepEqual(group.subtractScalars(group.addScalars(scalars, ones), ones), scalars);
});

test('hashing under an overlong domain', async () => {
  const group = await loadRistretto();
  const domain = utf8('d'.repeat(300));
  assert.deepEqual(group.hashToGroup([utf8('m')], domain), ristretto255_hasher.hashToCurve(utf8('m'), { DST: domain }).toBytes());
});

test('malformed elements and scalars are refused', async () => {
  const group = await loadRistretto();
  const [good] = [group.fromUniform(systemRandom.bytes(64))];
  const scalar = group.randomScalars(1, systemRandom);
  // RFC 9496, A.2 and A.3: not canonical, negative, not a square; and the identity, which is no use to any protocol here.
  const bad = [
    '00'.repeat(32),
    '00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    'f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '0100000000000000000000000000000000000000000000000000000000000000',
    '26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ].map(fromHex);
  for (const element of bad) {
    assert.throws(() => group.checkElements(concatBytes(good, element)), code('crypto/not-an-element'));
    assert.throws(() => group.multiply(concatBytes(good, element), scalar), code('crypto/not-an-element'), toHex(element));
  }
  group.checkElements(good);
  assert.throws(() => group.multiply(good.subarray(1), scalar), code('crypto/not-an-element'));
  const order = Point.Fn.ORDER;
  for (const wrong of [bytesOf(order), bytesOf(order + 1n), new Uint8Array(32).fill(255), scalar.subarray(1), concatBytes(scalar, scalar)])
    assert.throws(() => group.multiply(good, wrong), code('crypto/not-a-scalar'));
  assert.deepEqual(group.multiply(good, bytesOf(order - 1n)), Point.fromBytes(good).negate().toBytes());
  assert.throws(() => group.multiply(good, new Uint8Array(32)), code('crypto/not-an-element'), 'a scalar 0 gives the identity');
});

test('a proof is refused unless key, elements and batch are the ones it was made for', async () => {
  for (const mode of ['voprf', 'poprf'] as const) {
    const oprf = await loadOprf(mode, utf8('info'));
    const [keys, other] = [oprf.keys(systemRandom.bytes(32), utf8('k')), oprf.keys(systemRandom.bytes(32), utf8('k'))];
    const inputs = ['a', 'b', 'a'].map(utf8);
    const mine = oprf.blind(inputs, systemRandom);
    const answer = oprf.evaluate(keys.privateKey, mine.blinded, systemRandom);
    const outputs = oprf.finalize(inputs, mine, answer, keys.publicKey);
    assert.deepEqual(outputs, oprf.evaluateInputs(keys.privateKey, inputs));
    const caught = code('crypto/oprf-proof');
    assert.throws(() => oprf.finalize(inputs, mine, answer, other.publicKey), caught);
    assert.throws(() => oprf.finalize(inputs, mine, oprf.evaluate(other.privateKey, mine.blinded, systemRandom), keys.publicKey), caught);
    const swapped = concatBytes(at(answer.evaluated, 1), at(answer.evaluated, 0), at(answer.evaluated, 2));
    assert.throws(() => oprf.finalize(inputs, mine, { ...answer, evaluated: swapped }, keys.publicKey), caught);
    assert.throws(() => oprf.finalize(inputs, mine, { ...answer, evaluated: answer.evaluated.subarray(32) }, keys.publicKey), caught);
    for (const k of [0, 40, 63]) {
      const proof = answer.proof.slice();
      proof[k] = (proof[k] ?? 0) ^ 1;
      assert.throws(() => oprf.finalize(inputs, mine, { ...answer, proof }, keys.publicKey), caught);
    }
    assert.throws(() => oprf.finalize(inputs, mine, { ...answer, proof: new Uint8Array(64) }, keys.publicKey), caught);
    assert.throws(() => oprf.evaluate(keys.privateKey, new Uint8Array(32), systemRandom), code('crypto/not-an-element'));
    assert.throws(() => oprf.evaluate(keys.privateKey, new Uint8Array(0), systemRandom), RangeError);
  }
});
