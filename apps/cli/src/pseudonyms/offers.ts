/** What holders offer to one asker: their key, what maps to it, and how many records they still help with. */
import { PeerError, ProtocolError, RefusedError, SluisError } from '@sluis/base';
import { checkPublicKey, type PublicKey } from '@sluis/pseudonyms';
import type { Ristretto } from '@sluis/crypto';
import type { Wire } from '@sluis/wire';
import { z } from 'zod';
import type { CardPeer } from './holder-cards.ts';
import { KEY } from './holder-desk.ts';
import { idOf, nameOf } from './kept-keys.ts';
import { publicKeyOf, publicKeySchema } from './public-key-text.ts';

/** What is asked for: pseudonyms of records, or those of the next key for pseudonyms of the key `from` (its name, hexadecimal). */
export type Wanted = { readonly what: 'pseudonyms' } | { readonly what: 'next'; readonly from: string };

/** What one holder says of its key and of the asker's limit. */
export interface Offer {
  readonly peer: CardPeer;
  readonly key: PublicKey;
  /** The rotation's public key and the key before, while this holder maps pseudonyms. */
  readonly maps: { readonly factor: PublicKey; readonly previous: PublicKey } | null;
  readonly left: number;
}

export interface OfferOptions {
  readonly wire: Pick<Wire, 'request'>;
  readonly group: Ristretto;
  readonly holders: readonly CardPeer[];
  /** The key's name, hexadecimal, if it is known; else a majority of the holders must name one and the same. */
  readonly pinned: string | null;
  readonly wanted: Wanted;
  /** Records that will be asked for in all. */
  readonly records: number;
  readonly signal: AbortSignal;
  /** Told of each holder that is left out, and why. */
  readonly leftOut: (holder: string, why: SluisError) => void;
}

/** One key and the holders that can be used with it. */
export interface Agreed {
  readonly offer: Offer;
  readonly usable: CardPeer[];
  readonly failures: SluisError[];
}

const offerSchema = z.object({
  key: publicKeySchema,
  maps: z.strictObject({ factor: publicKeySchema, previous: publicKeySchema }).nullable(),
  left: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
});

/**
 * Finds out which holders are there, that they have the same key, offer what is wanted and have enough left for this asker.
 *
 * @throws PeerError `pseudonyms/too-few`; ProtocolError `pseudonyms/other-key`, `pseudonyms/holders`; RefusedError as holders
 *   refused, `pseudonyms/not-mapped`, `pseudonyms/limit`.
 */
export async function agreedOffer(options: OfferOptions): Promise<Agreed> {
  const { holders, pinned, wanted, records, signal } = options;
  const failures: SluisError[] = [];
  const fail = (peer: CardPeer, thrown: unknown) => {
    const why = named(thrown, peer, signal);
    failures.push(why);
    options.leftOut(peer.name, why);
  };
  const offers: Offer[] = [];
  const asked = holders.map(async (peer) => {
    try {
      offers.push(await offerOf(options, peer));
    } catch (thrown) {
      fail(peer, thrown);
    }
  });
  await Promise.all(asked);
  let good = offers;
  /** Leaves out those of whom something does not hold. */
  const only = (holds: (offer: Offer) => boolean, why: (offer: Offer) => SluisError) => {
    for (const offer of good) if (!holds(offer)) fail(offer.peer, why(offer));
    good = good.filter(holds);
  };
  if (pinned !== null)
    only(
      ({ key }) => nameOf(key) === pinned,
      (o) => otherKey(o.peer.name, true),
    );
  if (wanted.what === 'next')
    only(
      ({ maps }) => nameOf(maps?.previous) === wanted.from,
      (o) => notMapped(o),
    );
  const offer = oneOf(options, good, failures);
  only(
    (o) => saying(o, wanted) === saying(offer, wanted),
    (o) => otherKey(o.peer.name, false),
  );
  const { parties, threshold } = evaluated(offer, wanted);
  only(
    ({ left }) => left >= records,
    (o) => notEnough(o.peer.name, o.left, records),
  );
  const usable = holders.filter((peer) => parties.includes(peer.name) && good.some((o) => o.peer === peer));
  if (usable.length < threshold) throw tooFew(threshold, usable.length, failures);
  return { offer, usable, failures };
}

/** The key under which holders are asked. */
export const evaluated = ({ key, maps }: Offer, { what }: Wanted): PublicKey => (what === 'next' && maps !== null ? maps.factor : key);

async function offerOf({ wire, group, signal }: OfferOptions, peer: CardPeer): Promise<Offer> {
  const { header } = await wire.request(peer, KEY, {}, new Uint8Array(0), { signal });
  const parsed = offerSchema.safeParse(header);
  if (!parsed.success) throw wrongForm(peer.name);
  const { left, maps } = parsed.data;
  const key = publicKeyOf(parsed.data.key);
  const both = maps && { factor: publicKeyOf(maps.factor), previous: publicKeyOf(maps.previous) };
  if (key.kind !== 'key' || (both !== null && (both.factor.kind !== 'rotation' || both.previous.kind !== 'key')))
    throw wrongForm(peer.name);
  try {
    for (const given of [key, ...(both === null ? [] : [both.factor, both.previous])]) checkPublicKey(group, given);
  } catch {
    throw wrongForm(peer.name);
  }
  return { peer, key, maps: both, left };
}

