/** A recipe of the command line as a part of a key. */
import type { KeyPart } from '@sluis/matching';
import { readRecipeOption } from '../recipe-option.ts';
import { usage } from './holder-cards.ts';

/** Throws InvalidError `usage/pseudonyms`; whether recipe and options exist is for the key's reader to say. */
export function partOf(given: string): KeyPart {
  const part = readRecipeOption(given);
  if (part !== null) return part;
  throw usage('A recipe has an option that none takes.', 'Write for example phone@1,country=NL or date@1,order=dmy.');
}
