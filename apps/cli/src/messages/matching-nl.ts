/** What people read about keys of records, in Dutch. */
import type { matchingEn } from './matching-en.ts';

export const matchingNl: typeof matchingEn = {
  matchingReasons: {
    missing: 'geen waarde',
    'not-well-formed': 'kapotte tekens',
    'too-long': 'langer dan 1.024 tekens',
    form: 'niet in de vorm die het recept leest',
    characters: 'tekens die er niet in horen',
    length: 'te kort of te lang',
    country: 'onbekend land',
    'check-digit': 'het controlegetal klopt niet',
    'no-such-date': 'die datum bestaat niet',
    ambiguous: 'op meer dan één manier te lezen',
    'out-of-bounds': 'buiten de afgesproken grenzen',
  },
  matchingKey: (key, read, accepted) =>
    `Sleutel ${key}: ${accepted.toLocaleString('nl')} van de ${read.toLocaleString('nl')} rijen hebben hem`,
  matchingRejected: (rows, column, recipe, reason) =>
    `${rows.toLocaleString('nl')} ${rows === 1 ? 'rij' : 'rijen'} niet: ${column} (${recipe}), ${reason}`,
  matchingRepeated: (keys, surplus) =>
    `${keys.toLocaleString('nl')} ${keys === 1 ? 'sleutel staat' : 'sleutels staan'} in meer rijen; ${surplus.toLocaleString('nl')} ${surplus === 1 ? 'rij' : 'rijen'} na de eerste`,
  matchingRows: (rows, more) => `rijen ${rows.join(', ')}${more ? ', …' : ''}`,
  matchingRejectedRefused: (key) => `Er zou geen run beginnen: volgens de afspraak mag geen waarde van sleutel ${key} afgekeurd zijn.`,
  matchingRepeatedRefused: (key) => `Er zou geen run beginnen: volgens de afspraak staat elke sleutel ${key} in één rij.`,
};
