/** Sharing the same key anew among the holders that there are from now on, some of whom still have their shares. */
import { canonicalBytes, parseCanonical, ProtocolError, RefusedError, toHex } from '@sluis/base';
import { KeyResharing, keyId, type KeyShare, type PublicKey } from '@sluis/pseudonyms';
import { type Ceremony, dealTogether, type Exchange, type Hellos, NOTHING, together } from './ceremony.ts';
import { idOf, type Kept } from './kept-keys.ts';
import { publicKeyOf, publicKeySchema, shownKey } from './public-key-text.ts';

/**
 * Shares the key `key` (its id, hexadecimal) anew, or brings into force what was pending. Run by: every holder from now on,
 * at the same time. As many as the key's threshold must have shares of it; the others get to know it from them, by its id.
 *
 * @throws as `together`; RefusedError `pseudonyms/too-few`, `pseudonyms/unfinished`; ProtocolError `pseudonyms/other-key`.
 */
export function reshareKey(c: Ceremony, key: string): Promise<KeyShare> {
  const { current } = c.folder.kept();
  const mine = idOf(current) === key ? current : null;
  const check = (hellos: Hellos) => {
    const pending = idOf(c.folder.kept().pending?.share);
    for (const [party, h] of hellos) if (pending !== '' && h.current === pending) throw halfDone(party);
    const having = [...hellos.values()].filter((h) => h.current === key).length + (mine === null ? 0 : 1);
    if (having < (mine?.threshold ?? 2)) throw tooFew(having, mine?.threshold ?? 2);
  };
  const run = async (exchange: Exchange) => {
    const shown = await exchange('offer', () => (mine === null ? NOTHING : canonicalBytes(shownKey(mine))));
    const holders = c.setting.parties.filter((_, i) => shown[i]?.length !== 0);
    const keys = holders.map((party) => readKey(shown[c.setting.parties.indexOf(party)] ?? NOTHING, key, party));
    const old = keys[0];
    if (old === undefined || holders.length < old.threshold) throw tooFew(holders.length, old?.threshold ?? 2);
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

/** A folder may take a share of the key anew if it is for the same purpose. Throws RefusedError `pseudonyms/other-key`. */
export function requireReplaceable({ current }: Kept, purpose: string, me: string, folder: string): void {
  if (current === null || (current.purpose === purpose && current.me === me)) return;
  throw new RefusedError('pseudonyms/other-key', {
    stage: 'keys',
    message: `${folder} holds ${current.me}'s share of another key, for "${current.purpose}".`,
    remedy: 'Give another --folder: a share of another key is not replaced.',
  });
}

function readKey(bytes: Uint8Array, id: string, party: string): PublicKey {
  try {
    const key = publicKeyOf(publicKeySchema.parse(parseCanonical(bytes, 'A public key')));
    if (toHex(keyId(key)) === id && key.parties.includes(party)) return key;
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
    message: `Of the holders whose cards were given, ${having} have a share of the key that --key names in force; at least ${needed} are needed.`,
    remedy: 'Give --key as the others\' "sluis pseudonyms show" prints it, and the cards of as many old holders as the threshold.',
  });

const halfDone = (party: string) =>
  new RefusedError('pseudonyms/unfinished', {
    stage: 'keys',
    party,
    message: `${party} has in force what is stored here and not in force yet. Nothing was changed.`,
    remedy: 'End that first: run again what broke off ("sluis pseudonyms rotate" or "reshare"), while the others hold.',
  });
