/** One attempt of an intersection at one station: the protocol in each agreed direction, and what comes out here. */
import { ProtocolError, type Random, toHex } from '@sluis/base';
import { commitOutcome, itemsDigest } from '@sluis/ledger';
import type { IntersectionInput, IntersectionOutcome, PairLink } from '@sluis/model';
import { itemCount } from '@sluis/technique';
import { type AdmittedIntersection, protocolContext } from './intersection-admission.ts';
import type { DrawnItems, OwnItems } from './intersection-items.ts';
import type { PairWork } from './intersection-ports.ts';

export interface AttemptInputs {
  readonly attempt: number;
  readonly own: OwnItems;
  readonly drawn: DrawnItems;
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
  { attempt, own, drawn, said }: AttemptInputs,
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
      drawn.items,
      {
        context: protocolContext(run, attempt, receiver, said),
        threat: terms.threat_model ?? agreement.threat_model,
        sizes: { sender: size(sender), receiver: size(receiver) },
      },
      signal,
    );
    if (mine) received = outcomeOf(run, own, drawn, matches, random);
  }
  return received;
}

function outcomeOf(
  run: AdmittedIntersection,
  own: OwnItems,
  drawn: DrawnItems,
  matches: Uint32Array | null,
  random: Random,
): ReceivedOutcome {
  const positions = checkedPositions(run, matches, itemCount(drawn.items));
  const { origin } = drawn;
  const found = own.found(origin === null ? positions : positions.map((p) => origin[p] ?? 0));
  const enough = found.length >= run.terms.minimum;
  const items = enough ? found : [];
  const outcome = { below_minimum: !enough, size: enough ? items.length : null, digest: itemsDigest(items) };
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
