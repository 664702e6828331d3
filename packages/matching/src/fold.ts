/**
 * Unicode forms that recipes share. All are defined by the Unicode Standard for assigned characters and stable over its
 * versions; a character that one engine does not know yet can make two organisations miss a match, never find a false one.
 */

/** Characters that show nothing: format characters such as zero-width spaces and soft hyphens, and variation selectors. */
const INVISIBLE = /[\p{Cf}\p{Variation_Selector}]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: plain ASCII text is the fast path.
const ASCII = /^[\x00-\x7f]*$/;

export const isAscii = (text: string): boolean => ASCII.test(text);

/** Compatibility form (NFKC) without invisible characters: full-width and ligature forms become plain ones, ĳ becomes ij. */
export const compatible = (text: string): string =>
  isAscii(text) ? text : text.normalize('NFKC').replace(INVISIBLE, '').normalize('NFKC');

/**
 * Compatibility form in which case does not count: ß, ẞ and SS, ς and σ, İ and i are the same. Lower case, then upper, then
 * lower: the first because ẞ has no other upper case. That is full case folding for all but a few archaic letters.
 */
export function fold(text: string): string {
  if (isAscii(text)) return text.toLowerCase();
  const lower = (t: string) =>
    t
      .toLowerCase()
      .toUpperCase()
      .toLowerCase()
      .replaceAll('ς', 'σ')
      .replace(/i\u0307+/g, 'i')
      .normalize('NFKC');
  return lower(compatible(text));
}

/** White space of every kind at both ends goes; runs of it become one space. */
export const tidySpaces = (text: string): string => (/^\s|\s$|\s\s|[^\S ]/.test(text) ? text.replace(/\s+/g, ' ').trim() : text);

/** Letters that Unicode does not take apart, as they are written without the sign. */
const LETTERS: Readonly<Record<string, string>> = {
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  ħ: 'h',
  ŧ: 't',
  ŋ: 'n',
  ı: 'i',
  ĸ: 'k',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
  ǝ: 'e',
  ɨ: 'i',
  ƶ: 'z',
};
const STROKED = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'g');

/** Signs over and under Latin, Greek and Cyrillic letters, and Hebrew and Arabic points. In other scripts marks are letters. */
const MARKS = /[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670]/g;

/** Folded text without diacritics: é becomes e, ø becomes o, ü becomes u (not ue). */
export function withoutDiacritics(folded: string): string {
  if (isAscii(folded)) return folded;
  return folded
    .normalize('NFD')
    .replace(MARKS, '')
    .replace(STROKED, (letter) => LETTERS[letter] ?? letter)
    .normalize('NFKC');
}
