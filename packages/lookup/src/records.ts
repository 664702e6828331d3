/**
 * What an owner keeps of the entries it has published: in ascending order of their tags, so that the next version can be
 * compared with this one without computing the function again. Secret: locators and value keys of all entries.
 */
import { concatBytes, InvalidError, utf8 } from '@sluis/base';
import { comparePacked } from './packed-order.ts';
import { LOCATOR_BYTES, VALUE_KEY_BYTES } from './function-outputs.ts';

export const TAG_BYTES = LOCATOR_BYTES;
/** Of the function's output: locator and value key. */
export const OUTPUT_BYTES = LOCATOR_BYTES + VALUE_KEY_BYTES;
const MAGIC = utf8('sluis-lookup-records/1\n');

/** Packed columns of `count` entries: the identifier's tag, the function's output, the value's tag. */
export interface Records {
  readonly count: number;
  readonly tags: Uint8Array;
  readonly outputs: Uint8Array;
  /** Zero bytes where there are no values. */
  readonly valueTags: Uint8Array;
}

export const noRecords: Records = { count: 0, tags: new Uint8Array(0), outputs: new Uint8Array(0), valueTags: new Uint8Array(0) };

export const encodeRecords = (records: Records): Uint8Array => concatBytes(MAGIC, records.tags, records.outputs, records.valueTags);

/** Reads records; throws InvalidError `lookup/records` unless they are whole and in order. */
export function decodeRecords(bytes: Uint8Array): Records {
  const size = 2 * TAG_BYTES + OUTPUT_BYTES;
  const count = (bytes.length - MAGIC.length) / size;
  const at = (k: number) => MAGIC.length + count * k;
  const tags = Number.isInteger(count) && count >= 0 ? bytes.subarray(at(0), at(TAG_BYTES)) : null;
  if (tags === null || comparePacked(bytes, 0, MAGIC, 0, MAGIC.length) !== 0 || !ascending(tags)) {
    throw new InvalidError('lookup/records', {
      stage: 'usage',
      message: 'What this owner kept of its published entries is damaged.',
      remedy: 'Restore it from a backup, or let everything be computed anew with --rotate.',
    });
  }
  return {
    count,
    tags,
    outputs: bytes.subarray(at(TAG_BYTES), at(TAG_BYTES + OUTPUT_BYTES)),
    valueTags: bytes.subarray(at(TAG_BYTES + OUTPUT_BYTES)),
  };
}

function ascending(tags: Uint8Array): boolean {
  for (let at = TAG_BYTES; at < tags.length; at += TAG_BYTES)
    if (comparePacked(tags, at - TAG_BYTES, tags, at, TAG_BYTES) >= 0) return false;
  return true;
}
