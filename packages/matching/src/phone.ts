/**
 * The recipe for telephone numbers: E.164, by a rule small enough to stay the same for ever. A library with numbering
 * plans would know more, but other bytes would follow from each of its updates.
 */
import { InvalidError } from '@sluis/base';
import { compatible } from './fold.ts';
import { type Reading, type Recipe, type RecipeOptions, reject } from './recipe.ts';

/** Calling code, the digit that stands before national numbers ('' for none), and how many digits follow the code. */
type Plan = readonly [code: string, trunk: string, least: number, most: number];
const PLANS: Readonly<Record<string, Plan>> = {
  AT: ['43', '0', 4, 13],
  AU: ['61', '0', 9, 9],
  BE: ['32', '0', 8, 9],
  CA: ['1', '1', 10, 10],
  CH: ['41', '0', 9, 9],
  CZ: ['420', '', 9, 9],
  DE: ['49', '0', 5, 11],
  DK: ['45', '', 8, 8],
  ES: ['34', '', 9, 9],
  FI: ['358', '0', 5, 12],
  FR: ['33', '0', 9, 9],
  GB: ['44', '0', 9, 10],
  IE: ['353', '0', 7, 9],
  IT: ['39', '', 6, 11],
  LU: ['352', '', 4, 11],
  NL: ['31', '0', 9, 9],
  NO: ['47', '', 8, 8],
  PL: ['48', '', 9, 9],
  PT: ['351', '', 9, 9],
  SE: ['46', '0', 7, 9],
  US: ['1', '1', 10, 10],
};
export const PHONE_COUNTRIES: readonly string[] = Object.keys(PLANS);
const BY_CODE = new Map(Object.values(PLANS).map((plan) => [plan[0], plan]));

/** Plan of a number that begins with its calling code; null for countries outside the table. */
function planOf(digits: string): Plan | null {
  for (const n of [1, 2, 3]) {
    const plan = BY_CODE.get(digits.slice(0, n));
    if (plan !== undefined) return plan;
  }
  return null;
}

/** Digits from the calling code on. A trunk digit that was left in (+31 06…) is taken out where the country has one of 0. */
function international(digits: string): Reading {
  if (digits.startsWith('0')) return reject('form');
  const plan = planOf(digits);
  if (plan === null) return digits.length >= 7 && digits.length <= 15 ? `+${digits}` : reject('length');
  const [code, trunk, least, most] = plan;
  const rest = digits.slice(code.length);
  const national = trunk === '0' && rest.startsWith('0') ? rest.slice(1) : rest;
  return national.length >= least && national.length <= most ? `+${code}${national}` : reject('length');
}

function readPhone(text: string, [code, trunk]: Plan): Reading {
  const t = compatible(text)
    .replace(/^\s*tel:/i, '')
    .trim();
  if (t === '') return reject('missing');
  const bare = t.replace(/\(0\)/g, t.startsWith('+') || t.startsWith('00') ? '' : '0').replace(/[\s().\-/‐-―]/g, '');
  if (!/^\+?\d+$/.test(bare)) return reject('characters');
  if (bare.startsWith('+')) return international(bare.slice(1));
  if (bare.startsWith('00')) return international(bare.slice(2));
  if (trunk === '') return international(code + bare);
  if (bare.startsWith(trunk)) return international(code + bare.slice(trunk.length));
  // Without a trunk digit: a national number in North America, and anybody's guess elsewhere.
  return trunk === '1' ? international(code + bare) : reject('ambiguous');
}

function phoneReader({ country = '' }: RecipeOptions): (text: string) => Reading {
  const plan = Object.hasOwn(PLANS, country) ? PLANS[country] : undefined;
  if (plan !== undefined) return (text) => readPhone(text, plan);
  throw new InvalidError('matching/option', {
    stage: 'agreement',
    message: 'The recipe for telephone numbers does not know this country.',
    remedy: `Use one of ${PHONE_COUNTRIES.join(', ')}; numbers of other countries are read where they are written with +.`,
  });
}

export const phoneRecipes: readonly Recipe[] = [
  {
    id: 'phone@1',
    what: 'a telephone number in international form; "country" is the one of numbers written without',
    options: ['country'],
    required: ['country'],
    reader: phoneReader,
  },
];
