/** At the start of a run the compute parties find out which deposits all three of them hold, and hold alike. */
import { canonicalBytes, fromHex, ProtocolError } from '@sluis/base';
import { constantTimeEqual } from '@sluis/crypto';
import { type CommitteeLinks, fields } from '@sluis/model';
import { z } from 'zod';
import type { Attempt } from './context.ts';
import { parseBody, readMessage } from './messages.ts';
import type { DepositedBatch } from './ports.ts';

const { hex16: batchId } = fields;

const MOST_BATCHES = 100_000;
const listSchema = z
  .array(
    z.strictObject({
      batch: batchId,
      contributor: z.string().max(200),
      rows: z.number().int().min(0),
      checked: z.boolean(),
      successor: batchId.nullable(),
      digest: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  )
  .max(MOST_BATCHES);
type Listed = z.infer<typeof listSchema>[number];
const verdictSchema = z.array(batchId).max(MOST_BATCHES);

/** A deposit that all three hold alike; `checkedByAll` where each of them has found its values within bounds. */
export interface AgreedDeposit extends DepositedBatch {
  readonly checkedByAll: boolean;
}

export interface AgreedDeposits {
  /** In the order of their ids, the same at all three. */
  readonly batches: readonly AgreedDeposit[];
  /** Held by some compute parties only: left out of this run. */
  readonly incomplete: readonly string[];
  /** Held differently: the contributor or a compute party cheats. */
  readonly inconsistent: readonly string[];
}

/**
 * Run by: the three compute parties, in step. Two rounds. `label` tells several lists of one run apart. Nothing but ids, numbers of rows and digests of components that
 * the receiver holds itself is sent.
 */
export async function agreeOnDeposits(
  run: Attempt,
  links: CommitteeLinks,
  label: string,
  own: readonly DepositedBatch[],
): Promise<AgreedDeposits> {
  const me = links.me;
  const next = ((me + 1) % 3) as 0 | 1 | 2;
  const previous = ((me + 2) % 3) as 0 | 1 | 2;
  const list = (which: 0 | 1 | 2): Listed[] =>
    own.map((b) => ({
      ...{ batch: b.batch, contributor: b.contributor, rows: b.rows, checked: b.checked, successor: b.successor },
      digest: b.digest(which),
    }));
  // The party before this one holds component `me` as well, the one after it component `me + 1`.
  const [mine, others] = [list(me), list(next)];
  const step = `deposits ${label}`;
  await Promise.all([links.send(previous, step, canonicalBytes(mine)), links.send(next, step, canonicalBytes(others))]);
  links.round();
  const read = async (from: 0 | 1 | 2) => {
    const name = run.prepared.plan.committee[from];
    return new Map(readMessage(listSchema, parseBody(await links.receive(from, step)), 'deposits', name).map((l) => [l.batch, l]));
  };
  const [theirs, after] = await Promise.all([read(previous), read(next)]);
  const held = own.filter((b) => theirs.has(b.batch) && after.has(b.batch));
  const [byMine, byOthers] = [mine, others].map((l) => new Map(l.map((e) => [e.batch, e])));
  const same = ({ batch }: DepositedBatch) => alike(byMine?.get(batch), theirs.get(batch)) && alike(byOthers?.get(batch), after.get(batch));
  const verdicts = await exchangeVerdicts(
    run,
    links,
    label,
    held.filter((b) => !same(b)).map((b) => b.batch),
  );
  const everywhere = new Set(held.map((b) => b.batch));
  const good = new Set([...everywhere].filter((b) => !verdicts.has(b)));
  // What takes another's place counts as soon as all three have it, and from then on instead of the other, not beside it.
  const replaced = ({ batch, successor }: DepositedBatch) =>
    [successor, theirs.get(batch)?.successor, after.get(batch)?.successor].some((s) => typeof s === 'string' && good.has(s));
  const known = new Set([...own.map((b) => b.batch), ...theirs.keys(), ...after.keys()]);
  return {
    batches: held
      .filter((b) => good.has(b.batch) && !replaced(b))
      .sort((a, b) => (a.batch < b.batch ? -1 : 1))
      .map((b) => withCheck(b, b.checked && theirs.get(b.batch)?.checked === true && after.get(b.batch)?.checked === true)),
    incomplete: [...known].filter((b) => !everywhere.has(b)).sort(),
    inconsistent: [...verdicts].filter((b) => everywhere.has(b)).sort(),
  };
}

const withCheck = (batch: DepositedBatch, checkedByAll: boolean) => ({
  batch: batch.batch,
  contributor: batch.contributor,
  rows: batch.rows,
  checked: batch.checked,
  successor: batch.successor,
  digest: (which: 0 | 1 | 2) => batch.digest(which),
  pieces: batch.pieces,
  checkedByAll,
});

function alike(held: Listed | undefined, claim: Listed | undefined): boolean {
  if (held === undefined || claim === undefined) return false;
  const same = held.contributor === claim.contributor && held.rows === claim.rows;
  return same && constantTimeEqual(fromHex(held.digest), fromHex(claim.digest));
}

/** What any of the three found different is left out by all. */
async function exchangeVerdicts(run: Attempt, links: CommitteeLinks, label: string, bad: readonly string[]): Promise<Set<string>> {
  const others = ([0, 1, 2] as const).filter((p) => p !== links.me);
  const step = `deposits ${label} verdicts`;
  await Promise.all(others.map((p) => links.send(p, step, canonicalBytes([...bad]))));
  links.round();
  const all = new Set(bad);
  for (const p of others) {
    const name = run.prepared.plan.committee[p];
    for (const batch of readMessage(verdictSchema, parseBody(await links.receive(p, step)), 'deposits', name)) all.add(batch);
  }
  return all;
}

export const depositsMissing = (party: string): ProtocolError =>
  new ProtocolError('share/no-deposits', {
    stage: 'share',
    party,
    message: `The station of ${party} keeps no deposits, which this question needs.`,
    remedy: 'Bring all compute parties to the same release of Sluis.',
  });
