/** Recipes of the command line: `email@1`, or with options `phone@1,country=NL`. The publication names them in this form. */
import { InvalidError } from '@sluis/base';
import { type Normalise, plainIdentifier } from '@sluis/lookup';
import { recipeOf } from '@sluis/matching';

/** The function that normalises by a recipe; by none, Unicode in one form and no space at the ends. Throws InvalidError. */
export function normaliserOf(recipe: string | null): Normalise {
  if (recipe === null) return plainIdentifier;
  const [id = '', ...settings] = recipe.split(',');
  const found = recipeOf(id);
  const options: { order?: 'ymd' | 'dmy' | 'mdy'; country?: string } = {};
  for (const setting of settings) {
    const [name, value] = setting.split('=');
    if (name === 'order' && (value === 'ymd' || value === 'dmy' || value === 'mdy') && found.options.includes('order'))
      options.order = value;
    else if (name === 'country' && value !== undefined && found.options.includes('country')) options.country = value;
    else throw unknown(found.options);
  }
  if (!found.required.every((name) => name in options)) throw unknown(found.options);
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
