import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bits, bitShare } from './shares.ts';
import { maliciousComputation } from './malicious/technique.ts';
import { simulateCommittee } from './simulation/index.ts';
import { replicatedComputation } from './techniques.ts';

test('bits beyond the last one stay where they are when bits are opened', async () => {
  for (const { convene } of [replicatedComputation, maliciousComputation])
    for (const n of [1, 5, 31, 33]) {
      const { transcript, results } = await simulateCommittee(
        async (c) => {
          // All the unspecified bits of both components are ones: whatever was left there must not leave the party.
          const { mine, next } = bitShare(c.constantBits(n, 1));
          const dirty = (v: Uint32Array) => v.map((word, i) => (i === n >> 5 ? word | ~(2 ** (n & 31) - 1) : word));
          return c.openBits(bits(n, dirty(mine), dirty(next)));
        },
        { keepTranscript: true, convene },
      );
      for (const opened of results) assert.deepEqual([...opened], Array<number>(n).fill(1));
      const whole = transcript.filter((m) => m.step.endsWith(' open'));
      assert.equal(whole.length, 3);
      for (const { payload } of whole) {
        const last = new DataView(payload.slice().buffer).getUint32(payload.length - 4, true);
        assert.equal(last >>> (n & 31), 0, `${n} bits: more than these was sent`);
      }
    }
});
