/**
 * The folder in which `sluis lookup serve` keeps a database, all of mode 0600: `owner.json` (the function's secret, and keys of
 * its own where no station's are used), `records-N.bin` (what it published), `publication-N.json` and `chunks/` (what clients
 * get), `counts.db` (who asked how much). A crash leaves the old version or the new one: `owner.json` is replaced last.
 *
 * Compromise of the folder: reading the published entries and answering in the owner's name; nothing about questions.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { StationError } from '@sluis/base';
import { chunksOf, decodeRecords, encodeRecords, type NewVersion, type Published, readPublication } from '@sluis/lookup';
import { z } from 'zod';
import { makePrivateFolder, writePrivate, writePrivateDurably } from '../files.ts';
import { readPrivateText } from '../private-text.ts';

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const ownerSchema = z.strictObject({
  format: z.literal('sluis-lookup-owner/1'),
  database: z.string(),
  epoch: z.number().int().min(1),
  /** Of the published version; 0 before the first. */
  version: z.number().int().min(0),
  secret: hex,
  tagKey: hex,
  /** Where it was served last, so that its address stays. */
  listen: z.string(),
  /** Only without a station's folder. */
  own: z.strictObject({ identity: hex, tls: z.strictObject({ key: z.string(), cert: z.string() }) }).nullable(),
});
export type OwnerState = z.infer<typeof ownerSchema>;

export class OwnerFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
    makePrivateFolder(join(path, 'chunks'));
  }

  get counts(): string {
    return join(this.path, 'counts.db');
  }

  /** Null in a new folder. Throws StationError `lookup/damaged-folder`. */
  read(): OwnerState | null {
    const path = join(this.path, 'owner.json');
    if (!existsSync(path)) return null;
    try {
      return ownerSchema.parse(JSON.parse(readPrivateText(path)));
    } catch (cause) {
      throw damaged(this.path, cause);
    }
  }

  write(state: OwnerState): void {
    writePrivateDurably(join(this.path, 'owner.json'), `${JSON.stringify(ownerSchema.parse(state))}\n`);
  }

  /** The published version; checked against the owner's own key. */
  published(state: OwnerState, ownersKey: Uint8Array): Published | null {
    if (state.version === 0) return null;
    try {
      const publication = readPublication(this.signed(state.version), ownersKey);
      const records = decodeRecords(new Uint8Array(readFileSync(join(this.path, `records-${state.version}.bin`))));
      for (const hash of chunksOf(publication)) if (!existsSync(this.#chunkPath(hash))) throw new Error('a chunk is missing');
      return { publication, records };
    } catch (cause) {
      throw damaged(this.path, cause);
    }
  }

  signed(version: number): Uint8Array {
    return new Uint8Array(readFileSync(join(this.path, `publication-${version}.json`)));
  }

  /** Null for a hash that is none of a chunk's. */
  chunk(hash: string): Uint8Array | null {
    return /^[0-9a-f]{64}$/.test(hash) && existsSync(this.#chunkPath(hash)) ? new Uint8Array(readFileSync(this.#chunkPath(hash))) : null;
  }

  /** Stores a version, then makes it the one in force, then forgets the one before. */
  publish(state: OwnerState, made: NewVersion, signed: Uint8Array): void {
    const { version } = made.publication;
    for (const [hash, chunk] of made.chunks) writePrivate(this.#chunkPath(hash), chunk);
    writePrivateDurably(join(this.path, `records-${version}.bin`), encodeRecords(made.records));
    writePrivateDurably(join(this.path, `publication-${version}.json`), signed);
    this.write(state);
    const keep = new Set(chunksOf(made.publication));
    for (const name of readdirSync(join(this.path, 'chunks'))) if (!keep.has(name)) rmSync(join(this.path, 'chunks', name));
    for (const name of readdirSync(this.path)) {
      const found = /^(?:records|publication)-(\d+)\.(?:bin|json)$/.exec(name);
      if (found !== null && Number(found[1]) !== version) rmSync(join(this.path, name));
    }
  }

  #chunkPath(hash: string): string {
    return join(this.path, 'chunks', hash);
  }
}

const damaged = (path: string, cause: unknown) =>
  new StationError('lookup/damaged-folder', {
    stage: 'store',
    message: `What "sluis lookup serve" keeps in ${path} is damaged, or readable by others.`,
    remedy: 'Restore it from a backup. If it is lost, serve from a new folder: its address is another one.',
    cause,
  });
