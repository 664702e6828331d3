/** The cost formulas of `technique` against what the simulated parties send. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Committee, RowsMeter, type SecretColumn } from '@sluis/technique';
import { deal, simulateCommittee } from '../simulation/index.ts';

const N = 700;
const numbers = (n: number, distinct: number) =>
  deal(
    Array.from({ length: n }, (_, i) => BigInt(((i * 7919) % 104_729) % distinct)),
    1,
  );
const wide = deal(
  Array.from({ length: N }, (_, i) => BigInt(i) << 70n),
  2,
);
const [many, few] = [numbers(N, 100_000), numbers(N, 7)];
type Secret = readonly [SecretColumn, SecretColumn, SecretColumn];
const of = (s: Secret, c: Committee) => s[c.me];

/** Rounds exactly, unless comparisons of a gap fall away or fill another batch; bytes within the given part. */
async function compare(
  name: string,
  within: number,
  program: (c: Committee) => Promise<unknown>,
  cost: (m: RowsMeter) => void,
): Promise<void> {
  const { rounds, bytes } = await simulateCommittee(program);
  const meter = new RowsMeter();
  cost(meter);
  const sent = bytes.reduce((a, b) => a + b, 0);
  assert.equal(rounds, meter.rounds, `${name}: rounds`);
  assert.ok(Math.abs(sent / meter.bytes - 1) <= within, `${name}: ${sent} bytes for ${meter.bytes}`);
}

const table = (c: Committee) => ({ length: N, columns: [of(many, c), of(wide, c)], bits: [c.constantBits(N, 1)] });
const shape = { length: N, words: [1, 2], bits: 1 };
const key = (column: SecretColumn, bits: number) => ({ column, bits });

test('shuffling, partitioning and moving rows cost what the formulas say', async () => {
  await compare(
    'shuffle',
    0,
    (c) => c.shuffle(table(c)),
    (m) => m.shuffle(shape),
  );
  await compare(
    'partition',
    0,
    (c) => c.partition(table(c), c.constantBits(N, 1)),
    (m) => m.partition(shape),
  );
});

test('sorting costs what the formulas say, in both ways', async () => {
  await compare(
    'long keys',
    0.1,
    (c) => c.sort(table(c), [key(of(many, c), 64)]),
    (m) => m.sort(shape, [{ bits: 64, words: 1 }]),
  );
  await compare(
    'short keys',
    0,
    (c) => c.sort(table(c), [key(of(few, c), 2)]),
    (m) => m.sortByBits(shape, [{ bits: 2, words: 1 }], false),
  );
});

test('grouping costs what the formulas say', async () => {
  const run = (c: Committee) =>
    c.groupAggregate(
      [key(of(many, c), 40)],
      c.constantBits(N, 1),
      [
        { kind: 'sum', column: of(wide, c) },
        { kind: 'min', column: of(few, c), bits: 64 },
      ],
      50,
    );
  const aggregates = [{ kind: 'sum', words: 2 } as const, { kind: 'min', words: 1, bits: 64 } as const];
  await compare('group', 0.1, run, (m) => m.groupAggregate(N, [{ bits: 40, words: 1 }], aggregates, 50));
  const distinct = (c: Committee) => c.distinctCount([key(of(many, c), 40)], c.constantBits(N, 1));
  await compare('distinct', 0.1, distinct, (m) => m.distinctCount(N, [{ bits: 40, words: 1 }]));
});

test('joining costs what the formulas say', async () => {
  const side = (c: Committee, unique: boolean) => ({ table: table(c), keys: [key(of(many, c), 40)], valid: c.constantBits(N, 1), unique });
  const keys = [{ bits: 40, words: 1 }];
  await compare(
    'unique',
    0.1,
    (c) => c.join('inner', side(c, true), side(c, true)),
    (m) => m.joinToLeft('inner', N, shape, keys, 2),
  );
  const repeated = (c: Committee) => c.join('left', side(c, false), side(c, false), 800);
  await compare('repeated', 0.1, repeated, (m) => m.joinRepeated('left', shape, shape, keys, 0, 800));
});
