/** A client's copy of a database in a folder: the publication, and chunks by their hash. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { StationError, toHex, utf8 } from '@sluis/base';
import { createCertificate, sha256, type StationCertificate, validityOf } from '@sluis/crypto';
import type { LookupCache } from '@sluis/lookup';
import { writePrivateDurably } from '../files.ts';
import { readPrivateText } from '../private-text.ts';
import type { LookupAddress } from './address.ts';

export class FileCache implements LookupCache {
  readonly #folder: string;

  /** @param parent - each database and owner has a folder of its own in it. Throws StationError `lookup/cache`. */
  constructor(parent: string, address: LookupAddress) {
    this.#folder = join(parent, toHex(sha256(utf8(address.url), address.ownersKey)).slice(0, 32));
    try {
      mkdirSync(join(this.#folder, 'chunks'), { recursive: true, mode: 0o700 });
    } catch (cause) {
      throw unusable(parent, cause);
    }
  }

  async readPublication(): Promise<Uint8Array | null> {
    return readIf(join(this.#folder, 'publication.json'));
  }

  async writePublication(bytes: Uint8Array): Promise<void> {
    this.#write(join(this.#folder, 'publication.json'), bytes);
  }

  async readChunk(hash: string): Promise<Uint8Array | null> {
    return readIf(join(this.#folder, 'chunks', hash));
  }

  async writeChunk(hash: string, chunk: Uint8Array): Promise<void> {
    this.#write(join(this.#folder, 'chunks', hash), chunk);
  }

  async keepOnly(hashes: ReadonlySet<string>): Promise<void> {
    for (const name of readdirSync(join(this.#folder, 'chunks')))
      if (!hashes.has(name)) rmSync(join(this.#folder, 'chunks', name), { force: true });
  }

  /** Whole or not at all, whoever else writes at the same time. */
  #write(path: string, bytes: Uint8Array): void {
    const temporary = `${path}.${process.pid}.new`;
    try {
      writeFileSync(temporary, bytes, { mode: 0o600 });
      renameSync(temporary, path);
    } catch (cause) {
      throw unusable(this.#folder, cause);
    }
  }
}

function readIf(path: string): Uint8Array | null {
  return existsSync(path) ? new Uint8Array(readFileSync(path)) : null;
}

/** XDG's place for what can be fetched again. */
export const defaultCache = (): string => join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'sluis', 'lookup');

/** The certificate that this user's clients show where no station's is given; made at first use. */
export async function clientIdentity(parent: string): Promise<StationCertificate> {
  const path = join(parent, 'client.json');
  if (!existsSync(path)) {
    const made = await createCertificate({ name: 'lookup-client', hosts: [], ...validityOf(Date.now(), 3650) });
    writePrivateDurably(path, JSON.stringify(made));
  }
  const { key, cert } = JSON.parse(readPrivateText(path)) as StationCertificate;
  return { key, cert };
}

const unusable = (folder: string, cause: unknown) =>
  new StationError('lookup/cache', {
    stage: 'store',
    message: `The downloaded database can't be kept in ${folder}.`,
    remedy: 'Check permissions and space, or give another folder with --cache.',
    cause,
  });
