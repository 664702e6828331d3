/**
 * Timing of an intersection between two parties: how long a run takes does not tell how much the lists have in common, nor
 * how many of the declared items are real. Coin-ordered pairs, signed ranks of differences and of spreads.
 *
 * α = 1e-6 for both statistics of a test together, by the randomisation alone: load does not make these tests fail. Power:
 * each prints the least delay that it would have found in 99 of 100 cases. The control declares a tenth more, or 1.3, 2 or 4
 * times as much where the machine is too busy to show that, and must be found.
 */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { utf8 } from '@sluis/base';
import { type IntersectionTerms, type PackedItems, packItems } from '@sluis/psi';
import { dealtRun } from '../../packages/psi/src/fixtures/dealt-run.ts';
import { mulberry32 } from '../harness/seeded.ts';
import { compareTimes, differs, timedPairs } from './timed-pairs.ts';

const PAIRS = 120;
/** Of the time taken. */
const TOLERANCE = 0.03;
const SIZE = 4_000;
const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
const coin = mulberry32(seed);
const list = (from: number, count: number): PackedItems => packItems(Array.from({ length: count }, (_, i) => `client ${from + i}`));

interface Lists {
  readonly sender: PackedItems;
  readonly receiver: PackedItems;
  readonly declared?: number;
}

const run =
  ({ sender, receiver, declared = SIZE }: Lists, protocol: IntersectionTerms['protocol'] = 'vole') =>
  async (): Promise<number> => {
    const terms: IntersectionTerms = {
      ...{ context: utf8('timing'), threat: 'semi-honest', protocol },
      sizes: { sender: declared, receiver: declared },
    };
    const before = performance.now();
    await dealtRun(sender, receiver, terms);
    return performance.now() - before;
  };

async function compared(t: TestContext, a: Lists, b: Lists, protocol?: IntersectionTerms['protocol']): Promise<boolean> {
  const found = compareTimes(await timedPairs(PAIRS, coin, run(a, protocol), run(b, protocol)), TOLERANCE);
  t.diagnostic(`seed ${seed}, ${found.said}`);
  return differs(found);
}

const ALL: Lists = { sender: list(0, SIZE), receiver: list(0, SIZE) };

test('everything in common takes as long as nothing', async (t) => {
  assert.ok(!(await compared(t, ALL, { sender: list(SIZE, SIZE), receiver: list(0, SIZE) })));
});

test('a list that fills what it declares takes as long as one that is nearly empty', async (t) => {
  const few = { sender: list(SIZE, 10), receiver: list(0, 10) };
  assert.ok(!(await compared(t, { sender: list(SIZE, SIZE), receiver: list(0, SIZE) }, few)));
});

test('control: a larger declared size is found', async (t) => {
  for (const times of [1.1, 1.3, 2, 4]) if (await compared(t, { ...ALL, declared: times * SIZE }, ALL)) return;
  assert.fail('a planted difference was not found');
});
