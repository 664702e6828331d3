/**
 * What one compute party receives is independent of the data: for two fixed inputs that differ in every value, bytes
 * received by each party are counted in a 2 × 256 table and compared by chi-square. α = 10⁻⁹ for each party (critical
 * value 415 at 255 degrees of freedom; three tests a run). With at least 300,000 bytes a sample, one byte in 200
 * that depended on the input would raise the statistic by more than 1,200: the planted leak below is of that size.
 * The same bytes are compared with the uniform distribution, which catches a product that was sent without its mask, and
 * refreshed components are compared with the old ones. Each comparison has a control that it rejects.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '@sluis/base';
import type { Committee, SecretColumn, ThreatModel } from '@sluis/technique';
import { STRIPES } from './session.ts';
import { deal, type Message, PARTIES, simulateCommittee, stripedCommittee, toColumn } from './simulation/index.ts';
import { replicatedSharing } from './index.ts';

const CRITICAL = 415;
const CELLS = 6000;
const COLUMNS = 3;
/** So many inner products send 500 bytes, and verified ones 600 bytes each. */
const SHORT = 75;
const TRIPLES = Array.from({ length: CELLS }, (_, i) => Uint32Array.of(i, (i + 1) % CELLS, (i + 7) % CELLS));
type Counts = Float64Array;

/** Calls every primitive that sends messages and opens nothing. */
async function everyPrimitive(c: Committee, columns: readonly SecretColumn[]): Promise<void> {
  const [a, b] = [columns[0] ?? assert.fail(), columns[1] ?? columns[0] ?? assert.fail()];
  const less = await c.less(a, b, 40);
  const same = await c.equal(a, b, 40);
  await c.and(less, same);
  await c.and(less, await c.randomBits(CELLS));
  await c.input(1, c.me === 1 ? new BigUint64Array(CELLS) : null, CELLS, 1);
  await c.sumOfInputs([{ values: new BigUint64Array(CELLS).fill(9n), words: 1 }]);
  await c.or(less, same);
  await c.multiply(a, b);
  await c.sumOfProducts([a, b], [b, a]);
  await c.inject(less, 1);
  await c.mask(same, a);
  await c.select(less, a, b);
  await c.fromBits(await c.toBits(a, 7), 2);
  await c.widen(a, 40, 2);
  await c.shiftRight(a, 3, 40);
  await c.rescale(a, 100n, 40);
  await c.divide(a, b, 5);
  await c.rerandomise(a);
  await c.minimum([a, b], 40);
  await c.maximum([a, b, a], 40);
  await c.largest([a, b, a], 2, 40);
  await c.allOf(less, TRIPLES);
  for (let at = 0; at < CELLS; at += SHORT) await c.innerProduct(c.slice(a, at, SHORT), c.slice(b, at, SHORT));
}

/** Everything each party receives while it takes shares, compares, selects and refreshes; opened bits are the same for both inputs. */
async function received(value: bigint, leak: boolean): Promise<Counts[]> {
  const counts = PARTIES.map(() => new Float64Array(256));
  const add = (to: number, bytes: Uint8Array) => {
    for (const b of bytes) (counts[to] as Counts)[b] = ((counts[to] as Counts)[b] ?? 0) + 1;
  };
  const plain = toColumn(Array<bigint>(CELLS).fill(value), 1);
  const words = Array<number>(COLUMNS).fill(1);
  const messages = replicatedSharing.split({ cells: CELLS, columns: words.map(() => plain) }, words, systemRandom);
  const header = 4 + 1 + 16 + COLUMNS;
  for (const p of PARTIES) add(p, messages[p].subarray(header));
  const { transcript } = await simulateCommittee(
    async (c) => {
      const columns = replicatedSharing.combine(c.me, messages[c.me], CELLS, words);
      const smallest = await c.minimum(columns, 40);
      await everyPrimitive(c, columns);
      await c.rerandomise(smallest);
      return c.openBits(await c.negative(smallest, 40));
    },
    { keepTranscript: true },
  );
  for (const m of transcript) if (!m.step.includes('open') && !m.step.includes('keys')) add(m.to, m.payload);
  if (leak) add(1, new Uint8Array((counts[1] as Counts).reduce((sum, x) => sum + x, 0) / 200).fill(Number(value & 0xffn)));
  return counts;
}

