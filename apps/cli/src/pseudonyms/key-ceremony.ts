/**
 * Making a key together, as one holder sees it. Two steps at the end, so that nobody answers with a key that somebody
 * lacks: a share is stored as pending, and comes into force once all have stored theirs. After a crash, hellos tell which
 * it is: if all have stored the same key it comes into force, if somebody has not and nobody has it in force, it is
 * dropped everywhere and they begin again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { PeerError, type Random, StationError } from '@sluis/base';
import type { Ristretto } from '@sluis/crypto';
import { KeyGeneration, type KeyShare } from '@sluis/pseudonyms';
import type { Wire } from '@sluis/wire';
import { type CeremonyBoard, type CeremonyStep, HELLO, type Session, STEP } from './ceremony-board.ts';
import type { CardPeer } from './holder-cards.ts';
import type { HolderFolder } from './holder-folder.ts';

/** Between two looks at a holder that is not there yet. */
const POLL_MS = 200;
const NOTHING = new Uint8Array(0);

export interface Ceremony {
  readonly wire: Pick<Wire, 'request'>;
  readonly board: CeremonyBoard;
  readonly folder: Pick<HolderFolder, 'path' | 'kept' | 'storePending' | 'promote' | 'dropPending'>;
  readonly group: Ristretto;
  readonly random: Random;
  readonly setting: { readonly purpose: string; readonly parties: readonly string[]; readonly threshold: number };
  readonly me: string;
  readonly others: readonly CardPeer[];
  readonly deadline: number;
  readonly signal: AbortSignal;
  readonly pollMs?: number;
  /** Told of each holder that answers for the first time, and whenever all begin again. */
  readonly told: (event: 'here' | 'again', party: string) => void;
}

interface Hello {
  readonly nonce: string;
  readonly state: string;
  readonly key: string;
}

/** Somebody has started anew, so this session is over. */
class BegunAgain extends Error {}

/**
 * Makes the key, or brings a pending one into force. Run by: every holder at the same time.
 *
 * @throws PeerError `pseudonyms/not-all-here`; ProtocolError `pseudonyms/…` naming who broke the protocol; StationError
 *   `pseudonyms/half-key` where others have a key in force of which this folder has no share.
 */
export async function makeKey(c: Ceremony): Promise<KeyShare> {
  for (;;) {
    const hellos = await fromAll(c, (peer, signal) => hello(c, peer, signal));
    if (allStored(c, hellos)) return c.folder.promote();
    c.folder.dropPending();
    try {
      return await generate(c, c.board.begin(new Map([...hellos].map(([party, h]) => [party, h.nonce]))));
    } catch (thrown) {
      if (!(thrown instanceof BegunAgain)) throw thrown;
      c.told('again', thrown.message);
    }
  }
}

function allStored({ folder }: Ceremony, hellos: ReadonlyMap<string, Hello>): boolean {
  const mine = folder.kept();
  const others = [...hellos.values()];
  if (mine.state !== 'none' && others.every((h) => h.state !== 'none' && h.key === mine.key)) return true;
  const having = [...hellos].filter(([, h]) => h.state === 'final').map(([party]) => party);
  if (having.length > 0) throw halfKey(having, folder.path);
  return false;
}

