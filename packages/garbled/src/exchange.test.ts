import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '@sluis/base';
import { loadRistretto } from '@sluis/crypto';
import { Asker } from './asker.ts';
import { Holder } from './holder.ts';
import { bilateral, type PairProgram, type PairTerms } from './program.ts';

const group = await loadRistretto();
const N = 512;
const column = (value: bigint) => [Array.from({ length: N }, () => value)];
const share = (bytes: Uint8Array) => {
  let ones = 0;
  for (const byte of bytes) for (let b = byte; b !== 0; b &= b - 1) ones += 1;
  return ones / (8 * bytes.length);
};

/** All messages of one exchange. */
function transcript(held: bigint, asked: bigint, learns: 'asker' | 'holder' = 'asker') {
  const program = bilateral('above', 32, learns);
  const holder = new Holder(group, program, column(held), N, systemRandom);
  const asker = new Asker(group, program, column(asked), N, systemRandom);
  const choices = asker.choose(holder.begin(asker.greeting()));
  const garbled = holder.garble(choices);
  return { choices: choices.slice(), garbled, ...asker.evaluate(garbled), holder };
}

test('what either side receives looks uniformly random, whatever the other side holds', () => {
  // Over a million fair bits each: 0.004 is more than seven standard deviations.
  for (const [held, asked] of [
    [0n, 0n],
    [-1n, -1n],
    [2n ** 31n - 1n, -(2n ** 31n)],
  ] as const) {
    const { choices, garbled } = transcript(held, asked, 'holder');
    for (const bytes of [choices, garbled]) assert.ok(Math.abs(share(bytes) - 0.5) < 0.004);
  }
});

test('control: labels without their mask would be seen by that test', () => {
  const bits = new Uint8Array(100_000).fill(0b0001_0001);
  assert.ok(Math.abs(share(bits) - 0.5) > 0.004);
});

test('a label that is neither of the two is not taken as an output', () => {
  const { labels, holder } = transcript(5n, 6n, 'holder');
  const forged = (labels as Uint8Array).slice();
  forged[3] = (forged[3] as number) ^ 1;
  assert.throws(() => holder.read(forged), { code: 'garbled/malformed' });
});

test('every message is taken once, in order, and only in its exact form', () => {
  const program = bilateral('equal', 16, 'asker');
  const one = [[1n]];
  const holder = () => new Holder(group, program, one, 1, systemRandom);
  const asker = new Asker(group, program, one, 1, systemRandom);
  assert.throws(() => holder().garble(new Uint8Array(2048)), { code: 'garbled/malformed' });
  assert.throws(() => holder().begin(asker.greeting().subarray(1)), { code: 'garbled/malformed' });
  const other = new Asker(group, bilateral('above', 16, 'asker'), one, 1, systemRandom);
  const spoilt = holder();
  assert.throws(() => spoilt.begin(other.greeting()), { code: 'garbled/other-question' });
  assert.throws(() => spoilt.garble(new Uint8Array(2048)), { code: 'garbled/malformed' }, 'after a refused greeting');
  const busy = holder();
  const choices = asker.choose(busy.begin(asker.greeting()));
  assert.throws(() => busy.begin(asker.greeting()), { code: 'garbled/malformed' });
  const garbled = busy.garble(choices);
  assert.throws(() => busy.garble(choices), { code: 'garbled/malformed' }, 'a second evaluation would give the inputs away');
  assert.throws(() => busy.read(new Uint8Array(16)), { code: 'garbled/malformed' }, 'the holder was not to learn');
  assert.throws(() => asker.evaluate(garbled.subarray(1)), { code: 'garbled/malformed' });
  assert.deepEqual(asker.evaluate(garbled).values, [[1n]]);
});

test('sides that mean anything else by the same bits compute nothing', () => {
  const roles = { holder: 'bank', asker: 'insurer' };
  const terms: PairTerms = { decimals: 2, label: 'exposure', roles };
  const begin = (asked: PairProgram) =>
    new Holder(group, bilateral('above', 16, 'asker', terms), [[1n]], 1, systemRandom).begin(
      new Asker(group, asked, [[1n]], 1, systemRandom).greeting(),
    );
  assert.equal(begin(bilateral('above', 16, 'asker', { ...terms })).length > 0, true);
  for (const [what, asked] of Object.entries({
    question: bilateral('equal', 16, 'asker', terms),
    width: bilateral('above', 17, 'asker', terms),
    learner: bilateral('above', 16, 'both', terms),
    decimals: bilateral('above', 16, 'asker', { ...terms, decimals: 1 }),
    label: bilateral('above', 16, 'asker', { ...terms, label: 'premium' }),
    roles: bilateral('above', 16, 'asker', { ...terms, roles: { holder: roles.asker, asker: roles.holder } }),
    'no terms': bilateral('above', 16, 'asker'),
  }))
    assert.throws(() => begin(asked), { code: 'garbled/other-question', message: /another question.*Nothing was computed/ }, what);
});

test('numbers that do not fit are refused without being shown', () => {
  const program = bilateral('above', 8, 'asker');
  for (const value of [128n, -129n]) {
    assert.throws(
      () => new Holder(group, program, [[value]], 1, systemRandom),
      (error: Error & { code?: string }) => error.code === 'garbled/out-of-range' && !error.message.includes(String(value)),
    );
  }
  assert.throws(() => new Holder(group, program, column(1n), 2, systemRandom), RangeError);
  assert.throws(() => new Asker(group, bilateral('above', 64, 'asker'), [[]], 2 ** 20, systemRandom), RangeError);
});
