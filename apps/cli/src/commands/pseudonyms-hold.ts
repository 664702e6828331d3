/** `sluis pseudonyms hold` */
import { StationError, systemClock, systemRandom, toHex } from '@sluis/base';
import { loadRistretto } from '@sluis/crypto';
import { findSecret, openKeyFile } from '@sluis/keys';
import { checkSetting, keyId, type KeyShare } from '@sluis/pseudonyms';
import { readStationConfig } from '@sluis/sdk';
import { Wire } from '@sluis/wire';
import { requireHome } from '../connection.ts';
import { interruption } from '../interruption.ts';
import { text } from '../messages/index.ts';
import { print, printJson, remark } from '../output/streams.ts';
import { CeremonyBoard } from '../pseudonyms/ceremony-board.ts';
import { type CardPeer, readCards, termsHash, usage } from '../pseudonyms/holder-cards.ts';
import { notYet, openCounts, openDesk } from '../pseudonyms/holder-desk.ts';
import { HolderFolder } from '../pseudonyms/holder-folder.ts';
import { makeKey } from '../pseudonyms/key-ceremony.ts';

const SAID_EVERY_MS = 5000;

export interface HoldOptions {
  readonly home?: string;
  readonly with: readonly string[];
  readonly threshold: number;
  readonly purpose: string;
  readonly folder: string;
  readonly allow: readonly string[];
  readonly limit: number;
  readonly listen?: string;
  readonly wait: number;
  readonly json?: boolean;
}

/** Makes the key with the others if there is none yet, then answers until it is told to end. */
export async function pseudonymsHold(options: HoldOptions): Promise<void> {
  const signal = interruption();
  const cast = await readCast(options);
  checkSetting({ purpose: options.purpose, parties: cast.parties, threshold: options.threshold });
  const group = await loadRistretto();
  const folder = new HolderFolder(options.folder, group, cast.secret);
  using counts = openCounts(folder.counts);
  requireSame(folder.kept().share, options, cast);
  const { known, me, others, parties } = cast;
  const wire = new Wire({ tls: cast.tls, identify: (certificate) => known.get(certificate) ?? null, strangers: [] });
  const helped = counter();
  try {
    const partyOf = (certificate: string) => others.find((o) => o.certificate === certificate)?.name ?? null;
    const terms = termsHash(options.purpose, options.threshold, cast.holders);
    const board = new CeremonyBoard(wire, { terms, parties, me, partyOf, kept: () => folder.kept(), random: systemRandom });
    notYet(wire, me);
    await listen(wire, cast.address);
    const setting = { purpose: options.purpose, parties, threshold: options.threshold };
    const deadline = performance.now() + options.wait * 1000;
    const ceremony = { wire, board, folder, group, random: systemRandom, setting, me, others, deadline, signal, told: teller() };
    const before = folder.kept();
    if (before.state !== 'final') remark(text.pseudonymsGathering(others.map((o) => o.name).join(', ')));
    const share = before.state === 'final' && before.share !== null ? before.share : await makeKey(ceremony);
    const { askerOf, askers } = cast;
    openDesk(wire, {
      group,
      share,
      askerOf,
      limit: options.limit,
      counts,
      clock: systemClock,
      random: systemRandom,
      answered: helped.answered,
    });
    announce(options, share, before.state !== 'final', askers);
    if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  } finally {
    await wire.close();
    helped.end();
  }
}

