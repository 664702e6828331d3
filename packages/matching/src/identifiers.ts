/** Recipes for numbers that carry a check digit: a value whose check fails is rejected, since it is somebody's typing error. */
import { compatible } from './fold.ts';
import { readDigits } from './numbers.ts';
import { plainRecipe, type Reading, type Recipe, reject } from './recipe.ts';

/** Weighted sum of digits. */
const weighted = (digits: string, weight: (i: number) => number): number => {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) sum += (digits.charCodeAt(i) - 48) * weight(i);
  return sum;
};

/** The eleven-proof of citizen service numbers: weights 9 … 2 and −1. */
export const passesElevenProof = (nine: string): boolean => weighted(nine, (i) => (i === 8 ? -1 : 9 - i)) % 11 === 0;

export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = digits.length - 1, twice = false; i >= 0; i--, twice = !twice) {
    const d = (digits.charCodeAt(i) - 48) * (twice ? 2 : 1);
    sum += d > 9 ? d - 9 : d;
  }
  return sum % 10 === 0;
}

/** GS1's check digit (EAN-8, UPC-A, EAN-13, GTIN-14): weights 3 and 1 from the right. */
export const passesGs1 = (digits: string): boolean => weighted(digits, (i) => ((digits.length - i) % 2 === 0 ? 3 : 1)) % 10 === 0;

/** Whether a text of digits and capitals (A is 10) is 1 modulo 97 (ISO 7064, MOD 97-10). */
export function passesMod97(text: string): boolean {
  let rest = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    rest = c <= 57 ? (rest * 10 + c - 48) % 97 : (rest * 100 + c - 55) % 97;
  }
  return rest === 1;
}

function readBsn(text: string): Reading {
  const digits = readDigits(text);
  if (typeof digits !== 'string') return digits;
  if (digits.length < 8 || digits.length > 9) return reject('length');
  const nine = digits.padStart(9, '0');
  return nine !== '000000000' && passesElevenProof(nine) ? nine : reject('check-digit');
}

function readLuhn(text: string): Reading {
  const digits = readDigits(text);
  if (typeof digits !== 'string') return digits;
  if (digits.length < 2 || digits.length > 32) return reject('length');
  return passesLuhn(digits) ? digits : reject('check-digit');
}

/** All lengths as GTIN-14, so that a UPC-A and the EAN-13 of the same article match. */
function readEan(text: string): Reading {
  const digits = readDigits(text);
  if (typeof digits !== 'string') return digits;
  if (![8, 12, 13, 14].includes(digits.length)) return reject('length');
  return passesGs1(digits) ? digits.padStart(14, '0') : reject('check-digit');
}

/** ISBN-10 and ISBN-13 as ISBN-13. */
function readIsbn(text: string): Reading {
  const t = compatible(text)
    .toUpperCase()
    .replace(/^\s*ISBN(?:-1[03])?:?/, '')
    .replace(/[\s\-‐-―]/g, '');
  if (t === '') return reject('missing');
  if (/^97[89]\d{10}$/.test(t)) return passesGs1(t) ? t : reject('check-digit');
  if (!/^\d{9}[\dX]$/.test(t)) return reject(/^[\dX]*$/.test(t) ? 'length' : 'characters');
  const sum = weighted(t.slice(0, 9), (i) => 10 - i) + (t[9] === 'X' ? 10 : Number(t[9]));
  if (sum % 11 !== 0) return reject('check-digit');
  const twelve = `978${t.slice(0, 9)}`;
  return twelve + ((10 - (weighted(twelve, (i) => (i % 2 === 0 ? 1 : 3)) % 10)) % 10);
}

/** Legal entity identifier (ISO 17442). */
function readLei(text: string): Reading {
  const t = compatible(text).toUpperCase().replace(/\s/g, '');
  if (t === '') return reject('missing');
  if (t.length !== 20) return reject('length');
  if (!/^[0-9A-Z]{18}\d\d$/.test(t)) return reject('characters');
  return passesMod97(t) ? t : reject('check-digit');
}

/** Number of the Dutch trade register: eight digits, no check digit. */
function readKvk(text: string): Reading {
  const digits = readDigits(text);
  return typeof digits !== 'string' || digits.length === 8 ? digits : reject('length');
}

/** A file's MD5, SHA-1, SHA-256 or SHA-512, in hexadecimal. */
function readDigest(text: string): Reading {
  const t = text.trim().toLowerCase();
  if (t === '') return reject('missing');
  if (!/^[0-9a-f]+$/.test(t)) return reject('characters');
  return [32, 40, 64, 128].includes(t.length) ? t : reject('length');
}

export const identifierRecipes: readonly Recipe[] = [
  plainRecipe('bsn@1', 'a Dutch citizen service number, with its eleven-proof; eight digits get a leading zero', readBsn),
  plainRecipe('luhn@1', 'digits with a Luhn check digit, such as card numbers', readLuhn),
  plainRecipe('ean@1', 'an article number (EAN-8, UPC-A, EAN-13, GTIN-14) with its check digit', readEan),
  plainRecipe('isbn@1', 'an ISBN with its check digit; ten digits become thirteen', readIsbn),
  plainRecipe('lei@1', 'a legal entity identifier with its check digits', readLei),
  plainRecipe('kvk@1', 'a number of the Dutch trade register: eight digits', readKvk),
  plainRecipe('digest@1', "a file's MD5, SHA-1, SHA-256 or SHA-512 in hexadecimal", readDigest),
];
