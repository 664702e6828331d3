/** One exchange, and circuits in the clear; more exchanges: garbled.prop.slow.test.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { evaluateInTheClear } from './circuit.ts';
import { EXPECTED, type Kind, KINDS, pairsOf, tryKind, WIDTHS } from './fixtures/trials.ts';
import { bilateral, QUESTIONS } from './program.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

// Base transfers take most of an exchange.
const kind = KINDS[seed % KINDS.length] as Kind;
test(`"${kind.question}" of ${kind.width} bits is answered as in the clear, to ${kind.learns}`, () => tryKind(kind, seed, 1));

const bitsOf = (value: bigint, width: number) => Array.from({ length: width }, (_, b) => ((value >> BigInt(b)) & 1n) === 1n);
/** Bits as a signed number, or as yes and no where there is one. */
const numberOf = (bits: readonly boolean[]) => {
  const plain = bits.reduce((n, bit, i) => n + (bit ? 1n << BigInt(i) : 0n), 0n);
  return bits.length === 1 ? plain : BigInt.asIntN(bits.length, plain);
};

for (const question of QUESTIONS)
  test(`the circuit of "${question}" means it at every width`, () => {
    for (const width of [1, ...WIDTHS]) {
      const { circuit } = bilateral(question, width, 'asker');
      fc.assert(
        fc.property(pairsOf(width, 20), (pairs) => {
          for (const [h, a] of pairs)
            assert.equal(numberOf(evaluateInTheClear(circuit, bitsOf(h, width), bitsOf(a, width))), EXPECTED[question](h, a));
        }),
        { seed, numRuns: 20 },
      );
    }
  });

test('a comparison of 64 bits takes 64 conjunctions, an equality 63', () => {
  assert.equal(bilateral('above', 64, 'asker').circuit.conjunctions, 64);
  assert.equal(bilateral('equal', 64, 'asker').circuit.conjunctions, 63);
});

test('in the clear, the builder folds constants and keeps meaning', () => {
  const { circuit } = bilateral('gap', 3, 'asker');
  for (let h = -4n; h < 4n; h++) {
    for (let a = -4n; a < 4n; a++) {
      const out = evaluateInTheClear(circuit, bitsOf(h, 3), bitsOf(a, 3));
      assert.equal(
        out.reduce((n, bit, i) => n + (bit ? 1n << BigInt(i) : 0n), 0n),
        EXPECTED.gap(h, a),
      );
    }
  }
});
