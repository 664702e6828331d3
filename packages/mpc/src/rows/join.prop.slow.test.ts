import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError } from '@sluis/base';
import type { Committee, JoinKind, JoinSide } from '@sluis/technique';
import fc from 'fast-check';
import { bits, column, compareRows, type PlainTable, rowsOf, tablesOf } from './fixtures/plain-tables.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

/** A row: two keys, payloads of one and two words, a payload bit, and whether it takes part. */
interface Row {
  readonly a: bigint;
  readonly b: bigint;
  readonly x: bigint;
  readonly y: bigint;
  readonly flag: number;
  readonly valid: number;
}

const number = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const row = (keys: readonly bigint[]) =>
  fc.record({
    a: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...keys) }, { weight: 1, arbitrary: number }),
    b: fc.constantFrom(0n, -1n),
    x: number,
    y: fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n }),
    flag: fc.integer({ min: 0, max: 1 }),
    valid: fc.constantFrom(0, 1, 1, 1),
  });
const FEW = [-(2n ** 63n), -1n, 0n, 1n, 5n, 2n ** 63n - 1n];
const MANY = [...FEW, ...Array.from({ length: 20 }, (_, i) => BigInt(10 + i))];
const lists = (keys: readonly bigint[], most: number) => fc.array(row(keys), { maxLength: most });
const sameKey = (p: Row, q: Row) => p.a === q.a && p.b === q.b;
/** Drops valid rows that repeat a key. */
const unique = (rows: readonly Row[]) =>
  rows.filter((r, i) => r.valid === 0 || !rows.slice(0, i).some((q) => q.valid === 1 && sameKey(q, r)));

function side(rows: readonly Row[], isUnique: boolean): (c: Committee) => Promise<JoinSide> {
  const [a, b] = [
    column(rows.map((r) => r.a)),
    column(
      rows.map((r) => r.b),
      2,
    ),
  ];
  const [x, y] = [
    column(rows.map((r) => r.x)),
    column(
      rows.map((r) => r.y),
      2,
    ),
  ];
  const [flag, valid] = [bits(rows.map((r) => r.flag)), bits(rows.map((r) => r.valid))];
  return async (c) => ({
    table: { length: rows.length, columns: [x(c), y(c)], bits: [await flag(c)] },
    keys: [
      { column: a(c), bits: 64 },
      { column: b(c), bits: 3 },
    ],
    valid: await valid(c),
    unique: isUnique,
  });
}

/** Rows of the result: left payload, right payload, valid, matched. */
async function joined(
  kind: JoinKind,
  left: readonly Row[],
  right: readonly Row[],
  declared: readonly [boolean, boolean],
  maximum?: number,
) {
  const [l, r] = [side(left, declared[0]), side(right, declared[1])];
  const [a, b, state, room] = await tablesOf(async (c) => {
    const out = await c.join(kind, await l(c), await r(c), maximum);
    const fits = { length: 1, columns: [], bits: [out.fits ?? c.constantBits(1, 1)] };
    return [out.left, out.right, { length: out.length, columns: [], bits: [out.valid, out.matched] }, fits];
  });
  const [leftRows, rightRows, states] = [a, b, state].map((t) => rowsOf(t as PlainTable)) as [bigint[][], bigint[][], bigint[][]];
  return {
    fits: room?.bits[0]?.[0] === 1,
    rows: states.map((s, i) => ({ left: leftRows[i] as bigint[], right: rightRows[i] ?? [], valid: s[0], matched: s[1] })),
  };
}

const payload = (r: Row) => [r.x, r.y, BigInt(r.flag)];
const NOTHING = [0n, 0n, 0n];

test('with a unique right side every left row finds its partner', async () => {
  await fc.assert(
    fc.asyncProperty(
      lists(MANY, 40),
      lists(MANY, 40),
      fc.constantFrom<JoinKind>('inner', 'left', 'semi', 'anti'),
      async (left, all, kind) => {
        const right = unique(all);
        const { rows } = await joined(kind, left, right, [false, true]);
        const expected = left.map((p) => {
          const partner = p.valid === 1 ? right.find((q) => q.valid === 1 && sameKey(p, q)) : undefined;
          const matched = partner !== undefined;
          const valid = kind === 'left' ? p.valid === 1 : kind === 'anti' ? p.valid === 1 && !matched : matched;
          const shown = kind === 'inner' || kind === 'left' ? (partner === undefined ? NOTHING : payload(partner)) : [];
          return { left: payload(p), right: shown, valid: BigInt(valid), matched: BigInt(matched) };
        });
        assert.deepEqual(rows, expected);
      },
    ),
    { seed, numRuns: 30 },
  );
});

