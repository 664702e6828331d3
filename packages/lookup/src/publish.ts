/**
 * Publishing a version: what is new is evaluated under the epoch's key, and either everything is published anew (a base)
 * or only what was added, changed and removed (a delta on top).
 *
 * A delta shows how many entries were added or changed, how many were removed, and when; not which, to whoever hasn't
 * asked for them. Who has asked for an identifier in this epoch keeps recognising its entry in later versions, without
 * asking again: rotating the key ends that. A base shows how many entries there are.
 */
import { type Random, toHex } from '@sluis/base';
import type { Changes } from './compare-versions.ts';
import { compareVersions } from './compare-versions.ts';
import { unusable } from './faults.ts';
import { LOCATOR_BYTES, type Normalise, VALUE_KEY_BYTES } from './function-outputs.ts';
import { type Entries, type Incoming, takeEntries } from './incoming.ts';
import { LEAST_PRECISION_BITS, MOST_SEGMENTS, precisionBits, type Publication, publicationHash, type Segment } from './publication.ts';
import { type MadeList, makeList } from './published-list.ts';
import { noRecords, OUTPUT_BYTES, type Records } from './records.ts';
import { boxBytes, type Pads, padsOf, sealValue } from './value-box.ts';

/** What the owner decides on; all of it is published. */
export interface Terms {
  readonly database: string;
  readonly valueBytes: number | null;
  readonly valueType: string | null;
  readonly recipe: string | null;
  readonly batches: readonly number[];
  readonly limit: { readonly identifiers: number; readonly windowSeconds: number };
  /** Bytes of a locator that are kept beside its position: the chance of a wrong answer is about 2^(−8·lowBytes) a list. */
  readonly lowBytes: number;
  /** Numbers of entries show as multiples of this. */
  readonly padTo: number;
}

export const DEFAULT_TERMS: Omit<Terms, 'database'> = {
  valueBytes: null,
  valueType: null,
  recipe: null,
  batches: [1, 4, 16, 64, 256, 1024],
  limit: { identifiers: 25_000, windowSeconds: 86_400 },
  lowBytes: 7,
  padTo: 1,
};

/** The function on identifiers: locator and value key, 48 bytes each. Cost: about 0.17 ms of one core an identifier. */
export type Evaluate = (identifiers: readonly string[]) => Promise<Uint8Array>;

export interface Epoch {
  readonly epoch: number;
  readonly publicKey: Uint8Array;
  /** Recognises identifiers in records; secret. */
  readonly tagKey: Uint8Array;
}

/** What is published already. */
export interface Published {
  readonly publication: Publication;
  readonly records: Records;
}

export interface NewVersion extends Published {
  /** False if nothing changed: then `publication` is the old one. */
  readonly changed: boolean;
  /** Chunks that earlier versions don't have, by their hash. */
  readonly chunks: ReadonlyMap<string, Uint8Array>;
  readonly report: {
    readonly entries: number;
    readonly rejected: number;
    readonly duplicates: number;
    readonly evaluated: number;
    readonly added: number;
    readonly removed: number;
  };
}

/**
 * Makes the next version. Run by: the owner.
 *
 * @param before - the current version, or null for the first; of another epoch it only gives the version's number.
 * @throws InvalidError `lookup/duplicate-identifier`, `lookup/value-too-long`, `lookup/too-imprecise`.
 */
export async function publishVersion(
  terms: Terms,
  epoch: Epoch,
  before: Published | null,
  entries: Entries,
  tools: { readonly normalise: Normalise; readonly evaluate: Evaluate; readonly random: Random },
): Promise<NewVersion> {
  const incoming = takeEntries(entries, tools.normalise, epoch.tagKey);
  const same = before !== null && before.publication.epoch === epoch.epoch ? before : null;
  const changes = compareVersions(same?.records ?? noRecords, incoming);
  const outputs = await outputsOf(incoming, changes, same?.records ?? noRecords, tools.evaluate);
  const records = { count: incoming.identifiers.length, tags: incoming.tags, outputs, valueTags: incoming.valueTags };
  const report = {
    entries: records.count,
    rejected: incoming.rejected,
    duplicates: incoming.duplicates,
    evaluated: changes.fresh.length,
    added: changes.fresh.length + changes.changed.length,
    removed: changes.gone.length,
  };
  const head = headOf(terms, epoch, before?.publication.version ?? 0);
  const sealed = new Sealing(terms, incoming, outputs, tools.random);
  const delta = same === null ? null : deltaOn(same, head, changes, sealed, terms);
  if (delta === 'nothing' && same !== null) return { ...same, records, changed: false, chunks: new Map(), report };
  const { segments, lists } = delta === null || delta === 'nothing' ? sealed.base() : delta;
  const publication = { ...head, segments };
  if (precisionBits(publication) < LEAST_PRECISION_BITS)
    throw unusable('too-imprecise', 'With so few bytes of a locator too many answers would be wrong.', 'Keep more bytes of each locator.');
  return { publication, records, changed: true, chunks: chunkMap(lists), report };
}

