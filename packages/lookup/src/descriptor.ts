/** What somebody who chooses a technique must know about private lookup as it is built here. */
import type { Rating } from '@sluis/technique';

export interface LookupDescriptor {
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly threat: { readonly model: 'malicious'; readonly corruptions: 1; readonly collusion: string; readonly active: string };
  readonly reveals: readonly string[];
  readonly maturity: 'experimental' | 'reviewed' | 'established';
  readonly ratings: { readonly guarantees: Rating; readonly maturity: Rating; readonly compute: Rating; readonly network: Rating };
}

export const privateLookup: LookupDescriptor = {
  id: 'private-lookup',
  version: 1,
  title: 'Private lookup in another organisation’s register',
  threat: {
    model: 'malicious',
    corruptions: 1,
    collusion: 'There is no third party. Clients that collude share what each of them asked and their limits add up.',
    active:
      'An owner that deviates learns nothing of what is asked: questions are random to it, the proof shows that answers are under the published key, and the signed publication is the same for all that compare its hash. It can publish false entries, refuse, or answer about an older version to a client that has seen no newer one. A client that deviates gets one evaluation for each element it sends, within its limit.',
  },
  reveals: [
    'The owner: that a question came, when, from which client, and its size class.',
    'The client: whether the identifiers it asks are in the database, and the values there; also in later versions of the same epoch, for identifiers it asked before.',
    'Everybody who can download: the number of entries (padded if the owner wants it), the length of values, and how many entries each version adds and removes.',
    'With downloads in parts: also which parts, so some bits of each identifier’s pseudonym.',
  ],
  maturity: 'reviewed',
  ratings: {
    guarantees: {
      score: 4,
      reason:
        'What is asked is hidden perfectly; what is published, computationally (ristretto255, no protection against quantum computers).',
    },
    maturity: { score: 4, reason: 'RFC 9497 with its published proofs; the compressed list is plain data.' },
    compute: { score: 3, reason: 'A curve multiplication per entry once, 3 milliseconds per question.' },
    network: { score: 3, reason: 'About 7.3 bytes per entry once, then differences; less than 500 bytes per question.' },
  },
};
