/** A database that this command serves: from the file to the published version, and what is kept between starts. */
import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fromHex, InvalidError, StationError, systemRandom, toHex } from '@sluis/base';
import { createCertificate, generateSigningKey, loadOprf, type OprfKeys, sign, signingPublicKey, validityOf } from '@sluis/crypto';
import { readColumns } from '@sluis/engine';
import { openKeyFile } from '@sluis/keys';
import {
  chunksOf,
  DEFAULT_TERMS,
  epochKeys,
  type InForce,
  LONGEST_VALUE,
  type NewVersion,
  type Published,
  publishVersion,
  signPublication,
  type Terms,
} from '@sluis/lookup';
import { evaluateOnAllCores } from '@sluis/lookup/node';
import { NAME, type Signer } from '@sluis/model';
import { text } from '../messages/index.ts';
import { countProgress } from '../output/count-progress.ts';
import { OwnerFolder, type OwnerState } from './owner-folder.ts';
import { normaliserOf } from './recipe.ts';

export interface ServeOptions {
  readonly on: string;
  readonly value?: string;
  readonly recipe?: string;
  readonly listen?: string;
  readonly address?: string;
  readonly client?: readonly string[];
  readonly limit: number;
  readonly limitAll: number;
  readonly window: number;
  readonly valueBytes?: number;
  readonly padTo: number;
  readonly database?: string;
  readonly rotate?: boolean;
  readonly watch?: boolean;
  readonly state?: string;
  readonly home?: string;
  readonly json?: boolean;
}

export interface Identity {
  readonly signer: Signer & { readonly publicKey: Uint8Array };
  readonly tls: { readonly key: string; readonly cert: string };
}

/** Fewer entries than this take no time worth showing. */
const SHOWN_FROM = 5000;

const cancelled = (): StationError =>
  new StationError('run/cancelled', {
    stage: 'run',
    message: 'Cancelled here before the register was published; what was published before stays.',
    remedy: 'Start again when ready.',
  });

export const usage = (message: string, remedy: string): InvalidError =>
  new InvalidError('usage/lookup', { stage: 'usage', message, remedy });

/** Opens the folder of a database, or begins one. Throws InvalidError `usage/lookup` for options that don't fit it. */
export async function openDatabase(file: string, options: ServeOptions): Promise<OwnedDatabase> {
  if (options.padTo < 1 || options.window < 1 || options.limit < 1)
    throw usage('--pad-to, --window and --limit are at least 1.', 'Give larger numbers.');
  normaliserOf(options.recipe ?? null);
  if (!/[*?[]/.test(file) && !existsSync(file))
    throw usage(`There is no file ${file}.`, 'Check the name; relative names start from the current folder.');
  const folder = new OwnerFolder(resolve(options.state ?? `${file}.lookup`));
  const before = folder.read();
  if (before !== null && options.database !== undefined && before.database !== options.database)
    throw usage(`${folder.path} holds the database "${before.database}".`, 'Give another --state, or leave --database out.');
  const state = before ?? (await begin(file, options, options.home === undefined));
  if (before === null) folder.write(state);
  const rotated =
    options.rotate === true && before !== null ? { ...state, epoch: state.epoch + 1, secret: toHex(systemRandom.bytes(32)) } : state;
  const identity = await identityOf(state, options.home);
  const oprf = await loadOprf('voprf');
  const keys = epochKeys(oprf, fromHex(rotated.secret), rotated.database, rotated.epoch);
  return new OwnedDatabase(file, options, folder, rotated, identity, keys);
}

async function begin(file: string, options: ServeOptions, own: boolean): Promise<OwnerState> {
  const database =
    options.database ??
    basename(file)
      .replace(/\..*$/, '')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '');
  if (!NAME.test(database))
    throw usage(`"${database}" is no name for a database.`, 'Give --database NAME: letters, digits and hyphens, beginning with a letter.');
  const tls = own ? await createCertificate({ name: database, hosts: [], ...validityOf(Date.now(), 3650) }) : null;
  return {
    format: 'sluis-lookup-owner/1',
    database,
    epoch: 1,
    version: 0,
    secret: toHex(systemRandom.bytes(32)),
    tagKey: toHex(systemRandom.bytes(32)),
    listen: '127.0.0.1:0',
    own: tls === null ? null : { identity: toHex(generateSigningKey().privateKey), tls },
  };
}

async function identityOf({ own, database }: OwnerState, home: string | undefined): Promise<Identity> {
  if ((own === null) !== (home !== undefined))
    throw usage(
      own === null ? "This database is served with a station's keys." : 'This database is served with keys of its own.',
      'Serve it as before, with or without --home; or begin anew with another --state.',
    );
  if (own === null) return openKeyFile(home ?? '');
  const key = fromHex(own.identity);
  const signOwn = async (purpose: string, message: Uint8Array) => sign(key, purpose, message);
  return { signer: { organisation: database, publicKey: signingPublicKey(key), sign: signOwn }, tls: own.tls };
}

