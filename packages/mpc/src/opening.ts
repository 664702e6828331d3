/** Opening secrets to the committee, and refreshing shares before they leave it. */
import { toHex } from '@sluis/base';
import { taggedHash } from '@sluis/crypto';
import { addVectors, maskTail, subtractVectors, unpackBits, xorBits } from '@sluis/kernels';
import type { Session } from './session.ts';
import { type BitShare, bytesOf, type ColumnShare, column, halvesFrom, nextParty, previousParty, wordsFrom } from './shares.ts';

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
  const [mine, next] = [maskTail(a.mine, a.length), maskTail(a.next, a.length)];
  const third = halvesFrom(await missingComponent(session, bytesOf(mine), bytesOf(next)));
  return unpackBits(xorBits(xorBits(mine, next), maskTail(third, a.length)), a.length);
}

/**
 * Opens a column to the three compute parties, as `openBits` does.
 *
 * @returns word-major elements. @throws as `openBits`.
 * Learns: the column, all three compute parties. Cost: 1 round; 8·words·n + 32 bytes sent per party.
 */
export async function openColumn(session: Session, a: ColumnShare): Promise<BigUint64Array> {
  if (a.length === 0) return new BigUint64Array(0);
  const third = wordsFrom(await missingComponent(session, bytesOf(a.mine), bytesOf(a.next)));
  return addVectors(addVectors(a.mine, a.next, a.words), third, a.words);
}

/** The component this party lacks, from one holder, after its digest from the other holder agreed. */
async function missingComponent(session: Session, mine: Uint8Array, next: Uint8Array): Promise<Uint8Array> {
  await session.beforeReveal();
  const step = session.step('open');
  const [after, before] = [nextParty(session.me), previousParty(session.me)];
  const [whole, digest] = (await session.exchange(
    step,
    [
      { to: after, payload: mine },
      { to: before, part: 'digest', payload: digestOf(step, next) },
    ],
    [
      { from: before, sizeBytes: mine.byteLength },
      { from: after, part: 'digest', sizeBytes: DIGEST_BYTES },
    ],
  )) as [Uint8Array, Uint8Array];
  if (toHex(digestOf(step, whole)) !== toHex(digest)) throw session.mismatch(step);
  return whole;
}

const digestOf = (step: string, component: Uint8Array) => taggedHash(`sluis/replicated-3/open/${step}`, component);

/**
 * Fresh components of the same secret: adds a fresh sharing of zero.
 *
 * Learns: nobody anything; the new components are independent of the old ones. These leave the committee, so whatever is
 * to be checked is checked here: a wrong component would be wrong at both of its holders. Cost: 1 round; 8·words bytes
 * sent per party and element, and the checks.
 */
export async function rerandomise(session: Session, a: ColumnShare): Promise<ColumnShare> {
  if (a.length === 0) return a;
  const [add, take] = session.zeros(a.mine.length);
  const { mine, next } = await session.reshare('refresh', subtractVectors(addVectors(a.mine, add, a.words), take, a.words));
  const difference = (after: BigUint64Array, before: BigUint64Array) => subtractVectors(after, before, a.words);
  session.record((verifier) => verifier.recordZeros(a.words, { mine: difference(mine, a.mine), next: difference(next, a.next) }));
  await session.beforeReveal();
  return column(a.words, mine, next);
}
