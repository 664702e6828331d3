/** What somebody who chooses a technique must know about garbled circuits as they are built here. */
import type { Rating } from '@sluis/technique';

export interface PairDescriptor {
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly threat: { readonly model: 'semi-honest'; readonly corruptions: 1; readonly collusion: string; readonly active: string };
  readonly reveals: readonly string[];
  readonly maturity: 'experimental' | 'reviewed' | 'established';
  readonly ratings: { readonly guarantees: Rating; readonly maturity: Rating; readonly compute: Rating; readonly network: Rating };
}

export const garbledCircuits: PairDescriptor = {
  id: 'garbled-two-party',
  version: 1,
  title: 'Garbled circuits between two parties, without a third',
  threat: {
    model: 'semi-honest',
    corruptions: 1,
    collusion: 'There is no third party to collude with. Each side is protected from the other as long as both follow the protocol.',
    active:
      'A holder that garbles another circuit, or an asker that sends inconsistent transfer messages, is not detected. Protection against that needs authenticated garbling (Wang, Ranellucci & Katz 2017) and an oblivious transfer extension with a consistency check (Keller, Orsini & Scholl 2015); about 10 times the bytes.',
  },
  reveals: [
    'Whoever learns gets the outputs, and whatever follows from them and its own numbers: from "above" a bound on the other value.',
    'Both sides see the question, the width of the numbers and how many there are.',
  ],
  maturity: 'reviewed',
  ratings: {
    guarantees: { score: 3, reason: 'Computational security against a passive other side; nothing against one that deviates.' },
    maturity: { score: 4, reason: 'Yao’s idea of 1986 with the half gates of 2015; studied very widely.' },
    compute: { score: 4, reason: 'A few AES calls per conjunction, plus a fixed quarter of a second for the first transfers.' },
    network: { score: 3, reason: 'Two or three round trips whatever the question, but 32 bytes per conjunction.' },
  },
};
