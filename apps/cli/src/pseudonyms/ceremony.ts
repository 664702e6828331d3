/**
 * Doing something with a key together, as one holder sees it. Two steps at the end, so that nobody answers with a key that
 * somebody lacks: a share is stored as pending, and comes into force once all have stored theirs. After a crash, hellos
 * tell which it is: if all have stored the same key it comes into force; if somebody has not, it is dropped everywhere and
 * they begin again. Whoever has not stored it and has heard that another starts anew never will, so nobody can have it in
 * force then; and the key in force before is kept all the while.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { PeerError, type Random, StationError } from '@sluis/base';
import type { Ristretto } from '@sluis/crypto';
import type { KeyShare, Revealed } from '@sluis/pseudonyms';
import type { Wire } from '@sluis/wire';
import { type CeremonyBoard, type CeremonyStep, type Doing, HELLO, type Session, STEP } from './ceremony-board.ts';
import type { CardPeer } from './holder-cards.ts';
import type { Keeping } from './holder-folder.ts';
import { idOf, type Pending } from './kept-keys.ts';

/** Between two looks at a holder that is not there yet. */
const POLL_MS = 200;
/** How long a holder that has finished stays for those that have not. */
const LINGER_MS = 10_000;
export const NOTHING = new Uint8Array(0);

export interface Ceremony {
  readonly wire: Pick<Wire, 'request'>;
  readonly board: CeremonyBoard;
  readonly folder: Keeping;
  readonly group: Ristretto;
  readonly random: Random;
  readonly setting: { readonly purpose: string; readonly parties: readonly string[]; readonly threshold: number };
  readonly me: string;
  readonly others: readonly CardPeer[];
  /** By `performance.now()`. */
  readonly deadline: number;
  readonly signal: AbortSignal;
  readonly pollMs?: number;
  /** Told of each holder that answers for the first time, or does something else, and whenever all begin again. */
  readonly told: (event: 'here' | 'elsewhere' | 'again', party: string) => void;
}

/** What another holder said of itself. */
export interface Hello {
  readonly nonce: string;
  readonly doing: string;
  /** The name of the key in force, however it is shared; hexadecimal, empty without one, as the next ones. */
  readonly key: string;
  /** Ids of keys as they are shared. */
  readonly current: string;
  readonly pending: string;
  readonly previous: string;
}
export type Hellos = ReadonlyMap<string, Hello>;

/** Shows a message, and fetches the others' of this step: in the order of the parties, one's own included. */
export type Exchange = (step: CeremonyStep, show: (to: string) => Uint8Array) => Promise<Uint8Array[]>;

export interface Plan {
  readonly doing: Doing;
  /** What is done with which key; bound into every message. */
  readonly about: string;
  /** Whether what is pending is of no use any more when all begin. */
  readonly dropsPending: boolean;
  /** Refuses what can't be done with what the others have. */
  readonly check: (hellos: Hellos) => void;
  readonly run: (exchange: Exchange, session: Uint8Array) => Promise<Pending>;
}

/** Somebody has started anew, so this session is over. */
class BegunAgain extends Error {}

/**
 * Does it with all others, or brings into force what was pending already. Run by: every holder at the same time.
 *
 * @throws PeerError `pseudonyms/not-all-here`, `run/cancelled`; ProtocolError `pseudonyms/…` naming who broke the protocol;
 *   what `check` throws.
 */
export async function together(c: Ceremony, plan: Plan): Promise<KeyShare> {
  for (;;) {
    const hellos = await helloFromAll(c);
    if (allStored(c, hellos)) return promote(c, plan);
    plan.check(hellos);
    const elsewhere = [...hellos].filter(([, h]) => h.doing !== plan.doing).map(([party]) => party);
    if (elsewhere.length > 0) {
      await waitFor(c, elsewhere);
      continue;
    }
    if (plan.dropsPending) c.folder.dropPending();
    const session = c.board.begin(new Map([...hellos].map(([party, h]) => [party, h.nonce])), plan.about);
    try {
      return await storeTogether(c, plan, session);
    } catch (thrown) {
      if (!(thrown instanceof BegunAgain)) throw thrown;
      c.told('again', thrown.message);
    }
  }
}

/** Hellos of all others. */
export const helloFromAll = (c: Ceremony): Promise<Hellos> => fromAll(c, (peer, signal) => hello(c, peer, signal));

/** Whether every holder has stored the share that is pending here: then it comes into force. */
export function allStored({ folder }: Ceremony, hellos: Hellos): boolean {
  const pending = idOf(folder.kept().pending?.share);
  return pending !== '' && [...hellos.values()].every((h) => h.pending === pending || h.current === pending);
}

/** One party's side of dealing a shared secret afresh. */
interface DealingSide {
  deal(random: Random): Revealed | null;
  accept(toAll: readonly Uint8Array[], shares: readonly Uint8Array[]): Uint8Array;
  finish(confirmations: readonly Uint8Array[]): KeyShare;
}

