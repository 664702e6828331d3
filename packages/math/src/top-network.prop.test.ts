import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { topNetwork } from './top-network.ts';

const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);

test(`the network finds the largest in descending order (seed ${seed})`, () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 24 }),
      fc.integer({ min: 1, max: 6 }),
      (values, top) => {
        const wires = [...values];
        const { levels, output } = topNetwork(values.length, top);
        for (const level of levels) {
          assert.equal(new Set(level.flatMap((c) => [c.high, c.low])).size, 2 * level.length, 'a level touches a wire once');
          for (const { high, low } of level) {
            const [x, y] = [wires[high] as number, wires[low] as number];
            [wires[high], wires[low]] = [Math.max(x, y), Math.min(x, y)];
          }
        }
        assert.deepEqual(
          output.map((o) => wires[o]),
          [...values].sort((a, b) => b - a).slice(0, top),
        );
      },
    ),
    { seed, numRuns: 300 },
  );
});

test('finding the largest one takes one comparison less than there are values', () => {
  for (const count of [1, 2, 7, 50]) {
    assert.equal(topNetwork(count, 1).levels.flat().length, count - 1);
    assert.equal(topNetwork(count, 1).levels.length, Math.ceil(Math.log2(count)));
  }
});
