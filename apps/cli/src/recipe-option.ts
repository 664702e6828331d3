/** A recipe as the command line takes it: `email@1`, or with options `phone@1,country=NL`. */
import { InvalidError } from '@sluis/base';
import { type KeyPart, recipeOf } from '@sluis/matching';

/** Null for an option that no recipe has. Whether this recipe exists, and takes these options, is for the caller to find out. */
export function readRecipeOption(given: string): KeyPart | null {
  const [recipe = '', ...settings] = given.split(',');
  const options: { order?: 'ymd' | 'dmy' | 'mdy'; country?: string } = {};
  for (const setting of settings) {
    const [name, value] = setting.split('=');
    if (name === 'order' && (value === 'ymd' || value === 'dmy' || value === 'mdy')) options.order = value;
    else if (name === 'country' && value !== undefined) options.country = value;
    else return null;
  }
  return { recipe, ...options };
}

/** A recipe that exists, with the options that it takes. Throws InvalidError `matching/unknown-recipe` or `usage/recipe`. */
export function recipePart(given: string): KeyPart {
  const found = recipeOf(given.split(',', 1)[0] ?? '');
  const part = readRecipeOption(given);
  const { recipe: _, ...options } = part ?? { recipe: '' };
  const takes: readonly string[] = found.options;
  const fits = Object.keys(options).every((name) => takes.includes(name)) && found.required.every((name) => name in options);
  if (part !== null && fits) return part;
  throw new InvalidError('usage/recipe', {
    stage: 'usage',
    message: 'The recipe has an option that it does not take, or lacks one that it needs.',
    remedy: `Write for example phone@1,country=NL. This recipe takes: ${takes.join(', ') || 'no options'}.`,
  });
}
