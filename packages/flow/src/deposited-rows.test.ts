/** What whoever asks is told of deposits that do not count. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Network, PARTIES } from '@sluis/mpc/simulation';
import type { Attempt, StationContext } from './context.ts';
import { agreedDeposits } from './deposited-rows.ts';
import type { DepositedBatch } from './ports.ts';

const COMMITTEE = ['anna', 'bram', 'carla'] as const;
const id = (n: number) => n.toString(16).padStart(32, '0');

/** Two deposits: the second is not at party 1, and the first is held differently by party 0 and the others. */
function held(me: 0 | 1 | 2): DepositedBatch[] {
  const batch = (n: number): DepositedBatch => ({
    batch: id(n),
    contributor: 'dora',
    rows: n === 1 && me === 0 ? 11 : 10,
    checked: true,
    successor: null,
    digest: (which) => `e${n}${which}`.padEnd(64, '0'),
    pieces: [],
  });
  return me === 1 ? [batch(1)] : [batch(1), batch(2)];
}

/** What party 2 tells the asker, and what it keeps to its own station. */
async function told(noise: object | undefined): Promise<{ asker: string[]; own: string[] }> {
  const network = new Network();
  const [asker, own]: [string[], string[]] = [[], []];
  const plan = {
    committee: COMMITTEE,
    rows: { sources: [{ table: 'visits', deposits: true }] },
    ...(noise === undefined ? {} : { noise }),
  };
  await Promise.all(
    PARTIES.map((me) => {
      const deposits = { batches: async () => held(me), markChecked: async () => undefined, reject: async () => undefined };
      const events = { emit: (_run: string, _step: string, _party: string, detail: string) => me === 2 && own.push(detail) };
      const progress = (_step: string, detail: string) => me === 2 && asker.push(detail);
      const station = { organisation: COMMITTEE[me], deposits, events } as unknown as StationContext;
      const run = { proposal: { run: 'a'.repeat(32) }, prepared: { plan }, progress } as unknown as Attempt;
      return agreedDeposits(station, run, network.links(me), 0);
    }),
  );
  return { asker, own };
}

test('beside a noisy answer nobody who asks hears which deposits were left out', async () => {
  const noisy = await told({});
  assert.deepEqual(noisy.asker, []);
  assert.match(noisy.own.join('; '), /2 is not complete.*1 was rejected \(deposit\/inconsistent\)/);
  // Control: an exact answer says what is missing in it.
  const exact = await told(undefined);
  assert.deepEqual([exact.asker, exact.own], [noisy.own, []]);
});
