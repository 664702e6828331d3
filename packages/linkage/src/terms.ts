/** What both sides agree on before they compare records that are written differently. All of it is public. */
import { InvalidError } from '@sluis/base';
import { type KeyDefinition, type KeyPart, keyReader } from '@sluis/matching';

/** One column in the filter. */
export interface FilterField extends KeyPart {
  /**
   * What of a value is hashed: its pairs of neighbouring characters, its ends marked (`pairs`: for names and text), or each
   * character with its place (`places`: for dates and numbers, in which a typing error changes one).
   */
  readonly grams: 'pairs' | 'places';
  /** Bits that each gram sets: the column's weight. */
  readonly hashes: number;
}

/** What is compared, and how many pairs at most: all that compute parties need to know. */
export interface Likeness extends Pick<LinkageTerms, 'threshold' | 'maximumPairs'> {
  readonly bits: number;
  /**
   * At most so many records of the right side with the same block key are compared. With room for as many pairs for each
   * record on the left there is always enough, whatever the right side brings.
   */
  readonly perKey?: number;
}

export interface LinkageTerms {
  /** Bits of a filter. */
  readonly bits: 256 | 512 | 1024;
  readonly fields: readonly FilterField[];
  /**
   * Two records are linked if the Dice coefficient of their filters, 2·common / (bits of one + bits of the other), is at
   * least numerator / denominator.
   */
  readonly threshold: { readonly numerator: number; readonly denominator: number };
  /** Only records that have one of these keys in common are compared. Rough ones, such as sound of the name and year of birth. */
  readonly blocks: readonly KeyDefinition[];
  /** Pairs that are compared for each block key: public, and of more the rest is lost (see `SecretLinks.fits`). */
  readonly maximumPairs: number;
}

const MAXIMUM_HASHES = 64;
export const MAXIMUM_BLOCKS = 8;

/** Throws InvalidError `linkage/terms`, or `matching/…` for a recipe or option that makes no sense. */
export function checkTerms(t: LinkageTerms): void {
  const refuse = (message: string) =>
    new InvalidError('linkage/terms', { stage: 'agreement', message, remedy: 'Correct the agreed terms of approximate matching.' });
  const whole = (n: number, low: number, high: number) => Number.isInteger(n) && n >= low && n <= high;
  if (![256, 512, 1024].includes(t.bits)) throw refuse('A filter has 256, 512 or 1,024 bits.');
  if (!whole(t.fields.length, 1, 32)) throw refuse('A filter is made of 1 to 32 columns.');
  if (t.fields.some((f) => !whole(f.hashes, 1, MAXIMUM_HASHES) || !['pairs', 'places'].includes(f.grams)))
    throw refuse(`A column's grams are "pairs" or "places", and each sets 1 to ${MAXIMUM_HASHES} bits.`);
  const { numerator, denominator } = t.threshold;
  if (!whole(denominator, 1, 1000) || !whole(numerator, 1, denominator)) throw refuse('The threshold is a fraction above 0, at most 1.');
  if (!whole(t.blocks.length, 1, MAXIMUM_BLOCKS)) throw refuse(`There are 1 to ${MAXIMUM_BLOCKS} block keys.`);
  if (!whole(t.maximumPairs, 1, 10_000_000)) throw refuse('The number of pairs is 1 to 10,000,000.');
  for (const block of t.blocks) keyReader(block);
  for (const field of t.fields) keyReader({ name: 'field', parts: [partOf(field)] });
}

/** The field as a part of a key. */
export const partOf = ({ recipe, order, country, between }: KeyPart): KeyPart => ({ recipe, order, country, between });

/** 64-bit words of a filter. */
export const wordsOf = ({ bits }: Pick<Likeness, 'bits'>): number => bits / 64;
