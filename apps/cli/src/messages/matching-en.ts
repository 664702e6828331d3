/** What people read about keys of records, in English. */
import type { Reason } from '@sluis/matching';

const reasons: Readonly<Record<Reason, string>> = {
  missing: 'no value',
  'not-well-formed': 'broken characters',
  'too-long': 'longer than 1,024 characters',
  form: 'not of the form that the recipe reads',
  characters: 'characters that do not belong there',
  length: 'too short or too long',
  country: 'unknown country',
  'check-digit': 'the check digit is wrong',
  'no-such-date': 'no such date',
  ambiguous: 'can be read in more than one way',
  'out-of-bounds': 'outside the agreed bounds',
};

export const matchingEn = {
  matchingReasons: reasons,
  matchingKey: (key: string, read: number, accepted: number) =>
    `Key ${key}: ${accepted.toLocaleString('en')} of ${read.toLocaleString('en')} rows have it`,
  matchingRejected: (rows: number, column: string, recipe: string, reason: string) =>
    `${rows.toLocaleString('en')} ${rows === 1 ? 'row' : 'rows'} without: ${column} (${recipe}), ${reason}`,
  matchingRepeated: (keys: number, surplus: number) =>
    `${keys.toLocaleString('en')} ${keys === 1 ? 'key stands' : 'keys stand'} in several rows; ${surplus.toLocaleString('en')} ${surplus === 1 ? 'row' : 'rows'} beyond the first`,
  matchingRows: (rows: readonly number[], more: boolean) => `rows ${rows.join(', ')}${more ? ', …' : ''}`,
  matchingRejectedRefused: (key: string) => `No run would begin: the agreement accepts no rejected values of key ${key}.`,
  matchingRepeatedRefused: (key: string) => `No run would begin: the agreement wants each key ${key} in one row only.`,
};
