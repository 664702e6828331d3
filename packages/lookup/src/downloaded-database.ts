/**
 * A client's copy of a published database: brought up to date by what is missing only, and searched here. In the default
 * form all of it is fetched before anything is asked, so that what is looked up shows nowhere.
 */
import { fromHex, toHex } from '@sluis/base';
import { sha256 } from '@sluis/crypto';
import { distrusted, unusable } from './faults.ts';
import { valueKeyOf, locatorOf } from './function-outputs.ts';
import { findInChunk, type ListShape, placeOf } from './locator-list.ts';
import type { LookupCache } from './lookup-cache.ts';
import type { LookupTransport } from './lookup-transport.ts';
import {
  addedShape,
  chunksOf,
  type Publication,
  type PublishedList,
  publicationHash,
  readPublication,
  removedShape,
} from './publication.ts';
import { openValue, padsOf } from './value-box.ts';

const AT_ONCE = 8;

export interface UpdateReport {
  readonly version: number;
  readonly epoch: number;
  readonly chunksFetched: number;
  readonly bytesFetched: number;
}

export type Found = { readonly found: false } | { readonly found: true; readonly value: string | null };

export class DownloadedDatabase {
  readonly #transport: LookupTransport;
  readonly #cache: LookupCache;
  readonly #ownersKey: Uint8Array;
  readonly #whole: boolean;
  #publication: Publication | null = null;

  /** @param whole - whether everything is fetched before anything is looked up. @param ownersKey - Ed25519, 32 bytes. */
  constructor(transport: LookupTransport, cache: LookupCache, ownersKey: Uint8Array, whole: boolean) {
    this.#whole = whole;
    this.#transport = transport;
    this.#cache = cache;
    this.#ownersKey = ownersKey;
  }

  /** The version this copy is of; null before the first `update`. */
  get publication(): Publication | null {
    return this.#publication;
  }

  /**
   * Fetches the publication in force and, in the whole form, every chunk that isn't here.
   *
   * @throws PeerError `lookup/signature`, `lookup/rolled-back` (an older version than one seen before), `lookup/two-faced`
   *   (another publication under a version seen before), `lookup/changed-on-the-way` (bytes that aren't what was signed).
   */
  async update(progress: (done: number, all: number) => void = () => undefined): Promise<UpdateReport> {
    const bytes = await this.#transport.publication();
    const publication = readPublication(bytes, this.#ownersKey);
    requireSuccessor(await this.#lastSeen(), publication);
    const missing: string[] = [];
    const all = [...new Set(chunksOf(publication))];
    if (this.#whole) for (const hash of all) if (!(await this.#has(hash))) missing.push(hash);
    let bytesFetched = bytes.length;
    let done = 0;
    const fetchNext = async (): Promise<void> => {
      for (let hash = missing.pop(); hash !== undefined; hash = missing.pop()) {
        const { length } = await this.#fetch(hash);
        bytesFetched += length;
        progress(++done, done + missing.length);
      }
    };
    const chunksFetched = missing.length;
    await Promise.all(Array.from({ length: AT_ONCE }, fetchNext));
    await this.#cache.writePublication(bytes);
    await this.#cache.keepOnly(new Set(all));
    this.#publication = publication;
    return { version: publication.version, epoch: publication.epoch, chunksFetched, bytesFetched };
  }

  /** Looks up the i-th of the function's outputs: the newest segment that says anything of it decides. */
  async find(outputs: Uint8Array, i: number): Promise<Found> {
    const publication = this.#publication;
    if (publication === null) throw new TypeError('update() comes before find()');
    for (const segment of publication.segments.toReversed()) {
      const box = await this.#search(segment.added, addedShape(publication, segment), locatorOf(outputs, i));
      if (box !== null)
        return {
          found: true,
          value: publication.valueBytes === null ? null : openValue(box, valueKeyOf(outputs, i), padsOf(fromHex(segment.salt))),
        };
      if ((await this.#search(segment.removed, removedShape(segment), locatorOf(outputs, i))) !== null) return { found: false };
    }
    return { found: false };
  }

  async #search(list: PublishedList, shape: ListShape, locator: Uint8Array): Promise<Uint8Array | null> {
    if (list.entries === 0) return null;
    return findInChunk(await this.#chunk(list.chunks[placeOf(locator, shape).chunk] ?? ''), shape, locator);
  }

  async #chunk(hash: string): Promise<Uint8Array> {
    const kept = await this.#cache.readChunk(hash);
    if (kept !== null && toHex(sha256(kept)) === hash) return kept;
    // In the whole form a fetch caused by a lookup would show what is looked up.
    if (this.#whole) throw damagedCache();
    return this.#fetch(hash);
  }

  async #has(hash: string): Promise<boolean> {
    const kept = await this.#cache.readChunk(hash);
    return kept !== null && toHex(sha256(kept)) === hash;
  }

  async #fetch(hash: string): Promise<Uint8Array> {
    const chunk = await this.#transport.chunk(hash);
    if (toHex(sha256(chunk)) !== hash)
      throw distrusted(
        'changed-on-the-way',
        "A part of the database isn't what its owner signed.",
        'Update again; if it repeats, tell the owner.',
      );
    await this.#cache.writeChunk(hash, chunk);
    return chunk;
  }

  async #lastSeen(): Promise<Publication | null> {
    if (this.#publication !== null) return this.#publication;
    const bytes = await this.#cache.readPublication();
    try {
      return bytes === null ? null : readPublication(bytes, this.#ownersKey);
    } catch {
      // Going on without it would forget which version was seen.
      throw unusable(
        'cache-damaged',
        'What is kept of the database is damaged.',
        'Delete the folder it is kept in; then everything is downloaded again.',
      );
    }
  }
}

const damagedCache = () =>
  unusable(
    'cache-damaged',
    'A part of the downloaded database is missing or damaged.',
    'Update it, then ask again; nothing was fetched for this lookup.',
  );

function requireSuccessor(last: Publication | null, next: Publication): void {
  if (last === null) return;
  if (last.database !== next.database)
    throw distrusted(
      'other-database',
      'Another database stands at this address than before.',
      'Ask the owner; then start with an empty cache.',
    );
  if (next.version < last.version || next.epoch < last.epoch)
    throw distrusted(
      'rolled-back',
      `Version ${next.version} is published, but version ${last.version} was seen before.`,
      'Ask the owner why.',
    );
  if (next.version === last.version && publicationHash(next) !== publicationHash(last))
    throw distrusted(
      'two-faced',
      `Two different databases were published as version ${next.version}.`,
      'Ask the owner why; the signatures prove it.',
    );
}
