/**
 * What a recipe is: a named and versioned rule that brings one value into normal form, or says why it can't. Recipes are
 * pure: no clock, no locale, no network; so the same text gives the same bytes at every organisation. A recipe that
 * gives other bytes for any text is another version.
 */

/** Why a value gives no key. Stable names: reports count by them. */
export type Reason =
  | 'missing'
  | 'not-well-formed'
  | 'too-long'
  | 'form'
  | 'characters'
  | 'length'
  | 'country'
  | 'check-digit'
  | 'no-such-date'
  | 'ambiguous'
  | 'out-of-bounds';

export interface Rejected {
  readonly rejected: Reason;
}

/** A value in normal form, never empty; or why there is none. */
export type Reading = string | Rejected;

/** How a column is written: these decide how a value is read, never what its normal form looks like. */
export interface RecipeOptions {
  /** Order of day, month and year where a notation leaves it open. */
  readonly order?: 'ymd' | 'dmy' | 'mdy' | undefined;
  /** Country (ISO 3166-1, two letters) of telephone numbers that are written without one. */
  readonly country?: string | undefined;
  /** Smallest and largest value, both included: dates as 1900-01-31, or numbers. */
  readonly between?: readonly [string, string] | undefined;
}

export type OptionName = keyof RecipeOptions;

export interface Recipe {
  /** Name and version, such as email@1. */
  readonly id: string;
  /** One sentence for people who choose it. */
  readonly what: string;
  /** Options that it takes; `required` ones have no default. */
  readonly options: readonly OptionName[];
  readonly required: readonly OptionName[];
  /** Whether a column has the same values over and over, as names and dates do: what was read is then remembered. */
  readonly repeats?: boolean;
  /** Makes the function that reads values, once per column. Throws InvalidError for options that make no sense. */
  readonly reader: (options: RecipeOptions) => (text: string) => Reading;
}

/** Longer values are no keys: a limit that bounds memory and time, far above any real one. */
export const MAXIMUM_TEXT = 1024;

const made = new Map<Reason, Rejected>();

/** One frozen object per reason, so that a million rejections make no garbage. */
export function reject(reason: Reason): Rejected {
  const found = made.get(reason);
  if (found !== undefined) return found;
  const rejected = Object.freeze({ rejected: reason });
  made.set(reason, rejected);
  return rejected;
}

/** A recipe without options. */
export const plainRecipe = (id: string, what: string, read: (text: string) => Reading, repeats = false): Recipe => ({
  id,
  what,
  options: [],
  required: [],
  repeats,
  reader: () => read,
});
