/** The protocols of this package as techniques between two stations: what each reveals, costs and rests on. */
import type { PairDescriptor, PairTechnique } from '@sluis/technique';
import { intersectAsReceiver, intersectAsSender } from './intersect.ts';
import type { IntersectionTerms } from './terms.ts';

const reveals: PairDescriptor['reveals'] = ({ sender, receiver }) => [
  { to: receiver, what: `which of its own items ${sender} has too, and the declared size of ${sender}'s list` },
  { to: sender, what: `the declared size of ${receiver}'s list` },
];

const collusion =
  'There are two sides and nobody else: each can put into its list what is not its own, and so ask about items that it only guesses.';

function technique(protocol: IntersectionTerms['protocol'], of: Pick<PairDescriptor, 'id' | 'title' | 'cost' | 'ratings'>): PairTechnique {
  return {
    ...of,
    version: 1,
    stage: 'pair',
    threat: { models: ['semi-honest', 'malicious'], corruptions: 1, collusion },
    reveals,
    maturity: 'experimental',
    asSender: (link, items, terms, random) => intersectAsSender(link, items, { ...terms, protocol }, random),
    asReceiver: (link, items, terms, random) => intersectAsReceiver(link, items, { ...terms, protocol }, random),
  };
}

const guarantees = { score: 4, reason: 'proven against one cheating side; whoever lies about its own list is not found out' } as const;
const maturity = { score: 3, reason: 'published and reviewed constructions; this implementation is new' } as const;

export const voleIntersection = technique('vole', {
  id: 'psi-vole',
  title: 'Private set intersection by an oblivious key-value store and vector OLE',
  cost: ({ sender, receiver }) => ({
    rounds: 10,
    bytes: 20 * receiver + 11 * sender + 1_500_000,
    seconds: 0.3 + (sender + receiver) / 400_000,
  }),
  ratings: {
    guarantees,
    maturity,
    compute: { score: 5, reason: 'symmetric cryptography only: seconds for a million items' },
    network: { score: 4, reason: 'some tens of bytes an item' },
  },
});

export const ddhIntersection = technique('ddh', {
  id: 'psi-ddh',
  title: 'Private set intersection by blinding in the group ristretto255',
  cost: ({ sender, receiver }) => ({ rounds: 3, bytes: 64 * receiver + 12 * sender + 1_000, seconds: (sender + 2 * receiver) / 10_000 }),
  ratings: {
    guarantees,
    maturity,
    compute: { score: 2, reason: 'two exponentiations an item on each side' },
    network: { score: 4, reason: 'some tens of bytes an item' },
  },
});
