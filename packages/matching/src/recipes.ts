/** All recipes by name and version. A recipe never changes: what must change gets another version beside the old one. */
import { InvalidError } from '@sluis/base';
import { addressRecipes } from './address-nl.ts';
import { dateRecipes } from './dates.ts';
import { ibanRecipes } from './iban.ts';
import { identifierRecipes } from './identifiers.ts';
import { internetRecipes } from './internet.ts';
import { ipRecipes } from './ip.ts';
import { numberRecipes } from './numbers.ts';
import { phoneRecipes } from './phone.ts';
import { phoneticRecipes } from './phonetic.ts';
import type { Recipe } from './recipe.ts';
import { textRecipes } from './text.ts';

export const recipes: ReadonlyMap<string, Recipe> = new Map(
  [
    ...textRecipes,
    ...dateRecipes,
    ...internetRecipes,
    ...ipRecipes,
    ...phoneRecipes,
    ...addressRecipes,
    ...numberRecipes,
    ...identifierRecipes,
    ...ibanRecipes,
    ...phoneticRecipes,
  ].map((recipe) => [recipe.id, recipe]),
);

/** Throws InvalidError `matching/unknown-recipe`. */
export function recipeOf(id: string): Recipe {
  const recipe = recipes.get(id);
  if (recipe !== undefined) return recipe;
  throw new InvalidError('matching/unknown-recipe', {
    stage: 'agreement',
    message: 'A key names a recipe that this release does not know.',
    remedy: `Use one of ${[...recipes.keys()].join(', ')}.`,
  });
}
