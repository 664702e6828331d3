/** Sharing the same key anew among the holders that there are from now on, some of whom still have their shares. */
import { canonicalBytes, parseCanonical, ProtocolError, RefusedError } from '@sluis/base';
import { KeyResharing, type KeyShare, type PublicKey } from '@sluis/pseudonyms';
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
  const { current } = c.folder.kept();
  const mine = nameOf(current) === key ? current : null;
  const check = (hellos: Hellos) => {
    const pending = idOf(c.folder.kept().pending?.share);
    for (const [party, h] of hellos) if (pending !== '' && h.current === pending) throw halfDone(party);
    const having = [...hellos.values()].filter((h) => h.key === key).length + (mine === null ? 0 : 1);
    if (having < (mine?.threshold ?? 2)) throw tooFew(having, mine?.threshold ?? 2);
  };
  const run = async (exchange: Exchange) => {
    const shown = await exchange('offer', () => (mine === null ? NOTHING : canonicalBytes(shownKey(mine))));
    const { holders, old } = oneSharing(c.setting.parties, shown, key);
    if (old.purpose !== c.setting.purpose) throw otherKey(holders[0] ?? '', 'has a key for another purpose');
    if (current !== null && current.epoch > old.epoch) throw otherKey(c.me, `has a newer key than the one of epoch ${old.epoch}`);
    const dealers = holders.slice(0, old.threshold);
    const { parties, threshold } = c.setting;
    const share = dealers.includes(c.me) ? mine : null;
    const side = new KeyResharing(c.group, old, { parties, threshold, dealers, me: c.me, share });
    return { how: 'reshared' as const, share: await dealTogether(c, exchange, side, dealers), factor: null };
  };
  return together(c, { doing: 'reshare', about: `reshare ${key}`, check, run });
}

/**
 * The holders that have shares of the key that belong together, and what they showed of it. A folder from before the key
 * was shared anew the last time has a share of it too, of no use now: it gets one like those that have none.
 */
function oneSharing(parties: readonly string[], shown: readonly Uint8Array[], name: string) {
  const offers = parties.flatMap((party, i) => {
    const bytes = shown[i] ?? NOTHING;
    return bytes.length === 0 ? [] : [{ party, key: readKey(bytes, name, party) }];
  });
  const [first, second] = [...Map.groupBy(offers, ({ key }) => idOf(key)).values()].sort((a, b) => b.length - a.length);
  const old = first?.[0]?.key;
  if (first === undefined || old === undefined || first.length < old.threshold) throw tooFew(first?.length ?? 0, old?.threshold ?? 2);
  if (second?.length === first.length) throw otherKey(second[0]?.party ?? '', 'has a share that does not belong to those of others');
  return { holders: first.map(({ party }) => party), old };
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

function readKey(bytes: Uint8Array, name: string, party: string): PublicKey {
  try {
    const key = publicKeyOf(publicKeySchema.parse(parseCanonical(bytes, 'A public key')));
    if (nameOf(key) === name && key.parties.includes(party)) return key;
  } catch {
    // Told as what it is here.
  }
  throw otherKey(party, 'showed another key than the one that --key names');
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
    remedy: 'End that first: run again what broke off ("sluis pseudonyms rotate" or "reshare"), while the others hold.',
  });
