/** Recipes for numbers and for strings of digits. */
import { InvalidError } from '@sluis/base';
import { compatible } from './fold.ts';
import { plainRecipe, type Reading, type Recipe, type RecipeOptions, reject } from './recipe.ts';

const FORM = /^([+-]?)0*(\d{1,38}?)(?:\.(\d{0,18}?)0*)?$/;

/** A decimal number without leading or trailing zeros, plus sign or negative zero. */
function readDecimal(text: string): Reading {
  const t = compatible(text).trim().replace(/^−/, '-');
  if (t === '') return reject('missing');
  if (t.length > 60) return reject('length');
  const m = FORM.exec(t);
  if (m === null) return reject('form');
  const [, sign, whole = '0', fraction = ''] = m;
  const digits = fraction === '' ? whole : `${whole}.${fraction}`;
  return sign === '-' && digits !== '0' ? `-${digits}` : digits;
}

function readInteger(text: string): Reading {
  const read = readDecimal(text);
  return typeof read !== 'string' ? read : /\./.test(text) ? reject('form') : read;
}

/** Scaled by 10^18: exact for everything that `readDecimal` gives. */
function units(text: string): bigint {
  const read = readDecimal(text);
  if (typeof read !== 'string') {
    throw new InvalidError('matching/option', {
      stage: 'agreement',
      message: 'A bound of a recipe for numbers is no number.',
      remedy: 'Write it as "12.5".',
    });
  }
  const [whole = '0', fraction = ''] = read.replace('-', '').split('.');
  const size = BigInt(whole + fraction.padEnd(18, '0'));
  return read.startsWith('-') ? -size : size;
}

const bounded =
  (read: (text: string) => Reading) =>
  ({ between }: RecipeOptions): ((text: string) => Reading) => {
    if (between === undefined) return read;
    const [low, high] = [units(between[0]), units(between[1])];
    return (text) => {
      const value = read(text);
      if (typeof value !== 'string') return value;
      const at = units(value);
      return at >= low && at <= high ? value : reject('out-of-bounds');
    };
  };

/** Digits only, leading zeros kept, once spaces, dots, hyphens and slashes are gone. */
export function readDigits(text: string): Reading {
  const t = compatible(text).replace(/[\s.\-/‐-―]/g, '');
  if (t === '') return reject('missing');
  return /^\d+$/.test(t) ? t : reject('characters');
}

export const numberRecipes: readonly Recipe[] = [
  {
    id: 'integer@1',
    what: 'a whole number of up to 38 digits; leading zeros and a plus sign do not count',
    options: ['between'],
    required: [],
    reader: bounded(readInteger),
  },
  {
    id: 'decimal@1',
    what: 'a decimal number with a point and up to 18 decimals; zeros at both ends do not count',
    options: ['between'],
    required: [],
    reader: bounded(readDecimal),
  },
  plainRecipe('digits@1', 'digits, with leading zeros; spaces, dots, hyphens and slashes do not count', readDigits),
];
