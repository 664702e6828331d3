import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8, systemRandom } from '@sluis/base';
import type { SecretColumn } from '@sluis/technique';
import { deal, Network, PARTIES } from '../simulation/index.ts';
import { maliciousComputation } from './technique.ts';

/** A shuffle in which a holder of the first pass adds `by` to a word of its first row; null if somebody noticed. */
async function shuffled(word: 'value' | 'added', by: bigint): Promise<bigint[] | null> {
  const rows = 4;
  const secret = deal([1n, 2n, 3n, 4n], 1);
  const network = new Network();
  const settled = await Promise.allSettled(
    PARTIES.map(async (me) => {
      const links = network.links(me);
      const lying = {
        ...links,
        send: (to: 0 | 1 | 2, step: string, payload: Uint8Array) => {
          if (me === 1 && / pass\.0$/.test(step) && to === 2) {
            const words = new BigUint64Array(payload.buffer, payload.byteOffset, 2 * rows);
            const at = word === 'value' ? 0 : rows;
            words[at] = BigInt.asUintN(64, (words[at] as bigint) + by);
          }
          return links.send(to, step, payload);
        },
      };
      try {
        const c = await maliciousComputation.convene(lying, utf8('row-tags'), systemRandom);
        const out = await c.shuffle({ length: rows, columns: [secret[me]], bits: [] });
        return [...(await c.openColumn(out.columns[0] as SecretColumn))];
      } catch (error) {
        network.leave(me);
        throw error;
      }
    }),
  );
  const [honest] = settled;
  return honest?.status === 'fulfilled' ? honest.value.sort((a, b) => Number(a - b)) : null;
}

test('an error of one row is noticed whichever word and bit it is in, of the value or of the word that is added for the tags', async () => {
  for (const word of ['value', 'added'] as const)
    for (const by of [1n, -1n, 1n << 32n, ...Array<bigint>(8).fill(1n << 63n)])
      assert.equal(await shuffled(word, by), null, `${word} ${by}`);
  assert.deepEqual(await shuffled('value', 0n), [1n, 2n, 3n, 4n], 'control: without an error nobody fails');
});
