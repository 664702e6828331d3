/** Making a key, and making the next one from it: what the holders say to each other in between is in `ceremony.ts`. */
import { RefusedError, StationError } from '@sluis/base';
import { type KeyKind, KeyGeneration, KeyRotation, type KeyShare } from '@sluis/pseudonyms';
import { type Ceremony, dealTogether, type Exchange, halfKey, type Hellos, NOTHING, partToAll, partToMe, together } from './ceremony.ts';
import { idOf, type Kept, type Pending } from './kept-keys.ts';

/**
 * Makes the key, or brings a pending one into force. Run by: every holder at the same time.
 *
 * @throws as `together`; StationError `pseudonyms/half-key` where others have a key in force of which this folder has no share.
 */
export function makeKey(c: Ceremony): Promise<KeyShare> {
  const check = (hellos: Hellos) => {
    const having = [...hellos].filter(([, h]) => h.current !== '').map(([party]) => party);
    if (having.length > 0) throw halfKey(having, c.folder.path);
  };
  const run = async (exchange: Exchange, session: Uint8Array): Promise<Pending> => {
    return { how: 'made', share: await generate(c, exchange, session, 'key', 1), factor: null };
  };
  return together(c, { doing: 'hold', about: 'make', dropsPending: true, check, run });
}

/**
 * Makes the next key, which is the one in force times a random factor, with all other holders; or brings a pending one into
 * force. Run by: every holder at the same time. The old share and the factor are kept until `finish`.
 *
 * @throws as `together`; RefusedError `pseudonyms/too-few` where the threshold is too high, `pseudonyms/unfinished`;
 *   StationError `pseudonyms/half-rotation` where others have another key in force.
 */
export async function rotateKey(c: Ceremony): Promise<KeyShare> {
  const { current } = c.folder.kept();
  if (current === null) throw new TypeError('a key in force is rotated');
  requireRotatable(c.folder.kept(), c.me);
  const dealers = dealersOf(current);
  const check = (hellos: Hellos) => {
    const mine = idOf(current);
    for (const [party, h] of hellos) if (h.current !== mine) throw halfRotation(party, h.previous === mine, c.folder.path);
    for (const [party, h] of hellos) if (h.previous !== '') throw unfinished(party, current.epoch);
  };
  const run = async (exchange: Exchange, session: Uint8Array): Promise<Pending> => {
    const factor = await generate(c, exchange, session, 'rotation', current.epoch);
    return { how: 'rotated', share: await dealTogether(c, exchange, new KeyRotation(c.group, current, factor, dealers), dealers), factor };
  };
  return together(c, { doing: 'rotate', about: `rotate ${idOf(current)}`, dropsPending: true, check, run });
}

/** Refuses what can't be rotated whoever is there. Throws RefusedError `pseudonyms/too-few`, `pseudonyms/unfinished`. */
export function requireRotatable({ current, pending, rotation }: Kept, me: string): void {
  if (current === null) return;
  dealersOf(current);
  if (rotation !== null && pending === null) throw unfinished(me, current.epoch);
  if (pending?.how === 'reshared') throw halfReshared(me);
}

/** Twice the threshold, less one: the first of the parties. All take part anyway. */
function dealersOf({ parties, threshold }: KeyShare): readonly string[] {
  const needed = 2 * threshold - 1;
  if (parties.length >= needed) return parties.slice(0, needed);
  throw new RefusedError('pseudonyms/too-few', {
    stage: 'keys',
    message: `With a threshold of ${threshold}, rotation needs ${needed} holders (twice the threshold, less one); this key has ${parties.length}.`,
    remedy: 'Share the key among more holders, or with a lower threshold, first: sluis pseudonyms reshare.',
  });
}

/** A new key, or a factor, of which nobody knows more than a share. */
async function generate(c: Ceremony, exchange: Exchange, session: Uint8Array, kind: KeyKind, epoch: number): Promise<KeyShare> {
  const { group, setting, me, random } = c;
  const side = new KeyGeneration(group, { ...setting, session }, me, random, { kind, epoch });
  const mine = setting.parties.indexOf(me);
  const commitment = side.commit();
  const { toAll, toEach } = side.reveal(await exchange('commit', () => commitment));
  const revealed = await exchange('reveal', (to) => Buffer.concat([toAll, toEach[setting.parties.indexOf(to)] ?? NOTHING]));
  const confirmation = side.accept(
    revealed.map(partToAll),
    revealed.map((m, from) => (from === mine ? (toEach[mine] ?? NOTHING) : partToMe(m))),
  );
  return side.finish(await exchange('confirm', () => confirmation));
}

const unfinished = (party: string, epoch: number) =>
  new RefusedError('pseudonyms/unfinished', {
    stage: 'keys',
    party,
    message: `${party} still keeps what maps pseudonyms to a key in force (epoch ${epoch}); a key is rotated when that is finished.`,
    remedy: 'Start "sluis pseudonyms hold", map what has to be mapped, and let every holder run "sluis pseudonyms finish" first.',
  });

const halfReshared = (party: string) =>
  new RefusedError('pseudonyms/unfinished', {
    stage: 'keys',
    party,
    message: `${party} began to share the key anew, and that broke off.`,
    remedy: 'End that first: let all run "sluis pseudonyms reshare" again.',
  });

const halfRotation = (party: string, ahead: boolean, path: string) =>
  new StationError('pseudonyms/half-rotation', {
    stage: 'keys',
    party,
    message: ahead
      ? `${party} has the next key in force, of which ${path} holds no share.`
      : `${party} has another key in force than ${path}. Nothing was changed.`,
    remedy: 'Restore this folder from its newest backup, or give it a share anew: sluis pseudonyms reshare.',
  });
