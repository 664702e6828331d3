/** Opening bits to the committee, and refreshing shares before they leave it. */
import { toHex } from '@sluis/base';
import { taggedHash } from '@sluis/crypto';
import { maskTail, unpackBits, xorBits } from '@sluis/kernels';
import type { Session } from './session.ts';
import { type BitShare, bytesOf, type ColumnShare, halvesFrom, nextParty, previousParty } from './shares.ts';

const DIGEST_BYTES = 32;

/**
 * Opens bits to the three compute parties. Party i lacks component i − 1: party i − 1 sends it whole, party i + 1, who
 * holds it too, a digest of it, and the two must agree.
 *
 * @returns one byte (0 or 1) per bit.
 * @throws ProtocolError `mpc/inconsistent-opening` naming the step and the two peers if their copies differ.
 *
 * Learns: the bits, all three compute parties. Cost: 1 round; 4·⌈n/32⌉ + 32 bytes sent per party.
 */
export async function openBits(session: Session, a: BitShare): Promise<Uint8Array> {
  if (a.length === 0) return new Uint8Array(0);
  const step = session.step('open');
  const [mine, next] = [maskTail(a.mine, a.length), maskTail(a.next, a.length)];
  const [after, before] = [nextParty(session.me), previousParty(session.me)];
  const [whole, digest] = (await session.exchange(
    step,
    [
      { to: after, payload: bytesOf(mine) },
      { to: before, part: 'digest', payload: digestOf(step, next) },
    ],
    [
      { from: before, sizeBytes: mine.byteLength },
      { from: after, part: 'digest', sizeBytes: DIGEST_BYTES },
    ],
  )) as [Uint8Array, Uint8Array];
  const third = halvesFrom(whole);
  if (toHex(digestOf(step, third)) !== toHex(digest)) throw session.mismatch(step);
  return unpackBits(xorBits(xorBits(mine, next), maskTail(third, a.length)), a.length);
}

const digestOf = (step: string, component: Uint32Array) => taggedHash(`sluis/replicated-3/open/${step}`, bytesOf(component));

/**
 * Fresh components of the same secret: adds a fresh sharing of zero.
 *
 * Learns: nobody anything; the new components are independent of the old ones. Cost: 1 round; 8·words bytes sent per
 * party and element.
 */
export async function rerandomise(session: Session, a: ColumnShare): Promise<ColumnShare> {
  if (a.length === 0) return a;
  const step = session.step('refresh');
  return (await session.reshare(step, a.words, session.masked(step, a.mine, a.words))).share;
}
