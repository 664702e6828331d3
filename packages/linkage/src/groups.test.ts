import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom, testSeed } from '@sluis/math/fixtures';
import { InvalidError } from '@sluis/base';
import { eachPair, firstOnly, type Groups, pairsOf, together } from './groups.ts';

const of = (name: string, left: number[], right: number[]): Groups => ({
  name,
  left: Int32Array.from(left),
  right: Int32Array.from(right),
});
const visited = (all: readonly Groups[]): number[][] => {
  const found: number[][] = [];
  eachPair(all, (l, r, by) => found.push([l, r, by]));
  return found;
};

test('pairs of several groups are visited once each, with the first group that they share', () => {
  const [name, born] = [of('name', [0, 1, -1, 1], [1, -1, 0]), of('born', [0, 0, 1, 2], [0, 1, 0])];
  assert.deepEqual([pairsOf(name), pairsOf(born)], [3, 5]);
  assert.deepEqual(visited([name, born]), [
    [0, 2, 0],
    [1, 0, 0],
    [3, 0, 0],
    [0, 0, 1],
    [1, 2, 1],
    [2, 1, 1],
  ]);
  assert.deepEqual(visited([]), []);
  assert.deepEqual(visited([of('nobody', [-1], [-1])]), []);
});

test('of keys in order, a row keeps the first that the other side has', () => {
  const [first, second] = firstOnly([of('a', [0, 1, -1], [0, 7]), of('b', [3, 3, 3], [3, -1])]);
  assert.deepEqual([...(first?.left ?? [])], [0, -1, -1]);
  assert.deepEqual([...(second?.left ?? [])], [-1, 3, 3]);
});

test(`the pairs are those that comparing all with all finds, seed ${testSeed}`, () => {
  const bytes = seededRandom(testSeed);
  const numbers = (n: number) => Array.from(bytes.bytes(n), (b) => (b % 9) - 1);
  for (let round = 0; round < 20; round++) {
    const all = ['a', 'b', 'c'].map((name) => of(name, numbers(30), numbers(40)));
    const expected: number[][] = [];
    for (let l = 0; l < 30; l++)
      for (let r = 0; r < 40; r++) {
        const by = all.findIndex((g) => together(g, l, r));
        if (by >= 0) expected.push([l, r, by]);
      }
    const order = (pairs: number[][]) => pairs.map((p) => p.join()).sort();
    assert.deepEqual(order(visited(all)), order(expected), `round ${round}`);
    const matrix = (g: Groups) => Array.from(g.left, (_, l) => Array.from(g.right, (__, r) => Number(together(g, l, r)))).flat();
    for (const g of all)
      assert.equal(
        pairsOf(g),
        matrix(g).reduce((n, x) => n + x, 0),
      );
  }
});

test('more pairs than anybody waits for are refused before they are made', () => {
  const all = of('sex', new Array<number>(100_000).fill(0), new Array<number>(60_000).fill(0));
  assert.equal(pairsOf(all), 6_000_000_000);
  assert.throws(
    () => eachPair([all], () => assert.fail()),
    (e) => e instanceof InvalidError && e.code === 'linkage/too-many-pairs' && /sex/.test(e.message),
  );
});