async function generate(c: Ceremony, session: Session): Promise<KeyShare> {
  const { folder, group, setting, me, random } = c;
  const side = new KeyGeneration(group, { ...setting, session: session.id }, me, random);
  const mine = setting.parties.indexOf(me);
  /** Shows a message, and fetches the others' of this step: in the order of the parties, one's own included. */
  const exchange = async (step: CeremonyStep, show: (to: string) => Uint8Array): Promise<Uint8Array[]> => {
    if (session.over) throw new BegunAgain(me);
    session.shown.set(step, show);
    const got = await fromAll(c, (peer, signal) => fetchStep(c, session, step, peer, signal));
    if (session.over) throw new BegunAgain(me);
    return setting.parties.map((party) => got.get(party) ?? show(me));
  };
  const commitment = side.commit();
  const { toAll, toEach } = side.reveal(await exchange('commit', () => commitment));
  const revealed = await exchange('reveal', (to) => Buffer.concat([toAll, toEach[setting.parties.indexOf(to)] ?? NOTHING]));
  const cut = (message: Uint8Array) => Math.max(0, message.length - 32);
  const confirmation = side.accept(
    revealed.map((m) => m.slice(0, cut(m))),
    revealed.map((m, from) => (from === mine ? (toEach[mine] ?? NOTHING) : m.slice(cut(m)))),
  );
  const share = side.finish(await exchange('confirm', () => confirmation));
  // Nothing waits between this look and the disk: what a hello said before stays true.
  if (session.over) throw new BegunAgain(me);
  folder.storePending(share);
  await exchange('stored', () => NOTHING);
  if (session.over) throw new BegunAgain(me);
  return folder.promote();
}

async function hello({ wire, board }: Ceremony, peer: CardPeer, signal: AbortSignal): Promise<Hello> {
  const { header } = await wire.request(peer, HELLO, { terms: board.terms, nonce: board.nonce }, NOTHING, { signal });
  return { nonce: String(header['nonce']), state: String(header['state']), key: String(header['key']) };
}

/** Null while the peer is not there yet. */
async function fetchStep(
  { wire, board }: Ceremony,
  session: Session,
  step: CeremonyStep,
  peer: CardPeer,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  if (session.over) throw new BegunAgain(peer.name);
  const asked = { terms: board.terms, session: Buffer.from(session.id).toString('hex'), step };
  const { header, body } = await wire.request(peer, STEP, asked, NOTHING, { signal });
  board.heard(peer.name, String(header['nonce']));
  if (session.over) throw new BegunAgain(peer.name);
  return header['ready'] === true ? body : null;
}

/** Asks every other holder again and again until all have given something; ends at the first that breaks the protocol. */
async function fromAll<T>(c: Ceremony, ask: (peer: CardPeer, signal: AbortSignal) => Promise<T | null>): Promise<Map<string, T>> {
  const over = new AbortController();
  const signal = AbortSignal.any([c.signal, over.signal]);
  const got = new Map<string, T>();
  const one = async (peer: CardPeer) => {
    let reason = '';
    while (!got.has(peer.name)) {
      const left = c.deadline - performance.now();
      if (left <= 0) throw notAllHere(peer.name, reason);
      try {
        const found = await ask(peer, signal);
        c.told('here', peer.name);
        if (found !== null) got.set(peer.name, found);
      } catch (thrown) {
        // Not there yet, or starting again: what breaks the protocol has other codes.
        if (!(thrown instanceof PeerError) || !thrown.code.startsWith('wire/')) throw thrown;
        reason = thrown.message;
      }
      if (!got.has(peer.name)) await sleep(c.pollMs ?? POLL_MS, undefined, { signal });
    }
  };
  try {
    await Promise.all(c.others.map(one));
    return got;
  } catch (thrown) {
    throw c.signal.aborted ? cancelled() : thrown;
  } finally {
    over.abort();
  }
}

const cancelled = () =>
  new PeerError('run/cancelled', {
    stage: 'run',
    message: 'Cancelled here before the key was in force.',
    remedy: 'Start again when ready; the others need not.',
  });

const notAllHere = (party: string, reason: string) =>
  new PeerError('pseudonyms/not-all-here', {
    stage: 'keys',
    party,
    message: `${party} did not take part in making the key in time.${reason === '' ? '' : ` Last: ${reason}`}`,
    remedy: 'Start all holders at about the same time, or give a longer --wait.',
  });

const halfKey = (having: readonly string[], path: string) =>
  new StationError('pseudonyms/half-key', {
    stage: 'keys',
    message: `${having.join(' and ')} already ${having.length === 1 ? 'has' : 'have'} a key in force, of which ${path} holds no share.`,
    remedy: 'Restore this folder from its backup; or let all holders begin with new folders, which makes another key.',
  });