/** The dealers deal, all check, and compare what they saw. */
export async function dealTogether(
  { random, setting: { parties } }: Ceremony,
  exchange: Exchange,
  side: DealingSide,
  dealers: readonly string[],
): Promise<KeyShare> {
  const dealt = side.deal(random);
  const messages = await exchange('deal', (to) =>
    dealt === null ? NOTHING : Buffer.concat([dealt.toAll, dealt.toEach[parties.indexOf(to)] ?? NOTHING]),
  );
  const ofDealers = dealers.map((d) => messages[parties.indexOf(d)] ?? NOTHING);
  const confirmation = side.accept(ofDealers.map(partToAll), ofDealers.map(partToMe));
  return side.finish(await exchange('agree', () => confirmation));
}

/** A message holds what all get, and at its end 32 bytes for one. */
const cut = (message: Uint8Array) => Math.max(0, message.length - 32);
export const partToAll = (message: Uint8Array): Uint8Array => message.slice(0, cut(message));
export const partToMe = (message: Uint8Array): Uint8Array => message.slice(cut(message));

/**
 * What becomes of a share that was pending when a rotation broke off: in force if all have stored it, else dropped if all
 * could be asked.
 *
 * @returns false if not all could be asked: it stays pending, and the key in force stays in force.
 */
export async function settle(c: Ceremony): Promise<boolean> {
  let hellos: Hellos;
  try {
    hellos = await helloFromAll(c);
  } catch (thrown) {
    if (thrown instanceof PeerError && thrown.code === 'pseudonyms/not-all-here') return false;
    throw thrown;
  }
  const pending = idOf(c.folder.kept().pending?.share);
  if (allStored(c, hellos)) c.folder.promote();
  else if ([...hellos.values()].every((h) => h.current !== pending)) c.folder.dropPending();
  return c.folder.kept().pending === null;
}

async function storeTogether(c: Ceremony, plan: Plan, session: Session): Promise<KeyShare> {
  const exchange: Exchange = async (step, show) => {
    if (session.over) throw new BegunAgain(c.me);
    session.shown.set(step, show);
    const got = await fromAll(c, (peer, signal) => fetchStep(c, session, step, peer, signal));
    if (session.over) throw new BegunAgain(c.me);
    return c.setting.parties.map((party) => got.get(party) ?? show(c.me));
  };
  const pending = await plan.run(exchange, session.id);
  // Nothing waits between this look and the disk: what a hello said before stays true.
  if (session.over) throw new BegunAgain(c.me);
  c.folder.storePending(pending);
  await exchange('stored', () => NOTHING);
  if (session.over) throw new BegunAgain(c.me);
  return promote(c, plan);
}

async function promote(c: Ceremony, { doing }: Plan): Promise<KeyShare> {
  const share = c.folder.promote();
  // Whoever holds stays anyway.
  if (doing !== 'hold') await linger(c);
  return share;
}

/** Stays until each of the others has this key in force too or is gone, so that none waits for this one in vain. */
async function linger(c: Ceremony): Promise<void> {
  const [mine, until] = [idOf(c.folder.kept().current), performance.now() + LINGER_MS];
  const one = async (peer: CardPeer) => {
    while (performance.now() < until && (await hello(c, peer, c.signal)).current !== mine)
      await sleep(c.pollMs ?? POLL_MS, undefined, { signal: c.signal });
  };
  // Whatever happens now: here the key is in force.
  await Promise.allSettled(c.others.map(one));
}

async function waitFor(c: Ceremony, elsewhere: readonly string[]): Promise<void> {
  for (const party of elsewhere) c.told('elsewhere', party);
  if (performance.now() >= c.deadline) throw notAllHere(elsewhere[0] ?? '', 'It runs, but does something else.');
  await sleep(c.pollMs ?? POLL_MS, undefined, { signal: c.signal }).catch(() => {
    throw cancelled();
  });
}

async function hello({ wire, board }: Ceremony, peer: CardPeer, signal: AbortSignal): Promise<Hello> {
  const { header } = await wire.request(peer, HELLO, { terms: board.terms, nonce: board.nonce }, NOTHING, { signal });
  const said = (name: string) => String(header[name]);
  return {
    nonce: said('nonce'),
    doing: said('doing'),
    key: said('key'),
    current: said('current'),
    pending: said('pending'),
    previous: said('previous'),
  };
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
    message: 'Cancelled here before anything new was in force.',
    remedy: 'Start again when ready; the others need not.',
  });

const notAllHere = (party: string, reason: string) =>
  new PeerError('pseudonyms/not-all-here', {
    stage: 'keys',
    party,
    message: `${party} did not take part in time.${reason === '' ? '' : ` Last: ${reason}`}`,
    remedy: 'Start all holders at about the same time, or give a longer --wait.',
  });

export const halfKey = (having: readonly string[], path: string) =>
  new StationError('pseudonyms/half-key', {
    stage: 'keys',
    message: `${having.join(' and ')} already ${having.length === 1 ? 'has' : 'have'} a key in force, of which ${path} holds no share.`,
    remedy: 'Restore this folder from its backup, or give it a share anew: sluis pseudonyms reshare.',
  });
