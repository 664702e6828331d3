import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidError } from '@sluis/base';
import { type LinkageTerms, type MeasuredTerms, measureMatching, type SampleSide } from './index.ts';

const NUMBER = { name: 'number', parts: [{ recipe: 'digits@1' }] };
const NAME_BORN = { name: 'name-born', parts: [{ recipe: 'name@1' }, { recipe: 'date@1' }] };
const LIKENESS: LinkageTerms = {
  bits: 1024,
  fields: [
    { recipe: 'name@1', grams: 'pairs', hashes: 8 },
    { recipe: 'date@1', grams: 'places', hashes: 8 },
  ],
  threshold: { numerator: 7, denominator: 10 },
  blocks: [
    { name: 'sound', parts: [{ recipe: 'soundex@1' }] },
    { name: 'year', parts: [{ recipe: 'year@1' }] },
  ],
  maximumPairs: 6,
};
type Row = readonly [truth: string | null, number: string | null, name: string | null, born: string | null];
const side = (rows: readonly Row[], likeness = true): SampleSide => {
  const column = (at: 1 | 2 | 3) => rows.map((r) => r[at]);
  return {
    truth: rows.map((r) => r[0]),
    keys: [[column(1)], [column(2), column(3)]],
    likeness: likeness ? { fields: [column(2), column(3)], blocks: [[column(2)], [column(3)]] } : null,
  };
};
const TERMS: MeasuredTerms = { keys: [NUMBER, NAME_BORN], likeness: LIKENESS, percents: [50, 70, 100] };

const LEFT: Row[] = [
  ['ann', '11', 'Ann Jansen', '1980-04-03'],
  ['bob', '22', 'Bob Pietersen', '1975-01-31'],
  ['cas', null, 'Cas de Vries', '1990-12-01'],
  [null, '44', 'Nobody Knows', '1999-09-09'],
  ['dik', '55', 'Dik Mulder', '1961-07-07'],
  ['eef', '66', null, null],
];
const RIGHT: Row[] = [
  ['ann', '11', 'Ann Jansen', '1980-04-03'], // both keys
  ['bob', null, 'Bob Pieterse', '1975-01-31'], // alike only
  ['cas', '33', 'cas de vries', '1990-12-01'], // the second key
  ['dik', '56', 'Xaveria Quint', '1933-02-28'], // nothing in common
  ['zoe', '22', 'Zoe Smit', '2001-11-11'], // Bob's number: wrong
  ['  ', '44', 'Nobody Knows', '1999-09-09'], // left out
  ['yan', '77', 'Cas de Vries', '1990-12-01'], // looks like Cas: wrong
];
const figures = ({ pairs, right }: { pairs: number; right: number }) => [pairs, right];

test('keys and likeness of a sample whose pairs are known by hand', () => {
  const found = measureMatching(TERMS, side(LEFT), side(RIGHT), 5);
  assert.deepEqual([found.rows, found.leftOut, found.repeated, found.truePairs], [[5, 6], [1, 1], [0, 0], 4]);
  // Number: Ann, and Bob with Zoe. Name and birth: Ann, Cas, and Cas with Yan.
  assert.deepEqual(found.keys.map(figures), [
    [2, 1],
    [3, 2],
  ]);
  assert.deepEqual(
    found.keys.map((k) => [k.key, ...k.rows]),
    [
      ['number', 4, 5],
      ['name-born', 4, 6],
    ],
  );
  assert.deepEqual(figures(found.inOrder), [4, 2]);
  assert.deepEqual([found.inOrder.precision?.value, found.inOrder.recall.value], [0.5, 0.5]);
  const likeness = found.likeness ?? assert.fail();
  // Alike: Ann, Bob, Cas, and Cas with Yan; exactly alike, all but Bob.
  assert.deepEqual(
    likeness.thresholds.map((t) => [t.percent, figures(t.alone), figures(t.withKeys)]),
    [
      [50, [4, 3], [5, 3]],
      [70, [4, 3], [5, 3]],
      [100, [3, 2], [4, 2]],
    ],
  );
  // Dik shares no block with Dik; Eef has nothing to compare.
  assert.equal(likeness.neverCompared, 1);
  assert.deepEqual(likeness.empty, [1, 0]);
  assert.deepEqual(
    likeness.blocks.map((b) => [b.block, b.pairs, b.right, b.fits]),
    [
      ['sound', 4, 3, true],
      ['year', 4, 3, true],
    ],
  );
  assert.equal(likeness.compared, 4);
  assert.deepEqual(
    found.wrong.map((w) => [w.left, w.right, w.key]),
    [
      [1, 4, 'number'],
      [2, 6, 'name-born'],
    ],
  );
  assert.deepEqual(
    found.missed.map((m) => [m.left, m.right, m.key, m.block]),
    [[4, 3, null, null]],
  );
});

