/**
 * Keys: one or several columns of a row, each brought into normal form by a recipe. The agreement declares them, so that
 * both sides hash the same bytes.
 *
 * Bytes of a key: 1 (version of this form) ‖ name ‖ number of parts ‖ for each part recipe ‖ value; name, recipe and
 * value are UTF-8 preceded by their length, lengths and number as unsigned LEB128. So no two different keys have the same
 * bytes, and keys of different names or recipes never match. A row that lacks a part has no key: NULL, empty text and
 * rejected values match nothing, not even each other.
 */
import { concatBytes, InvalidError, utf8 } from '@sluis/base';
import { MAXIMUM_TEXT, type OptionName, type Reading, type Rejected, type RecipeOptions, reject } from './recipe.ts';
import { recipeOf } from './recipes.ts';

export const MAXIMUM_PARTS = 8;
const FORM_VERSION = 1;

export interface KeyPart extends RecipeOptions {
  /** Name and version, such as email@1. */
  readonly recipe: string;
}

export interface KeyDefinition {
  readonly name: string;
  readonly parts: readonly KeyPart[];
}

/** A key ready to be read: made once, used for every row. */
export interface KeyReader {
  readonly definition: KeyDefinition;
  /** What stands before the first part's value. */
  readonly head: Uint8Array;
  readonly parts: readonly {
    /** What stands between the value before (or the head) and this part's value: its recipe. */
    readonly prefix: Uint8Array;
    readonly read: (text: string | null | undefined) => Reading;
  }[];
}

/** Unsigned LEB128. */
export function leb128(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.of(...bytes, rest);
}

const prefixed = (text: string): Uint8Array => {
  const bytes = utf8(text);
  return concatBytes(leb128(bytes.length), bytes);
};

function optionsOf(part: KeyPart): RecipeOptions {
  const recipe = recipeOf(part.recipe);
  const given = (['order', 'country', 'between'] as const).filter((name) => part[name] !== undefined);
  const wrong = given.find((name) => !recipe.options.includes(name)) ?? recipe.required.find((name) => part[name] === undefined);
  if (wrong === undefined) return part;
  throw new InvalidError('matching/option', {
    stage: 'agreement',
    message: `The recipe ${recipe.id} ${recipe.required.includes(wrong) ? 'needs' : 'has no'} option "${wrong satisfies OptionName}".`,
    remedy: `Its options are: ${recipe.options.join(', ') || 'none'}.`,
  });
}

/** Values that are remembered; a column with more different ones than this gains nothing by it, and loses little. */
const REMEMBERED = 1 << 16;

function remembering(read: (text: string) => Reading): (text: string) => Reading {
  const known = new Map<string, Reading>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const reading = read(text);
    if (known.size < REMEMBERED) known.set(text, reading);
    return reading;
  };
}

function readerOf(part: KeyPart): (text: string | null | undefined) => Reading {
  const recipe = recipeOf(part.recipe);
  const plain = recipe.reader(optionsOf(part));
  const read = recipe.repeats === true ? remembering(plain) : plain;
  return (text) => {
    if (text === null || text === undefined) return reject('missing');
    if (text.length > MAXIMUM_TEXT) return reject('too-long');
    if (!text.isWellFormed()) return reject('not-well-formed');
    return read(text);
  };
}

/** Prepares a key. Throws InvalidError `matching/unknown-recipe`, `matching/option`, `matching/parts`. */
export function keyReader(definition: KeyDefinition): KeyReader {
  const { name, parts } = definition;
  if (name === '' || parts.length < 1 || parts.length > MAXIMUM_PARTS) {
    throw new InvalidError('matching/parts', {
      stage: 'agreement',
      message: `A key has a name and 1 to ${MAXIMUM_PARTS} parts.`,
      remedy: 'Name the columns that identify a record.',
    });
  }
  return {
    definition,
    head: concatBytes(Uint8Array.of(FORM_VERSION), prefixed(name), leb128(parts.length)),
    parts: parts.map((part) => ({ prefix: prefixed(part.recipe), read: readerOf(part) })),
  };
}

/** Bytes of one row's key, such as for a lookup; or why it has none. `values` in the order of the parts. */
export function keyOf(
  reader: KeyReader,
  values: readonly (string | null | undefined)[],
): Uint8Array | (Rejected & { readonly part: number }) {
  if (values.length !== reader.parts.length) throw new RangeError('one value for each part of the key');
  const pieces = [reader.head];
  for (const [i, part] of reader.parts.entries()) {
    const read = part.read(values[i]);
    if (typeof read !== 'string') return { ...read, part: i };
    pieces.push(part.prefix, prefixed(read));
  }
  return concatBytes(...pieces);
}
