/**
 * The cost formulas of `technique` against what the simulated parties send. Few rows are sorted by comparing all pairs:
 * then rounds and bytes are exact. Many rows are sorted by a search whose comparisons depend on a random order; there the
 * mean of several sorts is compared with the number to be expected. Malicious forms are run without their checks.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Committee, RowsMeter, type SecretColumn, type TableShape, type ThreatModel } from '@sluis/technique';
import { deal, simulateCommittee, stripedCommittee } from '../simulation/index.ts';
import { sortByBits } from './sort.ts';

const MANY = 700;
const FEW = 60;
const dealt = (n: number, value: (i: number) => bigint, words = 1) =>
  deal(
    Array.from({ length: n }, (_, i) => value(i)),
    words,
  );
const distinct = (i: number) => BigInt((i * 7919) % 104_729);
const [many, manyShort, manyWide] = [dealt(MANY, distinct), dealt(MANY, (i) => distinct(i) % 7n), dealt(MANY, (i) => BigInt(i) << 70n, 2)];
const [few, fewShort, fewWide] = [dealt(FEW, distinct), dealt(FEW, (i) => distinct(i) % 7n), dealt(FEW, (i) => BigInt(i) << 70n, 2)];
type Secret = readonly [SecretColumn, SecretColumn, SecretColumn];
const of = (s: Secret, c: Committee) => s[c.me];

interface Measured {
  readonly rounds: number;
  readonly bytes: number;
}

const MODELS: readonly ThreatModel[] = ['semi-honest', 'malicious'];

async function measured(program: (c: Committee) => Promise<unknown>, model: ThreatModel = 'semi-honest'): Promise<Measured> {
  const { rounds, bytes } = await simulateCommittee(program, { convene: stripedCommittee(model, { elements: 2 ** 16, atOnce: 4 }) });
  return { rounds, bytes: bytes.reduce((a, b) => a + b, 0) };
}

function stated(cost: (m: RowsMeter) => void, model: ThreatModel = 'semi-honest'): Measured {
  const meter = new RowsMeter(model);
  cost(meter);
  return { rounds: meter.rounds, bytes: meter.bytes };
}

async function same(name: string, program: (c: Committee) => Promise<unknown>, cost: (m: RowsMeter) => void): Promise<void> {
  for (const model of MODELS) assert.deepEqual(await measured(program, model), stated(cost, model), `${name}, ${model}`);
}

const manyRows = (c: Committee) => ({ length: MANY, columns: [of(many, c), of(manyWide, c)], bits: [c.constantBits(MANY, 1)] });
const fewRows = (c: Committee) => ({ length: FEW, columns: [of(few, c), of(fewWide, c)], bits: [c.constantBits(FEW, 1)] });
const manyShape: TableShape = { length: MANY, words: [1, 2], bits: 1 };
const fewShape: TableShape = { ...manyShape, length: FEW };
const key = (column: SecretColumn, bits: number) => ({ column, bits });

test('shuffling, partitioning and moving rows cost what the formulas say', async () => {
  await same(
    'shuffle',
    (c) => c.shuffle(manyRows(c)),
    (m) => m.shuffle(manyShape),
  );
  await same(
    'partition',
    (c) => c.partition(manyRows(c), c.constantBits(MANY, 1)),
    (m) => m.partition(manyShape),
  );
});

test('sorting costs what the formulas say, by all pairs and bit by bit', async () => {
  await same(
    'all pairs',
    (c) => c.sort(fewRows(c), [key(of(few, c), 64)]),
    (m) => m.sort(fewShape, [{ bits: 64, words: 1 }]),
  );
  await same(
    'short keys',
    (c) => sortByBits(c, manyRows(c), [key(of(manyShort, c), 2)], null),
    (m) => m.sortByBits(manyShape, [{ bits: 2, words: 1 }], false),
  );
});

/**
 * Bytes of one sort of 700 rows have a standard deviation of 4.8 % (1,500 sorts of plain numbers by the same plan), so
 * that the mean of 40 deviates by more than 6 % with a probability below 10^-14, and a formula that is 15 % off passes
 * with one below 10^-30.
 */