export class OwnedDatabase {
  readonly folder: OwnerFolder;
  readonly #file: string;
  readonly #options: ServeOptions;
  readonly #identity: Identity;
  readonly #keys: OprfKeys;
  #state: OwnerState;
  #published: Published | null;
  #signed: Uint8Array = new Uint8Array(0);

  constructor(file: string, options: ServeOptions, folder: OwnerFolder, state: OwnerState, identity: Identity, keys: OprfKeys) {
    this.#file = file;
    this.#options = options;
    this.folder = folder;
    this.#state = state;
    this.#identity = identity;
    this.#keys = keys;
    this.#published = folder.published(state, this.ownersKey);
  }

  get ownersKey(): Uint8Array {
    return this.#identity.signer.publicKey;
  }

  get tls(): Identity['tls'] {
    return this.#identity.tls;
  }

  current(): Published {
    if (this.#published === null) throw new TypeError('publish() comes first');
    return this.#published;
  }

  inForce(): InForce {
    return { publication: this.current().publication, privateKey: this.#keys.privateKey };
  }

  signed(): Uint8Array {
    return this.#signed;
  }

  publishedBytes(): number {
    return this.#signed.length + chunksOf(this.current().publication).reduce((n, hash) => n + (this.folder.chunk(hash)?.length ?? 0), 0);
  }

  /** Reads the file and publishes what it holds now; on disk when it resolves. Throws StationError `run/cancelled` if the signal aborts. */
  async publish(signal: AbortSignal): Promise<NewVersion> {
    const { on, value, recipe } = this.#options;
    const [identifiers, values] = await readColumns(this.#file, value === undefined ? [on] : [on, value]);
    const terms = this.#terms(values?.values ?? null, values?.type ?? null);
    const { privateKey, publicKey } = this.#keys;
    const evaluate = evaluateOnAllCores(privateKey, terms.database, { signal, progress: countProgress(text.lookupEvaluating, SHOWN_FROM) });
    const epoch = { epoch: this.#state.epoch, publicKey, tagKey: fromHex(this.#state.tagKey) };
    const tools = { normalise: normaliserOf(recipe ?? null), evaluate, random: systemRandom };
    const entries = { identifiers: identifiers?.values ?? [], values: values?.values ?? null };
    const made = await publishVersion(terms, epoch, this.#published, entries, tools).catch((thrown: unknown) => {
      throw signal.aborted ? cancelled() : thrown;
    });
    if (made.changed) {
      const signed = await signPublication(made.publication, this.#identity.signer);
      const state = { ...this.#state, version: made.publication.version };
      // Nobody may see a version that a crash or a full disk could take back: its number would stand for two.
      this.folder.publish(state, made, signed);
      this.#state = state;
      this.#signed = signed;
    } else this.#signed = this.folder.signed(made.publication.version);
    this.#published = { publication: made.publication, records: made.records };
    return made;
  }

  /** Where to listen: as asked, else where it was before. */
  listen(): { host: string; port: number } {
    const found = /^(.+):(\d{1,5})$/.exec(this.#options.listen ?? this.#state.listen);
    if (found === null || Number(found[2]) > 65_535) throw usage(`${this.#options.listen} is not host:port.`, 'Give --listen host:port.');
    return { host: (found[1] ?? '').replace(/^\[|\]$/g, ''), port: Number(found[2]) };
  }

  rememberPlace(listen: string): void {
    if (listen === this.#state.listen) return;
    this.#state = { ...this.#state, listen };
    this.folder.write(this.#state);
  }

  #terms(values: readonly (string | null)[] | null, valueType: string | null): Terms {
    const { limit, window, recipe, padTo } = this.#options;
    return {
      ...DEFAULT_TERMS,
      database: this.#state.database,
      limit: { identifiers: limit, windowSeconds: window },
      recipe: recipe ?? null,
      padTo,
      valueType,
      valueBytes: values === null ? null : this.#valueBytes(values),
    };
  }

  /** As declared; else as before, as long as all values fit; else of the longest, rounded up. */
  #valueBytes(values: readonly (string | null)[]): number {
    const longest = values.reduce((n, v) => Math.max(n, v === null ? 0 : Buffer.byteLength(v)), 0);
    const declared = this.#options.valueBytes;
    const before = this.#published?.publication.valueBytes ?? -1;
    const chosen = declared ?? (longest <= before ? before : 8 * Math.ceil(longest / 8));
    if (longest > chosen || chosen > LONGEST_VALUE)
      throw usage(`The longest value has ${longest} bytes.`, `Give --value-bytes, of at most ${LONGEST_VALUE}, or shorten the values.`);
    return chosen;
  }
}
