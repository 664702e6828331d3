/**
 * Limits of intersections over time. Each station counts runs and looks at the sizes that the other declares; whether its own input
 * has changed too little since earlier runs only it can see, by fingerprints that never leave it.
 */
import { lengthPrefixed, utf8 } from '@sluis/base';
import { sha256 } from '@sluis/crypto';
import type { IntersectionLimits } from '@sluis/model';
import type { StationContext } from './context.ts';
import { type OpenIntersection, refusedIntersection } from './intersection-admission.ts';
import type { BegunAttempt } from './intersection-store.ts';

export const DAY_MS = 86_400_000;
const FINGERPRINT_BYTES = 8;

export const periodStart = ({ days }: IntersectionLimits, now: number): number => now - days * DAY_MS;

/** Whether own inputs have to be compared with earlier ones. */
export const needsFingerprints = ({ minimum_changed_items, maximum_repeated_percent }: IntersectionLimits): boolean =>
  minimum_changed_items !== undefined || maximum_repeated_percent !== undefined;

/** The key of fingerprints: only this station can make it again, and it is kept nowhere. */
export async function fingerprintKey(station: StationContext, of: OpenIntersection): Promise<Uint8Array> {
  const name = lengthPrefixed(utf8('sluis/fingerprint/1'), utf8(of.agreement.collaboration), utf8(of.name));
  return sha256(await station.signer.sign('fingerprint-secret', name));
}

/** Runs begun in the period, a run with several attempts once for each: an attempt that broke off may have told something. */
export function checkRuns(station: StationContext, { terms }: OpenIntersection, begun: number): void {
  const { runs, days } = terms.limits;
  if (begun < runs) return;
  throw refusedIntersection('too-many-runs', {
    stage: 'run',
    party: station.organisation,
    message: `${begun} runs of this intersection were begun within ${days} days; the agreement allows ${runs}.`,
    remedy: `Wait until the oldest is ${days} days old, or agree on more.`,
  });
}

/** Proposals of a day: each stays in the database and the log, whether or not it is ever begun. */
const LEAST_PROPOSALS = 100;
const PROPOSALS_PER_RUN = 10;

/** Keeps a peer from filling this station's disk by proposing. */
export function checkProposals({ terms }: OpenIntersection, coordinator: string, today: number): void {
  if (today < Math.max(LEAST_PROPOSALS, PROPOSALS_PER_RUN * terms.limits.runs)) return;
  throw refusedIntersection('too-many-proposals', {
    stage: 'run',
    party: coordinator,
    message: `${coordinator} has proposed ${today} runs of this intersection within a day, far more than may be begun.`,
    remedy: 'Wait a day; find out what proposes so often.',
  });
}

/** Both sides' sizes, each against the agreement and against the last run's. */
export function checkSizes(
  of: OpenIntersection,
  begun: readonly BegunAttempt[],
  sizes: { readonly own: number; readonly peer: number },
): void {
  const { limits, size_bucket } = of.terms;
  const last = begun.at(-1);
  const sides = [
    { name: of.me.organisation, size: sizes.own, before: last?.ownSize },
    { name: of.peer.organisation, size: sizes.peer, before: last?.peerSize },
  ];
  for (const { name, size, before } of sides) {
    if (size % size_bucket !== 0 || size > Math.ceil(limits.maximum_items / size_bucket) * size_bucket)
      throw refusedIntersection('size-not-agreed', {
        stage: 'run',
        party: name,
        message: `${name} declares ${size} items; the agreement allows ${limits.maximum_items}, in steps of ${size_bucket}.`,
        remedy: 'Connect fewer rows, or agree on more.',
      });
    const most =
      before === undefined || limits.maximum_growth_percent === undefined ? null : before * (1 + limits.maximum_growth_percent / 100);
    // Growth is agreed on for lists, not for buckets: one bucket more is always within what rounding can do.
    if (most !== null && size > most + (size_bucket > 1 ? size_bucket : 0))
      throw refusedIntersection('grew-too-much', {
        stage: 'run',
        party: name,
        message: `${name} declares ${size} items, after ${before} in the last run: more growth than the agreement allows.`,
        remedy: 'Ask why, and wait for the next period or agree on more.',
      });
  }
}

/** Own items against those of an earlier run. Identical inputs always pass: they tell only of the peer's changes. */
export function checkRepetition(station: StationContext, of: OpenIntersection, before: Uint8Array, now: Uint8Array): void {
  const { minimum_changed_items: least, maximum_repeated_percent: most } = of.terms.limits;
  const common = inCommon(before, now);
  const [had, has] = [before.length / FINGERPRINT_BYTES, now.length / FINGERPRINT_BYTES];
  const changed = had - common + (has - common);
  if (changed === 0 || common === 0) return;
  if (least !== undefined && changed < least)
    throw refusedIntersection('changed-too-little', {
      stage: 'run',
      party: station.organisation,
      message: `The own list differs from that of an earlier run by fewer than ${least} items: two answers could single them out.`,
      remedy: 'Run with the same list as before, or wait until more has changed.',
    });
  if (most !== undefined && common * 100 > has * most)
    throw refusedIntersection('repeats-too-much', {
      stage: 'run',
      party: station.organisation,
      message: `More than ${most} % of the own list stood in an earlier run whose list was another one.`,
      remedy: 'Run with the same list as before, or wait for the next period.',
    });
}

/** Number of equal entries in two sorted lists of 8 bytes each. */
function inCommon(a: Uint8Array, b: Uint8Array): number {
  const [x, y] = [words(a), words(b)];
  let common = 0;
  for (let i = 0, j = 0; i < x.length && j < y.length; ) {
    const [p, q] = [x[i] ?? 0n, y[j] ?? 0n];
    if (p === q) {
      common++;
      i++;
      j++;
    } else if (p < q) i++;
    else j++;
  }
  return common;
}

function words(bytes: Uint8Array): BigUint64Array {
  const copy = bytes.slice(0, bytes.length - (bytes.length % FINGERPRINT_BYTES));
  return new BigUint64Array(copy.buffer, 0, copy.length / FINGERPRINT_BYTES);
}
