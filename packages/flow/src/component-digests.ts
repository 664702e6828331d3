/** Both holders of a component compare digests of it before anything is used. */
import { concatBytes, ProtocolError } from '@sluis/base';
import { constantTimeEqual } from '@sluis/crypto';
import type { CommitteeLinks } from '@sluis/model';
import type { Attempt } from './context.ts';

/** Something that was shared, by whom, and its digest as this party holds component `which`. */
export interface Digested {
  readonly organisation: string;
  digest(which: 0 | 1 | 2): Uint8Array;
}

/**
 * Component c is held by parties c and c − 1: each tells the other what it holds. Run by: the three compute parties, in
 * step. One round. Throws ProtocolError `share/inconsistent` naming who gave the two holders different ones.
 */
export async function compareDigests(run: Attempt, links: CommitteeLinks, items: readonly Digested[]): Promise<void> {
  const me = links.me;
  const next = ((me + 1) % 3) as 0 | 1 | 2;
  const previous = ((me + 2) % 3) as 0 | 1 | 2;
  const mine = items.map((i) => i.digest(me));
  const theirs = items.map((i) => i.digest(next));
  await Promise.all([
    links.send(previous, 'share-digests', concatBytes(...mine)),
    links.send(next, 'share-digests', concatBytes(...theirs)),
  ]);
  links.round();
  const [fromPrevious, fromNext] = await Promise.all([links.receive(previous, 'share-digests'), links.receive(next, 'share-digests')]);
  items.forEach(({ organisation }, i) => {
    const own = [mine[i], theirs[i]] as [Uint8Array, Uint8Array];
    const size = own[0].length;
    const claims = [fromPrevious, fromNext].map((b) => b.subarray(i * size, (i + 1) * size));
    const good = own.every((d, k) => claims[k]?.length === size && constantTimeEqual(d, claims[k]));
    if (!good || fromPrevious.length !== size * items.length || fromNext.length !== size * items.length) {
      throw new ProtocolError('share/inconsistent', {
        stage: 'share',
        party: organisation,
        message: `The shares of ${organisation} differ between compute parties in run ${run.proposal.run}; they were not used.`,
        remedy: `Ask again; if it repeats, ${organisation} or a compute party is faulty.`,
      });
    }
  });
}
