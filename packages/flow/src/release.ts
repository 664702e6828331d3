/** Step 5, Release: what passed is opened to the committee's knowledge of positions, re-randomised and committed to. */
import { concatBytes, ProtocolError } from '@sluis/base';
import { constantTimeEqual } from '@sluis/crypto';
import { commitComponent, commitMask, encodeComponent, encodeMask } from '@sluis/ledger';
import { type CommitteeLinks, openingMasks } from '@sluis/model';
import type { Committee, SecretColumn } from '@sluis/technique';
import type { Attempt, StationContext } from './context.ts';
import { guardRelease } from './differencing.ts';
import { awaitCheck, type CheckMailbox } from './output-checking.ts';
import type { NoisyAggregate } from './noisy-aggregate.ts';

const SALT = 32;
const DIGEST = 32;

declare const release: unique symbol;
export interface Opening {
  readonly salt: Uint8Array;
  readonly data: Uint8Array;
}
/** What one compute party holds of a release: the mask, two of three components, and everybody's commitments. */
export interface Release {
  readonly [release]: true;
  readonly mask: Opening;
  /** Component number `me` of the re-randomised outputs. */
  readonly component: Opening;
  readonly commitments: { readonly mask: Uint8Array; readonly components: readonly [Uint8Array, Uint8Array, Uint8Array] };
}

/**
 * Opens the pass bits to the committee, re-randomises the passing cells and agrees on commitments.
 * Run by: the three compute parties, in step. The committee learns which positions pass, no value.
 */
export async function prepareRelease(
  station: StationContext,
  run: Attempt,
  links: CommitteeLinks,
  committee: Committee,
  from: NoisyAggregate,
  before: { readonly data: readonly string[]; readonly checks: CheckMailbox },
): Promise<Release> {
  const { plan } = run.prepared;
  await station.audit.append({
    kind: 'aggregate.decided',
    details: { run: run.proposal.run, plan: run.prepared.hash, cells: plan.cellCount },
  });
  run.progress('release', 'opening which cells pass');
  const all = await committee.openBits(committee.concatBits(from.passes));
  const opened = from.passes.map((_, o) => all.subarray(o * plan.cellCount, (o + 1) * plan.cellCount));
  const passed = station.registry.get('mechanism', plan.techniques.mechanism).settle?.(plan, opened) ?? opened;
  await guardRelease(station, run, before.data, passed, opened.slice(plan.outputs.length));
  await awaitCheck(station, run, passed, before.checks);
  const masks = openingMasks(plan, passed);
  const open = [
    ...masks.counts.map((mask, i) => committee.gather(at(from.totals.counts, i), positions(mask))),
    ...masks.accumulators.map((mask, i) => committee.gather(at(from.totals.accumulators, i), positions(mask))),
  ];
  const components = await rerandomiseAll(committee, open);
  return agreeOnCommitments(station, run, links, {
    mask: encodeMask(passed),
    mine: encodeComponent(components.mine),
    next: encodeComponent(components.next),
  });
}

function positions(mask: Uint8Array): Uint32Array {
  const out: number[] = [];
  mask.forEach((bit, i) => {
    if (bit === 1) out.push(i);
  });
  return Uint32Array.from(out);
}

/** Re-randomises all columns in one round per width and returns the two held components column by column. */
async function rerandomiseAll(
  committee: Committee,
  columns: readonly SecretColumn[],
): Promise<{ mine: BigUint64Array[]; next: BigUint64Array[] }> {
  const mine: BigUint64Array[] = columns.map(() => new BigUint64Array(0));
  const next: BigUint64Array[] = columns.map(() => new BigUint64Array(0));
  const widths = [...new Set(columns.filter((c) => c.length > 0).map((c) => c.words))].sort((a, b) => a - b);
  for (const words of widths) {
    const members = columns.map((column, index) => ({ column, index })).filter((m) => m.column.words === words && m.column.length > 0);
    const joined = await committee.rerandomise(committee.concat(members.map((m) => m.column)));
    const held = committee.components(joined);
    let offset = 0;
    for (const { column, index } of members) {
      mine[index] = slice(held.mine, joined.length, words, offset, column.length);
      next[index] = slice(held.next, joined.length, words, offset, column.length);
      offset += column.length;
    }
  }
  return { mine, next };
}