test('a row that matches by its first key does not match by a later one', () => {
  const left = side([['ann', '11', 'Ann', '1980-04-03']], false);
  const right = side(
    [
      ['bea', '11', 'Bea', '1980-04-03'],
      ['ann', '12', 'Ann', '1980-04-03'],
    ],
    false,
  );
  const found = measureMatching({ ...TERMS, likeness: null }, left, right, 3);
  assert.deepEqual(
    [...found.keys.map(figures), figures(found.inOrder)],
    [
      [1, 0],
      [1, 1],
      [1, 0],
    ],
  );
  assert.equal(found.likeness, null);
  assert.deepEqual(found.missed, [{ left: 0, right: 1, key: null, block: null, percent: null }]);
});

test('every pair of rows with equal truth is a true one', () => {
  const rows = (truth: string[]): Row[] => truth.map((t) => [t, '1', 'Ann', '1980-04-03']);
  const found = measureMatching(TERMS, side(rows(['a', 'a', 'a', 'b'])), side(rows(['a', 'a', 'b', 'b', 'c'])));
  assert.deepEqual([found.truePairs, found.repeated], [8, [1, 2]]);
  assert.deepEqual(figures(found.inOrder), [20, 8]);
  assert.equal(found.inOrder.recall.value, 1);
  // More pairs than agreed: a run would show nothing.
  assert.deepEqual(
    found.likeness?.blocks.map((b) => [b.pairs, b.fits]),
    [
      [20, false],
      [20, false],
    ],
  );
  assert.deepEqual([found.wrong, found.missed], [[], []]);
});

test('nothing linked has no precision, and a recall of 0 with an interval above it', () => {
  const found = measureMatching(TERMS, side([['x', '1', 'Ann', null]]), side([['x', '2', 'Zoe', null]]));
  assert.equal(found.inOrder.precision, null);
  assert.deepEqual([found.inOrder.recall.value, found.inOrder.recall.low], [0, 0]);
  assert.ok(found.inOrder.recall.high > 0.7);
});

test('samples without a true pair, and columns that do not fit, are refused', () => {
  const code = (expected: string) => (e: unknown) => e instanceof InvalidError && e.code === expected;
  const other = side(RIGHT.map((r) => [`${r[0]}?`, r[1], r[2], r[3]] as const));
  assert.throws(() => measureMatching(TERMS, side(LEFT), other), code('linkage/no-true-pairs'));
  assert.throws(() => measureMatching(TERMS, side([]), side([])), code('linkage/no-true-pairs'));
  assert.throws(() => measureMatching(TERMS, side(LEFT), side(RIGHT, false)), RangeError);
  assert.throws(() => measureMatching(TERMS, { ...side(LEFT), truth: ['ann'] }, side(RIGHT)), RangeError);
  assert.throws(
    () => measureMatching({ ...TERMS, likeness: { ...LIKENESS, maximumPairs: 0 } }, side(LEFT), side(RIGHT)),
    code('linkage/terms'),
  );
});
