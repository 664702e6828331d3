/** What a recipe of the command line makes of identifiers. The publication names recipes in that form. */
import { type Normalise, plainIdentifier } from '@sluis/lookup';
import { recipeOf } from '@sluis/matching';
import { recipePart } from '../recipe-option.ts';

/** The function that normalises by a recipe; by none, Unicode in one form and no space at the ends. Throws InvalidError. */
export function normaliserOf(given: string | null): Normalise {
  if (given === null) return plainIdentifier;
  const { recipe, ...options } = recipePart(given);
  const read = recipeOf(recipe).reader(options);
  return (identifier) => {
    const reading = read(identifier);
    return typeof reading === 'string' ? reading : null;
  };
}
