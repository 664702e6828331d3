/** The browser's functions give and take the same bytes as Node's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom, utf8 } from '@sluis/base';
import * as node from '../index.ts';
import * as aes from './aes-gcm.ts';
import * as hash from './hash.ts';
import * as web from './index.ts';
import { Prg } from './prg.ts';
import * as signature from './signature.ts';
import * as wing from './x-wing.ts';

const bytes = (n: number) => systemRandom.bytes(n);

test('hashes, HKDF and comparisons', () => {
  for (const size of [0, 1, 55, 64, 65, 1000]) {
    const [a, b] = [bytes(size), bytes(33)];
    assert.deepEqual(hash.sha256(a, b), node.sha256(a, b));
    assert.deepEqual(hash.taggedHash('x', a, b), node.taggedHash('x', a, b));
    assert.deepEqual(hash.hkdf(a, b, a, 100), node.hkdf(a, b, a, 100));
    assert.deepEqual(hash.hkdf(a, new Uint8Array(0), b, 32), node.hkdf(a, new Uint8Array(0), b, 32));
    assert.deepEqual(hash.bytesHasher('x', b)(a), node.taggedHash('x', b, a));
    assert.deepEqual(new Uint8Array(node.bytesHasher('x', b)(a)), node.taggedHash('x', b, a));
    const stream = new hash.Sha256();
    stream.update(a);
    stream.update(b);
    assert.deepEqual(stream.digest(), node.sha256(a, b));
  }
  const a = bytes(32);
  const b = a.slice();
  b[31] = (b[31] ?? 0) ^ 128;
  assert.deepEqual(
    [hash.constantTimeEqual(a, a.slice()), hash.constantTimeEqual(a, b), hash.constantTimeEqual(a, a.subarray(1))],
    [true, false, false],
  );
});

test('random streams, however they are cut', () => {
  const seed = bytes(32);
  const expected = new node.Prg(seed, 'domain').fill(new Uint8Array(5000));
  const mine = new Prg(seed, utf8('domain'));
  const out = new Uint8Array(5000);
  for (let at = 0, size = 1; at < out.length; at += size, size = (size * 7) % 301)
    mine.fill(out.subarray(at, Math.min(out.length, at + size)));
  assert.deepEqual(out, expected);
  assert.deepEqual(new Prg(seed, 'a').words(1000), new node.Prg(seed, 'a').words(1000));
  assert.notDeepEqual(new Prg(seed, 'b').words(4), new node.Prg(seed, 'a').words(4));
});

test('AES-GCM both ways', () => {
  for (const size of [0, 1, 16, 1000]) {
    const [key, nonce, text, aad] = [bytes(32), bytes(12), bytes(size), bytes(20)];
    const box = aes.aesGcmSeal(key, nonce, text, aad, utf8('prefix'));
    assert.deepEqual(box, node.aesGcmSeal(key, nonce, text, aad, utf8('prefix')));
    assert.deepEqual(aes.aesGcmOpen(key, nonce, box.subarray(6), aad), text);
    assert.equal(aes.aesGcmOpen(key, nonce, box.subarray(6), bytes(20)), null);
  }
});

test('X-Wing: what one side seals, the other opens', () => {
  const seed = bytes(32);
  assert.deepEqual(wing.xWingPublicKey(seed), node.xWingPublicKey(seed));
  const there = wing.xWingEncapsulate(node.xWingPublicKey(seed));
  assert.deepEqual(node.xWingDecapsulate(seed, there.ciphertext), there.sharedSecret);
  const back = node.xWingEncapsulate(wing.xWingPublicKey(seed));
  assert.deepEqual(wing.xWingDecapsulate(seed, back.ciphertext), back.sharedSecret);
});

test('Ed25519: the same signatures, and the same ones refused', () => {
  const key = node.generateSigningKey();
  assert.deepEqual(signature.signingPublicKey(key.privateKey), key.publicKey);
  const message = bytes(100);
  const made = signature.sign(key.privateKey, 'deposit', message);
  assert.deepEqual(made, node.sign(key.privateKey, 'deposit', message));
  assert.ok(signature.verifySignature(key.publicKey, 'deposit', message, made));
  assert.ok(!signature.verifySignature(key.publicKey, 'receipt', message, made));
  assert.ok(!signature.verifySignature(new Uint8Array(32), 'deposit', message, made));
  const flipped = made.slice();
  flipped[40] = (flipped[40] ?? 0) ^ 1;
  assert.ok(!signature.verifySignature(key.publicKey, 'deposit', message, flipped));
});

test('the group and oblivious functions are the very same code', async () => {
  const [here, there] = [await node.loadOprf('voprf'), await web.loadOprf('voprf')];
  assert.equal(web.Oprf, node.Oprf);
  const key = here.keys(bytes(32), utf8('k'));
  const [inputs, fixed] = [[bytes(5), bytes(0)], { bytes: (n: number) => new Uint8Array(n).fill(3) }];
  assert.deepEqual(here.blind(inputs, fixed), there.blind(inputs, fixed));
  assert.deepEqual(here.evaluateInputs(key.privateKey, inputs), there.evaluateInputs(key.privateKey, inputs));
});
