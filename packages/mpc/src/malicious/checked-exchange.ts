/** Opening vectors to the committee, each missing component from one holder and checked by the other; and checking zeros. */
import { concatBytes, ProtocolError } from '@sluis/base';
import { release } from '@sluis/kernels';
import type { Session } from '../session.ts';
import { bytesOf, nextParty, previousParty, wordsOf } from '../shares.ts';
import type { Algebra, Held, Words } from './algebra.ts';
import { feed, matches, neighbourMacs, TAG_BYTES } from './tags.ts';

/**
 * Opens shared vectors to all three parties: `shares` holds them one after the other, of the given lengths in words. Component i − 1 comes whole from party i − 1, and a tag of it from
 * party i + 1, who holds it too, under a key that party i − 1 does not know. Run by: all three compute parties, in step.
 *
 * @param room - where to put the values, if given.
 * @throws ProtocolError `mpc/inconsistent-opening` if the two copies differ, before anything that depends on it is sent.
 * Learns: the values, all three. Cost: 1 round; the vector's bytes and 16 more sent per party.
 */
export async function openChecked(
  strand: Session,
  { sumOfThree }: Pick<Algebra, 'sumOfThree'>,
  { mine, next }: Held,
  lengths: readonly number[],
  room?: Words,
): Promise<Words[]> {
  const [after, before] = [nextParty(strand.me), previousParty(strand.me)];
  const macs = neighbourMacs(strand);
  const step = strand.step('reveal');
  const [whole, tag] = (await strand.exchange(
    step,
    [
      { to: after, payload: bytesOf(mine) },
      { to: before, part: 'tag', payload: feed(macs.before.out, next).tag() },
    ],
    [
      { from: before, sizeBytes: mine.byteLength },
      { from: after, part: 'tag', sizeBytes: TAG_BYTES },
    ],
  )) as [Uint8Array, Uint8Array];
  if (!matches(macs.after.in.update(whole), tag)) throw strand.mismatch(step);
  const third = wordsOf(whole);
  let at = 0;
  const opened = lengths.map((length) => {
    const [from, to] = [at, at + length];
    at = to;
    return sumOfThree(mine.subarray(from, to), next.subarray(from, to), third.subarray(from, to), room?.subarray(from, to));
  });
  release(whole);
  return opened;
}

/** Compares sharings with zero at the end: what both neighbours can compute of each component must agree. */
export class ZeroCheck {
  readonly #macs;

  /** Run by: all three compute parties, at the same place of a strand. */
  constructor(strand: Session) {
    this.#macs = neighbourMacs(strand);
  }

  /** Adds a vector that should be a sharing of zeros: then minus the sum of two components is the third. `room` is overwritten. */
  add({ negatedSum }: Pick<Algebra, 'negatedSum'>, w: Held, room?: Words): void {
    const third = negatedSum(w.mine, w.next, room);
    feed(this.#macs.before.out, third);
    feed(this.#macs.after.out, third);
    feed(this.#macs.after.in, w.mine);
    feed(this.#macs.before.in, w.next);
  }

  /** The tags to send, for the previous party and then for the next. */
  outgoing(): [Uint8Array, Uint8Array] {
    return [this.#macs.before.out.tag(), this.#macs.after.out.tag()];
  }

  /** Whether the tags that arrived from the next and the previous party are the expected ones. */
  accepts(fromAfter: Uint8Array, fromBefore: Uint8Array): boolean {
    const [a, b] = [matches(this.#macs.after.in, fromAfter), matches(this.#macs.before.in, fromBefore)];
    return a && b;
  }
}

/**
 * Compares, in both directions between every two neighbours: the two honest ones see the same.
 *
 * @throws ProtocolError `mpc/verification-failed` unless everything added to the checks is a sharing of zeros.
 * Learns: nobody anything but that. Cost: 1 round; 32 bytes sent per party and check.
 */
export async function finishZeroChecks(strand: Session, checks: readonly ZeroCheck[]): Promise<void> {
  const [after, before] = [nextParty(strand.me), previousParty(strand.me)];
  const step = strand.step('verify');
  const tags = checks.map((check) => check.outgoing());
  const sizeBytes = TAG_BYTES * checks.length;
  const [fromAfter, fromBefore] = (await strand.exchange(
    step,
    [
      { to: before, payload: concatBytes(...tags.map((t) => t[0])) },
      { to: after, payload: concatBytes(...tags.map((t) => t[1])) },
    ],
    [
      { from: after, sizeBytes },
      { from: before, sizeBytes },
    ],
  )) as [Uint8Array, Uint8Array];
  const tag = (all: Uint8Array, i: number) => all.subarray(TAG_BYTES * i, TAG_BYTES * (i + 1));
  const accepted = checks.map((check, i) => check.accepts(tag(fromAfter, i), tag(fromBefore, i)));
  if (accepted.includes(false)) throw deviation(step);
}

/** What everybody gets who finds a product wrong: which of the other two lied cannot be told. */
export const deviation = (step: string): ProtocolError =>
  new ProtocolError('mpc/verification-failed', {
    stage: 'aggregate',
    message: `In step "${step}", what the three compute parties computed together turned out wrong; nothing that depends on it was opened.`,
    remedy: 'A compute party is faulty or dishonest: compare the logs of the three stations, then ask again.',
  });
