/**
 * Exactness of tables, without statistics: the source of bits is replaced by chosen words, and for every column, place and
 * number the first word from which a proposal is refused is found by bisection. What a number's probability then comes to
 * must be its weight, to what one word can show.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../fixtures/index.ts';
import { rational } from '../rational.ts';
import { aliasTable, BlockTable, type Shape } from './block-table.ts';
import { RandomBits } from './random-bits.ts';
import * as shapes from './shapes.ts';

class Exhausted extends Error {}

class Chosen extends RandomBits {
  readonly #chosen: number[];
  constructor(...chosen: number[]) {
    super(seededRandom(1));
    this.#chosen = chosen;
  }
  override word(): number {
    const next = this.#chosen.shift();
    if (next === undefined) throw new Exhausted();
    return next;
  }
}

/** What comes of a column word, a place within the block and the first bits of the decision; null: refused. */
function outcome(table: BlockTable, words: readonly number[]): number | null {
  try {
    return table.next(new Chosen(...words));
  } catch (error) {
    if (error instanceof Exhausted) return null;
    throw error;
  }
}

/** The least word for which a fact no longer holds, where it holds up to some word only. */
function firstWithout(holds: (word: number) => boolean, end: number): number {
  let [low, high] = [0, end];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Found {
  /** Drawn and accepted, and drawn at all. */
  readonly accepted: number;
  readonly proposed: number;
}

/** Probability of each number, but for the tail's share, up to a common factor. */
function probabilities(shape: Shape): Map<number, Found> {
  const table = new BlockTable(shape);
  const places = shape.blocks.length + 2;
  const columns = 2 ** Math.max(1, Math.ceil(Math.log2(places)));
  const capacity = 2 ** 32 / columns;
  const found = new Map<number, Found>();
  for (let column = 0; column < columns; column++) {
    const at = (low: number, rest: readonly number[]) => outcome(table, [column * capacity + low, ...rest]);
    // A block's least number takes one word where it is alone in its block, two otherwise; zeros are accepted in both.
    const [left, right] = [at(0, [0, 0]), at(capacity - 1, [0, 0])];
    const cut = left === right ? capacity : firstWithout((low) => at(low, [0, 0]) === left, capacity);
    for (const [start, low, share] of [
      [left, 0, cut],
      [right, capacity - 1, capacity - cut],
    ] as const) {
      const block = shape.blocks.find((b) => start !== null && b.start === Math.abs(start) && b.negative === start < 0);
      if (block === undefined || share === 0) continue;
      for (let within = 0; within < 2 ** block.bits; within++) {
        const place = block.bits === 0 ? [] : [within * 2 ** (32 - block.bits)];
        const x = (block.start + within) * (block.negative ? -1 : 1);
        const accepted = firstWithout((first) => at(low, [...place, first, 0]) === x, 2 ** 32);
        const proposed = share / 2 ** (32 + block.bits);
        const before = found.get(x) ?? { accepted: 0, proposed: 0 };
        found.set(x, { accepted: before.accepted + (proposed * accepted) / 2 ** 32, proposed: before.proposed + proposed });
      }
    }
  }
  return found;
}

for (const [name, shape, weight] of [
  ['Laplace', shapes.laplaceShape(rational(7n, 2n), { blocks: 5, reach: 4n }), (x: number) => Math.exp((-2 * Math.abs(x)) / 7)],
  ['Laplace without blocks', shapes.laplaceShape(rational(1n, 2n), { blocks: 8, reach: 4n }), (x: number) => Math.exp(-2 * Math.abs(x))],
  ['Gaussian', shapes.gaussianShape(rational(50n), { blocks: 5, reach: 4n }), (x: number) => Math.exp((-x * x) / 100)],
  ['geometric', shapes.geometricShape(rational(9n), { blocks: 6, reach: 4n }), (x: number) => Math.exp(-x / 9)],
  ['logarithmic', shapes.logarithmicShape(rational(20n), { blocks: 64, reach: 4n }), (x: number) => Math.exp(-x / 20) / x],
  [
    'Poisson',
    shapes.poissonShape(rational(5n), rational(2n, 3n)),
    (k: number) => {
      let weight = 1;
      for (let i = 1; i <= k; i++) weight *= (-2 / 3 / i) * Math.log(1 - Math.exp(-1 / 5));
      return weight;
    },
  ],
] as const)
  test(`${name}: what a table draws has exactly its weights`, () => {
    const found = probabilities(shape);
    const origin = shape.blocks[0]?.start ?? 0;
    const unit = (found.get(origin) as Found).accepted / weight(origin);
    let checked = 0;
    for (const { start, bits, negative } of shape.blocks)
      for (let x = start; x < start + 2 ** bits; x++) {
        const value = negative ? -x : x;
        const expected = unit * weight(value);
        const { accepted, proposed } = found.get(value) ?? { accepted: 0, proposed: 2 ** -32 };
        // One word shows the quotient to 2^-32; shares are whole parts of 2^32, and exact. The origin's error counts as well.
        const tolerance = proposed * 2 ** -31 + expected * 2 ** -30;
        assert.ok(Math.abs(accepted - expected) < tolerance, `${value}: ${accepted} instead of ${expected}`);
        checked++;
      }
    assert.ok(checked > 8, `${checked} numbers`);
  });

test('an alias table gives every place exactly its share', () => {
  const shares = [1, 2 ** 31, 12345, 2 ** 30 - 7, 99, 0, 2 ** 29];
  const { cuts, aliases, columnBits } = aliasTable(shares);
  const capacity = 2 ** (32 - columnBits);
  const got = new Array<number>(shares.length + 1).fill(0);
  cuts.forEach((cut, column) => {
    if (cut > 0) got[column] = (got[column] ?? 0) + cut;
    if (cut < capacity) got[aliases[column] as number] = (got[aliases[column] as number] ?? 0) + capacity - cut;
  });
  assert.deepEqual(got, [...shares, 2 ** 32 - shares.reduce((a, b) => a + b, 0)]);
});
