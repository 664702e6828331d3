/** Who deposits, through which station, under which agreement: what the options of `sluis contribute` come to. */
import { existsSync } from 'node:fs';
import { fromHex, InvalidError } from '@sluis/base';
import { openKeyFile } from '@sluis/keys';
import { type Agreement, agreementId } from '@sluis/model';
import { accessFromHome, certificateOf, normaliseUrl, PinnedTransport } from '@sluis/sdk';
import {
  anonymousOf,
  type Contributor,
  contributorFromIdentity,
  DepositClient,
  requireGenuine,
  type TokenFile,
} from '@sluis/sdk/contribute';
import { agreementIdFrom, readAgreementFile } from './agreement-source.ts';
import { homeOf, readInput, withStation } from './connection.ts';
import { readPrivateText } from './private-text.ts';

export interface ContributorOptions {
  readonly identity?: string;
  readonly home?: string;
  readonly station?: string;
  readonly agreement?: string;
  readonly certificate?: string;
  readonly collaboration?: string;
  readonly json?: boolean;
}

export interface Contributing {
  readonly contributor: Contributor;
  readonly client: DepositClient;
  readonly agreement: Agreement;
  readonly agreementId: string;
}

/**
 * Opens what a command needs for an anonymous deposit: nothing that is sent carries the member's name, so the agreement
 * has to be at hand, from a file or from the member's own station.
 */
export async function withToken<T>(token: TokenFile, options: ContributorOptions, use: (all: Contributing) => Promise<T>): Promise<T> {
  const file = await knownAgreement(options, token.collaboration);
  const transport = new PinnedTransport(await accessOf(options, file));
  try {
    const client = new DepositClient(transport, () => Date.now());
    return await use({ contributor: anonymousOf(token).contributor, client, agreement: file, agreementId: agreementId(file) });
  } finally {
    transport.close();
  }
}

async function knownAgreement(options: ContributorOptions, collaboration: string): Promise<Agreement> {
  const file = agreementFile(options.agreement, /^[0-9a-f]{4,64}$/);
  if (file !== null) return file;
  if (homeOf(options) === null)
    throw new InvalidError('usage/no-agreement', {
      stage: 'usage',
      message: 'An anonymous deposit needs the agreement at hand: asking a station for it would tell who you are.',
      remedy: 'Give --agreement FILE, or --home DIR of your own station.',
    });
  return withStation({ ...(options.home === undefined ? {} : { home: options.home }) }, async (station) => {
    const view = await station.agreement(await agreementIdFrom(station, options.agreement ?? collaboration));
    return view.agreement;
  });
}

/** The agreement in the file of that name, or null if an id is meant. Throws InvalidError `usage/no-agreement-file`. */
function agreementFile(which: string | undefined, id: RegExp): Agreement | null {
  if (which === undefined) return null;
  if (existsSync(which)) return readAgreementFile(which).agreement;
  if (id.test(which)) return null;
  throw new InvalidError('usage/no-agreement-file', {
    stage: 'usage',
    message: `The file ${which} does not exist, and it is not the id of an agreement (64 digits 0-9 and a-f) either.`,
    remedy: 'Check the path after --agreement.',
  });
}

/** Opens what a command needs, runs it, and closes connections afterwards. */
export async function withContributor<T>(options: ContributorOptions, use: (all: Contributing) => Promise<T>): Promise<T> {
  const contributor = await contributorOf(options);
  // The whole id: a station could make an agreement whose id begins with any few digits.
  const file = agreementFile(options.agreement, /^[0-9a-f]{64}$/);
  const transport = new PinnedTransport(await accessOf(options, file));
  try {
    const client = new DepositClient(transport, () => Date.now());
    const { id, signed } = await client.agreement(contributor, options.collaboration ?? file?.collaboration ?? null);
    requireGenuine(id, signed, file === null ? options.agreement : agreementId(file));
    return await use({ contributor, client, agreement: signed.agreement, agreementId: id });
  } finally {
    transport.close();
  }
}

export async function contributorOf(options: ContributorOptions): Promise<Contributor> {
  if (options.identity !== undefined) return contributorFromIdentity(readPrivateText(options.identity), fromHex);
  const home = homeOf(options);
  if (home === null)
    throw new InvalidError('usage/no-identity', {
      stage: 'usage',
      message: 'It is not clear who deposits.',
      remedy: "Give --identity FILE (sluis contribute identity create), or --home DIR with your own station's folder.",
    });
  const { signer } = await openKeyFile(home);
  return { name: signer.organisation, publicKey: signer.publicKey, sign: (purpose, message) => signer.sign(purpose, message) };
}

/** The station's address and certificate; its key is checked against the agreement's if there is no certificate. */
export async function accessOf(options: ContributorOptions, file: Agreement | null): Promise<{ url: string; certificate: string }> {
  const home = homeOf(options);
  const given = options.station ?? (process.env['SLUIS_STATION'] || undefined);
  if (options.certificate !== undefined && given !== undefined)
    return { url: normaliseUrl(given), certificate: readInput(options.certificate) };
  if (file !== null && (given !== undefined || home === null)) {
    const url = given === undefined ? null : normaliseUrl(given);
    const station = file.organisations.find((o) => (url === null ? o.name === file.committee[0] : normaliseUrl(o.station) === url));
    if (station !== undefined)
      return { url: normaliseUrl(station.station), certificate: await certificateOf(normaliseUrl(station.station), station.certificate) };
    throw new InvalidError('usage/station-not-agreed', {
      stage: 'usage',
      message: `The agreement names no station at ${url}.`,
      remedy: `Use one of: ${file.organisations.map((o) => o.station).join(', ')}.`,
    });
  }
  if (home !== null && given === undefined) return accessFromHome(home);
  throw new InvalidError('usage/no-station', {
    stage: 'usage',
    message: 'It is not clear how to know the right station.',
    remedy: 'Give --agreement FILE, or --station URL with --certificate FILE, or --home DIR of your own station.',
  });
}
