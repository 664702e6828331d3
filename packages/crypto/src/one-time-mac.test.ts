import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import { test } from 'node:test';
import { OneTimeMac } from './one-time-mac.ts';

const key = new Uint8Array(32).fill(9);
const data = Uint8Array.from({ length: 5000 }, (_, i) => i * 31);

test('the tag does not depend on how the message is cut', () => {
  const whole = new OneTimeMac(key).update(data).tag();
  for (const piece of [1, 7, 16, 17, 4999]) {
    const mac = new OneTimeMac(key);
    for (let at = 0; at < data.length; at += piece) mac.update(data.subarray(at, at + piece));
    assert.deepEqual(mac.tag(), whole, `pieces of ${piece}`);
  }
});

test('it is GCM with the message as associated data', () => {
  const cipher = createCipheriv('aes-256-gcm', key, new Uint8Array(12));
  cipher.setAAD(data);
  cipher.final();
  assert.deepEqual(new OneTimeMac(key).update(data).tag(), new Uint8Array(cipher.getAuthTag()));
});

test('every flipped bit, another key and another length change the tag', () => {
  const whole = new OneTimeMac(key).update(data).tag();
  for (const at of [0, 15, 16, 2500, 4999]) {
    const bent = data.slice();
    bent[at] = (bent[at] as number) ^ 1;
    assert.notDeepEqual(new OneTimeMac(key).update(bent).tag(), whole);
  }
  assert.notDeepEqual(new OneTimeMac(new Uint8Array(32)).update(data).tag(), whole);
  assert.notDeepEqual(new OneTimeMac(key).update(data.subarray(1)).tag(), whole);
  assert.throws(() => new OneTimeMac(new Uint8Array(16)), RangeError);
});
