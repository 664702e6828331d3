/** Holders of a key for pseudonyms, by their cards: who they are, by which certificate, and where they are reached. */
import { InvalidError, SluisError, utf8 } from '@sluis/base';
import { taggedHash } from '@sluis/crypto';
import { type Card, cardSchema } from '@sluis/model';
import type { Peer } from '@sluis/wire';
import { readInput } from '../connection.ts';

export interface CardPeer extends Peer {
  /** Ed25519 public key, hexadecimal. */
  readonly identity: string;
}

/** A card's file; or `CARD=HOST:PORT` where this party is reached elsewhere than its station. */
const PLACED = /^(.+)=([A-Za-z0-9.\-[\]:]+:\d{1,5})$/;

/** Reads cards; throws InvalidError `usage/pseudonyms` for what is no card, and for two of one name, identity or certificate. */
export function readCards(given: readonly string[]): CardPeer[] {
  const peers = given.map(readOne);
  for (const by of ['name', 'identity', 'certificate'] as const)
    if (new Set(peers.map((p) => p[by])).size < peers.length)
      throw usage(
        `Two of the cards have the same ${by}.`,
        'Give each card once; hosts of one organisation need names and keys of their own.',
      );
  return peers;
}

function readOne(given: string): CardPeer {
  const [, file = given, place] = PLACED.exec(given) ?? [];
  let card: Card;
  try {
    card = cardSchema.parse(JSON.parse(readInput(file)));
  } catch (cause) {
    if (cause instanceof SluisError) throw cause;
    throw usage(`${file} is not a station's card.`, 'Let the other side make it: sluis station card --output FILE');
  }
  const { name, identity, certificate, station } = card;
  return { name, identity, certificate, address: place ?? station };
}

/** What all holders of a key must have been started with, in one hash. `holders` in the order of the key's parties. */
export const termsHash = (purpose: string, threshold: number, holders: readonly Omit<CardPeer, 'address'>[]): Uint8Array =>
  taggedHash(
    'sluis/pseudonyms/terms/1',
    utf8(purpose),
    utf8(String(threshold)),
    ...holders.flatMap((h) => [utf8(h.name), utf8(h.identity), utf8(h.certificate)]),
  );

/** Before anything is waited for. Throws InvalidError `pseudonyms/setting`. */
export function requireThreshold(threshold: number, holders: number): void {
  if (threshold >= 2 && threshold <= holders) return;
  throw new InvalidError('pseudonyms/setting', {
    stage: 'usage',
    message: `--threshold ${threshold} does not fit ${holders} holders: you, and one for each --with.`,
    remedy: `Give 2${holders > 2 ? ` to ${holders}` : ''}. Of one holder alone the key would be no secret.`,
  });
}

export const usage = (message: string, remedy: string): InvalidError =>
  new InvalidError('usage/pseudonyms', { stage: 'usage', message, remedy });