/** Elements [offset, offset + count) of a word-major vector of `length` elements. */
function slice(vector: BigUint64Array, length: number, words: number, offset: number, count: number): BigUint64Array {
  const out = new BigUint64Array(words * count);
  for (let w = 0; w < words; w++) out.set(vector.subarray(w * length + offset, w * length + offset + count), w * count);
  return out;
}

function at<T>(list: readonly T[], index: number): T {
  const value = list[index];
  if (value === undefined) throw new RangeError('a total is missing');
  return value;
}

/**
 * Both holders of a component know its salt (drawn by party c for component c) and so compute the same commitment;
 * all three exchange what they computed, so that nobody can sign for a different output unnoticed. Two rounds.
 */
async function agreeOnCommitments(
  station: StationContext,
  run: Attempt,
  links: CommitteeLinks,
  data: { mask: Uint8Array; mine: Uint8Array; next: Uint8Array },
): Promise<Release> {
  const me = links.me;
  const next = ((me + 1) % 3) as 0 | 1 | 2;
  const previous = ((me + 2) % 3) as 0 | 1 | 2;
  const ownSalt = station.random.bytes(SALT);
  const ownMaskSalt = station.random.bytes(SALT);
  // Party 0's mask salt is used; the others' are ignored, so that the message has one form.
  await Promise.all([
    links.send(previous, 'salts', concatBytes(ownMaskSalt, ownSalt)),
    links.send(next, 'salts', concatBytes(ownMaskSalt, new Uint8Array(SALT))),
  ]);
  links.round();
  const [fromNext, fromPrevious] = await Promise.all([links.receive(next, 'salts'), links.receive(previous, 'salts')]);
  for (const message of [fromNext, fromPrevious]) if (message.length !== 2 * SALT) throw malformed(run, 'salts');
  const maskSalt = me === 0 ? ownMaskSalt : (next === 0 ? fromNext : fromPrevious).slice(0, SALT);
  const nextSalt = fromNext.slice(SALT);
  const id = run.proposal.run;
  const maskCommitment = commitMask(id, maskSalt, data.mask);
  const mineCommitment = commitComponent(id, me, ownSalt, data.mine);
  const nextCommitment = commitComponent(id, next, nextSalt, data.next);
  const claim = concatBytes(maskCommitment, mineCommitment, nextCommitment);
  await Promise.all([links.send(previous, 'commitments', claim), links.send(next, 'commitments', claim)]);
  links.round();
  const [nextClaim, previousClaim] = await Promise.all([links.receive(next, 'commitments'), links.receive(previous, 'commitments')]);
  for (const message of [nextClaim, previousClaim]) if (message.length !== 3 * DIGEST) throw malformed(run, 'commitments');
  const part = (message: Uint8Array, i: number) => message.slice(i * DIGEST, (i + 1) * DIGEST);
  const previousCommitment = part(previousClaim, 1);
  const agree =
    constantTimeEqual(part(nextClaim, 0), maskCommitment) &&
    constantTimeEqual(part(previousClaim, 0), maskCommitment) &&
    constantTimeEqual(part(nextClaim, 1), nextCommitment) &&
    constantTimeEqual(part(previousClaim, 2), mineCommitment) &&
    constantTimeEqual(part(nextClaim, 2), previousCommitment);
  if (!agree) {
    throw new ProtocolError('release/commitments-differ', {
      stage: 'release',
      message: `The compute parties computed different outputs in run ${id}; nothing was released.`,
      remedy: 'Ask again; if it repeats, one of the compute parties is faulty.',
    });
  }
  const components: [Uint8Array, Uint8Array, Uint8Array] = [mineCommitment, mineCommitment, mineCommitment];
  components[next] = nextCommitment;
  components[previous] = previousCommitment;
  return {
    mask: { salt: maskSalt, data: data.mask },
    component: { salt: ownSalt, data: data.mine },
    commitments: { mask: maskCommitment, components },
  } as unknown as Release;
}

function malformed(run: Attempt, step: string): ProtocolError {
  return new ProtocolError('release/malformed', {
    stage: 'release',
    message: `A message of step "${step}" in run ${run.proposal.run} is not of the agreed form.`,
  });
}
