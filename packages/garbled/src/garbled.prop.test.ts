import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { systemRandom } from '@sluis/base';
import { Asker } from './asker.ts';
import { evaluateInTheClear } from './circuit.ts';
import { Holder } from './holder.ts';
import { add, constant, multiply, select, less } from './numbers.ts';
import { bilateral, type BilateralQuestion, type Learner, pairProgram, type PairProgram, QUESTIONS } from './program.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
test(`seed ${seed}`, () => assert.ok(seed >= 0));

function play(program: PairProgram, held: readonly (readonly bigint[])[], asked: readonly (readonly bigint[])[], instances: number) {
  const holder = new Holder(program, held, instances, systemRandom);
  const asker = new Asker(program, asked, instances, systemRandom);
  const { values, labels } = asker.evaluate(holder.garble(asker.choose(holder.begin(asker.greeting()))));
  return { asker: values, holder: labels === null ? null : holder.read(labels) };
}

const largest = (values: bigint[]): bigint => values.sort((x, y) => Number(y > x) - Number(y < x))[0] as bigint;

const expected: Record<BilateralQuestion, (held: bigint, asked: bigint) => bigint> = {
  above: (h, a) => (a > h ? 1n : 0n),
  equal: (h, a) => (a === h ? 1n : 0n),
  larger: (h, a) => largest([h, a]),
  smaller: (h, a) => -largest([-h, -a]),
  gap: (h, a) => (a > h ? a - h : 0n),
};

const number = (width: number) => {
  const [low, high] = [-(1n << BigInt(width - 1)), (1n << BigInt(width - 1)) - 1n];
  return fc.oneof(fc.bigInt({ min: low, max: high }), fc.constantFrom(low, high, 0n, width === 1 ? -1n : 1n, low + 1n, high - 1n));
};

test('every bilateral question is answered as in the clear, to whoever may learn', () => {
  const cases = fc.tuple(
    fc.constantFrom(...QUESTIONS),
    fc.constantFrom(2, 7, 32, 33, 64),
    fc.constantFrom<Learner>('asker', 'holder', 'both'),
  );
  fc.assert(
    fc.property(
      cases.chain(([question, width, learns]) =>
        fc.record({
          question: fc.constant(question),
          width: fc.constant(width),
          learns: fc.constant(learns),
          pairs: fc.array(
            fc.oneof(
              fc.tuple(number(width), number(width)),
              number(width).map((v) => [v, v] as [bigint, bigint]),
            ),
            {
              minLength: 1,
              maxLength: 40,
            },
          ),
        }),
      ),
      ({ question, width, learns, pairs }) => {
        const due = [pairs.map(([h, a]) => expected[question](h, a))];
        const program = bilateral(question, width, learns);
        const got = play(program, [pairs.map((p) => p[0])], [pairs.map((p) => p[1])], pairs.length);
        assert.deepEqual(got.asker, learns === 'holder' ? null : due);
        assert.deepEqual(got.holder, learns === 'asker' ? null : due);
      },
    ),
    { seed, numRuns: 25 },
  );
});

test('circuits over several numbers: products, sums and choices', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(number(16), number(16), number(16)), { minLength: 1, maxLength: 8 }), (triples) => {
      const program = pairProgram({ id: 'test/mix', width: 16, holderNumbers: 2, askerNumbers: 1, learns: 'both' }, (c, [x, y], [z]) => [
        add(c, multiply(c, x as never, z as never), constant(12345n, 16)),
        select(c, less(c, y as never, z as never), x as never, y as never),
        constant(5n, 4),
      ]);
      const held = [triples.map((t) => t[0]), triples.map((t) => t[1])];
      const due = [
        triples.map(([x, , z]) => BigInt.asIntN(16, x * z + 12345n)),
        triples.map(([x, y, z]) => (y < z ? x : y)),
        triples.map(() => 5n),
      ];
      const got = play(program, held, [triples.map((t) => t[2])], triples.length);
      assert.deepEqual(got.asker, due);
      assert.deepEqual(got.holder, due);
    }),
    { seed, numRuns: 8 },
  );
});

test('a comparison of 64 bits takes 64 conjunctions, an equality 63', () => {
  assert.equal(bilateral('above', 64, 'asker').circuit.conjunctions, 64);
  assert.equal(bilateral('equal', 64, 'asker').circuit.conjunctions, 63);
});

test('in the clear, the builder folds constants and keeps meaning', () => {
  const program = bilateral('gap', 3, 'asker');
  for (let h = -4n; h < 4n; h++) {
    for (let a = -4n; a < 4n; a++) {
      const bits = (v: bigint) => [0n, 1n, 2n].map((b) => ((v >> b) & 1n) === 1n);
      const out = evaluateInTheClear(program.circuit, bits(h), bits(a));
      assert.equal(
        out.reduce((n, bit, i) => n + (bit ? 1n << BigInt(i) : 0n), 0n),
        expected.gap(h, a),
      );
    }
  }
});
