/**
 * Canonical JSON: RFC 8785 (JCS) restricted to safe integers, so that every document has exactly one byte form.
 * Decimals and big integers travel as strings.
 */
import { InvalidError } from './errors.ts';
import { fromUtf8, utf8 } from './bytes.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Canonical text of a value. Undefined members are left out. Throws TypeError on anything JSON can't hold. */
export function canonicalText(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new TypeError('canonical JSON holds safe integers only');
    return String(value);
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new TypeError('canonical JSON holds well-formed text only');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    const members = Object.entries(value).filter(([, v]) => v !== undefined);
    members.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${members.map(([k, v]) => `${JSON.stringify(k)}:${canonicalText(v)}`).join(',')}}`;
  }
  throw new TypeError(`canonical JSON can't hold a ${typeof value}`);
}

export const canonicalBytes = (value: unknown): Uint8Array => utf8(canonicalText(value));

/** Parses canonical JSON and refuses any other byte form of the same value (spacing, order, duplicates, escapes). */
export function parseCanonical(bytes: Uint8Array, what: string): Json {
  let value: Json;
  let text: string;
  try {
    text = fromUtf8(bytes);
    value = JSON.parse(text) as Json;
  } catch (cause) {
    throw new InvalidError('encoding/not-json', { stage: 'usage', message: `${what} is not valid JSON.`, cause });
  }
  let again: string;
  try {
    again = canonicalText(value);
  } catch {
    again = '';
  }
  if (again !== text) {
    throw new InvalidError('encoding/not-canonical', {
      stage: 'usage',
      message: `${what} is not in canonical form: its bytes were changed or re-formatted.`,
      remedy: 'Use the file exactly as it was written.',
    });
  }
  return value;
}
