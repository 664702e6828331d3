/**
 * How much a run computes follows from the declared sizes: 40,000 declared on each side, of which none, or all, are real; CPU
 * time of both sides together, medians of nine runs that take turns. Hashing real items costs a little more than filling up
 * (about a tenth), so the two may differ by a quarter. Control: a set that is not filled up takes less than half.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8 } from '@sluis/base';
import { dealtRun } from './fixtures/dealt-run.ts';
import { type IntersectionTerms, packItems } from './index.ts';

const DECLARED = 40_000;
const RUNS = 9;
const termsOf = (size: number): IntersectionTerms => ({
  context: utf8('time'),
  threat: 'semi-honest',
  protocol: 'vole',
  sizes: { sender: size, receiver: size },
});
const NONE = packItems([]);
const ALL = packItems(Array.from({ length: DECLARED }, (_, i) => `item ${i}`));

async function cpuMs(items: typeof ALL, size: number): Promise<number> {
  const before = process.threadCpuUsage();
  await dealtRun(items, items, termsOf(size));
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] as number;

test('a run computes as much for no items as for all that are declared', async () => {
  const taken = { none: [] as number[], all: [] as number[], small: [] as number[] };
  await cpuMs(ALL, DECLARED);
  for (let run = 0; run < RUNS; run++) {
    taken.none.push(await cpuMs(NONE, DECLARED));
    taken.all.push(await cpuMs(ALL, DECLARED));
    taken.small.push(await cpuMs(NONE, DECLARED / 8));
  }
  const [none, all, small] = [median(taken.none), median(taken.all), median(taken.small)];
  assert.ok(none > 0.75 * all && none < 1.25 * all, `none ${none.toFixed(1)} ms, all ${all.toFixed(1)} ms`);
  assert.ok(small < 0.5 * all, `the control: ${small.toFixed(1)} ms, all ${all.toFixed(1)} ms`);
});
