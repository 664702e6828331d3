import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8 } from '@sluis/base';
import { certificateValidity, createCertificate, spkiSha256 } from './certificate.ts';
import { commit, constantTimeEqual, taggedHash, textHasher } from './hash.ts';
import { generateSealingKey, open, seal, SEALING_OVERHEAD_BYTES } from './sealing.ts';
import { decryptWithSecret, encryptWithSecret } from './secret-box.ts';
import { generateSigningKey, sign, signingPublicKey, verifySignature } from './signature.ts';

const info = utf8('run 1');
const flipped = (bytes: Uint8Array, at: number) => bytes.map((b, i) => (i === at ? b ^ 1 : b));

test('a sealed box opens for its key, purpose and context only', () => {
  const key = generateSealingKey();
  const box = seal(key.publicKey, utf8('partial'), info, utf8('context'));
  assert.equal(box.length, 'partial'.length + SEALING_OVERHEAD_BYTES);
  assert.deepEqual(open(key.privateKey, box, info, utf8('context')), utf8('partial'));
  const cannot = { code: 'crypto/cannot-open' };
  assert.throws(() => open(generateSealingKey().privateKey, box, info, utf8('context')), cannot);
  assert.throws(() => open(key.privateKey, box, utf8('run 2'), utf8('context')), cannot);
  assert.throws(() => open(key.privateKey, box, info), cannot);
  assert.throws(() => open(key.privateKey, box.subarray(0, 100), info), cannot);
  for (const at of [0, 1087, 1088, 1119, 1120, box.length - 1]) {
    assert.throws(() => open(key.privateKey, flipped(box, at), info, utf8('context')), cannot, `byte ${at}`);
  }
});

test('two boxes of the same plaintext differ', () => {
  const key = generateSealingKey();
  assert.notDeepEqual(seal(key.publicKey, utf8('x'), info), seal(key.publicKey, utf8('x'), info));
  assert.throws(() => seal(key.publicKey.subarray(1), utf8('x'), info), RangeError);
});

test('a signature holds for one key, purpose and message', () => {
  const key = generateSigningKey();
  assert.deepEqual(signingPublicKey(key.privateKey), key.publicKey);
  const signature = sign(key.privateKey, 'approval', info);
  assert.equal(verifySignature(key.publicKey, 'approval', info, signature), true);
  assert.equal(verifySignature(key.publicKey, 'proposal', info, signature), false);
  assert.equal(verifySignature(key.publicKey, 'checkpoint', info, signature), false);
  assert.equal(verifySignature(key.publicKey, 'approval', utf8('run 2'), signature), false);
  assert.equal(verifySignature(generateSigningKey().publicKey, 'approval', info, signature), false);
  for (let at = 0; at < 64; at++) assert.equal(verifySignature(key.publicKey, 'approval', info, flipped(signature, at)), false);
  assert.equal(verifySignature(new Uint8Array(3), 'approval', info, signature), false);
});

test('a checkpoint signature can not be made over what another purpose signs', () => {
  const key = generateSigningKey();
  assert.throws(() => sign(key.privateKey, 'checkpoint', new Uint8Array(8)), RangeError);
});

test('hashes and commitments separate tags and parts', () => {
  const distinct = [
    taggedHash('a', utf8('bc')),
    taggedHash('ab', utf8('c')),
    taggedHash('a', utf8('b'), utf8('c')),
    taggedHash('a', utf8('bc'), utf8('')),
  ];
  assert.equal(new Set(distinct.map(String)).size, distinct.length);
  assert.throws(() => commit('t', new Uint8Array(16), info), RangeError);
  assert.equal(constantTimeEqual(utf8('ab'), utf8('abc')), false);
});

test('a secret box opens with its secret and context only', () => {
  const box = encryptWithSecret(utf8('correct horse'), info, utf8('c'));
  assert.deepEqual(decryptWithSecret(utf8('correct horse'), box, utf8('c')), info);
  assert.equal(decryptWithSecret(utf8('wrong horse'), box, utf8('c')), null);
  assert.equal(decryptWithSecret(utf8('correct horse'), box, utf8('d')), null);
  assert.equal(decryptWithSecret(utf8('correct horse'), flipped(box, 25), utf8('c')), null);
  assert.equal(decryptWithSecret(utf8('correct horse'), flipped(box, box.length - 1), utf8('c')), null);
});

test('a certificate carries its dates and one key, in PEM or DER', async () => {
  const dates = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2026-02-01T00:00:00Z') };
  const { cert } = await createCertificate({ name: 'delta', hosts: ['delta.example'], ...dates });
  assert.deepEqual(certificateValidity(cert), { from: dates.notBefore, until: dates.notAfter });
  const der = Buffer.from(cert.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
  assert.match(spkiSha256(cert), /^[0-9a-f]{64}$/);
  assert.equal(spkiSha256(der), spkiSha256(cert));
});

test('texts hashed by the thousand have the digests of taggedHash, short and long, whatever was hashed before', () => {
  const hasher = textHasher('tag', utf8('one'), utf8(''));
  for (const text of ['', 'a', 'Zoë', '🙂'.repeat(400), 'x'.repeat(5000), 'a', 'lone \ud800 half'])
    assert.deepEqual(new Uint8Array(hasher(text)), taggedHash('tag', utf8('one'), utf8(''), utf8(text)));
});
