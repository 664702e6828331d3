/** Generated expressions over secret rows against plain evaluation: NULLs, wide numbers, every operation. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RowExpression } from '@sluis/model';
import { simulateCommittee, reveal } from '@sluis/mpc/simulation';
import fc from 'fast-check';
import { plainValue } from './fixtures/plain-expression.ts';
import type { PlainSourceRow } from './fixtures/plain-rows.ts';
import { columnOf, encoding, numberOf } from './fixtures/rows-plan.ts';
import { dealRows } from './fixtures/secret-rows.ts';
import { lower } from './lower.ts';
import { tableOf } from './row-table.ts';
import { sized } from './row-values.ts';
import { TableProgram } from './table-program.ts';

const SEED = Number(process.env['SLUIS_TEST_SEED'] ?? 20_265);
const ENCODINGS = [
  encoding('small', -4n, 3n, true, 3),
  encoding('days', 10_000n, 20_000n, false, 16),
  encoding('wide', -(1n << 63n), (1n << 63n) - 1n, true, 64),
];
const KEYS = new Set(ENCODINGS.map((e) => `0.${e.column}`));
const EXTREMES = [-(1n << 63n), (1n << 63n) - 1n, 0n, -1n, 1n];

const row = fc.record({
  small: fc.option(fc.bigInt({ min: -4n, max: 3n }), { nil: null }),
  days: fc.bigInt({ min: 10_000n, max: 20_000n }),
  wide: fc.option(fc.oneof(fc.constantFrom(...EXTREMES), fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n })), { nil: null }),
});

const { number, truth } = fc.letrec<{ number: RowExpression; truth: RowExpression }>((tie) => {
  const leaf = fc.oneof(
    fc.constantFrom(columnOf('small'), columnOf('days'), columnOf('wide')),
    fc.oneof(fc.bigInt({ min: -9n, max: 20_000n }), fc.constantFrom(...EXTREMES)).map(numberOf),
    fc.constant<RowExpression>({ op: 'null', of: 'number' }),
  );
  const pair = fc.tuple(tie('number'), tie('number'));
  const small = fc.constantFrom(columnOf('small'), columnOf('days'));
  const list = fc.uniqueArray(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.integer({ min: 14_990, max: 15_010 })), {
    minLength: 1,
    maxLength: 8,
  });
  return {
    number: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc
        .tuple(fc.constantFrom('add' as const, 'subtract' as const, 'multiply' as const), pair)
        .map(([op, args]): RowExpression => ({ op, args, bits: 0 })),
      fc
        .tuple(fc.constantFrom('negate' as const, 'absolute' as const), tie('number'))
        .map(([op, a]): RowExpression => ({ op, args: [a], bits: 0 })),
      fc.tuple(small, small).map((args): RowExpression => ({ op: 'divide', args, bits: 0 })),
      fc
        .tuple(small, fc.integer({ min: 1, max: 400 }))
        .map(([a, d]): RowExpression => ({ op: 'rescale', args: [a], divisor: String(d), bits: 0 })),
      fc
        .tuple(fc.array(fc.tuple(tie('truth'), tie('number')), { minLength: 1, maxLength: 3 }), tie('number'))
        .map(([when, otherwise]): RowExpression => ({ op: 'case', when: when.map(branchOf), else: otherwise, bits: 0 })),
      fc.tuple(small, list, fc.boolean()).map(
        ([a, values, withNull]): RowExpression => ({
          op: 'position',
          args: [a],
          values: [...values.map(String), ...(withNull ? [null] : [])],
          bits: 0,
        }),
      ),
    ),
    truth: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.tuple(fc.constantFrom('less' as const, 'equal' as const), pair).map(([op, args]): RowExpression => ({ op, args })),
      fc.tuple(small, list).map(([a, values]): RowExpression => ({ op: 'in', args: [a], values: values.map(String) })),
      tie('number').map((a): RowExpression => ({ op: 'isNull', args: [a] })),
      fc.constantFrom<RowExpression>({ op: 'boolean', value: true }, { op: 'boolean', value: false }, { op: 'null', of: 'boolean' }),
      tie('truth').map((a): RowExpression => ({ op: 'not', args: [a] })),
      fc
        .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(tie('truth'), { minLength: 1, maxLength: 3 }))
        .map(([op, args]): RowExpression => ({ op, args })),
    ),
  };
});

// biome-ignore lint/suspicious/noThenProperty: a plan names its branches so.
const branchOf = ([condition, value]: readonly [RowExpression, RowExpression]) => ({ if: condition, then: value });

const WORDS = 8;

/** Values of the expressions in every row, NULL as null. */
async function evaluated(rows: readonly PlainSourceRow[], expressions: readonly RowExpression[]): Promise<(bigint | boolean | null)[][]> {
  const deal = dealRows({ encodings: ENCODINGS, rows });
  const { results } = await simulateCommittee(async (c) => {
    const on = new TableProgram(await tableOf(c, 0, deal(c.me), KEYS, false));
    const wanted = expressions.flatMap((e) => {
      const value = lower(on.lowering, e);
      if (value.kind === 'truth') return [on.program.inject(value.isTrue, 1), on.program.inject(value.isFalse, 1)];
      return [sized(on.program, value, WORDS), on.program.inject(value.present, 1)];
    });
    const found = await on.run(c, wanted);
    return wanted.map((node) => c.components(found.column(node)));
  });
  const columns = results[0].map((part, i) =>
    reveal(
      results.map((r) => r[i] as typeof part),
      part.mine.length / Math.max(1, rows.length),
    ),
  );
  return expressions.map((_, e) =>
    rows.map((_row, i) => {
      const [a, b] = [columns[2 * e]?.[i] as bigint, columns[2 * e + 1]?.[i] as bigint];
      if (isTruth(expressions[e] as RowExpression)) return a === 1n ? true : b === 1n ? false : null;
      return b === 1n ? a : null;
    }),
  );
}