/** Who takes part, by options, cards and this station's own keys. */
async function readCast(options: HoldOptions) {
  const home = requireHome(options);
  if (options.limit < 1) throw usage('--limit is at least 1.', 'Say for how many records each asker may ask in a day.');
  const others = readCards(options.with);
  const allowed = readCards(options.allow);
  const keys = await openKeyFile(home);
  const secret = findSecret(home);
  if (secret === null) throw new TypeError('keys open with a secret');
  const me = keys.signer.organisation;
  const own = { name: me, identity: toHex(keys.signer.publicKey), certificate: keys.card.certificate };
  if (others.some((o) => o.name === me || o.certificate === own.certificate))
    throw usage(`${me} is this station itself.`, 'Give --with the cards of all the other holders.');
  const known = new Map([...others, ...allowed].map((p) => [p.certificate, p.name]));
  for (const { name, certificate } of allowed)
    for (const other of [...others, own])
      if ((other.name === name) !== (other.certificate === certificate))
        throw usage(`Two cards disagree about ${name}.`, 'Give the newest card of each.');
  const holders = [...others, own].sort((a, b) => (a.name < b.name ? -1 : 1));
  const address = /^(.+):(\d{1,5})$/.exec(options.listen ?? readStationConfig(home).listen);
  if (address === null) throw usage(`${options.listen} is not host:port.`, 'Give --listen host:port.');
  return {
    me,
    others: others as readonly CardPeer[],
    holders,
    parties: holders.map((h) => h.name),
    askers: allowed.map((a) => a.name),
    askerOf: (certificate: string) => allowed.find((a) => a.certificate === certificate)?.name ?? null,
    known,
    secret,
    tls: keys.tls,
    address: { host: (address[1] as string).replace(/^\[|\]$/g, ''), port: Number(address[2]) },
  };
}

async function listen(wire: Wire, { host, port }: { readonly host: string; readonly port: number }): Promise<void> {
  await wire.listen(host, port).catch((cause: unknown) => {
    throw usage(
      `The address ${host}:${port} can't be listened at (${(cause as { code?: string }).code ?? 'unknown reason'}).`,
      'Give another --listen; while the station runs, the holder needs a port of its own.',
    );
  });
}

/** A folder's key is for what it was made for. */
function requireSame(
  share: KeyShare | null,
  { purpose, threshold, folder }: HoldOptions,
  { parties, me }: { parties: readonly string[]; me: string },
) {
  if (share === null) return;
  const same =
    share.purpose === purpose && share.threshold === threshold && share.me === me && share.parties.join(' ') === parties.join(' ');
  if (same) return;
  throw new StationError('pseudonyms/other-folder', {
    stage: 'keys',
    message: `${folder} holds ${share.me}'s share of another key: for "${share.purpose}", ${share.threshold} of ${share.parties.join(', ')}.`,
    remedy: 'Start with the same purpose, threshold and holders; or give another --folder for another key.',
  });
}

function teller(): (event: 'here' | 'again', party: string) => void {
  const here = new Set<string>();
  return (event, party) => {
    if (event === 'again') remark(text.pseudonymsAgain);
    else if (!here.has(party)) remark(text.pseudonymsHere(party));
    here.add(party);
  };
}

/** Says now and then for how many records each asker was helped since the start, and at the end what was not said yet. */
function counter(): { readonly answered: (asker: string, records: number) => void; readonly end: () => void } {
  const totals = new Map<string, { records: number; unsaid: boolean; at: number }>();
  const say = (asker: string, total: { records: number; unsaid: boolean; at: number }) => {
    Object.assign(total, { unsaid: false, at: performance.now() });
    remark(text.pseudonymsAnswered(asker, total.records));
  };
  return {
    answered: (asker, records) => {
      const total = totals.get(asker) ?? { records: 0, unsaid: true, at: Number.NEGATIVE_INFINITY };
      totals.set(asker, total);
      total.records += records;
      total.unsaid = true;
      if (performance.now() - total.at >= SAID_EVERY_MS) say(asker, total);
    },
    end: () => {
      for (const [asker, total] of totals) if (total.unsaid) say(asker, total);
    },
  };
}

function announce(options: HoldOptions, share: KeyShare, made: boolean, askers: readonly string[]): void {
  const { purpose, parties, threshold, epoch } = share;
  const key = toHex(keyId(share));
  remark(made ? text.pseudonymsMade(options.folder) : text.pseudonymsThere(options.folder));
  remark(askers.length === 0 ? text.pseudonymsNobody : text.pseudonymsServing(askers.join(', '), options.limit));
  if (options.json === true)
    printJson({ ready: true, key, purpose, epoch, holders: parties, threshold, made, askers, limit: options.limit });
  else print(key);
}
