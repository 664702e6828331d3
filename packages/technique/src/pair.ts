/**
 * The stage `pair` of the door: intersection of two organisations' items over a connection between their two stations, without a
 * committee. It has a descriptor of its own, because there is no plan: what it reveals and costs follows from declared sizes.
 */
import type { Random } from '@sluis/base';
import type { PairLink } from '@sluis/model';
import type { Cost, Rating, Revelation } from './door.ts';

/** Items one after the other: item i is `bytes` from `offsets[i]` to `offsets[i + 1]`. All different, at most as many as declared. */
export interface PairItems {
  readonly bytes: Uint8Array;
  readonly offsets: Uint32Array;
}

export const itemCount = ({ offsets }: PairItems): number => Math.max(0, offsets.length - 1);

export interface PairTerms {
  /** Binds everything to run, attempt, direction, inputs and agreement; the same at both. */
  readonly context: Uint8Array;
  readonly threat: 'semi-honest' | 'malicious';
  /** Numbers of items as both declared them; lists may be shorter, which the protocol hides. */
  readonly sizes: { readonly sender: number; readonly receiver: number };
}

export interface PairDescriptor {
  readonly id: string;
  readonly version: number;
  readonly stage: 'pair';
  readonly title: string;
  readonly threat: { readonly models: readonly PairTerms['threat'][]; readonly corruptions: 1; readonly collusion: string };
  readonly reveals: (roles: { readonly sender: string; readonly receiver: string }) => readonly Revelation[];
  readonly cost: (sizes: PairTerms['sizes']) => Cost;
  readonly maturity: 'experimental' | 'reviewed' | 'established';
  readonly ratings: { readonly guarantees: Rating; readonly maturity: Rating; readonly compute: Rating; readonly network: Rating };
}

export interface PairTechnique extends PairDescriptor {
  /** Run by: the side that learns nothing. */
  asSender(link: PairLink, items: PairItems, terms: PairTerms, random: Random): Promise<void>;
  /** Run by: the side that learns which of its items the sender has too. Gives their positions, ascending. */
  asReceiver(link: PairLink, items: PairItems, terms: PairTerms, random: Random): Promise<Uint32Array>;
}
