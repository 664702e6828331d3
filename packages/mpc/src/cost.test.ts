import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom, utf8 } from '@sluis/base';
import { type Committee, CommitteeMeter, type ThreatModel } from '@sluis/technique';
import { deal, Network, PARTIES, stripedCommittee } from './simulation/index.ts';

/** Rounds and bytes of a program, without agreeing on keys. */
async function metered(model: ThreatModel, program: (c: Committee) => Promise<unknown>): Promise<[number, number]> {
  const network = new Network();
  const convene = stripedCommittee(model);
  await Promise.all(PARTIES.map(async (me) => program(await convene(network.links(me), utf8('cost'), systemRandom))));
  assert.deepEqual(network.rounds, Array(3).fill(network.rounds[0]));
  return [network.rounds[0] - 1, network.bytes.reduce((sum, b) => sum + b - 32, 0)];
}

const n = 100;
const inputs = Array.from({ length: 7 }, () => deal(Array<bigint>(n).fill(5n), 2));
const held = (c: Committee, i = 0) => (inputs[i] ?? assert.fail())[c.me];
const all = (c: Committee) => inputs.map((s) => s[c.me]);
const flags = (c: Committee, length = n) => c.constantBits(length, 1);
const groups = [[0, 1, 2, 3, 4], [5], [], [6, 7, 8]].map((g) => Uint32Array.from(g));
type Case = [name: string, program: (c: Committee) => Promise<unknown>, formula: (m: CommitteeMeter) => void];
const WIDTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 31, 32, 33, 37, 63, 64, 65, 127, 128];

const cases: Case[] = [
  ['and', (c) => c.and(flags(c), flags(c)), (m) => m.and(n)],
  ['or', (c) => c.or(flags(c), flags(c)), (m) => m.or(n)],
  ['multiply', (c) => c.multiply(held(c), held(c, 1)), (m) => m.multiply(n, 2)],
  ['sumOfProducts', (c) => c.sumOfProducts(all(c), all(c)), (m) => m.sumOfProducts(n, 7, 2)],
  ['innerProduct', (c) => c.innerProduct(held(c), held(c, 1)), (m) => m.innerProduct(n, 2)],
  ['inject', (c) => c.inject(flags(c), 3), (m) => m.inject(n, 3)],
  ['mask', (c) => c.mask(flags(c), held(c)), (m) => m.mask(n, 2)],
  ['select', (c) => c.select(flags(c), held(c), held(c, 1)), (m) => m.select(n, 2)],
  ['minimum', (c) => c.minimum(all(c), 40), (m) => m.extreme(n, 7, 40, 2)],
  ['largest', (c) => c.largest(all(c), 3, 40), (m) => m.largest(n, 7, 3, 40, 2)],
  ['allOf', (c) => c.allOf(flags(c, 9), groups), (m) => m.allOf(groups.map((g) => ({ size: g.length, count: 1 })))],
  ['fromBits', async (c) => c.fromBits([flags(c), flags(c), flags(c)], 2), (m) => m.fromBits(n, 3, 2)],
  ['divide', (c) => c.divide(held(c), held(c, 1), 11), (m) => m.divide(n, 11, 2)],
  ...[1n, 2n, 3n, 100n, 10n ** 9n, 1n << 70n].flatMap((d) =>
    [7, 64, 127, 128].map((w): Case => [`rescale ${w} by ${d}`, (c) => c.rescale(held(c), d, w), (m) => m.rescale(n, d, w, 2)]),
  ),
  ['openBits', (c) => c.openBits(flags(c)), (m) => m.openBits(n)],
  ['openColumn', (c) => c.openColumn(held(c)), (m) => m.openColumn(n, 2)],
  ['rerandomise', (c) => c.rerandomise(held(c)), (m) => m.rerandomise(n, 2)],
  ...WIDTHS.flatMap((w): Case[] => [
    [`negative ${w}`, (c) => c.negative(held(c), w), (m) => m.negative(n, w)],
    [`less ${w}`, (c) => c.less(held(c), held(c, 1), w), (m) => m.less(n, w)],
    [`isZero ${w}`, (c) => c.isZero(held(c), w), (m) => m.isZero(n, w)],
    [`equal ${w}`, (c) => c.equal(held(c), held(c, 1), w), (m) => m.equal(n, w)],
    [`widen ${w}`, (c) => c.widen(held(c), w, 3), (m) => m.widen(n, 2, 3, w)],
    ...[0, 1, 5, w - 1, w, 200].map(
      (by): Case => [`shift ${w} by ${by}`, (c) => c.shiftRight(held(c), by, w), (m) => m.shiftRight(n, by, w, 2)],
    ),
    [`toBits ${w}`, (c) => c.toBits(held(c), w), (m) => m.toBits(n, w)],
  ]),
];

for (const model of ['semi-honest', 'malicious'] as const) {
  test(`every primitive costs the rounds and bytes that its formula states, ${model}`, async () => {
    for (const [name, program, formula] of cases) {
      const meter = new CommitteeMeter(model);
      formula(meter);
      assert.deepEqual(await metered(model, program), [meter.rounds, meter.bytes], name);
    }
  });
}

test('a 64-bit comparison sends 42 bytes an element and an equality 32', async () => {
  const meter = new CommitteeMeter();
  meter.less(32, 64);
  assert.deepEqual([meter.rounds, meter.bytes / 32], [7, 41.75]);
  const other = new CommitteeMeter();
  other.equal(32, 64);
  assert.deepEqual([other.rounds, other.bytes / 32], [7, 31.625]);
});
