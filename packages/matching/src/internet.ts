/** Recipes for domains and e-mail addresses. The same bytes in Node and in browsers: nothing of the platform's URL parser is used. */
import { compatible, isAscii } from './fold.ts';
import { punycodeDecode, punycodeEncode } from './punycode.ts';
import { plainRecipe, type Reading, type Recipe, reject } from './recipe.ts';

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const ASCII_DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** Letters, marks and digits; a hyphen within. */
const LETTERS = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}-]*$/u;

/** Lower case letter by letter: a final sigma is no other letter here, unlike in text. */
const lower = (text: string): string =>
  isAscii(text)
    ? text.toLowerCase()
    : [...text]
        .map((c) => c.toLowerCase())
        .join('')
        .normalize('NFKC');

/** One label in ASCII; null if it is none. An encoded label counts only in the form that encoding gives. */
function asciiLabel(label: string): string | null {
  if (isAscii(label)) {
    if (!LABEL.test(label)) return null;
    if (!label.startsWith('xn--')) return label;
    const plain = punycodeDecode(label.slice(4));
    return plain !== null && !isAscii(plain) && lower(compatible(plain)) === plain && asciiLabel(plain) === label ? label : null;
  }
  if (label.length > 63 || !LETTERS.test(label) || label.endsWith('-') || label.slice(2, 4) === '--') return null;
  const encoded = `xn--${punycodeEncode(label)}`;
  return encoded.length <= 63 ? encoded : null;
}

/**
 * A domain name in lower case ASCII without a final dot, of at least two labels. Indicators written harmlessly
 * (example[.]org) are read. Source: RFC 1035, RFC 3492, RFC 5891; mapping as UTS #46 (non-transitional: ß stays).
 */
export function readDomain(text: string): Reading {
  let t = text.trim();
  if (t.includes('[')) t = t.replaceAll('[.]', '.').replaceAll('[dot]', '.');
  t = lower(compatible(t)).replace(/[。｡]/g, '.');
  if (t.endsWith('.')) t = t.slice(0, -1);
  if (t === '') return reject('missing');
  if (t.length > 253) return reject('length');
  if (!t.includes('xn--') && ASCII_DOMAIN.test(t)) return t;
  const labels = t.split('.').map(asciiLabel);
  if (labels.includes(null)) return reject(/^[\p{L}\p{M}\p{N}.-]*$/u.test(t) ? 'form' : 'characters');
  const name = labels.join('.');
  // A last label of digits is an address, not a name.
  if (labels.length < 2 || /^\d/.test(labels.at(-1) ?? '')) return reject('form');
  return name.length <= 253 ? name : reject('length');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: what is not ASCII is allowed as a class, below.
const LOCAL = /^(?:[a-z0-9!#$%&'*+/=?^_`{|}~-]|[^\x00-\x7f])+(?:\.(?:[a-z0-9!#$%&'*+/=?^_`{|}~-]|[^\x00-\x7f])+)*$/u;

/**
 * An e-mail address in which case does not count, also before the @ (RFC 5321 lets it count; no provider does). Dots and
 * tags (+shop) stay. Quoted parts and addresses in angle brackets are rejected. Source: RFC 5322 §3.4.1, RFC 6531.
 */
export function readEmail(text: string): Reading {
  const t = text.trim();
  if (t === '') return reject('missing');
  const at = t.lastIndexOf('@');
  if (at < 1) return reject('form');
  const local = lower(compatible(t.slice(0, at)));
  if (local.length > 64) return reject('length');
  if (!LOCAL.test(local) || /\s/u.test(local)) return reject('characters');
  const domain = readDomain(t.slice(at + 1));
  if (typeof domain !== 'string') return domain.rejected === 'missing' ? reject('form') : domain;
  return `${local}@${domain}`;
}

/** As `readEmail`, without a tag: jan+shop@example.org is jan@example.org. */
function readEmailWithoutTag(text: string): Reading {
  const read = readEmail(text);
  if (typeof read !== 'string') return read;
  const [at, plus] = [read.lastIndexOf('@'), read.indexOf('+')];
  return plus > 0 && plus < at ? read.slice(0, plus) + read.slice(at) : read;
}

export const internetRecipes: readonly Recipe[] = [
  plainRecipe('domain@1', 'a domain name, internationalised ones in ASCII form; example[.]org is read too', readDomain),
  plainRecipe('email@1', 'an e-mail address; case does not count, dots and tags do', readEmail),
  plainRecipe('email-without-tag@1', 'as email@1, but what follows a + before the @ does not count', readEmailWithoutTag),
];
