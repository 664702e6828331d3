/** Step 2, Share: a provider splits its contribution and seals each part; compute parties open and cross-check them. */
import { canonicalBytes, concatBytes, fromBase64, ProtocolError } from '@sluis/base';
import { constantTimeEqual, seal } from '@sluis/crypto';
import { type CommitteeLinks, layoutOf } from '@sluis/model';
import type { SecretColumn, SecretVectors } from '@sluis/technique';
import { type Attempt, organisationOf, type StationContext } from './context.ts';
import type { Contribution } from './contribution.ts';

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
  readonly inputs: readonly SecretVectors[];
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
 * Opens every provider's box and compares digests of each component with its other holder before anything is used.
 * Run by: each compute party, in step. One round. Throws ProtocolError `share/inconsistent` naming the provider.
 */
export async function acceptShares(
  station: StationContext,
  run: Attempt,
  links: CommitteeLinks,
  boxes: ReadonlyMap<string, Uint8Array>,
): Promise<AcceptedShares> {
  const { plan } = run.prepared;
  const words = layoutOf(plan).map((c) => c.words);
  const sharing = station.registry.get('sharing', plan.techniques.sharing);
  const inputs: { organisation: string; columns: SecretColumn[] }[] = [];
  for (const organisation of plan.providers) {
    const box = boxes.get(organisation);
    if (box === undefined) throw new RangeError("a provider's box is missing");
    const message = await station.opener.open(box, shareInfo(run, organisation, station.organisation));
    inputs.push({ organisation, columns: sharing.combine(links.me, message, plan.cellCount, words) });
  }
  await compareDigests(run, links, inputs, (columns, which, organisation) =>
    sharing.digest(columns, links.me, which, shareInfo(run, organisation, `component ${which}`)),
  );
  await station.audit.append({ kind: 'share.accepted', details: { run: run.proposal.run, plan: run.prepared.hash, from: plan.providers } });
  return { inputs } as unknown as AcceptedShares;
}

/** Component c is held by parties c and c − 1: each tells the other what it holds. */
async function compareDigests(
  run: Attempt,
  links: CommitteeLinks,
  inputs: readonly SecretVectors[],
  digest: (columns: readonly SecretColumn[], which: 0 | 1 | 2, organisation: string) => Uint8Array,
): Promise<void> {
  const me = links.me;
  const next = ((me + 1) % 3) as 0 | 1 | 2;
  const previous = ((me + 2) % 3) as 0 | 1 | 2;
  const mine = inputs.map((i) => digest(i.columns, me, i.organisation));
  const theirs = inputs.map((i) => digest(i.columns, next, i.organisation));
  await Promise.all([
    links.send(previous, 'share-digests', concatBytes(...mine)),
    links.send(next, 'share-digests', concatBytes(...theirs)),
  ]);
  links.round();
  const [fromPrevious, fromNext] = await Promise.all([links.receive(previous, 'share-digests'), links.receive(next, 'share-digests')]);
  inputs.forEach((input, i) => {
    const own = [mine[i], theirs[i]] as [Uint8Array, Uint8Array];
    const size = own[0].length;
    const claims = [fromPrevious, fromNext].map((b) => b.subarray(i * size, (i + 1) * size));
    const good = own.every((d, k) => claims[k]?.length === size && constantTimeEqual(d, claims[k]));
    if (!good || fromPrevious.length !== size * inputs.length || fromNext.length !== size * inputs.length) {
      throw new ProtocolError('share/inconsistent', {
        stage: 'share',
        party: input.organisation,
        message: `The shares of ${input.organisation} differ between compute parties in run ${run.proposal.run}; they were not used.`,
        remedy: `Ask again; if it repeats, ${input.organisation} or a compute party is faulty.`,
      });
    }
  });
}
