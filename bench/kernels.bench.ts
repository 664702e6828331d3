/**
 * The vector kernels and the random streams of one process, per second of CPU time, beside the same as plain TypeScript
 * loops in the same run. Columns are as long as the stripes that the committee works on; both sides give the memory of
 * their results back at once, so that kernels are compared and not garbage collections. Results are compared first.
 */
import assert from 'node:assert/strict';
import { Prg } from '@sluis/crypto';
import * as kernels from '@sluis/kernels';
import type { Benchmark, BenchmarkOptions, Figure } from './figure.ts';
import * as plain from './kernels/plain-loops.ts';

const ELEMENTS = 32_768;
const BYTES = 8 * ELEMENTS;
const SEED = new Uint8Array(32).fill(3);
const prg = (label: string) => new Prg(SEED, `bench/kernels/${label}`);

type Words = Uint32Array;
type Packed = [Words, Words, Words, Words, Words, Words];

/** One kernel: what a call works through, divided by 10^9, is the figure's unit a second. */
interface Kernel {
  readonly name: string;
  readonly amount: number;
  readonly unit: string;
  readonly ours: () => ArrayBufferView;
  readonly peer?: () => ArrayBufferView;
  /** Whether calls write over one vector, which is then not given back. */
  readonly keeps?: true;
}

const perElement = (name: string, ours: () => ArrayBufferView, peer?: () => ArrayBufferView): Kernel => ({
  name,
  amount: ELEMENTS,
  unit: 'G elements/CPU-s',
  ours,
  ...(peer === undefined ? {} : { peer }),
});
const perByte = (name: string, ours: () => ArrayBufferView, peer?: () => ArrayBufferView): Kernel => ({
  ...perElement(name, ours, peer),
  amount: BYTES,
  unit: 'GB/CPU-s',
});

const bench: Benchmark = async (options) =>
  [...ring(), ...bits(), ...streams(), ...rearrangements()]
    .filter(({ name }) => options.only === null || name.includes(options.only))
    .map((kernel) => measure(kernel, options));
export default bench;

function sixColumns(): plain.Six {
  return ['a', 'c', 'b', 'd', 'm', 'w'].map((label) => prg(label).words(ELEMENTS)) as unknown as plain.Six;
}

function ring(): Kernel[] {
  const six = sixColumns();
  const [a, c, b, d] = six;
  return [
    perElement(
      'multiply',
      () => kernels.multiplyVectors(a, b, 1),
      () => plain.multiply(a, b),
    ),
    perElement(
      'add',
      () => kernels.addVectors(a, b, 1),
      () => plain.add(a, b),
    ),
    perElement(
      'cross product with masks',
      () => kernels.crossMultiply(...six, 1),
      () => plain.crossMultiply(six),
    ),
    perElement('inner product', () => kernels.crossDot(a, c, b, d, 1)),
    perElement('prefix sums', () => kernels.prefixSums(a, 1)),
    { ...perElement('cross product with masks, two words', () => kernels.crossMultiply(...six, 2)), amount: ELEMENTS / 2 },
  ];
}

function bits(): Kernel[] {
  const six = sixColumns();
  const packed = six.map((v) => new Uint32Array(v.buffer)) as unknown as Packed;
  const chosen = packed[0].slice(0, kernels.packedWords(ELEMENTS));
  return [
    perByte(
      'conjunction with masks',
      () => kernels.crossAnd2(...packed),
      () => plain.crossAnd(six),
    ),
    perByte('exclusive or', () => kernels.xorBits(packed[0], packed[1])),
    perByte(
      'transposition',
      () => kernels.toSlices(six[0], 1, 64),
      () => plain.toSlices(six[0]),
    ),
    perByte('transposition back', () => kernels.fromSlices(packed[0], ELEMENTS, 1, 64, true)),
    perElement('carries of three positions (64 bits)', carries(packed)),
    perElement('elements where a bit is 1', () => kernels.maskVector(chosen, six[1], 1)),
  ];
}