const SORTS = 40;
const WITHIN = 0.06;

test('sorting by a search costs the rounds that the formula says, and its bytes in the mean; a formula 15 % off is found', async () => {
  const expected = stated((m) => m.sort(manyShape, [{ bits: 64, words: 1 }]));
  let sent = 0;
  for (let i = 0; i < SORTS; i++) {
    const { rounds, bytes } = await measured((c) => c.sort(manyRows(c), [key(of(many, c), 64)]));
    assert.equal(rounds, expected.rounds);
    sent += bytes / SORTS;
  }
  const deviation = (bytes: number) => Math.abs(sent / bytes - 1);
  assert.ok(deviation(expected.bytes) <= WITHIN, `${sent} bytes in the mean for ${expected.bytes}`);
  for (const off of [0.85, 1.15]) assert.ok(deviation(off * expected.bytes) > WITHIN, `a formula of ${off} times as many passes`);
});

test('grouping costs what the formulas say', async () => {
  const run = (c: Committee) =>
    c.groupAggregate(
      [key(of(few, c), 40)],
      c.constantBits(FEW, 1),
      [
        { kind: 'sum', column: of(fewWide, c) },
        { kind: 'min', column: of(fewShort, c), bits: 64 },
      ],
      50,
    );
  const aggregates = [{ kind: 'sum', words: 2 } as const, { kind: 'min', words: 1, bits: 64 } as const];
  await same('group', run, (m) => m.groupAggregate(FEW, [{ bits: 40, words: 1 }], aggregates, 50));
  const count = (c: Committee) => c.distinctCount([key(of(few, c), 40)], c.constantBits(FEW, 1));
  await same('distinct', count, (m) => m.distinctCount(FEW, [{ bits: 40, words: 1 }]));
});

test('joining costs what the formulas say', async () => {
  const side = (c: Committee, unique: boolean) => ({
    table: fewRows(c),
    keys: [key(of(few, c), 40)],
    valid: c.constantBits(FEW, 1),
    unique,
  });
  const keys = [{ bits: 40, words: 1 }];
  await same(
    'unique',
    (c) => c.join('inner', side(c, true), side(c, true)),
    (m) => m.joinToLeft('inner', FEW, fewShape, keys, 2),
  );
  await same(
    'distinct',
    (c) => c.join('semi', { ...side(c, false), distinct: true }, side(c, false)),
    (m) => m.joinToLeft('semi', FEW, fewShape, keys, 0, true),
  );
  await same(
    'repeated',
    (c) => c.join('left', side(c, false), side(c, false), 70),
    (m) => m.joinRepeated('left', fewShape, fewShape, keys, 0, 70),
  );
});

test('the largest rows, quantiles and histograms cost what the formulas say', async () => {
  const keys = (c: Committee) => key(of(few, c), 40);
  const wide = (c: Committee) => key(of(fewWide, c), 128);
  const valid = (c: Committee) => c.constantBits(FEW, 1);
  await same(
    'top rows',
    (c) => c.topRows(fewRows(c), [keys(c)], valid(c), 7),
    (m) => m.topRows(fewShape, [{ bits: 40, words: 1 }]),
  );
  const fractions = [
    { numerator: 1, denominator: 2 },
    { numerator: 3, denominator: 1000 },
  ];
  for (const [values, shape] of [
    [keys, { bits: 40, words: 1 }],
    [wide, { bits: 128, words: 2 }],
  ] as const) {
    await same(
      `quantiles of ${shape.bits} bits`,
      (c) => c.quantiles(values(c), valid(c), fractions),
      (m) => m.quantiles(FEW, shape, 2),
    );
    await same(
      `histogram of ${shape.bits} bits`,
      (c) => c.histogram(values(c), valid(c), [-5n, 0n, 1n << 30n]),
      (m) => m.histogram(FEW, shape, 3),
    );
  }
});
