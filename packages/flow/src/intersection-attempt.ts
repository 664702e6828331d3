/** One attempt of an intersection at one station: the protocol in each agreed direction, and what comes out here. */
import { ProtocolError, type Random, toHex } from '@sluis/base';
import { commitOutcome, itemsDigest } from '@sluis/ledger';
import type { IntersectionInput, IntersectionOutcome, PairLink } from '@sluis/model';
import { itemCount, type PairItems } from '@sluis/technique';
import { type AdmittedIntersection, protocolContext } from './intersection-admission.ts';
import { decodeItem } from './intersection-items.ts';
import type { PairWork } from './intersection-ports.ts';

export interface AttemptInputs {
  readonly attempt: number;
  readonly items: PairItems;
  /** By organisation. */
  readonly said: Readonly<Record<string, IntersectionInput>>;
}

/** What a receiver has, with the salt of its commitment. */
export interface ReceivedOutcome {
  readonly outcome: IntersectionOutcome;
  readonly items: readonly (readonly string[])[];
  readonly salt: string;
  readonly commitment: string;
}

/**
 * Plays this station's part. Both stations go through the receivers in the same order, so that neither learns before the other has
 * begun. Run by: both sides.
 *
 * Learns: each receiver which of its own items the other side has too; the other side nothing but declared sizes.
 */
export async function playIntersection(
  run: AdmittedIntersection,
  { attempt, items, said }: AttemptInputs,
  link: PairLink,
  work: PairWork,
  random: Random,
  signal: AbortSignal,
): Promise<ReceivedOutcome | null> {
  const { terms, agreement, me, peer } = run;
  const size = (name: string) => said[name]?.declared ?? 0;
  let received: ReceivedOutcome | null = null;
  for (const receiver of terms.between.map((s) => s.organisation).filter((n) => terms.receivers.includes(n))) {
    const mine = receiver === me.organisation;
    const sender = mine ? peer.organisation : me.organisation;
    const matches = await work.run(
      terms.protocol,
      mine ? 'receiver' : 'sender',
      link,
      items,
      {
        context: protocolContext(run, attempt, receiver, said),
        threat: terms.threat_model ?? agreement.threat_model,
        sizes: { sender: size(sender), receiver: size(receiver) },
      },
      signal,
    );
    if (mine) received = await outcomeOf(run, items, matches, random);
  }
  return received;
}

/** Items between which other work of the station gets its turn. */
const AT_ONCE = 20_000;

async function outcomeOf(run: AdmittedIntersection, own: PairItems, matches: Uint32Array | null, random: Random): Promise<ReceivedOutcome> {
  const real = checkedPositions(run, matches, itemCount(own));
  const enough = real.length >= run.terms.minimum;
  const items: (readonly string[])[] = [];
  if (enough)
    for (let from = 0; from < real.length; from += AT_ONCE) {
      for (const position of real.subarray(from, from + AT_ONCE)) items.push(decodeItem(own, position));
      await new Promise((resolve) => setImmediate(resolve));
    }
  const outcome = { below_minimum: !enough, size: enough ? real.length : null, digest: itemsDigest(items) };
  const salt = random.bytes(32);
  const commitment = toHex(commitOutcome(run.proposal.run, run.me.organisation, salt, outcome));
  return { outcome, items, salt: toHex(salt), commitment };
}

function checkedPositions(run: AdmittedIntersection, matches: Uint32Array | null, count: number): Uint32Array {
  if (matches === null) throw new RangeError('a receiver gets positions');
  const ascending = matches.every((p, i) => p < count && (i === 0 || p > (matches[i - 1] ?? 0)));
  if (ascending) return matches;
  throw new ProtocolError('intersection/positions', {
    stage: 'run',
    party: run.peer.organisation,
    message: 'The protocol gave positions that are no positions of own items.',
    remedy: 'Report it; begin another attempt.',
  });
}
