/** What a recipe of the command line makes of identifiers. The publication names recipes in that form. */
import { InvalidError } from '@sluis/base';
import { type Normalise, plainIdentifier } from '@sluis/lookup';
import { recipeOf } from '@sluis/matching';
import { readRecipeOption } from '../recipe-option.ts';

/** The function that normalises by a recipe; by none, Unicode in one form and no space at the ends. Throws InvalidError. */
export function normaliserOf(recipe: string | null): Normalise {
  if (recipe === null) return plainIdentifier;
  const found = recipeOf(recipe.split(',', 1)[0] ?? '');
  const part = readRecipeOption(recipe);
  if (part === null) throw unknown(found.options);
  const { recipe: _, ...options } = part;
  const takes: readonly string[] = found.options;
  if (!Object.keys(options).every((name) => takes.includes(name)) || !found.required.every((name) => name in options))
    throw unknown(found.options);
  const read = found.reader(options);
  return (identifier) => {
    const reading = read(identifier);
    return typeof reading === 'string' ? reading : null;
  };
}

const unknown = (options: readonly string[]) =>
  new InvalidError('usage/recipe', {
    stage: 'usage',
    message: 'The recipe has an option that it does not take, or lacks one that it needs.',
    remedy: `Write for example phone@1,country=NL. This recipe takes: ${options.join(', ') || 'no options'}.`,
  });
