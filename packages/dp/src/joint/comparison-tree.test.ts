/** Bernoulli bits, with every possible random fraction once: exactly as many ones as the bias says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommitteeMeter } from '@sluis/technique';
import { tossBits, tossCost } from './comparison-tree.ts';
import { plainBits, plainOf, secretBits } from './fixtures/plain-bits.ts';

const digitsOf = (value: number, bits: number): (0 | 1)[] =>
  Array.from({ length: bits }, (_, i) => (((value >> (bits - 1 - i)) & 1) === 1 ? 1 : 0));

/** Digit-major: digit i of place v is digit i of v, as far as there are digits. */
const everyFraction = (places: number, bits: number) => (length: number) =>
  Uint8Array.from({ length }, (_, at) => ((at % places) >> (bits - 1 - Math.floor(at / places))) & 1);

test('a bit is 1 for exactly the fractions below the bias, public or secret', async () => {
  for (let bits = 1; bits <= 7; bits++) {
    const places = 2 ** bits;
    for (let bias = 0; bias < places; bias++) {
      const expected = Array.from({ length: places }, (_, v) => Number(v < bias));
      const digits = digitsOf(bias, bits);
      for (const secret of [false, true]) {
        const { committee } = plainBits(everyFraction(places, bits));
        const own = secret ? digits.map((d) => secretBits(new Uint8Array(places).fill(d))) : digits;
        const [tossed] = await tossBits(committee, [{ length: places, bias: own }]);
        assert.deepEqual([...plainOf(tossed ?? assert.fail())], expected, `${bias} of ${places}`);
      }
    }
  }
});

test('tosses of different lengths and biases, public and secret digits mixed, cost what is stated', async () => {
  const random = (length: number) => crypto.getRandomValues(new Uint8Array(length)).map((b) => b & 1);
  const { committee, counts } = plainBits(random);
  const secret = secretBits(new Uint8Array(64).fill(1));
  const tosses = [
    { length: 32, bias: digitsOf(0b1011000, 7) },
    { length: 64, bias: [0, 1, secret, 0, secret, secret, 1, 0, 0] as const },
    { length: 32, bias: [] },
    { length: 32, bias: [1, 0, 0] as const },
  ];
  const tossed = await tossBits(committee, tosses);
  assert.deepEqual(
    tossed.map((t) => t.length),
    [32, 64, 32, 32],
  );
  assert.ok(plainOf(tossed[2] ?? assert.fail()).every((bit) => bit === 0));
  const meter = new CommitteeMeter();
  tossCost(
    meter,
    tosses.map(({ length, bias }) => ({ length, bias: bias.map((d) => (typeof d === 'number' ? d : 'secret')) })),
  );
  assert.deepEqual([meter.rounds, (8 * meter.bytes) / 3], [counts.rounds, counts.conjunctions]);
});
