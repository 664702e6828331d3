import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import { test } from 'node:test';
import { lengthPrefixed, utf8 } from '@sluis/base';
import { hkdfExpand } from './hash.ts';
import { type KeystreamCipher, Prg } from './prg.ts';

const seed = Uint8Array.from({ length: 32 }, (_, i) => i * 7);
const CIPHERS: readonly KeystreamCipher[] = ['aes-256-gcm', 'aes-256-ctr'];

/** The stream by its definition: each counter block encrypted on its own. */
function expected(domain: string, from: number, length: number): Uint8Array {
  const key = hkdfExpand(seed, lengthPrefixed(utf8('sluis/prg/2'), utf8(domain)), 32);
  const first = Math.floor(from / 16);
  const blocks = new Uint8Array(16 * (Math.ceil((from + length) / 16) - first));
  const view = new DataView(blocks.buffer);
  for (let b = 0; b < blocks.length / 16; b++) view.setUint32(16 * b + 12, first + b + 2);
  const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
  return new Uint8Array(cipher.update(blocks)).slice(from - 16 * first, from - 16 * first + length);
}

for (const cipher of CIPHERS) {
  test(`a generator gives the AES-256-CTR keystream, however it is read (${cipher})`, () => {
    const pieces = new Prg(seed, 'test', cipher);
    let at = 0;
    for (const size of [1, 15, 16, 17, 0, 255, 65_535, 65_536, 65_537, 131_072, 1_048_577, 999]) {
      assert.deepEqual(pieces.fill(new Uint8Array(size)), expected('test', at, size), `${size} bytes from ${at}`);
      at += size;
    }
    assert.deepEqual(new Uint8Array(new Prg(seed, 'test', cipher).words(50_001).buffer), expected('test', 0, 400_008));
  });
}

test('the counter carries into its second and third byte alike', () => {
  const far = 16 * (65_536 - 2) - 40;
  for (const cipher of CIPHERS) {
    const stream = new Prg(seed, 'far', cipher);
    stream.fill(new Uint8Array(far));
    assert.deepEqual(stream.fill(new Uint8Array(100)), expected('far', far, 100), cipher);
  }
});

test('a part of a larger buffer is filled, and nothing beside it', () => {
  const memory = new Uint8Array(300).fill(0xee);
  new Prg(seed, 'part').fill(memory.subarray(100, 200));
  assert.deepEqual(memory.subarray(100, 200), expected('part', 0, 100));
  assert.ok(memory.subarray(0, 100).every((b) => b === 0xee) && memory.subarray(200).every((b) => b === 0xee));
});

test('streams of other domains, seeds and encodings differ', () => {
  const first = (s: Uint8Array, domain: string | Uint8Array) => new Prg(s, domain).words(1)[0];
  assert.equal(first(seed, 'a'), first(seed, utf8('a')));
  const other = seed.slice();
  other[31] = (other[31] as number) ^ 1;
  const streams = [first(seed, 'a'), first(seed, 'b'), first(seed, ''), first(seed, 'a\0'), first(other, 'a')];
  assert.equal(new Set(streams).size, streams.length);
});

test('wrong seeds and endless streams are refused', () => {
  assert.throws(() => new Prg(new Uint8Array(16), 'test'), RangeError);
  assert.throws(() => new Prg(new Uint8Array(33), 'test'), RangeError);
  const endless = { length: 2 ** 36 } as Uint8Array;
  assert.throws(() => new Prg(seed, 'test').fill(endless), RangeError);
});
