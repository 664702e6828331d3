import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommitteeMeter } from '@sluis/technique';
import { deal, simulateCommittee } from './simulation/index.ts';
import { maliciousComputation } from './malicious/technique.ts';
import { replicatedComputation } from './techniques.ts';

/** Rounded half away from zero. */
const quotient = (a: bigint, d: bigint): bigint => (a < 0n ? -((-a + d / 2n) / d) : (a + d / 2n) / d);

test('divisors that almost fill the ring are exact in both threat models, at the stated cost', async () => {
  for (const computation of [replicatedComputation, maliciousComputation]) {
    for (const [bits, divisor] of [
      [62, (1n << 62n) - 1n],
      [62, (1n << 61n) + 1n],
      [61, (1n << 61n) - 1n],
      [63, (1n << 62n) + 1n],
      [64, (1n << 63n) + 5n],
    ] as const) {
      const edge = 1n << BigInt(bits - 1);
      const extremes = [0n, 1n, -1n, edge - 1n, -edge, divisor / 2n, -(divisor / 2n), divisor / 2n + 1n, edge / 2n];
      // The components decide how often the known summands wrap: every value many times.
      const values = extremes.filter((v) => v >= -edge && v < edge).flatMap((v) => Array.from({ length: 12 }, () => v));
      const dealt = deal(values, 1);
      const { bytes, rounds } = await simulateCommittee((c) => c.rescale(dealt[c.me], divisor, bits), {
        convene: computation.convene,
      });
      const meter = new CommitteeMeter(computation === maliciousComputation ? 'malicious' : 'semi-honest');
      meter.rescale(values.length, divisor, bits, 1);
      assert.deepEqual([rounds, bytes[0] + bytes[1] + bytes[2]], [meter.rounds, meter.bytes], `cost, ${bits} bits by ${divisor}`);
      const opened = await simulateCommittee(async (c) => c.openColumn(await c.rescale(dealt[c.me], divisor, bits)), {
        convene: computation.convene,
      });
      const got = [...opened.results[0]].map((v) => BigInt.asIntN(64, v));
      assert.deepEqual(
        got,
        values.map((v) => quotient(v, divisor)),
        `${computation.id}: ${bits} bits by ${divisor}`,
      );
    }
  }
});