/** What a comparison of 64 bits computes on its first level: 21 groups of three positions. */
function carries(packed: Packed): () => ArrayBufferView {
  const [products, v] = packed;
  const per = ELEMENTS / 32;
  return () => {
    const out = new Uint32Array(42 * per);
    for (let group = 0; group < 21; group++) {
      const [from, at] = [(group % 9) * 7 * per, group * 3 * per];
      const [generate, propagate] = [
        out.subarray(2 * group * per, (2 * group + 1) * per),
        out.subarray((2 * group + 1) * per, (2 * group + 2) * per),
      ];
      kernels.xorCarries(products.subarray(from, from + 7 * per), v.subarray(at, at + 3 * per), 3, per, true, generate, propagate);
    }
    return out;
  };
}

function streams(): Kernel[] {
  const [a, c, b, d] = sixColumns();
  const [one, other, third] = [prg('one'), prg('other'), prg('third')];
  const old = plain.keystream();
  const [ours, theirs] = [new Uint8Array(BYTES), new Uint8Array(BYTES)];
  let label = 0;
  return [
    {
      ...perByte(
        'random stream',
        () => third.fill(ours),
        () => old(theirs),
      ),
      keeps: true,
    },
    perElement('cross product with masks from streams', () => kernels.crossMultiply(a, c, b, d, one, other, 1)),
    { ...perElement('streams begun', () => prg(`${label++}`).fill(new Uint8Array(8))), amount: 1000, unit: 'M/CPU-s' },
  ];
}

function rearrangements(): Kernel[] {
  const [a] = sixColumns();
  const stream = prg('order');
  const order = kernels.randomPermutation(ELEMENTS, (count) => stream.words(count));
  const long = 1_000_000;
  const whole = prg('whole').words(long);
  const shuffle = kernels.randomShuffle(long, (count) => stream.words(count));
  const longOrder = shuffle.order();
  return [
    { ...perElement('shuffle of a million', () => shuffle.apply(whole, 1)), amount: long },
    { ...perElement('gather of a million, same order', () => kernels.gatherVector(whole, longOrder, 1)), amount: long },
    perElement('gather', () => kernels.gatherVector(a, order, 1)),
    perElement('scatter', () => kernels.scatterVector(a, order, 1)),
    {
      ...perElement('random permutation of a million', () => kernels.randomPermutation(long, (count) => stream.words(count))),
      amount: long,
    },
  ];
}

function measure(kernel: Kernel, options: BenchmarkOptions): Figure {
  const { name, unit, ours, peer, keeps = false } = kernel;
  const mine = perSecond(ours, kernel, options);
  if (peer === undefined) return { name, value: mine, unit };
  if (!keeps) assert.deepEqual(bytesOf(ours()), bytesOf(peer()), `${name}: results differ`);
  const theirs = perSecond(peer, kernel, options);
  const [peerValue, ratio] = [Number(theirs.toPrecision(4)), Number((mine / theirs).toPrecision(3))];
  return { name, value: mine, unit, peer: keeps ? 'plain AES-256-CTR' : 'plain TypeScript loops', peerValue, ratio };
}

const bytesOf = (v: ArrayBufferView) => Buffer.from(v.buffer, v.byteOffset, v.byteLength);

/** 10^9 units a second of CPU time: the best of several runs, since other programs only ever slow one down. */
function perSecond(call: () => ArrayBufferView, { amount, keeps }: Kernel, options: BenchmarkOptions): number {
  const seconds = (calls: number) => {
    const before = process.cpuUsage();
    for (let i = 0; i < calls; i++) {
      const result = call();
      if (keeps !== true) kernels.release(result);
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6 / calls;
  };
  seconds(30);
  const calls = Math.max(1, Math.ceil((options.quick ? 0.03 : 0.15) / seconds(30)));
  return amount / Math.min(...Array.from({ length: options.quick ? 3 : 7 }, () => seconds(calls))) / 1e9;
}