const TRUTHS = new Set(['less', 'equal', 'in', 'isNull', 'boolean', 'not', 'and', 'or']);
const isTruth = (e: RowExpression): boolean => TRUTHS.has(e.op) || (e.op === 'null' && e.of === 'boolean');

test(`expressions are what they are in the clear (seed ${SEED})`, { timeout: 3_000_000 }, async () => {
  const rows = fc.array(row, { minLength: 1, maxLength: 40 });
  const expressions = fc.tuple(fc.array(number, { minLength: 1, maxLength: 3 }), fc.array(truth, { minLength: 1, maxLength: 3 }));
  await fc.assert(
    fc.asyncProperty(rows, expressions, async (values, [numbers, truths]) => {
      const all = [...numbers, ...truths];
      const given = values.map((v): PlainSourceRow => ({ giver: 'anna', valid: true, values: v }));
      const found = await evaluated(given, all);
      all.forEach((e, i) => {
        const plain = values.map((v) => plainValue(new Map(Object.entries(v).map(([k, x]) => [`0.${k}`, x])), e));
        assert.deepEqual(found[i], plain, JSON.stringify(e));
      });
    }),
    { numRuns: 60, seed: SEED },
  );
});

test('quotients of extreme numbers are exact, and NULL by zero', async () => {
  const extremes = [...EXTREMES, 7n, -7n, 3n, null];
  const given = extremes.flatMap((wide) => [-4n, -1n, 0n, 1n, 3n, null].map((small) => ({ wide, small, days: 10_007n })));
  const rows = given.map((values): PlainSourceRow => ({ giver: 'anna', valid: true, values }));
  const [wide, small, days] = [columnOf('wide'), columnOf('small'), columnOf('days')];
  const pairs: [RowExpression, RowExpression][] = [
    [wide, small],
    [small, wide],
    [wide, days],
    [wide, numberOf(0n)],
    [wide, numberOf(-1n)],
    [days, small],
  ];
  const all = pairs.map((args): RowExpression => ({ op: 'divide', args, bits: 0 }));
  const found = await evaluated(rows, all);
  all.forEach((e, i) => {
    const plain = given.map((v) => plainValue(new Map(Object.entries(v).map(([k, x]) => [`0.${k}`, x])), e));
    assert.deepEqual(found[i], plain, JSON.stringify(e));
  });
  assert.equal(found[0]?.includes(1n << 63n), true, 'the smallest number by -1 is there');
});