function headOf(terms: Terms, { epoch, publicKey }: Epoch, version: number): Omit<Publication, 'segments'> {
  const { database, valueBytes, valueType, recipe, batches, limit } = terms;
  return {
    format: 'sluis-lookup/1',
    database,
    epoch,
    version: version + 1,
    key: toHex(publicKey),
    valueBytes,
    valueType,
    recipe,
    batches: [...batches],
    limit,
  };
}

/** Locator and value key of every entry: from the records, or evaluated. */
async function outputsOf(incoming: Incoming, changes: Changes, records: Records, evaluate: Evaluate): Promise<Uint8Array> {
  const outputs = new Uint8Array(incoming.identifiers.length * OUTPUT_BYTES);
  changes.before.forEach((r, i) => {
    if (r >= 0) outputs.set(records.outputs.subarray(r * OUTPUT_BYTES, (r + 1) * OUTPUT_BYTES), i * OUTPUT_BYTES);
  });
  const evaluated = await evaluate(Array.from(changes.fresh, (i) => incoming.identifiers[i] ?? ''));
  changes.fresh.forEach((i, at) => {
    outputs.set(evaluated.subarray(at * OUTPUT_BYTES, (at + 1) * OUTPUT_BYTES), i * OUTPUT_BYTES);
  });
  return outputs;
}

interface Made {
  readonly segments: Segment[];
  readonly lists: readonly MadeList[];
}

/** Builds segments of the new version's entries. */
class Sealing {
  readonly #terms: Terms;
  readonly #incoming: Incoming;
  readonly #outputs: Uint8Array;
  readonly #random: Random;

  constructor(terms: Terms, incoming: Incoming, outputs: Uint8Array, random: Random) {
    this.#terms = terms;
    this.#incoming = incoming;
    this.#outputs = outputs;
    this.#random = random;
  }

  base(): Made {
    const all = Uint32Array.from({ length: this.#incoming.identifiers.length }, (_, i) => i);
    return this.segment(all, new Uint8Array(0));
  }

  /** One segment: these entries added, these locators (packed) removed. */
  segment(added: Uint32Array, removed: Uint8Array): Made {
    const { lowBytes, valueBytes, padTo } = this.#terms;
    const salt = this.#random.bytes(16);
    const locators = gather(this.#outputs, added);
    const pads = padsOf(salt);
    const box = (i: number) => this.#box(added[i] ?? 0, pads);
    const lists = [
      makeList(locators, lowBytes, boxBytes(valueBytes), box, padTo, this.#random),
      makeList(removed, lowBytes, 0, box, padTo, this.#random),
    ] as const;
    return { segments: [{ salt: toHex(salt), added: lists[0].list, removed: lists[1].list }], lists };
  }

  #box(i: number, pads: Pads): Uint8Array {
    const at = i * OUTPUT_BYTES + LOCATOR_BYTES;
    return sealValue(
      this.#incoming.values?.[i] ?? null,
      this.#terms.valueBytes ?? 0,
      this.#outputs.subarray(at, at + VALUE_KEY_BYTES),
      pads,
    );
  }
}

/** The locators of chosen outputs, packed. */
function gather(outputs: Uint8Array, chosen: Uint32Array): Uint8Array {
  const out = new Uint8Array(chosen.length * LOCATOR_BYTES);
  chosen.forEach((i, at) => {
    out.set(outputs.subarray(i * OUTPUT_BYTES, i * OUTPUT_BYTES + LOCATOR_BYTES), at * LOCATOR_BYTES);
  });
  return out;
}

/** The old segments and one more; `nothing` if nothing changed; null if a base is better or the terms are others. */
function deltaOn(
  same: Published,
  head: Omit<Publication, 'segments'>,
  changes: Changes,
  sealed: Sealing,
  terms: Terms,
): Made | 'nothing' | null {
  const { segments } = same.publication;
  const [base] = segments;
  const { valueBytes, valueType, recipe } = same.publication;
  if (valueBytes !== head.valueBytes || valueType !== head.valueType || recipe !== head.recipe || base?.added.lowBytes !== terms.lowBytes)
    return null;
  const size = changes.fresh.length + changes.changed.length + changes.gone.length;
  const unchangedHead = publicationHash({ ...head, version: same.publication.version, segments }) === publicationHash(same.publication);
  if (size === 0 && unchangedHead) return 'nothing';
  if (size === 0) return { segments, lists: [] };
  const later = segments.slice(1).reduce((n, s) => n + s.added.entries + s.removed.entries, 0);
  // Compaction: clients download as much again when deltas have grown to a quarter of the base, or there are too many.
  if (segments.length + 1 > MOST_SEGMENTS / 2 || (later + size) * 4 > base.added.entries) return null;
  const added = Uint32Array.from([...changes.fresh, ...changes.changed]).sort();
  const made = sealed.segment(added, gather(same.records.outputs, changes.gone));
  return { segments: [...segments, ...made.segments], lists: made.lists };
}

function chunkMap(lists: readonly MadeList[]): Map<string, Uint8Array> {
  return new Map(lists.flatMap(({ list, chunks }) => chunks.map((chunk, i) => [list.chunks[i] ?? '', chunk] as const)));
}
