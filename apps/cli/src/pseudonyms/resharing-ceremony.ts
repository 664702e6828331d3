/** Sharing the same key anew among the holders that there are from now on, some of whom still have their shares. */
import { canonicalBytes, parseCanonical, ProtocolError, RefusedError } from '@sluis/base';
import { KeyResharing, type KeyShare, type PublicKey } from '@sluis/pseudonyms';
import { z } from 'zod';
import { type Ceremony, dealTogether, type Exchange, type Hellos, NOTHING, together } from './ceremony.ts';
import { idOf, type Kept, nameOf } from './kept-keys.ts';
import { publicKeyOf, publicKeySchema, shownKey } from './public-key-text.ts';

/**
 * Shares the key `key` (its name, hexadecimal) anew, or brings into force what was pending. Run by: every holder from now on,
 * at the same time. As many as the key's threshold must have shares of it; the others get to know it from them, by its name.
 *
 * @throws as `together`; RefusedError `pseudonyms/too-few`, `pseudonyms/unfinished`; ProtocolError `pseudonyms/other-key`.
 */
export function reshareKey(c: Ceremony, key: string): Promise<KeyShare> {
  const check = (hellos: Hellos) => {
    const pending = c.folder.kept().pending?.share;
    if (pending !== undefined && nameOf(pending) !== key)
      for (const [party, h] of hellos) if (h.current === idOf(pending)) throw halfDone(party);
    const having = [...hellos.values()].filter((h) => h.key === key).length + sharesOf(c, key).length;
    if (having === 0) throw tooFew(0, 2);
  };
  const run = async (exchange: Exchange) => {
    const offered = canonicalBytes(sharesOf(c, key).map(({ share, inForce }) => ({ key: shownKey(share), inForce })));
    const { holders, old } = oneSharing(c.setting.parties, await exchange('offer', () => offered), key);
    const { purpose, parties, threshold } = c.setting;
    if (old.purpose !== purpose) throw otherKey(holders[0] ?? '', 'has a key for another purpose');
    const { current } = c.folder.kept();
    if (current !== null && current.epoch > old.epoch) throw otherKey(c.me, `has a newer key than the one of epoch ${old.epoch}`);
    const dealers = holders.slice(0, old.threshold);
    const mine = sharesOf(c, key).find(({ share }) => idOf(share) === idOf(old));
    // The share that all go on from must be on the disk until the next one is in force.
    if (mine?.inForce === false) c.folder.promote();
    else c.folder.dropPending();
    const share = dealers.includes(c.me) ? (mine?.share ?? null) : null;
    const side = new KeyResharing(c.group, old, { parties, threshold, dealers, me: c.me, share });
    return { how: 'reshared' as const, share: await dealTogether(c, exchange, side, dealers), factor: null };
  };
  return together(c, { doing: 'reshare', about: `reshare ${key}`, dropsPending: false, check, run });
}

/** What this folder has of the key: in force, and of a resharing that broke off. */
function sharesOf({ folder }: Ceremony, key: string): { readonly share: KeyShare; readonly inForce: boolean }[] {
  const { current, pending } = folder.kept();
  const both = [
    { share: current, inForce: true },
    { share: pending?.share ?? null, inForce: false },
  ];
  return both.flatMap(({ share, inForce }) => (share !== null && nameOf(share) === key ? [{ share, inForce }] : []));
}

const offerSchema = z.array(z.strictObject({ key: publicKeySchema, inForce: z.boolean() })).max(2);

/**
 * The holders that have shares of the key that belong together, and what they showed of it: the most; of equally many those
 * where it is in force. A folder from before the key was shared anew the last time has a share of it too, of no use now: it
 * gets one like those that have none. A resharing that somebody left half done is gone on from where enough have stored.
 */
function oneSharing(parties: readonly string[], shown: readonly Uint8Array[], name: string) {
  const offers = parties.flatMap((party, i) => readOffers(shown[i] ?? NOTHING, name, party));
  const inForce = (group: readonly Offered[]) => group.filter((o) => o.inForce).length;
  const groups = [...Map.groupBy(offers, ({ key }) => idOf(key)).values()];
  const [first, second] = groups.sort((a, b) => b.length - a.length || inForce(b) - inForce(a));
  const old = first?.[0]?.key;
  if (first === undefined || old === undefined || first.length < old.threshold) throw tooFew(first?.length ?? 0, old?.threshold ?? 2);
  if (second?.length === first.length && inForce(second) === inForce(first))
    throw otherKey(second[0]?.party ?? '', 'has a share that does not belong to those of others');
  return { holders: first.map(({ party }) => party), old };
}

interface Offered {
  readonly party: string;
  readonly key: PublicKey;
  readonly inForce: boolean;
}

function readOffers(bytes: Uint8Array, name: string, party: string): Offered[] {
  try {
    const offers = offerSchema
      .parse(parseCanonical(bytes, 'Public keys'))
      .map((o) => ({ party, key: publicKeyOf(o.key), inForce: o.inForce }));
    const different = new Set(offers.map(({ key }) => idOf(key))).size === offers.length;
    if (different && offers.every(({ key }) => nameOf(key) === name && key.parties.includes(party))) return offers;
  } catch {
    // Told as what it is here.
  }
  throw otherKey(party, 'showed another key than the one that --key names');
}

/** A folder may take a share of the key anew if it is for the same purpose. Throws RefusedError `pseudonyms/other-key`. */
export function requireReplaceable({ current }: Kept, purpose: string, me: string, folder: string): void {
  if (current === null || (current.purpose === purpose && current.me === me)) return;
  throw new RefusedError('pseudonyms/other-key', {
    stage: 'keys',
    message: `${folder} holds ${current.me}'s share of another key, for "${current.purpose}".`,
    remedy: 'Give another --folder: a share of another key is not replaced.',
  });
}

const otherKey = (party: string, what: string) =>
  new ProtocolError('pseudonyms/other-key', {
    stage: 'keys',
    party,
    message: `${party} ${what}. Nothing was changed.`,
    remedy: 'Compare what "sluis pseudonyms hold" printed, over a channel you trust, and give it with --key at all.',
  });

const tooFew = (having: number, needed: number) =>
  new RefusedError('pseudonyms/too-few', {
    stage: 'keys',
    message: `Of the holders whose cards were given, ${having} have shares of the key that --key names which belong together; at least ${needed} are needed.`,
    remedy: 'Give --key as the others\' "sluis pseudonyms show" prints it, and the cards of as many old holders as the threshold.',
  });

const halfDone = (party: string) =>
  new RefusedError('pseudonyms/unfinished', {
    stage: 'keys',
    party,
    message: `${party} has in force what is stored here and not in force yet. Nothing was changed.`,
    remedy: 'End that first: run "sluis pseudonyms rotate" again, while the others hold.',
  });
