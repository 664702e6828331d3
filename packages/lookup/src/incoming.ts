/** The entries of a new version as the owner gives them: normalised, tagged, in order, duplicates found. */
import { LOCATOR_BYTES, LONGEST_IDENTIFIER, type Normalise, ownersTags } from './function-outputs.ts';
import { utf8 } from '@sluis/base';
import { unusable } from './faults.ts';
import { comparePacked, packedOrder } from './packed-order.ts';

export interface Entries {
  readonly identifiers: readonly (string | null)[];
  /** As many, or null if the database holds none. */
  readonly values: readonly (string | null)[] | null;
}

/** Distinct entries in ascending order of their tags. */
export interface Incoming {
  readonly identifiers: readonly string[];
  readonly values: readonly (string | null)[] | null;
  readonly tags: Uint8Array;
  /** Zero bytes where there are no values. */
  readonly valueTags: Uint8Array;
  /** Rows without a usable identifier, and rows whose identifier stood there already. */
  readonly rejected: number;
  readonly duplicates: number;
}

/**
 * @throws InvalidError `lookup/duplicate-identifier` if one identifier has two different values: which one would be the answer?
 */
export function takeEntries(entries: Entries, normalise: Normalise, tagKey: Uint8Array): Incoming {
  const { names, rows } = usable(entries, normalise);
  const tags = new Uint8Array(names.length * LOCATOR_BYTES);
  const [nameTag, valueTag] = [ownersTags(tagKey, 'identifier'), ownersTags(tagKey, 'value')];
  names.forEach((name, i) => {
    tags.set(nameTag(name), i * LOCATOR_BYTES);
  });
  const order = packedOrder(tags, LOCATOR_BYTES, LOCATOR_BYTES);
  const valueAt = (i: number) => entries.values?.[rows[i] ?? 0] ?? null;
  const kept: number[] = [];
  let conflicts = 0;
  for (const i of order) {
    const last = kept.at(-1);
    if (last === undefined || comparePacked(tags, last * LOCATOR_BYTES, tags, i * LOCATOR_BYTES, LOCATOR_BYTES) !== 0) kept.push(i);
    else if (valueAt(last) !== valueAt(i)) conflicts++;
  }
  if (conflicts > 0) throw conflicting(conflicts);
  const outTags = new Uint8Array(kept.length * LOCATOR_BYTES);
  const valueTags = new Uint8Array(kept.length * LOCATOR_BYTES);
  kept.forEach((i, at) => {
    outTags.set(tags.subarray(i * LOCATOR_BYTES, (i + 1) * LOCATOR_BYTES), at * LOCATOR_BYTES);
    if (entries.values !== null) valueTags.set(valueTag(JSON.stringify(valueAt(i))), at * LOCATOR_BYTES);
  });
  return {
    identifiers: kept.map((i) => names[i] ?? ''),
    values: entries.values === null ? null : kept.map(valueAt),
    tags: outTags,
    valueTags,
    rejected: entries.identifiers.length - names.length,
    duplicates: names.length - kept.length,
  };
}

function usable(entries: Entries, normalise: Normalise): { names: string[]; rows: number[] } {
  const names: string[] = [];
  const rows: number[] = [];
  entries.identifiers.forEach((given, row) => {
    const name = given === null ? null : normalise(given);
    if (name === null || name === '' || (name.length * 3 > LONGEST_IDENTIFIER && utf8(name).length > LONGEST_IDENTIFIER)) return;
    names.push(name);
    rows.push(row);
  });
  return { names, rows };
}

const conflicting = (count: number) =>
  unusable(
    'duplicate-identifier',
    `${count} rows give an identifier that stands elsewhere with another value.`,
    'Keep one row for each identifier, then publish again.',
  );
