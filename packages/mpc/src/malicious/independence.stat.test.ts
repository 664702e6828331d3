/**
 * What checks and verified shuffles send looks uniformly random, whatever the inputs. Bytes of every message that is not
 * an opening asked for, or the fixed word "ready", are counted for inputs of all zeros and of extremes: χ² with 255
 * degrees of freedom, α below 10^-8 a test (threshold 410), at least 200,000 bytes each; a byte value that comes 70 % more
 * often than its share adds 380 in the mean and is found, by five standard deviations. Positive control: parties whose keys are the same in every run
 * are rejected.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Random, systemRandom, utf8 } from '@sluis/base';
import type { Committee, SecretColumn } from '@sluis/technique';
import { deal, Network } from '../simulation/index.ts';
import { maliciousComputation } from './technique.ts';

const ROWS = 40;
const THRESHOLD = 410;

async function program(c: Committee, x: SecretColumn, y: SecretColumn): Promise<void> {
  const product = await c.multiply(x, y);
  const bit = await c.negative(product, 8);
  const table = await c.shuffle({ length: ROWS, columns: [x, product], bits: [bit] });
  await c.rerandomise(table.columns[0] as SecretColumn);
}

/** How often each byte value was sent, in all messages whose step the filter takes. */
async function histogram(
  inputs: (me: 0 | 1 | 2) => [SecretColumn, SecretColumn],
  runs: number,
  takes: (step: string) => boolean,
  source: (me: number) => Random = () => systemRandom,
) {
  const counts = new Array<number>(256).fill(0);
  for (let i = 0; i < runs; i++) {
    const network = new Network({ keepTranscript: true });
    await Promise.all(
      ([0, 1, 2] as const).map(async (me) => {
        const c = await maliciousComputation.convene(network.links(me), utf8('independence'), source(me));
        await program(c, ...inputs(me));
      }),
    );
    for (const { step, payload } of network.transcript)
      if (takes(step)) for (const byte of payload) counts[byte] = (counts[byte] as number) + 1;
  }
  return counts;
}

function chiSquare(counts: readonly number[]): { value: number; total: number } {
  const total = counts.reduce((a, b) => a + b);
  const expected = total / 256;
  return { value: counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0), total };
}

/** Bits of a shuffle's rows are packed: beyond the last row they are zero. */
const random = (step: string) => !/ready|pass\.3$/.test(step);

for (const [name, value] of [
  ['zeros', 0n],
  ['extremes', -(2n ** 63n)],
] as const)
  test(`messages about ${name} are uniform`, async () => {
    const [x, y] = [deal(Array<bigint>(ROWS).fill(value), 1), deal(Array<bigint>(ROWS).fill(value), 1)];
    const { value: chi, total } = chiSquare(await histogram((me) => [x[me], y[me]], 4, random));
    assert.ok(total > 200_000, `${total} bytes`);
    assert.ok(chi < THRESHOLD, `χ² = ${chi.toFixed(0)} over ${total} bytes`);
  });

test('positive control: parties that draw the same keys in every run are rejected', async () => {
  const [x, y] = [deal(Array<bigint>(ROWS).fill(0n), 1), deal(Array<bigint>(ROWS).fill(0n), 1)];
  const stuck = (me: number): Random => ({ bytes: (n) => new Uint8Array(n).fill(me + 1) });
  const { value: chi } = chiSquare(await histogram((me) => [x[me], y[me]], 4, random, stuck));
  assert.ok(chi > THRESHOLD, `χ² = ${chi.toFixed(0)}`);
});