function chiSquare(a: Counts, b: Counts): number {
  const [sumA, sumB] = [a, b].map((c) => c.reduce((s, x) => s + x, 0)) as [number, number];
  let total = 0;
  for (let v = 0; v < 256; v++) {
    const both = (a[v] ?? 0) + (b[v] ?? 0);
    for (const [seen, share] of [
      [a[v] ?? 0, sumA],
      [b[v] ?? 0, sumB],
    ] as const) {
      const expected = (both * share) / (sumA + sumB);
      total += (seen - expected) ** 2 / expected;
    }
  }
  return total;
}

test('received bytes are independent of the data (chi-square, α = 1e-9)', async () => {
  const [one, other] = [await received(1n, false), await received(987_654_321_012n % 2n ** 38n, false)];
  for (const p of PARTIES) {
    assert.ok((one[p] as Counts).reduce((s, x) => s + x, 0) > 300_000, 'the sample is large enough');
    const statistic = chiSquare(one[p] as Counts, other[p] as Counts);
    assert.ok(statistic < CRITICAL, `party ${p}: ${statistic}`);
  }
});

/** Goodness of fit to uniformly random bytes. */
function againstUniform(seen: Counts): number {
  const expected = seen.reduce((s, x) => s + x, 0) / 256;
  return seen.reduce((total, x) => total + (x - expected) ** 2 / expected, 0);
}

function histogram(bytes: Uint8Array): Counts {
  const out = new Float64Array(256);
  for (const b of bytes) out[b] = (out[b] ?? 0) + 1;
  return out;
}

for (const model of ['semi-honest', 'malicious'] as const)
  test(`every message of every primitive is uniformly random, ${model} (chi-square, α = 1e-9)`, () => everyMessageIsRandom(model));

/** Single elements are too short to look at one by one: each sender's are looked at together. */
const together = (short: readonly Message[]) =>
  PARTIES.flatMap((from) => {
    const sent = short.filter((m) => m.from === from);
    return sent.length === 0 ? [] : [{ from, step: 'short messages', payload: Buffer.concat(sent.map((m) => m.payload)) }];
  });

async function everyMessageIsRandom(model: ThreatModel): Promise<void> {
  const secret = deal(Array<bigint>(CELLS).fill(5n), 1);
  const { transcript } = await simulateCommittee(
    async (c) => {
      const a = secret[c.me];
      await everyPrimitive(c, [a, c.constant(CELLS, 1, 3n)]);
    },
    { keepTranscript: true, convene: stripedCommittee(model, STRIPES) },
  );
  const messages = transcript.filter((m) => !m.step.includes('keys'));
  assert.ok(messages.length > 80);
  for (const m of [...messages.filter((m) => m.payload.length > 8), ...together(messages.filter((m) => m.payload.length <= 8))]) {
    // Of as few as 500 bytes the tail is longer than that of the chi-square law: with this margin 1e-11, by exact convolution.
    assert.ok(m.payload.length >= 500, m.step);
    const statistic = againstUniform(histogram(m.payload));
    assert.ok(statistic < CRITICAL + 35, `${m.step} from ${m.from}: ${statistic}`);
  }
  const conjunction = Uint8Array.from({ length: 500 }, (_, i) => i & (i >> 1));
  assert.ok(againstUniform(histogram(conjunction)) > CRITICAL + 35, 'an unmasked conjunction is caught');
}

test('refreshed components have nothing to do with the old ones (chi-square of their difference, α = 1e-9)', async () => {
  const secret = deal(Array<bigint>(CELLS).fill(5n), 1);
  const { results } = await simulateCommittee(async (c) => ({
    old: c.components(secret[c.me]),
    fresh: c.components(await c.rerandomise(secret[c.me])),
  }));
  const difference = (a: BigUint64Array, b: BigUint64Array) => new Uint8Array(a.map((x, i) => x - (b[i] ?? 0n)).buffer);
  for (const { old, fresh } of results) {
    assert.ok(againstUniform(histogram(difference(fresh.mine, old.mine))) < CRITICAL);
    assert.ok(againstUniform(histogram(difference(fresh.next, old.next))) < CRITICAL);
    assert.ok(againstUniform(histogram(difference(old.mine, old.mine))) > CRITICAL, 'unchanged components are caught');
  }
});

test('a planted leak is caught', async () => {
  const [one, other] = [await received(1n, true), await received(987_654_321_012n % 2n ** 38n, true)];
  assert.ok(chiSquare(one[1] as Counts, other[1] as Counts) > CRITICAL);
});
