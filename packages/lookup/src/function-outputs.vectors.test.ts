/** The function's inputs, keys and outputs are RFC 9497's, as another implementation computes them; and they stay what they are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ristretto255_oprf } from '@noble/curves/ed25519.js';
import { lengthPrefixed, toHex, utf8 } from '@sluis/base';
import { loadOprf } from '@sluis/crypto';
import { outputsFor } from './evaluate.ts';
import { epochKeys, functionInput } from './function-outputs.ts';
import { openValue, padsOf, sealValue } from './value-box.ts';

const SECRET = new Uint8Array(32).fill(7);

test('the same outputs as another implementation of the RFC', async () => {
  const oprf = await loadOprf('voprf');
  const { privateKey, publicKey } = epochKeys(oprf, SECRET, 'register', 3);
  const other = ristretto255_oprf.voprf.deriveKeyPair(SECRET, lengthPrefixed(utf8('sluis/lookup/key/1'), utf8('register'), utf8('3')));
  assert.deepEqual([privateKey, publicKey], [other.secretKey, other.publicKey]);
  // Its types leave out what the RFC calls Evaluate.
  const plain = ristretto255_oprf.voprf as unknown as { evaluate(key: Uint8Array, input: Uint8Array): Uint8Array };
  const names = ['a', 'é', 'x'.repeat(1024)];
  const outputs = outputsFor(oprf, privateKey, 'register', names);
  names.forEach((name, i) => {
    const y = plain.evaluate(privateKey, functionInput('register', name));
    assert.deepEqual(outputs.subarray(48 * i, 48 * i + 16), y.subarray(0, 16));
    assert.deepEqual(outputs.subarray(48 * i + 16, 48 * i + 48), y.subarray(32));
  });
});

test('known answers', async () => {
  const oprf = await loadOprf('voprf');
  const { privateKey, publicKey } = epochKeys(oprf, SECRET, 'register', 1);
  assert.equal(toHex(publicKey), '38a702b9ca3d225333ba5be6a7c0e6c8910b16f8bc666a9e9e49071fabed6b27');
  assert.equal(
    toHex(outputsFor(oprf, privateKey, 'register', ['Jansen'])),
    '63a5a0a5badb98dfab99280c1ea0f681a868c7ed119b5bcb82c6e28afb05c359ff6143a0baabee6126f751e6db0ab966',
  );
  assert.equal(toHex(sealValue('waarde', 8, SECRET, padsOf(new Uint8Array(16)))), '6b87b866d70d2fb2c0a0');
});

test('values come back, and only under their key and salt', () => {
  const [key, salt] = [new Uint8Array(32).fill(1), padsOf(new Uint8Array(16).fill(2))];
  for (const value of [null, '', 'a', 'é'.repeat(50)]) {
    const box = sealValue(value, 100, key, salt);
    assert.equal(box.length, 102);
    assert.equal(openValue(box, key, salt), value);
    const caught = (e: unknown) => (e as { code?: string }).code === 'lookup/malformed';
    assert.throws(() => openValue(box, new Uint8Array(32), salt), caught);
    assert.throws(() => openValue(box, key, padsOf(new Uint8Array(16))), caught);
  }
  assert.notDeepEqual(sealValue('a', 8, key, salt), sealValue('a', 8, key, padsOf(new Uint8Array(16))));
});
