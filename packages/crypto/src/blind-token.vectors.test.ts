/** Blind tokens against the vectors of RFC 9497 (A.1.3), and what must not pass. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fromHex, type Random, systemRandom, toHex, utf8 } from '@sluis/base';
import { blindToken, isToken, issueToken, tokenKeys } from './blind-token.ts';

const fixtures = process.env['SLUIS_FIXTURES'];
const skip = fixtures === undefined ? "SLUIS_FIXTURES is not set: the standard's vectors were not checked" : false;

interface Suite {
  identifier: string;
  mode: number;
  seed: string;
  keyInfo: string;
  skSm: string;
  pkSm: string;
  vectors: {
    Batch: number;
    Blind: string;
    BlindedElement: string;
    EvaluationElement: string;
    Info: string;
    Input: string;
    Output: string;
    Proof: { proof: string; r: string };
  }[];
}

/** Randomness from which the library makes exactly this scalar: it reduces 48 bytes modulo the order less one, and adds one. */
function making(scalar: string): Random {
  const bytes = new Uint8Array(48);
  bytes.set(fromHex(scalar));
  for (let i = 0; i < 48; i++) {
    bytes[i] = ((bytes[i] ?? 0) + 255) & 255;
    if (bytes[i] !== 255) break;
  }
  return { bytes: () => bytes };
}

test('RFC 9497, ristretto255-SHA512, POPRF', { skip }, () => {
  const suites = JSON.parse(readFileSync(join(fixtures ?? '', 'vectors/voprf/allVectors.json'), 'utf8')) as Suite[];
  const suite = suites.find((s) => s.identifier === 'ristretto255-SHA512' && s.mode === 2);
  assert.ok(suite !== undefined);
  const keys = tokenKeys(fromHex(suite.seed), fromHex(suite.keyInfo));
  assert.deepEqual([toHex(keys.privateKey), toHex(keys.publicKey)], [suite.skSm, suite.pkSm]);
  const single = suite.vectors.filter((v) => v.Batch === 1);
  assert.equal(single.length, 2);
  for (const v of single) {
    const [info, input] = [fromHex(v.Info), fromHex(v.Input)];
    const mine = blindToken(keys.publicKey, info, input, making(v.Blind));
    assert.equal(toHex(mine.blinded), v.BlindedElement);
    const { evaluated, proof } = issueToken(keys.privateKey, info, mine.blinded, making(v.Proof.r));
    assert.deepEqual([toHex(evaluated), toHex(proof)], [v.EvaluationElement, v.Proof.proof]);
    const token = mine.finish(evaluated, proof);
    assert.equal(toHex(token), v.Output);
    assert.ok(isToken(keys.privateKey, info, input, token));
  }
});

test('a token holds for its input, round and key only', () => {
  const keys = tokenKeys(systemRandom.bytes(32));
  const other = tokenKeys(systemRandom.bytes(32));
  const [round, input] = [utf8('2026-11'), systemRandom.bytes(32)];
  const mine = blindToken(keys.publicKey, round, input, systemRandom);
  const { evaluated, proof } = issueToken(keys.privateKey, round, mine.blinded, systemRandom);
  const token = mine.finish(evaluated, proof);
  assert.ok(isToken(keys.privateKey, round, input, token));
  assert.ok(!isToken(keys.privateKey, utf8('2026-12'), input, token));
  assert.ok(!isToken(keys.privateKey, round, systemRandom.bytes(32), token));
  assert.ok(!isToken(other.privateKey, round, input, token));
  assert.ok(!isToken(keys.privateKey, round, input, token.subarray(0, 63)));
});

test('an issuer that uses another key, or proves nothing, is caught by the member', () => {
  const keys = tokenKeys(systemRandom.bytes(32));
  const other = tokenKeys(systemRandom.bytes(32));
  const round = utf8('r');
  const mine = blindToken(keys.publicKey, round, utf8('x'), systemRandom);
  const caught = (e: unknown) => (e as { code?: string }).code === 'crypto/token-proof';
  const tagged = issueToken(other.privateKey, round, mine.blinded, systemRandom);
  assert.throws(() => mine.finish(tagged.evaluated, tagged.proof), caught);
  const later = issueToken(keys.privateKey, utf8('another round'), mine.blinded, systemRandom);
  assert.throws(() => mine.finish(later.evaluated, later.proof), caught);
  const good = issueToken(keys.privateKey, round, mine.blinded, systemRandom);
  const flipped = good.proof.slice();
  flipped[5] = (flipped[5] ?? 0) ^ 1;
  assert.throws(() => mine.finish(good.evaluated, flipped), caught);
  assert.throws(() => issueToken(keys.privateKey, round, new Uint8Array(32), systemRandom), caught, 'the identity is refused');
  assert.throws(() => issueToken(keys.privateKey, round, new Uint8Array(32).fill(255), systemRandom), caught);
});

test('what the issuer sees does not depend on the input', () => {
  const keys = tokenKeys(systemRandom.bytes(32));
  const fixed: Random = { bytes: (n) => new Uint8Array(n).fill(9) };
  const a = blindToken(keys.publicKey, utf8('r'), utf8('a'), systemRandom).blinded;
  const b = blindToken(keys.publicKey, utf8('r'), utf8('a'), systemRandom).blinded;
  assert.notDeepEqual(a, b, 'fresh blinds give fresh elements for the same input');
  assert.deepEqual(
    blindToken(keys.publicKey, utf8('r'), utf8('a'), fixed).blinded,
    blindToken(keys.publicKey, utf8('r'), utf8('a'), fixed).blinded,
    'control: the blind is what differs',
  );
});