test('semi and anti joins take a right side with repeated keys', async () => {
  await fc.assert(
    fc.asyncProperty(lists(FEW, 25), lists(FEW, 25), fc.constantFrom<JoinKind>('semi', 'anti'), async (left, right, kind) => {
      const { rows } = await joined(kind, left, right, [false, false]);
      const expected = left.map((p) => {
        const matched = p.valid === 1 && right.some((q) => q.valid === 1 && sameKey(p, q));
        return BigInt(kind === 'semi' ? matched : p.valid === 1 && !matched);
      });
      assert.deepEqual(
        rows.map((r) => r.valid),
        expected,
      );
    }),
    { seed, numRuns: 25 },
  );
});

test('with distinct rows on the left a semi join is INTERSECT and an anti join EXCEPT', async () => {
  const none = fc.constant<Row[]>([]);
  const sizes = fc.oneof(fc.tuple(lists(FEW, 25), lists(FEW, 25)), fc.tuple(none, lists(FEW, 5)), fc.tuple(lists(MANY, 40), lists(FEW, 2)));
  await fc.assert(
    fc.asyncProperty(sizes, fc.constantFrom<JoinKind>('semi', 'anti'), async ([left, right], kind) => {
      const [l, r] = [side(left, false), side(right, false)];
      const [table] = await tablesOf(async (c) => {
        const out = await c.join(kind, { ...(await l(c)), distinct: true }, await r(c));
        return [{ length: out.length, columns: [], bits: [out.valid] }];
      });
      const there = new Set(right.filter((q) => q.valid === 1).map((q) => `${q.a}/${q.b}`));
      const seen = new Set<string>();
      const expected = left.map((p) => {
        const key = `${p.a}/${p.b}`;
        const first = p.valid === 1 && !seen.has(key);
        if (p.valid === 1) seen.add(key);
        return [BigInt(first && there.has(key) === (kind === 'semi'))];
      });
      assert.deepEqual(rowsOf(table as PlainTable), expected);
    }),
    { seed, numRuns: 25 },
  );
});

/** All pairs of the plain join: left payload, right payload, matched. */
function pairs(kind: JoinKind, left: readonly Row[], right: readonly Row[]): bigint[][] {
  return left
    .filter((p) => p.valid === 1)
    .flatMap((p) => {
      const partners = right.filter((q) => q.valid === 1 && sameKey(p, q)).map((q) => [...payload(p), ...payload(q), 1n]);
      return partners.length === 0 && kind === 'left' ? [[...payload(p), ...NOTHING, 0n]] : partners;
    });
}

test('with repeated keys on both sides every pair stands once', async () => {
  await fc.assert(
    fc.asyncProperty(
      lists(FEW, 12),
      lists(FEW, 12),
      fc.constantFrom<JoinKind>('inner', 'left'),
      fc.integer({ min: 0, max: 4 }),
      async (left, right, kind, more) => {
        const expected = pairs(kind, left, right);
        const slots = expected.length + more;
        const { rows } = await joined(kind, left, right, [false, false], slots);
        const found = rows.filter((r) => r.valid === 1n).map((r) => [...r.left, ...r.right, r.matched ?? 0n]);
        assert.deepEqual(found.sort(compareRows), expected.sort(compareRows));
        for (const r of rows.filter((x) => x.valid === 0n)) assert.deepEqual([r.left, r.right, r.matched], [NOTHING, NOTHING, 0n]);
        assert.equal(rows.length, slots);
      },
    ),
    { seed, numRuns: 20 },
  );
});

const fails = (code: string) => (e: unknown) => e instanceof ProtocolError && e.code === code;
const plainRow = (a: bigint, valid = 1): Row => ({ a, b: 0n, x: a, y: a, flag: 1, valid });

test('a join of more rows than planned does not fit, in secret; one of just as many does', async () => {
  const rows = [1n, 1n, 2n].map((a) => plainRow(a));
  const exact = await joined('inner', rows, rows, [false, false], 5);
  assert.deepEqual([exact.fits, exact.rows.length], [true, 5]);
  for (const kind of ['inner', 'left'] as const) {
    for (const slots of [4, 3, 1, 0]) {
      const short = await joined(kind, rows, rows, [false, false], slots);
      assert.equal(short.fits, false);
      assert.deepEqual(short.rows, exact.rows.slice(0, slots), 'what fits stands as it would otherwise');
    }
  }
  await assert.rejects(joined('inner', rows, rows, [false, false]), RangeError);
});

test('a repeated key on a side declared unique fails; among rows that do not take part it does not', async () => {
  const [repeated, single] = [
    [plainRow(7n), plainRow(3n), plainRow(7n)],
    [plainRow(7n), plainRow(3n), plainRow(7n, 0)],
  ];
  await assert.rejects(joined('inner', single, repeated, [false, true]), fails('mpc/keys-not-unique'));
  await assert.rejects(joined('left', repeated, single, [true, true]), fails('mpc/keys-not-unique'));
  await assert.rejects(joined('inner', repeated, single, [true, false], 9), fails('mpc/keys-not-unique'));
  assert.equal((await joined('inner', repeated, single, [false, true])).rows.filter((r) => r.valid === 1n).length, 3);
  assert.equal((await joined('inner', single, single, [true, true])).rows.filter((r) => r.valid === 1n).length, 2);
});
