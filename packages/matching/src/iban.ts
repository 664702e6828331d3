/** The recipe for bank account numbers: ISO 13616, with the length of each country and the check digits. */
import { compatible } from './fold.ts';
import { passesMod97 } from './identifiers.ts';
import { plainRecipe, type Reading, type Recipe, reject } from './recipe.ts';

/** Country and length, as SWIFT's registry of IBANs lists them. A country that joins later needs another version. */
const LENGTHS = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 ' +
    'FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 ' +
    'MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 ' +
    'SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

export function readIban(text: string): Reading {
  const t = compatible(text)
    .toUpperCase()
    .replace(/^\s*IBAN:?\s/, '')
    .replace(/[\s.\-‐-―]/g, '');
  if (t === '') return reject('missing');
  if (!/^[A-Z]{2}\d\d[0-9A-Z]+$/.test(t)) return reject('characters');
  const length = LENGTHS.get(t.slice(0, 2));
  if (length === undefined) return reject('country');
  if (t.length !== length) return reject('length');
  const check = t.slice(2, 4);
  // 00, 01 and 99 can pass the division, but are never given out.
  return check !== '00' && check !== '01' && check !== '99' && passesMod97(t.slice(4) + t.slice(0, 4)) ? t : reject('check-digit');
}

export const ibanRecipes: readonly Recipe[] = [
  plainRecipe('iban@1', 'a bank account number (IBAN) with length and check digits', readIban),
];
