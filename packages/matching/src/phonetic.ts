/**
 * Recipes for how a name sounds: for blocking (which pairs are compared at all) and for rough keys. Many names share a
 * code, so on its own it says little about a person; and it is no protection of anything.
 */
import { nameWords, readSurnameNl } from './text.ts';
import { plainRecipe, type Reading, type Recipe, reject } from './recipe.ts';

/** Letters a to z only: of names in other scripts there is no code. */
function letters(text: string): string {
  return nameWords(text).replace(/[^a-z]/g, '');
}

const SOUNDEX: Readonly<Record<string, string>> = Object.fromEntries(
  ['bfpv', 'cgjkqsxz', 'dt', 'l', 'mn', 'r'].flatMap((group, i) => [...group].map((c) => [c, String(i + 1)])),
);

/** American Soundex as the US National Archives apply it: h and w do not part equal codes, vowels do. */
export function soundex(text: string): Reading {
  const name = letters(text);
  if (name === '') return reject('missing');
  let code = (name[0] ?? '').toUpperCase();
  let last = SOUNDEX[name[0] ?? ''] ?? '';
  for (const c of name.slice(1)) {
    const digit = SOUNDEX[c] ?? '';
    if (digit !== '' && digit !== last) code += digit;
    if (c !== 'h' && c !== 'w') last = digit;
    if (code.length === 4) break;
  }
  return code.padEnd(4, '0');
}

/** One letter's digit in Cologne phonetics, by its neighbours. */
function cologneDigit(c: string, before: string, after: string): string {
  if ('aeijouy'.includes(c)) return '0';
  if (c === 'b') return '1';
  if (c === 'p') return after === 'h' ? '3' : '1';
  if ('dt'.includes(c)) return after !== '' && 'csz'.includes(after) ? '8' : '2';
  if ('fvw'.includes(c)) return '3';
  if ('gkq'.includes(c)) return '4';
  if (c === 'x') return before !== '' && 'ckq'.includes(before) ? '8' : '48';
  if (c === 'l') return '5';
  if ('mn'.includes(c)) return '6';
  if (c === 'r') return '7';
  if (c !== 'c') return c === 'h' ? '' : '8';
  if (before === '') return after !== '' && 'ahkloqrux'.includes(after) ? '4' : '8';
  return !'sz'.includes(before) && after !== '' && 'ahkoqux'.includes(after) ? '4' : '8';
}

/** Cologne phonetics (Postel 1969): for German, and good for Dutch names too. */
export function cologne(text: string): Reading {
  const name = letters(text);
  if (name === '') return reject('missing');
  let all = '';
  for (let i = 0; i < name.length; i++) all += cologneDigit(name[i] ?? '', name[i - 1] ?? '', name[i + 1] ?? '');
  const single = all.replace(/(.)\1+/g, '$1');
  return single.slice(0, 1) + single.slice(1).replaceAll('0', '') || reject('missing');
}

/** Spellings of one Dutch sound, in order; what they become is one letter each, capitals being done with. */
const DUTCH: readonly (readonly [RegExp, string])[] = [
  [/sch(?![aeiouy])/g, 's'],
  [/sch/g, 'sG'],
  [/ij|ei|ey|y/g, 'Y'],
  [/ou|au/g, 'O'],
  [/oe/g, 'U'],
  [/ph/g, 'f'],
  [/th|dt/g, 't'],
  [/c(?=[eiY])/g, 's'],
  [/ch|gh|g/g, 'G'],
  [/ck|c|q/g, 'k'],
  [/x/g, 'ks'],
  [/v/g, 'f'],
  [/z/g, 's'],
  [/d$/g, 't'],
  [/b$/g, 'p'],
];

/** How a Dutch surname sounds: our own rule, no standard. Prefixes go; Dijkstra and Dykstra, Meijer and Meyer are one. */
export function phoneticNl(text: string): Reading {
  const surname = readSurnameNl(text);
  if (typeof surname !== 'string') return surname;
  let sound = surname.replace(/[^a-z]/g, '');
  for (const [spelling, letter] of DUTCH) sound = sound.replace(spelling, letter);
  sound = sound.toUpperCase().replace(/(.)\1+/g, '$1');
  const first = sound.slice(0, 1);
  const rest = sound
    .slice(1)
    .replace(/[AEIOUYHW]/g, '')
    .replace(/(.)\1+/g, '$1');
  return first === '' ? reject('missing') : first + rest;
}

export const phoneticRecipes: readonly Recipe[] = [
  plainRecipe('soundex@1', 'how an English name sounds: a letter and three digits', soundex, true),
  plainRecipe('cologne@1', 'how a German or Dutch name sounds: Cologne phonetics', cologne, true),
  plainRecipe('phonetic-nl@1', 'how a Dutch surname sounds, without prefixes', phoneticNl, true),
];
