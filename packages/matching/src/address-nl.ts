/**
 * Recipes for Dutch addresses: postcode, house number and addition say where a door is; street and town follow from
 * them and are left out.
 */
import { compatible } from './fold.ts';
import { plainRecipe, type Reading, type Recipe, reject } from './recipe.ts';

const POSTCODE = /(?<![0-9A-Z])([1-9]\d{3}) ?([A-Z]{2})(?![0-9A-Z])/;
/** Never given out, for what they stand for. */
const NOT_GIVEN = new Set(['SA', 'SD', 'SS']);
/** An addition: letters, digits (behind a sign, since "Plein 1944 7" is number 7), or both. */
const ADDITION = '[ ./-]*[A-Z]{1,4}(?:[ ./-]?\\d{1,4})?|[./-] ?\\d{1,4}(?:[ ./-]?[A-Z]{1,4})?';
/** A number of up to five digits at the end, with its addition. */
const AT_END = new RegExp(`(?<![0-9A-Z])(\\d{1,5})(${ADDITION})?$`);
/** A number that stands alone: digits behind a space are an addition here. */
const ALONE = new RegExp(`^(\\d{1,5})(${ADDITION}| \\d{1,4}(?:[ ./-]?[A-Z]{1,4})?)?$`);

const upper = (text: string): string => compatible(text).toUpperCase().replace(/\s+/g, ' ').trim();

function postcodeOf(digits: string, letters: string): Reading {
  return NOT_GIVEN.has(letters) ? reject('form') : digits + letters;
}

export function readPostcodeNl(text: string): Reading {
  const t = upper(text);
  if (t === '') return reject('missing');
  const m = /^([1-9]\d{3}) ?([A-Z]{2})$/.exec(t);
  return m === null ? reject('form') : postcodeOf(m[1] ?? '', m[2] ?? '');
}

/** Number and addition as "12" or "12-A2"; leading zeros, and what stands between number and addition, do not count. */
function houseNumber(m: RegExpExecArray | null): Reading {
  const number = Number(m?.[1] ?? 0);
  if (m === null || number === 0) return reject('form');
  const addition = (m[2] ?? '').replace(/[ ./-]/g, '');
  return addition === '' ? String(number) : `${number}-${addition}`;
}

export function readHouseNumberNl(text: string): Reading {
  const t = upper(text);
  if (t === '') return reject('missing');
  return houseNumber(ALONE.exec(t));
}

/**
 * Postcode, house number and addition out of one text: "Kerkstraat 12-a, 1234 AB Utrecht" or "1234AB 12 a". The number
 * is the last one before the postcode, or what follows it if the text begins with the postcode.
 */
export function readAddressNl(text: string): Reading {
  const t = upper(text);
  if (t === '') return reject('missing');
  const m = POSTCODE.exec(t);
  if (m === null) return reject('form');
  const postcode = postcodeOf(m[1] ?? '', m[2] ?? '');
  if (typeof postcode !== 'string') return postcode;
  const [before, after] = [t.slice(0, m.index).replace(/[ ,;]+$/, ''), t.slice(m.index + m[0].length).replace(/^[ ,;/-]+/, '')];
  const number = before === '' ? readHouseNumberNl(after) : houseNumber(AT_END.exec(before));
  return typeof number === 'string' ? `${postcode}/${number}` : reject('form');
}

export const addressRecipes: readonly Recipe[] = [
  plainRecipe('postcode-nl@1', 'a Dutch postcode', readPostcodeNl),
  plainRecipe('house-number-nl@1', 'a Dutch house number with its addition', readHouseNumberNl),
  plainRecipe('address-nl@1', 'a Dutch address in one text: postcode, house number and addition of it', readAddressNl),
];
