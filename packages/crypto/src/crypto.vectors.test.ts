/** X-Wing, HPKE (RFC 9180), X25519 (RFC 7748) and Ed25519 against the standards' vectors and known edge cases. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fromHex, toHex } from '@sluis/base';
import { aesGcmOpen, aesGcmSeal } from './aes-gcm.ts';
import { hkdf, hmac } from './hash.ts';
import { hpkeKeySchedule, hpkeNonce } from './hpke.ts';
import { rawVerify } from './signature.ts';
import * as web from './web/x-wing.ts';
import { x25519, xWingDecapsulate, xWingPublicKey } from './x-wing.ts';

const fixtures = process.env['SLUIS_FIXTURES'];
const skip = fixtures === undefined ? "SLUIS_FIXTURES is not set: standards' vectors were not checked" : false;
const read = <T>(file: string): T => JSON.parse(readFileSync(join(fixtures ?? '', 'vectors', file), 'utf8')) as T;

test('X-Wing: public keys and decapsulation', { skip }, () => {
  const vectors = read<{ sk: string; pk: string; ct: string; ss: string }[]>('xwing/test-vectors.json');
  assert.ok(vectors.length > 0);
  for (const v of vectors) {
    assert.equal(toHex(xWingPublicKey(fromHex(v.sk))), v.pk);
    assert.equal(toHex(xWingDecapsulate(fromHex(v.sk), fromHex(v.ct))), v.ss);
  }
});

test('X25519: RFC 7748 and Wycheproof, in Node and in browsers; a shared secret of zeros is refused', { skip }, () => {
  type Case = { public: string; private: string; shared: string; flags: string[]; tcId: number };
  const { testGroups } = read<{ testGroups: { tests: Case[] }[] }>('wycheproof/x25519_test.json');
  let refused = 0;
  for (const t of testGroups.flatMap((g) => g.tests)) {
    for (const shared of [x25519, web.x25519]) {
      const compute = () => toHex(shared(fromHex(t.private), fromHex(t.public)));
      if (!t.flags.includes('ZeroSharedSecret')) assert.equal(compute(), t.shared, `tcId ${t.tcId}`);
      else {
        assert.throws(compute, `tcId ${t.tcId}`);
        refused++;
      }
    }
  }
  assert.ok(refused > 40);
  for (const v of read<{ input: string; output: string; scalar: string; times?: number }[]>('x25519/rfc7748_kat.json'))
    if ((v.times ?? 1) === 1) assert.equal(toHex(x25519(fromHex(v.scalar), fromHex(v.input))), v.output);
});

interface Hpke {
  mode: number;
  kem_id: number;
  kdf_id: number;
  aead_id: number;
  info: string;
  shared_secret: string;
  key: string;
  base_nonce: string;
  encryptions: { aad: string; ct: string; nonce: string; pt: string }[];
}

test('HPKE: key schedule and encryptions of base mode with AES-GCM', { skip }, () => {
  const vectors = read<Hpke[]>('hpke/rfc9180_subset.json').filter((v) => v.mode === 0 && v.kdf_id === 1 && v.aead_id <= 2);
  assert.deepEqual(new Set(vectors.map((v) => v.aead_id)), new Set([1, 2]));
  for (const v of vectors) {
    const context = hpkeKeySchedule(v.kem_id, v.aead_id, fromHex(v.shared_secret), fromHex(v.info));
    assert.equal(toHex(context.key), v.key);
    assert.equal(toHex(context.baseNonce), v.base_nonce);
    v.encryptions.forEach((e, sequence) => {
      const nonce = hpkeNonce(context, sequence);
      assert.equal(toHex(nonce), e.nonce);
      assert.equal(toHex(aesGcmSeal(context.key, nonce, fromHex(e.pt), fromHex(e.aad))), e.ct);
    });
  }
});

interface Wycheproof<T> {
  testGroups: (T & { tests: (Record<string, string> & { result: string; tcId: number; size: number })[] })[];
}

test('Ed25519: Wycheproof', { skip }, () => {
  const { testGroups } = read<Wycheproof<{ publicKey: { pk: string } }>>('wycheproof/ed25519_test.json');
  for (const group of testGroups) {
    for (const t of group.tests) {
      const good = rawVerify(fromHex(group.publicKey.pk), fromHex(t['msg'] ?? ''), fromHex(t['sig'] ?? ''));
      assert.equal(good, t.result === 'valid', `tcId ${t.tcId}`);
    }
  }
});

test('Ed25519: edge cases of CCTV; small order and non-canonical encodings are refused', { skip }, () => {
  const refusedFlags = ['low_order_R', 'low_order_A', 'non_canonical_R', 'non_canonical_A', 'low_order_residue'];
  const vectors =
    read<{ number: number; key: string; sig: string; msg: string; flags: string[] | null }[]>('ed25519/cctv_ed25519vectors.json');
  let accepted = 0;
  for (const v of vectors) {
    const good = rawVerify(fromHex(v.key), new TextEncoder().encode(v.msg), fromHex(v.sig));
    assert.equal(good, !(v.flags ?? []).some((f) => refusedFlags.includes(f)), `number ${v.number} ${v.flags}`);
    if (good) accepted++;
  }
  assert.ok(accepted > 0);
});

test('HKDF and HMAC with SHA-256: Wycheproof', { skip }, () => {
  for (const group of read<Wycheproof<object>>('wycheproof/hkdf_sha256_test.json').testGroups) {
    for (const t of group.tests) {
      const derive = () => hkdf(fromHex(t['ikm'] ?? ''), fromHex(t['salt'] ?? ''), fromHex(t['info'] ?? ''), t.size);
      if (t.result === 'valid') assert.equal(toHex(derive()), t['okm'], `tcId ${t.tcId}`);
      else assert.throws(derive, RangeError, `tcId ${t.tcId}`);
    }
  }
  for (const group of read<Wycheproof<{ tagSize: number }>>('wycheproof/hmac_sha256_test.json').testGroups) {
    for (const t of group.tests) {
      const tag = toHex(hmac(fromHex(t['key'] ?? ''), fromHex(t['msg'] ?? ''))).slice(0, group.tagSize / 4);
      assert.equal(tag === t['tag'], t.result === 'valid', `tcId ${t.tcId}`);
    }
  }
});

test('AES-GCM: Wycheproof, keys of 128 and 256 bits with nonces of 96 bits', { skip }, () => {
  let checked = 0;
  for (const group of read<Wycheproof<{ ivSize: number; keySize: number; tagSize: number }>>('wycheproof/aes_gcm_test.json').testGroups) {
    if (group.ivSize !== 96 || group.keySize === 192 || group.tagSize !== 128) continue;
    for (const t of group.tests) {
      const part = (name: string) => fromHex(t[name] ?? '');
      const opened = aesGcmOpen(part('key'), part('iv'), fromHex(`${t['ct']}${t['tag']}`), part('aad'));
      assert.equal(opened === null ? null : toHex(opened), t.result === 'valid' ? t['msg'] : null, `tcId ${t.tcId}`);
      checked++;
    }
  }
  assert.ok(checked > 50);
});
