/** Step 2, Share: a provider splits its contribution and seals each part; compute parties open and cross-check them. */
import { canonicalBytes, fromBase64 } from '@sluis/base';
import { seal } from '@sluis/crypto';
import { type CommitteeLinks, layoutOf, pushdownProviders } from '@sluis/model';
import type { Committee, SecretColumn, SecretRows, SecretVectors } from '@sluis/technique';
import { acceptRows, openSources } from './accept-rows.ts';
import { compareDigests, type Digested } from './component-digests.ts';
import { type Attempt, organisationOf, type StationContext } from './context.ts';
import type { Contribution } from './contribution.ts';
import type { RowsMailbox } from './rows-mailbox.ts';

declare const share: unique symbol;
/** One sealed box per compute party, in committee order. */
export interface Share {
  readonly [share]: true;
  readonly boxes: readonly [Uint8Array, Uint8Array, Uint8Array];
}

declare const acceptedShares: unique symbol;
/** All providers' shares as one compute party holds them, cross-checked with the other holders. */
export interface AcceptedShares {
  readonly [acceptedShares]: true;
  /** Partial aggregates of those who pushed them down. */
  readonly inputs: readonly SecretVectors[];
  /** Deposits whose rows count. */
  readonly batches: readonly string[];
  /** Shared and deposited rows, per source of the plan; empty where nothing runs on rows. */
  readonly rows: readonly SecretRows[];
}

/** What arrived sealed at a compute party. */
export interface SealedShares {
  readonly boxes: ReadonlyMap<string, Uint8Array>;
  readonly rows: RowsMailbox;
}

/** What a sealed share is bound to: nobody can use it in another run, attempt, plan or direction. */
function shareInfo(run: Attempt, from: string, to: string): Uint8Array {
  return canonicalBytes({
    purpose: 'sluis/share/1',
    run: run.proposal.run,
    attempt: run.attempt,
    plan: run.prepared.hash,
    agreement: run.prepared.plan.agreement,
    from,
    to,
  });
}

/** Splits and seals a contribution. Run by: each data provider. A compute party learns uniformly random components. */
export async function sealShares(station: StationContext, run: Attempt, from: Contribution): Promise<Share> {
  const { plan } = run.prepared;
  const words = layoutOf(plan).map((c) => c.words);
  const parts = station.registry.get('sharing', plan.techniques.sharing).split(from.vectors, words, station.random);
  const boxes = await Promise.all(
    plan.committee.map((to, seat) =>
      seal(fromBase64(organisationOf(run.agreement, to).sealing), parts[seat as 0 | 1 | 2], shareInfo(run, station.organisation, to)),
    ),
  );
  await station.audit.append({ kind: 'share.sent', details: { run: run.proposal.run, plan: run.prepared.hash, to: plan.committee } });
  return { boxes: boxes as unknown as Share['boxes'] } as Share;
}

/**
 * Opens every provider's boxes and compares digests of each component with its other holder before anything is used.
 * Run by: each compute party, in step. One round; two more per table with deposits, and the checking of bounds of rows.
 * Throws ProtocolError `share/inconsistent` or `share/out-of-bounds` naming the provider.
 */
export async function acceptShares(
  station: StationContext,
  run: Attempt,
  links: CommitteeLinks,
  committee: Committee,
  sealed: SealedShares,
): Promise<AcceptedShares> {
  const { plan } = run.prepared;
  const words = layoutOf(plan).map((c) => c.words);
  const sharing = station.registry.get('sharing', plan.techniques.sharing);
  const inputs: { organisation: string; columns: SecretColumn[] }[] = [];
  for (const organisation of pushdownProviders(plan)) {
    const box = sealed.boxes.get(organisation);
    if (box === undefined) throw new RangeError("a provider's box is missing");
    const message = await station.opener.open(box, shareInfo(run, organisation, station.organisation));
    inputs.push({ organisation, columns: sharing.combine(links.me, message, plan.cellCount, words) });
  }
  const opened = await openSources(station, run, links, sealed.rows);
  const partials = inputs.map(
    ({ organisation, columns }): Digested => ({
      organisation,
      digest: (which) => sharing.digest(columns, links.me, which, shareInfo(run, organisation, `component ${which}`)),
    }),
  );
  const shared = opened.flatMap((o) => o.digested);
  await compareDigests(run, links, [...partials, ...shared]);
  const { sources, batches } = await acceptRows(station, run, committee, opened);
  const from = [...new Set([...inputs, ...shared].map((i) => i.organisation))];
  const details = { run: run.proposal.run, plan: run.prepared.hash, from };
  await station.audit.append({ kind: 'share.accepted', details: plan.rows === undefined ? details : { ...details, deposits: batches } });
  return { inputs, batches, rows: sources } as unknown as AcceptedShares;
}
