/** Who takes part in a key: this holder, the others and those who may ask, by options, cards and this station's own keys. */
import { type Random, StationError, systemRandom, toHex } from '@sluis/base';
import type { Ristretto } from '@sluis/crypto';
import { findSecret, openKeyFile } from '@sluis/keys';
import type { KeyShare } from '@sluis/pseudonyms';
import { readStationConfig } from '@sluis/sdk';
import { Wire } from '@sluis/wire';
import { requireHome } from '../connection.ts';
import { text } from '../messages/index.ts';
import { remark } from '../output/streams.ts';
import type { Ceremony } from './ceremony.ts';
import { CeremonyBoard, type Doing } from './ceremony-board.ts';
import { type CardPeer, readCards, termsHash, usage } from './holder-cards.ts';
import type { HolderFolder } from './holder-folder.ts';

export interface CastOptions {
  readonly home?: string;
  readonly with: readonly string[];
  readonly allow?: readonly string[];
  readonly listen?: string;
}

export type Cast = Awaited<ReturnType<typeof readCast>>;

/** Reads keys and cards. Throws InvalidError `usage/pseudonyms` for what does not fit together. */
export async function readCast(options: CastOptions) {
  const home = requireHome(options);
  const others = readCards(options.with);
  const allowed = readCards(options.allow ?? []);
  const keys = await openKeyFile(home);
  const secret = findSecret(home);
  if (secret === null) throw new TypeError('keys open with a secret');
  const me = keys.signer.organisation;
  const own = { name: me, identity: toHex(keys.signer.publicKey), certificate: keys.card.certificate };
  if (others.some((o) => o.name === me || o.identity === own.identity || o.certificate === own.certificate))
    throw usage(`${me} is this station itself.`, 'Give --with the cards of all the other holders.');
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
    known: new Map([...others, ...allowed].map((p) => [p.certificate, p.name])),
    secret,
    tls: keys.tls,
    address: { host: (address[1] as string).replace(/^\[|\]$/g, ''), port: Number(address[2]) },
  };
}

/** Connections with those whose cards were given; not listening yet. */
export const wireOf = ({ tls, known }: Cast): Wire =>
  new Wire({ tls, identify: (certificate) => known.get(certificate) ?? null, strangers: [] });

export async function listen(wire: Wire, { host, port }: { readonly host: string; readonly port: number }): Promise<void> {
  await wire.listen(host, port).catch((cause: unknown) => {
    throw usage(
      `The address ${host}:${port} can't be listened at (${(cause as { code?: string }).code ?? 'unknown reason'}).`,
      'Give another --listen; while the station runs, the holder needs a port of its own.',
    );
  });
}

export interface CeremonyOptions {
  readonly purpose: string;
  readonly threshold: number;
  readonly doing: Doing;
  /** Seconds to wait for the others. */
  readonly wait: number;
  readonly group: Ristretto;
  readonly signal: AbortSignal;
  readonly random?: Random;
}

/** This holder's side of what all do together; answers the others' hellos from now on. */
export function ceremonyOf(wire: Wire, cast: Cast, folder: HolderFolder, options: CeremonyOptions): Ceremony {
  const { others, parties, me, holders } = cast;
  const { purpose, threshold, doing, group, signal, random = systemRandom } = options;
  const partyOf = (certificate: string) => others.find((o) => o.certificate === certificate)?.name ?? null;
  const terms = termsHash(purpose, threshold, holders);
  const board = new CeremonyBoard(wire, { terms, parties, me, doing, partyOf, kept: () => folder.kept(), random });
  const deadline = performance.now() + options.wait * 1000;
  const setting = { purpose, parties, threshold };
  return { wire, board, folder, group, random, setting, me, others, deadline, signal, told: teller() };
}

/** Whether a share is one of a key for this purpose, shared among exactly these holders. */
export const isSame = (
  { purpose, threshold, me, parties }: KeyShare,
  expected: { readonly purpose: string; readonly threshold: number },
  cast: Pick<Cast, 'parties' | 'me'>,
): boolean =>
  purpose === expected.purpose && threshold === expected.threshold && me === cast.me && parties.join(' ') === cast.parties.join(' ');

/** A folder's key is for what it was made for. Throws StationError `pseudonyms/other-folder`. */
export function requireSame(
  share: KeyShare | null,
  expected: { readonly purpose: string; readonly threshold: number; readonly folder: string },
  cast: Pick<Cast, 'parties' | 'me'>,
): void {
  if (share === null || isSame(share, expected, cast)) return;
  throw new StationError('pseudonyms/other-folder', {
    stage: 'keys',
    message: `${expected.folder} holds ${share.me}'s share of another key: for "${share.purpose}", ${share.threshold} of ${share.parties.join(', ')}.`,
    remedy: 'Start with the same purpose, threshold and holders; or give another --folder for another key.',
  });
}

/** The key in force of a folder that has one, shared among exactly these. Throws StationError `pseudonyms/no-share`, `-/other-folder`. */
export function requireShare(folder: HolderFolder, cast: Cast): KeyShare {
  const { current } = folder.kept();
  if (current === null)
    throw new StationError('pseudonyms/no-share', {
      stage: 'keys',
      message: `${folder.path} holds no share of a key in force.`,
      remedy: 'Give the --folder that "sluis pseudonyms hold" uses.',
    });
  requireSame(current, { purpose: current.purpose, threshold: current.threshold, folder: folder.path }, cast);
  return current;
}

function teller(): Ceremony['told'] {
  const said = new Set<string>();
  return (event, party) => {
    if (event === 'again') remark(text.pseudonymsAgain);
    else if (!said.has(`${event} ${party}`)) remark(event === 'here' ? text.pseudonymsHere(party) : text.pseudonymsElsewhere(party));
    said.add(`${event} ${party}`);
  };
}
