/** Recipes for text: exactly as it is, without case and extra spaces, and names of people. */
import { compatible, fold, isAscii, tidySpaces, withoutDiacritics } from './fold.ts';
import { plainRecipe, type Reading, type Recipe, reject } from './recipe.ts';

export function readText(text: string): Reading {
  const tidy = tidySpaces(fold(text));
  return tidy === '' ? reject('missing') : tidy;
}

/**
 * Words of letters and digits only, folded, without diacritics: apostrophes and full stops vanish (O'Brien, obrien),
 * everything else that is no letter or digit parts words.
 */
export function nameWords(text: string): string {
  const plain = withoutDiacritics(fold(text));
  if (/^[a-z]+$/.test(plain)) return plain;
  const joined = plain.replace(/['’‘`´ʼ.]/g, '');
  return isAscii(joined) ? joined.replace(/[^a-z0-9]+/g, ' ').trim() : joined.replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ').trim();
}

export function readName(text: string): Reading {
  const words = nameWords(text);
  return words === '' ? reject('missing') : words;
}

/** Prefixes that Dutch surnames begin with, as `nameWords` leaves them; abbreviations too. */
const PREFIXES = new Set(
  (
    'van von vande vander vanden vd vdr vdn v de den der d dr ter ten te tot op opde opden in int aan bij uit uijt onder over ' +
    't s het la le les du des da di do dos'
  ).split(' '),
);

/**
 * A Dutch surname without its prefix: "van der Berg", "Berg, van der", "v.d. Berg" and "v/d Berg" are all berg; ij and y
 * are one letter. A name that is nothing but prefixes stays as it is.
 */
export function readSurnameNl(text: string): Reading {
  const split = (t: string) =>
    nameWords(t.replace(/[ÿŸ]/g, 'ij'))
      .split(' ')
      .filter((w) => w !== '');
  const [before = '', ...after] = compatible(text).split(',');
  let words = split(before);
  const behind = split(after.join(' '));
  // What stands behind a comma is the prefix, if it is nothing else.
  if (words.length === 0 || !behind.every((w) => PREFIXES.has(w))) words = [...words, ...behind];
  if (words.length === 0) return reject('missing');
  let from = 0;
  while (from < words.length - 1 && PREFIXES.has(words[from] ?? '')) from++;
  return words.slice(from).join(' ').replace(/ij/g, 'y');
}

function readInitial(text: string): Reading {
  const words = nameWords(text);
  return words === '' ? reject('missing') : String.fromCodePoint(words.codePointAt(0) ?? 0);
}

export const textRecipes: readonly Recipe[] = [
  plainRecipe('exact@1', 'the text as it is, every character and space counts', (text) => (text === '' ? reject('missing') : text)),
  plainRecipe('text@1', 'text in which case, compatibility forms and extra white space do not count', readText, true),
  plainRecipe('name@1', "a person's name: case, diacritics, apostrophes, full stops and hyphens do not count", readName, true),
  plainRecipe('surname-nl@1', 'a Dutch surname: as name@1, without prefixes (van der), ij and y are one letter', readSurnameNl, true),
  plainRecipe('initial@1', 'the first letter of a name', readInitial, true),
];
