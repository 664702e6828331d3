/** What a shuffle hands out cannot be linked with anything that its receiver holds: else the order of that pass would show. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maliciousComputation } from '../malicious/technique.ts';
import { columnShare } from '../shares.ts';
import { deal, type Message, PARTIES, simulateCommittee } from '../simulation/index.ts';
import { replicatedComputation } from '../techniques.ts';

const ROWS = 300;
const secret = deal(
  Array.from({ length: ROWS }, (_, i) => BigInt(i)),
  1,
);
const components = PARTIES.map((i) => columnShare(secret[i]).mine);

/** The lowest words of a payload's elements. Random ones don't meet by accident. */
const lowWords = ({ payload }: Message): BigUint64Array => new BigUint64Array(payload.slice().buffer).subarray(0, ROWS);
const sum = (a: BigUint64Array, b: BigUint64Array): BigUint64Array => a.map((x, i) => x + (b[i] as bigint));
const movesRows = ({ step, payload }: Message): boolean => / (pass|shuffle)(\.|$)/.test(step) && payload.length >= 8 * ROWS;

for (const computation of [replicatedComputation, maliciousComputation])
  test(`no party receives rows of which it could know a component: ${computation.id}`, async () => {
    const { transcript } = await simulateCommittee((c) => c.shuffle({ length: ROWS, columns: [secret[c.me]], bits: [] }), {
      keepTranscript: true,
      convene: computation.convene,
    });
    const moved = transcript.filter(movesRows);
    assert.ok(moved.length >= 4, 'all passes were looked at');
    const [a, b, c] = components as [BigUint64Array, BigUint64Array, BigUint64Array];
    for (const me of PARTIES) {
      // Components, sums of two, and the secret itself.
      const seen = new Set([a, b, c, sum(a, b), sum(b, c), sum(a, c), sum(sum(a, b), c)].flatMap((v) => [...v]));
      for (const message of moved.filter((m) => m.to === me || m.from === me)) {
        const words = lowWords(message);
        if (message.to === me) assert.ok(!words.some((word) => seen.has(word)), `${message.step}: party ${me} can tell the rows apart`);
        for (const word of words) seen.add(word);
      }
      const received = moved.filter((m) => m.to === me).map(lowWords);
      for (const [i, x] of received.entries())
        for (const y of received.slice(i + 1))
          assert.ok(!sum(x, y).some((word) => seen.has(word)), `party ${me} can unmask what it receives`);
    }
  });