/** All that holders must say alike. */
const saying = ({ key, maps }: Offer, { what }: Wanted): string =>
  what === 'next' && maps !== null ? [nameOf(key), idOf(maps.factor), nameOf(maps.previous)].join() : idOf(key);

/** What all that answered offer alike; if the key is known, what most do: whoever shows other shares of it can prove nothing. */
function oneOf({ holders, pinned, wanted }: OfferOptions, offers: readonly Offer[], failures: readonly SluisError[]): Offer {
  const groups = Map.groupBy(offers, (o) => saying(o, wanted));
  const [first, second] = [...groups.values()].sort((a, b) => b.length - a.length);
  const offer = first?.[0];
  if (first === undefined || offer === undefined) throw tooFew(2, 0, failures);
  const foreign = first.find((o) => !evaluated(o, wanted).parties.includes(o.peer.name));
  if (foreign !== undefined) throw otherKey(foreign.peer.name, false);
  if (second !== undefined && (pinned === null || second.length === first.length)) throw otherKey(second[0]?.peer.name ?? '', false);
  if (pinned !== null) return offer;
  // Without a known id, a few holders alone could give out a key of their own.
  if (offer.key.parties.some((party) => !holders.some((h) => h.name === party))) throw notAllNamed(offer.key.parties);
  const majority = Math.floor(holders.length / 2) + 1;
  if (offers.length < majority) throw tooFew(majority, offers.length, failures);
  return offer;
}

/** The failure with the holder's name; ends everything if it was this side that gave up. */
export function named(thrown: unknown, peer: CardPeer, signal: AbortSignal): SluisError {
  if (signal.aborted)
    throw new PeerError('run/cancelled', {
      stage: 'run',
      message: 'Cancelled here; nothing was written.',
      remedy: 'Start again when ready.',
    });
  if (!(thrown instanceof SluisError)) throw thrown;
  if (thrown.code !== 'wire/certificate-unknown') return thrown;
  return new RefusedError('pseudonyms/unknown-asker', {
    stage: 'access',
    party: peer.name,
    message: `${peer.name} does not know this station.`,
    remedy: `Let ${peer.name} start with your card: sluis pseudonyms hold … --allow CARD`,
  });
}

/** A refusal where holders refused, so that it ends as one; else a failure. */
export function tooFew(needed: number, there: number, failures: readonly SluisError[]): SluisError {
  const refusal = failures.find((f) => f instanceof RefusedError);
  if (refusal !== undefined) return refusal;
  const why = [...new Set(failures.map((f) => f.message))].join(' ');
  return new PeerError('pseudonyms/too-few', {
    stage: 'run',
    message: `Pseudonyms need ${needed} holders; ${there} can be used.${why === '' ? '' : ` ${why}`} Nothing was written.`,
    remedy: 'Ask the missing holders to start, and check their addresses.',
  });
}

const notEnough = (holder: string, left: number, records: number) =>
  new RefusedError('pseudonyms/limit', {
    stage: 'access',
    party: holder,
    message: `This file needs ${records} records of the limit; ${holder} still helps with ${left} today (UTC). Nothing was counted.`,
    remedy: `Wait until tomorrow, ask ${holder} for a higher --limit, or take fewer rows.`,
  });

const notMapped = ({ peer: { name }, maps, key }: Offer) =>
  new RefusedError('pseudonyms/not-mapped', {
    stage: 'keys',
    party: name,
    message:
      maps === null
        ? `${name} maps no pseudonyms: its key (epoch ${key.epoch}) has not been rotated, or the rotation is finished.`
        : `${name} maps pseudonyms of another key than the one that --from names, to epoch ${key.epoch}.`,
    remedy:
      'Give --from the key with which the file was made, as "sluis pseudonyms make" printed it. Once a rotation is finished, make pseudonyms anew from the records.',
  });

const wrongForm = (holder: string) =>
  new ProtocolError('pseudonyms/malformed', {
    stage: 'keys',
    party: holder,
    message: `${holder} sent a key of the wrong form.`,
    remedy: 'Check that all run the same release of Sluis.',
  });

export const otherKey = (holder: string, pinned: boolean) =>
  new ProtocolError('pseudonyms/other-key', {
    stage: 'keys',
    party: holder,
    message: pinned ? `${holder} has another key than the one that --key names.` : `${holder} has another key than the other holders.`,
    remedy: 'Compare what "sluis pseudonyms hold" printed at every holder, over a channel you trust, and give it with --key.',
  });

const notAllNamed = (parties: readonly string[]) =>
  new ProtocolError('pseudonyms/holders', {
    stage: 'keys',
    message: `This key is shared by ${parties.join(', ')}, and not all of their cards were given.`,
    remedy: 'Give --holder once for each of them; or give --key with what they printed, then any of them will do.',
  });
