/**
 * A common random seed that one dishonest party can neither bias nor know before everybody's messages have arrived.
 *
 * Part i of the seed comes from the stream of key i, which parties i and i − 1 know: nobody chooses it. The party that
 * lacks it gets it from party i, and its hash from party i − 1 beforehand.
 */
import { ProtocolError } from '@sluis/base';
import { constantTimeEqual, HASH_BYTES, taggedHash } from '@sluis/crypto';
import type { Session } from '../session.ts';
import { bytesOf, nextParty, type Party, previousParty } from '../shares.ts';

const PART_WORDS = 4;
const READY = 1;
const ALL: readonly Party[] = [0, 1, 2];

export interface Coin {
  /** To be called once everything that must not depend on the seed has arrived. 32 bytes. */
  toss(): Promise<Uint8Array>;
}

const hashOf = (step: string, part: Uint8Array) => taggedHash('sluis/replicated-3/coin-part', new TextEncoder().encode(step), part);

/**
 * Fixes a seed, still unknown to everyone. Run by: all three compute parties, in step.
 *
 * Party p gives its own part to the next party only after it has everything that the next party should have sent it, and
 * waits until the next party says the same: so nobody can still change a message when it learns the seed.
 *
 * @throws ProtocolError `mpc/coin-mismatch` if a part is not the one that was fixed.
 * Learns: the seed, all three, when it is tossed. Cost: 1 round and 32 bytes a party now, 1 round and 33 bytes at the toss.
 */
export async function fixCoin(strand: Session): Promise<Coin> {
  const { me } = strand;
  const [after, before] = [nextParty(me), previousParty(me)];
  const parts = ALL.map((which) => strand.commonWords(which, PART_WORDS)).map((words) => (words === null ? null : bytesOf(words)));
  const step = strand.step('coin');
  const own = parts[me] as Uint8Array;
  const [fixed] = (await strand.exchange(
    step,
    [{ to: before, payload: hashOf(step, parts[after] as Uint8Array) }],
    [{ from: after, sizeBytes: HASH_BYTES }],
  )) as [Uint8Array];
  const toss = async () => {
    const [missing, ready] = (await strand.exchange(
      strand.step('toss'),
      [
        { to: after, payload: own },
        { to: before, part: 'ready', payload: Uint8Array.of(READY) },
      ],
      [
        { from: before, sizeBytes: 8 * PART_WORDS },
        { from: after, part: 'ready', sizeBytes: 1 },
      ],
    )) as [Uint8Array, Uint8Array];
    if (ready[0] !== READY || !constantTimeEqual(hashOf(step, missing), fixed)) throw mismatch(strand, step);
    parts[before] = missing;
    return taggedHash('sluis/replicated-3/coin', ...(parts as Uint8Array[]));
  };
  return { toss };
}

const mismatch = (strand: Session, step: string) =>
  new ProtocolError('mpc/coin-mismatch', {
    stage: 'aggregate',
    message: `In step "${step}", compute parties ${nextParty(strand.me)} and ${previousParty(strand.me)} did not agree on when to draw a common random seed, or on its parts.`,
    remedy: 'One of these two stations is faulty or dishonest: compare their logs, then ask again.',
  });

/**
 * Waits until both others have received everything of the steps before, so that nobody can still change it.
 *
 * @throws ProtocolError `mpc/coin-mismatch` on anything but that word. Cost: 1 round, 2 bytes sent per party.
 */
export async function everybodyReady(strand: Session): Promise<void> {
  const [after, before] = [nextParty(strand.me), previousParty(strand.me)];
  const step = strand.step('ready');
  const payload = Uint8Array.of(READY);
  const heard = await strand.exchange(
    step,
    [
      { to: after, payload },
      { to: before, payload },
    ],
    [
      { from: after, sizeBytes: 1 },
      { from: before, sizeBytes: 1 },
    ],
  );
  if (heard.some((message) => message[0] !== READY)) throw mismatch(strand, step);
}
