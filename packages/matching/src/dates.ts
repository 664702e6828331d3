/** Recipes for dates of the Gregorian calendar, in several notations. Normal form: eight digits, year first. */
import { InvalidError } from '@sluis/base';
import { fold } from './fold.ts';
import { type Reading, type Recipe, type RecipeOptions, reject } from './recipe.ts';

const MONTHS: Readonly<Record<string, number>> = Object.fromEntries(
  [
    'jan januari january',
    'feb februari february',
    'mrt maart mar march',
    'apr april',
    'mei may',
    'jun juni june',
    'jul juli july',
    'aug augustus august',
    'sep sept september',
    'okt oktober oct october',
    'nov november',
    'dec december',
  ].flatMap((names, i) => names.split(' ').map((name) => [name, i + 1])),
);
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** A time of day of zero, as databases write dates that they keep as timestamps. */
const MIDNIGHT = /[ t]00:00(?::00(?:\.0{1,9})?)?(?:z|\+00(?::?00)?)?$/;

function daysIn(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return (DAYS[month - 1] ?? 0) + (leap ? 1 : 0);
}

function real(year: number, month: number, day: number): Reading {
  if (year < 1000 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return reject('no-such-date');
  return String(year * 10_000 + month * 100 + day);
}

/** Day and month before a year of four digits, in the declared order; a notation that says nothing about it is ambiguous under `ymd`. */
function yearLast(first: number, second: number, year: number, order: string): Reading {
  if (order === 'dmy') return real(year, second, first);
  if (order === 'mdy') return real(year, first, second);
  return first === second ? real(year, first, second) : reject('ambiguous');
}

function eightDigits(t: string, order: string): Reading {
  if (order === 'ymd') return real(Number(t.slice(0, 4)), Number(t.slice(4, 6)), Number(t.slice(6)));
  return yearLast(Number(t.slice(0, 2)), Number(t.slice(2, 4)), Number(t.slice(4)), order);
}

/** Reads one date. Years have four digits: of two nobody knows the century. */
function readDate(text: string, order: string): Reading {
  const t = fold(text).trim().replace(MIDNIGHT, '');
  if (t === '') return reject('missing');
  if (/^\d{8}$/.test(t)) return eightDigits(t, order);
  let m = /^(\d{4})([-/. ])(\d{1,2})\2(\d{1,2})$/.exec(t);
  if (m !== null) return real(Number(m[1]), Number(m[3]), Number(m[4]));
  m = /^(\d{1,2})([-/. ])(\d{1,2})\2(\d{4})$/.exec(t);
  if (m !== null) return yearLast(Number(m[1]), Number(m[3]), Number(m[4]), order);
  m = /^(\d{1,2})[-. ]*([a-z]{3,9})[-., ]*(\d{4})$/.exec(t);
  if (m !== null) return real(Number(m[3]), MONTHS[m[2] ?? ''] ?? 0, Number(m[1]));
  m = /^([a-z]{3,9})[. ]*(\d{1,2})[, ]+(\d{4})$/.exec(t);
  if (m !== null) return real(Number(m[3]), MONTHS[m[1] ?? ''] ?? 0, Number(m[2]));
  return reject('form');
}

function bound(text: string): string {
  const read = /^\d{4}-\d\d-\d\d$/.test(text) ? readDate(text, 'ymd') : reject('form');
  if (typeof read === 'string') return read;
  throw new InvalidError('matching/option', {
    stage: 'agreement',
    message: 'A bound of a date recipe is no date.',
    remedy: 'Write it as 1900-01-31.',
  });
}

function dateReader({ order = 'ymd', between }: RecipeOptions): (text: string) => Reading {
  if (between === undefined) return (text) => readDate(text, order);
  const [low, high] = [bound(between[0]), bound(between[1])];
  return (text) => {
    const read = readDate(text, order);
    return typeof read !== 'string' || (read >= low && read <= high) ? read : reject('out-of-bounds');
  };
}

export const dateRecipes: readonly Recipe[] = [
  {
    id: 'date@1',
    what: 'a date in one of several notations; a year has four digits; "order" says how 3-4-1980 is read',
    options: ['order', 'between'],
    required: [],
    repeats: true,
    reader: dateReader,
  },
  {
    id: 'year@1',
    what: 'the year of a date that date@1 reads',
    options: ['order', 'between'],
    required: [],
    repeats: true,
    reader: (options) => {
      const read = dateReader(options);
      return (text) => {
        const date = read(text);
        return typeof date === 'string' ? date.slice(0, 4) : date;
      };
    },
  },
];
